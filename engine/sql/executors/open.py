"""Opening the executor of a datasource."""

from __future__ import annotations

from collections.abc import Callable

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.sql.executors.duckdb import DuckdbExecutor
from chat2sql.engine.sql.executors.mysql import MysqlExecutor
from chat2sql.engine.sql.executors.port import Executor
from chat2sql.engine.sql.executors.postgres import PostgresExecutor
from chat2sql.engine.sql.executors.sqlite import SqliteExecutor

_OPENERS: dict[Dialect, Callable[[str], Executor]] = {
    Dialect.POSTGRESQL: PostgresExecutor,
    Dialect.SQLITE: SqliteExecutor,
    Dialect.MYSQL: MysqlExecutor,
    Dialect.DUCKDB: DuckdbExecutor,
}


def open_executor(dialect: Dialect, dsn: str) -> Executor:
    """The executor of a datasource; it connects when it is first used.

    Args:
        dialect: which kind of database it is.
        dsn: for PostgreSQL a libpq URL or ``key=value`` string; for MySQL ``mysql://user:password@host/database``; for
            SQLite and DuckDB ``sqlite:////abs/path``, ``duckdb:////abs/path`` or a plain path.
    """
    return _OPENERS[dialect](dsn)
