"""The schema prefix in a real llama.cpp server, across a real restart."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from chat2sql.config.errors import ModelUnavailable
from chat2sql.engine.llm.fake_server import FakeModelServer
from chat2sql.engine.llm.local_server import forget_old_prefixes
from chat2sql.engine.llm.prefix_cache import WarmState, warm_prefix

from .conftest import free_port, local_server

PREFIX = "You write SQL.\n" + "\n".join(f"Table t{i} (id, name_{i}, amount_{i})" for i in range(20))
SIZES = ("--ctx", "4096", "--parallel", "2")


def cached_tokens(url: str, question: str, slot: int) -> tuple[int, int]:
    """How many tokens of a question's prompt the slot had, and how many there are."""
    messages = [{"role": "system", "content": PREFIX}, {"role": "user", "content": question}]
    answer = httpx.post(
        f"{url}/v1/chat/completions",
        json={"messages": messages, "max_tokens": 2, "id_slot": slot},
        timeout=120,
        trust_env=False,
    )
    usage = answer.json()["usage"]
    return usage["prompt_tokens_details"]["cached_tokens"], usage["prompt_tokens"]


async def test_a_restarted_server_gets_the_prefix_from_disk(protocol_model: Path, tmp_path: Path) -> None:
    slots = tmp_path / "slots"
    with local_server(protocol_model, slots, *SIZES) as url:
        cold = await warm_prefix(url, PREFIX, "demo/销售")
        assert (cold.state, cold.cached_tokens, cold.slots) == (WarmState.COMPUTED, 0, 2)
        again = await warm_prefix(f"{url}/v1", PREFIX, "demo/销售")
        assert again.state is WarmState.RESTORED
        assert len(list(slots.iterdir())) == 1
    with local_server(protocol_model, slots, *SIZES) as url:
        restored = await warm_prefix(url, PREFIX, "demo/销售")
        assert (restored.state, restored.slots) == (WarmState.RESTORED, 2)
        assert restored.prompt_tokens == cold.prompt_tokens
        for slot in range(2):
            had, length = cached_tokens(url, "How many rows has t7?", slot)
            assert had > cold.prompt_tokens - 20
            assert length > had


async def test_another_prefix_and_a_damaged_file_are_computed_anew(
    protocol_model: Path, tmp_path: Path
) -> None:
    slots = tmp_path / "slots"
    with local_server(protocol_model, slots, *SIZES) as url:
        await warm_prefix(url, PREFIX, "demo")
        changed = await warm_prefix(url, PREFIX.replace("SQL", "queries"), "demo")
        assert changed.state is WarmState.COMPUTED
        assert len(list(slots.iterdir())) == 2
        for file in slots.iterdir():
            file.write_bytes(b"damaged")
        assert (await warm_prefix(url, PREFIX, "demo")).state is WarmState.COMPUTED
        assert (await warm_prefix(url, PREFIX, "demo")).state is WarmState.RESTORED


async def test_sampling_empties_slots_and_warming_fills_them_again(
    protocol_model: Path, tmp_path: Path
) -> None:
    with local_server(protocol_model, tmp_path / "slots", *SIZES) as url:
        await warm_prefix(url, PREFIX, "demo")
        messages = [{"role": "system", "content": PREFIX}, {"role": "user", "content": "Count t1."}]
        httpx.post(
            f"{url}/v1/chat/completions",
            json={"messages": messages, "max_tokens": 4, "n": 2, "temperature": 1},
            timeout=120,
            trust_env=False,
        ).raise_for_status()
        report = await warm_prefix(url, PREFIX, "demo")
        assert (report.state, report.slots) == (WarmState.RESTORED, 2)
        had, _ = cached_tokens(url, "How many rows has t7?", 1)
        assert had > report.prompt_tokens - 20


async def test_a_server_without_slots_is_left_alone(scripted: Callable[..., FakeModelServer]) -> None:
    server = scripted()
    assert (await warm_prefix(server.url, PREFIX, "demo")).state is WarmState.UNSUPPORTED
    assert server.calls == ()


async def test_a_server_that_is_down_is_an_outage() -> None:
    with pytest.raises(ModelUnavailable):
        await warm_prefix(f"http://127.0.0.1:{free_port()}", PREFIX, "demo")


def test_only_the_newest_prefixes_are_kept(tmp_path: Path) -> None:
    for i in range(5):
        file = tmp_path / f"p{i}.slot"
        file.write_bytes(b"x")
        os.utime(file, (1000 + i, 1000 + i))
    (tmp_path / "other.txt").touch()
    forget_old_prefixes(tmp_path, keep=2)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["other.txt", "p3.slot", "p4.slot"]
