"""An evaluation's questions as requests, alike in-process and durable, and what its durable steps give each other."""

from __future__ import annotations

import hashlib
import re

from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.evaluation.cases import EvalCase
from chat2sql.engine.evaluation.outcomes import OutcomeClass
from chat2sql.graph.answer import Answer
from chat2sql.graph.state import AskRequest, StepInput

TENANT = "eval"
PATIENCE_S = 86_400.0
"""How long a durable evaluation waits for a part that is down, in seconds: it runs at night, and nobody mends that."""

APPROVE_WITHIN_S = 1.0
"""Nobody is there to approve; in-process nobody is asked, here nobody answers."""

_OTHER_CHARACTERS = re.compile(r"[^A-Za-z0-9]+")


class Asking(Frozen):
    """How a run asks its questions.

    Attributes:
        key: the run's, of its ``Plan``.
        model: which model is to answer; None: routed.
        datasources: the datasource's name for each database's.
    """

    key: str
    model: str | None
    datasources: dict[str, str]


class ScoreInput(StepInput):
    """Input of the scoring of an answer.

    Attributes:
        seconds: how long it took.
        folder: the run's, where the result is written down.
    """

    case: EvalCase
    answer: Answer
    seconds: float
    folder: str


class Scored(Frozen):
    """Whether an answer was right; everything else is in the run's folder."""

    id: str
    outcome: OutcomeClass


def request_of(case: EvalCase, asking: Asking) -> AskRequest:
    """The request for a question; the same question of the same run has the same id for ever."""
    readable = _OTHER_CHARACTERS.sub("-", case.id).strip("-")[:50]
    # Two ids that read alike are still two.
    digest = hashlib.sha256(case.id.encode()).hexdigest()[:8]
    return AskRequest(
        request_id=f"{asking.key}-{readable}-{digest}",
        question=case.question,
        datasource=asking.datasources[case.database],
        tenant=TENANT,
        user="eval",
        as_of=case.as_of,
        model=asking.model,
        evidence=case.evidence,
        approve_within_s=APPROVE_WITHIN_S,
        patience_s=PATIENCE_S,
    )
