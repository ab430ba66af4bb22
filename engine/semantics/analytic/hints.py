"""What the words of a question mean, as SQL: for a model that is to write the rest.

A small model links words badly and copies well; what is told beside the question it uses. So each word that the semantic
model has is told with its expression, its condition or its period, and the joins between what is spoken of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chat2sql.engine.semantics.analytic.resolve import Resolved, ground
from chat2sql.engine.semantics.analytic.tokens import Sort, Token
from chat2sql.engine.semantics.model.joins import routes_from
from chat2sql.engine.semantics.model.semantic_model import Metric, SemanticModel
from chat2sql.engine.semantics.model.spelling import spelled
from chat2sql.engine.semantics.model.terms import Kind, Meaning
from chat2sql.engine.values.index import LinkedValue


def hints_of(tokens: Sequence[Token], model: SemanticModel) -> tuple[str, ...]:
    """A line for each word that means something: ``"销售额": SUM(orders.pay_amount) WHERE orders.status IN (1, 2)``.

    Args:
        tokens: the question's.
    """
    grounded = ground(tokens, model)
    if grounded is None:
        return ()
    lines = [
        f'"{one.token.text}": {told}' for one in grounded.tokens if (told := _told(one, grounded.base, model))
    ]
    return tuple(dict.fromkeys((*lines, *_joins(grounded.base, grounded.tokens, model))))


def _told(one: Resolved, base: str, model: SemanticModel) -> str:
    if one.value is not None:
        return _value(one.value, model)
    if one.token.sort is Sort.TIME:
        return _period(one.token, base, model)
    return _meaning(one.meaning, model) if one.meaning is not None else ""


def _value(value: LinkedValue, model: SemanticModel) -> str:
    column = _column(value.table, value.field, model)
    said = value.value.replace("'", "''")
    dataset = model.dataset(value.table)
    if dataset is not None and dataset.parent is not None and len(dataset.primary_key) == 1:
        return f"{column} = '{said}', with all that is below it by {value.table}.{dataset.parent}"
    return f"{column} = '{said}'"


def _period(token: Token, base: str, model: SemanticModel) -> str:
    time, dataset = token.time, model.dataset(base)
    if time is None:
        return ""
    bounds = [
        f"{{}} {sign} '{day.isoformat()}'"
        for sign, day in ((">=", time.start), ("<", time.end))
        if day is not None
    ]
    field = spelled(base, dataset.time, model.dialect) if dataset is not None and dataset.time else "its date"
    return " AND ".join(bounds).format(*(field for _ in bounds))


def _meaning(meaning: Meaning, model: SemanticModel) -> str:
    if meaning.kind is Kind.METRIC:
        metric = model.metric(meaning.name)
        return _metric(metric, model) if metric is not None else ""
    if meaning.kind is Kind.SEGMENT:
        segment = model.segment(meaning.name)
        return segment.condition if segment is not None else ""
    if meaning.kind is Kind.CODE:
        return f"{_column(meaning.dataset, meaning.name, model)} = {_code(meaning, model)}"
    if meaning.kind is Kind.FIELD:
        return _column(meaning.dataset, meaning.name, model)
    return f"table {meaning.dataset}" if meaning.kind is Kind.DATASET else ""


def _metric(metric: Metric, model: SemanticModel) -> str:
    if metric.numerator is not None and metric.denominator is not None:
        parts = [model.metric(name) for name in (metric.numerator, metric.denominator)]
        above, below = (_metric(part, model) if part is not None else "" for part in parts)
        return f"({above}) divided by ({below})"
    conditions = [
        segment.condition for name in metric.segments if (segment := model.segment(name)) is not None
    ]
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"{metric.expression} FROM {metric.dataset}{where}"


def _column(dataset: str, name: str, model: SemanticModel) -> str:
    field = model.field(dataset, name)
    if field is not None and field.expression:
        return field.expression
    return spelled(dataset, name, model.dialect)


def _code(meaning: Meaning, model: SemanticModel) -> str:
    field = model.field(meaning.dataset, meaning.name)
    is_number = field is not None and not any(kind in field.type.lower() for kind in ("char", "text", "enum"))
    return meaning.code if is_number else f"'{meaning.code}'"


def _joins(base: str, tokens: Sequence[Resolved], model: SemanticModel) -> Iterator[str]:
    routes = routes_from(model, base)
    spoken_of = dict.fromkeys(
        one.value.table if one.value is not None else one.meaning.dataset if one.meaning is not None else base
        for one in tokens
    )
    for dataset in spoken_of:
        for join in routes.get(dataset, ()):
            on = " AND ".join(
                f"{spelled(join.source, mine, model.dialect)} = {spelled(join.target, theirs, model.dialect)}"
                for mine, theirs in zip(join.source_columns, join.target_columns, strict=True)
            )
            yield f"join {join.source} to {join.target} ON {on}"
