"""Models that speak the OpenAI protocol: OpenAI, DeepSeek, Doubao (Ark), llama.cpp, vLLM and the like."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Sequence

import openai
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam
from openai.types.chat.chat_completion import Choice, ChoiceLogprobs
from openai.types.chat.chat_completion_chunk import ChoiceLogprobs as ChunkLogprobs

from chat2sql.config.errors import Chat2SQLError
from chat2sql.config.models import ModelEntry, Provider
from chat2sql.engine.llm.failures import failure, rejected_option, unreachable
from chat2sql.engine.llm.port import Completion, CompletionRequest, Message, OnToken
from chat2sql.engine.llm.sampling import (
    CONNECT_TIMEOUT_S,
    READ_TIMEOUT_S,
    in_calls,
    is_loopback,
    overall_reason,
    usage,
)

LOCAL_SAMPLES = 4
"""Texts per call of the local server: its slots, which share one computed prompt."""

_MOST_ALTERNATIVES = 20
"""Most that the protocol tells of."""

_SAMPLES_PER_CALL = {Provider.OPENAI: 128, Provider.LOCAL: LOCAL_SAMPLES}
"""Other providers of this protocol take no ``n``."""


class OpenAIModel:
    """One model behind an OpenAI-compatible server."""

    def __init__(self, entry: ModelEntry, *, base_url: str, api_key: str) -> None:
        self._entry = entry
        self._per_call = _SAMPLES_PER_CALL.get(entry.provider, 1)
        self._rejected: set[str] = set()
        timeout = openai.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
        self._client = openai.AsyncOpenAI(
            api_key=api_key,
            base_url=base_url,
            max_retries=0,
            timeout=timeout,
            http_client=openai.DefaultAsyncHttpxClient(timeout=timeout, trust_env=not is_loopback(base_url)),
        )

    async def complete(self, request: CompletionRequest, on_token: OnToken | None = None) -> Completion:
        """Ask the model; see ``ChatModel.complete``."""
        # The local server computes a prompt once per call and keeps it for the next, so its calls go in turn.
        local = self._entry.provider is Provider.LOCAL
        return await in_calls(request, on_token, self._call, per_call=self._per_call, in_turn=local)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _call(self, request: CompletionRequest, on_token: OnToken | None) -> Completion:
        while True:
            options = self._options(request)
            try:
                if on_token is None:
                    return await self._plain(request, options)
                return await self._streamed(request, options, on_token)
            except openai.APIStatusError as error:
                said = f"{error.param} {error.message}"
                option = rejected_option(error.status_code, said, options)
                if option is None:
                    raise self._translated(error) from error
                self._rejected.add(option)
            except openai.APIError as error:
                raise self._translated(error) from error

    def _options(self, request: CompletionRequest) -> dict[str, float]:
        """The optional parameters that this model has not rejected before."""
        options: dict[str, float] = {"temperature": request.temperature}
        if request.seed is not None and self._entry.provider is not Provider.ARK:
            options["seed"] = request.seed
        if request.certainty or request.between:
            options["logprobs"] = True
        if request.between:
            options["top_logprobs"] = _MOST_ALTERNATIVES
        return {name: value for name, value in options.items() if name not in self._rejected}

    async def _plain(self, request: CompletionRequest, options: dict[str, float]) -> Completion:
        answer = await self._client.chat.completions.create(
            model=self._entry.model,
            messages=[_param(message) for message in request.messages],
            n=request.n if request.n > 1 else openai.omit,
            stop=list(request.stop) or openai.omit,
            extra_body={**self._limit(request), **options},
        )
        spent = answer.usage
        return Completion(
            texts=tuple(choice.message.content or "" for choice in answer.choices),
            certainties=_shares(answer.choices, request.between)
            if request.between
            else _certainties([_lowest(choice.logprobs) for choice in answer.choices]),
            usage=usage(
                self._entry,
                spent.prompt_tokens if spent else 0,
                spent.completion_tokens if spent else 0,
            ),
            model=answer.model,
            finish_reason=overall_reason([choice.finish_reason for choice in answer.choices]),
        )

    async def _streamed(
        self, request: CompletionRequest, options: dict[str, float], on_token: OnToken
    ) -> Completion:
        stream = await self._client.chat.completions.create(
            model=self._entry.model,
            messages=[_param(message) for message in request.messages],
            n=request.n if request.n > 1 else openai.omit,
            stop=list(request.stop) or openai.omit,
            stream=True,
            stream_options={"include_usage": True},
            extra_body={**self._limit(request), **options},
        )
        async with stream:
            return await self._gathered(stream, request.n, on_token)

    async def _gathered(
        self, chunks: AsyncIterator[ChatCompletionChunk], n: int, on_token: OnToken
    ) -> Completion:
        texts = [""] * n
        lowest: list[float | None] = [None] * n
        reasons: dict[int, str] = {}
        model = self._entry.model
        spent = (0, 0)
        async for chunk in chunks:
            model = chunk.model or model
            if chunk.usage:
                spent = (chunk.usage.prompt_tokens, chunk.usage.completion_tokens)
            for choice in chunk.choices:
                piece = choice.delta.content or ""
                texts[choice.index] += piece
                found = [low for low in (lowest[choice.index], _lowest(choice.logprobs)) if low is not None]
                lowest[choice.index] = min(found, default=None)
                if piece and choice.index == 0:
                    await on_token(piece)
                if choice.finish_reason:
                    reasons[choice.index] = choice.finish_reason
        if len(reasons) < n:
            # The connection ended before the answer did; half an SQL must not pass for a whole one.
            raise unreachable(self._entry)
        return Completion(
            texts=tuple(texts),
            certainties=_certainties(lowest),
            usage=usage(self._entry, *spent),
            model=model,
            finish_reason=overall_reason(list(reasons.values())),
        )

    def _limit(self, request: CompletionRequest) -> dict[str, int]:
        # OpenAI's newer models reject max_tokens; the compatible servers know nothing else.
        name = "max_completion_tokens" if self._entry.provider is Provider.OPENAI else "max_tokens"
        return {name: request.max_tokens}

    def _translated(self, error: openai.APIError) -> Chat2SQLError:
        if isinstance(error, openai.APIStatusError):
            said = f"{error.code} {error.type} {error.message}"
            return failure(self._entry, error.status_code, said, error.response.headers)
        if isinstance(error, openai.APIConnectionError | openai.APIResponseValidationError):
            return unreachable(self._entry)
        return failure(self._entry, 200, f"{error.code} {error.type} {error.message}")


def _lowest(logprobs: ChoiceLogprobs | ChunkLogprobs | None) -> float | None:
    """The log-probability of the least probable token; None where none are given."""
    tokens = (logprobs.content if logprobs is not None else None) or []
    return min((token.logprob for token in tokens), default=None)


def _shares(choices: Sequence[Choice], between: tuple[str, str]) -> tuple[float, ...]:
    """For each text the first word's share of what its first token gives to both; empty where either is not told of."""
    shares = []
    for choice in choices:
        tokens = (choice.logprobs.content if choice.logprobs is not None else None) or []
        told = [
            (top.token.strip().lower(), math.exp(top.logprob))
            for token in tokens[:1]
            for top in token.top_logprobs
        ]
        first, second = (max((p for word, p in told if word == wanted), default=0.0) for wanted in between)
        if not first + second:
            return ()
        shares.append(first / (first + second))
    return tuple(shares)


def _certainties(lowest: Sequence[float | None]) -> tuple[float, ...]:
    known = [math.exp(low) for low in lowest if low is not None]
    return tuple(known) if len(known) == len(lowest) else ()


def _param(message: Message) -> ChatCompletionMessageParam:
    if message.role == "system":
        return {"role": "system", "content": message.content}
    if message.role == "user":
        return {"role": "user", "content": message.content}
    return {"role": "assistant", "content": message.content}
