"""What became of one question of a question set."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from chat2sql.config.vocabulary import Frozen, Language, TokenUsage
from chat2sql.engine.evaluation.taxonomy import Mistake


class OutcomeClass(StrEnum):
    """How a question ended."""

    RIGHT = "right"
    WRONG = "wrong"
    DID_NOT_EXECUTE = "did_not_execute"
    REFUSED = "refused"
    ASKED_BACK = "asked_back"
    CANNOT_ANSWER = "cannot_answer"
    FAILED = "failed"


class CandidateOutcome(Frozen):
    """One of the SQLs that stood for election.

    Attributes:
        votes: the weight it and its equals had.
        right: whether its rows are the gold's; None: it was not run.
    """

    sql: str
    votes: float
    right: bool | None = None


class EvalRecord(Frozen):
    """One question's result.

    Attributes:
        sql: what was run in the end, or empty.
        corrections: rounds in which a wrong SQL went back to the model.
        confidence: share of the votes that the answer had, from 0 to 1; None: there was no vote.
        repairs: what was mended in the SQL by the schema.
        seconds: wall time of the question; ``steps``: of each of its steps.
        mistakes: where a wrong SQL differs from the gold.
        message: what the asker was told.
    """

    id: str
    question: str
    language: Language
    database: str
    difficulty: str = ""
    kind: str = ""
    outcome: OutcomeClass
    sql: str = ""
    gold: tuple[str, ...] = ()
    corrections: int = 0
    candidates: tuple[CandidateOutcome, ...] = ()
    confidence: float | None = None
    repairs: tuple[str, ...] = ()
    usage: TokenUsage = TokenUsage()
    seconds: float
    steps: Mapping[str, float] = {}
    mistakes: tuple[Mistake, ...] = ()
    message: str = ""
