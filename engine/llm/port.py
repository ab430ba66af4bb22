"""The protocol that every model is asked through."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal, Protocol

from pydantic import Field

from chat2sql.config.vocabulary import Frozen, TokenUsage

OnToken = Callable[[str], Awaitable[None]]
"""Receives each piece of text as it arrives."""


class Message(Frozen):
    """One turn of the conversation with a model."""

    role: Literal["system", "user", "assistant"]
    content: str


class CompletionRequest(Frozen):
    """What a model is asked. ``temperature`` 0 is greedy; ``n`` texts are sampled independently.

    ``seed`` makes sampling repeatable where the provider has it and is dropped where it has not.
    """

    messages: tuple[Message, ...] = Field(min_length=1)
    max_tokens: int = Field(gt=0)
    temperature: float = Field(0, ge=0, le=2)
    n: int = Field(1, ge=1)
    stop: tuple[str, ...] = ()
    seed: int | None = None
    between: tuple[str, str] | None = Field(
        None, description="Two words of one token each, of which only the first token is to choose."
    )
    certainty: bool = Field(
        False, description="Whether it is wanted, of providers that have it, how certain each text is."
    )


class Completion(Frozen):
    """What a model answered: ``n`` texts, and what they cost together.

    ``model`` is the provider's own word for who answered. ``finish_reason`` is ``stop``, or ``length`` when
    at least one text was cut at ``max_tokens``, or else the provider's word. ``certainties`` has for each text the
    probability, 0 to 1, of its least probable token; it is empty where that was not asked for or is not known.
    Where the request is ``between`` two words it is the first one's share of the probability of both.
    """

    texts: tuple[str, ...]
    certainties: tuple[float, ...] = ()
    usage: TokenUsage
    model: str
    finish_reason: str


class ChatModel(Protocol):
    """A model that can be asked. Cancelling ``complete`` closes the HTTP request, so that generation stops."""

    async def complete(self, request: CompletionRequest, on_token: OnToken | None = None) -> Completion:
        """Ask the model; with ``on_token`` the (first) text is streamed to it as well.

        Raises:
            RateLimited: the provider asks for a pause.
            ModelUnavailable: the provider cannot be reached or is broken for now.
            Misconfigured: the key, the model's name or the size of the request is wrong.
        """
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...
