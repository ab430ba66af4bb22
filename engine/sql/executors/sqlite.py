"""Queries on SQLite files: opened read-only, with an authorizer, in a thread that stops when it is told to."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import NoneType
from urllib.parse import quote, unquote

from chat2sql.config.errors import Misconfigured
from chat2sql.config.vocabulary import Caller, Dialect
from chat2sql.engine.sql.executors.intake import Intake
from chat2sql.engine.sql.executors.port import (
    ColumnInfo,
    Estimate,
    Fetched,
    FetchLimits,
    OnProgress,
    Row,
    RowSink,
    SqlProblem,
    SqlProblemKind,
)
from chat2sql.engine.sql.executors.sqlite_errors import outage, statement_failure, too_slow, unreadable
from chat2sql.engine.sql.executors.sqlite_format import bound_formats
from chat2sql.engine.sql.executors.threads import in_thread, on_loop
from chat2sql.engine.sql.guard.allowed import allowed

LONGEST_VALUE = 64 * 1024 * 1024
LONGEST_PATTERN = 1000
"""Of LIKE and GLOB, in bytes: they take time by the length of the text times that of the pattern, and cannot be stopped."""
STEPS_BETWEEN_CHECKS = 1000
LOCK_WAIT_S = 5.0
_NO_QUERY = SqlProblem(kind=SqlProblemKind.SYNTAX, message="This is no query.")
_VIRTUAL_TABLES = frozenset({"json_each", "json_tree"})
_OPERATORS = frozenset({"->", "->>"})
"""Operators that the authorizer is asked about as functions."""


class _Run:
    """One statement's time limit, and the sign to stop it."""

    def __init__(self, timeout_s: float) -> None:
        self.deadline = time.monotonic() + timeout_s
        self.timeout_s = timeout_s
        self.stopped = threading.Event()

    def must_stop(self) -> bool:
        return self.stopped.is_set() or time.monotonic() > self.deadline


class SqliteExecutor:
    """Runs queries on one SQLite file; each on a connection of its own."""

    def __init__(self, dsn: str) -> None:
        self._path = _path(dsn)

    async def explain(self, sql: str, *, caller: Caller, timeout_s: float) -> Estimate | SqlProblem:
        """Plan a query without running it; see ``Executor``. SQLite estimates neither cost nor rows."""
        run = _Run(timeout_s)
        return await in_thread(lambda: self._explain(sql, run), run.stopped.set)

    async def fetch(
        self,
        sql: str,
        sink: RowSink,
        *,
        caller: Caller,
        limits: FetchLimits,
        on_progress: OnProgress | None = None,
    ) -> Fetched | SqlProblem:
        """Run a query and stream its rows into a sink; see ``Executor``. A file has no callers."""
        run = _Run(limits.timeout_s)
        intake = Intake(sink, limits, on_loop(on_progress))
        return await in_thread(lambda: self._fetch(sql, intake, run), run.stopped.set)

    async def aclose(self) -> None:
        """Nothing stays open between statements."""

    def _explain(self, sql: str, run: _Run) -> Estimate | SqlProblem:
        with self._connection(run) as connection:
            try:
                rows = connection.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()
            except (sqlite3.Error, sqlite3.Warning, UnicodeError) as error:
                return statement_failure(error, sql, run.timeout_s)
        return Estimate(text="\n".join(str(row[3]) for row in rows)) if rows else _NO_QUERY

    def _fetch(self, sql: str, intake: Intake, run: _Run) -> Fetched | SqlProblem:
        with self._connection(run) as connection:
            try:
                cursor = connection.execute(sql)
                if cursor.description is None:
                    return _NO_QUERY
                rows = cursor.fetchmany(intake.wanted)
                intake.begin(_columns([str(column[0]) for column in cursor.description], rows))
                intake.take(rows)
                while size := intake.wanted:
                    if run.must_stop():
                        return too_slow(run.timeout_s)
                    intake.take(cursor.fetchmany(size))
            except (sqlite3.Error, sqlite3.Warning, UnicodeError) as error:
                return statement_failure(error, sql, run.timeout_s)
        return intake.fetched()

    @contextmanager
    def _connection(self, run: _Run) -> Iterator[sqlite3.Connection]:
        if not self._path.is_file():
            raise Misconfigured(
                zh="数据源的 SQLite 文件不存在。请检查路径，或用 chat2sql datasource add 重新登记。",
                en="The datasource's SQLite file does not exist. Check its path, or register it again with "
                "`chat2sql datasource add`.",
            )
        try:
            connection = sqlite3.connect(
                f"file:{quote(str(self._path))}?mode=ro",
                uri=True,
                timeout=min(LOCK_WAIT_S, run.timeout_s),
                isolation_level=None,
            )
        except sqlite3.Error:
            raise unreadable() from None
        with closing(connection), closing(sqlite3.connect(":memory:")) as plain:
            _restrict(connection, plain, run)
            yield connection


def _path(dsn: str) -> Path:
    """``sqlite:////abs/path`` is absolute, ``sqlite:///path`` relative, anything else a path."""
    return Path(unquote(dsn.removeprefix("sqlite:///")) if dsn.startswith("sqlite:///") else dsn).expanduser()


def _restrict(connection: sqlite3.Connection, plain: sqlite3.Connection, run: _Run) -> None:
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, LONGEST_PATTERN)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    try:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        bound_formats(connection, plain, LONGEST_VALUE)
        tables = {name.lower() for (name,) in connection.execute("SELECT name FROM sqlite_master").fetchall()}
        # Virtual tables are set up at their first use, which the authorizer would take for a write.
        connection.execute("SELECT 1 FROM json_each('[]'), json_tree('[]')").fetchall()
    except sqlite3.OperationalError:
        raise outage() from None
    except sqlite3.DatabaseError:
        raise unreadable() from None
    readable = frozenset(name for name in tables if not name.startswith("sqlite_")) | _VIRTUAL_TABLES
    connection.set_authorizer(_authorizer(readable))
    connection.set_progress_handler(run.must_stop, STEPS_BETWEEN_CHECKS)


def _authorizer(
    readable: frozenset[str],
) -> Callable[[int, str | None, str | None, str | None, str | None], int]:
    """Allows reads of these tables and the functions of the guard's allow-list, and nothing else."""
    listed = allowed(Dialect.SQLITE)
    functions = listed.functions | _OPERATORS

    def decide(
        action: int, first: str | None, second: str | None, _database: str | None, _trigger: str | None
    ) -> int:
        if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE):
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in functions:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ:
            name = (first or "").lower()
            # Without a column nothing is read but the number of rows; that is how CTEs come here.
            if name in readable or (not second and not listed.is_system("", name)):
                return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY

    return decide


def _columns(names: list[str], rows: list[Row]) -> list[ColumnInfo]:
    """SQLite types values, not columns, and a stream has to begin with types: those of the first rows."""
    return [
        ColumnInfo(name=name, type=_type({type(row[position]) for row in rows} - {NoneType}))
        for position, name in enumerate(names)
    ]


def _type(kinds: set[type]) -> str:
    """The type of all these values, or ``text`` where they are mixed."""
    if kinds == {int, float}:
        return "real"
    if len(kinds) != 1:
        return "text" if kinds else "null"
    return {int: "integer", float: "real", bytes: "blob"}.get(kinds.pop(), "text")
