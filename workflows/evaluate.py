"""``Evaluate``: a question set, durably. Each question is an ``AnswerQuestion`` of its own, scored when it has ended."""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import timedelta

from pydantic import Field
from temporalio import workflow
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import (
    ApplicationError,
    ChildWorkflowError,
    WorkflowAlreadyStartedError,
    is_cancelled_exception,
)
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from pydantic import ValidationError

    from chat2sql.activities.evaluation import Asking, ScoreInput, request_of
    from chat2sql.activities.registry import StepActivities
    from chat2sql.config.errors import Chat2SQLError
    from chat2sql.config.policies import EVALUATED_PER_RUN, TaskQueue
    from chat2sql.config.vocabulary import Frozen, Outcome
    from chat2sql.engine.evaluation.cases import EvalCase
    from chat2sql.engine.evaluation.outcomes import OutcomeClass
    from chat2sql.graph.answer import Answer
    from chat2sql.graph.conclude import failed
    from chat2sql.graph.state import AskRequest
    from chat2sql.workflows.answer_question import AnswerQuestion
    from chat2sql.workflows.options import activity_options

SCORE = "score_answer"
_SUMMARY_CHARS = 100
_STILL_ENDING = timedelta(seconds=2)
"""How long to wait for a question of an earlier run that is being cancelled."""


class EvaluateInput(Frozen):
    """Input of ``Evaluate``.

    Attributes:
        cases: what is to be asked, in this order.
        asking: how.
        folder: the run's, as an absolute path that the workers see too.
        parallel: questions at a time.
        done, right: what earlier histories of the same run have asked.
        per_history: questions after which a new history begins.
    """

    cases: tuple[EvalCase, ...]
    asking: Asking
    folder: str
    parallel: int = Field(1, ge=1)
    done: int = Field(0, ge=0)
    right: int = Field(0, ge=0)
    per_history: int = Field(EVALUATED_PER_RUN, ge=1)


class EvaluateProgress(Frozen):
    """Answer of the ``progress`` query.

    Attributes:
        done, right: questions that were asked and scored, and how many of them are right.
        waiting: questions that were not asked yet.
        asking: ids of those that are being asked now.
    """

    done: int
    right: int
    waiting: int
    asking: tuple[str, ...]


@workflow.defn(name="Evaluate", failure_exception_types=[Chat2SQLError, ValidationError])
class Evaluate:
    """Asks all questions of a run, a few at a time, and has each answer scored and written to the run's folder.

    A question that ends in an error is scored as failed. What cannot be scored fails the run: no gold runs, or the
    workers do not see the folder. Cancelled, it cancels the questions under way.
    """

    @workflow.init
    def __init__(self, ask: EvaluateInput) -> None:
        self._ask = ask
        self._waiting = deque(ask.cases)
        self._asking: list[str] = []
        self._done = ask.done
        self._right = ask.right

    @workflow.run
    async def run(self, ask: EvaluateInput) -> EvaluateProgress:
        """Until all are asked."""
        await asyncio.gather(*(self._one_after_another() for _ in range(ask.parallel)))
        if self._waiting:
            rest = {"cases": tuple(self._waiting), "done": self._done, "right": self._right}
            workflow.continue_as_new(ask.model_copy(update=rest))
        return self.progress()

    @workflow.query(name="progress")
    def progress(self) -> EvaluateProgress:
        """How far it is."""
        return EvaluateProgress(
            done=self._done, right=self._right, waiting=len(self._waiting), asking=tuple(self._asking)
        )

    def _goes_on(self) -> bool:
        begun = len(self._ask.cases) - len(self._waiting)
        full = begun >= self._ask.per_history or workflow.info().is_continue_as_new_suggested()
        return bool(self._waiting) and not full and workflow.cancellation_reason() is None

    async def _one_after_another(self) -> None:
        while self._goes_on():
            case = self._waiting.popleft()
            self._asking.append(case.id)
            request = request_of(case, self._ask.asking)
            started = workflow.now()
            answer = await self._answered(case, request)
            seconds = (workflow.now() - started).total_seconds()
            scored = await workflow.execute_activity_method(
                StepActivities.score_answer,
                ScoreInput(
                    request=request, case=case, answer=answer, seconds=seconds, folder=self._ask.folder
                ),
                **activity_options(SCORE, request, summary=case.id[:_SUMMARY_CHARS]),
            )
            self._asking.remove(case.id)
            self._done += 1
            self._right += scored.outcome is OutcomeClass.RIGHT

    async def _answered(self, case: EvalCase, request: AskRequest) -> Answer:
        while True:
            try:
                return await workflow.execute_child_workflow(
                    AnswerQuestion.run,
                    request,
                    id=request.workflow_id,
                    task_queue=TaskQueue.WORKFLOWS.value,
                    # Asked again only when its answer was not scored; what its model calls said is in the ledger.
                    id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                    parent_close_policy=ParentClosePolicy.REQUEST_CANCEL,
                    static_summary=case.id[:_SUMMARY_CHARS],
                )
            except WorkflowAlreadyStartedError:
                await workflow.sleep(_STILL_ENDING)
            except ChildWorkflowError as failure:
                if is_cancelled_exception(failure) and workflow.cancellation_reason() is not None:
                    raise
                return _unanswered(case, request, failure)


def _unanswered(case: EvalCase, request: AskRequest, failure: ChildWorkflowError) -> Answer:
    """The answer of a question that failed: its own, or, where it left none, one that says so."""
    cause = failure.cause
    if isinstance(cause, ApplicationError) and cause.details:
        return Answer.model_validate(cause.details[0])
    error = Chat2SQLError(
        zh="工作流没有给出答案：被取消、终止或超时。",
        en="The workflow gave no answer: cancelled, terminated or timed out.",
    )
    return failed(request, error, language=case.language, asked_at=None, outcome=Outcome.FAILED)
