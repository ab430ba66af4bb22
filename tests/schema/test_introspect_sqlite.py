from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chat2sql.config.errors import DatabaseUnavailable, Misconfigured
from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue, ForeignKey, Table
from chat2sql.engine.schema.connect import open_sqlite
from chat2sql.engine.schema.introspect import introspect
from chat2sql.engine.schema.sqlite import read_comments


async def read(dsn: str | Path) -> Catalogue:
    return await introspect(str(dsn), Dialect.SQLITE, "shop")


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def found(catalogue: Catalogue, name: str) -> Table:
    table = catalogue.table(name)
    assert table is not None, name
    return table


async def test_tables_views_and_comments(shop_file: Path) -> None:
    catalogue = await read(shop_file)
    assert [table.name for table in catalogue.tables] == [
        "Order Items",
        "cities",
        "customers",
        "lost",
        "notes",
        "退货单",
    ]
    assert [table.name for table in catalogue.tables if table.is_view] == ["cities"]
    customers = found(catalogue, "customers")
    assert customers.comment == "客户 Customers"
    assert {c.name: c.comment for c in customers.columns} == {
        "id": "客户编号",
        "name": "客户名称, as on the invoice",
        "city": "where the customer lives",
        "note -- internal": "free text",
        "photo": "",
        "extra": "",
    }
    assert found(catalogue, "order items").columns[1].comment == "行号"


async def test_keys_types_and_rows(shop_file: Path) -> None:
    catalogue = await read(shop_file)
    items = found(catalogue, "Order Items")
    assert items.primary_key == ("order_no", "Line No")
    assert items.foreign_keys == (
        ForeignKey(columns=("customer_id",), target_table="customers", target_columns=("id",)),
    )
    assert [c.type for c in items.columns] == ["INTEGER", "INTEGER", "INTEGER", "DATE", "DECIMAL(10, 2)"]
    assert [c.nullable for c in items.columns] == [False, False, True, True, True]
    assert found(catalogue, "lost").foreign_keys == ()
    assert (items.row_estimate, found(catalogue, "cities").row_estimate) == (3, None)
    assert items.schema_name is None


async def test_samples(shop_file: Path) -> None:
    catalogue = await read(shop_file)
    samples = {c.name: c.samples for c in found(catalogue, "customers").columns}
    assert samples == {
        "id": ("1", "2", "3"),
        "name": (),
        "city": ("北京", "上海"),
        "note -- internal": ("-- none",),
        "photo": (),
        "extra": (),
    }
    assert found(catalogue, "Order Items").columns[3].samples == ("2024-03-01", "2024-04-02")


async def test_the_statistics_give_the_rows_where_there_are_any(shop_file: Path) -> None:
    with closing(sqlite3.connect(shop_file)) as connection:
        connection.execute("ANALYZE")
        connection.execute("UPDATE sqlite_stat1 SET stat = '5000000 2 1' WHERE tbl = 'Order Items'")
        connection.commit()
    assert found(await read(shop_file), "Order Items").row_estimate == 5_000_000


@pytest.fixture
def plain_file(shop_file: Path) -> Path:
    """The shop in a file whose name a URL can hold as it is."""
    return shop_file.rename(shop_file.with_name("shop.db"))


async def test_all_forms_of_a_dsn(plain_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = await read(plain_file)
    assert await read(f"sqlite:///{plain_file}") == expected
    monkeypatch.chdir(plain_file.parent)
    assert await read("sqlite:///shop.db") == expected
    assert await read("shop.db") == expected


async def test_the_file_cannot_be_written(shop_file: Path) -> None:
    with (
        closing(open_sqlite(str(shop_file), timeout_s=5)) as connection,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        connection.execute("DELETE FROM customers")


@pytest.mark.parametrize(
    "dsn", ["{}/none.db", "sqlite:///{}/none.db", "{}", "sqlite://", ":memory:", "", "\0"]
)
async def test_a_missing_file_is_said_to_be_missing_and_not_made(tmp_path: Path, dsn: str) -> None:
    with pytest.raises(Misconfigured, match="missing or cannot be opened") as refused:
        await read(dsn.format(tmp_path))
    assert str(tmp_path) not in str(refused.value)
    assert files_in(tmp_path) == []


async def test_another_kind_of_file_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "text.db"
    path.write_text("not a database, but long enough to be looked at as one. " * 50)
    with pytest.raises(Misconfigured, match="not a sound SQLite database"):
        await read(path)


async def test_a_locked_file_is_an_outage(shop_file: Path) -> None:
    with closing(sqlite3.connect(shop_file, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseUnavailable, match="locked"):
            await introspect(str(shop_file), Dialect.SQLITE, "shop", timeout_s=0.2)


@pytest.mark.parametrize(
    ("definition", "table", "columns"),
    [
        ("CREATE TABLE t (a int, b int)", "", {}),
        (
            "CREATE TABLE t -- about t\n(\n a int -- first\n , b int -- second\n)",
            "about t",
            {"a": "first", "b": "second"},
        ),
        ("CREATE TABLE t\n( -- about t\n a int\n)", "about t", {}),
        ("CREATE TABLE t (\n -- one\n -- two\n A int\n)", "", {"a": "one two"}),
        ("CREATE TABLE t (\n a text DEFAULT '--x', -- y\n `b` int /* z */\n)", "", {"a": "y", "b": "z"}),
        ("CREATE TABLE t (\n a int,\n -- a rule\n PRIMARY KEY (a) -- key\n)", "", {}),
        ("CREATE TABLE t (\n a int, ---- 编号 ----\n [b] int --\n)", "", {"a": "编号"}),
    ],
)
def test_comments_in_the_text_of_a_table(definition: str, table: str, columns: dict[str, str]) -> None:
    comments = read_comments(definition, ("A" if " A int" in definition else "a", "b"))
    assert (comments.table, comments.columns) == (table, columns)
