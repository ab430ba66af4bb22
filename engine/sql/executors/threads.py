"""Blocking work beside an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from chat2sql.engine.sql.executors.port import OnProgress

_Result = TypeVar("_Result")


async def in_thread(work: Callable[[], _Result], stop: Callable[[], object] | None = None) -> _Result:
    """Run in a thread. When cancelled, tell the work to stop and wait until it has ended: nobody touches a connection
    or a sink after that.

    Args:
        work: what blocks.
        stop: makes ``work`` end soon; called in the event loop. None: it ends soon by itself.
    """
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if stop is not None:
            stop()
        while not task.done():
            try:
                await asyncio.wait([task])
            except asyncio.CancelledError:
                continue  # cancelled twice: the thread still has to end
        if not task.cancelled():
            task.exception()  # taken, so that asyncio does not complain of one that nobody waits for
        raise


def on_loop(on_progress: OnProgress | None) -> OnProgress:
    """A call that any thread may make; ``on_progress`` gets it in the event loop that runs now."""
    loop = asyncio.get_running_loop()

    def report(rows: int) -> None:
        if on_progress is not None:
            loop.call_soon_threadsafe(on_progress, rows)

    return report
