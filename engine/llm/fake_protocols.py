"""How a scripted reply looks in the protocols of OpenAI, Anthropic and Ollama, whole and streamed."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Sequence
from enum import StrEnum

from chat2sql.config.vocabulary import Frozen

Json = bool | int | float | str | None | Sequence["Json"] | dict[str, "Json"]
"""A JSON value."""


class Protocol(StrEnum):
    """The protocols, by the path that each is served on."""

    OPENAI = "/v1/chat/completions"
    ANTHROPIC = "/v1/messages"
    OLLAMA = "/api/chat"


class Prompt(Frozen):
    """What a request asks, whatever its protocol."""

    model: str
    whole: str
    last_user: str
    n: int
    stream: bool


class Reply(Frozen):
    """The texts to answer with, to a prompt of so many words, and the probability of each of their tokens."""

    model: str
    texts: tuple[str, ...]
    prompt_tokens: int
    certainty: float | None = None

    @property
    def completion_tokens(self) -> int:
        """Words of all texts together."""
        return sum(len(tokens(text)) for text in self.texts)


def tokens(text: str) -> list[str]:
    """A text as the pieces that it is streamed in: words with the space before them."""
    return re.findall(r"\s*\S+|\s+$", text)


def read_prompt(protocol: Protocol, body: dict[str, Json]) -> Prompt:
    """The prompt of a request's JSON body."""
    messages = body.get("messages")
    turns = [turn for turn in messages if isinstance(turn, dict)] if isinstance(messages, list) else []
    said = [_text(turn.get("content")) for turn in turns]
    users = [_text(turn.get("content")) for turn in turns if turn.get("role") == "user"]
    system = _text(body.get("system"))
    n = body.get("n")
    # Ollama streams unless told not to; the others the other way round.
    stream = body.get("stream", protocol is Protocol.OLLAMA)
    return Prompt(
        model=str(body.get("model", "")),
        whole="\n".join([*([system] if system else []), *said]),
        last_user=users[-1] if users else "",
        n=n if isinstance(n, int) else 1,
        stream=bool(stream),
    )


def whole(protocol: Protocol, reply: Reply) -> bytes:
    """The body of an answer that is not streamed."""
    return json.dumps(_WHOLE[protocol](reply)).encode()


def streamed(protocol: Protocol, reply: Reply) -> list[bytes]:
    """The pieces of a streamed answer: one per token, framed by what the protocol wants around them."""
    return _STREAMED[protocol](reply)


def error_body(protocol: Protocol, kind: str, message: str) -> bytes:
    """The body of an error."""
    if protocol is Protocol.OLLAMA:
        return json.dumps({"error": message}).encode()
    error: dict[str, Json] = {"type": kind, "code": kind, "message": message}
    return json.dumps({"type": "error", "error": error}).encode()


def content_type(protocol: Protocol) -> str:
    """The content type of a streamed answer."""
    return "application/x-ndjson" if protocol is Protocol.OLLAMA else "text/event-stream"


def _text(content: Json) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return ""


def _openai(reply: Reply) -> dict[str, Json]:
    return {
        "id": "chatcmpl-scripted",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": reply.model,
        "choices": [
            {
                "index": i,
                "message": {"role": "assistant", "content": text},
                "finish_reason": "stop",
                "logprobs": _logprobs(reply, tokens(text)),
            }
            for i, text in enumerate(reply.texts)
        ],
        "usage": _openai_usage(reply),
    }


def _logprobs(reply: Reply, of: Sequence[str]) -> Json:
    if reply.certainty is None:
        return None
    return {"content": [_told(token, reply.certainty) for token in of]}


def _told(word: str, certainty: float) -> dict[str, Json]:
    other = "no" if word == "yes" else "yes"
    told: dict[str, Json] = {"token": word, "logprob": math.log(certainty)}
    rest: list[Json] = [{"token": other, "logprob": math.log(1 - certainty)}] if certainty < 1 else []
    return {**told, "top_logprobs": [told, *rest]}


def _openai_usage(reply: Reply) -> dict[str, Json]:
    return {
        "prompt_tokens": reply.prompt_tokens,
        "completion_tokens": reply.completion_tokens,
        "total_tokens": reply.prompt_tokens + reply.completion_tokens,
    }


def _openai_streamed(reply: Reply) -> list[bytes]:
    def chunk(choices: list[Json], **more: Json) -> bytes:
        head: dict[str, Json] = {
            "id": "chatcmpl-scripted",
            "object": "chat.completion.chunk",
            "created": int(time.time()),
            "model": reply.model,
            "choices": choices,
        }
        return f"data: {json.dumps({**head, **more})}\n\n".encode()

    pieces = [
        chunk(
            [
                {
                    "index": i,
                    "delta": {"content": token},
                    "finish_reason": None,
                    "logprobs": _logprobs(reply, [token]),
                }
            ]
        )
        for i, text in enumerate(reply.texts)
        for token in tokens(text)
    ]
    ends = [chunk([{"index": i, "delta": {}, "finish_reason": "stop"}]) for i in range(len(reply.texts))]
    return [*pieces, *ends, chunk([], usage=_openai_usage(reply)), b"data: [DONE]\n\n"]


def _anthropic(reply: Reply) -> dict[str, Json]:
    return {
        "id": "msg_scripted",
        "type": "message",
        "role": "assistant",
        "model": reply.model,
        "content": [{"type": "text", "text": reply.texts[0]}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": reply.prompt_tokens, "output_tokens": reply.completion_tokens},
    }


def _anthropic_streamed(reply: Reply) -> list[bytes]:
    def event(kind: str, **fields: Json) -> bytes:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()

    start: dict[str, Json] = {
        **_anthropic(reply),
        "content": [],
        "stop_reason": None,
        "usage": {"input_tokens": reply.prompt_tokens, "output_tokens": 0},
    }
    return [
        event("message_start", message=start),
        event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
        *(
            event("content_block_delta", index=0, delta={"type": "text_delta", "text": token})
            for token in tokens(reply.texts[0])
        ),
        event("content_block_stop", index=0),
        event(
            "message_delta",
            delta={"stop_reason": "end_turn", "stop_sequence": None},
            usage={"output_tokens": reply.completion_tokens},
        ),
        event("message_stop"),
    ]


def _ollama(reply: Reply) -> dict[str, Json]:
    return {
        "model": reply.model,
        "created_at": "2026-01-01T00:00:00Z",
        "message": {"role": "assistant", "content": reply.texts[0]},
        "done": True,
        "done_reason": "stop",
        "prompt_eval_count": reply.prompt_tokens,
        "eval_count": reply.completion_tokens,
    }


def _ollama_streamed(reply: Reply) -> list[bytes]:
    def line(fields: dict[str, Json]) -> bytes:
        return json.dumps(fields).encode() + b"\n"

    last: dict[str, Json] = {**_ollama(reply), "message": {"role": "assistant", "content": ""}}
    head: dict[str, Json] = {"model": reply.model, "created_at": "2026-01-01T00:00:00Z", "done": False}
    pieces = [
        line({**head, "message": {"role": "assistant", "content": token}}) for token in tokens(reply.texts[0])
    ]
    return [*pieces, line(last)]


_WHOLE = {Protocol.OPENAI: _openai, Protocol.ANTHROPIC: _anthropic, Protocol.OLLAMA: _ollama}
_STREAMED = {
    Protocol.OPENAI: _openai_streamed,
    Protocol.ANTHROPIC: _anthropic_streamed,
    Protocol.OLLAMA: _ollama_streamed,
}
