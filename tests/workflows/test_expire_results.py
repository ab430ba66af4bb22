"""Old results are deleted by a workflow, and the schedule that runs it stands after a worker's start."""

from __future__ import annotations

import uuid
from pathlib import Path

from questions import a_request
from running_stack import RunningStack, sql_reply
from temporalio.client import Client

from chat2sql.config.policies import EXPIRE_RESULTS_EVERY_S, TaskQueue
from chat2sql.config.vocabulary import Outcome
from chat2sql.workers.client import start_question
from chat2sql.workers.schedules import EXPIRY, schedule_expiry
from chat2sql.workflows.expire_results import ExpireResults

BY_REGION = "SELECT region_id, count(*) AS stores FROM stores GROUP BY region_id ORDER BY region_id"


async def test_expired_results_go_with_their_charts(stack: RunningStack, client: Client) -> None:
    stack.script(sql_reply(BY_REGION))
    with stack.worker():
        answer = await (
            await start_question(client, a_request("Stores by region", tenant="expiring"))
        ).result()
        assert answer.outcome is Outcome.ANSWERED
        assert answer.result_uri is not None
        assert answer.chart_png is not None
        folder = Path(answer.result_uri.removeprefix("file://")).parent
        assert len(list(folder.iterdir())) >= 4

        async def expire(older_than_s: float | None) -> int:
            expired = await client.execute_workflow(
                ExpireResults.run,
                older_than_s,
                id=f"expire-{uuid.uuid4().hex}",
                task_queue=TaskQueue.WORKFLOWS.value,
            )
            return expired.files

        assert await expire(None) == 0  # the settings keep results for 30 days
        assert folder.exists()
        assert await expire(0.001) >= 4
        assert not folder.exists()


async def test_the_schedule_stands_and_stays_as_operators_set_it(stack: RunningStack, client: Client) -> None:
    with stack.worker():
        handle = client.get_schedule_handle(EXPIRY)
        found = await handle.describe()
        assert [spec.every.total_seconds() for spec in found.schedule.spec.intervals] == [
            EXPIRE_RESULTS_EVERY_S
        ]
        await handle.pause(note="not on weekends")
        await schedule_expiry(client)
        assert (await handle.describe()).schedule.state.paused
        await handle.unpause()
