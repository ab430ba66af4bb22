"""Bad input and broken parts: a clear message in the asker's language, the right exit code, nothing half written."""

from __future__ import annotations

import base64
import re
import resource
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest
import yaml
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from questions import a_request
from running_stack import RunningStack, WorkerProcess, sql_reply
from temporalio.client import Client

from chat2sql.activities.parts import open_parts
from chat2sql.config.errors import InvalidInput
from chat2sql.config.vocabulary import Dialect, Language, Outcome
from chat2sql.engine.llm.fake_server import Rule
from chat2sql.engine.stores.datasources import Datasource
from chat2sql.graph.state import AskRequest
from chat2sql.workers.asking import ask
from chat2sql.workers.provision import DEMO_DATABASE

CASES = yaml.safe_load((Path(__file__).parents[1] / "fixtures/bad_input.yaml").read_text())
COUNT = "SELECT count(*) AS orders FROM orders"


@pytest.fixture(scope="module")
async def worker(stack: RunningStack) -> AsyncIterator[WorkerProcess]:
    """A worker, and datasources that cannot be used."""
    assert stack.endpoints.postgres_owner is not None
    host = conninfo_to_dict(stack.endpoints.postgres_owner)["host"]
    _require_password(stack, "locked_out")
    broken = {
        "unreachable": "postgresql://reader@127.0.0.1:1/nothing",
        "wrong-password": make_conninfo(
            host=host, dbname=DEMO_DATABASE, user="locked_out", password="${TEST_WRONG}"
        ),
    }
    async with open_parts(stack.settings, stack.endpoints) as parts:
        for name, dsn in broken.items():
            await parts.datasources.add(
                Datasource(name=name, dialect=Dialect.POSTGRESQL, dsn=dsn), replace=True
            )
    with stack.worker(TEST_WRONG="not-the-password") as process:
        yield process


def _require_password(stack: RunningStack, role: str) -> None:
    """A role that the server lets in with its password only."""
    with stack.owner() as connection:
        row = connection.execute("SHOW hba_file").fetchone()
        assert row is not None
        file = Path(row[0])
        file.write_text(f"local all {role} scram-sha-256\n" + file.read_text())
        connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'right-{uuid.uuid4().hex}'")
        connection.execute("SELECT pg_reload_conf()")


def _request(case: dict) -> AskRequest:
    question = (
        case["question"] if "question" in case else case["question_repeat"][0] * case["question_repeat"][1]
    )
    fields = {name: case[name] for name in ("datasource", "model", "tenant", "language") if name in case}
    return a_request(question, patience_s=2, **fields)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
async def test_bad_input(stack: RunningStack, worker: WorkerProcess, case: dict) -> None:
    stack.script(
        Rule(status=case["model_status"]) if "model_status" in case else sql_reply(COUNT),
    )
    asked = await ask(stack.settings, _request(case))
    assert asked.exit_code == case["exit_code"], asked.answer.message
    assert re.search(case.get("says", "."), asked.answer.message)
    for secret in ("not-the-password", "127.0.0.1:1", "locked_out", "Traceback"):
        assert secret not in asked.answer.model_dump_json()
    if case.get("language") == "zh" or re.search("[一-龥]", case.get("question", "")):
        assert asked.answer.language is Language.ZH
        assert re.search("[一-龥]", asked.answer.message)


async def test_unstorable_result(stack: RunningStack, worker: WorkerProcess) -> None:
    """The disk takes nothing: clear message, and no trace of the result."""
    stack.script(sql_reply("SELECT id, ordered_at FROM orders LIMIT 5000"))
    _, hard = resource.prlimit(worker.pid, resource.RLIMIT_FSIZE)
    request = a_request("列出订单", tenant="full", patience_s=2)
    resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (512, hard))
    try:
        asked = await ask(stack.settings, request)
    finally:
        resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, hard))
    assert asked.exit_code == 1
    assert "结果" in asked.answer.message
    left = [path for path in (Path(stack.settings.results_location) / "full").rglob("*") if path.is_file()]
    assert left == []
    again = await ask(stack.settings, request.model_copy(update={"request_id": uuid.uuid4().hex[:12]}))
    assert again.answer.outcome is Outcome.ANSWERED


async def test_literal_password_is_refused(stack: RunningStack) -> None:
    async with open_parts(stack.settings, stack.endpoints) as parts:
        with pytest.raises(InvalidInput, match=r"\$\{"):
            await parts.datasources.add(
                Datasource(name="leaky", dialect=Dialect.POSTGRESQL, dsn="postgresql://u:secret@host/db")
            )


async def test_nothing_secret_is_kept(stack: RunningStack, client: Client, worker: WorkerProcess) -> None:
    """Neither a table of ours nor a workflow history holds the password that the worker was given."""
    histories = [
        (await client.get_workflow_handle(execution.id).fetch_history()).to_json()
        async for execution in client.list_workflows()
    ]
    texts = [
        base64.b64decode(data).decode(errors="replace")
        for text in histories
        for data in re.findall(r'"data": ?"([^"]*)"', text)
    ]
    assert texts
    for secret in ("not-the-password", "locked_out"):
        assert [text for text in (*texts, *histories) if secret in text] == []
    with stack.owner() as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'chat2sql'"
        ).fetchall()
        for (table,) in tables:
            found = connection.execute(
                psycopg.sql.SQL(
                    "SELECT count(*) FROM {} AS t WHERE t::text LIKE '%not-the-password%'"
                ).format(psycopg.sql.Identifier("chat2sql", table))
            ).fetchone()
            assert found == (0,), table
    assert "not-the-password" not in worker.log.read_text()
