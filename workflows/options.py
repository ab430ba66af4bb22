"""A step's policy and a request's patience, as the options of its activity."""

from __future__ import annotations

from datetime import timedelta
from typing import TypedDict

from temporalio.common import RetryPolicy
from temporalio.workflow import ActivityCancellationType

from chat2sql.config.policies import PATIENCE_S, POLICIES
from chat2sql.graph.state import AskRequest


class ActivityOptions(TypedDict):
    """Keyword arguments of ``workflow.execute_activity_method``."""

    task_queue: str
    start_to_close_timeout: timedelta
    schedule_to_close_timeout: timedelta
    heartbeat_timeout: timedelta
    retry_policy: RetryPolicy
    cancellation_type: ActivityCancellationType
    summary: str


def activity_options(step: str, request: AskRequest, *, summary: str) -> ActivityOptions:
    """The options of one step. The step itself ends its retries when the patience is used up; the
    schedule-to-close timeout stands behind that, for the case that no worker is there to say so."""
    policy = POLICIES[step]
    patience = request.patience_s or PATIENCE_S
    return ActivityOptions(
        task_queue=policy.queue.value,
        start_to_close_timeout=timedelta(seconds=policy.start_to_close),
        schedule_to_close_timeout=timedelta(seconds=policy.start_to_close + patience),
        heartbeat_timeout=timedelta(seconds=policy.heartbeat),
        retry_policy=RetryPolicy(
            initial_interval=timedelta(seconds=policy.first_retry),
            backoff_coefficient=policy.backoff,
            maximum_interval=timedelta(seconds=policy.longest_retry),
            maximum_attempts=policy.attempts,
        ),
        cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        summary=summary,
    )
