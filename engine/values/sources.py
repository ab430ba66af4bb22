"""The connections over which values are read: read-only and with a time limit, on every kind of database."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Protocol

import duckdb
import psycopg
import pymysql

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.connect import (
    database_errors,
    limit_postgres,
    limit_sqlite,
    open_postgres,
    open_sqlite,
    postgres_error,
)
from chat2sql.engine.schema.dsn import duckdb_file, mysql_address
from chat2sql.engine.schema.duckdb import interrupted_after
from chat2sql.engine.sql.executors.duckdb_session import open_duckdb
from chat2sql.engine.sql.executors.mysql_errors import statement_failure
from chat2sql.engine.sql.executors.mysql_session import limit_time, open_session
from chat2sql.engine.values.fitness import Places

Rows = Sequence[Sequence[object]]

_TEXT_COLUMNS = """
SELECT n.nspname, c.relname, a.attname
FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
     JOIN pg_type AS t ON t.oid = a.atttypid
WHERE t.typcategory IN ('S', 'E') AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
"""


class Source(Protocol):
    """An open database."""

    def texts(self, catalogue: Catalogue, places: Places) -> Places:
        """Those of the columns that are of a type whose values are texts."""
        ...

    def rows(self, query: str, timeout_s: float) -> Rows | None:
        """The rows of a query of ours; None: it took too long, or the database refuses it.

        Raises:
            DatabaseUnavailable: the connection is gone.
        """
        ...


def open_source(dsn: str, dialect: Dialect, timeout_s: float) -> AbstractContextManager[Source]:
    """The database of a DSN, closed at the end.

    Args:
        timeout_s: the limit of every single statement, in seconds.

    Raises:
        DatabaseUnavailable: not reachable, dropped or locked.
        Misconfigured: DSN, login, database name, rights or file are wrong.
    """
    return _OPENERS[dialect](dsn, timeout_s)


class _Postgres:
    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def texts(self, catalogue: Catalogue, places: Places) -> Places:
        of_type = set(self._connection.execute(_TEXT_COLUMNS).fetchall())
        return places & {
            (catalogue.key(table), column.name)
            for table in catalogue.tables
            for column in table.columns
            if (table.schema_name, table.name, column.name) in of_type
        }

    def rows(self, query: str, timeout_s: float) -> Rows | None:
        limit_postgres(self._connection, timeout_s)
        try:
            return self._connection.execute(query.encode()).fetchall()
        except psycopg.Error as error:
            if self._connection.broken or (error.sqlstate is None and postgres_error(error) is not None):
                raise
            return None


class _Sqlite:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def texts(self, catalogue: Catalogue, places: Places) -> Places:
        return places

    def rows(self, query: str, timeout_s: float) -> Rows | None:
        limit_sqlite(self._connection, timeout_s)
        try:
            return self._connection.execute(query).fetchall()
        except sqlite3.Error:
            return None


class _Mysql:
    def __init__(self, connection: pymysql.Connection) -> None:
        self._connection = connection

    def texts(self, catalogue: Catalogue, places: Places) -> Places:
        return places

    def rows(self, query: str, timeout_s: float) -> Rows | None:
        limit_time(self._connection, timeout_s)
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(query)
                return cursor.fetchall()
        except pymysql.Error as error:
            statement_failure(error)  # raises where it is the connection's fault
            return None


class _Duckdb:
    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def texts(self, catalogue: Catalogue, places: Places) -> Places:
        return places

    def rows(self, query: str, timeout_s: float) -> Rows | None:
        try:
            with interrupted_after(self._connection, timeout_s):
                return self._connection.execute(query).fetchall()
        except duckdb.Error:
            return None


@contextmanager
def _postgres(dsn: str, timeout_s: float) -> Iterator[Source]:
    with closing(open_postgres(dsn, timeout_s=timeout_s)) as connection, database_errors():
        yield _Postgres(connection)


@contextmanager
def _sqlite(dsn: str, timeout_s: float) -> Iterator[Source]:
    with closing(open_sqlite(dsn, timeout_s=timeout_s)) as connection, database_errors():
        yield _Sqlite(connection)


@contextmanager
def _mysql(dsn: str, timeout_s: float) -> Iterator[Source]:
    with open_session(mysql_address(dsn), timeout_s) as connection, database_errors():
        yield _Mysql(connection)


@contextmanager
def _duckdb(dsn: str, timeout_s: float) -> Iterator[Source]:
    with open_duckdb(duckdb_file(dsn)) as connection, database_errors():
        yield _Duckdb(connection)


_OPENERS: dict[Dialect, Callable[[str, float], AbstractContextManager[Source]]] = {
    Dialect.POSTGRESQL: _postgres,
    Dialect.SQLITE: _sqlite,
    Dialect.MYSQL: _mysql,
    Dialect.DUCKDB: _duckdb,
}
