"""What a PostgreSQL error means: the SQL's fault, an outage, or a wrong setting."""

from __future__ import annotations

import re

import psycopg

from chat2sql.config.errors import Chat2SQLError, DatabaseUnavailable, Misconfigured
from chat2sql.engine.sql.port import SqlProblem, SqlProblemKind

# By SQLSTATE, the longest prefix first. Classes that are not here say that the server or the connection is at
# fault: 08 connection, 40 rolled back, 53 resources, 55 locks, 57 shut down, 58 system.
_KINDS = {
    "57014": SqlProblemKind.TIMEOUT,
    "42501": SqlProblemKind.PERMISSION,
    "42601": SqlProblemKind.SYNTAX,
    "42602": SqlProblemKind.SYNTAX,
    "42622": SqlProblemKind.SYNTAX,
    "42804": SqlProblemKind.TYPE,
    "42846": SqlProblemKind.TYPE,
    "42P18": SqlProblemKind.TYPE,
    "42703": SqlProblemKind.UNKNOWN_NAME,
    "42704": SqlProblemKind.UNKNOWN_NAME,
    "42883": SqlProblemKind.UNKNOWN_NAME,
    "42P01": SqlProblemKind.UNKNOWN_NAME,
    "42P02": SqlProblemKind.UNKNOWN_NAME,
    "53400": SqlProblemKind.TOO_LARGE,
    "0A": SqlProblemKind.SYNTAX,
    "21": SqlProblemKind.DATA,
    "22": SqlProblemKind.DATA,
    "25001": SqlProblemKind.READ_ONLY,
    "25006": SqlProblemKind.READ_ONLY,
    "3F": SqlProblemKind.UNKNOWN_NAME,
    "42": SqlProblemKind.SYNTAX,
    "54": SqlProblemKind.TOO_LARGE,
    "2F": SqlProblemKind.OTHER,
    "38": SqlProblemKind.OTHER,
    "39": SqlProblemKind.OTHER,
    "44": SqlProblemKind.OTHER,
    "P0": SqlProblemKind.OTHER,
    "XX": SqlProblemKind.OTHER,
}
# libpq hands out no SQLSTATE for a refused connection, so the server's words have to do; a server that
# speaks another language is taken for an outage, which costs time but loses nothing.
_REFUSALS = (
    "password authentication failed",
    "no password supplied",
    "does not exist",
    "no pg_hba.conf entry",
)
# Quoted words of these messages can come from rows: invalid input syntax for type integer: "..."
_VALUE = re.compile(r'(?<=: )".*"|"[^"]*"', re.DOTALL)


def statement_failure(error: psycopg.Error) -> SqlProblem:
    """The error of a statement as a value.

    Raises:
        DatabaseUnavailable: it is not the statement's fault.
    """
    sqlstate = error.sqlstate
    kind = next(
        (_KINDS[prefix] for prefix in (sqlstate, sqlstate[:2]) if prefix in _KINDS) if sqlstate else iter(()),
        None,
    )
    if kind is None:
        if isinstance(error, (psycopg.DataError, psycopg.ProgrammingError)) and sqlstate is None:
            return SqlProblem(kind=SqlProblemKind.DATA, message="A value of the result cannot be read.")
        raise unavailable() from None
    return SqlProblem(kind=kind, message=_words(error, kind), sqlstate=sqlstate)


def _words(error: psycopg.Error, kind: SqlProblemKind) -> str:
    primary = error.diag.message_primary or type(error).__name__
    if kind is SqlProblemKind.DATA:
        primary = _VALUE.sub('"…"', primary)
    # Hints are written for the author of the statement; details can quote rows.
    hint = (
        f" {error.diag.message_hint}" if error.diag.message_hint and kind is not SqlProblemKind.DATA else ""
    )
    return " ".join(f"{primary}.{hint}".split())


def connection_failure(error: psycopg.Error) -> Chat2SQLError:
    """Why a connection was not made: ``Misconfigured`` if no waiting mends it, else ``DatabaseUnavailable``."""
    if isinstance(error, psycopg.ProgrammingError):
        return Misconfigured(
            zh="数据源的 DSN 无法解析。请用 chat2sql datasource add 重新登记，形如 postgresql://用户:密码@主机:5432/库名。",
            en="The datasource's DSN cannot be read. Register it again with `chat2sql datasource add`, in the form "
            "postgresql://user:password@host:5432/database.",
        )
    if any(words in str(error) for words in _REFUSALS):
        return Misconfigured(
            zh="数据库拒绝了登录。请检查该数据源的用户、密码和数据库名，然后重试。",
            en="The database refused the login. Check user, password and database name of the datasource, "
            "then try again.",
        )
    return unavailable()


def unavailable() -> DatabaseUnavailable:
    """The database cannot be reached for now."""
    return DatabaseUnavailable(
        zh="数据库暂时无法连接。请检查它是否在运行、网络是否可达；恢复后会自动继续。",
        en="The database cannot be reached for now. Check that it runs and that the network reaches it; "
        "work goes on once it is back.",
    )
