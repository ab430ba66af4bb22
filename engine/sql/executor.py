"""Opening the executor of a datasource."""

from __future__ import annotations

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.sql.port import (
    ColumnInfo,
    Estimate,
    Executor,
    Fetched,
    OnProgress,
    SqlProblem,
    SqlProblemKind,
)
from chat2sql.engine.sql.postgres import PostgresExecutor
from chat2sql.engine.sql.sqlite import SqliteExecutor

__all__ = [
    "ColumnInfo",
    "Estimate",
    "Executor",
    "Fetched",
    "OnProgress",
    "SqlProblem",
    "SqlProblemKind",
    "open_executor",
]


def open_executor(dialect: Dialect, dsn: str) -> Executor:
    """The executor of a datasource; it connects when it is first used.

    Args:
        dialect: which kind of database it is.
        dsn: a libpq URL or ``key=value`` string, or ``sqlite:////abs/path`` or a plain path.
    """
    if dialect is Dialect.POSTGRESQL:
        return PostgresExecutor(dsn)
    return SqliteExecutor(dsn)
