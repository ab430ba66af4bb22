"""The contract of executors, the same for every dialect; what each brings to it stands in ``databases``."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence

import pytest
import pytest_asyncio
from sql.databases import ACME, Contract, Database, Exact, Fault, Unreachable
from sql.databases.every import CONTRACTS

from chat2sql.config.errors import DatabaseUnavailable, ResultStoreFull
from chat2sql.engine.sql.executors.open import open_executor
from chat2sql.engine.sql.executors.port import (
    ColumnInfo,
    Estimate,
    Executor,
    Fetched,
    FetchLimits,
    Row,
    RowList,
    SqlProblem,
    SqlProblemKind,
    Truncation,
)

NAMES_OF_ROWS = (
    "Ann",
    "Bob",
    "O'Neil",
    "O''Neil",
    "Berlin",
    "北京",
    "416e6e",
    "0x41",
    "Opensesame",
    "779155",
)


def _each(cases: Callable[[Contract], Sequence[object]]) -> pytest.MarkDecorator:
    """A test for each case of each dialect."""
    found = [
        pytest.param(contract, case, id=f"{contract.dialect}-{number}")
        for contract in CONTRACTS
        for number, case in enumerate(cases(contract))
    ]
    return pytest.mark.parametrize(("contract", "case"), found, indirect=["contract"])


served = pytest.mark.parametrize(
    "contract",
    [contract for contract in CONTRACTS if contract.served],
    indirect=True,
    ids=lambda c: c.dialect,
)


@pytest_asyncio.fixture
async def executor(contract: Contract, contract_database: Database) -> AsyncIterator[Executor]:
    """As a datasource is registered: a role that may read two tables."""
    opened = open_executor(contract.dialect, contract_database.dsn)
    yield opened
    await opened.aclose()


@pytest_asyncio.fixture
async def owners_executor(contract: Contract, contract_database: Database) -> AsyncIterator[Executor]:
    """As nobody should register a datasource: a role that may do everything."""
    opened = open_executor(contract.dialect, contract_database.owner_dsn)
    yield opened
    await opened.aclose()


async def _fetch(
    executor: Executor, sql: str, *, row_cap: int = 100, byte_cap: int = 2**40, sink: RowList | None = None
) -> tuple[Fetched, RowList]:
    sink = sink or RowList()
    limits = FetchLimits(row_cap=row_cap, byte_cap=byte_cap, timeout_s=30)
    fetched = await executor.fetch(sql, sink, caller=ACME, limits=limits)
    assert isinstance(fetched, Fetched), fetched
    assert (fetched.row_count, fetched.columns) == (len(sink.rows), sink.columns)
    return fetched, sink


async def _problem(executor: Executor, sql: str, timeout_s: float = 30) -> SqlProblem:
    limits = FetchLimits(row_cap=10, timeout_s=timeout_s)
    problem = await executor.fetch(sql, RowList(), caller=ACME, limits=limits)
    assert isinstance(problem, SqlProblem), problem
    assert "\n" not in problem.message
    return problem


async def _works(executor: Executor) -> None:
    assert (await _fetch(executor, "SELECT 1 AS still_works"))[1].rows == [(1,)]


# -- rows ------------------------------------------------------------------------------------------------


async def test_null_is_not_the_empty_text(executor: Executor) -> None:
    fetched, sink = await _fetch(executor, "SELECT NULL AS a, '' AS b, 'x' AS c")
    assert sink.rows == [(None, "", "x")]
    assert [column.name for column in fetched.columns] == ["a", "b", "c"]


async def test_no_rows_still_have_columns(executor: Executor) -> None:
    fetched, sink = await _fetch(executor, "SELECT id, name FROM customers WHERE 1 = 0")
    assert (fetched.row_count, fetched.truncated, sink.rows) == (0, None, [])
    assert [column.name for column in sink.columns] == ["id", "name"]


@pytest.mark.parametrize("row_cap", [5, 16, 17, 1500])
@pytest.mark.parametrize("beyond", [-1, 0, 1, 3000])
async def test_row_cap(executor: Executor, contract: Contract, row_cap: int, beyond: int) -> None:
    fetched, sink = await _fetch(executor, contract.numbers.format(most=row_cap + beyond), row_cap=row_cap)
    assert fetched.truncated is (Truncation.ROWS if beyond > 0 else None)
    assert sink.rows == [(n,) for n in range(1, row_cap + min(beyond, 0) + 1)]


class _Counting(RowList):
    """A sink that counts a byte a row, and remembers sizes of batches and the threads that it was called in."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []
        self.threads: set[threading.Thread] = set()

    def begin(self, columns: tuple[ColumnInfo, ...]) -> None:
        assert self.columns == () and self.rows == []
        super().begin(columns)

    def write(self, rows: Sequence[Row]) -> int:
        assert self.columns
        super().write(rows)
        self.batches.append(len(rows))
        self.threads.add(threading.current_thread())
        return len(self.rows)


async def test_byte_cap_stops_after_the_batch_that_reached_it(executor: Executor, contract: Contract) -> None:
    fetched, sink = await _fetch(
        executor, contract.numbers.format(most=5000), row_cap=10**6, byte_cap=1200, sink=_Counting()
    )
    assert fetched.truncated is Truncation.BYTES
    assert 1200 <= fetched.row_count <= 2200
    assert sink.rows == [(n,) for n in range(1, fetched.row_count + 1)]
    await _works(executor)


@pytest.mark.parametrize(("rows", "truncated"), [(16, None), (17, Truncation.BYTES)])
async def test_byte_cap_that_leaves_nothing_behind_is_none(
    executor: Executor, contract: Contract, rows: int, truncated: Truncation | None
) -> None:
    fetched, sink = await _fetch(executor, contract.numbers.format(most=rows), byte_cap=16, sink=_Counting())
    assert (fetched.truncated, len(sink.rows)) == (truncated, 16)


async def test_progress_and_batches(executor: Executor, contract: Contract) -> None:
    seen: list[int] = []
    sink = _Counting()
    fetched = await executor.fetch(
        contract.numbers.format(most=3500),
        sink,
        caller=ACME,
        limits=FetchLimits(row_cap=5000, timeout_s=30),
        on_progress=seen.append,
    )
    await asyncio.sleep(0)
    assert isinstance(fetched, Fetched) and fetched.row_count == 3500
    assert seen == [sum(sink.batches[: n + 1]) for n in range(len(sink.batches))] and seen[-1] == 3500
    assert len(seen) > 3 and max(sink.batches) <= 1000
    assert threading.main_thread() not in sink.threads


async def test_batches_of_wide_rows_are_small(executor: Executor, contract: Contract) -> None:
    sink = _Counting()
    await _fetch(executor, contract.wide.format(rows=40, width=3_000_000), sink=sink)
    assert sink.batches[0] <= 16 and max(sink.batches[1:]) <= 2
    assert all(len(str(row[0])) == 3_000_000 for row in sink.rows) and len(sink.rows) == 40


async def test_duplicate_names_become_unique(executor: Executor) -> None:
    fetched, sink = await _fetch(executor, "SELECT 1 AS name, 2 AS name, 3 AS name_2, 4 AS name")
    assert [column.name for column in fetched.columns] == ["name", "name_2", "name_2_2", "name_3"]
    assert sink.rows == [(1, 2, 3, 4)]


async def test_percent_signs_and_quotes_pass_through(executor: Executor, contract: Contract) -> None:
    _, sink = await _fetch(executor, contract.literal)
    assert sink.rows == [contract.literal_row]


async def test_many_at_once(executor: Executor) -> None:
    results = await asyncio.gather(*(_fetch(executor, f"SELECT {n} AS n") for n in range(20)))
    assert [sink.rows for _, sink in results] == [[(n,)] for n in range(20)]


class _Full(RowList):
    """A sink that has no room."""

    def write(self, rows: Sequence[Row]) -> int:
        raise ResultStoreFull(zh="满", en="full")


async def test_a_full_sink_stops_the_fetch(
    executor: Executor, contract: Contract, contract_database: Database
) -> None:
    with pytest.raises(ResultStoreFull):
        await _fetch(executor, contract.endless, row_cap=10**6, sink=_Full())
    assert list(contract_database.running()) == []
    await _works(executor)


@_each(lambda contract: contract.exact)
async def test_values_are_exact(executor: Executor, case: Exact) -> None:
    fetched, sink = await _fetch(executor, f"SELECT {case.expression} AS v UNION ALL SELECT NULL")
    assert sorted(sink.rows, key=lambda row: row[0] is None) == [(case.value,), (None,)]
    assert {type(row[0]) for row in sink.rows} == {type(case.value), type(None)}
    single, _ = await _fetch(executor, f"SELECT {case.expression} AS v")
    assert single.columns == (ColumnInfo(name="v", type=case.type),)
    assert fetched.columns[0].name == "v"


# -- the SQL's fault -------------------------------------------------------------------------------------

FAULTS = (
    Fault("SELECT FROM WHERE", SqlProblemKind.SYNTAX),
    Fault("", SqlProblemKind.SYNTAX),
    Fault("-- nothing", SqlProblemKind.SYNTAX),
    Fault("SELECT 1; SELECT 2", SqlProblemKind.SYNTAX),
    Fault("SELECT 'a\x00b'", SqlProblemKind.SYNTAX, "characters"),
    Fault("SELECT '\ud800'", SqlProblemKind.SYNTAX, "characters"),
    Fault("SELECT nam FROM customers", SqlProblemKind.UNKNOWN_NAME, "nam"),
    Fault("SELECT 1 FROM nowhere", SqlProblemKind.UNKNOWN_NAME, "nowhere"),
    Fault("SELECT no_function(1)", SqlProblemKind.UNKNOWN_NAME, "no_function"),
    Fault("SELECT id FROM customers, orders", SqlProblemKind.SYNTAX, "mbiguous"),
)


@_each(lambda contract: (*FAULTS, *contract.faults))
async def test_faults_of_the_sql_are_values(executor: Executor, case: Fault) -> None:
    problem = await _problem(executor, case.sql)
    assert problem.kind is case.kind, problem
    assert case.words in problem.message
    await _works(executor)


@_each(lambda contract: contract.leaks)
async def test_messages_hold_no_values_from_rows(executor: Executor, case: str) -> None:
    problem = await _problem(executor, case)
    assert not [value for value in NAMES_OF_ROWS if value in problem.message], problem


@served
async def test_permission_denied_is_its_own_kind(executor: Executor) -> None:
    assert (await _problem(executor, "SELECT word FROM secrets")).kind is SqlProblemKind.PERMISSION
    explained = await executor.explain("SELECT word FROM secrets", caller=ACME, timeout_s=9)
    assert isinstance(explained, Estimate) or explained.kind is SqlProblemKind.PERMISSION


# -- explain ---------------------------------------------------------------------------------------------


async def test_explain_estimates_and_does_not_run(executor: Executor, contract: Contract) -> None:
    plan = await executor.explain(contract.heavy, caller=ACME, timeout_s=10)
    assert isinstance(plan, Estimate) and plan.text
    assert {name for name in ("cost", "rows") if getattr(plan, name) is not None} == contract.estimates
    assert plan.cost is None or plan.cost > 1000


async def test_explain_gives_problems_too(executor: Executor) -> None:
    problem = await executor.explain("SELECT nam FROM customers", caller=ACME, timeout_s=10)
    assert isinstance(problem, SqlProblem) and problem.kind is SqlProblemKind.UNKNOWN_NAME


@_each(lambda contract: contract.runs_in_explain)
async def test_explain_never_runs_anything(
    owners_executor: Executor, contract_database: Database, case: str
) -> None:
    before = contract_database.state()
    problem = await owners_executor.explain(case, caller=ACME, timeout_s=10)
    assert isinstance(problem, SqlProblem), problem
    assert contract_database.state() == before


# -- read-only, with the guard off -----------------------------------------------------------------------


@_each(lambda contract: contract.writes)
async def test_nobody_can_write(
    executor: Executor, owners_executor: Executor, contract_database: Database, case: str
) -> None:
    before = contract_database.state()
    for by in (executor, owners_executor):
        await _problem(by, case)
        await by.explain(case, caller=ACME, timeout_s=10)
        await _works(by)
    assert contract_database.state() == before


@_each(lambda contract: contract.refused)
async def test_the_role_is_refused(executor: Executor, contract_database: Database, case: str) -> None:
    before = contract_database.state()
    await _problem(executor, case)
    assert contract_database.state() == before


@_each(lambda contract: contract.harmless)
async def test_nothing_outlives_the_statement(
    executor: Executor, contract: Contract, contract_database: Database, case: str
) -> None:
    before, (_, session) = contract_database.state(), await _fetch(executor, contract.session, row_cap=9999)
    limits = FetchLimits(row_cap=10, timeout_s=5)
    await executor.fetch(case, RowList(), caller=ACME, limits=limits)
    _, afterwards = await _fetch(executor, contract.session, row_cap=9999)
    assert afterwards.rows == session.rows
    assert contract_database.state() == before


# -- stopping --------------------------------------------------------------------------------------------


async def test_timeout_is_its_own_kind(
    executor: Executor, contract: Contract, contract_database: Database
) -> None:
    assert (await _problem(executor, contract.heavy, timeout_s=0.3)).kind is SqlProblemKind.TIMEOUT
    assert list(contract_database.running()) == []
    await _works(executor)


async def test_timeout_holds_for_the_whole_fetch(executor: Executor, contract: Contract) -> None:
    """Each batch alone stays below the limit; all of them together do not."""
    sink = _Counting()
    limits = FetchLimits(row_cap=10**9, timeout_s=2.5)
    problem = await executor.fetch(contract.endless, sink, caller=ACME, limits=limits)
    assert isinstance(problem, SqlProblem) and problem.kind is SqlProblemKind.TIMEOUT
    assert len(sink.batches) > 1
    await _works(executor)


async def test_cancelling_stops_and_leaves_the_executor_usable(
    executor: Executor, contract: Contract, contract_database: Database
) -> None:
    limits = FetchLimits(row_cap=1, timeout_s=600)
    running = asyncio.create_task(executor.fetch(contract.heavy, RowList(), caller=ACME, limits=limits))
    await _started(contract, contract_database)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert list(contract_database.running()) == []
    await _works(executor)


@pytest.mark.parametrize("cancels", [1, 2])
async def test_nothing_is_written_after_a_cancel(
    executor: Executor, contract: Contract, cancels: int
) -> None:
    sink = _Slow()
    limits = FetchLimits(row_cap=10**9, timeout_s=600)
    running = asyncio.create_task(executor.fetch(contract.endless, sink, caller=ACME, limits=limits))
    async with asyncio.timeout(20):
        while not sink.writing:
            await asyncio.sleep(0.01)
    for _ in range(cancels):
        running.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not sink.writing
    written = len(sink.rows)
    await asyncio.sleep(0.3)
    assert len(sink.rows) == written


class _Slow(RowList):
    """A sink that takes its time."""

    writing = False

    def write(self, rows: Sequence[Row]) -> int:
        self.writing = True
        threading.Event().wait(0.2)
        self.writing = False
        return super().write(rows)


async def _started(contract: Contract, database: Database) -> None:
    """Wait until the statement runs; where no server tells, give it the time to."""
    if not contract.served:
        await asyncio.sleep(0.3)
        return
    async with asyncio.timeout(20):
        while not await asyncio.to_thread(database.running):
            await asyncio.sleep(0.02)


# -- outages and wrong settings --------------------------------------------------------------------------


@_each(lambda contract: contract.unreachable)
async def test_unreachable(contract: Contract, case: Unreachable) -> None:
    executor = open_executor(contract.dialect, case.dsn)
    limits = FetchLimits(row_cap=1, timeout_s=5)
    with pytest.raises(case.error) as raised:
        await executor.fetch("SELECT 1", RowList(), caller=ACME, limits=limits)
    with pytest.raises(case.error):
        await executor.explain("SELECT 1", caller=ACME, timeout_s=5)
    await executor.aclose()
    assert "hush" not in raised.value.message.zh + raised.value.message.en + str(raised.value)


@served
async def test_a_dropped_connection_is_an_outage_and_the_next_call_works(
    executor: Executor, contract: Contract, contract_database: Database
) -> None:
    limits = FetchLimits(row_cap=1, timeout_s=600)
    running = asyncio.create_task(executor.fetch(contract.heavy, RowList(), caller=ACME, limits=limits))
    await _started(contract, contract_database)
    await asyncio.to_thread(contract_database.drop_connections)
    with pytest.raises(DatabaseUnavailable):
        await running
    await _works(executor)
