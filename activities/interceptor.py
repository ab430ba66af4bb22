"""What surrounds every step in a worker: heartbeat, audit row, translated error."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from pydantic import BaseModel
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from chat2sql.activities.auditing import AttemptIdentity, audited
from chat2sql.activities.failures import to_application_error, unforeseen
from chat2sql.activities.parts import Parts
from chat2sql.config.errors import Chat2SQLError
from chat2sql.graph.state import StepInput

HEARTBEAT_EVERY_S = 0.5
"""Also the delay with which a running step learns that it was cancelled."""


class StepInterceptor(Interceptor):
    """Gives every step of a worker its heartbeat, its audit row and its translated errors."""

    def __init__(self, parts: Parts, worker: str) -> None:
        self._parts = parts
        self._worker = worker

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Called by the SDK when a worker starts."""
        return _StepInbound(next, self._parts, self._worker)


class _StepInbound(ActivityInboundInterceptor):
    def __init__(self, next_: ActivityInboundInterceptor, parts: Parts, worker: str) -> None:
        super().__init__(next_)
        self._parts = parts
        self._worker = worker

    # The SDK's signature: an activity may return anything, ours return models.
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        """One attempt at one step."""
        info = activity.info()
        ask = input.args[0]
        if not isinstance(ask, StepInput):
            return await self._housekeeping(input)
        identity = AttemptIdentity(
            tenant=ask.request.tenant,
            request_id=ask.request.request_id,
            workflow_id=info.workflow_id or "",
            run_id=info.workflow_run_id or "",
            activity_id=info.activity_id,
            attempt=info.attempt,
            step=info.activity_type,
            worker=self._worker,
        )

        async def work() -> BaseModel:
            result: BaseModel = await self.next.execute_activity(input)
            return result

        try:
            async with _heartbeat():
                return await audited(self._parts.trail, identity, work)
        except Chat2SQLError as error:
            # Without the cause: its words may hold what ours leave out, and histories keep them.
            raise to_application_error(error, info, ask) from None
        except Exception as error:
            raise unforeseen(error, info) from None

    async def _housekeeping(self, input: ExecuteActivityInput) -> Any:
        """Work that belongs to no question, and so to no trail."""
        try:
            async with _heartbeat():
                return await self.next.execute_activity(input)
        except Chat2SQLError as error:
            raise ApplicationError(
                error.message.en, type=type(error).__name__, non_retryable=not error.retryable
            ) from None


@contextlib.asynccontextmanager
async def _heartbeat() -> AsyncIterator[None]:
    async def beat() -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_EVERY_S)
            activity.heartbeat()

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await beating
