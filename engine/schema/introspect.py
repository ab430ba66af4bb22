"""Reading a database's catalogue: read-only, with a statement timeout, in a worker thread."""

from __future__ import annotations

import asyncio
from contextlib import closing

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema import postgres, sqlite
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.connect import database_errors, open_postgres, open_sqlite


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
        dsn: a ``postgresql://`` URL, libpq ``key=value`` pairs, ``sqlite:////abs/path.db`` or a path.
        dialect: which kind of database it is.
        datasource: the name the catalogue bears.
        schemas: PostgreSQL: only these schemas; empty: all but the system's. SQLite has none.
        samples: sample values per column at most; 0: none are read.
        timeout_s: the statement timeout, and the limit for reading samples over all tables, in seconds.

    Raises:
        DatabaseUnavailable: not reachable, dropped, locked, or too slow.
        Misconfigured: DSN, login, database name, rights or file are wrong.
    """
    read = _read_postgres if dialect is Dialect.POSTGRESQL else _read_sqlite
    return await asyncio.to_thread(read, dsn, datasource, schemas, samples, timeout_s)


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
