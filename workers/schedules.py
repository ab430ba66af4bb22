"""What runs by the clock: the schedules that every deployment has."""

from __future__ import annotations

import contextlib
from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleSpec,
)

from chat2sql.config.policies import EXPIRE_RESULTS_EVERY_S, TaskQueue
from chat2sql.workflows.expire_results import ExpireResults

EXPIRY = "chat2sql-expire-results"


async def schedule_expiry(client: Client) -> None:
    """Have old results deleted every day; a schedule that is there stays as its operators have set it."""
    schedule = Schedule(
        action=ScheduleActionStartWorkflow(
            ExpireResults.run, id=EXPIRY, task_queue=TaskQueue.WORKFLOWS.value
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=timedelta(seconds=EXPIRE_RESULTS_EVERY_S))]),
    )
    with contextlib.suppress(ScheduleAlreadyRunningError):
        await client.create_schedule(EXPIRY, schedule)
