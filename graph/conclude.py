"""The end of every path: the answer, from what the steps left in the state."""

from __future__ import annotations

from datetime import datetime

from chat2sql.config.vocabulary import Bilingual, Intent, Language, Outcome, TokenUsage
from chat2sql.graph.answer import Answer, Execution, Presentation
from chat2sql.graph.errors import Chat2SQLError
from chat2sql.graph.state import AskRequest, AskState, Ruling, SchemaContext

NOBODY_APPROVED = Bilingual(
    zh="这条 SQL 需要批准，但在规定时间内没有人批准。请联系数据源负责人后重新提问。",
    en="This SQL needs an approval, and nobody gave one in time. Talk to the owner of the datasource and ask again.",
)
GAVE_UP = Bilingual(
    zh="多次修正后仍没有得到可以执行的 SQL。请换一种说法，或说明要查的表和字段。最后的问题：{problem}",
    en="No SQL that runs came out of several corrections. Put the question differently, or name the tables and "
    "columns you mean. Last problem: {problem}",
)
CANCELLED = Chat2SQLError(zh="问题已取消，没有结果。", en="The question was cancelled; there is no result.")
MODEL_CANNOT = Bilingual(
    zh="这个数据源回答不了这个问题：{reason}",
    en="This datasource cannot answer that: {reason}",
)
NO_REASON = Bilingual(
    zh="这个数据源回答不了这个问题。请换一种说法，或指明要用的表和字段。",
    en="This datasource cannot answer that. Put the question differently, or name the tables and columns to use.",
)


def conclude(state: AskState) -> Answer:
    """The answer of a finished path, without the timings and ids that the runner adds."""
    request = state["request"]
    understanding = state["understanding"]
    schema = state.get("schema_context")
    draft = state.get("draft")
    verdict = state.get("verdict")
    execution = state.get("execution") or Execution()
    presentation = state.get("presentation") or Presentation(headline="", explanation="")
    outcome, message = _outcome(state)
    answered = outcome is Outcome.ANSWERED
    sql = verdict.sql or (draft.sql if draft else None) if verdict else None
    return Answer(
        outcome=outcome,
        request_id=request.request_id,
        tenant=request.tenant,
        language=understanding.language,
        question=understanding.question,
        standalone=understanding.standalone,
        asked_as=draft.question if draft and draft.question != understanding.standalone else "",
        meaning=draft.meaning.to(understanding.language) if draft and draft.meaning and answered else "",
        message=presentation.headline if answered else message.to(understanding.language),
        datasource=schema.datasource if schema else request.datasource,
        dialect=schema.dialect if schema else None,
        sql=sql,
        columns=execution.columns if answered else (),
        rows=execution.preview if answered else (),
        row_count=execution.row_count if answered else 0,
        truncated=execution.truncated if answered else False,
        truncated_by=execution.truncated_by if answered else None,
        rule=verdict.rule if verdict and verdict.ruling is Ruling.REFUSED else None,
        result_uri=execution.result_uri if answered else None,
        explanation=presentation.explanation,
        chart_kind=presentation.chart_kind,
        chart_svg=presentation.chart_svg,
        chart_png=presentation.chart_png,
        chart_spec=presentation.chart_spec,
        model=draft.model if draft else None,
        usage=state.get("usage", TokenUsage()),
        confidence=verdict.confidence if verdict and answered else None,
        votes=verdict.votes if verdict else (),
        readings=verdict.readings if verdict and answered else (),
        repairs=verdict.repairs if verdict and answered else (),
        corrections=state.get("round", 0),
        attempts=state.get("attempts", ()),
        approval=state.get("approval"),
    )


def failed(
    request: AskRequest,
    error: Chat2SQLError,
    *,
    language: Language,
    asked_at: datetime | None,
    outcome: Outcome,
) -> Answer:
    """The answer of a question that an error or a cancellation ended."""
    return Answer(
        outcome=outcome,
        request_id=request.request_id,
        tenant=request.tenant,
        language=language,
        question=request.question,
        datasource=request.datasource,
        message=error.to(language),
        asked_at=asked_at,
    )


def _outcome(state: AskState) -> tuple[Outcome, Bilingual]:
    """How the path ended and, unless it was answered, what the asker is told."""
    understanding = state["understanding"]
    nothing = Bilingual(zh="", en="")
    match understanding.intent:
        case Intent.AMBIGUOUS:
            return Outcome.ASKS_BACK, understanding.question_back or nothing
        case Intent.NOT_A_READ | Intent.ATTACK:
            return Outcome.REFUSED, understanding.reason or nothing
        case Intent.UNANSWERABLE:
            return Outcome.CANNOT_ANSWER, understanding.reason or nothing
        case _:
            return (
                _outcome_of_sql(state) if "verdict" in state else _outcome_of_schema(state["schema_context"])
            )


def _outcome_of_schema(found: SchemaContext) -> tuple[Outcome, Bilingual]:
    """Where the path ended before any SQL was written."""
    if found.missing is not None:
        return Outcome.CANNOT_ANSWER, found.missing
    return Outcome.ASKS_BACK, found.question_back or Bilingual(zh="", en="")


def _outcome_of_sql(state: AskState) -> tuple[Outcome, Bilingual]:
    if "presentation" in state:
        return Outcome.ANSWERED, Bilingual(zh="", en="")
    verdict, draft = state["verdict"], state["draft"]
    match verdict.ruling:
        case Ruling.REFUSED:
            return Outcome.REFUSED, verdict.message or NOBODY_APPROVED
        case Ruling.CANNOT_ANSWER:
            return Outcome.CANNOT_ANSWER, _fill(
                MODEL_CANNOT, reason=draft.reason
            ) if draft.reason else NO_REASON
        case Ruling.SOUND:
            return Outcome.REFUSED, _approval_message(state)
        case _:
            problem = verdict.attempt.problem.splitlines()[0] if verdict.attempt else ""
            return Outcome.CANNOT_ANSWER, _fill(GAVE_UP, problem=problem)


def _approval_message(state: AskState) -> Bilingual:
    decision = state.get("approval")
    if decision is None:
        return NOBODY_APPROVED
    note = f" {decision.note}" if decision.note else ""
    return Bilingual(
        zh=f"这条 SQL 没有获得批准，未执行。{note}", en=f"This SQL was not approved and did not run.{note}"
    )


def _fill(template: Bilingual, **values: str) -> Bilingual:
    return Bilingual(zh=template.zh.format(**values), en=template.en.format(**values))
