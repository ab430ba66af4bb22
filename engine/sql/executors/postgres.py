"""Queries on PostgreSQL: READ ONLY, through a server-side cursor, cancelled in the server when cancelled here.

A server-side cursor speaks the extended protocol, which takes one statement only (``SELECT 1; COMMIT; DROP ...`` is a
syntax error there), and DECLARE takes nothing but a query that writes nowhere.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TypeVar

import psycopg
from psycopg import AsyncServerCursor, postgres
from psycopg.rows import TupleRow

from chat2sql.config.vocabulary import Caller
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
from chat2sql.engine.sql.executors.postgres_errors import statement_failure
from chat2sql.engine.sql.executors.postgres_pool import Connection, PostgresPool
from chat2sql.engine.sql.executors.threads import in_thread, on_loop

CURSOR = "chat2sql"

_Result = TypeVar("_Result")


class PostgresExecutor:
    """Runs queries on one PostgreSQL database. One an event loop; connects when it is first used."""

    def __init__(self, dsn: str) -> None:
        self._pool = PostgresPool(dsn)

    async def explain(self, sql: str, *, caller: Caller, timeout_s: float) -> Estimate | SqlProblem:
        """Plan a query without running it; see ``Executor``."""

        async def plan(connection: Connection) -> Estimate:
            # Planned as the cursor that would run it: the same plan, and the same grammar, in which neither ANALYZE
            # nor a write has a place. A binary result makes psycopg use the extended protocol.
            text = f"EXPLAIN (FORMAT JSON) DECLARE {CURSOR} NO SCROLL CURSOR FOR {sql}"
            cursor = await connection.execute(text.encode(), binary=True)
            row = await cursor.fetchone()
            return _estimate(str(row[0])) if row else Estimate()

        return await self._run(sql, caller, timeout_s, plan)

    async def fetch(
        self,
        sql: str,
        sink: RowSink,
        *,
        caller: Caller,
        limits: FetchLimits,
        on_progress: OnProgress | None = None,
    ) -> Fetched | SqlProblem:
        """Run a query and stream its rows into a sink; see ``Executor``."""
        intake = Intake(sink, limits, on_loop(on_progress))

        async def stream(connection: Connection) -> Fetched:
            async with connection.cursor(CURSOR, scrollable=False) as cursor:
                await cursor.execute(sql.encode())
                columns = await _columns(connection, cursor)
                await in_thread(lambda: intake.begin(columns))
                while size := intake.wanted:
                    rows = await cursor.fetchmany(size)
                    await in_thread(lambda rows=rows: intake.take(rows))  # type: ignore[misc]
            return intake.fetched()

        return await self._run(sql, caller, limits.timeout_s, stream)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._pool.aclose()

    async def _run(
        self, sql: str, caller: Caller, timeout_s: float, work: Callable[[Connection], Awaitable[_Result]]
    ) -> _Result | SqlProblem:
        """Work in a transaction of its own; what is the statement's fault becomes a value."""
        problem = unsendable(sql)
        if problem is not None:
            return problem
        try:
            async with self._pool.transaction(caller, timeout_s) as connection:
                try:
                    async with asyncio.timeout(timeout_s) as limit:
                        return await work(connection)
                except TimeoutError:
                    if not limit.expired():
                        raise
                    return _too_slow(timeout_s)
        except psycopg.Error as error:
            return statement_failure(error)


async def _columns(connection: Connection, cursor: AsyncServerCursor[TupleRow]) -> list[ColumnInfo]:
    described = cursor.description or []
    foreign = sorted(
        {column.type_code for column in described if postgres.types.get(column.type_code) is None}
    )
    names = await _type_names(connection, foreign) if foreign else {}
    return [
        ColumnInfo(name=column.name, type=names.get(column.type_code, column.type_display))
        for column in described
    ]


async def _type_names(connection: Connection, oids: list[int]) -> dict[int, str]:
    """Names of types that the database itself defines, such as enumerations."""
    cursor = await connection.execute(
        "SELECT oid::bigint, pg_catalog.format_type(oid, NULL) FROM pg_catalog.pg_type WHERE oid = ANY(%s)",
        (oids,),
    )
    return {int(oid): str(name) for oid, name in await cursor.fetchall()}


def _estimate(text: str) -> Estimate:
    plan = json.loads(text)[0]["Plan"]
    return Estimate(
        cost=float(plan["Total Cost"]), rows=int(plan["Plan Rows"]), text=json.dumps(plan, indent=1)
    )


def _too_slow(timeout_s: float) -> SqlProblem:
    return SqlProblem(
        kind=SqlProblemKind.TIMEOUT,
        message=f"The statement ran longer than {timeout_s:g} s and was stopped.",
        sqlstate="57014",
    )
