"""The steps as Temporal activities. Everything but the call of the step is the interceptor's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from temporalio import activity
from temporalio.contrib.workflow_streams import WorkflowStreamClient

from chat2sql.activities.evaluation import Scored, ScoreInput
from chat2sql.activities.execute_sql import execute
from chat2sql.activities.generate_sql import generate
from chat2sql.activities.parts import Parts
from chat2sql.activities.present import present
from chat2sql.activities.record import record
from chat2sql.activities.retrieve_schema import retrieve_schema
from chat2sql.activities.route_model import route_model
from chat2sql.activities.score_answer import score_and_keep
from chat2sql.activities.self_correct import self_correct
from chat2sql.activities.understand import understand
from chat2sql.config.policies import POLICIES, TaskQueue
from chat2sql.config.vocabulary import TokenUsage
from chat2sql.graph.answer import Execution, Presentation, StepName
from chat2sql.graph.messages import EVENTS_TOPIC, StreamEvent
from chat2sql.graph.state import (
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
    Understanding,
    UnderstandInput,
    Verdict,
)

FLUSH_TOKENS_EVERY = timedelta(milliseconds=250)
"""Tokens are published in batches; each batch is a signal, and so an event of the history."""


class StepActivities:
    """One method a step, in the order of the path."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    @activity.defn(name=StepName.UNDERSTAND.value)
    async def understand(self, ask: UnderstandInput) -> Understanding:
        """Step 1."""
        return await understand(self._parts, ask)

    @activity.defn(name=StepName.RETRIEVE_SCHEMA.value)
    async def retrieve_schema(self, ask: RetrieveSchemaInput) -> SchemaContext:
        """Step 2."""
        return await retrieve_schema(self._parts, ask)

    @activity.defn(name=StepName.ROUTE_MODEL.value)
    async def route_model(self, ask: RouteModelInput) -> Route:
        """Step 3."""
        return await route_model(self._parts, ask)

    @activity.defn(name=StepName.GENERATE.value)
    async def generate(self, ask: GenerateInput) -> Draft:
        """Step 4; publishes the tokens when somebody follows the question."""
        if not ask.request.stream:
            return await generate(self._parts, ask)
        client = WorkflowStreamClient.from_within_activity(batch_interval=FLUSH_TOKENS_EVERY)
        events = client.topic(EVENTS_TOPIC, type=StreamEvent)

        async def on_token(text: str) -> None:
            events.publish(StreamEvent(kind="token", step=StepName.GENERATE, round=ask.round, text=text))

        async with client:
            return await generate(self._parts, ask, on_token)

    @activity.defn(name=StepName.SELF_CORRECT.value)
    async def self_correct(self, ask: SelfCorrectInput) -> Verdict:
        """Step 5."""
        return await self_correct(self._parts, ask)

    @activity.defn(name=StepName.EXECUTE.value)
    async def execute(self, ask: ExecuteInput) -> Execution:
        """Step 6."""
        return await execute(self._parts, ask)

    @activity.defn(name=StepName.PRESENT.value)
    async def present(self, ask: PresentInput) -> Presentation:
        """Explanation and chart."""
        return await present(self._parts, ask)

    @activity.defn(name=StepName.RECORD.value)
    async def record(self, ask: RecordInput) -> TokenUsage:
        """The finished question."""
        return await record(self._parts, ask)

    @activity.defn(name="score_answer")
    async def score_answer(self, ask: ScoreInput) -> Scored:
        """An evaluated question."""
        return await score_and_keep(self._parts, ask)

    def for_queue(self, queue: TaskQueue) -> Sequence[Callable[..., object]]:
        """The activities whose policy puts them on a queue."""
        return [getattr(self, name) for name, policy in POLICIES.items() if policy.queue is queue]
