from __future__ import annotations

from pathlib import Path

from chat2sql.config.vocabulary import TokenUsage
from chat2sql.engine.llm.answer_cache import CachedModel
from chat2sql.engine.llm.port import Completion, CompletionRequest, Message, OnToken


class Counting:
    """Answers with the number of the call."""

    def __init__(self) -> None:
        self.calls = 0

    async def complete(self, request: CompletionRequest, on_token: OnToken | None = None) -> Completion:
        self.calls += 1
        usage = TokenUsage(calls=1, prompt_tokens=7)
        return Completion(texts=(str(self.calls),), usage=usage, model="m", finish_reason="stop")

    async def aclose(self) -> None:
        pass


def _asks(text: str, **more: float) -> CompletionRequest:
    return CompletionRequest.model_validate(
        {"messages": (Message(role="user", content=text),), "max_tokens": 5, **more}
    )


async def test_the_same_question_is_paid_for_once(tmp_path: Path) -> None:
    inner = Counting()
    first = await CachedModel(inner, "small", tmp_path / "answers").complete(_asks("a"))
    again = CachedModel(inner, "small", tmp_path / "answers")
    assert await again.complete(_asks("a")) == first
    assert inner.calls == 1
    assert again.saved_s > 0
    for other in (_asks("b"), _asks("a", temperature=0.8), _asks("a", seed=1), _asks("a", n=2)):
        await again.complete(other)
    await CachedModel(inner, "large", tmp_path / "answers").complete(_asks("a"))
    assert inner.calls == 6
