"""``Evaluate``: a question set as a workflow with a child a question."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path

import pytest
from evaluations import COUNT_ORDERS, evaluation, start_evaluation
from running_stack import RunningStack, eventually, sql_reply
from temporalio.client import Client, WorkflowFailureError
from temporalio.exceptions import ActivityError, CancelledError

from chat2sql.activities.evaluation import request_of
from chat2sql.config.errors import InvalidInput
from chat2sql.engine.evaluation.run_folder import records_of
from chat2sql.workflows.evaluate import SCORE, Evaluate, EvaluateProgress
from chat2sql.workflows.failures import error_of


async def test_so_many_at_a_time_over_several_histories(
    stack: RunningStack, client: Client, tmp_path: Path
) -> None:
    stack.script(sql_reply(COUNT_ORDERS, delay_s=0.5))
    ask = evaluation(stack, tmp_path, 5, parallel=2, per_history=2)
    before = len(stack.model.calls)
    seen: list[EvaluateProgress] = []
    with stack.worker():
        handle = await start_evaluation(client, ask)
        ended = asyncio.ensure_future(handle.result())
        while not ended.done():
            seen.append(await handle.query(Evaluate.progress))
            await asyncio.sleep(0.1)
        last = await ended
    assert last == EvaluateProgress(done=5, right=5, waiting=0, asking=())
    assert {len(progress.asking) for progress in seen} <= {0, 1, 2}
    assert any(len(progress.asking) == 2 for progress in seen)
    assert [progress.done for progress in seen] == sorted(progress.done for progress in seen)
    assert sorted(record.id for record in records_of(tmp_path)) == [f"q{n}" for n in range(5)]
    assert len(stack.model.calls) - before == 5
    # Three histories: two questions, two, and one.
    assert (await client.get_workflow_handle(handle.id).describe()).run_id != handle.first_execution_run_id
    for case in ask.cases:
        request = request_of(case, ask.asking)
        assert (await client.get_workflow_handle(request.workflow_id).describe()).parent_id == handle.id


async def test_cancelled_it_cancels_its_questions_and_asks_no_more(
    stack: RunningStack, client: Client, tmp_path: Path
) -> None:
    stack.script(sql_reply(COUNT_ORDERS, delay_s=300))
    ask = evaluation(stack, tmp_path, 3, parallel=2)
    before = len(stack.model.calls)
    with stack.worker():
        handle = await start_evaluation(client, ask)
        await eventually(lambda: len(stack.model.calls) - before == 2, what="two are asked")
        await handle.cancel()
        with pytest.raises(WorkflowFailureError) as failure:
            await handle.result()
    assert isinstance(failure.value.cause, CancelledError)
    # The server sees a closed connection a moment after the client has closed it.
    await eventually(
        lambda: all(call.aborted for call in stack.model.calls[before:]), what="the calls are broken off"
    )
    assert len(stack.model.calls) - before == 2
    assert records_of(tmp_path) == []


async def test_a_question_that_fails_is_scored_as_failed(
    stack: RunningStack, client: Client, tmp_path: Path
) -> None:
    ask = evaluation(stack, tmp_path, 1)
    unknown = ask.model_copy(update={"asking": ask.asking.model_copy(update={"model": "no-such-model"})})
    with stack.worker():
        progress = await (await start_evaluation(client, unknown)).result()
    assert (progress.done, progress.right) == (1, 0)
    (record,) = records_of(tmp_path)
    assert record.outcome == "failed"
    assert "no-such-model" in record.message


async def test_a_folder_that_the_worker_does_not_see(
    stack: RunningStack, client: Client, tmp_path: Path
) -> None:
    stack.script(sql_reply(COUNT_ORDERS))
    ask = evaluation(stack, tmp_path, 1).model_copy(update={"folder": str(tmp_path / secrets.token_hex(4))})
    with stack.worker(), pytest.raises(WorkflowFailureError) as failure:
        await (await start_evaluation(client, ask)).result()
    assert isinstance(failure.value.cause, ActivityError)
    error = error_of(failure.value.cause, SCORE)
    assert isinstance(error, InvalidInput)
    assert "does not see the run's folder" in error.message.en
