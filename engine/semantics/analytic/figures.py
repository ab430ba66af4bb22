"""Figures as aggregates: what a metric computes, which rows count for it, and where it is known at a finer grain."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from chat2sql.engine.semantics.analytic.intent import Aggregate, Figure, Place, SegmentUse
from chat2sql.engine.semantics.analytic.joined import NotExpressible
from chat2sql.engine.semantics.analytic.scope import Scope
from chat2sql.engine.semantics.analytic.shapes import ratio
from chat2sql.engine.semantics.analytic.token import Token
from chat2sql.engine.semantics.model.finer import amount_of, are_lines, says_money
from chat2sql.engine.semantics.model.joins import routes_from
from chat2sql.engine.semantics.model.semantic_model import SemanticModel, of_lines
from chat2sql.engine.semantics.model.terms import Kind

_PLAIN = (exp.Sum, exp.Avg, exp.Min, exp.Max, exp.Count)


def expression_of(figure: Figure, model: SemanticModel, scope: Scope, only: exp.Expr | None) -> exp.Expr:
    """The aggregate of a figure, over the rows that meet a condition only, where there is one.

    Raises:
        NotExpressible: the model does not say how it is computed here.
    """
    if figure.metric is not None:
        return _metric(figure.metric, model, scope, only)
    column: exp.Expr = exp.Star()
    if figure.field is not None:
        column = scope.column(Place(dataset=figure.dataset, field=figure.field))
    return _aggregate(figure.aggregate or Aggregate.COUNT, column, only)


def parts_apart(figure: Figure, model: SemanticModel) -> tuple[Figure, Figure] | None:
    """What is above and below the line of a ratio whose parts come from different datasets; None: it is none."""
    metric = model.metric(figure.metric) if figure.metric is not None else None
    if metric is None or not metric.numerator or not metric.denominator:
        return None
    above, below = model.metric(metric.numerator), model.metric(metric.denominator)
    if above is None or below is None or above.dataset == below.dataset:
        return None
    if above.less or below.less:
        raise NotExpressible(
            f"a ratio of {above.name} and {below.name}, from one of which another is taken off"
        )
    if model.metric(of_lines(below.name, above.dataset)) is not None:
        return None
    return (
        Figure(metric=above.name, dataset=above.dataset),
        Figure(metric=below.name, dataset=below.dataset),
    )


def taken_off(figure: Figure, model: SemanticModel) -> Figure | None:
    """What is taken off a figure, of rows of its own; None: nothing is."""
    metric = model.metric(figure.metric) if figure.metric is not None else None
    less = model.metric(metric.less) if metric is not None and metric.less else None
    return Figure(metric=less.name, dataset=less.dataset) if less is not None else None


def segments_of(figures: Sequence[Figure], model: SemanticModel) -> list[SegmentUse]:
    """The segments that restrict all of some figures by definition."""
    each = [_segments(figure, model) for figure in figures]
    return [use for use in each[0] if all(use in others for others in each[1:])] if each else []


def time_of(figure: Figure, model: SemanticModel, scope: Scope) -> Place:
    """The field by which a figure is placed in time."""
    metric = model.metric(figure.metric) if figure.metric is not None else None
    above = model.metric(metric.numerator or "") if metric is not None and not metric.time else None
    metric = above if above is not None and metric is not None and above.dataset == metric.dataset else metric
    if metric is not None and metric.time:
        dataset, _, field = metric.time.rpartition(".")
        return Place(dataset=dataset or metric.dataset, field=field)
    return scope.time_of(figure.dataset)


def finer_base(figure: Figure, needed: set[str], model: SemanticModel) -> Figure:
    """The figure itself where it can be grouped by all that is needed, else the same of its lines."""
    if needed <= routes_from(model, figure.dataset).keys():
        return figure
    for lines in model.datasets:
        joins = [join for join in model.joins_from(lines.name) if join.target == figure.dataset]
        if len(joins) != 1 or not needed <= routes_from(model, lines.name).keys():
            continue
        if counts_rows(figure, model):
            return Figure(aggregate=Aggregate.DISTINCT, dataset=lines.name, field=joins[0].source_columns[0])
        if figure.metric is not None:
            finer = of_lines(figure.metric, lines.name)
            if model.metric(finer) is not None:
                return Figure(metric=finer, dataset=lines.name)
            continue
        amount = amount_of(lines)
        if amount is not None and _is_money(figure, model) and are_lines(lines):
            return Figure(aggregate=figure.aggregate, dataset=lines.name, field=amount.name)
    return figure


def _metric(name: str, model: SemanticModel, scope: Scope, only: exp.Expr | None) -> exp.Expr:
    metric = model.metric(name)
    if metric is None:
        raise NotExpressible(f"there is no metric {name}")
    if metric.numerator and metric.denominator:
        above = _part(metric.numerator, model, scope, only)
        below = _part(metric.denominator, model, scope, only)
        return ratio(above, below)
    tree = scope.bound(metric.expression)
    return tree if only is None else tree.transform(_restricted, only)


def _part(name: str, model: SemanticModel, scope: Scope, only: exp.Expr | None) -> exp.Expr:
    part = model.metric(name)
    if part is not None and part.dataset != scope.base:
        part = model.metric(of_lines(name, scope.base))
    if part is None or part.dataset != scope.base or part.less:
        raise NotExpressible(f"{name} is of another dataset, or another figure is taken off it")
    conditions = [scope.segment(SegmentUse(segment=segment)) for segment in part.segments]
    if only is not None:
        conditions.append(only)
    return _metric(part.name, model, scope, exp.and_(*conditions) if conditions else None)


def _restricted(node: exp.Expr, only: exp.Expr) -> exp.Expr:
    if not isinstance(node, exp.AggFunc):
        return node
    argument = node.this
    if isinstance(argument, exp.Distinct):
        inner = argument.expressions[0]
        return exp.Count(this=exp.Distinct(expressions=[_when(only, inner)]))
    if not isinstance(node, _PLAIN):
        raise NotExpressible(f"{node.key} of some of the rows")
    counted = isinstance(node, exp.Count) and isinstance(argument, exp.Star)
    return type(node)(this=_when(only, exp.Literal.number(1) if counted else argument))


def _aggregate(how: Aggregate, column: exp.Expr, only: exp.Expr | None) -> exp.Expr:
    if isinstance(column, exp.Star):
        return exp.Count(this=column if only is None else _when(only, exp.Literal.number(1)))
    value = column if only is None else _when(only, column)
    if how is Aggregate.DISTINCT:
        return exp.Count(this=exp.Distinct(expressions=[value]))
    functions: dict[Aggregate, type[exp.AggFunc]] = {
        Aggregate.SUM: exp.Sum,
        Aggregate.MEAN: exp.Avg,
        Aggregate.COUNT: exp.Count,
        Aggregate.MIN: exp.Min,
        Aggregate.MAX: exp.Max,
    }
    return functions[how](this=value)


def _when(only: exp.Expr, value: exp.Expr) -> exp.Expr:
    return exp.Case().when(only.copy(), value.copy())


def _segments(figure: Figure, model: SemanticModel) -> tuple[SegmentUse, ...]:
    metric = model.metric(figure.metric) if figure.metric is not None else None
    if metric is None or metric.numerator:
        return ()
    return tuple(SegmentUse(segment=name) for name in metric.segments)


def counts_rows(figure: Figure, model: SemanticModel) -> bool:
    """Whether a figure is a number of rows, with a name or without."""
    metric = model.metric(figure.metric) if figure.metric is not None else None
    if metric is not None:
        return metric.expression == "COUNT(*)"
    return figure.aggregate is Aggregate.COUNT and figure.field is None


def counts_all_rows(name: str, model: SemanticModel) -> bool:
    """Whether a metric is the number of all rows of its dataset."""
    metric = model.metric(name)
    return metric is not None and metric.expression == "COUNT(*)" and not metric.segments


def is_number_of(figure: Figure, limited: Figure, model: SemanticModel) -> bool:
    """Whether a figure with a name is the number of rows that is limited: 达到4单的，列出订单数."""
    plain = limited.aggregate is Aggregate.COUNT and limited.field is None
    return plain and figure.dataset == limited.dataset and counts_all_rows(figure.metric or "", model)


def counts_rows_of(figure: Figure, limited: Figure, model: SemanticModel) -> bool:
    """Whether it is a number of rows of which a figure that has a name is one too."""
    all_rows = counts_all_rows(figure.metric or "", model)
    plain = figure != limited and (all_rows or (figure.aggregate is Aggregate.COUNT and figure.field is None))
    return (
        plain
        and limited.metric is not None
        and limited.metric.endswith("_count")
        and limited.dataset == figure.dataset
    )


def _is_money(figure: Figure, model: SemanticModel) -> bool:
    if figure.metric is not None:
        return True
    field = model.field(figure.dataset, figure.field or "")
    return figure.aggregate is Aggregate.SUM and field is not None and says_money(field)


def parts_named(tokens: Sequence[Token], model: SemanticModel) -> frozenset[str]:
    """The figures of which the ratios that a question names are made."""
    named = {one.name for token in tokens for one in token.meanings if one.kind is Kind.METRIC}
    ratios = [metric for name in named if (metric := model.metric(name)) is not None]
    return frozenset(part for one in ratios for part in (one.numerator, one.denominator) if part)
