"""Reading a DSN, opening it read-only, and saying in our own errors what a driver's error means.

A driver's message may hold the DSN, so our errors never carry it and never have it as their cause.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import psycopg
import pymysql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from chat2sql.config.errors import Chat2SQLError, DatabaseUnavailable, Misconfigured
from chat2sql.config.vocabulary import Bilingual
from chat2sql.engine.sql.executors import duckdb_errors, mysql_errors
from chat2sql.engine.sql.executors.port import SqlProblem, SqlProblemKind

_DRIVER_SUFFIX = re.compile(r"^(postgres(?:ql)?)\+\w+://")
_CONNECT_TIMEOUT_S = 10.0

_UNREADABLE_DSN = Bilingual(
    zh="数据源的连接串无法解析。请检查它的格式后重试。",
    en="The datasource's DSN cannot be read. Check its form and try again.",
)
_BAD_CREDENTIALS = Bilingual(
    zh="数据库拒绝了登录：用户名或密码错误。请改正数据源的用户名和密码后重试。",
    en="The database refused the login: wrong user or password. Correct the datasource's user and password and try again.",
)
_NO_SUCH_DATABASE = Bilingual(
    zh="服务器上没有数据源所指的数据库。请改正数据库名后重试。",
    en="The server has no database of the datasource's name. Correct the database name and try again.",
)
_NOT_ALLOWED = Bilingual(
    zh="数据源的用户没有所需的读取权限。请授予 CONNECT、USAGE 和 SELECT 权限后重试。",
    en="The datasource's user lacks a right to read. Grant it CONNECT, USAGE and SELECT and try again.",
)
_UNREACHABLE = Bilingual(
    zh="连接不上数据库，或连接已中断。请确认数据库正在运行、地址和端口正确。",
    en="The database cannot be reached or dropped the connection. Check that it runs, and its host and port.",
)
_TOO_SLOW = Bilingual(
    zh="数据库没有在规定时间内答复。请稍后重试，或调大语句超时。",
    en="The database did not answer in time. Try again later, or allow a longer statement timeout.",
)
_NO_FILE = Bilingual(
    zh="找不到 SQLite 数据库文件，或无法打开它。请检查数据源的路径和文件权限。",
    en="The SQLite database file is missing or cannot be opened. Check the datasource's path and the file's rights.",
)
_NOT_SQLITE = Bilingual(
    zh="数据源所指的文件不是完好的 SQLite 数据库。请检查路径，或从备份恢复该文件。",
    en="The datasource's file is not a sound SQLite database. Check the path, or restore the file from a backup.",
)
_LOCKED = Bilingual(
    zh="SQLite 数据库正被其他程序锁定。请稍后重试。",
    en="The SQLite database is locked by another program. Try again later.",
)

# A refused login carries no SQLSTATE in libpq, only the server's words, in the server's language.
_LOGIN_REFUSALS: tuple[tuple[re.Pattern[str], Bilingual], ...] = (
    (re.compile(r'database ".*" does not exist|数据库 ?".*" ?不存在'), _NO_SUCH_DATABASE),
    (
        re.compile(
            r'authentication failed|role ".*" does not exist|no password supplied|no pg_hba\.conf entry'
            r'|认证失败|角色 ?".*" ?不存在|没有用于'
        ),
        _BAD_CREDENTIALS,
    ),
    (
        re.compile(r"permission denied for database|对数据库.*权限不够|is not permitted to log in"),
        _NOT_ALLOWED,
    ),
)
_POSTGRES_UNAVAILABLE = ("08", "53", "57P", "58", "XX")
_SQLITE_MISCONFIGURED: dict[int, Bilingual] = {
    sqlite3.SQLITE_CANTOPEN: _NO_FILE,
    sqlite3.SQLITE_PERM: _NO_FILE,
    sqlite3.SQLITE_AUTH: _NO_FILE,
    sqlite3.SQLITE_NOTADB: _NOT_SQLITE,
    sqlite3.SQLITE_CORRUPT: _NOT_SQLITE,
}
_SQLITE_UNAVAILABLE: dict[int, Bilingual] = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_INTERRUPT: _TOO_SLOW,
    sqlite3.SQLITE_IOERR: _UNREACHABLE,
}


def _misconfigured(text: Bilingual) -> Misconfigured:
    return Misconfigured(zh=text.zh, en=text.en)


def _unavailable(text: Bilingual) -> DatabaseUnavailable:
    return DatabaseUnavailable(zh=text.zh, en=text.en)


def postgres_conninfo(dsn: str, *, connect_timeout_s: float = _CONNECT_TIMEOUT_S) -> str:
    """The libpq connection string of a DSN: a ``postgresql://`` URL or ``key=value`` pairs.

    A SQLAlchemy driver suffix (``postgresql+psycopg://``) is taken as well. A connect timeout that the
    DSN sets itself wins.

    Raises:
        Misconfigured: the DSN cannot be read.
    """
    try:
        plain = _DRIVER_SUFFIX.sub(r"\1://", dsn)
        given = conninfo_to_dict(plain)
        defaults = {"connect_timeout": str(max(2, round(connect_timeout_s))), "application_name": "chat2sql"}
        return make_conninfo(plain, **{name: text for name, text in defaults.items() if name not in given})
    except psycopg.ProgrammingError:
        raise _misconfigured(_UNREADABLE_DSN) from None


def sqlite_path(dsn: str) -> Path:
    """The file of a SQLite DSN: ``sqlite:////abs/path.db``, ``sqlite:///relative.db`` or a plain path.

    Raises:
        Misconfigured: the DSN cannot be read, or there is no such file.
    """
    name: str | None = dsn
    if dsn.startswith("sqlite:"):
        try:
            name = make_url(dsn).database
        except ArgumentError:
            raise _misconfigured(_UNREADABLE_DSN) from None
    path = Path(name or "").expanduser()
    try:
        found = path.is_file()
    except (OSError, ValueError):
        found = False
    if not found:
        raise _misconfigured(_NO_FILE)
    return path.absolute()


def postgres_error(error: psycopg.Error) -> Chat2SQLError | None:
    """What a psycopg error means, if it is about reaching or entering the database; None: it is not.

    Errors about a statement (syntax, a missing column, a division by zero) are not: those are the
    caller's to judge.
    """
    state = error.sqlstate
    if state is None:
        return _login_error(error) if isinstance(error, psycopg.OperationalError) else None
    if state == "57014":
        return _unavailable(_TOO_SLOW)
    if state == "3D000":
        return _misconfigured(_NO_SUCH_DATABASE)
    if state.startswith("28"):
        return _misconfigured(_BAD_CREDENTIALS)
    if state == "42501":
        return _misconfigured(_NOT_ALLOWED)
    return _unavailable(_UNREACHABLE) if state.startswith(_POSTGRES_UNAVAILABLE) else None


def _login_error(error: psycopg.OperationalError) -> Chat2SQLError:
    said = str(error)
    for pattern, text in _LOGIN_REFUSALS:
        if pattern.search(said):
            return _misconfigured(text)
    if error.pgconn is not None and error.pgconn.needs_password:
        return _misconfigured(_BAD_CREDENTIALS)
    return _unavailable(_UNREACHABLE)


def sqlite_error(error: sqlite3.Error) -> Chat2SQLError | None:
    """What a sqlite3 error means, if it is about reaching or opening the file; None: it is not."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    primary = code & 0xFF  # the rest of the number only details the primary code
    if primary in _SQLITE_MISCONFIGURED:
        return _misconfigured(_SQLITE_MISCONFIGURED[primary])
    if primary in _SQLITE_UNAVAILABLE:
        return _unavailable(_SQLITE_UNAVAILABLE[primary])
    return None


def _as_of_a_problem(problem: SqlProblem) -> Chat2SQLError | None:
    """What a statement's problem means where the statement is our own."""
    if problem.kind is SqlProblemKind.TIMEOUT:
        return _unavailable(_TOO_SLOW)
    return _misconfigured(_NOT_ALLOWED) if problem.kind is SqlProblemKind.PERMISSION else None


@contextmanager
def database_errors() -> Iterator[None]:
    """Turns driver errors about reaching or entering a database into ours; others pass unchanged.

    Raises:
        DatabaseUnavailable: not reachable, dropped, locked, or too slow.
        Misconfigured: login, database name, rights or file are wrong.
    """
    try:
        yield
    except (psycopg.Error, sqlite3.Error, pymysql.Error, duckdb.Error, DBAPIError) as error:
        driver_error = error.orig if isinstance(error, DBAPIError) else error
        known: Chat2SQLError | None = None
        if isinstance(driver_error, psycopg.Error):
            known = postgres_error(driver_error)
        elif isinstance(driver_error, sqlite3.Error):
            known = sqlite_error(driver_error)
        elif isinstance(driver_error, pymysql.Error):
            known = _as_of_a_problem(mysql_errors.statement_failure(driver_error))
        elif isinstance(driver_error, duckdb.Error):
            known = _as_of_a_problem(duckdb_errors.statement_failure(driver_error))
        if known is None:
            raise
        raise known from None


def limit_postgres(connection: psycopg.Connection, statement_timeout_s: float) -> None:
    """Let no later statement of this connection run longer than that."""
    milliseconds = max(1, round(statement_timeout_s * 1000))
    connection.execute("SELECT set_config('statement_timeout', %s, false)", (str(milliseconds),))


def limit_sqlite(connection: sqlite3.Connection, seconds: float) -> None:
    """Interrupt whatever this connection still does after so many seconds from now."""
    deadline = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)


def open_postgres(dsn: str, *, timeout_s: float) -> psycopg.Connection:
    """Open a read-only autocommit connection with a statement timeout; the caller closes it.

    Raises:
        DatabaseUnavailable: not reachable.
        Misconfigured: DSN, login or database name are wrong.
    """
    with database_errors():
        connection = psycopg.connect(
            postgres_conninfo(dsn, connect_timeout_s=min(timeout_s, _CONNECT_TIMEOUT_S)), autocommit=True
        )
        try:
            connection.execute("SET default_transaction_read_only = on")
            limit_postgres(connection, timeout_s)
        except psycopg.Error:
            connection.close()
            raise
        return connection


def open_sqlite(dsn: str, *, timeout_s: float) -> sqlite3.Connection:
    """Open a SQLite file read-only, all work on it limited to ``timeout_s``; the caller closes it.

    Raises:
        DatabaseUnavailable: locked.
        Misconfigured: no such file, or not a SQLite database.
    """
    uri = f"{sqlite_path(dsn).as_uri()}?mode=ro"
    with database_errors():
        connection = sqlite3.connect(uri, uri=True, timeout=min(timeout_s, 5.0), isolation_level=None)
        try:
            limit_sqlite(connection, timeout_s)
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.Error:
            connection.close()
            raise
        return connection
