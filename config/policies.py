"""The policy of every step: queue, timeout, heartbeat, retry. One row a step, in the order of the path.

These are constants and not settings because workflow code reads them: a value that differs between two
workers would make a replayed history diverge. What a single question may vary (patience, waiting times)
stands in its request.
"""

from __future__ import annotations

from enum import StrEnum

from chat2sql.config.vocabulary import Frozen

CORRECTION_ROUNDS = 3
"""How often a wrong SQL goes back to the model."""

LEAST_CONFIDENCE = 0.5
"""Share of the votes below which an answer is doubtful: a larger model is asked where there is one, and it is said."""

PATIENCE_S = 900.0
"""How long a step is retried through an outage when the request says nothing, in seconds."""

APPROVE_WITHIN_S = 3 * 86_400.0
"""How long an approval is waited for when the request says nothing, in seconds."""

ATTEMPTS_BEFORE_FALLBACK = 3
"""How often a model that is down is asked before the next one in the route."""


class TaskQueue(StrEnum):
    """Task queues, shared by clients and workers."""

    WORKFLOWS = "chat2sql-workflows"
    LLM = "chat2sql-llm"
    SQL = "chat2sql-sql"
    INDEX = "chat2sql-index"


class Policy(Frozen):
    """How a step runs. All times in seconds.

    ``heartbeat``: a worker silent for this long is taken for dead and the step goes to another one.
    ``attempts``: 0 means as many as the request's patience allows.
    """

    queue: TaskQueue
    start_to_close: float
    heartbeat: float = 8
    first_retry: float = 0.5
    backoff: float = 2
    longest_retry: float = 15
    attempts: int = 0


POLICIES: dict[str, Policy] = {
    "understand": Policy(queue=TaskQueue.LLM, start_to_close=120),
    "retrieve_schema": Policy(queue=TaskQueue.INDEX, start_to_close=120),
    "route_model": Policy(queue=TaskQueue.LLM, start_to_close=30),
    "generate": Policy(queue=TaskQueue.LLM, start_to_close=600, first_retry=1),
    "self_correct": Policy(queue=TaskQueue.SQL, start_to_close=120),
    "execute": Policy(queue=TaskQueue.SQL, start_to_close=4 * 3600),
    "present": Policy(queue=TaskQueue.SQL, start_to_close=120),
    "record": Policy(queue=TaskQueue.SQL, start_to_close=60),
    "score_answer": Policy(queue=TaskQueue.SQL, start_to_close=1800),
}

EXPIRE_RESULTS = Policy(queue=TaskQueue.SQL, start_to_close=3600, attempts=5)
"""Beside the path: old results are deleted."""

EXPIRE_RESULTS_EVERY_S = 86_400.0
"""How often that is done, in seconds."""

EVALUATED_PER_RUN = 50
"""Questions after which a durable evaluation begins a new history."""
