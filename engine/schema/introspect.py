"""Reading a database's catalogue: read-only, with a statement timeout, in a worker thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import closing

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema import duckdb, mysql, postgres, sqlite
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.connect import database_errors, open_postgres, open_sqlite
from chat2sql.engine.schema.dsn import duckdb_file, mysql_address
from chat2sql.engine.sql.executors.duckdb_session import open_duckdb
from chat2sql.engine.sql.executors.mysql_session import open_session


async def introspect(
    dsn: str,
    dialect: Dialect,
    datasource: str,
    *,
    schemas: tuple[str, ...] = (),
    samples: int = 3,
    timeout_s: float = 30,
) -> Catalogue:
    """Read the tables, views, keys, comments and a few sample values of a database.

    Args:
        dsn: as ``dialect_of`` and the functions beside it read them.
        dialect: which kind of database it is.
        datasource: the name the catalogue bears.
        schemas: only these schemas, which MySQL calls databases; empty: all but the system's. SQLite has none.
        samples: sample values per column at most; 0: none are read.
        timeout_s: the statement timeout, and the limit for reading samples over all tables, in seconds.

    Raises:
        DatabaseUnavailable: not reachable, dropped, locked, or too slow.
        Misconfigured: DSN, login, database name, rights or file are wrong.
    """
    return await asyncio.to_thread(_READERS[dialect], dsn, datasource, schemas, samples, timeout_s)


def _read_postgres(
    dsn: str, datasource: str, schemas: tuple[str, ...], samples: int, timeout_s: float
) -> Catalogue:
    with closing(open_postgres(dsn, timeout_s=timeout_s)) as connection, database_errors():
        return Catalogue(
            datasource=datasource,
            dialect=Dialect.POSTGRESQL,
            default_schema=postgres.default_schema(connection),
            tables=postgres.read_tables(connection, schemas=schemas, samples=samples, timeout_s=timeout_s),
        )


def _read_sqlite(
    dsn: str, datasource: str, _schemas: tuple[str, ...], samples: int, timeout_s: float
) -> Catalogue:
    with closing(open_sqlite(dsn, timeout_s=timeout_s)) as connection, database_errors():
        tables = sqlite.read_tables(connection, samples=samples, timeout_s=timeout_s)
        return Catalogue(datasource=datasource, dialect=Dialect.SQLITE, tables=tables)


def _read_mysql(
    dsn: str, datasource: str, schemas: tuple[str, ...], samples: int, timeout_s: float
) -> Catalogue:
    with open_session(mysql_address(dsn), timeout_s) as connection, database_errors():
        return Catalogue(
            datasource=datasource,
            dialect=Dialect.MYSQL,
            default_schema=mysql.default_schema(connection),
            tables=mysql.read_tables(connection, schemas=schemas, samples=samples, timeout_s=timeout_s),
        )


def _read_duckdb(
    dsn: str, datasource: str, schemas: tuple[str, ...], samples: int, timeout_s: float
) -> Catalogue:
    with (
        open_duckdb(duckdb_file(dsn)) as connection,
        database_errors(),
        duckdb.interrupted_after(connection, timeout_s),
    ):
        return Catalogue(
            datasource=datasource,
            dialect=Dialect.DUCKDB,
            default_schema=duckdb.DEFAULT_SCHEMA,
            tables=duckdb.read_tables(connection, schemas=schemas, samples=samples, timeout_s=timeout_s),
        )


_READERS: dict[Dialect, Callable[[str, str, tuple[str, ...], int, float], Catalogue]] = {
    Dialect.POSTGRESQL: _read_postgres,
    Dialect.SQLITE: _read_sqlite,
    Dialect.MYSQL: _read_mysql,
    Dialect.DUCKDB: _read_duckdb,
}
