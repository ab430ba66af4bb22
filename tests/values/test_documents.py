"""The parts of documents: which keys they have, of what kind, with which texts."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Column
from chat2sql.engine.schema.introspect import introspect
from chat2sql.engine.sql.guard.policy import OPEN, MaskKind, Policy
from chat2sql.engine.values.documents import extracted, is_document, parts_in
from chat2sql.engine.values.fitness import permitted
from chat2sql.engine.values.reading import read_values

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


async def test_documents_tell_nothing_of_people(tmp_path: Path) -> None:
    database = tmp_path / "shop.db"
    documents = [
        {
            "color": "red",
            "password": {"value": "hunter2"},
            "owner": {"value": "John Smith"},
            "members": ["Mary Jones"],
            "contact": {"first": "John"},
            "account": {"no": "62220000"},
            "address": {"line": "中山路1号"},
            "bonus": {"王小明": 100, "李丽": 50, "张伟": 30},
            "size": {"secret_code": "abc", "unit": "cm"},
        }
    ] * 5
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE goods (id integer, spec text)")
        connection.executemany("INSERT INTO goods VALUES (1, ?)", [(json.dumps(one),) for one in documents])
        connection.commit()
    dsn = f"sqlite:///{database}"
    read = await introspect(dsn, Dialect.SQLITE, "d")
    (table,) = read.tables
    columns = tuple(one.model_copy(update={"comment": "JSON"}) for one in table.columns)
    catalogue = read.model_copy(update={"tables": (table.model_copy(update={"columns": columns}),)})
    masked = Policy(masks={"*.unit": MaskKind.SECRET})
    index = await read_values(dsn, catalogue, OPEN)
    assert {part.name for part in index.parts} == {"color", "size.unit"}
    assert {part.name for part in (await read_values(dsn, catalogue, masked)).parts} == {"color"}
    assert {part.name for part in permitted(index, catalogue, masked).parts} == {"color"}


@pytest.mark.parametrize(
    ("column", "values", "kept"),
    [
        ("客户名称", ["华信有限公司", "远航集团", "明德医院", "新城小学学校"], 4),
        ("客户名称", ["华信有限公司", "远航集团", "明德医院", "王小明", "李丽", "张伟"], 3),
        (
            "客户名称",
            [
                *("华信有限公司", "远航集团", "明德医院"),
                *("王小明", "李丽", "张伟", "赵敏", "陈刚", "刘洋", "孙静", "周涛"),
            ],
            0,
        ),
        ("客户名称", ["王小明商行", "李丽经营部", "张伟超市", "赵敏门市部", "陈刚商贸"], 0),
        (
            "客户名称",
            [
                "华信有限公司",
                "远航集团",
                "明德医院",
                "北京图书公司",
                "江南造船厂",
                "王小明 13800138000 华信公司",
            ],
            5,
        ),
        ("客户姓名", ["华信有限公司", "远航集团", "明德医院", "新城学校"], 0),
        ("客户名称及住址", ["华信有限公司", "远航集团", "明德医院", "新城学校"], 0),
    ],
)
async def test_of_names_of_customers_those_of_firms_are_kept(
    tmp_path: Path, column: str, values: list[str], kept: int
) -> None:
    database = tmp_path / "crm.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"CREATE TABLE crm (mc VARCHAR); COMMENT ON COLUMN crm.mc IS '{column}'")
        connection.executemany("INSERT INTO crm VALUES (?)", [(value,) for value in values])
    dsn = f"duckdb:///{database}"
    index = await read_values(dsn, await introspect(dsn, Dialect.DUCKDB, "d"), OPEN)
    assert sum(len(one.values) for one in index.columns) == kept
