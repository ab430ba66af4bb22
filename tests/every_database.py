"""A fresh database of every kind, made by statements that all of them take."""

from __future__ import annotations

import asyncio
import sqlite3
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb
import psycopg
import pytest
from mariadb_server import MariadbServer
from psycopg import sql
from psycopg.conninfo import make_conninfo

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.introspect import introspect


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


@contextmanager
def on_every_database(
    name: str,
    statements: Mapping[Dialect, Sequence[str]],
    postgres_server: str,
    mariadb_server: MariadbServer,
    folder: Path,
) -> Iterator[dict[Dialect, str]]:
    """The DSNs of one database on each, for a whole session: never written to by tests. ``name`` is that of the files."""
    own = f"{name.split(maxsplit=1)[0]}_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(own)))
    dsn = make_conninfo(postgres_server, dbname=own)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("; ".join(statements[Dialect.POSTGRESQL]).encode())
    with closing(sqlite3.connect(folder / f"{name}.sqlite")) as file, file:
        file.executescript("; ".join(statements[Dialect.SQLITE]))
    with closing(duckdb.connect(folder / f"{name}.duckdb")) as file:
        file.execute("; ".join(statements[Dialect.DUCKDB]))
    mariadb_server.run(f"CREATE DATABASE {own}")
    mariadb_server.run("SET sql_mode = 'ANSI_QUOTES'", *statements[Dialect.MYSQL], database=own)
    yield {
        Dialect.POSTGRESQL: dsn,
        Dialect.SQLITE: f"sqlite:///{folder / f'{name}.sqlite'}",
        Dialect.MYSQL: mariadb_server.dsn(database=own),
        Dialect.DUCKDB: f"duckdb:///{folder / f'{name}.duckdb'}",
    }
    mariadb_server.run(f"DROP DATABASE {own}")
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(own)))


def read_catalogues(dsns: Mapping[Dialect, str], name: str) -> dict[Dialect, Catalogue]:
    """The catalogues of all of them, as introspection reads them."""
    return {
        dialect: asyncio.run(introspect(dsn, dialect, name, schemas=own_schema(dialect, dsn)))
        for dialect, dsn in dsns.items()
    }


def own_schema(dialect: Dialect, dsn: str) -> tuple[str, ...]:
    """What to introspect of a server: on MySQL this one database, since its root sees those of other tests too."""
    return (dsn.rpartition("/")[2],) if dialect is Dialect.MYSQL else ()


MAKERS = {
    Dialect.POSTGRESQL: postgres,
    Dialect.MYSQL: mysql,
    Dialect.SQLITE: sqlite,
    Dialect.DUCKDB: duck,
}
