"""Figures of several datasets beside each other, ratios of two of them among these, each side summed up for itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlglot import exp

from chat2sql.config.vocabulary import Language
from chat2sql.engine.semantics.analytic.aggregation import Aggregation
from chat2sql.engine.semantics.analytic.common_base import at_common_base
from chat2sql.engine.semantics.analytic.figures import finer_base, parts_apart, taken_off
from chat2sql.engine.semantics.analytic.intent import AnalyticIntent, Figure, Part
from chat2sql.engine.semantics.analytic.joined import NotExpressible
from chat2sql.engine.semantics.analytic.labels import figure_label
from chat2sql.engine.semantics.analytic.shapes import compare, difference, distinct_names, quoted, ratio
from chat2sql.engine.semantics.model.joins import routes_from
from chat2sql.engine.semantics.model.semantic_model import SemanticModel

_SIDE, _WHOLE = "side_", "all_groups"


class _Wanted(NamedTuple):
    """A figure that is asked for, and of what it is made: itself, or what is over or off another.

    ``other``: what it is divided by (``is_ratio``), or what is taken off it; None: it is itself.
    """

    figure: Figure
    own: Figure
    other: Figure | None = None
    is_ratio: bool = False


class _Side(NamedTuple):
    """The figures of one dataset: its query, the names of the groups, and under which names the figures stand in it."""

    alias: str
    select: exp.Select
    groups: list[str]
    columns: dict[Figure, str]


def is_apart(intent: AnalyticIntent, model: SemanticModel) -> bool:
    """Whether the figures of an intent come from rows of several datasets."""
    wanted = _wanted(intent, model)
    return len({one.dataset for one in _leaves(wanted)}) > 1


def figures_apart(
    intent: AnalyticIntent, model: SemanticModel, language: Language
) -> tuple[exp.Select, list[str], list[tuple[str, exp.Expr]]]:
    """The figures side by side, one row for each group, with the names of the groups and the figures by theirs.

    Raises:
        NotExpressible: they are compared or shares, or one cannot be had by these groups.
    """
    changes = intent.comparison is not None or intent.share or intent.running or intent.moving is not None
    changes = changes or any(one.against is not None for one in intent.thresholds)
    if changes or intent.part != Part():
        raise NotExpressible("figures of several datasets that are compared")
    wanted = _wanted(intent, model)
    sides = _sides(intent, wanted, model, language)
    names = sides[0].groups
    takes_off = any(one.other is not None and not one.is_ratio for one in wanted)
    whole, alias = _whole(sides) if takes_off and names else (sides[0].select, sides[0].alias)
    shown = [exp.alias_(quoted(name, alias), name, quoted=True) for name in names]
    hidden = {one.figure for one in intent.thresholds if not one.shown}
    labels = distinct_names([*names, *(figure_label(one.figure, model, language) for one in wanted)])
    reached = {one.own for one in wanted if one.is_ratio}
    values = [_value(one, sides, reached) for one in wanted]
    told = [
        (label, value)
        for number, (label, value) in enumerate(zip(labels[len(names) :], values, strict=True))
        if number not in hidden
    ]
    shown += [exp.alias_(value.copy(), label, quoted=True) for label, value in told]
    select = exp.select(*shown).from_(whole.subquery(alias))
    for side in sides:
        if side.alias == alias:
            continue
        same = [exp.EQ(this=quoted(name, alias), expression=quoted(name, side.alias)) for name in names]
        on = exp.and_(*same) if same else exp.true()
        # What has a target and no sales has reached nothing of it.
        select = select.join(side.select.subquery(side.alias), on=on, join_type="left")
    for threshold in intent.thresholds:
        select = select.where(compare(values[threshold.figure].copy(), threshold))
    return select, names, told


def own_side(
    intent: AnalyticIntent, figures: tuple[Figure, ...], model: SemanticModel, *, reaches: bool = True
) -> AnalyticIntent:
    """The intent for one side: what is left out by default is left out of the side that has it."""
    base = figures[0].dataset
    usual = {name for _, name in model.conventions.default_segments}
    # What is taken off is told by its own marks: the definition says which rows.
    reach = routes_from(model, base).keys() if reaches else {base}
    segments = tuple(
        use
        for use in intent.segments
        if use.segment not in usual
        or ((known := model.segment(use.segment)) is not None and known.dataset in reach)
    )
    return intent.model_copy(update={"figures": figures, "base": base, "segments": segments})


def _wanted(intent: AnalyticIntent, model: SemanticModel) -> list[_Wanted]:
    """The figures of an intent with their parts, each at the grain that the groups need."""
    needed = {group.place.dataset for group in intent.groups if group.place is not None}
    told = []
    for figure in intent.figures:
        parts, less = parts_apart(figure, model), taken_off(figure, model)
        if parts is not None:
            above, below = (finer_base(one, needed, model) for one in parts)
            told.append(_Wanted(figure, above, below, is_ratio=True))
        elif less is not None:
            told.append(_Wanted(figure, figure, less))
        else:
            conditions = {one.place.dataset for one in (*intent.conditions, *intent.part.conditions)}
            told.append(_Wanted(figure, finer_base(figure, needed | conditions, model)))
    return told


def _leaves(wanted: Sequence[_Wanted]) -> list[Figure]:
    """What is summed up, first what something is divided by: its groups are those of the whole."""
    below = [one.other for one in wanted if one.is_ratio and one.other is not None]
    own = [one.own for one in wanted]
    less = [one.other for one in wanted if one.other is not None and not one.is_ratio]
    return list(dict.fromkeys((*below, *own, *less)))


def _sides(
    intent: AnalyticIntent, wanted: Sequence[_Wanted], model: SemanticModel, language: Language
) -> list[_Side]:
    plain = intent.model_copy(update={"ranking": None, "thresholds": ()})
    leaves = _leaves(wanted)
    taken = {one.other for one in wanted if one.other is not None and not one.is_ratio}
    sides = []
    for number, base in enumerate(dict.fromkeys(one.dataset for one in leaves)):
        figures = tuple(one for one in leaves if one.dataset == base)
        reaches = not set(figures) <= taken
        own = at_common_base(own_side(plain, figures, model, reaches=reaches), model)
        select, names, computed = Aggregation(own, model, language).select(own.figures)
        columns = {figure: name for figure, (name, _) in zip(figures, computed, strict=True)}
        sides.append(_Side(f"{_SIDE}{number}", select, names, columns))
    return sides


def _whole(sides: Sequence[_Side]) -> tuple[exp.Query, str]:
    """All groups that any side has: what only has something taken off it has that too."""
    told: list[exp.Query] = [
        exp.select(*(quoted(name) for name in side.groups)).from_(side.select.copy().subquery(side.alias))
        for side in sides
    ]
    whole = told[0]
    for one in told[1:]:
        whole = exp.union(whole, one, distinct=True)
    return whole, _WHOLE


def _value(one: _Wanted, sides: Sequence[_Side], reached_of_others: Collection[Figure]) -> exp.Expr:
    """What is told of a figure; that of which a ratio tells how much was reached is nothing where it has no row."""
    own = _column(one.own, sides)
    if one.other is None:
        return _or_none(own) if one.own in reached_of_others else own
    reached = _or_none(own)
    other = _column(one.other, sides)
    if one.is_ratio:
        return ratio(reached, other)
    return difference(reached, _or_none(other))


def _or_none(value: exp.Expr) -> exp.Expr:
    """What was not reached at all is nothing of it."""
    return exp.Coalesce(this=value, expressions=[exp.Literal.number(0)])


def _column(figure: Figure, sides: Sequence[_Side]) -> exp.Column:
    side = next(one for one in sides if figure in one.columns)
    return quoted(side.columns[figure], side.alias)
