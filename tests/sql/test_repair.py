"""What the schema alone makes of wrong SQL: the rows that were meant, on the databases themselves."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from chat2sql.config.vocabulary import Caller, Dialect
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.executors.open import open_executor
from chat2sql.engine.sql.executors.port import Fetched, FetchLimits, RowList
from chat2sql.engine.sql.guard.check import check
from chat2sql.engine.sql.guard.policy import OPEN, Access, Policy
from chat2sql.engine.sql.repair.likeness import closest, same_words, words
from chat2sql.engine.sql.repair.repair import repair
from chat2sql.engine.values.index import ColumnValues, ValueIndex
from chat2sql.engine.values.reading import read_values

CASES = yaml.safe_load((Path(__file__).parent.parent / "fixtures" / "repair.yaml").read_text("utf-8"))
Case = dict[str, Any]


def _each(group: str) -> list[Any]:
    return [
        pytest.param(Dialect(dialect), case, id=f"{dialect}-{case['id']}")
        for case in CASES[group]
        for dialect in case.get("dialects", list(Dialect))
    ]


@pytest.fixture(scope="session")
def shop_values(
    shop_dsns: dict[Dialect, str], shop_catalogues: dict[Dialect, Catalogue]
) -> dict[Dialect, ValueIndex]:
    """What the shop's columns hold, as it is read from each database."""
    return {
        dialect: asyncio.run(read_values(dsn, shop_catalogues[dialect], OPEN))
        for dialect, dsn in shop_dsns.items()
    }


@pytest.mark.parametrize(("dialect", "case"), _each("mended"))
async def test_it_means_what_was_meant(
    dialect: Dialect, case: Case, shop_catalogues: dict[Dialect, Catalogue], shop_dsns: dict[Dialect, str]
) -> None:
    versions = repair(case["sql"], shop_catalogues[dialect], question=case.get("question", ""))
    assert versions, check(case["sql"], shop_catalogues[dialect]).problems
    best = versions[0]
    assert [step.kind.value for step in best.repairs] == case["kinds"], best
    assert all(step.explanation for step in best.repairs)
    checked = check(best.sql, shop_catalogues[dialect])
    assert checked.ok
    assert await _counted(dialect, shop_dsns, checked.executable) == await _counted(
        dialect, shop_dsns, case["same_as"]
    )


async def _counted(dialect: Dialect, dsns: dict[Dialect, str], sql: str) -> Counter[str]:
    executor = open_executor(dialect, dsns[dialect])
    try:
        return Counter(map(str, (await _rows(executor, sql)).rows))
    finally:
        await executor.aclose()


async def _rows(executor: Any, sql: str) -> RowList:
    found = RowList()
    fetched = await executor.fetch(
        sql, found, caller=Caller(tenant="t"), limits=FetchLimits(row_cap=1000, timeout_s=20)
    )
    assert isinstance(fetched, Fetched), (sql, fetched)
    return found


@pytest.mark.parametrize(("dialect", "case"), _each("unmended"))
def test_what_cannot_be_known_is_left(
    dialect: Dialect, case: Case, shop_catalogues: dict[Dialect, Catalogue]
) -> None:
    policy = Policy(default=Access(hide=tuple(case.get("hide", ()))))
    assert repair(case["sql"], shop_catalogues[dialect], policy=policy) == ()


@pytest.mark.parametrize(("dialect", "case"), _each("asked"))
def test_what_was_asked_for_is_left(
    dialect: Dialect, case: Case, shop_catalogues: dict[Dialect, Catalogue]
) -> None:
    assert repair(case["sql"], shop_catalogues[dialect], question=case["question"]) == ()


@pytest.mark.parametrize(
    "sql",
    ["SELECT name FROM customers", "SELECT c.name FROM customers c JOIN orders o ON o.customer_id = c.id"],
)
def test_what_is_right_is_left(sql: str, shop_catalogues: dict[Dialect, Catalogue]) -> None:
    for catalogue in shop_catalogues.values():
        assert repair(sql, catalogue) == ()


def test_a_doubtful_owner_gives_a_version_each(shop_catalogues: dict[Dialect, Catalogue]) -> None:
    sql = "SELECT x.id FROM customers c JOIN orders o ON o.customer_id = c.id"
    versions = repair(sql, shop_catalogues[Dialect.SQLITE])
    assert {version.sql.split(" FROM")[0] for version in versions} == {"SELECT c.id", "SELECT o.id"}
    assert {version.alternatives for version in versions} == {1}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("OrderItems", ("order", "item")),
        ("order_item", ("order", "item")),
        ("CategoryIDs", ("category", "id")),
        ("address", ("address",)),
        ("status", ("status",)),
        ("branches", ("branch",)),
        ("金额", ("金额",)),
    ],
)
def test_words_of_a_name(name: str, expected: tuple[str, ...]) -> None:
    assert words(name) == expected


def test_names_that_say_the_same() -> None:
    assert same_words("singer_name", "name", context="singers")
    assert not same_words("singer_name", "name", context="concerts")
    assert closest("adress", ["address", "city"]) == ["address"]
    assert closest("shoe_size", ["address", "city"]) == []


@pytest.mark.parametrize(("dialect", "case"), _each("values"))
async def test_literals_become_values(
    dialect: Dialect,
    case: Case,
    shop_catalogues: dict[Dialect, Catalogue],
    shop_values: dict[Dialect, ValueIndex],
    shop_dsns: dict[Dialect, str],
) -> None:
    catalogue = shop_catalogues[dialect]
    assert check(case["sql"], catalogue).ok
    versions = repair(case["sql"], catalogue, values=shop_values[dialect], question=case.get("question", ""))
    assert [[step.kind.value for step in version.repairs] for version in versions] == [case["kinds"]]
    checked = check(versions[0].sql, catalogue)
    assert await _counted(dialect, shop_dsns, checked.executable) == await _counted(
        dialect, shop_dsns, case["same_as"]
    )


@pytest.mark.parametrize(("dialect", "case"), _each("left"))
def test_other_literals_are_left(
    dialect: Dialect,
    case: Case,
    shop_catalogues: dict[Dialect, Catalogue],
    shop_values: dict[Dialect, ValueIndex],
) -> None:
    policy = Policy(default=Access(hide=tuple(case.get("hide", ()))))
    versions = repair(
        case["sql"],
        shop_catalogues[dialect],
        values=shop_values[dialect],
        policy=policy,
        question=case.get("question", ""),
    )
    assert versions == ()


def test_a_column_and_its_literal(
    shop_catalogues: dict[Dialect, Catalogue], shop_values: dict[Dialect, ValueIndex]
) -> None:
    for dialect, catalogue in shop_catalogues.items():
        sql = "SELECT c.id FROM customers c WHERE c.citty = 'Beijing'"
        (version,) = repair(sql, catalogue, values=shop_values[dialect])
        assert version.sql == "SELECT c.id FROM customers AS c WHERE c.city = '北京'"
        assert [step.kind.value for step in version.repairs] == ["column_name", "literal_value"]
        assert version.repairs[1].explanation == "customers.city has no 'Beijing' -> '北京'"


def test_a_doubtful_literal_gives_a_version_each(shop_catalogues: dict[Dialect, Catalogue]) -> None:
    catalogue = shop_catalogues[Dialect.SQLITE]
    sql = "SELECT id FROM customers WHERE city = '吉林'"

    def found(complete: bool) -> list[tuple[str, int]]:
        column = ColumnValues(
            table="customers", column="city", values=("吉林市", "吉林省"), complete=complete
        )
        index = ValueIndex(datasource="shop", catalogue_version=catalogue.version, columns=(column,))
        return [(version.sql, version.alternatives) for version in repair(sql, catalogue, values=index)]

    assert found(complete=True) == [(sql.replace("吉林", "吉林市"), 1), (sql.replace("吉林", "吉林省"), 1)]
    # What is not in an index that was cut off may be in the column all the same.
    assert found(complete=False) == []
