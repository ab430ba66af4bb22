"""What of a database gets into the value index, on the databases themselves."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from values.conftest import CHAIN

from chat2sql.config.errors import DatabaseUnavailable, Misconfigured
from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.introspect import introspect
from chat2sql.engine.sql.guard.policy import OPEN, Policy
from chat2sql.engine.values.fitness import kept_values, permitted
from chat2sql.engine.values.index import ValueIndex
from chat2sql.engine.values.reading import read_values


@pytest.mark.parametrize("dialect", Dialect)
async def test_the_same_values_everywhere(
    dialect: Dialect, chain_dsns: dict[Dialect, str], chain_catalogues: dict[Dialect, Catalogue]
) -> None:
    catalogue = chain_catalogues[dialect]
    index = await read_values(chain_dsns[dialect], catalogue, OPEN)
    assert (index.datasource, index.catalogue_version) == ("chain", catalogue.version)
    found = {f"{column.table}.{column.column}": column for column in index.columns}
    assert found.keys() == CHAIN["indexed"].keys()
    for name, told in CHAIN["indexed"].items():
        assert found[name].complete == told.get("complete", True), name
        if "count" in told:
            assert len(found[name].values) == told["count"]
        else:
            assert set(found[name].values) == set(told["values"])
    assert found["shops.status"].values[0] == "closed", "the most frequent one first"
    learned = {f"{one.table}.{one.columns[0]}": [one.columns[1], len(one.pairs)] for one in index.parallels}
    assert learned == CHAIN["parallels"]
    assert ValueIndex.model_validate_json(index.model_dump_json()) == index


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("case", CHAIN["policies"], ids=lambda case: case["id"])
async def test_what_a_policy_keeps_out(
    dialect: Dialect,
    case: dict[str, Any],
    chain_dsns: dict[Dialect, str],
    chain_catalogues: dict[Dialect, Catalogue],
) -> None:
    policy = Policy.model_validate({name: case[name] for name in ("masks", "tenants") if name in case})
    catalogue = chain_catalogues[dialect]
    whole = await read_values(chain_dsns[dialect], catalogue, OPEN)
    left = await read_values(chain_dsns[dialect], catalogue, policy)
    assert _names(left) == _names(whole) - set(case["out"])
    later = permitted(whole, catalogue, policy)
    assert later == left
    assert permitted(whole, catalogue, policy) is later
    assert permitted(whole, catalogue, OPEN) == whole


def _names(index: ValueIndex) -> set[str]:
    return {f"{column.table}.{column.column}" for column in index.columns}


@pytest.mark.parametrize("dialect", Dialect)
async def test_without_time_nothing_is_read(
    dialect: Dialect, chain_dsns: dict[Dialect, str], chain_catalogues: dict[Dialect, Catalogue]
) -> None:
    index = await read_values(chain_dsns[dialect], chain_catalogues[dialect], OPEN, timeout_s=0)
    assert index.columns == ()


async def test_what_is_slow_or_broken_is_left_out(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE shops (city text); INSERT INTO shops VALUES ('Berlin');"
            "CREATE VIEW slow AS SELECT 'Paris' AS city FROM pg_sleep(60);"
            "CREATE VIEW broken AS SELECT city, (1 / (length(city) - 6))::text AS share FROM shops"
        )
    catalogue = await introspect(database, Dialect.POSTGRESQL, "d", samples=0)
    index = await read_values(database, catalogue, OPEN)
    assert {(column.table, column.column) for column in index.columns} == {
        ("shops", "city"),
        ("broken", "city"),
    }


async def test_enumerations_of_postgres(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE DOMAIN hue AS text;"
            "CREATE TABLE days (felt mood, colour hue, tags text[], body jsonb, at timestamptz, number int);"
            """INSERT INTO days VALUES ('good', 'red', '{a}', '{"a": "b"}', now(), 1)"""
        )
    index = await read_values(database, await introspect(database, Dialect.POSTGRESQL, "d"), OPEN)
    assert {(column.column, column.part): column.values for column in index.columns} == {
        ("felt", ""): ("good",),
        ("colour", ""): ("red",),
        ("tags", "[]"): ("a",),
        ("body", "a"): ("b",),
    }


async def test_a_database_that_is_gone(chain_catalogues: dict[Dialect, Catalogue]) -> None:
    with pytest.raises(Misconfigured):
        await read_values("sqlite:////no/such/file.db", chain_catalogues[Dialect.SQLITE], OPEN)
    with pytest.raises(DatabaseUnavailable):
        await read_values(
            "postgresql://x@127.0.0.1:1/x", chain_catalogues[Dialect.POSTGRESQL], OPEN, timeout_s=2
        )


@pytest.mark.parametrize(
    ("column", "values", "kept"),
    [
        ("city", ["Berlin", "Paris"], ["Berlin", "Paris"]),
        ("city", ["Berlin", "x" * 61], ["Berlin"]),
        ("city", ["x" * 61, "y" * 61, "Berlin"], []),
        ("city", ["Berlin", "Paris ", "Rome"], ["Berlin", "Rome"]),
        ("doc", ['{"a": 1}', "[1, 2]", "<a>b</a>"], []),
        ("day", ["2024-01-05", "2024-02-05 10:00:00"], []),
        ("tone", ["a\nb", "c\u202ed", "e"], []),
        ("ref", ["8f14e45fceea167a5a36dedd4bea2543", "0cc175b9c0f1b6a831c399e269772661"], []),
        ("ref", [f"A-{number}" for number in range(301)], []),
        ("ref", [f"A-{number}" for number in range(300)], [f"A-{number}" for number in range(300)]),
        (
            "remark",
            ["ok", "fine", "late", "lost", "13812345678", "broken"],
            ["ok", "fine", "late", "lost", "broken"],
        ),
        ("remark", ["ok", "13812345678"], []),
        ("label", ["王伟", "李娜", "张伟", "刘洋"], []),
        ("label", ["华为", "小米", "联想"], ["华为", "小米", "联想"]),
        ("punctuation", ["-", "?", "ok", "n"], ["ok", "n"]),
    ],
)
def test_values_that_are_kept(column: str, values: list[str], kept: list[str]) -> None:
    assert list(kept_values("things", column, values)) == kept
