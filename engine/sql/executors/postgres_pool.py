"""Connections to one PostgreSQL database, and the READ ONLY transactions that statements run in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow

from chat2sql.config.errors import InvalidInput
from chat2sql.config.vocabulary import Caller
from chat2sql.engine.sql.executors.port import unsendable
from chat2sql.engine.sql.executors.postgres_errors import connection_failure
from chat2sql.engine.sql.executors.postgres_types import register_loaders

MOST_CONNECTIONS = 4
CONNECT_TIMEOUT_S = 5
LOCK_WAIT_S = 10.0
IDLE_S = 60.0
"""How much longer than its statement a transaction may lie idle before the server ends it."""

Connection = AsyncConnection[TupleRow]


class PostgresPool:
    """At most four connections to one database, opened when they are needed. One an event loop.

    ``psycopg_pool`` would reconnect in the background: it hides why there is no connection, and goes on waiting when
    the database is back already. Here whoever needs a connection makes it, and gets the reason if there is none.
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._idle: list[Connection] = []
        self._free = asyncio.Semaphore(MOST_CONNECTIONS)

    @asynccontextmanager
    async def transaction(self, caller: Caller, timeout_s: float) -> AsyncIterator[Connection]:
        """A READ ONLY transaction with its limits and its caller, rolled back at the end. Waiting for one of the
        connections has no time limit.

        Raises:
            DatabaseUnavailable: there is no connection to be had.
            Misconfigured: the database refuses the login, or the DSN is wrong.
            InvalidInput: the caller's names hold characters that no database takes.
        """
        if unsendable(caller.tenant + caller.user) is not None:
            raise InvalidInput(
                zh="租户名或用户名含有数据库不接受的字符。请更正后重试。",
                en="The tenant's or the user's name holds characters that no database takes. Correct it and try again.",
            )
        begin = _begin(caller, timeout_s)
        async with self._free:
            home = self._idle
            connection = await self._revived(begin) or await self._connected(begin)
            try:
                yield connection
            finally:
                kept = False
                try:
                    kept = await _forget(connection) and home is self._idle
                finally:
                    if kept:
                        home.append(connection)
                    else:
                        await connection.close()

    async def aclose(self) -> None:
        """Close all connections; one that is in use closes when its transaction ends."""
        idle, self._idle = self._idle, []
        for connection in idle:
            await connection.close()

    async def _revived(self, begin: sql.Composed) -> Connection | None:
        """An idle connection in its new transaction; None: there is none that still lives."""
        while self._idle:
            connection = self._idle.pop()
            try:
                async with asyncio.timeout(CONNECT_TIMEOUT_S):
                    await connection.execute(begin)
            except (psycopg.OperationalError, TimeoutError):
                await connection.close()
            except BaseException:
                await connection.close()
                raise
            else:
                return connection
        return None

    async def _connected(self, begin: sql.Composed) -> Connection:
        try:
            connection = await AsyncConnection.connect(
                self._dsn,
                application_name="chat2sql",
                connect_timeout=CONNECT_TIMEOUT_S,
                client_encoding="utf8",
                # Transactions begin and end by our own statements; none is worth preparing.
                autocommit=True,
                prepare_threshold=None,
            )
        except psycopg.Error as error:
            raise connection_failure(error) from None
        register_loaders(connection.adapters)
        try:
            await connection.execute(begin)
        except BaseException:
            await connection.close()
            raise
        return connection


async def _forget(connection: Connection) -> bool:
    """End the transaction, and with it all that its statement left in the session: what a rollback leaves, above all
    advisory locks, is not for the next caller. False: the connection is of no more use."""
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            await connection.rollback()
            await connection.execute("DISCARD ALL")
    except (psycopg.Error, TimeoutError):
        return False
    return True


def _begin(caller: Caller, timeout_s: float) -> sql.Composed:
    """The start of a transaction, in one message.

    SET LOCAL and not ``set_config``: then a datasource's owner can take ``set_config`` away from everybody, and no SQL
    can bind another tenant. Datestyle and digits are for exact values, whatever the role's own settings are.
    """
    settings: dict[str, str | int | float] = {
        "statement_timeout": _milliseconds(timeout_s),
        "lock_timeout": _milliseconds(min(timeout_s, LOCK_WAIT_S)),
        "idle_in_transaction_session_timeout": _milliseconds(timeout_s + IDLE_S),
        "cursor_tuple_fraction": 1.0,
        "datestyle": "ISO",
        "extra_float_digits": 1,
        "chat2sql.tenant": caller.tenant,
        "chat2sql.user": caller.user,
    }
    return sql.SQL("; ").join(
        [
            sql.SQL("BEGIN READ ONLY"),
            *(
                sql.SQL("SET LOCAL {} = {}").format(sql.Identifier(*name.split(".")), sql.Literal(value))
                for name, value in settings.items()
            ),
        ]
    )


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))
