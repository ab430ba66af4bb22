"""What passes between a running question and the people and programs around it: approval, clarification, progress."""

from __future__ import annotations

from enum import StrEnum

from chat2sql.config.vocabulary import Frozen, Outcome
from chat2sql.graph.answer import StepName, StepTrace
from chat2sql.graph.approval import ApprovalRequest

EVENTS_TOPIC = "events"
"""The topic on which a followed question publishes its step events and tokens."""


class Clarification(Frozen):
    """The argument of the workflow's ``clarify`` update."""

    text: str
    user: str = ""


class ProgressState(StrEnum):
    """What a question is doing now."""

    RUNNING = "running"
    WAITING_FOR_CLARIFICATION = "waiting_for_clarification"
    WAITING_FOR_APPROVAL = "waiting_for_approval"
    FINISHED = "finished"


class Progress(Frozen):
    """Answer of the workflow's ``progress`` query."""

    state: ProgressState
    step: StepName | None = None
    round: int = 0
    steps: tuple[StepTrace, ...] = ()
    question_back: str | None = None
    approval: ApprovalRequest | None = None
    outcome: Outcome | None = None


class StreamEvent(Frozen):
    """One event of a followed question. ``kind`` is ``step`` (started), ``done``, ``token`` or ``end``."""

    kind: str
    step: StepName | None = None
    round: int = 0
    text: str = ""
