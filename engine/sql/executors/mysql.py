"""Queries on MySQL and MariaDB: in a READ ONLY transaction, streamed, killed in the server when cancelled here.

Without the protocol's flag for several statements, which PyMySQL does not set, ``SELECT 1; DROP ...`` is a syntax
error. A READ ONLY transaction keeps tables as they are, but not settings, files, locks or other sessions, so nothing but
a query is sent. Each statement has a session of its own, so that none leaves anything behind for the next: settings,
locks, variables, prepared statements.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import pymysql
from pymysql import Connection
from pymysql.cursors import SSCursor

from chat2sql.config.vocabulary import Caller
from chat2sql.engine.schema.dsn import MysqlAddress, mysql_address
from chat2sql.engine.sql.executors.intake import Intake
from chat2sql.engine.sql.executors.mysql_errors import PLAN_HIDDEN, statement_failure, unavailable
from chat2sql.engine.sql.executors.mysql_plan import read_plan
from chat2sql.engine.sql.executors.mysql_session import kill_query, open_session
from chat2sql.engine.sql.executors.mysql_types import columns_of
from chat2sql.engine.sql.executors.port import (
    Estimate,
    Fetched,
    FetchLimits,
    OnProgress,
    RowSink,
    SqlProblem,
    SqlProblemKind,
    unsendable,
)
from chat2sql.engine.sql.executors.stopping import Interruption, run_stoppable
from chat2sql.engine.sql.executors.threads import on_loop

MOST_CONNECTIONS = 4
_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`""", re.DOTALL)
_QUERY = re.compile(r"[\s(]*(?:SELECT|WITH|VALUES|TABLE)\b", re.IGNORECASE)
_INTO = re.compile(r"\bINTO\b", re.IGNORECASE)
_NO_QUERY = SqlProblem(kind=SqlProblemKind.SYNTAX, message="This is no query.")

_Result = TypeVar("_Result")


class MysqlExecutor:
    """Runs queries on one MySQL or MariaDB database; each on a connection of its own, a few at a time."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._free = asyncio.Semaphore(MOST_CONNECTIONS)

    async def explain(self, sql: str, *, caller: Caller, timeout_s: float) -> Estimate | SqlProblem:
        """Plan a query without running it; see ``Executor``, and ``read_plan`` for what the numbers mean.

        The server may read a row or two for the plan: tables found by a constant key, and constant subqueries. There
        is no estimate for a view that the user may not look into (SHOW VIEW, and SELECT on its tables).
        """

        def plan(cursor: SSCursor) -> Estimate:
            row = cursor.fetchone()
            return read_plan(str(row[0]), sql) if row else Estimate()

        planned = await self._run(sql, timeout_s, plan, "EXPLAIN FORMAT=JSON ")
        hidden = isinstance(planned, SqlProblem) and planned.sqlstate == PLAN_HIDDEN
        return Estimate() if hidden else planned

    async def fetch(
        self,
        sql: str,
        sink: RowSink,
        *,
        caller: Caller,
        limits: FetchLimits,
        on_progress: OnProgress | None = None,
    ) -> Fetched | SqlProblem:
        """Run a query and stream its rows into a sink; see ``Executor``. MySQL knows nothing of callers: their rows are
        a matter of the rewrite."""
        intake = Intake(sink, limits, on_loop(on_progress))

        def stream(cursor: SSCursor) -> Fetched:
            # PyMySQL tells signs and character sets of columns nowhere else.
            intake.begin(columns_of(cursor._result.fields))  # type: ignore[attr-defined]
            while size := intake.wanted:
                intake.take(cursor.fetchmany(size))
            return intake.fetched()

        return await self._run(sql, limits.timeout_s, stream)

    async def aclose(self) -> None:
        """Nothing stays open between statements."""

    async def _run(
        self, sql: str, timeout_s: float, read: Callable[[SSCursor], _Result], prefix: str = ""
    ) -> _Result | SqlProblem:
        unfit = unsendable(sql)
        if unfit is not None:
            return unfit
        if not _is_query(sql):
            return _NO_QUERY
        address = mysql_address(self._dsn)

        def work(interruption: Interruption) -> _Result | SqlProblem:
            with open_session(address, timeout_s) as connection:
                interruption.by(lambda: kill_query(address, connection))
                try:
                    with _running(prefix + sql, connection, address) as cursor:
                        return read(cursor)
                except pymysql.Error as error:
                    return statement_failure(error)
                except UnicodeDecodeError:
                    return SqlProblem(
                        kind=SqlProblemKind.DATA, message="A value of the result cannot be read."
                    )

        async with self._free:
            return await run_stoppable(work, timeout_s, unavailable)


def _is_query(sql: str) -> bool:
    """Whether it begins as one, and writes to no file or variable: INTO is a reserved word, so that outside of quotes
    it can be nothing else."""
    plain = _QUOTED.sub("''", sql)
    return _QUERY.match(plain) is not None and _INTO.search(plain) is None


@contextmanager
def _running(text: str, connection: Connection, address: MysqlAddress) -> Iterator[SSCursor]:
    """A statement and its rows; what is left of them at the end stays in the server."""
    cursor = connection.cursor(SSCursor)
    try:
        cursor.execute(text)
        yield cursor
    finally:
        result = cursor._result  # type: ignore[attr-defined]
        if result is not None and result.unbuffered_active:
            result.unbuffered_active = False  # or PyMySQL reads all the rest before it lets go
            if connection.open:
                kill_query(address, connection)
