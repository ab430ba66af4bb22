"""Models of an Ollama server."""

from __future__ import annotations

from collections.abc import Mapping

import httpx
import ollama

from chat2sql.config.errors import Chat2SQLError
from chat2sql.config.models import ModelEntry
from chat2sql.engine.llm.failures import failure, unreachable
from chat2sql.engine.llm.port import Completion, CompletionRequest, OnToken
from chat2sql.engine.llm.sampling import CONNECT_TIMEOUT_S, READ_TIMEOUT_S, in_calls, is_loopback, usage

_REASONS = {"max_tokens": "length", "": "stop", None: "stop"}


class OllamaModel:
    """One model of an Ollama server. It has no ``n``."""

    def __init__(self, entry: ModelEntry, *, base_url: str) -> None:
        self._entry = entry
        self._client = ollama.AsyncClient(
            host=base_url,
            timeout=httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
            trust_env=not is_loopback(base_url),
        )

    async def complete(self, request: CompletionRequest, on_token: OnToken | None = None) -> Completion:
        """Ask the model; see ``ChatModel.complete``."""
        return await in_calls(request, on_token, self._call)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()  # type: ignore[no-untyped-call]  # the SDK leaves close() without types

    async def _call(self, request: CompletionRequest, on_token: OnToken | None) -> Completion:
        try:
            if on_token is None:
                answer = await self._client.chat(
                    model=self._entry.model, messages=_turns(request), options=self._options(request)
                )
                return self._completion(answer, answer.message.content or "")
            return await self._streamed(request, on_token)
        except ollama.ResponseError as error:
            raise self._translated(error) from error
        except (httpx.HTTPError, ConnectionError) as error:
            raise unreachable(self._entry) from error

    async def _streamed(self, request: CompletionRequest, on_token: OnToken) -> Completion:
        stream = await self._client.chat(
            model=self._entry.model, messages=_turns(request), options=self._options(request), stream=True
        )
        text = ""
        async for part in stream:
            piece = part.message.content or ""
            text += piece
            if piece:
                await on_token(piece)
            if part.done:
                return self._completion(part, text)
        # The connection ended before the answer did; half an SQL must not pass for a whole one.
        raise unreachable(self._entry)

    def _options(self, request: CompletionRequest) -> ollama.Options:
        # Ollama cuts a prompt that exceeds num_ctx without a word, and its default is far below the model's.
        return ollama.Options(
            num_ctx=self._entry.context_tokens,
            num_predict=request.max_tokens,
            temperature=request.temperature,
            stop=list(request.stop) or None,
            seed=request.seed,
        )

    def _completion(self, answer: ollama.ChatResponse, text: str) -> Completion:
        reason = answer.done_reason
        return Completion(
            texts=(text,),
            usage=usage(self._entry, answer.prompt_eval_count or 0, answer.eval_count or 0),
            model=answer.model or self._entry.model,
            finish_reason=_REASONS.get(reason, reason or "stop"),
        )

    def _translated(self, error: ollama.ResponseError) -> Chat2SQLError:
        # The SDK keeps the headers in the response that the error was made from, if anywhere.
        return failure(self._entry, max(error.status_code, 200), error.error, _headers(error))


def _headers(error: ollama.ResponseError) -> Mapping[str, str]:
    cause = error.__context__
    return cause.response.headers if isinstance(cause, httpx.HTTPStatusError) else {}


def _turns(request: CompletionRequest) -> list[ollama.Message]:
    return [ollama.Message(role=message.role, content=message.content) for message in request.messages]
