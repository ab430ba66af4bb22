"""A fresh database of every kind, made by statements that all of them take."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager

import duckdb
import psycopg
import pytest
from mariadb_server import MariadbServer

from chat2sql.config.vocabulary import Dialect


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


def own_schema(dialect: Dialect, dsn: str) -> tuple[str, ...]:
    """What to introspect of a server: on MySQL this one database, since its root sees those of other tests too."""
    return (dsn.rpartition("/")[2],) if dialect is Dialect.MYSQL else ()


MAKERS = {
    Dialect.POSTGRESQL: postgres,
    Dialect.MYSQL: mysql,
    Dialect.SQLITE: sqlite,
    Dialect.DUCKDB: duck,
}
