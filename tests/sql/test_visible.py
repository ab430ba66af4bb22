"""Who sees what: the catalogue that the guard is given, and what a real database then shows through it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
import yaml

from chat2sql.config.vocabulary import Caller, Dialect
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.introspect import introspect
from chat2sql.engine.sql.guard.check import ProblemKind, check
from chat2sql.engine.sql.guard.policy import Policy
from chat2sql.engine.sql.guard.policy_file import parse_policy
from chat2sql.engine.sql.guard.visible import visible

CASES = yaml.safe_load((Path(__file__).parent.parent / "fixtures" / "visible.yaml").read_text())
Case = dict[str, Any]


class Company(NamedTuple):
    """A real database with three schemas."""

    connection: duckdb.DuckDBPyConnection
    catalogue: Catalogue


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    file = tmp_path_factory.mktemp("visible") / "company.duckdb"
    with closing(duckdb.connect(file)) as connection:
        connection.execute(CASES["schema"])
    catalogue = asyncio.run(introspect(f"duckdb:///{file}", Dialect.DUCKDB, "company"))
    with closing(duckdb.connect(file, read_only=True)) as connection:
        yield Company(connection, catalogue)


def _policy(case: Case) -> Policy:
    # Not looked up in the catalogue: what the policy file would be refused for must not show anything either.
    return parse_policy(case["policy"])


def _caller(case: Case) -> Caller:
    return Caller(tenant=case.get("tenant", "acme"), user=case.get("user", "ann"))


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["id"])
def test_a_caller_sees_this_and_nothing_else(case: Case, company: Company) -> None:
    policy, caller = _policy(case), _caller(case)
    seen = visible(company.catalogue, policy, caller)
    found = {seen.key(table): [column.name for column in table.columns] for table in seen.tables}
    assert found == case["sees"]
    keys = [
        f"{table.name}.{name}" for table in seen.tables for key in table.foreign_keys for name in key.columns
    ]
    assert keys == case.get("keys", keys)
    # The same object where nothing is hidden: caches downstream go by it.
    assert (seen is company.catalogue) is (seen == company.catalogue)


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["id"])
def test_the_database_shows_this_and_nothing_else(case: Case, company: Company) -> None:
    policy, caller = _policy(case), _caller(case)
    for table in company.catalogue.tables:
        key = company.catalogue.key(table)
        qualified = f"{table.schema_name}.{table.name}"
        columns = case["sees"].get(key)
        if columns is None:
            for name in (qualified, f'"{table.schema_name}"."{table.name}"'):
                checked = check(f"SELECT * FROM {name}", company.catalogue, policy=policy, caller=caller)
                assert [problem.kind for problem in checked.problems] == [ProblemKind.UNKNOWN_TABLE], name
            # The bare name may mean the table of that name in another schema, if that one is visible.
            checked = check(f"SELECT * FROM {table.name}", company.catalogue, policy=policy, caller=caller)
            assert checked.ok is bool(checked.tables)
            for meant in checked.tables:
                cursor = company.connection.execute(checked.executable)
                assert [column[0] for column in cursor.description] == case["sees"][meant]
            continue
        checked = check(f"SELECT * FROM {qualified}", company.catalogue, policy=policy, caller=caller)
        assert checked.ok, checked.problems
        cursor = company.connection.execute(checked.executable)
        assert [column[0] for column in cursor.description] == columns
        assert len(cursor.fetchall()) == case.get("rows", {}).get(key, len(_all(qualified, company)))
        for hidden in {column.name for column in table.columns} - set(columns):
            for query in (
                f"SELECT {hidden} FROM {qualified}",
                f"SELECT 1 FROM {qualified} AS x WHERE x.{hidden} IS NULL",
            ):
                checked = check(query, company.catalogue, policy=policy, caller=caller)
                assert {problem.kind for problem in checked.problems} == {ProblemKind.UNKNOWN_COLUMN}, query


def _all(qualified: str, company: Company) -> list[Any]:
    return company.connection.execute(f"SELECT * FROM {qualified}").fetchall()


def test_tables_of_tenants_have_no_values_of_anybodys_in_the_catalogue(company: Company) -> None:
    policy = parse_policy(
        '[tenants]\nby = "rewrite"\ntables = ["customers"]\nshared = ["regions"]', company.catalogue
    )
    whole = {table.name: table for table in company.catalogue.tables}
    assert any(column.samples for column in whole["customers"].columns)
    seen = {table.name: table for table in visible(company.catalogue, policy, Caller(tenant="acme")).tables}
    assert not any(column.samples for column in seen["customers"].columns)
    assert seen["customers"].row_estimate is None
    assert seen["regions"] == whole["regions"]
