"""Dates that a model compares with years, months and days which are no dates: the rows that were meant, on every database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from every_database import on_every_database, read_catalogues
from mariadb_server import MariadbServer

from chat2sql.config.vocabulary import Caller, Dialect
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.executors.open import open_executor
from chat2sql.engine.sql.executors.port import Fetched, FetchLimits, RowList
from chat2sql.engine.sql.guard.check import check
from chat2sql.engine.sql.repair.repair import repair

CASES = yaml.safe_load((Path(__file__).parent.parent / "fixtures" / "periods.yaml").read_text("utf-8"))
Databases = tuple[dict[Dialect, str], dict[Dialect, Catalogue]]


@pytest.fixture(scope="module")
def films(
    postgres_server: str, mariadb_server: MariadbServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Databases]:
    """Three films on every database."""
    statements = {dialect: list(filter(str.strip, CASES["schema"].split(";\n"))) for dialect in Dialect}
    folder = tmp_path_factory.mktemp("films")
    with on_every_database("films", statements, postgres_server, mariadb_server, folder) as dsns:
        yield dsns, read_catalogues(dsns, "films")


@pytest.mark.parametrize(
    ("dialect", "case"),
    [
        pytest.param(Dialect(dialect), case, id=f"{dialect}-{case['sql']}")
        for case in CASES["mended"]
        for dialect in case.get("dialects", list(Dialect))
    ],
)
async def test_a_date_becomes_the_period_that_the_column_has(
    dialect: Dialect, case: dict[str, Any], films: Databases
) -> None:
    dsns, catalogues = films
    versions = repair(f"SELECT id FROM films WHERE {case['sql']}", catalogues[dialect])
    assert {step.kind.value for step in versions[0].repairs} == {"literal_type"}
    checked = check(versions[0].sql, catalogues[dialect])
    executor = open_executor(dialect, dsns[dialect])
    try:
        found = []
        for sql in (checked.executable, f"SELECT id FROM films WHERE {case['same_as']}"):
            rows = RowList()
            limits = FetchLimits(row_cap=10, timeout_s=20)
            fetched = await executor.fetch(sql, rows, caller=Caller(tenant="t"), limits=limits)
            assert isinstance(fetched, Fetched), (sql, fetched)
            found.append(sorted(rows.rows))
        assert found[0] == found[1] != []
    finally:
        await executor.aclose()


@pytest.mark.parametrize("sql", CASES["left"])
def test_what_the_column_has_is_left(sql: str, films: Databases) -> None:
    for catalogue in films[1].values():
        assert repair(f"SELECT id FROM films WHERE {sql}", catalogue) == ()
