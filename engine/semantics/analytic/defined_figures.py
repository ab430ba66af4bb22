"""Sums of a quantity that a definition restricts: 报销金额 counts what 报销费用 counts."""

from __future__ import annotations

from chat2sql.engine.semantics.analytic.intent import Aggregate, Figure
from chat2sql.engine.semantics.analytic.phrase import Phrase
from chat2sql.engine.semantics.model.semantic_model import SemanticModel
from chat2sql.engine.semantics.model.spelling import spelled
from chat2sql.engine.semantics.model.terms import Kind


def as_defined(figure: Figure, phrase: Phrase, model: SemanticModel, *, is_named: bool = True) -> Figure:
    """The metric of that sum, where there is one of a like name and the question does not say itself which rows count.

    Args:
        is_named: whether the question names the quantity; of one that it does not name, any definition is meant.
    """
    field = model.field(figure.dataset, figure.field or "")
    if figure.aggregate is not Aggregate.SUM or field is None:
        return figure
    plain = f"SUM({spelled(figure.dataset, field.name, model.dialect)})"
    defined = [
        metric
        for metric in model.metrics
        if metric.expression == plain
        and metric.dataset == figure.dataset
        and metric.segments
        and (not is_named or _is_called_alike(metric.label.zh, field.label.zh))
    ]
    says_which = any(piece.kind is Kind.CODE and piece.dataset == figure.dataset for piece in phrase)
    if len(defined) != 1 or says_which:
        return figure
    return Figure(metric=defined[0].name, dataset=figure.dataset)


def _is_called_alike(metric: str, field: str) -> bool:
    """Whether two names begin alike, or one ends with the other: 报销费用 and 报销金额, 请假天数 and 天数."""
    return len(metric) > 1 and len(field) > 1 and (metric[:2] == field[:2] or metric.endswith(field))
