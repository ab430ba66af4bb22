"""The steps in-process, without Temporal: what ``--local`` and evaluations run the graph over."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import TypeVar

from pydantic import BaseModel

from chat2sql.activities.auditing import AttemptIdentity, audited
from chat2sql.activities.execute_sql import execute
from chat2sql.activities.generate_sql import generate
from chat2sql.activities.model_call import OnToken
from chat2sql.activities.parts import Parts
from chat2sql.activities.present import present
from chat2sql.activities.record import record
from chat2sql.activities.retrieve_schema import retrieve_schema
from chat2sql.activities.route_model import route_model
from chat2sql.activities.self_correct import self_correct
from chat2sql.activities.understand import understand
from chat2sql.config.errors import Chat2SQLError, Refusal
from chat2sql.config.vocabulary import Language, Outcome
from chat2sql.engine.semantics.language import detect_language
from chat2sql.graph.answer import Answer, Execution, Presentation, StepName, StepTrace
from chat2sql.graph.approval import ApprovalDecision, ApprovalRequest
from chat2sql.graph.conclude import failed
from chat2sql.graph.local import run
from chat2sql.graph.naming import check_names
from chat2sql.graph.state import (
    AskRequest,
    Draft,
    ExecuteInput,
    GenerateInput,
    PresentInput,
    RecordInput,
    RetrieveSchemaInput,
    Route,
    RouteModelInput,
    SchemaContext,
    SelfCorrectInput,
    StepInput,
    Understanding,
    UnderstandInput,
    Verdict,
)

Ask = TypeVar("Ask", bound=StepInput)
Result = TypeVar("Result", bound=BaseModel)
OnStep = Callable[[StepName, int], None]


class LocalSteps:
    """The steps of one question, each audited like an activity but never retried.

    Nobody waits here: a question back ends the question, and an approval that nobody can give refuses it.
    """

    def __init__(
        self,
        parts: Parts,
        request: AskRequest,
        *,
        on_step: OnStep | None = None,
        on_token: OnToken | None = None,
    ) -> None:
        self._parts = parts
        self._request = request
        self._on_step = on_step
        self._on_token = on_token
        self._numbers = itertools.count(1)
        self._run_id = f"local-{time.time_ns()}"
        self.traces: list[StepTrace] = []

    async def understand(self, ask: UnderstandInput) -> Understanding:
        """Step 1."""
        return await self._step(StepName.UNDERSTAND, understand, ask)

    async def retrieve_schema(self, ask: RetrieveSchemaInput) -> SchemaContext:
        """Step 2."""
        return await self._step(StepName.RETRIEVE_SCHEMA, retrieve_schema, ask)

    async def route_model(self, ask: RouteModelInput) -> Route:
        """Step 3."""
        return await self._step(StepName.ROUTE_MODEL, route_model, ask)

    async def generate(self, ask: GenerateInput) -> Draft:
        """Step 4."""

        async def streaming(parts: Parts, given: GenerateInput) -> Draft:
            return await generate(parts, given, self._on_token)

        return await self._step(StepName.GENERATE, streaming, ask, round_=ask.round)

    async def self_correct(self, ask: SelfCorrectInput) -> Verdict:
        """Step 5."""
        return await self._step(StepName.SELF_CORRECT, self_correct, ask, round_=ask.round)

    async def execute(self, ask: ExecuteInput) -> Execution:
        """Step 6."""
        return await self._step(StepName.EXECUTE, execute, ask, round_=ask.round)

    async def clarify(self, request: AskRequest, question_back: str) -> str | None:
        """Nobody is there to answer."""
        return None

    async def approve(self, request: AskRequest, approval: ApprovalRequest) -> ApprovalDecision | None:
        """Nobody is there to approve."""
        return None

    async def present(self, ask: PresentInput) -> Presentation:
        """After the path."""
        return await self._step(StepName.PRESENT, present, ask)

    async def record(self, answer: Answer) -> Answer:
        """Write the finished question down; the answer with what it cost."""
        usage = await self._step(StepName.RECORD, record, RecordInput(request=self._request, answer=answer))
        return answer.model_copy(update={"usage": usage})

    async def _step(
        self,
        step: StepName,
        work: Callable[[Parts, Ask], Awaitable[Result]],
        ask: Ask,
        *,
        round_: int = 0,
    ) -> Result:
        if self._on_step:
            self._on_step(step, round_)
        identity = AttemptIdentity(
            tenant=self._request.tenant,
            request_id=self._request.request_id,
            workflow_id=self._request.workflow_id,
            run_id=self._run_id,
            activity_id=str(next(self._numbers)),
            attempt=1,
            step=step.value,
            worker=f"local-{os.getpid()}",
        )
        started = time.monotonic()
        try:
            return await audited(self._parts.trail, identity, lambda: work(self._parts, ask))
        finally:
            seconds = time.monotonic() - started
            self.traces.append(StepTrace(step=step, round=round_, seconds=seconds))


async def answer_locally(
    parts: Parts, request: AskRequest, *, on_step: OnStep | None = None, on_token: OnToken | None = None
) -> Answer:
    """Answer one question in this process, with the trail and the ledger of any other.

    Raises:
        Chat2SQLError: what ended the question; it is recorded as failed.
    """
    asked_at = datetime.now(UTC)
    steps = LocalSteps(parts, request, on_step=on_step, on_token=on_token)
    failure: Chat2SQLError | None = None
    try:
        check_names(request)
        answer = await run(steps, request, as_of=request.as_of or date.today())
    except Chat2SQLError as error:
        failure = error
        language = request.language or detect_language(request.question, Language.EN)
        outcome = Outcome.REFUSED if isinstance(error, Refusal) else Outcome.FAILED
        answer = failed(request, error, language=language, asked_at=asked_at, outcome=outcome)
    answer = await steps.record(
        answer.model_copy(
            update={
                "workflow_id": request.workflow_id,
                "steps": tuple(steps.traces),
                "asked_at": asked_at,
            }
        )
    )
    if failure is not None and answer.outcome is Outcome.FAILED:
        raise failure
    return answer
