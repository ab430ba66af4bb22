"""Errors of the providers through the real SDKs, against a server that answers from a script."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from chat2sql.config import errors
from chat2sql.engine.llm.fake_server import FakeModelServer, Rule
from chat2sql.engine.llm.port import CompletionRequest, Message

from .conftest import free_port, model_at

CASES = yaml.safe_load((Path(__file__).parents[1] / "fixtures" / "llm_failures.yaml").read_text())
PROTOCOLS = ["openai", "anthropic", "ollama"]
ASK = CompletionRequest(messages=(Message(role="user", content="How many orders?"),), max_tokens=20)


async def ignore(piece: str) -> None:
    """Take a token."""


@pytest.mark.parametrize("streams", [False, True], ids=["plain", "streamed"])
@pytest.mark.parametrize(
    ("provider", "case"),
    [
        pytest.param(provider, case, id=f"{provider}-{case['case']}")
        for case in CASES
        for provider in case.get("providers", PROTOCOLS)
    ],
)
async def test_a_failure_is_translated(
    scripted: Callable[..., FakeModelServer], provider: str, case: dict[str, Any], streams: bool
) -> None:
    server = scripted(
        Rule(
            status=case["status"],
            error=case["error"],
            retry_after=case.get("retry_after"),
            retry_after_ms=case.get("retry_after_ms"),
        )
    )
    model = model_at(provider, server.url)
    with pytest.raises(errors.Chat2SQLError) as caught:
        await model.complete(ASK, ignore if streams else None)
    await model.aclose()
    assert type(caught.value).__name__ == case["raises"]
    if "pause" in case:
        assert caught.value.retry_after == case["pause"]
    if "pause_over" in case:
        assert caught.value.retry_after > case["pause_over"]
    for words in case.get("says", []):
        assert words in caught.value.message.en
        assert words in caught.value.message.zh
    assert "sk-test" not in caught.value.message.en
    assert len(server.calls) == 1, "the SDK must not retry on its own"


@pytest.mark.parametrize("streams", [False, True], ids=["plain", "streamed"])
@pytest.mark.parametrize("provider", PROTOCOLS)
async def test_a_refused_connection_is_an_outage(provider: str, streams: bool) -> None:
    model = model_at(provider, f"http://127.0.0.1:{free_port()}")
    with pytest.raises(errors.ModelUnavailable):
        await model.complete(ASK, ignore if streams else None)
    await model.aclose()


@pytest.mark.parametrize("provider", PROTOCOLS)
async def test_half_an_answer_is_an_outage(scripted: Callable[..., FakeModelServer], provider: str) -> None:
    server = scripted(Rule(replies=("SELECT count(*) FROM orders WHERE paid",), cut_after=4))
    model = model_at(provider, server.url)
    with pytest.raises(errors.ModelUnavailable):
        await model.complete(ASK, ignore)
    await model.aclose()


@pytest.mark.parametrize("streams", [False, True], ids=["plain", "streamed"])
@pytest.mark.parametrize("provider", PROTOCOLS)
async def test_cancelling_closes_the_request(
    scripted: Callable[..., FakeModelServer], provider: str, streams: bool
) -> None:
    delays = {"token_delay_s": 30.0} if streams else {"delay_s": 30.0}
    server = scripted(Rule(match="slow", replies=("a b",), **delays), Rule(replies=("fast",)))
    model = model_at(provider, server.url)
    slow = ASK.model_copy(update={"messages": (Message(role="user", content="slow"),)})
    task = asyncio.create_task(model.complete(slow, ignore if streams else None))
    async with asyncio.timeout(5):
        while not server.calls:
            await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(5):
        while not any(call.aborted for call in server.calls):
            await asyncio.sleep(0.01)
    assert (await model.complete(ASK)).texts == ("fast",), "the client is of use after a cancellation"
    await model.aclose()
    assert not server.calls[1].aborted


@pytest.mark.parametrize("provider", ["deepseek", "anthropic", "ollama"])
async def test_when_one_of_several_calls_fails_the_others_are_given_up(
    scripted: Callable[..., FakeModelServer], provider: str
) -> None:
    server = scripted(Rule(status=429, retry_after="3", times=1), Rule(delay_s=30))
    model = model_at(provider, server.url)
    with pytest.raises(errors.RateLimited) as caught:
        await model.complete(ASK.model_copy(update={"n": 3}))
    await model.aclose()
    assert caught.value.retry_after == 3
    async with asyncio.timeout(5):
        while not all(call.aborted for call in server.calls if call.rule == 1):
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
async def test_an_option_that_a_model_does_not_take_is_left_out_from_then_on(
    scripted: Callable[..., FakeModelServer], provider: str
) -> None:
    server = scripted(
        Rule(status=400, error="temperature is not supported by this model", times=1), Rule(replies=("a",))
    )
    model = model_at(provider, server.url)
    assert (await model.complete(ASK)).texts == ("a",)
    assert (await model.complete(ASK)).texts == ("a",)
    await model.aclose()
    assert [call.status for call in server.calls] == [400, 200, 200]
