"""How the workflow runs a step: as an activity under its policy, traced, and told to whoever follows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from temporalio.contrib.workflow_streams import WorkflowStream

    from chat2sql.activities.registry import StepActivities
    from chat2sql.graph.answer import StepName, StepTrace
    from chat2sql.graph.messages import EVENTS_TOPIC, StreamEvent
    from chat2sql.graph.state import AskRequest, StepInput
    from chat2sql.workflows.failures import error_of
    from chat2sql.workflows.options import activity_options

Ask = TypeVar("Ask", bound=StepInput)
Result = TypeVar("Result")


class StepRunner:
    """The steps of one question. ``step`` and ``round`` are the running one, ``traces`` those that ended.

    Made in the workflow's ``__init__``, since it opens the workflow's stream.
    """

    def __init__(self, request: AskRequest) -> None:
        self._request = request
        self._events = WorkflowStream().topic(EVENTS_TOPIC, type=StreamEvent)
        self.step: StepName | None = None
        self.round = 0
        self.traces: list[StepTrace] = []

    async def activity(
        self,
        step: StepName,
        method: Callable[[StepActivities, Ask], Awaitable[Result]],
        ask: Ask,
        *,
        note: Callable[[Result], str],
        summary: str = "",
        round_: int = 0,
    ) -> Result:
        """Run a step as an activity, traced and streamed.

        Args:
            step: which one; its policy gives queue, timeouts and retries.
            method: the activity.
            ask: its input.
            note: what to say of its result, in a few words.
            summary: what Temporal's UI shows beside it.
            round_: the correction round.

        Raises:
            Chat2SQLError: what ended the step, after its retries.
            ActivityError: the question was cancelled.
        """
        with self.timed(step, round_) as done:
            try:
                result = await workflow.execute_activity_method(
                    method,
                    ask,
                    **activity_options(step, self._request, summary=summary or step.value),
                )
            except ActivityError as failure:
                if is_cancelled_exception(failure):
                    done("cancelled")
                    raise
                error = error_of(failure, step)
                done(error.message.en)
                raise error from None
            done(note(result))
        return result

    @contextmanager
    def timed(self, step: StepName, round_: int = 0) -> Iterator[Callable[[str], None]]:
        """Trace a step: its time and, told through ``done``, what came of it."""
        self.step, self.round = step, round_
        started = workflow.now()
        notes: list[str] = []
        self.publish(StreamEvent(kind="step", step=step, round=round_))
        try:
            yield notes.append
        finally:
            note = "".join(notes)
            seconds = (workflow.now() - started).total_seconds()
            self.traces.append(StepTrace(step=step, round=round_, seconds=seconds, note=note))
            self.publish(StreamEvent(kind="done", step=step, round=round_, text=note))

    def publish(self, event: StreamEvent) -> None:
        """Give an event to whoever follows the question."""
        if self._request.stream:
            self._events.publish(event)
