"""The audit row of an attempt: written whatever comes of it, before its result is reported."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

from pydantic import BaseModel

from chat2sql.activities.persistence import until_stored
from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.audit.trail import AttemptOutcome, AuditEntry, AuditTrail

Result = TypeVar("Result", bound=BaseModel)

_NOT_IN_THE_TRAIL = {"preview"}
"""Result rows stay out of the audit; the reference to them is in it."""


class AttemptIdentity(Frozen):
    """Which attempt at which step of which question this is."""

    tenant: str
    request_id: str
    workflow_id: str
    run_id: str
    activity_id: str
    attempt: int
    step: str
    worker: str


async def audited(
    trail: AuditTrail, identity: AttemptIdentity, work: Callable[[], Awaitable[Result]]
) -> Result:
    """Do the work of one attempt and write its row.

    The row is written even when the attempt is cancelled. While the database is away a finished attempt
    waits for it: reporting without a row would break the trail, and working again would cost twice.

    Raises:
        StoreUnavailable: the database stayed away too long.
    """
    started = datetime.now(UTC)

    async def append(outcome: AttemptOutcome, detail: str, error_type: str | None) -> None:
        entry = AuditEntry(
            **identity.model_dump(),
            outcome=outcome,
            started_at=started,
            finished_at=datetime.now(UTC),
            summary=f"{identity.step} {outcome}",
            detail=detail,
            error_type=error_type,
        )
        await asyncio.shield(until_stored(lambda: trail.append(entry)))

    try:
        result = await work()
    except asyncio.CancelledError:
        await append(AttemptOutcome.CANCELLED, "{}", None)
        raise
    except Exception as error:
        await append(AttemptOutcome.FAILED, "{}", type(error).__name__)
        raise
    await append(AttemptOutcome.COMPLETED, result.model_dump_json(exclude=_NOT_IN_THE_TRAIL), None)
    return result
