"""What a PostgreSQL error means: the SQL's fault, an outage, or a wrong setting."""

from __future__ import annotations

import re

import psycopg

from chat2sql.config.errors import Chat2SQLError, DatabaseUnavailable, Misconfigured
from chat2sql.engine.sql.executors.port import SqlProblem, SqlProblemKind

# By SQLSTATE, the longest prefix first. What stands in neither list is the statement's fault: taken for an outage it
# would be tried again and again.
_KINDS = {
    "25P04": SqlProblemKind.TIMEOUT,
    "57014": SqlProblemKind.TIMEOUT,
    "42501": SqlProblemKind.PERMISSION,
    "42804": SqlProblemKind.TYPE,
    "42846": SqlProblemKind.TYPE,
    "42P18": SqlProblemKind.TYPE,
    "42703": SqlProblemKind.UNKNOWN_NAME,
    "42704": SqlProblemKind.UNKNOWN_NAME,
    "42883": SqlProblemKind.UNKNOWN_NAME,
    "42P01": SqlProblemKind.UNKNOWN_NAME,
    "42P02": SqlProblemKind.UNKNOWN_NAME,
    "53400": SqlProblemKind.TOO_LARGE,
    "58P01": SqlProblemKind.OTHER,
    "0A": SqlProblemKind.SYNTAX,
    "21": SqlProblemKind.DATA,
    "22": SqlProblemKind.DATA,
    "25001": SqlProblemKind.READ_ONLY,
    "25006": SqlProblemKind.READ_ONLY,
    "34": SqlProblemKind.UNKNOWN_NAME,
    "3F": SqlProblemKind.UNKNOWN_NAME,
    "42": SqlProblemKind.SYNTAX,
    "54": SqlProblemKind.TOO_LARGE,
}
# Connection, rolled back, resources, locks, shut down, system; 25P03: we were idle for too long ourselves.
_OUTAGES = ("08", "25P03", "40", "53", "55P03", "57", "58")
_UNBOUND = "exec_bind_message"
"""The server's function that misses values for ``$1``: a fault of the protocol elsewhere, here one of the SQL."""
# libpq hands out no SQLSTATE for a refused connection, so the server's words have to do; a server that
# speaks another language is taken for an outage, which costs time but loses nothing.
_REFUSALS = (
    "password authentication failed",
    "no password supplied",
    "does not exist",
    "no pg_hba.conf entry",
)
# Quoted words of messages can come from rows, and so can bytes that are no text in an encoding:
# invalid input syntax for type integer: "..."; invalid byte sequence for encoding "UTF8": 0xe5
# Numbers stand there as they are: date field value out of range: 2024-13-01
_VALUE = re.compile(r'(?<=: )".*"|"[^"]*"|0x[0-9a-f]{2}(?: 0x[0-9a-f]{2})*|(?<![\w.])-?\d[\w.+-]*', re.DOTALL)


def statement_failure(error: psycopg.Error) -> SqlProblem:
    """The error of a statement as a value.

    Raises:
        DatabaseUnavailable: it is not the statement's fault.
    """
    sqlstate = error.sqlstate
    if sqlstate is None:
        if isinstance(error, (psycopg.DataError, psycopg.ProgrammingError)):
            return SqlProblem(kind=SqlProblemKind.DATA, message="A value of the result cannot be read.")
        raise unavailable() from None
    if error.diag.source_function == _UNBOUND and sqlstate.startswith("08"):
        return SqlProblem(
            kind=SqlProblemKind.SYNTAX,
            message="The statement has parameters ($1) without values.",
            sqlstate=sqlstate,
        )
    kind = _KINDS.get(sqlstate)
    if kind is None and sqlstate.startswith(_OUTAGES):
        raise unavailable() from None
    kind = kind or _KINDS.get(sqlstate[:2], SqlProblemKind.OTHER)
    return SqlProblem(kind=kind, message=_words(error, kind), sqlstate=sqlstate)


def _words(error: psycopg.Error, kind: SqlProblemKind) -> str:
    if kind is SqlProblemKind.OTHER:
        # A function's author wrote this one, and may have put anything into it.
        return "A function that the statement calls has failed."
    primary = error.diag.message_primary or type(error).__name__
    if kind is SqlProblemKind.DATA or error.diag.statement_position is None:
        # While it ran: 'Ann'::regclass is an unknown name, and a value. Hints and details can quote rows too.
        words = _VALUE.sub("…", primary)
    else:
        words = f"{primary}. {error.diag.message_hint or ''}"
    return " ".join(words.split())


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
