"""The process's one pool of connections to our own PostgreSQL."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self, TypeAlias

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from chat2sql.engine.stores.outages import (
    NOT_SET_UP,
    OUTAGES,
    connection_failure,
    not_set_up,
    store_unavailable,
    unreadable_dsn,
)

StoreConnection: TypeAlias = psycopg.AsyncConnection[TupleRow]
"""A connection in autocommit mode: one statement is one round trip; ``transaction()`` groups several."""


class Database:
    """Our own PostgreSQL. One per process; used with ``async with``, or ``open`` and ``aclose``.

    After a restart of the server the next call gets a working connection; during an outage a call ends
    with ``StoreUnavailable`` within the patience.
    """

    def __init__(self, dsn: str, *, size: int = 10, patience_s: float = 5.0) -> None:
        """Prepare a pool; nothing is connected yet.

        Args:
            dsn: libpq URL or keywords, as the application's role.
            size: Most connections held at once.
            patience_s: Longest wait of a call for a connection and its statements, in seconds.

        Raises:
            Misconfigured: the DSN cannot be read.
        """
        self._patience_s = patience_s
        try:
            self._dsn = make_conninfo(
                dsn,
                connect_timeout=max(2, round(patience_s)),
                # A server that vanished without a goodbye is noticed in the same time (TCP only).
                tcp_user_timeout=round(patience_s * 1000),
                fallback_application_name="chat2sql",
            )
        except psycopg.ProgrammingError:
            raise unreadable_dsn() from None  # the cause repeats the DSN
        self._pool: AsyncConnectionPool[StoreConnection] = AsyncConnectionPool(
            self._dsn,
            kwargs={"autocommit": True},
            min_size=1,
            max_size=size,
            open=False,
            check=self._check,
            timeout=patience_s,
            # Longer attempts would back off so far that a call after the outage waits in vain.
            reconnect_timeout=patience_s,
            reconnect_failed=self._reconnect_failed,
        )

    async def open(self) -> None:
        """Connect.

        Raises:
            StoreUnavailable: the server cannot be reached.
            Misconfigured: the server refused the login.
        """
        try:
            async with asyncio.timeout(self._patience_s):
                probe = await psycopg.AsyncConnection.connect(self._dsn, autocommit=True)
        except psycopg.Error as error:
            raise connection_failure(error) from error
        except TimeoutError as error:
            raise store_unavailable() from error
        await probe.close()
        await self._pool.open()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._pool.close()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    @asynccontextmanager
    async def connection(self, within_s: float | None = None) -> AsyncIterator[StoreConnection]:
        """A connection for the statements of one call.

        Args:
            within_s: Time for all of it, in seconds; ``None`` is the pool's patience.

        Raises:
            StoreUnavailable: no connection, or it broke, or the time is up.
            Misconfigured: the database lacks our tables or our rights.
        """
        try:
            async with (
                asyncio.timeout(self._patience_s if within_s is None else within_s),
                self._pool.connection() as connection,
            ):
                yield connection
        except NOT_SET_UP as error:
            raise not_set_up() from error
        except OUTAGES as error:
            raise store_unavailable() from error

    async def _check(self, connection: StoreConnection) -> None:
        """Refuse a broken connection without a round trip for a sound one.

        An idle connection has nothing to read, unless the server said goodbye.
        """
        with selectors.DefaultSelector() as selector:
            selector.register(connection.fileno(), selectors.EVENT_READ)
            if not selector.select(timeout=0):
                return
        try:
            await self._pool.check_connection(connection)
        except psycopg.OperationalError:
            # The others broke at the same moment; meeting them one by one would use up the patience.
            await self._pool.check()
            raise

    @staticmethod
    async def _reconnect_failed(pool: AsyncConnectionPool[StoreConnection]) -> None:
        """Try on while somebody waits: giving up would leave him waiting for a connection nobody makes."""
        if pool.get_stats().get("requests_waiting"):
            await pool.check()
