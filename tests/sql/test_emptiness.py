"""Why a query gives nothing: what is told of it, and what is not, on the databases themselves."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from every_database import on_every_database, read_catalogues
from mariadb_server import MariadbServer

from chat2sql.config.vocabulary import Bilingual, Caller, Dialect
from chat2sql.engine.present.empty_result import told
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.emptiness import ProbeLimits, why_empty
from chat2sql.engine.sql.executors.open import open_executor
from chat2sql.engine.sql.executors.port import Executor, Fetched, FetchLimits, RowList
from chat2sql.engine.sql.guard.check import check
from chat2sql.engine.sql.guard.policy import OPEN, Policy
from chat2sql.engine.values.fitness import permitted
from chat2sql.engine.values.index import ValueIndex
from chat2sql.engine.values.reading import read_values

CASES = yaml.safe_load((Path(__file__).parent.parent / "fixtures" / "emptiness.yaml").read_text("utf-8"))
POLICIES = {name: Policy.model_validate(policy) for name, policy in CASES["policies"].items()}
Case = dict[str, Any]
# A busy machine may take long for what is quick, and what is told must not hang on that.
PATIENT = {"each_s": 20.0, "total_s": 60.0}
SLOW = "(SELECT COUNT(*) FROM branches b0 {}) < 0".format(
    " ".join(f"JOIN branches b{number} ON b{number}.id <> b{number - 1}.id" for number in range(1, 19))
)
LIMITS = FetchLimits(row_cap=10, timeout_s=20)


class Branches:
    """One of the databases with what is known of it."""

    def __init__(self, dialect: Dialect, dsn: str, catalogue: Catalogue) -> None:
        self.dialect, self.dsn, self.catalogue = dialect, dsn, catalogue
        self.values: ValueIndex = asyncio.run(read_values(dsn, catalogue, OPEN))

    @asynccontextmanager
    async def executor(self) -> AsyncIterator[Executor]:
        executor = open_executor(self.dialect, self.dsn)
        try:
            yield executor
        finally:
            await executor.aclose()

    async def told(self, case: Case, limits: ProbeLimits) -> Bilingual | None:
        """What is said of a case, which must give nothing."""
        policy = POLICIES.get(case.get("policy", ""), OPEN)
        caller = Caller(tenant=case.get("tenant", "t"), user=case.get("user", "u"))
        async with self.executor() as executor:
            rows = RowList()
            if case.get("runs", True):
                checked = check(case["sql"], self.catalogue, policy=policy, caller=caller)
                fetched = await executor.fetch(checked.executable, rows, caller=caller, limits=LIMITS)
                assert isinstance(fetched, Fetched), (checked, fetched)
                assert all(cell is None or cell == 0 for row in rows.rows for cell in row)
            found = await why_empty(
                case["sql"],
                [[None if cell is None else str(cell) for cell in row] for row in rows.rows],
                executor,
                catalogue=self.catalogue,
                policy=policy,
                caller=caller,
                values=permitted(self.values, self.catalogue, policy),
                limits=limits,
            )
        return told(found, self.dialect, {}) if found is not None else None


@pytest.fixture(scope="session")
def branches(
    postgres_server: str, mariadb_server: MariadbServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[Dialect, Branches]]:
    """The schema of the cases on every database; never written to by tests."""
    statements = {dialect: CASES["schema"].split(";\n") for dialect in Dialect}
    folder = tmp_path_factory.mktemp("branches")
    with on_every_database("branches", statements, postgres_server, mariadb_server, folder) as dsns:
        catalogues = read_catalogues(dsns, "branches")
        yield {dialect: Branches(dialect, dsn, catalogues[dialect]) for dialect, dsn in dsns.items()}


def _each(group: str) -> list[Any]:
    return [
        pytest.param(Dialect(dialect), case, id=f"{dialect}-{case['id']}")
        for case in CASES[group]
        for dialect in case.get("dialects", list(Dialect))
    ]


def _limits(case: Case) -> ProbeLimits:
    return ProbeLimits.model_validate({**PATIENT, **case.get("limits", {})})


@pytest.mark.parametrize(("dialect", "case"), _each("told"))
async def test_the_reason_is_told(dialect: Dialect, case: Case, branches: dict[Dialect, Branches]) -> None:
    said = await branches[dialect].told(case, _limits(case))
    assert said is not None
    # Values that are as frequent come in any order.
    order = _in_order if case.get("sorted") else str
    assert order(said.en) == order(case["en"])
    assert said.zh == case.get("zh", said.zh)


def _in_order(text: str) -> list[str]:
    return sorted(re.split(r"has only |, ", text))


@pytest.mark.parametrize(("dialect", "case"), _each("untold"))
async def test_nothing_is_told_that_is_not_known(
    dialect: Dialect, case: Case, branches: dict[Dialect, Branches]
) -> None:
    assert await branches[dialect].told(case, _limits(case)) is None


@pytest.mark.parametrize(("dialect", "case"), _each("slow"))
async def test_a_condition_that_takes_too_long_is_not_blamed(
    dialect: Dialect, case: Case, branches: dict[Dialect, Branches]
) -> None:
    assert check(case["sql"].format(slow=SLOW), branches[dialect].catalogue).ok
    slow = {**case, "sql": case["sql"].format(slow=SLOW), "runs": False}
    said = await branches[dialect].told(slow, ProbeLimits(each_s=0.5, total_s=60))
    assert (said.en if said is not None else None) == case.get("en")


async def test_a_database_that_keeps_us_waiting(branches: dict[Dialect, Branches]) -> None:
    case = {"sql": "SELECT id FROM returns", "runs": False}
    postgres = branches[Dialect.POSTGRESQL]
    with psycopg.connect(postgres.dsn) as connection:
        connection.execute("LOCK TABLE returns IN ACCESS EXCLUSIVE MODE")
        assert await postgres.told(case, ProbeLimits(each_s=0.2, total_s=20)) is None
        assert await postgres.told(case, ProbeLimits(each_s=20, total_s=0.2)) is None
        connection.rollback()
    assert await postgres.told(case, ProbeLimits.model_validate(PATIENT)) is not None
