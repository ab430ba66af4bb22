"""Statements of blocking drivers: run in a thread, ended by an interrupt when their time is up or nobody waits."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from chat2sql.config.errors import DatabaseUnavailable
from chat2sql.engine.sql.executors.port import SqlProblem, SqlProblemKind
from chat2sql.engine.sql.executors.threads import in_thread

PAUSE_S = 0.2
"""Time between two interrupts of the same statement, in seconds."""

_Result = TypeVar("_Result")


class Interruption:
    """The way to stop one statement from outside its thread.

    An interrupt that arrives a moment before its statement is lost, so it is given again until the thread has ended.
    """

    def __init__(self) -> None:
        self._interrupt: Callable[[], None] | None = None
        self._ended = threading.Event()

    @property
    def connected(self) -> bool:
        """Whether the thread has got as far as a connection."""
        return self._interrupt is not None

    def by(self, interrupt: Callable[[], None]) -> None:
        """Tell how. ``interrupt`` may block, is called from another thread, must raise nothing, and may come late."""
        self._interrupt = interrupt

    def request(self) -> None:
        """Stop the statement; does not block."""
        threading.Thread(target=self._repeat, name="interrupt", daemon=True).start()

    def end(self) -> None:
        """The thread has ended: no more interrupts."""
        self._ended.set()

    def _repeat(self) -> None:
        while not self._ended.is_set():
            if self._interrupt is not None:
                self._interrupt()
            self._ended.wait(PAUSE_S)


async def run_stoppable(
    work: Callable[[Interruption], _Result], timeout_s: float, unavailable: Callable[[], DatabaseUnavailable]
) -> _Result | SqlProblem:
    """Run blocking work in a thread, for so many seconds at most; a TIMEOUT problem when they are over.

    Args:
        work: opens a connection, says how to interrupt it, runs the statement.
        timeout_s: for all of it.
        unavailable: the outage that it is if the time ran out before there was a connection.

    Raises:
        DatabaseUnavailable: see ``unavailable``; also whatever ``work`` raises.
    """
    interruption = Interruption()

    def whole() -> _Result:
        try:
            return work(interruption)
        finally:
            interruption.end()

    try:
        async with asyncio.timeout(timeout_s):
            return await in_thread(whole, interruption.request)
    except TimeoutError:
        if not interruption.connected:
            raise unavailable() from None
        return too_slow(timeout_s)


def too_slow(timeout_s: float) -> SqlProblem:
    """The statement was stopped."""
    return SqlProblem(
        kind=SqlProblemKind.TIMEOUT, message=f"The statement ran longer than {timeout_s:g} s and was stopped."
    )
