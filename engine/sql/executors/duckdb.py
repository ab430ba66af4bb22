"""Queries on DuckDB files: opened read-only and locked up, in a thread, interrupted when told to stop."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import duckdb

from chat2sql.config.vocabulary import Caller
from chat2sql.engine.schema.dsn import duckdb_file
from chat2sql.engine.sql.executors.duckdb_errors import statement_failure, unavailable
from chat2sql.engine.sql.executors.duckdb_session import open_duckdb
from chat2sql.engine.sql.executors.duckdb_types import exact_query, exact_rows
from chat2sql.engine.sql.executors.intake import Intake
from chat2sql.engine.sql.executors.port import (
    ColumnInfo,
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

_Result = TypeVar("_Result")
_Work = Callable[[duckdb.DuckDBPyConnection, str], _Result]


class DuckdbExecutor:
    """Runs queries on one DuckDB file; each on a connection of its own, so that writers find it free in between."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._free = asyncio.Semaphore(MOST_CONNECTIONS)

    async def explain(self, sql: str, *, caller: Caller, timeout_s: float) -> Estimate | SqlProblem:
        """Plan a query without running it; see ``Executor``. DuckDB has no cost; its rows are the cardinality that the
        optimizer expects of the plan's topmost operator."""

        def plan(connection: duckdb.DuckDBPyConnection, query: str) -> Estimate:
            text = _only_value(connection, f"EXPLAIN {query}")
            (top, *_) = json.loads(_only_value(connection, f"EXPLAIN (FORMAT JSON) {query}"))
            rows = top["extra_info"].get("Estimated Cardinality")
            return Estimate(rows=None if rows is None else int(rows), text=text)

        return await self._run(sql, timeout_s, plan)

    async def fetch(
        self,
        sql: str,
        sink: RowSink,
        *,
        caller: Caller,
        limits: FetchLimits,
        on_progress: OnProgress | None = None,
    ) -> Fetched | SqlProblem:
        """Run a query and stream its rows into a sink; see ``Executor``. A file knows nothing of callers: their rows are
        a matter of the rewrite."""
        intake = Intake(sink, limits, on_loop(on_progress))

        def stream(connection: duckdb.DuckDBPyConnection, query: str) -> Fetched:
            described = connection.execute(f"DESCRIBE {query}").fetchall()
            columns = [ColumnInfo(name=name, type=declared) for name, declared, *_ in described]
            cursor = connection.execute(exact_query(query, columns, limits.row_cap + 1))
            intake.begin(columns)
            while size := intake.wanted:
                intake.take(exact_rows(cursor.fetchmany(size), columns))
            return intake.fetched()

        return await self._run(sql, limits.timeout_s, stream)

    async def aclose(self) -> None:
        """Nothing stays open between statements."""

    async def _run(self, sql: str, timeout_s: float, work: _Work[_Result]) -> _Result | SqlProblem:
        unfit = unsendable(sql)
        if unfit is not None:
            return unfit

        def whole(interruption: Interruption) -> _Result | SqlProblem:
            with open_duckdb(duckdb_file(self._dsn)) as connection:
                interruption.by(lambda: _interrupt(connection))
                try:
                    query = _only_query(connection, sql)
                    return query if isinstance(query, SqlProblem) else work(connection, query)
                except duckdb.Error as error:
                    return statement_failure(error)

        async with self._free:
            return await run_stoppable(whole, timeout_s, unavailable)


def _only_query(connection: duckdb.DuckDBPyConnection, sql: str) -> str | SqlProblem:
    """The one SELECT that the text must be, as DuckDB's own parser reads it."""
    statements = connection.extract_statements(sql)
    if len(statements) != 1:
        return SqlProblem(kind=SqlProblemKind.SYNTAX, message="There has to be one statement.")
    if not _is_query(statements[0]):
        return SqlProblem(kind=SqlProblemKind.READ_ONLY, message="Only a query may run.")
    return statements[0].query.rstrip().rstrip(";")


def _is_query(statement: duckdb.Statement) -> bool:
    try:
        return statement.type is duckdb.StatementType.SELECT
    except ValueError:  # a kind of statement that the Python package has no name for
        return False


def _only_value(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    """The plan in EXPLAIN's one row, behind the plan's name."""
    row = connection.execute(sql).fetchone()
    return str(row[1]) if row else ""


def _interrupt(connection: duckdb.DuckDBPyConnection) -> None:
    with suppress(duckdb.Error):  # closed in the meantime
        connection.interrupt()
