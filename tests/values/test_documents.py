"""The parts of documents: which keys they have, of what kind, with which texts."""

from __future__ import annotations

import pytest
from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Column
from chat2sql.engine.values.documents import extracted, is_document, parts_in

CASES: dict[str, tuple[list[object], dict[str, tuple[str, tuple[str, ...]]]]] = {
    "texts": (['{"color": "red"}', '{"color": "blue"}'], {"color": ("text", ("red", "blue"))}),
    "parsed by the driver": ([{"color": "red"}], {"color": ("text", ("red",))}),
    "numbers and truths": (
        ['{"w": 1, "eco": true}', '{"w": 2.5}'],
        {"w": ("number", ()), "eco": ("truth", ())},
    ),
    "lists": (['["a", "b"]', '["a"]'], {"[]": ("list", ("a", "b"))}),
    "a list inside": (['{"tags": ["a"]}'], {"tags[]": ("list", ("a",))}),
    "two keys deep": (
        ['{"size": {"w": 3, "unit": "cm"}}'],
        {"size.w": ("number", ()), "size.unit": ("text", ("cm",))},
    ),
    "deeper is left out": (['{"a": {"b": {"c": 1}}}'], {}),
    "mixed is left out": (['{"a": 1}', '{"a": "x"}'], {}),
    "keys that are data are left out": (['{"2024-01-01": 1}'], {}),
    "no documents": (["plain", None, "{broken"], {}),
}


@pytest.mark.parametrize("name", CASES)
def test_parts(name: str) -> None:
    documents, expected = CASES[name]
    found = {read.part.name: (read.part.kind.value, read.texts) for read in parts_in("t", "c", documents)}
    assert found == expected


def test_rare_keys_are_left_out() -> None:
    documents = ['{"a": "x"}'] * 99 + ['{"a": "x", "typo": "y"}']
    assert [read.part.name for read in parts_in("t", "c", documents)] == ["a"]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (Column(name="spec", type="jsonb"), True),
        (Column(name="tags", type="text[]"), True),
        (Column(name="tags", type="VARCHAR[]"), True),
        (Column(name="tags", type="text", comment="标签(JSON)"), True),
        (Column(name="name", type="text", comment="名称"), False),
        (Column(name="n", type="int", comment="how many keys the JSON has"), False),
    ],
)
def test_which_columns_hold_documents(column: Column, expected: bool) -> None:
    assert is_document(column) == expected


@pytest.mark.parametrize(
    ("dialect", "sql"),
    [
        (Dialect.POSTGRESQL, "t.spec -> 'size' ->> 'w'"),
        (Dialect.DUCKDB, "t.spec ->> '$.size.w'"),
        (Dialect.SQLITE, "t.spec ->> '$.size.w'"),
        (Dialect.MYSQL, "t.spec ->> '$.size.w'"),
    ],
)
def test_the_way_to_a_part(dialect: Dialect, sql: str) -> None:
    assert extracted(exp.column("spec", table="t"), "size.w", dialect) == sql
