"""Masks follow columns to the output; what would be betrayed is named; and no secret comes out where no mask stands."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
import yaml
from psycopg import sql
from psycopg.conninfo import make_conninfo

from chat2sql.config.vocabulary import Caller, Dialect
from chat2sql.engine.schema.catalogue import Catalogue, Column, Table
from chat2sql.engine.sql.executors.port import ColumnInfo, RowList
from chat2sql.engine.sql.guard.allowed import allowed
from chat2sql.engine.sql.guard.policy import MaskKind, Policy
from chat2sql.engine.sql.masking.lineage import output_columns
from chat2sql.engine.sql.masking.probing import probed
from chat2sql.engine.sql.masking.sink import MaskingSink

FILE = yaml.safe_load((Path(__file__).parent.parent / "fixtures" / "masking_lineage.yaml").read_text())
POLICY = Policy.model_validate(FILE["policy"])
NOBODY = Caller(tenant="t", user="nobody")
DIALECTS = (Dialect.POSTGRESQL, Dialect.SQLITE, Dialect.DUCKDB)
SCHEMAS = {Dialect.POSTGRESQL: "public", Dialect.SQLITE: None, Dialect.DUCKDB: "main"}
Run = Callable[[str], list[tuple[object, ...]]]


def catalogue(dialect: Dialect, *further: str) -> Catalogue:
    tables = []
    for statement in FILE["schema"].split(";"):
        if "CREATE TABLE" in statement:
            name, _, columns = statement.partition("CREATE TABLE ")[2].partition(" (")
            pairs = [column.split() for column in columns.rstrip(") \n").split(",")]
            tables += [
                Table(
                    schema_name=schema,
                    name=name,
                    columns=tuple(Column(name=column, type=kind) for column, kind in pairs),
                )
                for schema in (SCHEMAS[dialect], *further)
            ]
    return Catalogue(
        datasource="shop", dialect=dialect, default_schema=SCHEMAS[dialect], tables=tuple(tables)
    )


@pytest.fixture(scope="module")
def run(postgres_server: str) -> Iterator[dict[Dialect, Run]]:
    with psycopg.connect(postgres_server, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE masking"))
    postgres = psycopg.connect(make_conninfo(postgres_server, dbname="masking"), autocommit=True)
    postgres.execute(FILE["schema"].encode())
    lite = sqlite3.connect(":memory:")
    lite.executescript(FILE["schema"])
    duck = duckdb.connect(":memory:")
    duck.execute(FILE["schema"])
    yield {
        Dialect.POSTGRESQL: lambda text: postgres.execute(text.encode()).fetchall(),
        Dialect.SQLITE: lambda text: lite.execute(text).fetchall(),
        Dialect.DUCKDB: lambda text: duck.execute(text).fetchall(),
    }
    duck.close()
    lite.close()
    postgres.close()
    with psycopg.connect(postgres_server, autocommit=True) as server:
        server.execute("DROP DATABASE masking WITH (FORCE)")


def _each(section: str = "cases") -> list[Any]:
    return [
        pytest.param(dialect, case, id=f"{dialect}-{case['sql'][:70]}")
        for case in FILE[section]
        for dialect in DIALECTS
        if dialect in case.get("only", DIALECTS) and dialect not in case.get("not", ())
    ]


def _kinds(names: list[str]) -> tuple[MaskKind | None, ...]:
    return tuple(None if name == "-" else MaskKind(name) for name in names)


@pytest.mark.parametrize(("dialect", "case"), _each())
def test_masks_and_probes(dialect: Dialect, case: dict[str, Any], run: dict[Dialect, Run]) -> None:
    shown = output_columns(case["sql"], catalogue(dialect), POLICY, NOBODY)
    masks = shown.masks
    assert len(shown.copied) == len(masks)
    assert masks == _kinds(case["masks"])
    assert set(probed(case["sql"], catalogue(dialect), POLICY, NOBODY)) == set(case.get("probed", ()))

    rows = run[dialect](case["sql"])
    in_clear = [
        value
        for row in rows
        for value, kind in zip(row, masks if len(masks) == len(row) else masks[:1] * len(row), strict=True)
        if kind is None and any(secret in str(value) for secret in FILE["secrets"])
    ]
    assert bool(in_clear) == case.get("leaks", False)
    assert case.get("any_number") or all(len(row) == len(masks) for row in rows)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("case", FILE["callers"], ids=lambda case: f"{case['tenant']}-{case['user']}")
def test_roles_unmask(dialect: Dialect, case: dict[str, Any]) -> None:
    caller = Caller(tenant=case["tenant"], user=case["user"])
    expected = case["masks"] if SCHEMAS[dialect] is None else case.get("schema", case["masks"])
    assert output_columns(case["sql"], catalogue(dialect), POLICY, caller).masks == _kinds(expected)
    assert probed(case["sql"], catalogue(dialect), POLICY, caller) == ()


@pytest.mark.parametrize(("dialect", "case"), _each("cleared"))
def test_nothing_is_looked_for_in_copies_of_what_roles_show(dialect: Dialect, case: dict[str, Any]) -> None:
    shop = catalogue(dialect, "other") if SCHEMAS[dialect] else catalogue(dialect)
    caller = Caller(tenant="t", user=case["user"])
    assert output_columns(case["sql"], shop, POLICY, caller).cleared == tuple(case["cleared"])


@pytest.mark.parametrize(("dialect", "case"), _each("shown"))
def test_null_is_shown_in_copies_only(
    dialect: Dialect, case: dict[str, Any], run: dict[Dialect, Run]
) -> None:
    asked = (case["sql"], catalogue(dialect), POLICY, NOBODY)
    assert probed(*asked) == ()
    rows, inner = run[dialect](case["sql"]), RowList()
    shown = output_columns(*asked)
    sink = MaskingSink(inner, shown.masks, (), copied=shown.copied)
    sink.begin(tuple(ColumnInfo(name=f"c{position}", type="text") for position in range(len(rows[0]))))
    sink.write(rows)
    assert [list(row) for row in inner.rows] == case["rows"]


@pytest.mark.parametrize(
    ("dialect", "name"), [(dialect, name) for dialect in DIALECTS for name in sorted(allowed(dialect).rows)]
)
def test_functions_that_make_rows_betray_their_arguments(dialect: Dialect, name: str) -> None:
    """How many rows there are can be counted."""
    for arguments in ("phone, phone",) if name == "generate_series" else ("phone", "phone, phone"):
        for text in (
            f"SELECT {name}({arguments}) FROM customers",
            f"SELECT COUNT(*) FROM (SELECT {name}({arguments}) FROM customers) AS x",
        ):
            assert probed(text, catalogue(dialect), POLICY, NOBODY) == ("customers.phone",)


def test_a_query_nested_beyond_the_stack_is_masked_whole() -> None:
    deep = "SELECT name FROM customers" + " UNION ALL SELECT name FROM customers" * 3000
    shallow = "SELECT id FROM customers WHERE " + " OR ".join(f"name = 'n{n}'" for n in range(3000))
    assert output_columns(deep, catalogue(Dialect.SQLITE), POLICY, NOBODY).masks[0] in {
        MaskKind.SECRET,
        MaskKind.NAME,
    }
    assert probed(shallow, catalogue(Dialect.SQLITE), POLICY, NOBODY) == ()
