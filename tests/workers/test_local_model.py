"""The real local model, from its file to an answer: the one test that needs all 1.1 GB of it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from questions import a_request
from running_stack import RunningStack, wait_until

from chat2sql.config.settings import Settings, child_environment
from chat2sql.config.vocabulary import Language, Outcome
from chat2sql.engine.llm.local_model import fetch_model
from chat2sql.engine.llm.local_server import command
from chat2sql.workers.asking import ask
from chat2sql.workers.process import free_port


@pytest.fixture(scope="module")
def local_model_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    model = fetch_model(Settings())
    argv = command(model, port, tmp_path_factory.mktemp("slots"), alias="qwen2.5-coder-1.5b-instruct")
    server = subprocess.Popen(
        argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=child_environment()
    )

    def ready() -> bool:
        assert server.poll() is None
        try:
            return httpx.get(f"http://127.0.0.1:{port}/health", timeout=2).is_success
        except httpx.HTTPError:
            return False

    try:
        wait_until(ready, what="the model server answers")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.terminate()
        server.wait(30)


async def test_answers_in_both_languages(stack: RunningStack, local_model_url: str) -> None:
    file = Path(stack.settings.home_dir / "demo/sales.sqlite")
    assert file.exists()
    with stack.worker(CHAT2SQL_LOCAL_MODEL_URL=local_model_url):
        for question, language in (
            ("有多少个客户？", Language.ZH),
            ("How many products are there?", Language.EN),
        ):
            asked = await ask(stack.settings, a_request(question, datasource="demo-sqlite", model="local"))
            assert asked.answer.outcome is Outcome.ANSWERED, asked.answer.message
            assert asked.answer.language is language
            assert len(asked.answer.rows) == 1
            assert asked.answer.usage.prompt_tokens > 500
