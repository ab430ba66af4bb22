"""How an error of an attempt is told to Temporal: retried, retried after a pause, or not at all."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError

from chat2sql.config.errors import Chat2SQLError, ModelUnavailable, RateLimited
from chat2sql.config.policies import ATTEMPTS_BEFORE_FALLBACK, PATIENCE_S
from chat2sql.graph.failure import ErrorDetail
from chat2sql.graph.state import GenerateInput, StepInput

ATTEMPTS_AT_THE_UNFORESEEN = 3

_log = logging.getLogger("chat2sql.activities")


def to_application_error(error: Chat2SQLError, info: activity.Info, ask: StepInput) -> ApplicationError:
    """An error of the tree; an outage is not retried beyond the request's patience, nor a model that is down
    beyond a few attempts when another one can be asked."""
    waited = (datetime.now(UTC) - info.scheduled_time).total_seconds()
    pause = error.retry_after if isinstance(error, RateLimited) else None
    out_of_patience = waited + (pause or 0) > (ask.request.patience_s or PATIENCE_S)
    return ApplicationError(
        error.message.en,
        ErrorDetail.of(error),
        type=type(error).__name__,
        non_retryable=not error.retryable or out_of_patience or _next_model_is_due(error, info, ask),
        next_retry_delay=timedelta(seconds=pause) if pause else None,
    )


def _next_model_is_due(error: Chat2SQLError, info: activity.Info, ask: StepInput) -> bool:
    return (
        isinstance(error, ModelUnavailable)
        and isinstance(ask, GenerateInput)
        and ask.fallbacks_left > 0
        and info.attempt >= ATTEMPTS_BEFORE_FALLBACK
    )


def unforeseen(error: Exception, info: activity.Info) -> ApplicationError:
    """A defect of ours: tried a few times, then told as what it is. The details are in the worker's log."""
    _log.exception("step %s failed in an unforeseen way", info.activity_type)
    detail = ErrorDetail.of(
        Chat2SQLError(
            zh=f"步骤 {info.activity_type} 发生内部错误（{type(error).__name__}）。详情见工作进程日志，请报告此问题。",
            en=f"Internal error in step {info.activity_type} ({type(error).__name__}). The worker's log has the "
            "details; please report it.",
        )
    )
    return ApplicationError(
        detail.message.en,
        detail,
        type="InternalError",
        non_retryable=info.attempt >= ATTEMPTS_AT_THE_UNFORESEEN,
    )
