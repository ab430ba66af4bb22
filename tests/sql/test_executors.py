"""The contract of executors, on both kinds of database."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import psycopg
import pyarrow as pa
import pytest
import pytest_asyncio
from psycopg.conninfo import make_conninfo

from chat2sql.config.errors import Chat2SQLError, DatabaseUnavailable, Misconfigured
from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.sql.executor import (
    Estimate,
    Executor,
    Fetched,
    SqlProblem,
    SqlProblemKind,
    open_executor,
)

HEAVY = {
    Dialect.POSTGRESQL: "SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b",
    Dialect.SQLITE: "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
}
COUNTING = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < {most}) SELECT n FROM r"


@pytest.fixture(params=list(Dialect))
def dialect(request: pytest.FixtureRequest) -> Dialect:
    chosen: Dialect = request.param
    return chosen


@pytest_asyncio.fixture
async def executor(dialect: Dialect, shop_dsns: dict[Dialect, str]) -> AsyncIterator[Executor]:
    opened = open_executor(dialect, shop_dsns[dialect])
    yield opened
    await opened.aclose()


async def _fetch(executor: Executor, sql: str, row_cap: int = 100, timeout_s: float = 30) -> Fetched:
    fetched = await executor.fetch(sql, row_cap=row_cap, timeout_s=timeout_s, tenant="acme")
    assert isinstance(fetched, Fetched), fetched
    return fetched


async def _problem(executor: Executor, sql: str, timeout_s: float = 30) -> SqlProblem:
    problem = await executor.fetch(sql, row_cap=10, timeout_s=timeout_s, tenant="acme")
    assert isinstance(problem, SqlProblem), problem
    return problem


def _only(fetched: Fetched) -> list[object]:
    return [column.to_pylist()[0] for column in fetched.table.columns]


# -- rows ------------------------------------------------------------------------------------------------


async def test_null_is_not_the_empty_text(executor: Executor) -> None:
    fetched = await _fetch(executor, "SELECT NULL AS a, '' AS b, 'x' AS c")
    assert _only(fetched) == [None, "", "x"]
    assert [column.name for column in fetched.columns] == ["a", "b", "c"]


async def test_no_rows_still_have_columns(executor: Executor) -> None:
    fetched = await _fetch(executor, "SELECT id, name FROM customers WHERE 1 = 0")
    assert fetched.row_count == 0 and not fetched.truncated
    assert [column.name for column in fetched.columns] == ["id", "name"]
    assert fetched.table.column_names == ["id", "name"]


@pytest.mark.parametrize(
    ("rows", "truncated", "kept"), [(4, False, 4), (5, False, 5), (6, True, 5), (3000, True, 5)]
)
async def test_row_cap(executor: Executor, rows: int, truncated: bool, kept: int) -> None:
    fetched = await _fetch(executor, COUNTING.format(most=rows), row_cap=5)
    assert (fetched.row_count, fetched.truncated, fetched.table.num_rows) == (kept, truncated, kept)
    assert fetched.table.column("n").to_pylist() == list(range(1, kept + 1))


async def test_progress_counts_rows_batch_by_batch(executor: Executor) -> None:
    seen: list[int] = []
    fetched = await executor.fetch(
        COUNTING.format(most=3500), row_cap=5000, timeout_s=30, tenant="acme", on_progress=seen.append
    )
    await asyncio.sleep(0)
    assert isinstance(fetched, Fetched) and fetched.row_count == 3500
    assert seen == [1000, 2000, 3000, 3500]


async def test_duplicate_names_become_unique(executor: Executor) -> None:
    fetched = await _fetch(executor, "SELECT 1 AS name, 2 AS name, 3 AS name_2, 4 AS name")
    assert [column.name for column in fetched.columns] == ["name", "name_2", "name_2_2", "name_3"]
    assert _only(fetched) == [1, 2, 3, 4]


async def test_percent_signs_and_quotes_pass_through(executor: Executor) -> None:
    fetched = await _fetch(executor, "SELECT '100%s %(x)s %' AS a, 'O''Neil \\ \"q\"' AS b, '北京🙂' AS c")
    assert _only(fetched) == ["100%s %(x)s %", 'O\'Neil \\ "q"', "北京🙂"]


async def test_many_at_once(executor: Executor) -> None:
    results = await asyncio.gather(*(_fetch(executor, f"SELECT {n} AS n") for n in range(20)))
    assert [_only(fetched) for fetched in results] == [[n] for n in range(20)]


# -- types -----------------------------------------------------------------------------------------------

POSTGRES_TYPES: list[tuple[str, str, pa.DataType, object]] = [
    ("true", "bool", pa.bool_(), True),
    ("1::int2", "int2", pa.int64(), 1),
    ("9223372036854775807", "int8", pa.int64(), 9223372036854775807),
    ("1.5::float8", "float8", pa.float64(), 1.5),
    ("12.30::numeric(10,2)", "numeric(10,2)", pa.decimal128(38, 2), Decimal("12.30")),
    ("0.1", "numeric", pa.decimal128(38, 1), Decimal("0.1")),
    ("12345678901234567890123456789012345678.12", "numeric", pa.decimal256(76, 2),
     Decimal("12345678901234567890123456789012345678.12")),
    ("1e80::numeric", "numeric", pa.string(), "1" + "0" * 80),
    ("'NaN'::numeric", "numeric", pa.string(), "NaN"),
    ("'x'::varchar(5)", "varchar(5)", pa.string(), "x"),
    ("DATE '2024-02-29'", "date", pa.date32(), date(2024, 2, 29)),
    ("'infinity'::date", "date", pa.string(), "infinity"),
    ("'0044-03-15 BC'::date", "date", pa.string(), "0044-03-15 BC"),
    ("TIME '23:59:59.5'", "time", pa.time64("us"), time(23, 59, 59, 500000)),
    ("TIMESTAMP '2024-01-02 03:04:05.6'", "timestamp", pa.timestamp("us"), datetime(2024, 1, 2, 3, 4, 5, 600000)),
    ("'-infinity'::timestamp", "timestamp", pa.string(), "-infinity"),
    ("INTERVAL '1 month 2 days'", "interval", pa.string(), "1 mon 2 days"),
    ("ARRAY[1, NULL, 3]", "int4[]", pa.string(), "[1, null, 3]"),
    ("ARRAY['a', '北京']", "text[]", pa.string(), '["a", "北京"]'),
    ("ARRAY[1.50, 2]", "numeric[]", pa.string(), '["1.50", "2"]'),
    ("'{\"a\": [1, null]}'::jsonb", "jsonb", pa.string(), '{"a": [1, null]}'),
    ("'\\x00ff'::bytea", "bytea", pa.binary(), b"\x00\xff"),
    ("'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid", "uuid", pa.string(), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ("'10.0.0.0/8'::inet", "inet", pa.string(), "10.0.0.0/8"),
    ("int4range(1, 5)", "int4range", pa.string(), "[1,5)"),
    ("'mood'::\"OrderState\"", '"OrderState"', pa.string(), "mood"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "declared", "arrow", "value"), POSTGRES_TYPES)
async def test_postgres_types(
    database: str, expression: str, declared: str, arrow: pa.DataType, value: object
) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE TYPE \"OrderState\" AS ENUM ('mood')")
    executor = open_executor(Dialect.POSTGRESQL, database)
    try:
        fetched = await _fetch(executor, f"SELECT {expression} AS v UNION ALL SELECT NULL")
        empty = await _fetch(executor, f"SELECT {expression} AS v WHERE false")
    finally:
        await executor.aclose()
    assert empty.columns[0].type == declared
    assert fetched.table.schema.field("v").type == arrow
    assert fetched.table.column("v").to_pylist() == [value, None]


async def test_postgres_timestamptz_keeps_its_instant_and_zone(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            f"ALTER DATABASE \"{connection.info.dbname}\" SET timezone = 'Asia/Shanghai'".encode()
        )
    executor = open_executor(Dialect.POSTGRESQL, database)
    try:
        fetched = await _fetch(executor, "SELECT TIMESTAMPTZ '2024-01-01 00:00:00+08' AS t")
    finally:
        await executor.aclose()
    assert fetched.table.schema.field("t").type == pa.timestamp("us", tz="Asia/Shanghai")
    (instant,) = _only(fetched)
    assert isinstance(instant, datetime)
    assert instant == datetime(2023, 12, 31, 16, tzinfo=UTC) and instant.hour == 0


SQLITE_TYPES: list[tuple[str, str, pa.DataType, list[object]]] = [
    ("SELECT 1 AS v UNION ALL SELECT NULL", "integer", pa.int64(), [1, None]),
    ("SELECT 1.5 AS v", "real", pa.float64(), [1.5]),
    ("SELECT 1 AS v UNION ALL SELECT 1.5", "real", pa.float64(), [1.0, 1.5]),
    ("SELECT 9007199254740993 AS v UNION ALL SELECT 0.5", "real", pa.string(), ["9007199254740993", "0.5"]),
    ("SELECT 'a' AS v UNION ALL SELECT 1", "text", pa.string(), ["a", "1"]),
    ("SELECT x'00ff' AS v", "blob", pa.binary(), [b"\x00\xff"]),
    ("SELECT CAST(x'ff41' AS TEXT) AS v", "text", pa.string(), ["\ufffdA"]),
    ("SELECT NULL AS v", "null", pa.string(), [None]),
]


@pytest.mark.parametrize(("sql", "declared", "arrow", "values"), SQLITE_TYPES)
async def test_sqlite_types(
    shop_dsns: dict[Dialect, str], sql: str, declared: str, arrow: pa.DataType, values: list[object]
) -> None:
    fetched = await _fetch(open_executor(Dialect.SQLITE, shop_dsns[Dialect.SQLITE]), sql)
    assert fetched.columns[0].type == declared
    assert fetched.table.schema.field("v").type == arrow
    assert fetched.table.column("v").to_pylist() == values


# -- the SQL's fault -------------------------------------------------------------------------------------

DOUBLING = "WITH RECURSIVE r(n, t) AS (SELECT 1, 'x' UNION ALL SELECT n + 1, t || t FROM r WHERE n < 40) SELECT max(t) FROM r"

FAULTS: list[tuple[Dialect | None, str, SqlProblemKind, str]] = [
    (None, "SELECT FROM WHERE", SqlProblemKind.SYNTAX, "syntax error"),
    (None, "", SqlProblemKind.SYNTAX, ""),
    (None, "SELECT 1; SELECT 2", SqlProblemKind.SYNTAX, ""),
    (None, "SELECT 'a\x00b'", SqlProblemKind.SYNTAX, "characters"),
    (None, "SELECT '\ud800'", SqlProblemKind.SYNTAX, "characters"),
    (None, "SELECT nam FROM customers", SqlProblemKind.UNKNOWN_NAME, "nam"),
    (None, "SELECT 1 FROM nowhere", SqlProblemKind.UNKNOWN_NAME, "nowhere"),
    (None, "SELECT no_function(1)", SqlProblemKind.UNKNOWN_NAME, "no_function"),
    (None, "SELECT name FROM customers, employees", SqlProblemKind.SYNTAX, "ambiguous"),
    (Dialect.POSTGRESQL, "SELECT nam FROM customers c", SqlProblemKind.UNKNOWN_NAME, "Perhaps you meant"),
    (Dialect.POSTGRESQL, "SELECT city, COUNT(*) FROM customers", SqlProblemKind.SYNTAX, "GROUP BY"),
    (Dialect.POSTGRESQL, "SELECT 1 / (id - id) FROM orders", SqlProblemKind.DATA, "division by zero"),
    (Dialect.POSTGRESQL, "SELECT (SELECT id FROM orders)", SqlProblemKind.DATA, "more than one row"),
    (Dialect.POSTGRESQL, "SELECT name + 1 FROM customers", SqlProblemKind.UNKNOWN_NAME, "operator"),
    (Dialect.POSTGRESQL, "SELECT name = signed_up FROM customers", SqlProblemKind.UNKNOWN_NAME, "operator"),
    (Dialect.POSTGRESQL, "SELECT COALESCE(id, signed_up) FROM customers", SqlProblemKind.TYPE, "types"),
    (Dialect.SQLITE, "SELECT abs(-9223372036854775808)", SqlProblemKind.DATA, "overflow"),
    (Dialect.SQLITE, "SELECT json('{')", SqlProblemKind.DATA, "malformed"),
    (Dialect.SQLITE, DOUBLING, SqlProblemKind.TOO_LARGE, "too big"),
]


@pytest.mark.parametrize(("only", "sql", "kind", "words"), FAULTS)
async def test_faults_of_the_sql_are_values(
    shop_dsns: dict[Dialect, str], only: Dialect | None, sql: str, kind: SqlProblemKind, words: str
) -> None:
    for dialect in [only] if only else list(Dialect):
        executor = open_executor(dialect, shop_dsns[dialect])
        try:
            problem = await _problem(executor, sql)
            assert problem.kind is kind, (dialect, problem)
            assert words in problem.message and "\n" not in problem.message
            assert _only(await _fetch(executor, "SELECT 1 AS still_works")) == [1]
        finally:
            await executor.aclose()


async def test_messages_hold_no_values_from_rows(shop_dsns: dict[Dialect, str]) -> None:
    executor = open_executor(Dialect.POSTGRESQL, shop_dsns[Dialect.POSTGRESQL])
    try:
        for sql in ("SELECT CAST(name AS int) FROM customers", "SELECT CAST(city AS date) FROM customers"):
            problem = await _problem(executor, sql)
            assert problem.kind is SqlProblemKind.DATA
            assert not {"Ann", "Berlin"} & set(problem.message.replace('"', " ").split()), problem
    finally:
        await executor.aclose()


async def test_permission_denied_is_its_own_kind(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        role = f"reader_{connection.info.dbname}"
        connection.execute("CREATE TABLE secrets (x int); CREATE TABLE open_table (x int)")
        connection.execute(f"CREATE ROLE {role} LOGIN; GRANT SELECT ON open_table TO {role}".encode())
    executor = open_executor(Dialect.POSTGRESQL, make_conninfo(database, user=role))
    try:
        problem = await _problem(executor, "SELECT x FROM secrets")
        assert (problem.kind, problem.sqlstate) == (SqlProblemKind.PERMISSION, "42501")
        assert (await _fetch(executor, "SELECT x FROM open_table")).row_count == 0
    finally:
        await executor.aclose()
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(f"DROP OWNED BY {role}; DROP ROLE {role}".encode())


# -- explain ---------------------------------------------------------------------------------------------


async def test_explain_estimates_and_does_not_run(executor: Executor, dialect: Dialect) -> None:
    plan = await executor.explain(HEAVY[dialect], 10)
    assert isinstance(plan, Estimate) and plan.text
    if dialect is Dialect.POSTGRESQL:
        assert plan.cost is not None and plan.cost > 1000 and plan.rows == 1


async def test_explain_gives_problems_too(executor: Executor) -> None:
    problem = await executor.explain("SELECT nam FROM customers", 10)
    assert isinstance(problem, SqlProblem) and problem.kind is SqlProblemKind.UNKNOWN_NAME


# -- read-only -------------------------------------------------------------------------------------------

WRITES = [
    "INSERT INTO customers (id) VALUES (99)",
    "UPDATE customers SET name = 'x'",
    "DELETE FROM orders",
    "DROP TABLE orders",
    "CREATE TABLE new_one (x int)",
    "SELECT 1; DELETE FROM orders",
    "SELECT 1; COMMIT; DELETE FROM orders",
    "SELECT 1; ROLLBACK; DROP TABLE orders",
    "PRAGMA query_only = OFF",
    "PRAGMA user_version = 7",
    "ATTACH ':memory:' AS other",
    "BEGIN",
    "SELECT load_extension('x')",
    "WITH d AS (DELETE FROM orders RETURNING id) SELECT id FROM d",
    "SELECT id INTO new_one FROM orders",
    "SELECT wipe()",
    "SELECT nextval('counter')",
    "SELECT set_config('transaction_read_only', 'off', true), wipe()",
    "COPY orders TO PROGRAM 'cat'",
    "ANALYZE DELETE FROM orders",
    "(ANALYZE) DELETE FROM orders",
]


@pytest.mark.parametrize("sql", WRITES)
async def test_postgres_cannot_be_written(database: str, sql: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE TABLE customers (id int, name text); CREATE TABLE orders (id int)")
        connection.execute("INSERT INTO customers VALUES (1, 'Ann'); INSERT INTO orders VALUES (1), (2)")
        connection.execute("CREATE SEQUENCE counter")
        connection.execute(
            "CREATE FUNCTION wipe() RETURNS int LANGUAGE plpgsql AS 'BEGIN DELETE FROM orders; RETURN 1; END'"
        )
        before = _postgres_state(connection)
        executor = open_executor(Dialect.POSTGRESQL, database)
        try:
            assert isinstance(await _problem(executor, sql), SqlProblem)
            await executor.explain(sql, 10)
        finally:
            await executor.aclose()
        assert _postgres_state(connection) == before


def _postgres_state(connection: psycopg.Connection) -> list[object]:
    return [
        connection.execute(query).fetchall()
        for query in (
            b"SELECT * FROM customers ORDER BY id",
            b"SELECT * FROM orders ORDER BY id",
            b"SELECT last_value, is_called FROM counter",
            b"SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1",
        )
    ]


async def test_a_write_hidden_in_a_function_is_named_as_such(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE SEQUENCE counter")
    executor = open_executor(Dialect.POSTGRESQL, database)
    try:
        problem = await _problem(executor, "SELECT nextval('counter')")
    finally:
        await executor.aclose()
    assert (problem.kind, problem.sqlstate) == (SqlProblemKind.READ_ONLY, "25006")


@pytest.mark.parametrize("sql", [*WRITES, "SELECT sql FROM sqlite_master", "SELECT * FROM pragma_table_list"])
async def test_sqlite_cannot_be_written(shop_dsns: dict[Dialect, str], tmp_path: Path, sql: str) -> None:
    file = tmp_path / "copy.sqlite"
    shutil.copy(shop_dsns[Dialect.SQLITE].removeprefix("sqlite:///"), file)
    before = file.read_bytes()
    executor = open_executor(Dialect.SQLITE, str(file))
    assert isinstance(await _problem(executor, sql), SqlProblem)
    await executor.explain(sql, 10)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


async def test_tenant_reaches_row_level_security(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        role = f"tenant_{connection.info.dbname}"
        connection.execute("CREATE TABLE facts (tenant text, x int)")
        connection.execute("INSERT INTO facts VALUES ('acme', 1), ('other', 2)")
        connection.execute("ALTER TABLE facts ENABLE ROW LEVEL SECURITY")
        connection.execute("CREATE POLICY own ON facts USING (tenant = current_setting('chat2sql.tenant'))")
        connection.execute(f"CREATE ROLE {role} LOGIN; GRANT SELECT ON facts TO {role}".encode())
    executor = open_executor(Dialect.POSTGRESQL, make_conninfo(database, user=role))
    try:
        for tenant, seen in (("acme", [1]), ("other", [2]), ("none'; --", [])):
            fetched = await executor.fetch("SELECT x FROM facts", row_cap=9, timeout_s=9, tenant=tenant)
            assert isinstance(fetched, Fetched)
            assert fetched.table.column("x").to_pylist() == seen
    finally:
        await executor.aclose()
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("DROP POLICY own ON facts")
            connection.execute(f"DROP OWNED BY {role}; DROP ROLE {role}".encode())


# -- stopping --------------------------------------------------------------------------------------------


async def test_timeout_is_its_own_kind(executor: Executor, dialect: Dialect) -> None:
    problem = await _problem(executor, HEAVY[dialect], timeout_s=0.3)
    assert problem.kind is SqlProblemKind.TIMEOUT
    assert _only(await _fetch(executor, "SELECT 1 AS still_works")) == [1]


async def test_timeout_holds_for_the_whole_fetch(shop_dsns: dict[Dialect, str]) -> None:
    """Each batch alone stays below the limit; all of them together do not."""
    executor = open_executor(Dialect.POSTGRESQL, shop_dsns[Dialect.POSTGRESQL])
    endless = (
        "SELECT n, repeat('x', 500) FROM generate_series(1, 100000000) n WHERE pg_sleep(0.001) IS NOT NULL"
    )
    try:
        problem = await executor.fetch(endless, row_cap=10**8, timeout_s=3, tenant="acme")
    finally:
        await executor.aclose()
    assert isinstance(problem, SqlProblem) and problem.kind is SqlProblemKind.TIMEOUT


async def test_cancelling_stops_and_leaves_the_executor_usable(executor: Executor, dialect: Dialect) -> None:
    running = asyncio.create_task(executor.fetch(HEAVY[dialect], row_cap=1, timeout_s=600, tenant="acme"))
    await asyncio.sleep(0.3)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert _only(await _fetch(executor, "SELECT 1 AS still_works")) == [1]


async def test_cancelling_removes_the_statement_from_the_server(database: str) -> None:
    executor = open_executor(Dialect.POSTGRESQL, database)
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as watching:
        running = asyncio.create_task(
            executor.fetch(HEAVY[Dialect.POSTGRESQL], row_cap=1, timeout_s=600, tenant="acme")
        )
        async with asyncio.timeout(20):
            while not await _active(watching):
                await asyncio.sleep(0.02)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert await _active(watching) == []
    await executor.aclose()


async def _active(connection: psycopg.AsyncConnection) -> list[str]:
    cursor = await connection.execute(
        "SELECT query FROM pg_stat_activity WHERE application_name = 'chat2sql' AND state = 'active'"
        " AND query LIKE 'FETCH%%' AND datname = current_database()"
    )
    return [str(row[0]) for row in await cursor.fetchall()]


# -- outages and wrong settings --------------------------------------------------------------------------

UNREACHABLE = [
    (Dialect.POSTGRESQL, "postgresql://u:hush@127.0.0.1:1/db", DatabaseUnavailable),
    (Dialect.POSTGRESQL, "postgresql://u:hush@no-such-host.invalid/db", DatabaseUnavailable),
    (Dialect.POSTGRESQL, "host=/nowhere dbname=x password=hush", DatabaseUnavailable),
    (Dialect.POSTGRESQL, "hush this is no dsn", Misconfigured),
    (Dialect.SQLITE, "sqlite:////nowhere/hush.sqlite", Misconfigured),
    (Dialect.SQLITE, __file__, Misconfigured),
]


@pytest.mark.parametrize(("dialect_of", "dsn", "error"), UNREACHABLE)
async def test_unreachable(dialect_of: Dialect, dsn: str, error: type[Chat2SQLError]) -> None:
    executor = open_executor(dialect_of, dsn)
    with pytest.raises(error) as raised:
        await executor.fetch("SELECT 1", row_cap=1, timeout_s=5, tenant="acme")
    with pytest.raises(error):
        await executor.explain("SELECT 1", 5)
    await executor.aclose()
    assert "hush" not in raised.value.message.zh + raised.value.message.en + str(raised.value)


@pytest.mark.parametrize("wrong", [{"dbname": "no_such_database"}, {"user": "no_such_user"}])
async def test_refused_login_is_misconfigured(database: str, wrong: dict[str, str]) -> None:
    executor = open_executor(Dialect.POSTGRESQL, make_conninfo(database, **wrong))
    with pytest.raises(Misconfigured):
        await executor.fetch("SELECT 1", row_cap=1, timeout_s=5, tenant="acme")
    await executor.aclose()


def _lets_in(dsn: str) -> bool:
    try:
        psycopg.connect(dsn).close()
    except psycopg.OperationalError:
        return False
    return True


async def test_wrong_password_is_misconfigured(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        role = f"guarded_{connection.info.dbname}"
        connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'right'".encode())
        (row,) = connection.execute("SHOW hba_file").fetchall()
        rules = Path(str(row[0]))
        before = rules.read_text()
        rules.write_text(f"local all {role} scram-sha-256\n{before}")
        connection.execute("SELECT pg_reload_conf()")
        try:
            async with asyncio.timeout(20):
                while _lets_in(make_conninfo(database, user=role, password="wrong")):
                    await asyncio.sleep(0.02)  # the server reads its rules anew in its own time
            for password, works in (("wrong-hush", False), ("right", True)):
                executor = open_executor(
                    Dialect.POSTGRESQL, make_conninfo(database, user=role, password=password)
                )
                if works:
                    assert _only(await _fetch(executor, "SELECT 1 AS works")) == [1]
                else:
                    with pytest.raises(Misconfigured) as raised:
                        await executor.fetch("SELECT 1", row_cap=1, timeout_s=5, tenant="acme")
                    assert "hush" not in str(raised.value) + raised.value.message.zh
                await executor.aclose()
        finally:
            rules.write_text(before)
            connection.execute("SELECT pg_reload_conf()")
            connection.execute(f"DROP ROLE {role}".encode())


async def test_a_dropped_connection_is_an_outage_and_the_next_call_works(database: str) -> None:
    executor = open_executor(Dialect.POSTGRESQL, database)
    running = asyncio.create_task(
        executor.fetch(HEAVY[Dialect.POSTGRESQL], row_cap=1, timeout_s=600, tenant="acme")
    )
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as watching:
        async with asyncio.timeout(20):
            while not await _active(watching):
                await asyncio.sleep(0.02)
        await watching.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'chat2sql' AND datname = current_database()"
        )
    with pytest.raises(DatabaseUnavailable):
        await running
    assert _only(await _fetch(executor, "SELECT 1 AS works")) == [1]
    await executor.aclose()


async def test_an_executor_outlives_an_outage(database: str) -> None:
    executor = open_executor(Dialect.POSTGRESQL, database)
    assert _only(await _fetch(executor, "SELECT 1 AS works")) == [1]
    elsewhere = make_conninfo(database, dbname="postgres")
    async with await psycopg.AsyncConnection.connect(elsewhere, autocommit=True) as admin:
        name = psycopg.conninfo.conninfo_to_dict(database)["dbname"]
        await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'.encode())
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
        )
        with pytest.raises(DatabaseUnavailable):
            await executor.fetch("SELECT 1", row_cap=1, timeout_s=5, tenant="acme")
        await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'.encode())
    assert _only(await _fetch(executor, "SELECT 1 AS works")) == [1]
    await executor.aclose()


async def test_a_locked_sqlite_file_is_an_outage(tmp_path: Path) -> None:
    file = tmp_path / "locked.sqlite"
    with sqlite3.connect(file, isolation_level=None) as writer:
        writer.execute("CREATE TABLE t (x)")
        writer.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseUnavailable):
            await open_executor(Dialect.SQLITE, str(file)).fetch(
                "SELECT 1", row_cap=1, timeout_s=5, tenant="acme"
            )
        writer.execute("ROLLBACK")
    writer.close()


async def test_plans_are_json_for_postgres(shop_dsns: dict[Dialect, str]) -> None:
    executor = open_executor(Dialect.POSTGRESQL, shop_dsns[Dialect.POSTGRESQL])
    plan = await executor.explain("SELECT * FROM orders", 5)
    await executor.aclose()
    assert isinstance(plan, Estimate) and json.loads(plan.text)["Relation Name"] == "orders"
