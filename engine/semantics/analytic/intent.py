"""What a business question asks for, as a typed object whose every part exists in the semantic model."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import Field

from chat2sql.config.vocabulary import Frozen


class Aggregate(StrEnum):
    """How rows are summed up."""

    SUM = "sum"
    MEAN = "mean"
    COUNT = "count"
    DISTINCT = "distinct"
    MIN = "min"
    MAX = "max"


class Grain(StrEnum):
    """The units of time that rows are grouped by."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Operator(StrEnum):
    """How a field is compared."""

    IS = "is"
    IS_NOT = "is_not"
    ABOVE = "above"
    AT_LEAST = "at_least"
    BELOW = "below"
    AT_MOST = "at_most"
    BETWEEN = "between"
    CONTAINS = "contains"
    LIKE = "like"
    STARTS = "starts"
    SET = "set"
    UNSET = "unset"


class Place(Frozen):
    """A field of a dataset.

    ``via``: the field that leads to another row of the same dataset, whose field is meant: the name of the leader.
    """

    dataset: str
    field: str
    via: str = ""


class Figure(Frozen):
    """A quantity: a metric of the model, or an aggregate of a field (of rows, where there is no field)."""

    metric: str | None = None
    aggregate: Aggregate | None = None
    dataset: str
    field: str | None = None


class Condition(Frozen):
    """A condition on a field.

    Attributes:
        values: what it is compared with, as the database writes it; two of them for BETWEEN, several for IS.
        other: the field that it is compared with instead.
        tree: whether what is below the value in its hierarchy counts too.
        strictly: whether only what is below it counts, and not itself: 王伟手下.
        negated: whether rows are meant of which it does not hold: 过敏原不含牛奶.
    """

    place: Place
    operator: Operator
    values: tuple[str, ...] = ()
    other: Place | None = None
    tree: bool = False
    strictly: bool = False
    negated: bool = False


class Group(Frozen):
    """What rows are grouped by: a field, or a unit of time of a field (of the figure's own, where there is none).

    ``topmost``: not the row itself but what stands at the top of its tree, or at a level of it (``at``).
    ``besides``: whether it is only told of rows that are listed: 门店有哪些，分别在哪个城市.
    """

    place: Place | None = None
    grain: Grain | None = None
    topmost: bool = False
    at: Condition | None = None
    besides: bool = False


class SegmentUse(Frozen):
    """Only rows of a segment, or only others."""

    segment: str
    negated: bool = False


class Window(Frozen):
    """A period: days from ``start`` up to, not including, ``end``; None is open.

    Attributes:
        place: the field that it is about; None: by which the figure is placed in time.
        words: as the question says it.
    """

    place: Place | None = None
    start: date | None
    end: date | None
    words: str = ""


class Held(Frozen):
    """Only rows that held on a day, by the validity of their dataset."""

    dataset: str
    day: date


class Presence(Frozen):
    """Rows that have any of another dataset that refers to them, or none.

    ``placed``: the time by which its period is meant; None: its own.
    """

    dataset: str
    placed: Place | None = None
    negated: bool = False
    conditions: tuple[Condition, ...] = ()
    segments: tuple[SegmentUse, ...] = ()
    window: Window | None = None


class Childless(Frozen):
    """Rows of a tree that have none below them, or only those that have (``negated``)."""

    dataset: str
    negated: bool = False


class Subordinates(Frozen):
    """Rows of a tree of people that are below others, who are not named themselves.

    Attributes:
        dataset: the tree.
        above: what those they are below meet.
        by: the key of another dataset, whose rows meet those conditions, that leads to them: 电商部的负责人; None: they
            meet them themselves.
        direct: whether only what is right below them counts.
    """

    dataset: str
    above: tuple[Condition, ...]
    by: Place | None = None
    direct: bool = False


class Against(StrEnum):
    """What a figure of each group is compared with beside numbers: that of all rows, or the mean of the groups."""

    WHOLE = "whole"
    MEAN = "mean"


class Threshold(Frozen):
    """A condition on a figure of each group: ``values``, or what it is set ``against``.

    ``shown``: whether the figure is told as well; who asks which stores met their target asks for no rate.
    """

    figure: int
    operator: Operator
    values: tuple[float, ...] = ()
    shown: bool = True
    against: Against | None = None


class Ranking(Frozen):
    """The first groups or rows by a figure, those that share the last place included.

    Attributes:
        figure: its number among the intent's figures; None: ``place`` says what rows are ranked by.
        limit: how many; None: all of them, in order.
        within: how many of the leading groups each form a ranking of their own.
        only: whether nothing but the last of those places is asked for: the second.
        told: whether the place of each is asked for too: 列出门店、销售额和名次.
    """

    figure: int | None = None
    place: Place | None = None
    descending: bool = True
    limit: int | None = Field(None, ge=1)
    within: int = 0
    only: bool = False
    told: bool = False


class Compared(StrEnum):
    """What a period is compared with."""

    YEAR_BEFORE = "year_before"
    PERIOD_BEFORE = "period_before"


class Comparison(Frozen):
    """A figure beside the same of another period.

    Attributes:
        window: the other period, where the question has one; None: each group beside the one before it.
        growth: whether the growth rate is asked for.
        difference: whether the difference is.
        values: whether the figures of both periods are asked for beside it.
        current: whether that of the period itself is, and not the other.
        earlier_first: whether the other period is told first: 2023年和2024年的销售额.
    """

    with_: Compared
    window: Window | None = None
    growth: bool = True
    difference: bool = False
    values: bool = True
    current: bool = False
    earlier_first: bool = False


class Part(Frozen):
    """The rows whose share of the whole is asked for."""

    conditions: tuple[Condition, ...] = ()
    segments: tuple[SegmentUse, ...] = ()


class AnalyticIntent(Frozen):
    """The whole question.

    Attributes:
        base: the dataset whose rows are listed or counted where there are no figures.
        shown: the fields that are listed; empty: what rows are called.
        distinct: whether each combination of them is listed once.
        share: whether a share of the whole is asked for: of each group, or of a part where there is one.
        of_other: whether the first of two figures is asked for as a part of the second.
        running: whether figures add up over time.
        counts_groups: whether it is asked how many groups there are, and not for their figures.
        moving: over how many units of time, up to each one, a mean is asked for.
        unread: words of the question that nothing here stands for.
    """

    base: str
    figures: tuple[Figure, ...] = ()
    groups: tuple[Group, ...] = ()
    conditions: tuple[Condition, ...] = ()
    segments: tuple[SegmentUse, ...] = ()
    windows: tuple[Window, ...] = ()
    held: tuple[Held, ...] = ()
    presences: tuple[Presence, ...] = ()
    subordinates: tuple[Subordinates, ...] = ()
    childless: Childless | None = None
    thresholds: tuple[Threshold, ...] = ()
    shown: tuple[Place, ...] = ()
    distinct: bool = False
    ranking: Ranking | None = None
    comparison: Comparison | None = None
    share: bool = False
    of_other: bool = False
    part: Part = Part()
    running: bool = False
    moving: int | None = Field(None, ge=2)
    counts_groups: bool = False
    unread: tuple[str, ...] = ()
