"""After the path: the finished question is written down, with its turn of the conversation."""

from __future__ import annotations

from datetime import UTC, datetime

from chat2sql.activities.parts import Parts
from chat2sql.config.vocabulary import Outcome, TokenUsage
from chat2sql.engine.stores.conversations import Turn
from chat2sql.engine.stores.questions import FinishedQuestion
from chat2sql.graph.state import RecordInput


async def record(parts: Parts, ask: RecordInput) -> TokenUsage:
    """Store the answer; returns what the ledger says it cost, calls of lost attempts included."""
    answer, request = ask.answer, ask.request
    usage = await parts.ledger.usage_of(request.tenant, request.request_id)
    answer = answer.model_copy(update={"usage": usage})
    await parts.note_asked(request, answer.language)
    end = FinishedQuestion(
        finished_at=datetime.now(UTC),
        outcome=answer.outcome,
        sql=answer.sql,
        answer=answer.model_dump_json(),
        result_uri=answer.result_uri,
    )
    await parts.questions.finished(request.tenant, request.request_id, end)
    if request.conversation and answer.outcome is Outcome.ANSWERED:
        turn = Turn(
            request_id=request.request_id,
            question=answer.standalone or answer.question,
            answer=answer.message,
            sql=answer.sql,
            asked_at=answer.asked_at or end.finished_at,
        )
        await parts.conversations.append(request.tenant, request.conversation, request.user, turn)
    return usage
