"""What comes out of the path: rows, their presentation, the trace of the steps, and the answer.

These models stand in workflow histories and in the clients' JSON, like those of ``state``: a field may be added with a
default but never renamed.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from chat2sql.config.vocabulary import Cell, Dialect, Frozen, Language, Outcome, TokenUsage
from chat2sql.graph.approval import ApprovalDecision
from chat2sql.graph.candidates import Reading, Vote


class StepName(StrEnum):
    """The steps, in the order of the path. The first six are the main path."""

    UNDERSTAND = "understand"
    RETRIEVE_SCHEMA = "retrieve_schema"
    ROUTE_MODEL = "route_model"
    GENERATE = "generate"
    SELF_CORRECT = "self_correct"
    EXECUTE = "execute"
    CLARIFY = "clarify"
    APPROVE = "approve"
    PRESENT = "present"
    RECORD = "record"


class Attempt(Frozen):
    """A SQL that was wrong, and the exact reason, as the model will read it."""

    sql: str
    problem: str


class Column(Frozen):
    """A result column. ``type``: integer, decimal, float, text, boolean, date, timestamp, json, binary."""

    name: str
    type: str
    mask: str | None = Field(
        None, description="What was masked in it: name, phone, id_card ...; none: nothing."
    )


class Execution(Frozen):
    """Step 6: where the rows are, and the first of them. ``error`` is set when the SQL itself failed."""

    error: str | None = None
    columns: tuple[Column, ...] = ()
    preview: tuple[tuple[Cell, ...], ...] = ()
    row_count: int = 0
    truncated: bool = False
    truncated_by: str | None = Field(None, description="The cap that left rows behind: rows or bytes.")
    result_uri: str | None = None


class Presentation(Frozen):
    """A result in words and, where it helps, a chart."""

    headline: str
    explanation: str
    chart_kind: str | None = None
    chart_svg: str | None = None
    chart_png: str | None = None
    chart_spec: str | None = Field(None, description="Path of the Vega-Lite specification.")


class StepTrace(Frozen):
    """One step as the asker sees it; ``seconds`` is its wall time, waiting and retries included."""

    step: StepName
    round: int = 0
    seconds: float
    note: str = ""


class Answer(Frozen):
    """What came out: the documented object of ``--json`` and of the workflow's result."""

    format: int = Field(1, description="Version of this object; grows only by optional fields.")
    outcome: Outcome
    request_id: str
    workflow_id: str | None = None
    tenant: str
    language: Language
    question: str
    standalone: str | None = Field(None, description="The question as it was understood.")
    asked_as: str = Field("", description="The question in the schema's language, as the model was asked it.")
    meaning: str = Field(
        "", description="What is computed, in words, where the SQL was compiled from the question."
    )
    message: str = Field("", description="What the asker is told, in the asker's language.")
    datasource: str | None = None
    dialect: Dialect | None = None
    sql: str | None = None
    columns: tuple[Column, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = Field((), description="The first rows; all are at result_uri.")
    row_count: int = 0
    truncated: bool = Field(False, description="There are more rows than the cap let through.")
    truncated_by: str | None = Field(None, description="The cap that left rows behind: rows or bytes.")
    rule: str | None = Field(None, description="The rule that refused the SQL, when one did.")
    result_uri: str | None = None
    explanation: str = ""
    chart_kind: str | None = None
    chart_svg: str | None = None
    chart_png: str | None = None
    chart_spec: str | None = None
    model: str | None = None
    usage: TokenUsage = TokenUsage()
    confidence: float | None = Field(None, description="Share of the votes for these rows, 0 to 1.")
    votes: tuple[Vote, ...] = Field((), description="The SQLs that stood for election.")
    readings: tuple[Reading, ...] = Field(
        (), description="Where the votes split: what the question may mean, the answer's reading first."
    )
    repairs: tuple[str, ...] = Field((), description="What was mended in the SQL by the schema.")
    corrections: int = Field(0, description="Rounds in which a wrong SQL went back to the model.")
    attempts: tuple[Attempt, ...] = Field((), description="The wrong ones, with the reasons.")
    approval: ApprovalDecision | None = Field(None, description="Who approved or rejected the SQL, and why.")
    steps: tuple[StepTrace, ...] = ()
    asked_at: datetime | None = None
