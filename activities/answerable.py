"""Beside step 4: whether the database can tell at all, by the model's own word, before much is spent on a question."""

from __future__ import annotations

import math

from chat2sql.activities.model_call import CallKey, call_model
from chat2sql.activities.parts import Parts
from chat2sql.config.prompts import prompt
from chat2sql.engine.llm.port import CompletionRequest, Message

PROBES = ("has_columns", "is_stored")
LEAST_LOG_ODDS = 0.1
"""Mean log-odds of "yes" below which a question is not answered, less ``UNLINKED_WEIGHT`` times the share of its words
that have nothing to link to. Small models say yes to everything, so what tells is how much less readily they do: see
docs/accuracy.md for what it was measured on."""

UNLINKED_WEIGHT = 0.7


async def is_answerable(parts: Parts, key: CallKey, asked: CompletionRequest, unlinked: float) -> bool:
    """Ask the model two ways whether the database has what a question asks for; true where it does not tell how sure
    it is.

    Args:
        key: the call that asked for the SQL.
        asked: its request: what the model has read already.
        unlinked: share of the question's words without anything in the database that they could mean.

    Raises:
        ModelUnavailable, RateLimited: the model does not answer.
    """
    system, question = asked.messages[:2]
    odds = []
    for probe in PROBES:
        request = CompletionRequest(
            messages=(system, Message(role="user", content=f"{question.content}\n{prompt(probe).strip()}")),
            max_tokens=1,
            between=("yes", "no"),
        )
        call = await call_model(parts, key.model_copy(update={"step": f"answerable-{probe}"}), request)
        if not call.certainties:
            return True
        share = min(max(call.certainties[0], 1e-6), 1 - 1e-6)
        odds.append(math.log(share / (1 - share)))
    return sum(odds) / len(odds) - UNLINKED_WEIGHT * unlinked >= LEAST_LOG_ODDS
