"""``AnswerQuestion``: one question, durably. The graph runs here; each of its steps is an activity."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.common import SearchAttributeUpdate
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from langgraph.errors import GraphRecursionError
    from pydantic import ValidationError

    from chat2sql.activities.registry import StepActivities
    from chat2sql.config.errors import Chat2SQLError, Refusal
    from chat2sql.config.policies import APPROVE_WITHIN_S
    from chat2sql.config.vocabulary import Language, Outcome
    from chat2sql.engine.semantics.language import detect_language
    from chat2sql.graph.answer import Answer, Execution, Presentation, StepName
    from chat2sql.graph.approval import ApprovalDecision, ApprovalRequest
    from chat2sql.graph.build import RECURSION_LIMIT, build
    from chat2sql.graph.conclude import CANCELLED, failed
    from chat2sql.graph.messages import Clarification, Progress, ProgressState, StreamEvent
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
    from chat2sql.workflows.attributes import COST_USD, DATASOURCE, MODEL, OUTCOME, TENANT_ID, USER_ID
    from chat2sql.workflows.failures import NotWaiting, defect
    from chat2sql.workflows.step_runner import StepRunner

Ask = TypeVar("Ask", bound=StepInput)
Result = TypeVar("Result")


@workflow.defn(
    name="AnswerQuestion", failure_exception_types=[Chat2SQLError, GraphRecursionError, ValidationError]
)
class AnswerQuestion:
    """Answers one question. Is itself the ``Steps`` that the graph calls.

    Result: ``Answer`` for every outcome that is an answer to the asker (answered, asks back, refused,
    cannot answer). An outage that outlasts the patience, a wrong setting and an input that cannot be
    taken fail the workflow with an ``ApplicationError`` whose type is the error's name and whose first
    detail is the ``Answer``.
    """

    @workflow.init
    def __init__(self, request: AskRequest) -> None:
        self._request = request
        self._runner = StepRunner(request)
        self._language = request.language or detect_language(request.question, Language.EN)
        self._question_back: str | None = None
        self._clarification: Clarification | None = None
        self._approval: ApprovalRequest | None = None
        self._decision: ApprovalDecision | None = None
        self._outcome: Outcome | None = None

    @workflow.run
    async def run(self, request: AskRequest) -> Answer:
        """From the question to its answer."""
        asked_at = workflow.now()
        error: Chat2SQLError | None = None
        try:
            check_names(request)
            workflow.upsert_search_attributes(
                [TENANT_ID.value_set(request.tenant), USER_ID.value_set(request.user)]
                + ([DATASOURCE.value_set(request.datasource)] if request.datasource else [])
            )
            state = await build(self).ainvoke(
                {"request": request, "as_of": request.as_of or asked_at.date()},
                config={"recursion_limit": RECURSION_LIMIT},
            )
            answer = self._complete(state["answer"], asked_at)
        except Chat2SQLError as raised:
            error = raised
            outcome = Outcome.REFUSED if isinstance(raised, Refusal) else Outcome.FAILED
            answer = self._failed(raised, asked_at, outcome)
        except (GraphRecursionError, ValidationError) as raised:
            error = defect(raised)
            answer = self._failed(error, asked_at, Outcome.FAILED)
        except (asyncio.CancelledError, ActivityError) as raised:
            if not is_cancelled_exception(raised):
                raise
            await self._conclude(self._failed(CANCELLED, asked_at, Outcome.CANCELLED))
            raise
        try:
            answer = await self._conclude(answer)
        except (asyncio.CancelledError, ActivityError):
            # Cancelled when all was done: the answer stands, and is written down after all.
            answer = await self._conclude(answer)
        if error is not None and answer.outcome is Outcome.FAILED:
            raise ApplicationError(error.message.en, answer, type=type(error).__name__, non_retryable=True)
        return answer

    # -- the six steps ---------------------------------------------------------------------------------

    async def understand(self, ask: UnderstandInput) -> Understanding:
        """Step 1."""
        found = await self._runner.activity(
            StepName.UNDERSTAND, StepActivities.understand, ask, note=lambda r: r.intent
        )
        self._language = found.language
        return found

    async def retrieve_schema(self, ask: RetrieveSchemaInput) -> SchemaContext:
        """Step 2."""
        return await self._runner.activity(
            StepName.RETRIEVE_SCHEMA,
            StepActivities.retrieve_schema,
            ask,
            note=lambda r: f"{len(r.tables)} tables, {r.prompt_tokens} tokens",
        )

    async def route_model(self, ask: RouteModelInput) -> Route:
        """Step 3."""
        return await self._runner.activity(
            StepName.ROUTE_MODEL, StepActivities.route_model, ask, note=lambda r: " > ".join(r.models)
        )

    async def generate(self, ask: GenerateInput) -> Draft:
        """Step 4."""
        return await self._runner.activity(
            StepName.GENERATE,
            StepActivities.generate,
            ask,
            summary=f"round {ask.round}, {ask.model}",
            note=lambda r: f"{r.model}, {r.usage.completion_tokens} tokens",
            round_=ask.round,
        )

    async def self_correct(self, ask: SelfCorrectInput) -> Verdict:
        """Step 5."""
        return await self._runner.activity(
            StepName.SELF_CORRECT,
            StepActivities.self_correct,
            ask,
            summary=f"round {ask.round}",
            note=lambda r: r.ruling,
            round_=ask.round,
        )

    async def execute(self, ask: ExecuteInput) -> Execution:
        """Step 6."""
        return await self._runner.activity(
            StepName.EXECUTE,
            StepActivities.execute,
            ask,
            summary=f"round {ask.round}, {ask.schema_context.datasource}",
            note=lambda r: r.error or f"{r.row_count} rows",
            round_=ask.round,
        )

    # -- people ----------------------------------------------------------------------------------------

    async def clarify(self, request: AskRequest, question_back: str) -> str | None:
        """Wait for the ``clarify`` update for as long as the request allows."""
        self._question_back, self._clarification = question_back, None
        with self._runner.timed(StepName.CLARIFY) as done:
            try:
                if request.clarify_within_s > 0:
                    await workflow.wait_condition(
                        lambda: self._clarification is not None,
                        timeout=timedelta(seconds=request.clarify_within_s),
                    )
            except TimeoutError:
                pass
            finally:
                self._question_back = None
            said = self._current_clarification()
            done("answered" if said else "no answer")
        return said.text if said else None

    async def approve(self, request: AskRequest, approval: ApprovalRequest) -> ApprovalDecision | None:
        """Wait for the ``approve`` update, days if need be."""
        self._approval, self._decision = approval, None
        with self._runner.timed(StepName.APPROVE) as done:
            try:
                await workflow.wait_condition(
                    lambda: self._decision is not None,
                    timeout=timedelta(seconds=request.approve_within_s or APPROVE_WITHIN_S),
                )
            except TimeoutError:
                pass
            finally:
                self._approval = None
            decision = self._current_decision()
            done("nobody" if decision is None else ("approved" if decision.approved else "rejected"))
        return decision

    def _current_clarification(self) -> Clarification | None:
        return self._clarification

    def _current_decision(self) -> ApprovalDecision | None:
        return self._decision

    @workflow.update(name="clarify")
    async def on_clarify(self, clarification: Clarification) -> None:
        """Answer the question back."""
        self._clarification = clarification

    @on_clarify.validator
    def _may_clarify(self, clarification: Clarification) -> None:
        if self._question_back is None or self._clarification is not None:
            raise NotWaiting(
                zh="这个问题没有在等待补充说明。", en="This question is not waiting for a clarification."
            )
        if not clarification.text.strip():
            raise NotWaiting(zh="补充说明是空的。", en="The clarification is empty.")

    @workflow.update(name="approve")
    async def on_approve(self, decision: ApprovalDecision) -> None:
        """Approve or reject the SQL that waits."""
        self._decision = decision

    @on_approve.validator
    def _may_approve(self, decision: ApprovalDecision) -> None:
        if self._approval is None or self._decision is not None:
            raise NotWaiting(
                zh="这个问题没有在等待批准。", en="This question is not waiting for an approval."
            )
        if decision.sql is not None and decision.sql != self._approval.sql:
            raise NotWaiting(zh="等待批准的已是另一条 SQL。", en="Another SQL waits for the approval by now.")

    @workflow.query(name="progress")
    def progress(self) -> Progress:
        """What the question is doing now, and what it has done."""
        if self._outcome is not None:
            state = ProgressState.FINISHED
        elif self._question_back is not None:
            state = ProgressState.WAITING_FOR_CLARIFICATION
        elif self._approval is not None:
            state = ProgressState.WAITING_FOR_APPROVAL
        else:
            state = ProgressState.RUNNING
        return Progress(
            state=state,
            step=self._runner.step,
            round=self._runner.round,
            steps=tuple(self._runner.traces),
            question_back=self._question_back,
            approval=self._approval,
            outcome=self._outcome,
        )

    # -- after the path --------------------------------------------------------------------------------

    async def present(self, ask: PresentInput) -> Presentation:
        """Explanation and chart."""
        return await self._runner.activity(
            StepName.PRESENT, StepActivities.present, ask, note=lambda r: r.chart_kind or "no chart"
        )

    async def _conclude(self, answer: Answer) -> Answer:
        """Record the outcome, make it searchable, and end the stream; the answer with what it cost.

        An answer that cannot be recorded is given all the same: it stands in the workflow's own history.
        """
        try:
            usage = await self._runner.activity(
                StepName.RECORD,
                StepActivities.record,
                RecordInput(request=self._request, answer=answer),
                summary=answer.outcome,
                note=lambda _: answer.outcome,
            )
            answer = answer.model_copy(update={"usage": usage})
        except Chat2SQLError as error:
            workflow.logger.warning("the answer was not recorded: %s", error.message.en)
        self._outcome = answer.outcome
        found: list[SearchAttributeUpdate[Any]] = [OUTCOME.value_set(answer.outcome.value)]
        found.append(COST_USD.value_set(float(answer.usage.cost_usd)))
        if answer.model:
            found.append(MODEL.value_set(answer.model))
        if answer.datasource:
            found.append(DATASOURCE.value_set(answer.datasource))
        workflow.upsert_search_attributes(found)
        self._runner.publish(StreamEvent(kind="end", text=answer.outcome))
        return answer

    def _complete(self, answer: Answer, asked_at: datetime) -> Answer:
        return answer.model_copy(
            update={
                "workflow_id": workflow.info().workflow_id,
                "steps": tuple(self._runner.traces),
                "asked_at": asked_at,
            }
        )

    def _failed(self, error: Chat2SQLError, asked_at: datetime, outcome: Outcome) -> Answer:
        answer = failed(self._request, error, language=self._language, asked_at=asked_at, outcome=outcome)
        return self._complete(answer, asked_at)
