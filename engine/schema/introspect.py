"""Reading a database's catalogue: read-only, with a statement timeout, in a worker thread."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

import psycopg
import pymysql
from duckdb import Error as DuckDBError

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema import duckdb, mysql, postgres, sqlite
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.connect import (
    database_errors,
    limit_postgres,
    limit_sqlite,
    open_postgres,
    open_sqlite,
)
from chat2sql.engine.schema.dsn import duckdb_file, mysql_address
from chat2sql.engine.schema.implicit_keys import Query, with_implicit_keys
from chat2sql.engine.sql.executors.duckdb_session import open_duckdb
from chat2sql.engine.sql.executors.mysql_session import open_session

_KEYS_TIMEOUT_S = 5.0
"""Longest run of one statement that looks for undeclared keys; what is slower is taken for none."""


async def introspect(
    dsn: str,
    dialect: Dialect,
    datasource: str,
    *,
    schemas: tuple[str, ...] = (),
    samples: int = 3,
    implicit_keys: bool = True,
    timeout_s: float = 30,
) -> Catalogue:
    """Read the tables, views, keys, comments and a few sample values of a database.

    Args:
        dsn: as ``dialect_of`` and the functions beside it read them.
        dialect: which kind of database it is.
        datasource: the name the catalogue bears.
        schemas: only these schemas, which MySQL calls databases; empty: all but the system's. SQLite has none.
        samples: sample values per column at most; 0: none are read.
        implicit_keys: whether foreign keys that nobody declared are looked for, as ``with_implicit_keys`` does.
        timeout_s: the statement timeout, and the limit for reading samples and for looking for keys over all tables,
            in seconds.

    Raises:
        DatabaseUnavailable: not reachable, dropped, locked, or too slow.
        Misconfigured: DSN, login, database name, rights or file are wrong.
    """
    wanted = _Wanted(datasource, schemas, samples, implicit_keys, timeout_s)
    return await asyncio.to_thread(_READERS[dialect], dsn, wanted)


@dataclass(frozen=True)
class _Wanted:
    datasource: str
    schemas: tuple[str, ...]
    samples: int
    implicit_keys: bool
    timeout_s: float


def _read_postgres(dsn: str, wanted: _Wanted) -> Catalogue:
    with closing(open_postgres(dsn, timeout_s=wanted.timeout_s)) as connection, database_errors():
        catalogue = Catalogue(
            datasource=wanted.datasource,
            dialect=Dialect.POSTGRESQL,
            default_schema=postgres.default_schema(connection),
            tables=postgres.read_tables(
                connection, schemas=wanted.schemas, samples=wanted.samples, timeout_s=wanted.timeout_s
            ),
        )
        limit_postgres(connection, min(_KEYS_TIMEOUT_S, wanted.timeout_s))
        return _with_keys(
            catalogue, wanted, lambda query: connection.execute(query.encode()).fetchone(), psycopg.Error
        )


def _read_sqlite(dsn: str, wanted: _Wanted) -> Catalogue:
    with closing(open_sqlite(dsn, timeout_s=wanted.timeout_s)) as connection, database_errors():
        tables = sqlite.read_tables(connection, samples=wanted.samples, timeout_s=wanted.timeout_s)
        catalogue = Catalogue(datasource=wanted.datasource, dialect=Dialect.SQLITE, tables=tables)
        limit_sqlite(connection, wanted.timeout_s)
        return _with_keys(
            catalogue, wanted, lambda query: connection.execute(query).fetchone(), sqlite3.Error
        )


def _read_mysql(dsn: str, wanted: _Wanted) -> Catalogue:
    with open_session(mysql_address(dsn), wanted.timeout_s) as connection, database_errors():
        catalogue = Catalogue(
            datasource=wanted.datasource,
            dialect=Dialect.MYSQL,
            default_schema=mysql.default_schema(connection),
            tables=mysql.read_tables(
                connection, schemas=wanted.schemas, samples=wanted.samples, timeout_s=wanted.timeout_s
            ),
        )

        def first_row(query: str) -> Sequence[object] | None:
            with connection.cursor() as cursor:
                cursor.execute(query)
                row: Sequence[object] | None = cursor.fetchone()
            return row

        return _with_keys(catalogue, wanted, first_row, pymysql.Error)


def _read_duckdb(dsn: str, wanted: _Wanted) -> Catalogue:
    with (
        open_duckdb(duckdb_file(dsn)) as connection,
        database_errors(),
        duckdb.interrupted_after(connection, wanted.timeout_s),
    ):
        catalogue = Catalogue(
            datasource=wanted.datasource,
            dialect=Dialect.DUCKDB,
            default_schema=duckdb.DEFAULT_SCHEMA,
            tables=duckdb.read_tables(
                connection, schemas=wanted.schemas, samples=wanted.samples, timeout_s=wanted.timeout_s
            ),
        )
        return _with_keys(catalogue, wanted, lambda query: connection.execute(query).fetchone(), DuckDBError)


def _with_keys(
    catalogue: Catalogue, wanted: _Wanted, first_row: Query, failure: type[Exception]
) -> Catalogue:
    """The catalogue with undeclared keys; what cannot be found out in time is left out."""
    deadline = time.monotonic() + wanted.timeout_s

    def query(text: str) -> Sequence[object] | None:
        if time.monotonic() > deadline:
            return None
        try:
            return first_row(text)
        except failure:
            return None

    return with_implicit_keys(catalogue, query) if wanted.implicit_keys else catalogue


_READERS: dict[Dialect, Callable[[str, _Wanted], Catalogue]] = {
    Dialect.POSTGRESQL: _read_postgres,
    Dialect.SQLITE: _read_sqlite,
    Dialect.MYSQL: _read_mysql,
    Dialect.DUCKDB: _read_duckdb,
}
