"""What the schema alone makes of wrong SQL: the rows that were meant, on the databases themselves."""

from __future__ import annotations

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
from chat2sql.engine.sql.guard.policy import Access, Policy
from chat2sql.engine.sql.repair.likeness import closest, same_words, words
from chat2sql.engine.sql.repair.repair import repair

CASES = yaml.safe_load((Path(__file__).parent.parent / "fixtures" / "repair.yaml").read_text("utf-8"))
Case = dict[str, Any]


def _each(group: str) -> list[Any]:
    return [
        pytest.param(Dialect(dialect), case, id=f"{dialect}-{case['id']}")
        for case in CASES[group]
        for dialect in case.get("dialects", list(Dialect))
    ]


@pytest.mark.parametrize(("dialect", "case"), _each("mended"))
async def test_it_means_what_was_meant(
    dialect: Dialect, case: Case, shop_catalogues: dict[Dialect, Catalogue], shop_dsns: dict[Dialect, str]
) -> None:
    versions = repair(case["sql"], shop_catalogues[dialect])
    assert versions, check(case["sql"], shop_catalogues[dialect]).problems
    best = versions[0]
    assert [step.kind.value for step in best.repairs] == case["kinds"], best
    assert all(step.explanation for step in best.repairs)
    checked = check(best.sql, shop_catalogues[dialect])
    assert checked.ok
    executor = open_executor(dialect, shop_dsns[dialect])
    try:
        rows = [
            Counter(map(str, (await _rows(executor, sql)).rows))
            for sql in (checked.executable, case["same_as"])
        ]
    finally:
        await executor.aclose()
    assert rows[0] == rows[1]


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
