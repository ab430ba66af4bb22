"""``ExpireResults``: run by a schedule, it deletes the results that have been kept long enough."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from chat2sql.activities.expire_results import Housekeeping
    from chat2sql.config.policies import EXPIRE_RESULTS
    from chat2sql.engine.sql.results.store import Expired


@workflow.defn(name="ExpireResults")
class ExpireResults:
    """Deletes results older than ``older_than_s`` seconds; None: than the workers' settings say."""

    @workflow.run
    async def run(self, older_than_s: float | None = None) -> Expired:
        """What was deleted."""
        return await workflow.execute_activity_method(
            Housekeeping.expire_results,
            older_than_s,
            task_queue=EXPIRE_RESULTS.queue.value,
            start_to_close_timeout=timedelta(seconds=EXPIRE_RESULTS.start_to_close),
            heartbeat_timeout=timedelta(seconds=EXPIRE_RESULTS.heartbeat),
            retry_policy=RetryPolicy(maximum_attempts=EXPIRE_RESULTS.attempts),
        )
