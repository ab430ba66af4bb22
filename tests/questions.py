"""Questions for the tests: a request with a fresh id, started on the stack."""

from __future__ import annotations

import asyncio
import uuid
from datetime import date

from chat2sql.graph.messages import Progress, ProgressState
from chat2sql.graph.state import AskRequest
from chat2sql.workers.client import QuestionHandle, progress_of

AS_OF = date(2025, 6, 30)


def a_request(question: str = "How many orders are there?", **fields: object) -> AskRequest:
    """A request of its own."""
    given = {
        "request_id": uuid.uuid4().hex[:12],
        "question": question,
        "as_of": AS_OF,
        "model": "local",
        **fields,
    }
    return AskRequest.model_validate(given)


async def until_state(handle: QuestionHandle, state: ProgressState) -> Progress:
    """Until the question is in a state."""
    async with asyncio.timeout(60):
        while (progress := await progress_of(handle)).state is not state:
            await asyncio.sleep(0.05)
    return progress
