"""A model call that is paid once: looked up in the ledger before, written to it before anything else after."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from chat2sql.activities.parts import Parts
from chat2sql.activities.persistence import until_stored
from chat2sql.config.errors import ModelUnavailable, RateLimited
from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.ledger.model_calls import ModelCall
from chat2sql.engine.llm.port import CompletionRequest

COOL_DOWN_S = 20.0
"""How long routing passes over a model that was found down, in seconds."""

OnToken = Callable[[str], Awaitable[None]]


class CallKey(Frozen):
    """Which call of which question this is. A retry has the same key, a correction round another one."""

    tenant: str
    request_id: str
    step: str
    model: str
    round: int = 0

    @property
    def text(self) -> str:
        """The key as the ledger stores it."""
        return "/".join((self.tenant, self.request_id, self.step, str(self.round), self.model))


async def call_model(
    parts: Parts, key: CallKey, request: CompletionRequest, on_token: OnToken | None = None
) -> ModelCall:
    """The model's reply, from the ledger when an earlier attempt was already paid for.

    Raises:
        ModelUnavailable: the model is down; routing passes over it for a while.
        RateLimited: the provider wants a pause.
        StoreUnavailable: the ledger cannot be read, so nothing was called.
    """
    known = await parts.ledger.recorded(key.text)
    if known is not None:
        return known
    entry = parts.models.get(key.model)
    started = time.monotonic()
    try:
        completion = await parts.open_model(entry).complete(request, on_token)
    except ModelUnavailable as error:
        pause = error.retry_after if isinstance(error, RateLimited) else None
        await parts.health.cool(key.model, pause or COOL_DOWN_S)
        raise
    call = ModelCall(
        key=key.text,
        tenant=key.tenant,
        request_id=key.request_id,
        step=key.step,
        model=key.model,
        prompt_sha256=hashlib.sha256(request.model_dump_json().encode()).hexdigest(),
        texts=completion.texts,
        certainties=completion.certainties,
        finish_reason=completion.finish_reason,
        usage=completion.usage,
        seconds=time.monotonic() - started,
        called_at=datetime.now(UTC),
    )
    # Shielded: a reply that is paid for is written down even when the question is cancelled meanwhile.
    return await asyncio.shield(until_stored(lambda: parts.ledger.record(call)))
