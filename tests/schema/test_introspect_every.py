"""The same shop read from every kind of database."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb
import psycopg
import pytest
import yaml
from mariadb_server import MariadbServer

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.introspect import introspect

SHOP = yaml.safe_load((Path(__file__).parents[1] / "fixtures/schema/shop_every.yaml").read_text())


@contextmanager
def postgres(request: pytest.FixtureRequest, statements: list[str]) -> Iterator[str]:
    dsn: str = request.getfixturevalue("database")
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("; ".join(statements).encode())
    yield dsn


@contextmanager
def mysql(request: pytest.FixtureRequest, statements: list[str]) -> Iterator[str]:
    server: MariadbServer = request.getfixturevalue("mariadb_server")
    name = f"every_{uuid.uuid4().hex[:8]}"
    server.run(f"CREATE DATABASE {name}")
    server.run("SET sql_mode = 'ANSI_QUOTES'", *statements, database=name)
    yield server.dsn(database=name)
    server.run(f"DROP DATABASE {name}")


@contextmanager
def sqlite(request: pytest.FixtureRequest, statements: list[str]) -> Iterator[str]:
    file = request.getfixturevalue("tmp_path") / "shop.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript("; ".join(statements))
    yield f"sqlite:///{file}"


@contextmanager
def duck(request: pytest.FixtureRequest, statements: list[str]) -> Iterator[str]:
    file = request.getfixturevalue("tmp_path") / "shop.duckdb"
    with closing(duckdb.connect(file)) as connection:
        connection.execute("; ".join(statements))
    yield f"duckdb:///{file}"


MAKERS = {
    Dialect.POSTGRESQL: postgres,
    Dialect.MYSQL: mysql,
    Dialect.SQLITE: sqlite,
    Dialect.DUCKDB: duck,
}


@pytest.mark.parametrize("dialect", Dialect)
async def test_the_same_shop_everywhere(dialect: Dialect, request: pytest.FixtureRequest) -> None:
    with MAKERS[dialect](request, [*SHOP["statements"], *SHOP["comments"][dialect]]) as dsn:
        catalogue = await introspect(dsn, dialect, "shop")
        again = await introspect(dsn, dialect, "shop", samples=0)
    assert [catalogue.key(table) for table in catalogue.tables] == [table["name"] for table in SHOP["tables"]]
    for table, told in zip(catalogue.tables, SHOP["tables"], strict=True):
        assert (table.comment, table.is_view) == (told.get("comment", ""), told.get("is_view", False))
        assert list(table.primary_key) == told.get("primary_key", [])
        assert [
            [list(key.columns), key.target_table, list(key.target_columns)] for key in table.foreign_keys
        ] == told.get("foreign_keys", [])
        assert {column.name: list(column.samples) for column in table.columns} == {
            name: column["samples"] for name, column in told["columns"].items()
        }
        assert {column.name: column.comment for column in table.columns} == {
            name: column.get("comment", "") for name, column in told["columns"].items()
        }
        if not table.is_view:
            assert {column.name: column.nullable for column in table.columns} == {
                name: column.get("nullable", True) for name, column in told["columns"].items()
            }
    customers = catalogue.table("CUSTOMERS")
    assert customers is not None and customers.column("CREATEDAT") is customers.column("createdAt")
    assert [column.type for column in customers.columns] == SHOP["types"][dialect]
    assert again.version == catalogue.version
    assert not any(column.samples for table in again.tables for column in table.columns)
