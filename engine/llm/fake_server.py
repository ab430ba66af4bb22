"""A model server that answers from a script, over real HTTP, in the protocols of OpenAI, Anthropic and Ollama.

    python -m chat2sql.engine.llm.fake_server --port 8099 --script rules.json

Rules are tried in order; the first whose ``match`` is found in the last user message (or in the whole prompt)
answers. ``GET /calls`` lists the calls so far, ``POST /script`` replaces the rules, ``GET /health`` and
``GET /v1/models`` answer as a model server does.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import socket
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import Field, TypeAdapter

from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.llm.fake_protocols import (
    Json,
    Prompt,
    Protocol,
    Reply,
    content_type,
    error_body,
    read_prompt,
    streamed,
    tokens,
    whole,
)


class Rule(Frozen):
    """How to answer the prompts that match. Times in seconds."""

    match: str = Field("", description="Regular expression; empty matches every prompt.")
    whole_prompt: bool = Field(False, description="Look in all messages and not only the last of the user.")
    replies: tuple[str, ...] = Field(("",), min_length=1, description="Given in turn; the last one repeats.")
    delay_s: float = Field(0, ge=0, description="Before the first byte of the answer.")
    token_delay_s: float = Field(0, ge=0, description="Before each piece of a streamed answer.")
    status: int = Field(200, description="HTTP status; from 400 on the answer is an error.")
    error: str = Field("scripted", description="Type, code and message of the error.")
    retry_after: str | None = Field(None, description="Value of the header Retry-After.")
    retry_after_ms: str | None = Field(None, description="Value of the header retry-after-ms.")
    cut_after: int | None = Field(None, description="Drop the connection after so many pieces of a stream.")
    certainty: float | None = Field(
        None, gt=0, le=1, description="Probability of each token, in OpenAI's protocol; none: it is not told."
    )
    times: int | None = Field(None, description="Answer so often, then match no more.")


class Call(Frozen):
    """One call. ``rule`` is the index of the rule that answered, ``None`` if none matched; ``aborted`` says
    that the client went away before the end; ``time`` is in seconds since 1970."""

    time: float
    model: str
    protocol: Protocol
    stream: bool
    rule: int | None
    status: int
    aborted: bool
    prompt: str


Script = tuple[Rule, ...]
_SCRIPT = TypeAdapter(Script)
_CALLS = TypeAdapter(list[Call])
_NO_RULE = Rule(status=400, error="no rule of the script matches")


def read_script(text: str | bytes) -> Script:
    """Rules from JSON."""
    return _SCRIPT.validate_json(text)


class _State:
    """Rules, how often each answered, and the calls. Used by the loop's thread alone, but for reading calls."""

    def __init__(self, script: Sequence[Rule]) -> None:
        self.calls: list[Call] = []
        self.replace(script)

    def replace(self, script: Sequence[Rule]) -> None:
        self._rules = tuple(script)
        self._patterns = [re.compile(rule.match, re.DOTALL) for rule in self._rules]
        self._used = [0] * len(self._rules)
        self._given = [0] * len(self._rules)

    def answer(self, prompt: Prompt) -> tuple[int | None, Rule, tuple[str, ...]]:
        """The rule for a prompt and its next ``n`` replies."""
        for i, rule in enumerate(self._rules):
            if rule.times is not None and self._used[i] >= rule.times:
                continue
            if self._patterns[i].search(prompt.whole if rule.whole_prompt else prompt.last_user):
                self._used[i] += 1
                first = self._given[i]
                self._given[i] += prompt.n
                last = len(rule.replies) - 1
                return i, rule, tuple(rule.replies[min(first + k, last)] for k in range(prompt.n))
        return None, _NO_RULE, ()


class FakeModelServer:
    """The server in this process, on a thread of its own: ``with FakeModelServer(rules) as server: server.url``."""

    def __init__(self, script: Sequence[Rule], *, port: int = 0) -> None:
        self._state = _State(script)
        self._socket = socket.create_server(("127.0.0.1", port), backlog=256)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="fake-model-server", daemon=True)
        self._stop = asyncio.Event()

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls so far, in the order in which they came."""
        return tuple(self._state.calls)

    def replace(self, script: Sequence[Rule]) -> None:
        """Put other rules in place."""
        self._loop.call_soon_threadsafe(self._state.replace, tuple(script))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner, suppress(asyncio.CancelledError):
            runner.run(serve(self._state, self._socket, self._stop))


async def serve(state: _State, listener: socket.socket, stop: asyncio.Event) -> None:
    """Serve until ``stop`` is set."""
    open_connections: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            open_connections.add(task)
            task.add_done_callback(open_connections.discard)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await _Connection(state, reader, writer).run()
        writer.close()

    server = await asyncio.start_server(connected, sock=listener)
    async with server:
        await stop.wait()
        server.close()
        for task in tuple(open_connections):
            task.cancel()
        await asyncio.gather(*open_connections, return_exceptions=True)


class _Connection:
    """One HTTP/1.1 connection, kept alive from request to request."""

    def __init__(self, state: _State, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._state = state
        self._reader = reader
        self._writer = writer

    async def run(self) -> None:
        while True:
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            method, path, _ = head.split("\r\n", 1)[0].split(" ", 2)
            length = re.search(r"^content-length:\s*(\d+)", head, re.IGNORECASE | re.MULTILINE)
            body = await self._reader.readexactly(int(length[1])) if length else b""
            if not await self._respond(method, path.split("?", 1)[0], body):
                return

    async def _respond(self, method: str, path: str, body: bytes) -> bool:
        """Answer one request; false when the connection is of no more use."""
        if method == "POST" and path in {protocol.value for protocol in Protocol}:
            return await self._complete(Protocol(path), json.loads(body))
        await self._send(*self._control(method, path, body))
        return True

    def _control(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        if (method, path) == ("GET", "/calls"):
            return 200, _CALLS.dump_json(self._state.calls)
        if (method, path) == ("POST", "/script"):
            self._state.replace(read_script(body))
            return 200, b'{"status": "ok"}'
        if (method, path) == ("GET", "/health"):
            return 200, b'{"status": "ok"}'
        if (method, path) == ("GET", "/v1/models"):
            return 200, b'{"object": "list", "data": [{"id": "scripted", "object": "model"}]}'
        return 404, b'{"error": {"type": "not_found", "message": "no such path"}}'

    async def _complete(self, protocol: Protocol, body: dict[str, Json]) -> bool:
        prompt = read_prompt(protocol, body)
        index, rule, texts = self._state.answer(prompt)
        call = Call(
            time=time.time(),
            model=prompt.model,
            protocol=protocol,
            stream=prompt.stream,
            rule=index,
            status=rule.status,
            aborted=False,
            prompt=prompt.last_user,
        )
        place = len(self._state.calls)
        self._state.calls.append(call)
        present = False
        try:
            present = await self._stays(rule.delay_s) and await self._answer(protocol, prompt, rule, texts)
        finally:
            if not present:
                self._state.calls[place] = call.model_copy(update={"aborted": True})
        return present and rule.cut_after is None

    async def _answer(self, protocol: Protocol, prompt: Prompt, rule: Rule, texts: tuple[str, ...]) -> bool:
        """Send the answer; false when the client went away before its end."""
        if rule.status >= 400:
            await self._send(rule.status, error_body(protocol, rule.error, rule.error), _pause(rule))
            return True
        reply = Reply(
            model=prompt.model,
            texts=texts,
            prompt_tokens=len(tokens(prompt.whole)),
            certainty=rule.certainty,
        )
        if not prompt.stream:
            await self._send(200, whole(protocol, reply))
            return True
        self._writer.write(_head(200, content_type(protocol), "Transfer-Encoding: chunked\r\n"))
        for piece in streamed(protocol, reply)[: rule.cut_after]:
            if rule.token_delay_s and not await self._stays(rule.token_delay_s):
                return False
            self._writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await self._writer.drain()
        if rule.cut_after is None:
            self._writer.write(b"0\r\n\r\n")
            await self._writer.drain()
        return True

    async def _send(self, status: int, body: bytes, more: str = "") -> None:
        self._writer.write(_head(status, "application/json", f"Content-Length: {len(body)}\r\n{more}") + body)
        await self._writer.drain()

    async def _stays(self, seconds: float) -> bool:
        """Wait; false as soon as the client hangs up. A client sends nothing while it waits for its answer."""
        if seconds <= 0:
            return True
        hung_up = asyncio.ensure_future(self._reader.read(1))
        try:
            done, _ = await asyncio.wait({hung_up}, timeout=seconds)
            return not done
        finally:
            hung_up.cancel()
            await asyncio.gather(hung_up, return_exceptions=True)


def _head(status: int, kind: str, more: str) -> bytes:
    return f"HTTP/1.1 {status} Scripted\r\nContent-Type: {kind}\r\n{more}\r\n".encode("latin-1")


def _pause(rule: Rule) -> str:
    seconds = f"Retry-After: {rule.retry_after}\r\n" if rule.retry_after is not None else ""
    milliseconds = f"retry-after-ms: {rule.retry_after_ms}\r\n" if rule.retry_after_ms is not None else ""
    return seconds + milliseconds


def main() -> None:
    """Serve a script until interrupted."""
    parser = argparse.ArgumentParser(description="A model server that answers from a script.")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free port")
    parser.add_argument("--script", type=Path, help="JSON list of rules")
    options = parser.parse_args()
    script = read_script(options.script.read_bytes()) if options.script else ()
    with FakeModelServer(script, port=options.port) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
