"""``kill -9`` in the middle of every step, and of every server: the question completes, nothing runs or is paid twice."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter

import pytest
from questions import a_request
from running_stack import RunningStack, sql_reply
from temporalio.api.enums.v1 import PendingActivityState
from temporalio.client import Client

from chat2sql.activities.parts import open_parts
from chat2sql.config.policies import ATTEMPTS_BEFORE_FALLBACK
from chat2sql.config.vocabulary import Outcome
from chat2sql.engine.audit.verify import verify
from chat2sql.engine.llm.fake_server import Rule
from chat2sql.engine.stores.datasources import Datasource
from chat2sql.graph.answer import Answer, StepName
from chat2sql.graph.state import AskRequest
from chat2sql.workers.client import QuestionHandle, start_question
from chat2sql.workers.stack import TEMPORAL, VALKEY

COUNT = "SELECT count(*) AS orders FROM orders"
SLOW = "SELECT count(*) AS orders FROM order_items a JOIN order_items b ON a.id % 40 = b.id % 40"


class Stall:
    """How a step is held in its middle: by something real that it waits for."""

    def __init__(self, stack: RunningStack, step: StepName) -> None:
        self._stack = stack
        self._step = step

    def hold(self) -> contextlib.AbstractContextManager[None]:
        """Held until the context ends; generate and execute are slow by themselves instead."""
        match self._step:
            case StepName.UNDERSTAND:
                return self._stack.locked("chat2sql.questions", database="chat2sql")
            case StepName.RETRIEVE_SCHEMA | StepName.SELF_CORRECT:
                return self._stack.locked("orders")
            case StepName.ROUTE_MODEL:
                return self._stack.frozen(VALKEY)
            case _:
                return contextlib.nullcontext()

    def script(self) -> None:
        """What the model says."""
        sql = SLOW if self._step is StepName.EXECUTE else COUNT
        delay = 4 if self._step is StepName.GENERATE else 0
        self._stack.script(sql_reply(sql, delay_s=delay))


async def _until_running(handle: QuestionHandle, step: StepName) -> None:
    """Until a worker is at this step."""
    for _ in range(1200):
        pending = (await handle.describe()).raw_description.pending_activities
        if any(
            activity.activity_type.name == step
            and activity.state == PendingActivityState.PENDING_ACTIVITY_STATE_STARTED
            for activity in pending
        ):
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"{step} never ran")


async def _request(stack: RunningStack, step: StepName) -> AskRequest:
    """A question; for retrieve_schema one about a datasource whose schema was never read."""
    if step is not StepName.RETRIEVE_SCHEMA:
        return a_request(tenant="durable")
    async with open_parts(stack.settings, stack.endpoints) as parts:
        demo = await parts.datasources.get("demo")
        await parts.datasources.add(
            Datasource(name="unread", dialect=demo.dialect, dsn=demo.dsn), replace=True
        )
    return a_request(tenant="durable", datasource="unread")


async def _trail(stack: RunningStack, request: AskRequest) -> list[tuple[str, int, str]]:
    async with open_parts(stack.settings, stack.endpoints) as parts:
        rows = await parts.trail.trail(request.tenant, request.request_id)
        assert (await verify(parts.database, request.tenant)).first_bad is None
    return [(row.step, row.attempt, row.outcome.value) for row in rows]


async def _paid(stack: RunningStack, request: AskRequest) -> int:
    async with open_parts(stack.settings, stack.endpoints) as parts:
        return (await parts.ledger.usage_of(request.tenant, request.request_id)).calls


def _assert_each_step_completed_once(trail: list[tuple[str, int, str]]) -> None:
    completed = Counter(step for step, _, outcome in trail if outcome == "completed")
    assert completed == Counter([*(step.value for step in list(StepName)[:6]), "present", "record"])


@pytest.mark.parametrize("step", list(StepName)[:6], ids=lambda step: step.value)
async def test_killed_worker(stack: RunningStack, client: Client, step: StepName) -> None:
    stall = Stall(stack, step)
    stall.script()
    request = await _request(stack, step)
    before = len(stack.model.calls)
    with stack.worker() as first:
        with stall.hold():
            handle = await start_question(client, request)
            await _until_running(handle, step)
            await asyncio.sleep(0.3)
            first.kill()
        stack.script(sql_reply(COUNT))
        with stack.worker():
            answer = await handle.result()
    assert answer.outcome is Outcome.ANSWERED, answer.message
    trail = await _trail(stack, request)
    _assert_each_step_completed_once(trail)
    assert (step.value, 1, "lost") in trail
    assert [entry for entry in trail if entry[2] != "completed" and entry[0] != step.value] == []
    # The call that the kill cut off has no answer to pay for; every other step called at most once.
    cut_off = 1 if step is StepName.GENERATE else 0
    assert len(stack.model.calls) - before == 1 + cut_off
    assert await _paid(stack, request) == 1


async def test_killed_between_the_reply_and_its_report(stack: RunningStack, client: Client) -> None:
    """The model has answered and the ledger has it; the worker dies before Temporal hears of it."""
    stack.script(sql_reply(COUNT, delay_s=1))
    request = a_request(tenant="durable")
    before = len(stack.model.calls)
    with stack.worker() as first:
        handle = await start_question(client, request)
        await _until_running(handle, StepName.GENERATE)
        # The ledger stays free, the audit does not: the step hangs after its reply was written down.
        with stack.locked("chat2sql.audit_heads", database="chat2sql"):
            while await _paid(stack, request) == 0:
                await asyncio.sleep(0.05)
            first.kill()
        with stack.worker():
            answer = await handle.result()
    assert answer.outcome is Outcome.ANSWERED, answer.message
    assert len(stack.model.calls) == before + 1
    assert await _paid(stack, request) == 1
    assert ("generate", 2, "completed") in await _trail(stack, request)


async def test_killed_valkey(stack: RunningStack, client: Client) -> None:
    """It is gone when the route is chosen, and comes back in mid-question."""
    stack.script(sql_reply(COUNT, delay_s=2))
    request = a_request(tenant="durable")
    with stack.worker():
        with stack.locked("chat2sql.questions", database="chat2sql"):
            handle = await start_question(client, request)
            await _until_running(handle, StepName.UNDERSTAND)
            stack.kill_part(VALKEY)
        await _until_running(handle, StepName.GENERATE)
        stack.up()
        answer = await handle.result()
    assert answer.outcome is Outcome.ANSWERED, answer.message
    assert await _paid(stack, request) == 1


async def test_killed_temporal(stack: RunningStack, client: Client) -> None:
    stack.script(sql_reply(COUNT, delay_s=2))
    request = a_request(tenant="durable")
    before = len(stack.model.calls)
    with stack.worker():
        handle = await start_question(client, request)
        await _until_running(handle, StepName.GENERATE)
        stack.kill_part(TEMPORAL)
        await asyncio.sleep(1)
        stack.up()
        answer = await _result(handle)
    assert answer.outcome is Outcome.ANSWERED, answer.message
    assert await _paid(stack, request) == 1
    assert len(stack.model.calls) - before == 1
    _assert_each_step_completed_once(await _trail(stack, request))


async def test_stopped_postgres(stack: RunningStack, client: Client) -> None:
    """It is away when the model answers: the reply waits for it and is not asked for again."""
    stack.script(sql_reply(COUNT, delay_s=1))
    request = a_request(tenant="durable")
    before = len(stack.model.calls)
    with stack.worker():
        handle = await start_question(client, request)
        await _until_running(handle, StepName.GENERATE)
        stack.stop_postgres()
        await asyncio.sleep(4)
        stack.up()
        answer = await handle.result()
    assert answer.outcome is Outcome.ANSWERED, answer.message
    assert len(stack.model.calls) - before == 1
    assert await _paid(stack, request) == 1
    _assert_each_step_completed_once(await _trail(stack, request))


async def _result(handle: QuestionHandle) -> Answer:
    """The result, asked for until the server is back."""
    async with asyncio.timeout(120):
        while True:
            try:
                return await handle.result()
            except Exception:
                await asyncio.sleep(0.5)


async def test_database_away_for_good_with_a_fallback_model(stack: RunningStack, client: Client) -> None:
    """An outage of our database while a model is asked is waited out, whether or not another model could be asked."""
    stack.script(sql_reply(COUNT, delay_s=1))
    request = a_request(tenant="durable", model=None)
    with stack.worker(CHAT2SQL_OLLAMA_URL=stack.model.url):
        handle = await start_question(client, request)
        await _until_running(handle, StepName.GENERATE)
        stack.stop_postgres()
        await asyncio.sleep(6)
        stack.up()
        answer = await handle.result()
    assert answer.outcome is Outcome.ANSWERED, answer.message
    assert await _paid(stack, request) == 1


async def test_next_model_when_the_first_is_down(stack: RunningStack, client: Client) -> None:
    stack.script(Rule(status=503, times=ATTEMPTS_BEFORE_FALLBACK), sql_reply(COUNT))
    with stack.worker(CHAT2SQL_OLLAMA_URL=stack.model.url):
        answer = await (await start_question(client, a_request(model=None))).result()
    assert answer.outcome is Outcome.ANSWERED, answer.message
    assert answer.model == "ollama-qwen2_5-coder-7b"
