"""Writing down what must not be lost while our own database is away for a moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from chat2sql.config.errors import StoreUnavailable

Stored = TypeVar("Stored")

STORE_PATIENCE_S = 90.0
"""How long a finished step holds its result while the database is away, in seconds."""

_PAUSE_S = 0.5


async def until_stored(
    write: Callable[[], Awaitable[Stored]], patience_s: float = STORE_PATIENCE_S
) -> Stored:
    """Write, again and again while the database is away: doing the work once more would cost more.

    Raises:
        StoreUnavailable: the database stayed away for ``patience_s`` seconds.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + patience_s
    while True:
        try:
            return await write()
        except StoreUnavailable:
            if loop.time() + _PAUSE_S >= end:
                raise
            await asyncio.sleep(_PAUSE_S)
