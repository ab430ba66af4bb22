"""What travels through the graph: the request, one typed payload per step, and the answer.

These models are the boundary: they stand in workflow histories and in the clients' JSON, so a field may
be added with a default but never renamed. Everything large (schema text, prompts, result rows) stays out;
a reference and a small preview travel instead.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TypedDict

from pydantic import ConfigDict, Field

from chat2sql.config.policies import LEAST_CONFIDENCE
from chat2sql.config.vocabulary import (
    Bilingual,
    Caller,
    Dialect,
    Frozen,
    Intent,
    Language,
    Tier,
    TokenUsage,
)
from chat2sql.graph.answer import Answer, Attempt, Execution, Presentation
from chat2sql.graph.approval import ApprovalDecision
from chat2sql.graph.candidates import Candidate, Reading, Vote


class AskRequest(Frozen):
    """A question, as a program starts it. Only ``request_id`` and ``question`` are required.

    Content is checked by the first step, not here, so that a bad question ends in a clear error rather
    than in a workflow that cannot read its input. Unknown fields are ignored for the same reason.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    request_id: str = Field(description="Idempotency key: the same id is answered once.")
    question: str = Field(description="The question, in Chinese or English.")
    datasource: str | None = Field(None, description="Name of the datasource; none: the settings' default.")
    tenant: str = Field("default", description="Who pays and whose data it is.")
    user: str = Field("anonymous", description="Who asks, as an opaque id without personal data.")
    as_of: date | None = Field(
        None, description="The day that 'today' means; none: the day of asking, in UTC."
    )
    model: str | None = Field(None, description="Model to use; none: routed by complexity.")
    conversation: str | None = Field(None, description="Conversation this question belongs to.")
    language: Language | None = Field(None, description="Language of the answer; none: the question's.")
    evidence: str = Field("", description="What the asker adds for the model: definitions, formulas.")
    stream: bool = Field(False, description="Publish tokens and step events for a reader to follow.")
    require_approval: bool = Field(False, description="Wait for a person before the SQL runs.")
    clarify_within_s: float = Field(
        0, ge=0, description="Seconds to wait for the answer to a question back; 0: end with it."
    )
    approve_within_s: float | None = Field(None, gt=0, description="Seconds an approval is waited for.")
    patience_s: float | None = Field(None, gt=0, description="Seconds a step is retried in an outage.")

    @property
    def workflow_id(self) -> str:
        """The id under which the question runs: its idempotency key, without personal data."""
        return f"ask-{self.tenant}-{self.request_id}"

    @property
    def caller(self) -> Caller:
        """For whom its statements run."""
        return Caller(tenant=self.tenant, user=self.user)


class StepInput(Frozen):
    """What every step is given."""

    request: AskRequest


class UnderstandInput(StepInput):
    """Input of step 1. ``as_of`` is fixed by the caller so that a retry reads the same day."""

    as_of: date
    clarification: str | None = None


class Understanding(Frozen):
    """Step 1: what is asked."""

    language: Language
    intent: Intent
    question: str = Field(description="The cleaned question.")
    standalone: str = Field(description="The question as it reads without the conversation.")
    as_of: date
    time_notes: str = Field("", description="Each time expression with its dates, a line each.")
    assumptions: tuple[Bilingual, ...] = ()
    question_back: Bilingual | None = None
    reason: Bilingual | None = None
    usage: TokenUsage = TokenUsage()


class RetrieveSchemaInput(StepInput):
    """Input of step 2."""

    understanding: Understanding
    clarified: bool = Field(False, description="Whether the asker has answered a question back already.")


class WordMeaning(Frozen):
    """What a word of the question means: ``"销售额": SUM(orders.amount) FROM orders``."""

    text: str
    has_value: bool = Field(False, description="Whether it tells a value that rows have.")


class SchemaContext(Frozen):
    """Step 2: which part of which schema the model will see. The text itself is rendered where it is used."""

    datasource: str
    dialect: Dialect
    catalogue_version: str
    tables: tuple[str, ...]
    whole: bool
    prompt_tokens: int
    needs_approval: bool = False
    values: str = Field("", description="Values in the database that the question mentions, a line each.")
    meanings: tuple[WordMeaning, ...] = Field(
        (), description="What the question's words mean by the semantic model."
    )
    missing: Bilingual | None = Field(None, description="What is asked for that the data does not have.")
    question_back: Bilingual | None = Field(
        None, description="What to ask the asker, where the data has several things that may be meant."
    )
    choices: tuple[Bilingual, ...] = Field((), description="What a number as the reply to that stands for.")


class RouteModelInput(StepInput):
    """Input of step 3."""

    understanding: Understanding
    schema_context: SchemaContext


class Route(Frozen):
    """Step 3: the models to ask, in order; a later one is asked when an earlier one is down."""

    models: tuple[str, ...]
    larger: tuple[str, ...] = Field(
        (), description="Those of higher tiers than the first: asked where its answer is doubtful."
    )
    tier: Tier
    reason: Bilingual


class GenerateInput(StepInput):
    """Input of step 4. ``attempts`` are the wrong ones so far, oldest first."""

    understanding: Understanding
    schema_context: SchemaContext
    model: str
    round: int
    attempts: tuple[Attempt, ...] = ()
    fallbacks_left: int = 0
    draft: Draft | None = Field(
        None, description="What was written in this round, where the vote on it wants more."
    )


class Draft(Frozen):
    """Step 4: a candidate. ``sql`` is none when the model says it cannot answer, and ``reason`` why."""

    sql: str | None
    reason: str | None = None
    others: tuple[Candidate, ...] = Field((), description="What it wrote besides, when asked several times.")
    question: str = Field("", description="The question as the model was asked it; empty: as it stands.")
    compiled: bool = Field(False, description="Whether `sql` was compiled from the question, not written.")
    meaning: Bilingual | None = Field(None, description="What a compiled SQL computes, in words.")
    path: str = Field("", description="Why the SQL was compiled or written, for the trail.")
    sketch: str = Field(
        "", description="SQL of a part of the question, compiled, from which the model went on."
    )
    left_out: tuple[str, ...] = Field((), description="Why that is not the answer.")
    grounded: bool = Field(False, description="Whether the semantic model has what the question speaks of.")
    model: str
    certainty: float | None = Field(None, description="Probability of the least probable token of `sql`.")
    sampled: int = Field(0, ge=0, description="How many texts it was asked for besides.")
    more: int = Field(0, ge=0, description="How many more it may be asked for, to vote on.")
    usage: TokenUsage = TokenUsage()


class SelfCorrectInput(StepInput):
    """Input of step 5. ``execution_error`` is set when the SQL has run and failed."""

    schema_context: SchemaContext
    draft: Draft
    round: int
    execution_error: str | None = None
    question: str = Field("", description="What the SQL is to answer, as it reads without the conversation.")


class Ruling(StrEnum):
    """What step 5 found."""

    SOUND = "sound"
    UNDECIDED = "undecided"
    WRONG = "wrong"
    REFUSED = "refused"
    CANNOT_ANSWER = "cannot_answer"


class Verdict(Frozen):
    """Step 5: may this run? ``sql`` is the only text that ever runs: re-rendered from the syntax tree."""

    ruling: Ruling
    sql: str = ""
    attempt: Attempt | None = Field(None, description="What goes back to the model, when wrong.")
    message: Bilingual | None = Field(None, description="What the user is told, when refused.")
    rule: str | None = Field(None, description="The guard's rule that fired, or `cost_gate`, `permission`.")
    approval_reason: Bilingual | None = Field(
        None, description="Why this SQL runs only if a person approves."
    )
    estimated_rows: float | None = None
    estimated_cost: float | None = None
    confidence: float | None = Field(None, description="Share of the votes for this SQL's rows, 0 to 1.")
    votes: tuple[Vote, ...] = ()
    readings: tuple[Reading, ...] = Field(
        (), description="Where too few of the votes are for it: what the question may mean, this one first."
    )
    repairs: tuple[str, ...] = Field((), description="What was mended in it by the schema.")

    @property
    def is_doubtful(self) -> bool:
        """Whether it may run, but too few of the votes are for it."""
        return (
            self.ruling is Ruling.SOUND and self.confidence is not None and self.confidence < LEAST_CONFIDENCE
        )


class ExecuteInput(StepInput):
    """Input of step 6."""

    schema_context: SchemaContext
    sql: str
    round: int
    approved: bool = False


class PresentInput(StepInput):
    """Input of the presentation of a result."""

    understanding: Understanding
    schema_context: SchemaContext
    sql: str
    execution: Execution
    confidence: float | None = None


class RecordInput(StepInput):
    """Input of the record of a finished question."""

    answer: Answer


class AskState(TypedDict, total=False):
    """The graph's state. A key is absent until its step has run."""

    request: AskRequest
    as_of: date
    clarification: str | None
    understanding: Understanding
    schema_context: SchemaContext
    route: Route
    draft: Draft
    verdict: Verdict
    asked_which: bool
    approval: ApprovalDecision | None
    execution: Execution | None
    presentation: Presentation
    round: int
    attempts: tuple[Attempt, ...]
    usage: TokenUsage
    answer: Answer
