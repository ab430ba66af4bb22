"""Queries on PostgreSQL: READ ONLY, through a server-side cursor, cancelled in the server when cancelled here.

A server-side cursor speaks the extended protocol, which takes one statement only: ``SELECT 1; COMMIT; DROP ...``
is a syntax error there.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import psycopg
from psycopg import AsyncConnection, errors, postgres
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from chat2sql.config.errors import Chat2SQLError
from chat2sql.engine.sql.arrow import to_fetched
from chat2sql.engine.sql.port import (
    ColumnInfo,
    Estimate,
    Fetched,
    OnProgress,
    SqlProblem,
    SqlProblemKind,
    unsendable,
)
from chat2sql.engine.sql.postgres_errors import connection_failure, statement_failure
from chat2sql.engine.sql.postgres_types import register_loaders

MOST_CONNECTIONS = 4
CONNECT_TIMEOUT_S = 5
BATCH_ROWS = 1000
LOCK_WAIT_S = 10.0
SETTING_OF_TENANT = "chat2sql.tenant"

_Connection = AsyncConnection[TupleRow]


class PostgresExecutor:
    """Runs queries on one PostgreSQL database. One an event loop; connects when it is first used."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._pool: AsyncConnectionPool[_Connection] | None = None
        self._opening = asyncio.Lock()
        # Waiting for a free connection has no time limit, so the pool's own limit means: no connection to be had.
        self._free = asyncio.Semaphore(MOST_CONNECTIONS)

    async def explain(self, sql: str, timeout_s: float) -> Estimate | SqlProblem:
        """Plan a query without running it; see ``Executor``."""
        problem = unsendable(sql)
        if problem is not None:
            return problem
        try:
            async with self._transaction(timeout_s) as connection, asyncio.timeout(timeout_s):
                # A binary result makes psycopg use the extended protocol, so that no second statement slips in.
                cursor = await connection.execute(f"EXPLAIN (FORMAT JSON) {sql}".encode(), binary=True)
                row = await cursor.fetchone()
        except psycopg.Error as error:
            return statement_failure(error)
        except TimeoutError:
            return _too_slow(timeout_s)
        return _estimate(str(row[0])) if row else Estimate()

    async def fetch(
        self,
        sql: str,
        *,
        row_cap: int,
        timeout_s: float,
        tenant: str,
        on_progress: OnProgress | None = None,
    ) -> Fetched | SqlProblem:
        """Run a query and fetch up to ``row_cap`` rows; see ``Executor``."""
        problem = unsendable(sql)
        if problem is not None:
            return problem
        try:
            async with self._transaction(timeout_s, tenant) as connection, asyncio.timeout(timeout_s):
                columns, rows = await _rows(connection, sql, row_cap + 1, on_progress)
        except psycopg.Error as error:
            return statement_failure(error)
        except TimeoutError:
            return _too_slow(timeout_s)
        return to_fetched(columns, rows, row_cap)

    async def aclose(self) -> None:
        """Close all connections."""
        if self._pool is not None:
            await self._pool.close()
            self._pool = None

    @asynccontextmanager
    async def _transaction(self, timeout_s: float, tenant: str = "") -> AsyncIterator[_Connection]:
        """A READ ONLY transaction with its limits and its tenant, rolled back at the end."""
        async with self._free, self._connection() as connection:
            milliseconds = str(max(1, round(timeout_s * 1000)))
            lock_milliseconds = str(max(1, round(min(timeout_s, LOCK_WAIT_S) * 1000)))
            await connection.execute(
                "SELECT set_config('statement_timeout', %s, true), set_config('lock_timeout', %s, true),"
                " set_config('idle_in_transaction_session_timeout', %s, true),"
                " set_config('cursor_tuple_fraction', '1', true), set_config(%s, %s, true)",
                (milliseconds, lock_milliseconds, str(60_000 + int(milliseconds)), SETTING_OF_TENANT, tenant),
            )
            yield connection

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[_Connection]:
        pool = self._pool or await self._open()
        try:
            connection = await pool.getconn()
        except PoolTimeout:
            raise await self._reason() from None
        try:
            yield connection
        finally:
            try:
                with suppress(psycopg.Error):
                    await connection.rollback()
            finally:
                # The pool drops a connection that is broken.
                await pool.putconn(connection)

    async def _open(self) -> AsyncConnectionPool[_Connection]:
        async with self._opening:
            if self._pool is None:
                # The pool hides why it cannot connect; one connection outside of it says so at once.
                await self._probe()
                pool = AsyncConnectionPool[_Connection](
                    self._dsn,
                    min_size=0,
                    max_size=MOST_CONNECTIONS,
                    open=False,
                    timeout=CONNECT_TIMEOUT_S,
                    reconnect_timeout=CONNECT_TIMEOUT_S,
                    kwargs={"application_name": "chat2sql", "connect_timeout": CONNECT_TIMEOUT_S},
                    configure=_configure,
                    check=AsyncConnectionPool.check_connection,
                )
                await pool.open()
                self._pool = pool
            return self._pool

    async def _probe(self) -> None:
        try:
            connection = await AsyncConnection.connect(
                self._dsn, application_name="chat2sql", connect_timeout=CONNECT_TIMEOUT_S
            )
        except psycopg.Error as error:
            raise connection_failure(error) from None
        await connection.close()

    async def _reason(self) -> Chat2SQLError:
        """Why the pool got no connection in time."""
        try:
            await self._probe()
        except Chat2SQLError as error:
            return error
        return connection_failure(errors.ConnectionTimeout())


async def _configure(connection: _Connection) -> None:
    await connection.set_read_only(True)
    register_loaders(connection.adapters)


async def _rows(
    connection: _Connection, sql: str, most: int, on_progress: OnProgress | None
) -> tuple[Sequence[ColumnInfo], list[TupleRow]]:
    rows: list[TupleRow] = []
    async with connection.cursor("chat2sql") as cursor:
        await cursor.execute(sql.encode())
        while len(rows) < most:
            size = min(BATCH_ROWS, most - len(rows))
            batch = await cursor.fetchmany(size)
            rows += batch
            if on_progress is not None:
                on_progress(len(rows))
            if len(batch) < size:
                break
        described = cursor.description or []
    columns = [ColumnInfo(name=column.name, type=column.type_display) for column in described]
    foreign = {column.type_code for column in described if postgres.types.get(column.type_code) is None}
    if foreign:
        names = await _type_names(connection, sorted(foreign))
        columns = [
            ColumnInfo(name=info.name, type=names.get(column.type_code, info.type))
            for info, column in zip(columns, described, strict=True)
        ]
    return columns, rows


async def _type_names(connection: _Connection, oids: list[int]) -> dict[int, str]:
    """Names of types that the database itself defines, such as enumerations."""
    cursor = await connection.execute(
        "SELECT oid::bigint, format_type(oid, NULL) FROM pg_catalog.pg_type WHERE oid = ANY(%s)", (oids,)
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
