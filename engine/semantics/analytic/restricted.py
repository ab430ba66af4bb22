"""The rows that count for an intent, as conditions."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from chat2sql.engine.semantics.analytic.figures import time_of
from chat2sql.engine.semantics.analytic.intent import AnalyticIntent, Childless, Figure, Part, Place, Window
from chat2sql.engine.semantics.analytic.rows_there import held_on, presence
from chat2sql.engine.semantics.analytic.scope import Scope
from chat2sql.engine.semantics.analytic.subordinates import below_others
from chat2sql.engine.semantics.analytic.trees import has_children, quoted_of
from chat2sql.engine.semantics.model.semantic_model import SemanticModel


def conditions_of(
    intent: AnalyticIntent, model: SemanticModel, scope: Scope, windows: Sequence[Window]
) -> list[exp.Expr]:
    """All conditions of an intent, with some of its periods."""
    found = [scope.condition(one) for one in intent.conditions]
    found += [scope.segment(use) for use in intent.segments]
    figure = intent.figures[0] if intent.figures else None
    by_place: dict[Place | None, list[exp.Expr]] = {}
    for window in windows:
        told = window_of(window, figure, model, scope) if figure is not None else scope.window(window)
        by_place.setdefault(window.place, []).append(told)
    # Two periods of one time are either of them: nothing lies in both.
    found += [exp.or_(*periods) for periods in by_place.values()]
    found += [held_on(scope, model, one.dataset, one.day) for one in intent.held]
    found += [below_others(scope, model, one) for one in intent.subordinates]
    found += [_childless(scope, model, intent.childless)] if intent.childless is not None else []
    return found + [presence(scope, model, one) for one in intent.presences]


def _childless(scope: Scope, model: SemanticModel, one: Childless) -> exp.Expr:
    """Whether a row of a tree has none below it."""
    tree = model.dataset(one.dataset)
    assert tree is not None
    scope.join(tree.name)
    key = quoted_of(tree.primary_key[0], scope.alias(tree.name))
    has = has_children(tree, key, scope.table(tree.name, "child"))
    return has if one.negated else exp.not_(has)


def window_of(window: Window, figure: Figure, model: SemanticModel, scope: Scope) -> exp.Expr:
    """The rows of a period, by the time that the figure goes by."""
    return scope.window(window.model_copy(update={"place": window.place or time_of(figure, model, scope)}))


def part_of(part: Part, scope: Scope) -> exp.Expr | None:
    """The rows whose share is asked for; None: there is no such part."""
    found = [scope.condition(one) for one in part.conditions]
    found += [scope.segment(use) for use in part.segments]
    return exp.and_(*found) if found else None
