"""Conditions on rows that are there: what held on a day, whether any of another dataset lead to them."""

from __future__ import annotations

from datetime import date

from sqlglot import exp

from chat2sql.engine.semantics.analytic.held import is_day
from chat2sql.engine.semantics.analytic.intent import Place, Presence
from chat2sql.engine.semantics.analytic.joined import NotExpressible
from chat2sql.engine.semantics.analytic.literals import day_of
from chat2sql.engine.semantics.analytic.scope import Scope
from chat2sql.engine.semantics.model.semantic_model import SemanticModel


def held_on(scope: Scope, model: SemanticModel, dataset: str, day: date) -> exp.Expr:
    """The rows of a dataset that held on a day, by its validity."""
    known = model.dataset(dataset)
    if known is None or known.validity is None:
        raise NotExpressible(f"{dataset} does not say from when to when its rows hold")
    start = scope.column(Place(dataset=dataset, field=known.validity.start))
    end = scope.column(Place(dataset=dataset, field=known.validity.end))
    later = exp.GTE if known.validity.includes_end else exp.GT
    return exp.and_(
        exp.LTE(this=start, expression=day_of(day)),
        exp.paren(
            exp.or_(exp.Is(this=end, expression=exp.Null()), later(this=end.copy(), expression=day_of(day)))
        ),
    )


def presence(scope: Scope, model: SemanticModel, one: Presence) -> exp.Expr:
    """Whether any row of another dataset refers to a row of the base."""
    inner, conditions = scope.leading(one.dataset, scope.base)
    conditions += [inner.condition(condition) for condition in one.conditions]
    conditions += [inner.segment(use) for use in one.segments]
    record = model.dataset(one.dataset)
    of_day = one.window is not None and record is not None and record.is_record and is_day(one.window)
    if one.window is not None and one.window.start and of_day:
        # 2024年12月31日等级为S的门店: what held on that day, whenever it began.
        conditions.append(held_on(inner, model, one.dataset, one.window.start))
    elif one.window is not None:
        placed = one.window.place or one.placed
        conditions.append(inner.window(one.window.model_copy(update={"place": placed})))
    return inner.there(conditions, negated=one.negated)
