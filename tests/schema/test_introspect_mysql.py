from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from mariadb_server import MariadbServer

from chat2sql.config.errors import Chat2SQLError, DatabaseUnavailable, Misconfigured
from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue, ForeignKey, Table
from chat2sql.engine.schema.introspect import introspect

SCHEMA = Path(__file__).parents[1] / "fixtures" / "schema" / "shop_mysql.sql"
PASSWORD = "right-secret"


class Shop:
    """Two databases, and a user who may read all but ``drafts`` and, of ``payslips``, only ``id``."""

    def __init__(self, server: MariadbServer) -> None:
        self.name = f"shop_{uuid.uuid4().hex[:8]}"
        self.other = f"{self.name}_hr"
        self.user = f"reader_{uuid.uuid4().hex[:8]}"
        self.server = server
        self.dsn = server.dsn(self.user, PASSWORD, self.name)

    def make(self) -> None:
        text = SCHEMA.read_text().format(shop=self.name, other=self.other)
        statements = [statement for statement in text.split(";\n") if statement.strip()]
        self.server.run(f"CREATE DATABASE {self.name}", f"CREATE DATABASE {self.other}")
        self.server.run(*statements, database=self.name)
        grants = [f"GRANT SELECT ON {self.other}.* TO {self.user}"]
        grants += [
            f"GRANT SELECT ON {self.name}.`{table}` TO {self.user}"
            for table in ("customers", "orders", "Order Items", "退货单", "paid_orders", "broken", "slow")
        ]
        grants.append(f"GRANT SELECT (id) ON {self.name}.payslips TO {self.user}")
        grants.append(f"GRANT INSERT ON {self.name}.drafts TO {self.user}")
        self.server.run(f"CREATE USER {self.user} IDENTIFIED BY '{PASSWORD}'", *grants)

    def drop(self) -> None:
        self.server.run(f"DROP USER {self.user}", f"DROP DATABASE {self.other}", f"DROP DATABASE {self.name}")


@pytest.fixture(scope="module")
def shop(mariadb_server: MariadbServer) -> Iterator[Shop]:
    made = Shop(mariadb_server)
    made.make()
    yield made
    made.drop()


@pytest.fixture(scope="module")
async def catalogue(shop: Shop) -> Catalogue:
    return await introspect(shop.dsn, Dialect.MYSQL, "shop")


def found(catalogue: Catalogue, name: str) -> Table:
    table = catalogue.table(name)
    assert table is not None, name
    return table


def test_tables_are_what_the_user_may_read(catalogue: Catalogue, shop: Shop) -> None:
    assert catalogue.default_schema == shop.name
    assert [catalogue.key(table) for table in catalogue.tables] == [
        "Order Items",
        "customers",
        "orders",
        "paid_orders",
        "payslips",
        "slow",
        "退货单",
        f"{shop.other}.bonuses",
    ]
    assert [table.name for table in catalogue.tables if table.is_view] == ["paid_orders", "slow"]
    assert [column.name for column in found(catalogue, "payslips").columns] == ["id"]


def test_comments_types_and_nullability(catalogue: Catalogue) -> None:
    customers = found(catalogue, "customers")
    assert customers.comment == "客户 Customers"
    assert {c.name: c.comment for c in customers.columns if c.comment} == {
        "name": "客户名称",
        "city": "City of the customer",
    }
    assert [(c.type, c.nullable) for c in customers.columns[:5]] == [
        ("bigint", False),
        ("varchar(80)", False),
        ("varchar(40)", True),
        ("tinyint(1)", False),
        ("int unsigned", True),
    ]
    assert [c.type for c in found(catalogue, "orders").columns[4:]] == [
        "enum('draft','paid')",
        "set('gift','rush')",
        "decimal(12,2)",
        "datetime(3)",
    ]
    assert found(catalogue, "paid_orders").comment == ""


def test_keys_composite_across_databases_and_to_itself(catalogue: Catalogue, shop: Shop) -> None:
    both = ("shop_id", "order_no")
    assert found(catalogue, "Order Items").primary_key == (*both, "Line No")
    assert found(catalogue, "Order Items").foreign_keys == (
        ForeignKey(columns=both, target_table="orders", target_columns=both),
    )
    assert found(catalogue, "orders").foreign_keys == (
        ForeignKey(columns=("customer_id",), target_table="customers", target_columns=("id",)),
        ForeignKey(columns=("shop_id", "replaces_no"), target_table="orders", target_columns=both),
    )
    assert [key.target_table for key in found(catalogue, f"{shop.other}.bonuses").foreign_keys] == [
        "customers"
    ]
    for table in catalogue.tables:
        assert all(catalogue.table(key.target_table) for key in table.foreign_keys)


def test_samples_and_row_estimates(catalogue: Catalogue) -> None:
    samples = {c.name: c.samples for c in found(catalogue, "customers").columns}
    assert samples["city"] == ("北京", "上海")
    assert samples["name"] == ()
    assert samples["vip"] == ("0", "1")
    assert samples["note"] == samples["photo"] == samples["extra"] == samples["phone"] == ()
    orders = {c.name: c.samples for c in found(catalogue, "orders").columns}
    assert orders["status"] == ("paid", "draft")
    assert orders["tags"] == ("gift", "gift,rush")
    assert orders["ordered_at"] == ("2024-05-06 07:08:09.123", "2024-06-01 00:00:00.000")
    assert found(catalogue, "退货单").columns[1].samples == ("破损", "发错货")
    assert [c.samples for c in found(catalogue, "slow").columns] == [(), ()]
    rows = {table.name: table.row_estimate for table in catalogue.tables}
    assert (rows["customers"], rows["orders"], rows["退货单"], rows["paid_orders"]) == (3, 3, 3, None)


async def test_limited_to_a_database_and_without_samples(shop: Shop) -> None:
    limited = await introspect(shop.dsn, Dialect.MYSQL, "shop", schemas=(shop.other,), samples=0)
    assert [limited.key(table) for table in limited.tables] == [f"{shop.other}.bonuses"]
    nothing = await introspect(shop.dsn, Dialect.MYSQL, "shop", schemas=("no_such",), samples=0)
    assert nothing.tables == ()


async def test_root_sees_no_system_database(shop: Shop) -> None:
    dsn = shop.server.dsn(database=shop.name)
    everything = await introspect(dsn, Dialect.MYSQL, "shop", samples=0)
    assert {table.schema_name for table in everything.tables} >= {shop.name, shop.other}
    assert not {table.schema_name for table in everything.tables} & {
        "mysql",
        "sys",
        "information_schema",
        "performance_schema",
    }


async def test_why_it_cannot_be_read(shop: Shop) -> None:
    server = shop.server
    for dsn, error in (
        (server.dsn(shop.user, "wrong-secret", shop.name), Misconfigured),
        (server.dsn(shop.user, PASSWORD, "no_such_database"), Misconfigured),
        (f"mysql://{shop.user}:{PASSWORD}@127.0.0.1:1/{shop.name}", DatabaseUnavailable),
        (f"mysql://{shop.user}:{PASSWORD}@127.0.0.1:{server.port}/", Misconfigured),
    ):
        with pytest.raises(Chat2SQLError) as refused:
            await introspect(dsn, Dialect.MYSQL, "shop", timeout_s=5)
        assert type(refused.value) is error
        assert refused.value.__cause__ is None
        said = refused.value.message.zh + refused.value.message.en
        assert "secret" not in said and "127.0.0.1" not in said and shop.user not in said
