"""The steps, as the graph calls them. The workflow implements them with activities, ``LocalSteps`` in-process."""

from __future__ import annotations

from typing import Protocol

from chat2sql.graph.answer import Execution, Presentation
from chat2sql.graph.approval import ApprovalDecision, ApprovalRequest
from chat2sql.graph.state import (
    AskRequest,
    Draft,
    ExecuteInput,
    GenerateInput,
    PresentInput,
    RetrieveSchemaInput,
    Route,
    RouteModelInput,
    SchemaContext,
    SelfCorrectInput,
    Understanding,
    UnderstandInput,
    Verdict,
)


class Steps(Protocol):
    """The six steps, in order, then what stands beside them.

    A wrong SQL is a value in what a step returns; an outage is an exception that the implementer retries
    and, at the end of its patience, lets through as an error of ``chat2sql.graph.errors``.
    """

    async def understand(self, ask: UnderstandInput) -> Understanding:
        """Step 1: language, intent, time, follow-up."""

    async def retrieve_schema(self, ask: RetrieveSchemaInput) -> SchemaContext:
        """Step 2: which tables the model will see."""

    async def route_model(self, ask: RouteModelInput) -> Route:
        """Step 3: which models to ask, in order."""

    async def generate(self, ask: GenerateInput) -> Draft:
        """Step 4: a candidate SQL from one model."""

    async def self_correct(self, ask: SelfCorrectInput) -> Verdict:
        """Step 5: parse, policy, bind, explain; what is wrong goes back with the reason."""

    async def execute(self, ask: ExecuteInput) -> Execution:
        """Step 6: run read-only; rows to the result store."""

    async def clarify(self, request: AskRequest, question_back: str) -> str | None:
        """Ask the person; none when nobody answers in time."""

    async def approve(self, request: AskRequest, approval: ApprovalRequest) -> ApprovalDecision | None:
        """Let a person decide; none when nobody does in time."""

    async def present(self, ask: PresentInput) -> Presentation:
        """Explanation and chart of a result."""
