"""The scripted server itself: rules, calls, and its life as a process."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx

from chat2sql.engine.llm.fake_server import FakeModelServer, Rule


def ask(url: str, question: str, **more: object) -> httpx.Response:
    messages = [{"role": "system", "content": "schema of shop"}, {"role": "user", "content": question}]
    return httpx.post(
        f"{url}/v1/chat/completions", json={"model": "m", "messages": messages, **more}, trust_env=False
    )


def said(answer: httpx.Response) -> list[str]:
    return [choice["message"]["content"] for choice in answer.json()["choices"]]


def test_rules_answer_in_order_and_in_turn(scripted: Callable[..., FakeModelServer]) -> None:
    server = scripted(
        Rule(match="once", replies=("first",), times=1),
        Rule(match="once|turn", replies=("a", "b")),
        Rule(match="shop", whole_prompt=True, replies=("by schema",)),
    )
    answers = [said(ask(server.url, word))[0] for word in ("once", "once", "turn", "turn", "else")]
    assert answers == ["first", "a", "b", "b", "by schema"]
    assert said(ask(server.url, "once", n=2)) == ["b", "b"]
    assert [call.rule for call in server.calls] == [0, 1, 1, 1, 2, 1]
    server.replace((Rule(match="other"),))
    assert ask(server.url, "unknown").status_code == 400


def test_it_runs_as_a_process_and_is_driven_over_http(tmp_path: Path) -> None:
    script = tmp_path / "rules.json"
    script.write_text(json.dumps([{"match": "数", "replies": ["SELECT 1"]}]))
    process = subprocess.Popen(
        [sys.executable, "-m", "chat2sql.engine.llm.fake_server", "--script", str(script)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        with httpx.Client(base_url=url, trust_env=False) as client:
            assert client.get("/health").json() == {"status": "ok"}
            assert client.get("/v1/models").json()["data"][0]["id"] == "scripted"
            assert said(ask(url, "订单数")) == ["SELECT 1"]
            assert client.post("/script", json=[{"replies": ["SELECT 2"]}]).is_success
            assert said(ask(url, "订单数")) == ["SELECT 2"]
            calls = client.get("/calls").json()
            assert [(call["model"], call["rule"], call["aborted"]) for call in calls] == [("m", 0, False)] * 2
            assert calls[0]["protocol"] == "/v1/chat/completions"
            assert client.get("/nothing").status_code == 404
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()


async def test_fifty_clients_are_served_at_once(scripted: Callable[..., FakeModelServer]) -> None:
    server = scripted(Rule(replies=("ok",), delay_s=0.3))
    body = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
    limits = httpx.Limits(max_connections=50)
    async with httpx.AsyncClient(base_url=server.url, limits=limits, timeout=30, trust_env=False) as client:
        answers = await asyncio.gather(*(client.post("/v1/chat/completions", json=body) for _ in range(50)))
    assert all(said(answer) == ["ok"] for answer in answers)
    came = sorted(call.time for call in server.calls)
    assert len(came) == 50
    assert came[-1] - came[0] < 50 * 0.3 / 2, "they were not served one after the other"
