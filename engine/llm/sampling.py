"""Several texts from a provider that gives one (or a few) per call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlsplit

from chat2sql.config.models import ModelEntry
from chat2sql.config.vocabulary import TokenUsage
from chat2sql.engine.llm.port import Completion, CompletionRequest, OnToken

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 600.0
"""A slow local model may think for minutes before its first token; the caller's own time limit is shorter."""

Call = Callable[[CompletionRequest, OnToken | None], Awaitable[Completion]]


def usage(entry: ModelEntry, prompt_tokens: int, completion_tokens: int) -> TokenUsage:
    """The usage of one call, with its price from the catalogue."""
    return TokenUsage(
        calls=1,
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
        cost_usd=entry.cost(prompt_tokens, completion_tokens),
    )


def is_loopback(url: str) -> bool:
    """Whether a URL names this machine, where a proxy from the environment must not be asked."""
    return (urlsplit(url).hostname or "") in {"127.0.0.1", "localhost", "::1"}


async def in_calls(
    request: CompletionRequest,
    on_token: OnToken | None,
    call: Call,
    *,
    per_call: int = 1,
    in_turn: bool = False,
) -> Completion:
    """Sample ``request.n`` texts in calls of at most ``per_call`` texts, at once or one call after the other.

    Only the first call streams. Each call gets its own seed. When one call fails, the others are cancelled.
    """
    parts = [
        request.model_copy(
            update={
                "n": min(per_call, request.n - first),
                "seed": None if request.seed is None else request.seed + first,
            }
        )
        for first in range(0, request.n, per_call)
    ]
    if in_turn or len(parts) == 1:
        done = [await call(part, on_token if i == 0 else None) for i, part in enumerate(parts)]
        return _joined(done)
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(_as_coroutine(call, part, on_token if i == 0 else None))
                for i, part in enumerate(parts)
            ]
    except BaseExceptionGroup as failures:
        # All calls ask the same provider, so the first failure speaks for the others.
        raise failures.exceptions[0] from None
    return _joined([task.result() for task in tasks])


async def _as_coroutine(call: Call, request: CompletionRequest, on_token: OnToken | None) -> Completion:
    return await call(request, on_token)


def _joined(parts: Sequence[Completion]) -> Completion:
    reasons = [part.finish_reason for part in parts]
    return Completion(
        texts=tuple(text for part in parts for text in part.texts),
        certainties=tuple(certainty for part in parts for certainty in part.certainties),
        usage=sum((part.usage for part in parts), TokenUsage()),
        model=parts[0].model,
        finish_reason=overall_reason(reasons),
    )


def overall_reason(reasons: Sequence[str]) -> str:
    """``length`` if any text was cut, else the first reason that is not ``stop``, else ``stop``."""
    if "length" in reasons:
        return "length"
    return next((reason for reason in reasons if reason != "stop"), "stop")
