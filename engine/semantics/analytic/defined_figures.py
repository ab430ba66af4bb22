"""Sums of a quantity that a definition restricts, 报销金额 counts what 报销费用 counts, and figures that need a period."""

from __future__ import annotations

from collections.abc import Sequence

from chat2sql.engine.semantics.analytic.intent import Aggregate, Figure, Group, SegmentUse, Window
from chat2sql.engine.semantics.analytic.phrase import Phrase
from chat2sql.engine.semantics.model.semantic_model import PER_PERIOD, Metric, Origin, SemanticModel
from chat2sql.engine.semantics.model.spelling import spelled
from chat2sql.engine.semantics.model.terms import Kind


def as_defined(figure: Figure, phrase: Phrase, model: SemanticModel, *, is_named: bool = True) -> Figure:
    """The metric of that sum, where there is one of a like name and the question does not say itself which rows count.

    Args:
        is_named: whether the question names the quantity; of one that it does not name, any definition is meant.
    """
    if figure.aggregate is Aggregate.COUNT and figure.field is None:
        defined = _counts(figure, model)
    elif figure.aggregate is Aggregate.SUM:
        defined = _sums(figure, model, is_named=is_named)
    else:
        return figure
    if len(defined) != 1 or _says_which(figure, phrase, defined[0], model):
        return figure
    return Figure(metric=defined[0].name, dataset=figure.dataset)


def rows_alike(figures: Sequence[Figure], phrase: Phrase, model: SemanticModel) -> tuple[SegmentUse, ...]:
    """采购额和采购单数: the rows that a figure counts, where how many rows there are is asked beside it."""
    metrics = [one for figure in figures if (one := model.metric(figure.metric or "")) is not None]
    defined = [one for one in metrics if one.origin is not Origin.KEY and one.segments and one.expression]
    plain = [
        figure
        for figure in figures
        if (figure.aggregate is Aggregate.COUNT and figure.field is None)
        or any(one.name == figure.metric and one.origin is Origin.KEY for one in metrics)
    ]
    if len(defined) != 1 or len(plain) != 1 or len(figures) != len(defined) + len(plain):
        return ()
    if plain[0].dataset != defined[0].dataset or _says_which(plain[0], phrase, defined[0], model):
        return ()
    return tuple(SegmentUse(segment=name) for name in defined[0].segments)


def _sums(figure: Figure, model: SemanticModel, *, is_named: bool) -> list[Metric]:
    field = model.field(figure.dataset, figure.field or "")
    if field is None:
        return []
    plain = f"SUM({spelled(figure.dataset, field.name, model.dialect)})"
    return [
        metric
        for metric in model.metrics
        if metric.expression == plain
        and metric.dataset == figure.dataset
        and metric.segments
        and (not is_named or _is_called_alike(metric.label.zh, field.label.zh))
    ]


def _counts(figure: Figure, model: SemanticModel) -> list[Metric]:
    """多少单 counts what 订单数 counts, where that is defined."""
    counts = [
        metric
        for metric in model.metrics
        if metric.dataset == figure.dataset and metric.expression == "COUNT(*)"
    ]
    plain = {
        name
        for metric in counts
        if metric.origin is Origin.KEY
        for name in (metric.label.zh, *metric.synonyms)
    }
    return [metric for metric in counts if metric.origin is not Origin.KEY and metric.label.zh in plain]


def _says_which(figure: Figure, phrase: Phrase, metric: Metric, model: SemanticModel) -> bool:
    """Whether the question says itself which rows count, as it does by a state that the definition speaks of too.

    线上渠道的订单数 is another matter: what counts as an order holds there as well.
    """
    conditions = [one.condition for name in metric.segments if (one := model.segment(name)) is not None]
    for piece in phrase:
        if piece.dataset != figure.dataset or piece.kind not in (Kind.CODE, Kind.SEGMENT):
            continue
        if piece.kind is Kind.SEGMENT:
            if figure.aggregate is Aggregate.COUNT:
                return True
            continue
        place = piece.place
        spelling = spelled(place.dataset, place.field, model.dialect) if place is not None else ""
        if any(spelling in condition for condition in conditions):
            return True
    return False


def _is_called_alike(metric: str, field: str) -> bool:
    """Whether two names begin alike, or one ends with the other: 报销费用 and 报销金额, 请假天数 and 天数."""
    return len(metric) > 1 and len(field) > 1 and (metric[:2] == field[:2] or metric.endswith(field))


def of_no_period(
    figures: tuple[Figure, ...], windows: tuple[Window, ...], groups: tuple[Group, ...]
) -> tuple[str, ...]:
    """活跃会员数, of which it is not said in what period they were active."""
    active = any((one.metric or "").endswith(PER_PERIOD) for one in figures)
    told = bool(windows) or any(group.grain is not None for group in groups)
    return ("active in a period that is not told",) if active and not told else ()
