"""Completions through the real SDKs: against a real llama.cpp server where it speaks the protocol."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from chat2sql.config.errors import Misconfigured
from chat2sql.config.models import ModelEntry
from chat2sql.config.settings import Settings
from chat2sql.engine.llm.fake_server import FakeModelServer, Rule
from chat2sql.engine.llm.open import is_configured, open_model
from chat2sql.engine.llm.port import CompletionRequest, Message

from .conftest import ALIAS, entry, model_at

ASK = CompletionRequest(
    messages=(
        Message(role="system", content="You are a helpful assistant."),
        Message(role="user", content="Write one sentence about the sea."),
    ),
    max_tokens=12,
)
REAL = ["local", "openai", "deepseek", "anthropic"]
ALL = ["openai", "deepseek", "ark", "anthropic", "ollama"]


class Heard:
    """Collects streamed tokens."""

    def __init__(self) -> None:
        self.pieces: list[str] = []

    async def __call__(self, piece: str) -> None:
        self.pieces.append(piece)


@pytest.mark.parametrize("provider", REAL)
async def test_plain_against_a_real_model(llama: str, provider: str) -> None:
    model = model_at(provider, llama)
    completion = await model.complete(ASK)
    await model.aclose()
    assert len(completion.texts) == 1
    assert completion.texts[0].strip()
    assert completion.model == ALIAS
    assert completion.finish_reason == "length"
    assert completion.usage.calls == 1
    assert completion.usage.completion_tokens == 12
    assert completion.usage.prompt_tokens > 12
    expected = (Decimal(2) * completion.usage.prompt_tokens + Decimal(120)) / 1_000_000
    assert completion.usage.cost_usd == expected


@pytest.mark.parametrize("provider", REAL)
async def test_streamed_against_a_real_model_says_the_same(llama: str, provider: str) -> None:
    model = model_at(provider, llama)
    heard = Heard()
    plain = await model.complete(ASK)
    streamed = await model.complete(ASK, heard)
    await model.aclose()
    assert len(heard.pieces) > 3
    assert "".join(heard.pieces) == streamed.texts[0]
    assert streamed.texts == plain.texts
    assert streamed.usage == plain.usage
    assert streamed.finish_reason == plain.finish_reason


@pytest.mark.parametrize("provider", REAL)
async def test_a_stop_word_ends_the_text(llama: str, provider: str) -> None:
    model = model_at(provider, llama)
    free = await model.complete(ASK)
    word = free.texts[0].split()[2]
    stopped = await model.complete(ASK.model_copy(update={"stop": (word,)}))
    await model.aclose()
    assert word not in stopped.texts[0]
    assert free.texts[0].startswith(stopped.texts[0].rstrip())
    assert stopped.finish_reason == "stop"


@pytest.mark.parametrize("n", [3, 6], ids=["one call", "more than the slots"])
@pytest.mark.parametrize("provider", ["local", "deepseek", "anthropic"])
async def test_several_texts_from_a_real_model(llama: str, provider: str, n: int) -> None:
    model = model_at(provider, llama)
    heard = Heard()
    several = ASK.model_copy(update={"n": n, "temperature": 1.0, "seed": 11})
    completion = await model.complete(several, heard)
    await model.aclose()
    assert len(completion.texts) == n
    assert len(set(completion.texts)) > 1
    assert "".join(heard.pieces) == completion.texts[0]


async def test_a_prompt_longer_than_the_context_says_so(llama: str) -> None:
    model = model_at("local", llama)
    long = ASK.model_copy(update={"messages": (Message(role="user", content="word " * 20_000),)})
    with pytest.raises(Misconfigured, match="longer than the context"):
        await model.complete(long)
    await model.aclose()


@pytest.mark.parametrize("provider", ALL)
async def test_several_texts_are_counted_and_paid_together(
    scripted: Callable[..., FakeModelServer], provider: str
) -> None:
    server = scripted(Rule(replies=("SELECT 1", "SELECT 2", "SELECT 2 ")))
    model = model_at(provider, server.url)
    completion = await model.complete(ASK.model_copy(update={"n": 3, "temperature": 0.7}))
    await model.aclose()
    assert sorted(completion.texts) == ["SELECT 1", "SELECT 2", "SELECT 2 "]
    calls = 1 if provider == "openai" else 3
    assert len(server.calls) == calls
    assert completion.usage.calls == calls
    assert completion.usage.completion_tokens == 7
    prompt = completion.usage.prompt_tokens
    assert completion.usage.cost_usd == (Decimal(2) * prompt + Decimal(70)) / 1_000_000


@pytest.mark.parametrize("streams", [False, True], ids=["plain", "streamed"])
@pytest.mark.parametrize("provider", ALL)
async def test_the_scripted_server_speaks_every_protocol(
    scripted: Callable[..., FakeModelServer], provider: str, streams: bool
) -> None:
    server = scripted(Rule(match="sea", replies=("SELECT 一 FROM 订单",)))
    model = model_at(provider, server.url)
    heard = Heard()
    completion = await model.complete(ASK, heard if streams else None)
    await model.aclose()
    assert completion.texts == ("SELECT 一 FROM 订单",)
    assert completion.finish_reason == "stop"
    assert completion.model == ALIAS
    assert completion.usage.completion_tokens == 4
    assert heard.pieces == (["SELECT", " 一", " FROM", " 订单"] if streams else [])
    assert server.calls[0].prompt == "Write one sentence about the sea."


@pytest.mark.parametrize(
    ("provider", "variable"),
    [
        ("openai", "CHAT2SQL_OPENAI_API_KEY"),
        ("anthropic", "CHAT2SQL_ANTHROPIC_API_KEY"),
        ("deepseek", "CHAT2SQL_DEEPSEEK_API_KEY"),
        ("ark", "CHAT2SQL_ARK_API_KEY"),
        ("local", "chat2sql up"),
    ],
)
def test_what_is_missing_is_named(provider: str, variable: str) -> None:
    bare = Settings(openai_api_key=None, anthropic_api_key=None, deepseek_api_key=None, ark_api_key=None)
    wanted: ModelEntry = entry(provider)
    with pytest.raises(Misconfigured) as caught:
        open_model(wanted, bare, None)
    assert variable in caught.value.message.zh
    assert variable in caught.value.message.en
    assert is_configured(wanted, bare, "http://127.0.0.1:1/v1") is (provider == "local")
