from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from chat2sql.config.errors import DatabaseUnavailable, Misconfigured
from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue, ForeignKey, Table
from chat2sql.engine.schema.introspect import introspect

SCHEMA = Path(__file__).parents[1] / "fixtures" / "schema" / "shop_duckdb.sql"
WRITER = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def shop_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DuckDB shop; never written to by tests."""
    path = tmp_path_factory.mktemp("duckdb") / "my shop.duckdb"
    with closing(duckdb.connect(path)) as connection:
        connection.execute(SCHEMA.read_text())
    return path


async def read(dsn: str | Path, **more: object) -> Catalogue:
    return await introspect(str(dsn), Dialect.DUCKDB, "shop", **more)  # type: ignore[arg-type]  # by keyword


@pytest.fixture(scope="module")
async def catalogue(shop_file: Path) -> Catalogue:
    return await read(shop_file)


def found(catalogue: Catalogue, name: str) -> Table:
    table = catalogue.table(name)
    assert table is not None, name
    return table


def test_tables_views_and_comments(catalogue: Catalogue) -> None:
    assert catalogue.default_schema == "main"
    assert [catalogue.key(table) for table in catalogue.tables] == [
        "Order Items",
        "customers",
        "orders",
        "outside",
        "paid_orders",
        "slow",
        "退货单",
        "hr.employees",
    ]
    assert [table.name for table in catalogue.tables if table.is_view] == ["outside", "paid_orders", "slow"]
    customers = found(catalogue, "customers")
    assert customers.comment == "客户 Customers"
    assert {c.name: c.comment for c in customers.columns if c.comment} == {"name": "客户名称"}
    assert found(catalogue, "paid_orders").comment == "已付订单"


def test_keys_types_and_rows(catalogue: Catalogue) -> None:
    both = ("shop_id", "order_no")
    orders = found(catalogue, "orders")
    assert orders.primary_key == both
    assert orders.foreign_keys == (
        ForeignKey(columns=("customer_id",), target_table="customers", target_columns=("id",)),
    )
    assert found(catalogue, "Order Items").foreign_keys == (
        ForeignKey(columns=both, target_table="orders", target_columns=both),
    )
    assert [key.target_table for key in found(catalogue, "hr.employees").foreign_keys] == ["hr.employees"]
    assert [(c.type, c.nullable) for c in orders.columns] == [
        ("INTEGER", False),
        ("INTEGER", False),
        ("BIGINT", True),
        ("ENUM('draft', 'paid')", True),
        ("DECIMAL(12,2)", True),
        ("TIMESTAMP WITH TIME ZONE", True),
    ]
    assert [c.type for c in found(catalogue, "customers").columns[4:6]] == [
        "HUGEINT",
        "STRUCT(a INTEGER, b VARCHAR[])",
    ]
    assert [c.name for c in found(catalogue, "order items").columns][2] == 'Line "No"'
    assert (orders.row_estimate, found(catalogue, "paid_orders").row_estimate) == (3, None)


def test_samples(catalogue: Catalogue) -> None:
    samples = {c.name: c.samples for c in found(catalogue, "customers").columns}
    assert samples == {
        "id": ("1", "2", "3"),
        "name": (),
        "city": ("北京", "上海"),
        "vip": (),
        "score": ("5", "7"),
        "extra": (),
        "photo": (),
        "document": (),
        "phone": (),
    }
    assert found(catalogue, "orders").columns[3].samples == ("paid", "draft")
    assert found(catalogue, "slow").columns[0].samples == ()


async def test_limited_to_a_schema_and_without_samples(shop_file: Path) -> None:
    limited = await read(shop_file, schemas=("hr",), samples=0)
    assert [limited.key(table) for table in limited.tables] == ["hr.employees"]


async def test_all_forms_of_a_dsn(shop_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = await read(shop_file, samples=0)
    monkeypatch.chdir(shop_file.parent)
    for dsn in (f"duckdb:///{shop_file}", f"duckdb:///{shop_file.name}", shop_file.name):
        assert await read(dsn, samples=0) == expected


async def test_reading_changes_nothing(shop_file: Path) -> None:
    before = {file: file.read_bytes() for file in shop_file.parent.iterdir()}
    await read(shop_file)
    assert {file: file.read_bytes() for file in shop_file.parent.iterdir()} == before


@pytest.mark.parametrize("dsn", ["{}/none.duckdb", "duckdb:///{}/none.duckdb", "{}", "duckdb://", ":memory:"])
async def test_a_missing_file_is_not_made(tmp_path: Path, dsn: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        await read(dsn.format(tmp_path))
    assert str(tmp_path) not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


async def test_another_kind_of_file_is_no_database(tmp_path: Path) -> None:
    for content in (b"SQLite format 3\x00" + bytes(4096), b"12345678DUCK" + bytes(4096)):
        path = tmp_path / "other.duckdb"
        path.write_bytes(content)
        with pytest.raises(Misconfigured, match="not a readable DuckDB database"):
            await read(path)


async def test_a_file_that_another_process_writes_to_is_an_outage(shop_file: Path) -> None:
    copy = shop_file.with_name("written.duckdb")
    copy.write_bytes(shop_file.read_bytes())
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(copy)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None and writer.stdin is not None
        assert writer.stdout.readline() == b"open\n"
        with pytest.raises(DatabaseUnavailable, match="another program writes"):
            await read(copy)
        writer.stdin.close()
        writer.wait()
    assert (await read(copy, samples=0)).tables
    copy.unlink()
