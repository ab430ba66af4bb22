"""What the words of a question mean, as SQL: for a model that is to write the rest.

A small model links words badly and copies well; what is told beside the question it uses. So each word that the semantic
model has is told with its expression, its condition or its period, and the joins between what is spoken of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import sqlglot
from sqlglot import exp

from chat2sql.config.vocabulary import Frozen, Language
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.semantics.analytic.intent import Condition, Operator, Place, SegmentUse, Window
from chat2sql.engine.semantics.analytic.joined import NotExpressible
from chat2sql.engine.semantics.analytic.literals import with_today
from chat2sql.engine.semantics.analytic.parts_of_names import tokens_with_names
from chat2sql.engine.semantics.analytic.question import mentioned
from chat2sql.engine.semantics.analytic.resolve import Grounded, Resolved, ground
from chat2sql.engine.semantics.analytic.scope import Scope
from chat2sql.engine.semantics.analytic.token import Sort, Token
from chat2sql.engine.semantics.analytic.trees import has_classes
from chat2sql.engine.semantics.model.joins import routes_from
from chat2sql.engine.semantics.model.semantic_model import Metric, Role, Segment, SemanticModel
from chat2sql.engine.semantics.model.spelling import spelled
from chat2sql.engine.semantics.model.terms import Kind, Meaning
from chat2sql.engine.values.index import How, LinkedValue, ValueIndex

_OUT_OF_REACH = 99
_LEAST_WEIGHT = 0.65
"""How well a word has to name what it stands for, to be told."""


class Hint(Frozen):
    """What a word means, in a line.

    Attributes:
        has_value: whether it tells a value that rows have.
    """

    text: str
    has_value: bool = False


def hints_for(
    question: str,
    model: SemanticModel,
    catalogue: Catalogue,
    values: ValueIndex | None,
    *,
    language: Language,
    as_of: date,
) -> tuple[Hint, ...]:
    """What the words of a question mean.

    Args:
        question: standing for itself.
        catalogue: what the asker may see; the model is of it.
        values: the datasource's value index; None: it has none.
        as_of: the day of asking.
    """
    said = mentioned(question, model, catalogue, values, language=language, as_of=as_of)
    return hints_of(tokens_with_names(question, model, said.times, said.values, values), model, as_of)


def hints_of(tokens: Sequence[Token], model: SemanticModel, as_of: date) -> tuple[Hint, ...]:
    """A line for each word that means something: ``"销售额": SUM(orders.pay_amount) WHERE orders.status IN (1, 2)``.

    Args:
        tokens: the question's.
        as_of: the day of asking.
    """
    grounded = ground(tokens, model)
    if grounded is None:
        return ()
    teller = _Teller(grounded, model, as_of)
    told = [(one, line) for one in grounded.tokens if (line := teller.told(one))]
    words = (Hint(text=f'"{one.token.text}": {line}', has_value=one.value is not None) for one, line in told)
    joins = (Hint(text=join) for join in teller.joins({_dataset(one): None for one, _ in told}))
    return tuple(dict.fromkeys((*words, *joins)))


class _Teller:
    """The lines for one question, around the dataset that its words were settled by."""

    def __init__(self, grounded: Grounded, model: SemanticModel, as_of: date) -> None:
        self._grounded, self._model, self._as_of = grounded, model, as_of
        self._is_sure = any(self._is_figure(one) for one in grounded.tokens)

    def told(self, one: Resolved) -> str:
        """What a word means; empty: nothing that is worth telling."""
        if self._has_rival(one):
            return ""
        if one.value is not None:
            return self._value(one.value)
        if one.token.sort is Sort.TIME:
            return self._period(one.token)
        meaning = one.meaning
        # A word that may be anything's leads astray: 金额.
        if meaning is None or one.token.sort is not Sort.TERM or meaning.weight < _LEAST_WEIGHT:
            return ""
        return self._meaning(meaning)

    def joins(self, datasets: Iterable[str]) -> Iterator[str]:
        """The joins from the base to some datasets."""
        routes = routes_from(self._model, self._grounded.base)
        for dataset in datasets:
            for join in routes.get(dataset, ()):
                on = " AND ".join(
                    f"{self._column(join.source, mine)} = {self._column(join.target, theirs)}"
                    for mine, theirs in zip(join.source_columns, join.target_columns, strict=True)
                )
                yield f"join {join.source} to {join.target} ON {on}"

    def _has_rival(self, one: Resolved) -> bool:
        """Whether a word is as near to the base in another dataset: the first name of customers, or of salespersons."""
        here = _dataset(one)
        if one.value is not None:
            others = {value.table for value in one.token.values} - {here}
        elif one.meaning is not None and one.meaning.kind in (Kind.FIELD, Kind.CODE):
            weight = one.meaning.weight
            others = {other.dataset for other in one.token.meanings if other.weight >= weight} - {here}
        else:
            return False
        return any(self._distance(other) <= self._distance(here) for other in others)

    def _distance(self, dataset: str) -> int:
        way = routes_from(self._model, self._grounded.base).get(dataset)
        return len(way) if way is not None else _OUT_OF_REACH

    def _is_figure(self, one: Resolved) -> bool:
        meaning = one.meaning
        if meaning is None or one.token.sort is not Sort.TERM or meaning.weight < _LEAST_WEIGHT:
            return False
        field = self._model.field(meaning.dataset, meaning.name) if meaning.kind is Kind.FIELD else None
        return meaning.kind is Kind.METRIC or (field is not None and field.role is Role.MEASURE)

    def _value(self, value: LinkedValue) -> str:
        field = self._model.field(value.table, value.field)
        operator = Operator.LIKE if value.how is How.PART else Operator.IS
        if field is None:
            return ""
        operator = Operator.CONTAINS if field.role is Role.LIST else operator
        place = Place(dataset=value.table, field=value.field)
        tree = operator is Operator.IS and has_classes(self._model.dataset(value.table))
        return self._condition(Condition(place=place, operator=operator, values=(value.value,), tree=tree))

    def _condition(self, one: Condition) -> str:
        try:
            return Scope(self._model, one.place.dataset).condition(one).sql(self._model.dialect)
        except NotExpressible:
            return ""

    def _period(self, token: Token) -> str:
        """Which days a period has; not where it is not sure what they are days of."""
        time = token.time
        if time is None or not self._is_sure:
            return ""
        scope = Scope(self._model, self._grounded.base)
        window = Window(start=time.start, end=time.end, words=token.text)
        try:
            return scope.window(window.model_copy(update={"place": scope.time_of()})).sql(self._model.dialect)
        except NotExpressible:
            return ""

    def _meaning(self, meaning: Meaning) -> str:
        match meaning.kind:
            case Kind.METRIC:
                metric = self._model.metric(meaning.name)
                return self._metric(metric) if metric is not None else ""
            case Kind.SEGMENT:
                segment = self._model.segment(meaning.name)
                return self._rows(segment) if segment is not None else ""
            case Kind.CODE:
                place = Place(dataset=meaning.dataset, field=meaning.name)
                return self._condition(Condition(place=place, operator=Operator.IS, values=(meaning.code,)))
            case Kind.FIELD:
                return self._column(meaning.dataset, meaning.name)
            case Kind.DATASET:
                kept = self._kept(meaning.dataset)
                return f"table {meaning.dataset}{' WHERE ' if kept else ''}{kept}"
            case _:
                return ""

    def _kept(self, dataset: str) -> str:
        """The rows of a dataset that count unless a question says otherwise."""
        told = [
            self._rows(segment)
            for place, name in self._model.conventions.default_segments
            if place == dataset and (segment := self._model.segment(name)) is not None
        ]
        return " AND ".join(told)

    def _rows(self, segment: Segment) -> str:
        """Which rows a segment has."""
        if segment.related is None:
            return self._written(segment.condition)
        try:
            told = Scope(self._model, segment.dataset).segment(SegmentUse(segment=segment.name))
        except NotExpressible:
            return ""
        return told.sql(self._model.dialect)

    def _metric(self, metric: Metric) -> str:
        if metric.numerator is not None and metric.denominator is not None:
            parts = [self._model.metric(name) for name in (metric.numerator, metric.denominator)]
            above, below = (self._metric(part) if part is not None else "" for part in parts)
            return f"({above}) divided by ({below})"
        scope = Scope(self._model, metric.dataset)
        try:
            computed = self._sql(scope.bound(metric.expression))
            conditions = [scope.segment(SegmentUse(segment=name)) for name in metric.segments]
        except NotExpressible:
            return ""
        told = " AND ".join(map(self._sql, conditions))
        less = self._model.metric(metric.less or "")
        taken_off = f" minus {self._metric(less)}" if less is not None else ""
        joins = "".join(f" JOIN {table.name} ON {on.sql(self._model.dialect)}" for table, on in scope.joins())
        return f"{computed} FROM {metric.dataset}{joins}{' WHERE ' if told else ''}{told}{taken_off}"

    def _written(self, condition: str) -> str:
        return self._sql(sqlglot.parse_one(condition, read=self._model.dialect))

    def _sql(self, tree: exp.Expr) -> str:
        return with_today(tree, self._as_of, self._model.dialect).sql(self._model.dialect)

    def _column(self, dataset: str, name: str) -> str:
        field = self._model.field(dataset, name)
        if field is not None and field.expression:
            return field.expression
        return spelled(dataset, name, self._model.dialect)


def _dataset(one: Resolved) -> str:
    if one.value is not None:
        return one.value.table
    return one.meaning.dataset if one.meaning is not None else ""
