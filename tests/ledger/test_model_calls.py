"""The ledger: a model call is kept, and charged, once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from pydantic import ValidationError

from chat2sql.config.vocabulary import TokenUsage
from chat2sql.engine.ledger.model_calls import ModelCall, ModelCalls
from chat2sql.engine.stores.pool import Database

NOON = datetime(2025, 6, 30, 12, tzinfo=UTC)


def call(key: str = "k1", tenant: str = "acme", request_id: str = "r1", cost: str = "0.0000123") -> ModelCall:
    return ModelCall(
        key=key,
        tenant=tenant,
        request_id=request_id,
        step="generate_sql",
        model="local",
        prompt_sha256="0f" * 32,
        texts=("SELECT '😀, {\"x\"}'", "", "NULL", 'back\\slash "quoted"'),
        finish_reason="stop",
        usage=TokenUsage(calls=1, prompt_tokens=343, completion_tokens=40, cost_usd=Decimal(cost)),
        seconds=1.7,
        called_at=NOON,
    )


async def test_recorded_as_written(store: Database) -> None:
    ledger = ModelCalls(store)
    assert await ledger.recorded("k1") is None
    assert await ledger.record(call()) == call()
    assert await ledger.recorded("k1") == call()


async def test_text_that_cannot_be_stored_is_mended_before(store: Database) -> None:
    odd = ModelCall.model_validate({**call().model_dump(), "texts": ["a\x00b\ud800"]})
    assert odd.texts == ("a\ufffdb\ufffd",)
    assert await ModelCalls(store).record(odd) == odd
    assert await ModelCalls(store).recorded("k1") == odd


async def test_paid_once_under_concurrency(store: Database) -> None:
    ledger = ModelCalls(store)
    attempts = [call(cost=f"0.{n}").model_copy(update={"texts": (f"text {n}",)}) for n in range(10, 50)]
    counted = await asyncio.gather(*(ledger.record(attempt) for attempt in attempts))
    assert len(set(one.texts for one in counted)) == 1
    assert await ledger.usage_of("acme", "r1") == counted[0].usage
    assert await ledger.spent("acme", NOON) == counted[0].usage.cost_usd
    assert await ledger.recorded("k1") == counted[0]


async def test_usage_adds_up_exactly_and_per_question(store: Database) -> None:
    ledger = ModelCalls(store)
    for number in range(10):
        await ledger.record(call(f"k{number}", cost="0.1"))
    await ledger.record(call("other question", request_id="r2"))
    await ledger.record(call("other tenant", tenant="beta"))
    used = await ledger.usage_of("acme", "r1")
    assert used == TokenUsage(calls=10, prompt_tokens=3430, completion_tokens=400, cost_usd=Decimal("1.0"))
    assert await ledger.usage_of("acme", "r9") == TokenUsage()


async def test_spent_counts_from_a_moment_on(store: Database) -> None:
    ledger = ModelCalls(store)
    for days in range(4):
        dated = call(f"k{days}", cost="0.25").model_copy(update={"called_at": NOON + timedelta(days=days)})
        await ledger.record(dated)
    assert await ledger.spent("acme", NOON + timedelta(days=1)) == Decimal("0.75")
    assert await ledger.spent("acme", NOON + timedelta(days=3, seconds=1)) == 0
    assert await ledger.spent("beta", NOON) == 0


@pytest.mark.parametrize(
    "change",
    [{"prompt_sha256": "the prompt"}, {"key": ""}, {"seconds": -1}, {"called_at": datetime(2025, 1, 1)}],
)
def test_what_is_no_call_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ModelCall.model_validate({**call().model_dump(), **change})
