"""The databases that generated SQL runs on: a shop for the checks, made from one fixture, and what the contract of
executors runs over."""

from __future__ import annotations

import asyncio
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import cache
from pathlib import Path

import duckdb
import psycopg
import pytest
import yaml
from every_database import own_schema
from mariadb_server import MariadbServer
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sql.databases import Contract, Database
from sql.databases.every import CONTRACTS

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.introspect import introspect

FIXTURES = Path(__file__).parent.parent / "fixtures"
SCHEMA: dict[str, str] = yaml.safe_load((FIXTURES / "sql_check.yaml").read_text())["schema"]


@pytest.fixture(scope="session")
def shop_dsns(
    postgres_server: str, mariadb_server: MariadbServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[Dialect, str]]:
    """A small shop on every database; never written to by tests."""
    name = f"shop_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    dsn = make_conninfo(postgres_server, dbname=name)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute((SCHEMA["postgres"] + SCHEMA["rows"]).encode())
    folder = tmp_path_factory.mktemp("shop")
    with closing(sqlite3.connect(folder / "shop 1.sqlite")) as shop, shop:
        shop.executescript(SCHEMA["sqlite"] + SCHEMA["rows"])
    with closing(duckdb.connect(folder / "shop 1.duckdb")) as shop:
        shop.execute(SCHEMA["duckdb"] + SCHEMA["rows"])
    mariadb_server.run(f"CREATE DATABASE {name}")
    statements = (SCHEMA["mysql"] + SCHEMA["rows"]).split(";\n")
    mariadb_server.run("SET sql_mode = 'ANSI_QUOTES'", *filter(str.strip, statements), database=name)
    yield {
        Dialect.POSTGRESQL: dsn,
        Dialect.SQLITE: f"sqlite:///{folder / 'shop 1.sqlite'}",
        Dialect.MYSQL: mariadb_server.dsn(database=name),
        Dialect.DUCKDB: f"duckdb:///{folder / 'shop 1.duckdb'}",
    }
    mariadb_server.run(f"DROP DATABASE {name}")
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def shop_catalogues(shop_dsns: dict[Dialect, str]) -> dict[Dialect, Catalogue]:
    """The catalogues of all of them, as introspection reads them."""
    return {
        dialect: asyncio.run(introspect(dsn, dialect, "shop", schemas=own_schema(dialect, dsn)))
        for dialect, dsn in shop_dsns.items()
    }


@pytest.fixture(params=CONTRACTS, ids=lambda contract: contract.dialect)
def contract(request: pytest.FixtureRequest) -> Contract:
    """What a dialect brings to the contract of executors; a test that asks for it runs once a dialect."""
    brought: Contract = request.param
    return brought


@pytest.fixture(scope="session")
def open_contract(request: pytest.FixtureRequest) -> Callable[[Contract], Database]:
    """Opens the real database of a dialect when it is first asked for, and keeps it for the run."""

    @cache
    def opened(contract: Contract) -> Database:
        with ExitStack() as stack:
            database = stack.enter_context(contract.opened(request))
            # On the session itself: so it goes before the server that it has asked for.
            request.session.addfinalizer(stack.pop_all().close)
        return database

    return opened


@pytest.fixture
def contract_database(contract: Contract, open_contract: Callable[[Contract], Database]) -> Database:
    """The real database of a dialect; no test changes it."""
    return open_contract(contract)
