"""A real model server with a small real model, and the scripted one."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from chat2sql.config.models import ModelEntry, Provider
from chat2sql.config.settings import Settings
from chat2sql.config.vocabulary import Tier
from chat2sql.engine.llm.fake_server import FakeModelServer, Rule
from chat2sql.engine.llm.local_model import PROTOCOL_MODEL, fetch_model
from chat2sql.engine.llm.local_server import command
from chat2sql.engine.llm.open import open_model
from chat2sql.engine.llm.port import ChatModel

ALIAS = "protocol-test"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def entry(provider: str, **fields: object) -> ModelEntry:
    return ModelEntry.model_validate(
        {
            "name": f"test-{provider}",
            "provider": provider,
            "model": ALIAS,
            "tier": Tier.SMALL,
            "context_tokens": 4096,
            "max_output_tokens": 64,
            "input_usd": "2",
            "output_usd": "10",
            **fields,
        }
    )


def settings_at(url: str) -> Settings:
    """Settings in which every provider is at one address."""
    return Settings(
        openai_base_url=f"{url}/v1",
        openai_api_key="sk-test",
        deepseek_base_url=f"{url}/v1",
        deepseek_api_key="sk-test",
        ark_base_url=f"{url}/v1",
        ark_api_key="sk-test",
        anthropic_base_url=url,
        anthropic_api_key="sk-test",
        ollama_url=url,
    )


def model_at(provider: str, url: str, **fields: object) -> ChatModel:
    return open_model(
        entry(provider, **fields), settings_at(url), url if provider == Provider.LOCAL else None
    )


@contextmanager
def local_server(model: Path, slots: Path, *options: str) -> Iterator[str]:
    """The server as a process; its address. It must end cleanly on SIGTERM."""
    port = free_port()
    with (slots.parent / f"{slots.name}.log").open("ab") as log:
        process = subprocess.Popen(
            [*command(model, port, slots, alias=ALIAS), *options], stdout=log, stderr=subprocess.STDOUT
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, process)
        yield url
    finally:
        process.terminate()
        code = process.wait(timeout=30)
    assert code == 0


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended while it started"
        try:
            if httpx.get(f"{url}/health", trust_env=False).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise TimeoutError("the server did not come up")


@pytest.fixture(scope="session")
def protocol_model() -> Path:
    """The small model's file, in the cache that all runs share."""
    return fetch_model(Settings(), PROTOCOL_MODEL)


@pytest.fixture(scope="session")
def llama(protocol_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real llama.cpp server."""
    with local_server(protocol_model, tmp_path_factory.mktemp("llama") / "slots", "--ctx", "8192") as url:
        yield url


@pytest.fixture
def scripted() -> Iterator[Callable[..., FakeModelServer]]:
    """Starts scripted servers: ``scripted(Rule(...), ...)``."""
    running: list[FakeModelServer] = []

    def start(*rules: Rule) -> FakeModelServer:
        server = FakeModelServer(rules)
        server.__enter__()
        running.append(server)
        return server

    yield start
    for server in running:
        server.__exit__(None, None, None)
