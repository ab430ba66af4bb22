"""The two kinds of database that generated SQL runs on, made from the same fixture."""

from __future__ import annotations

import asyncio
import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import yaml
from psycopg import sql
from psycopg.conninfo import make_conninfo

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.introspect import introspect

FIXTURES = Path(__file__).parent.parent / "fixtures"
SCHEMA: dict[str, str] = yaml.safe_load((FIXTURES / "sql_check.yaml").read_text())["schema"]


@pytest.fixture(scope="session")
def shop_dsns(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Dialect, str]]:
    """A small shop on PostgreSQL and on SQLite; never written to by tests."""
    name = f"shop_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    dsn = make_conninfo(postgres_server, dbname=name)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute((SCHEMA["postgres"] + SCHEMA["rows"]).encode())
    file = tmp_path_factory.mktemp("shop") / "shop 1.sqlite"
    with sqlite3.connect(file) as shop:
        shop.executescript(SCHEMA["sqlite"] + SCHEMA["rows"])
    shop.close()
    yield {Dialect.POSTGRESQL: dsn, Dialect.SQLITE: f"sqlite:///{file}"}
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def shop_catalogues(shop_dsns: dict[Dialect, str]) -> dict[Dialect, Catalogue]:
    """The catalogues of both, as introspection reads them."""
    return {dialect: asyncio.run(introspect(dsn, dialect, "shop")) for dialect, dsn in shop_dsns.items()}
