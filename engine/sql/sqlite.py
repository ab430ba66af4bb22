"""Queries on SQLite files: opened read-only, with an authorizer, in a thread that stops when it is told to."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, unquote

from chat2sql.config.errors import DatabaseUnavailable, Misconfigured
from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.sql.arrow import to_fetched
from chat2sql.engine.sql.functions import is_forbidden
from chat2sql.engine.sql.port import (
    ColumnInfo,
    Estimate,
    Fetched,
    OnProgress,
    SqlProblem,
    SqlProblemKind,
    unsendable,
)

BATCH_ROWS = 1000
LONGEST_VALUE = 64 * 1024 * 1024
STEPS_BETWEEN_CHECKS = 1000
LOCK_WAIT_S = 5.0
_VIRTUAL_TABLES = frozenset({"json_each", "json_tree"})

_Result = TypeVar("_Result")
_KINDS = {
    "SQLITE_AUTH": SqlProblemKind.PERMISSION,
    "SQLITE_READONLY": SqlProblemKind.READ_ONLY,
    "SQLITE_TOOBIG": SqlProblemKind.TOO_LARGE,
    "SQLITE_NOMEM": SqlProblemKind.TOO_LARGE,
    "SQLITE_MISMATCH": SqlProblemKind.TYPE,
    "SQLITE_RANGE": SqlProblemKind.SYNTAX,
}
_WORDS = (
    ("no such ", SqlProblemKind.UNKNOWN_NAME),
    ("ambiguous column", SqlProblemKind.SYNTAX),
    ("not authorized", SqlProblemKind.PERMISSION),
    ("prohibited", SqlProblemKind.PERMISSION),
    ("overflow", SqlProblemKind.DATA),
    ("malformed JSON", SqlProblemKind.DATA),
    ("JSON path", SqlProblemKind.DATA),
    ("too big", SqlProblemKind.TOO_LARGE),
)


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

    async def explain(self, sql: str, timeout_s: float) -> Estimate | SqlProblem:
        """Plan a query without running it; see ``Executor``. SQLite estimates neither cost nor rows."""
        run = _Run(timeout_s)
        return await self._in_thread(run, lambda: self._explain(sql, run))

    async def fetch(
        self,
        sql: str,
        *,
        row_cap: int,
        timeout_s: float,
        tenant: str,
        on_progress: OnProgress | None = None,
    ) -> Fetched | SqlProblem:
        """Run a query and fetch up to ``row_cap`` rows; see ``Executor``. A file has no tenants: it is one's own."""
        run = _Run(timeout_s)
        loop = asyncio.get_running_loop()

        def report(rows: int) -> None:
            if on_progress is not None:
                loop.call_soon_threadsafe(on_progress, rows)

        return await self._in_thread(run, lambda: self._fetch(sql, row_cap, run, report))

    async def aclose(self) -> None:
        """Nothing stays open between statements."""

    @staticmethod
    async def _in_thread(run: _Run, work: Callable[[], _Result]) -> _Result:
        """Run in a thread; on cancellation, stop the statement and wait until it has ended."""
        task = asyncio.ensure_future(asyncio.to_thread(work))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            run.stopped.set()
            await asyncio.wait([task])
            task.exception()  # taken, so that asyncio does not complain of one that nobody waits for
            raise

    def _explain(self, sql: str, run: _Run) -> Estimate | SqlProblem:
        with self._connection(run) as connection:
            try:
                rows = connection.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()
            except (sqlite3.Error, sqlite3.Warning, UnicodeError) as error:
                return _failure(error, sql, run)
        return Estimate(text="\n".join(str(row[3]) for row in rows))

    def _fetch(self, sql: str, row_cap: int, run: _Run, report: OnProgress) -> Fetched | SqlProblem:
        rows: list[tuple[object, ...]] = []
        with self._connection(run) as connection:
            try:
                cursor = connection.execute(sql)
                while len(rows) <= row_cap:
                    batch = cursor.fetchmany(min(BATCH_ROWS, row_cap + 1 - len(rows)))
                    if not batch:
                        break
                    rows += batch
                    report(len(rows))
            except (sqlite3.Error, sqlite3.Warning, UnicodeError) as error:
                return _failure(error, sql, run)
        if cursor.description is None:
            return SqlProblem(kind=SqlProblemKind.SYNTAX, message="There is no statement.")
        names = [str(column[0]) for column in cursor.description]
        columns = [
            ColumnInfo(name=name, type=_type([row[position] for row in rows[:row_cap]]))
            for position, name in enumerate(names)
        ]
        return to_fetched(columns, rows, row_cap)

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
                f"file:{quote(str(self._path))}?mode=ro", uri=True, timeout=LOCK_WAIT_S, isolation_level=None
            )
        except sqlite3.Error:
            raise _unreadable() from None
        try:
            _restrict(connection, run)
            yield connection
        finally:
            connection.close()


def _path(dsn: str) -> Path:
    """``sqlite:////abs/path`` is absolute, ``sqlite:///path`` relative, anything else a path."""
    return Path(unquote(dsn.removeprefix("sqlite:///")) if dsn.startswith("sqlite:///") else dsn).expanduser()


def _restrict(connection: sqlite3.Connection, run: _Run) -> None:
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    try:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        tables = {name.lower() for (name,) in connection.execute("SELECT name FROM sqlite_master").fetchall()}
        # Virtual tables are set up at their first use, which the authorizer would take for a write.
        connection.execute("SELECT 1 FROM json_each('[]'), json_tree('[]')").fetchall()
    except sqlite3.OperationalError as error:
        raise _outage(error) from None
    except sqlite3.DatabaseError:
        raise _unreadable() from None
    readable = frozenset(name for name in tables if not name.startswith("sqlite_")) | _VIRTUAL_TABLES
    connection.set_authorizer(_authorizer(readable))
    connection.set_progress_handler(run.must_stop, STEPS_BETWEEN_CHECKS)


def _authorizer(
    readable: frozenset[str],
) -> Callable[[int, str | None, str | None, str | None, str | None], int]:
    """Allows reads of these tables and harmless functions, and nothing else."""

    def decide(
        action: int, first: str | None, second: str | None, _database: str | None, _trigger: str | None
    ) -> int:
        if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE):
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_FUNCTION and not is_forbidden(second or "", Dialect.SQLITE):
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ:
            name = (first or "").lower()
            # Without a column nothing is read but the number of rows; that is how CTEs come here.
            if name in readable or (not second and not is_forbidden(name, Dialect.SQLITE)):
                return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY

    return decide


def _type(values: list[object]) -> str:
    """SQLite types values, not columns: the type of all of them, or ``text`` where they are mixed."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {int, float}:
        return "real"
    if len(kinds) != 1:
        return "text" if kinds else "null"
    return {int: "integer", float: "real", bytes: "blob"}.get(kinds.pop(), "text")


def _failure(error: Exception, sql: str, run: _Run) -> SqlProblem:
    """The error of a statement as a value.

    Raises:
        DatabaseUnavailable: it is not the statement's fault.
    """
    unfit = unsendable(sql)
    if unfit is not None:
        return unfit
    name = getattr(error, "sqlite_errorname", None)
    message = " ".join(str(error).split())
    if name == "SQLITE_INTERRUPT":
        text = f"The statement ran longer than {run.timeout_s:g} s and was stopped."
        return SqlProblem(kind=SqlProblemKind.TIMEOUT, message=text, sqlstate=name)
    if name is not None and name.startswith(
        ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_IOERR", "SQLITE_CANTOPEN")
    ):
        raise _outage(error)
    if name is not None and name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        raise _unreadable()
    by_words = next((kind for words, kind in _WORDS if words in message), SqlProblemKind.SYNTAX)
    return SqlProblem(kind=_KINDS.get(name or "", by_words), message=message, sqlstate=name)


def _outage(_error: Exception) -> DatabaseUnavailable:
    return DatabaseUnavailable(
        zh="SQLite 文件暂时无法读取：被锁定，或磁盘出错。请检查是否有其他程序在写入；恢复后会自动继续。",
        en="The SQLite file cannot be read for now: it is locked, or the disk fails. Check whether another "
        "program writes to it; work goes on once it is back.",
    )


def _unreadable() -> Misconfigured:
    return Misconfigured(
        zh="数据源的文件不是可读的 SQLite 数据库。请检查路径和权限，或恢复该文件。",
        en="The datasource's file is not a readable SQLite database. Check its path and rights, or restore it.",
    )
