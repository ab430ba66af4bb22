"""What a failed activity means, as an error of the tree."""

from __future__ import annotations

from temporalio.exceptions import ActivityError, ApplicationError

from chat2sql.config.errors import (
    Chat2SQLError,
    DatabaseUnavailable,
    ModelUnavailable,
    StoreUnavailable,
)
from chat2sql.graph.answer import StepName
from chat2sql.graph.failure import ErrorDetail

_OUT_OF_TIME: dict[str, type[Chat2SQLError]] = {
    StepName.GENERATE: ModelUnavailable,
    StepName.SELF_CORRECT: DatabaseUnavailable,
    StepName.EXECUTE: DatabaseUnavailable,
}


class NotWaiting(ApplicationError):
    """An update that the question is not waiting for; the caller gets this text back."""

    def __init__(self, *, zh: str, en: str) -> None:
        super().__init__(f"{en} / {zh}", type="NotWaiting", non_retryable=True)


def defect(error: Exception) -> Chat2SQLError:
    """A defect of ours in the workflow itself, told as what it is."""
    name = type(error).__name__
    return Chat2SQLError(
        zh=f"工作流发生内部错误（{name}）。请报告此问题。",
        en=f"Internal error in the workflow ({name}). Please report it.",
    )


def error_of(failure: ActivityError, step: str) -> Chat2SQLError:
    """The tree's error behind a failed activity.

    An activity that ran out of time, or that failed in a way nobody foresaw, becomes the outage of the
    part that the step depends on, so that it too ends in a message that says what to do.
    """
    cause = failure.cause
    if isinstance(cause, ApplicationError) and cause.details:
        detail = cause.details[0]
        if isinstance(detail, dict):
            return ErrorDetail.model_validate(detail).to_error()
    outage = _OUT_OF_TIME.get(step, StoreUnavailable)
    return outage(
        zh=f"步骤 {step} 没有在规定时间内完成。请运行 chat2sql doctor 检查各部件，然后重试。",
        en=f"The step {step} did not finish in time. Run `chat2sql doctor` to check the parts, then ask again.",
    )
