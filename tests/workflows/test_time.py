"""What takes days, in the time-skipping server: an approval after three of them, and one that never comes."""

from __future__ import annotations

import sysconfig
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from questions import a_request, until_state
from running_stack import RunningStack, sql_reply
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from chat2sql.activities.parts import open_parts
from chat2sql.config.policies import TaskQueue
from chat2sql.config.vocabulary import Outcome
from chat2sql.graph.approval import ApprovalDecision
from chat2sql.graph.messages import Clarification, ProgressState
from chat2sql.workers.client import progress_of, start_question
from chat2sql.workers.main import build_worker
from chat2sql.workflows.attributes import ALL_ATTRIBUTES

DAY_S = 86_400.0
TEST_SERVER = Path(sysconfig.get_path("scripts")) / "temporal-test-server"


@pytest.fixture
async def skipping(stack: RunningStack) -> AsyncIterator[WorkflowEnvironment]:
    """A server that skips waiting time, with workers on the real stack."""
    stack.script(sql_reply("SELECT count(*) AS orders FROM orders"))
    async with AsyncExitStack() as opened:
        environment = await opened.enter_async_context(
            await WorkflowEnvironment.start_time_skipping(
                data_converter=pydantic_data_converter, test_server_existing_path=str(TEST_SERVER)
            )
        )
        await environment.client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                namespace="default",
                search_attributes={key.name: key.indexed_value_type.value for key in ALL_ATTRIBUTES},
            )
        )
        parts = await opened.enter_async_context(open_parts(stack.settings, stack.endpoints))
        for queue in TaskQueue:
            await opened.enter_async_context(build_worker(environment.client, parts, queue))
        yield environment


async def test_approved_after_three_days(skipping: WorkflowEnvironment) -> None:
    request = a_request(require_approval=True, approve_within_s=7 * DAY_S, patience_s=30 * DAY_S)
    handle = await start_question(skipping.client, request)
    # Time is skipped only when nothing runs: a skipped hour ends a running step.
    await until_state(handle, ProgressState.WAITING_FOR_APPROVAL)
    asked = await skipping.get_current_time()
    await skipping.sleep(timedelta(days=3))
    assert (await progress_of(handle)).state is ProgressState.WAITING_FOR_APPROVAL
    await handle.execute_update("approve", ApprovalDecision(approved=True, user="boss"))
    answer = await handle.result()
    assert answer.outcome is Outcome.ANSWERED
    assert (await skipping.get_current_time()) - asked >= timedelta(days=3)
    waited = next(trace.seconds for trace in answer.steps if trace.step == "approve")
    assert waited >= 3 * DAY_S - 60


async def test_nobody_approves(skipping: WorkflowEnvironment) -> None:
    request = a_request(require_approval=True, approve_within_s=2 * DAY_S, patience_s=30 * DAY_S)
    answer = await (await start_question(skipping.client, request)).result()
    assert answer.outcome is Outcome.REFUSED
    assert "nobody" in answer.message


async def test_clarified_after_a_day(skipping: WorkflowEnvironment) -> None:
    request = a_request("Show me the data", clarify_within_s=2 * DAY_S, patience_s=30 * DAY_S)
    handle = await start_question(skipping.client, request)
    # Time is skipped only when nothing runs: a skipped hour ends a running step.
    await until_state(handle, ProgressState.WAITING_FOR_CLARIFICATION)
    await skipping.sleep(timedelta(days=1))
    await handle.execute_update("clarify", Clarification(text="number of orders"))
    assert (await handle.result()).outcome is Outcome.ANSWERED


async def test_nobody_clarifies(skipping: WorkflowEnvironment) -> None:
    request = a_request("Show me the data", clarify_within_s=2 * DAY_S, patience_s=30 * DAY_S)
    answer = await (await start_question(skipping.client, request)).result()
    assert answer.outcome is Outcome.ASKS_BACK
