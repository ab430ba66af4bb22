"""Scripted steps that ship beside the port they fake: the whole graph runs over them in milliseconds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from chat2sql.config.errors import Chat2SQLError
from chat2sql.config.vocabulary import Bilingual, Dialect, Intent, Language, Tier, TokenUsage
from chat2sql.graph.answer import Attempt, Column, Execution, Presentation
from chat2sql.graph.approval import ApprovalDecision, ApprovalRequest
from chat2sql.graph.candidates import Reading
from chat2sql.graph.state import (
    AskRequest,
    Draft,
    ExecuteInput,
    GenerateInput,
    PresentInput,
    RetrieveSchemaInput,
    Route,
    RouteModelInput,
    Ruling,
    SchemaContext,
    SelfCorrectInput,
    Understanding,
    UnderstandInput,
    Verdict,
)

T = TypeVar("T")


class FakeSteps:
    """Steps that follow a script and note every call in ``calls``.

    Args:
        intents: what understand finds, one a call; the last one repeats.
        schemas: what retrieve-schema finds besides tables, one a call; the last one repeats: ``missing`` data, ``several``
            things that may be meant, or nothing.
        rulings: what self-correct finds, one a call; the last one repeats.
        confidences: the votes for what is sound, one a call; the last one repeats.
        execution_errors: what each run of the SQL fails with; none: it gives one row.
        readings: of how many readings the person may choose where what is sound is doubtful.
        clarifications: what the person answers to questions back, one a call; the last one repeats.
        decision: what the person says to an approval.
        needs_approval: whether the datasource asks for approvals.
        models: the route.
        larger: those of it that are larger than the first.
        down: models that raise this error when asked.
    """

    def __init__(
        self,
        *,
        intents: Sequence[Intent] = (Intent.QUERY,),
        schemas: Sequence[str] = ("",),
        rulings: Sequence[Ruling] = (Ruling.SOUND,),
        confidences: Sequence[float | None] = (None,),
        execution_errors: Sequence[str | None] = (None,),
        readings: int = 0,
        clarifications: Sequence[str | None] = (None,),
        decision: ApprovalDecision | None = None,
        needs_approval: bool = False,
        models: tuple[str, ...] = ("small",),
        larger: tuple[str, ...] = (),
        down: dict[str, Chat2SQLError] | None = None,
    ) -> None:
        self.calls: list[str] = []
        self._intents = list(intents)
        self._schemas = list(schemas)
        self._rulings = list(rulings)
        self._confidences = list(confidences)
        self._execution_errors = list(execution_errors)
        self._readings = readings
        self._clarifications = list(clarifications)
        self._decision = decision
        self._needs_approval = needs_approval
        self._models = models
        self._larger = larger
        self._down = down or {}

    async def understand(self, ask: UnderstandInput) -> Understanding:
        """The next scripted intent."""
        self.calls.append("understand")
        intent = _next(self._intents)
        said = Bilingual(zh=f"理由：{intent}", en=f"reason: {intent}")
        return Understanding(
            language=Language.EN,
            intent=intent,
            question=ask.request.question,
            standalone=" ".join(part for part in (ask.request.question, ask.clarification) if part),
            as_of=ask.as_of,
            question_back=said if intent is Intent.AMBIGUOUS else None,
            reason=said,
        )

    async def retrieve_schema(self, ask: RetrieveSchemaInput) -> SchemaContext:
        """One table, and what is scripted besides."""
        self.calls.append("retrieve_schema")
        found = _next(self._schemas)
        several = found == "several" and not ask.clarified
        return SchemaContext(
            datasource=ask.request.datasource or "demo",
            dialect=Dialect.SQLITE,
            catalogue_version="v1",
            tables=("t",),
            whole=True,
            prompt_tokens=10,
            needs_approval=self._needs_approval,
            missing=Bilingual(zh="没有", en="not there") if found == "missing" else None,
            question_back=Bilingual(zh="哪一个？", en="which?") if several else None,
            choices=(Bilingual(zh="甲", en="this one"), Bilingual(zh="乙", en="that one")) if several else (),
        )

    async def route_model(self, ask: RouteModelInput) -> Route:
        """The scripted route."""
        self.calls.append("route_model")
        return Route(
            models=self._models, larger=self._larger, tier=Tier.SMALL, reason=Bilingual(zh="", en="")
        )

    async def generate(self, ask: GenerateInput) -> Draft:
        """A SQL that carries the round's number."""
        self.calls.append(f"generate:{ask.model}" if len(self._models) > 1 else "generate")
        if ask.model in self._down:
            raise self._down[ask.model]
        usage = TokenUsage(calls=1, prompt_tokens=10, completion_tokens=5)
        return Draft(sql=f"SELECT {ask.round}", model=ask.model, usage=usage)

    async def self_correct(self, ask: SelfCorrectInput) -> Verdict:
        """The next scripted ruling; a failed run is always wrong."""
        self.calls.append("self_correct")
        sql = ask.draft.sql or ""
        ruling = Ruling.WRONG if ask.execution_error else _next(self._rulings)
        problem = Attempt(sql=sql, problem=ask.execution_error or "no such column")
        verdict = Verdict(
            ruling=ruling,
            sql=sql,
            attempt=problem if ruling is Ruling.WRONG else None,
            confidence=_next(self._confidences) if ruling is Ruling.SOUND else None,
        )
        return verdict.model_copy(update={"readings": self._read(sql) if verdict.is_doubtful else ()})

    def _read(self, sql: str) -> tuple[Reading, ...]:
        words = [Bilingual(zh=f"第 {number} 种", en=f"way {number}") for number in range(self._readings)]
        return tuple(
            Reading(sql=f"{sql} + {number}" if number else sql, share=0.3, words=said)
            for number, said in enumerate(words)
        )

    async def execute(self, ask: ExecuteInput) -> Execution:
        """One row, or the next scripted error."""
        self.calls.append("execute")
        error = _next(self._execution_errors)
        if error:
            return Execution(error=error)
        return Execution(columns=(Column(name="n", type="integer"),), preview=((ask.round,),), row_count=1)

    async def clarify(self, request: AskRequest, question_back: str) -> str | None:
        """The scripted clarification."""
        self.calls.append("clarify")
        return _next(self._clarifications)

    async def approve(self, request: AskRequest, approval: ApprovalRequest) -> ApprovalDecision | None:
        """The scripted decision."""
        self.calls.append("approve")
        return self._decision

    async def present(self, ask: PresentInput) -> Presentation:
        """A headline."""
        self.calls.append("present")
        return Presentation(headline="one row", explanation="counts")


def _next(script: list[T]) -> T:
    return script.pop(0) if len(script) > 1 else script[0]
