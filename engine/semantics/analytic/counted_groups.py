"""How many groups meet a limit: 有3笔以上有效订单的会员有多少人."""

from __future__ import annotations

from typing import NamedTuple

from sqlglot import exp

from chat2sql.config.vocabulary import Language
from chat2sql.engine.semantics.analytic.figures import counts_rows
from chat2sql.engine.semantics.analytic.intent import (
    Aggregate,
    Figure,
    Group,
    Operator,
    SegmentUse,
    Threshold,
)
from chat2sql.engine.semantics.analytic.labels import figure_label
from chat2sql.engine.semantics.analytic.phrase import called_by
from chat2sql.engine.semantics.model.joins import route
from chat2sql.engine.semantics.model.semantic_model import SemanticModel

_GROUPS = "groups_told"


class GroupsCounted(NamedTuple):
    """What is told of the groups that are counted: their figures, by what they are made, which rows have to be theirs."""

    figures: tuple[Figure, ...]
    thresholds: tuple[Threshold, ...]
    groups: tuple[Group, ...]
    segments: tuple[SegmentUse, ...]
    doubts: tuple[str, ...] = ()


def counted_groups(
    figures: tuple[Figure, ...],
    thresholds: tuple[Threshold, ...],
    groups: tuple[Group, ...],
    model: SemanticModel,
) -> GroupsCounted | None:
    """The groups whose number is asked for; None: the question asks for something else.

    They are the things that are counted, where the limits are on figures of what leads to them.
    """
    limited = {one.figure for one in thresholds}
    asked = [figure for number, figure in enumerate(figures) if number not in limited]
    if groups or not thresholds or len(asked) != 1 or any(one.against for one in thresholds):
        return None
    metric = model.metric(asked[0].metric or "")
    place = called_by(asked[0].dataset, model)
    kept = [figures[number] for number in sorted(limited)]
    if (
        not counts_rows(asked[0], model)
        or place is None
        or any(not route(model, one.dataset, place.dataset) for one in kept)
    ):
        return None
    return GroupsCounted(
        figures=tuple(kept),
        thresholds=tuple(
            one.model_copy(update={"figure": kept.index(figures[one.figure])}) for one in thresholds
        ),
        groups=(Group(place=place),),
        segments=tuple(SegmentUse(segment=name) for name in metric.segments) if metric is not None else (),
        # 少于3笔: those that have none are in no group.
        doubts=("how many have less, none among them",)
        if any(one.operator in (Operator.BELOW, Operator.AT_MOST) for one in thresholds)
        else (),
    )


def number_of_groups(
    select: exp.Select, group: Group, model: SemanticModel, language: Language
) -> exp.Select:
    """How many rows a SELECT by groups has."""
    assert group.place is not None
    counted = Figure(aggregate=Aggregate.COUNT, dataset=group.place.dataset)
    name = figure_label(counted, model, language)
    told = exp.alias_(exp.Count(this=exp.Star()), name, quoted=True)
    return exp.select(told).from_(select.subquery(_GROUPS))
