"""Models of Anthropic."""

from __future__ import annotations

import anthropic
import httpx2
from anthropic.types import Message as Answer
from anthropic.types import MessageParam

from chat2sql.config.errors import Chat2SQLError
from chat2sql.config.models import ModelEntry
from chat2sql.engine.llm.failures import failure, rejected_option, unreachable
from chat2sql.engine.llm.port import Completion, CompletionRequest, OnToken
from chat2sql.engine.llm.sampling import CONNECT_TIMEOUT_S, READ_TIMEOUT_S, in_calls, is_loopback, usage

_REASONS = {"end_turn": "stop", "stop_sequence": "stop", "max_tokens": "length"}


class AnthropicModel:
    """One model behind the Anthropic Messages API. It has no ``n`` and no ``seed``."""

    def __init__(self, entry: ModelEntry, *, base_url: str, api_key: str) -> None:
        self._entry = entry
        self._rejected: set[str] = set()
        timeout = anthropic.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
        self._client = anthropic.AsyncAnthropic(
            api_key=api_key,
            base_url=base_url,
            max_retries=0,
            timeout=timeout,
            http_client=anthropic.DefaultAsyncHttpxClient(
                timeout=timeout, trust_env=not is_loopback(base_url)
            ),
        )

    async def complete(self, request: CompletionRequest, on_token: OnToken | None = None) -> Completion:
        """Ask the model; see ``ChatModel.complete``."""
        return await in_calls(request, on_token, self._call)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _call(self, request: CompletionRequest, on_token: OnToken | None) -> Completion:
        while True:
            # The SDK's signature no longer has a temperature, the models that take one still do.
            options = {"temperature": min(request.temperature, 1.0)}
            options = {name: value for name, value in options.items() if name not in self._rejected}
            try:
                return self._completion(await self._answer(request, options, on_token))
            except anthropic.APIStatusError as error:
                option = rejected_option(error.status_code, error.message, options)
                if option is None:
                    raise self._translated(error) from error
                self._rejected.add(option)
            except (anthropic.APIError, httpx2.HTTPError) as error:
                raise unreachable(self._entry) from error

    async def _answer(
        self, request: CompletionRequest, options: dict[str, float], on_token: OnToken | None
    ) -> Answer:
        system = "\n\n".join(message.content for message in request.messages if message.role == "system")
        if on_token is None:
            return await self._client.messages.create(
                model=self._entry.model,
                max_tokens=request.max_tokens,
                messages=_turns(request),
                system=system or anthropic.omit,
                stop_sequences=list(request.stop) or anthropic.omit,
                extra_body=options,
            )
        async with self._client.messages.stream(
            model=self._entry.model,
            max_tokens=request.max_tokens,
            messages=_turns(request),
            system=system or anthropic.omit,
            stop_sequences=list(request.stop) or anthropic.omit,
            extra_body=options,
        ) as stream:
            async for piece in stream.text_stream:
                await on_token(piece)
            return await stream.get_final_message()

    def _completion(self, answer: Answer) -> Completion:
        if answer.stop_reason is None:
            # The connection ended before the answer did; half an SQL must not pass for a whole one.
            raise unreachable(self._entry)
        spent = answer.usage
        prompt_tokens = (
            spent.input_tokens
            + (spent.cache_read_input_tokens or 0)
            + (spent.cache_creation_input_tokens or 0)
        )
        return Completion(
            texts=("".join(block.text for block in answer.content if block.type == "text"),),
            usage=usage(self._entry, prompt_tokens, spent.output_tokens),
            model=answer.model,
            finish_reason=_REASONS.get(answer.stop_reason, answer.stop_reason),
        )

    def _translated(self, error: anthropic.APIStatusError) -> Chat2SQLError:
        # Within a stream the status is the stream's own 200, and only the type tells what happened.
        status = 429 if error.type == "rate_limit_error" else error.status_code
        return failure(self._entry, status, f"{error.type} {error.message}", error.response.headers)


def _turns(request: CompletionRequest) -> list[MessageParam]:
    turns: list[MessageParam] = []
    for message in request.messages:
        if message.role == "user":
            turns.append({"role": "user", "content": message.content})
        elif message.role == "assistant":
            turns.append({"role": "assistant", "content": message.content})
    return turns
