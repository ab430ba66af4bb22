"""A chain of shops on every database, and its value index as it is read from SQLite."""

from __future__ import annotations

import asyncio
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
import yaml
from every_database import own_schema
from mariadb_server import MariadbServer
from psycopg import sql
from psycopg.conninfo import make_conninfo

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.introspect import introspect
from chat2sql.engine.sql.guard.policy import OPEN
from chat2sql.engine.values.index import ValueIndex
from chat2sql.engine.values.reading import read_values

CHAIN: dict[str, Any] = yaml.safe_load((Path(__file__).parents[1] / "fixtures/values.yaml").read_text())
_LETTERS = "bcdfghklmn"


def _statements() -> list[str]:
    long = "a long note " * 20
    parts = []
    for number in range(CHAIN["parts"]):
        name = "".join(_LETTERS[int(digit)] + "a" for digit in f"{number:04}")
        parts.append(f"({number}, '{name}', 'SN-{number:05}', 'bolt')")
    return [
        *(statement.replace("{long}", long) for statement in CHAIN["statements"]),
        f"INSERT INTO parts VALUES {', '.join(parts)}",
    ]


@pytest.fixture(scope="session")
def chain_dsns(
    postgres_server: str, mariadb_server: MariadbServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[Dialect, str]]:
    """The chain of shops on every database; never written to by tests."""
    name = f"chain_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    dsn = make_conninfo(postgres_server, dbname=name)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("; ".join(_statements()).encode())
    folder = tmp_path_factory.mktemp("chain")
    with closing(sqlite3.connect(folder / "chain.sqlite")) as chain, chain:
        chain.executescript("; ".join(_statements()))
    with closing(duckdb.connect(folder / "chain.duckdb")) as chain:
        chain.execute("; ".join(_statements()))
    mariadb_server.run(f"CREATE DATABASE {name}")
    mariadb_server.run("SET sql_mode = 'ANSI_QUOTES'", *_statements(), database=name)
    yield {
        Dialect.POSTGRESQL: dsn,
        Dialect.SQLITE: f"sqlite:///{folder / 'chain.sqlite'}",
        Dialect.MYSQL: mariadb_server.dsn(database=name),
        Dialect.DUCKDB: f"duckdb:///{folder / 'chain.duckdb'}",
    }
    mariadb_server.run(f"DROP DATABASE {name}")
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def chain_catalogues(chain_dsns: dict[Dialect, str]) -> dict[Dialect, Catalogue]:
    """The catalogues of all of them, as introspection reads them."""
    return {
        dialect: asyncio.run(introspect(dsn, dialect, "chain", schemas=own_schema(dialect, dsn)))
        for dialect, dsn in chain_dsns.items()
    }


@pytest.fixture(scope="session")
def chain_index(chain_dsns: dict[Dialect, str], chain_catalogues: dict[Dialect, Catalogue]) -> ValueIndex:
    """What SQLite's chain holds."""
    return asyncio.run(read_values(chain_dsns[Dialect.SQLITE], chain_catalogues[Dialect.SQLITE], OPEN))
