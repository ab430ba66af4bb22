"""What held on a day: rows that only say from when to when something held, and states of the past."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from chat2sql.engine.semantics.analytic.intent import (
    Aggregate,
    Condition,
    Figure,
    Group,
    Held,
    Place,
    SegmentUse,
    Window,
)
from chat2sql.engine.semantics.analytic.of_record import holds_now
from chat2sql.engine.semantics.analytic.phrase import Phrase
from chat2sql.engine.semantics.model.semantic_model import Dataset, Role, SemanticModel
from chat2sql.engine.semantics.model.spelling import unset
from chat2sql.engine.semantics.periods import DAY

_BEGINS = re.compile(r"新|签|开|建|登记|提交|发起|生效|到期|结束")
NOW = re.compile(r"现在|目前|当前|如今|\b(?:now|currently|current|at present)\b", re.IGNORECASE)
"""Says that it is asked for what is so today."""
_COUNTS = (Aggregate.COUNT, Aggregate.DISTINCT)
_HOLDS = frozenset({"在职", "在岗", "在册", "营业中", "在营", "有效", "生效中", "现行"})


def held_of(
    segments: tuple[SegmentUse, ...], windows: tuple[Window, ...], model: SemanticModel
) -> tuple[tuple[Held, ...], tuple[SegmentUse, ...], tuple[Window, ...]]:
    """在职 or 营业中 beside a day of the past means what held on that day; what is left of segments and periods."""
    free = [window for window in windows if window.place is None and window.end is not None]
    for use in segments:
        segment = model.segment(use.segment)
        dataset = model.dataset(segment.dataset) if segment is not None else None
        if segment is None or dataset is None or dataset.validity is None or use.negated or len(free) != 1:
            continue
        is_unset = segment.condition == unset(dataset.name, dataset.validity.end, model.dialect)
        if is_unset or segment.label.zh in _HOLDS:
            (window,) = free
            assert window.end is not None
            held = Held(dataset=dataset.name, day=window.end - DAY)
            return (
                (held,),
                tuple(one for one in segments if one != use),
                tuple(one for one in windows if one != window),
            )
    return (), segments, windows


def held_then(
    places: Sequence[str], windows: tuple[Window, ...], phrase: Phrase, model: SemanticModel
) -> tuple[tuple[Held, ...], tuple[Window, ...]]:
    """去年8月15号的挂牌价: of rows that only say from when to when something held, those of that day.

    Args:
        places: the datasets that it may be about: the base, and what is grouped by.
    """
    known = [one for name in places if (one := model.dataset(name)) is not None]
    dataset = next((one for one in known if one.is_record), None)
    days = [window for window in windows if window.place is None and is_day(window)]
    if dataset is None or len(days) != 1:
        return (), windows
    if any(_BEGINS.search(piece.token.text) for piece in phrase):
        # 6月1日新增的合同 began on that day.
        return (), windows
    assert days[0].start is not None
    held = Held(dataset=dataset.name, day=days[0].start)
    return (held,), tuple(one for one in windows if one != days[0])


def as_it_was(
    groups: tuple[Group, ...],
    conditions: tuple[Condition, ...],
    windows: tuple[Window, ...],
    as_of: date,
    model: SemanticModel,
) -> tuple[tuple[Group, ...], tuple[Condition, ...]]:
    """2024年12月31日当天各等级的会员数: by the level of that day, where there is a record of it, and not by today's."""
    days = [one for one in windows if one.place is None and is_day(one) and one.start and one.start < as_of]
    if len(days) != 1 or len(windows) != 1:
        return groups, conditions
    told = tuple(
        group.model_copy(update={"place": _recorded(group.place, model)})
        if group.place is not None and not group.topmost
        else group
        for group in groups
    )
    return told, tuple(one.model_copy(update={"place": _recorded(one.place, model)}) for one in conditions)


def held_today(
    base: str, figures: tuple[Figure, ...], phrase: Phrase, as_of: date, model: SemanticModel
) -> tuple[Held, ...]:
    """现在的零售价: of rows that only say from when to when something held, those of today."""
    dataset = model.dataset(base)
    if dataset is None or not dataset.is_record:
        return ()
    says_now = any(NOW.search(piece.token.text) for piece in phrase)
    if _asks_for_quantity(dataset, phrase):
        has_period = any(piece.token.time is not None for piece in phrase)
        says_now = holds_now("".join(piece.token.text for piece in phrase), has_period)
    counted = all(one.aggregate in _COUNTS for one in figures) or of_record(figures, phrase, model)
    return (Held(dataset=base, day=as_of),) if says_now and counted else ()


def of_record(figures: tuple[Figure, ...], phrase: Phrase, model: SemanticModel) -> bool:
    """各商品2024年1月1日的零售价: a quantity that rows only had from when to when, one of each."""
    datasets = [model.dataset(one.dataset) for one in figures if one.aggregate is Aggregate.MEAN]
    records = [one for one in datasets if one is not None and one.is_record]
    said = any(piece.token.detail == Aggregate.MEAN for piece in phrase)
    return bool(figures) and len(records) == len(figures) and not said


def _asks_for_quantity(record: Dataset, phrase: Phrase) -> bool:
    """Whether a quantity of a record is asked for: a price, of which there is one at a time."""
    named = [phrase.field_of(piece) for piece in phrase if piece.dataset == record.name]
    return any(field is not None and field.role is Role.MEASURE for field in named)


def is_day(window: Window) -> bool:
    """Whether a period is one day."""
    return window.start is not None and window.end is not None and window.end - window.start == DAY


def _recorded(place: Place, model: SemanticModel) -> Place:
    """The field of a record of what held from when to when that has the same codes; the field itself: there is none."""
    field = model.field(place.dataset, place.field)
    own = model.dataset(place.dataset)
    if (
        field is None
        or own is None
        or own.validity is not None
        or place.via
        or field.role is not Role.CATEGORY
    ):
        return place
    codes = {code.code for code in field.codes}
    found = [
        Place(dataset=record.name, field=other.name)
        for join in model.relationships
        if join.target == place.dataset
        and (record := model.dataset(join.source)) is not None
        and record.is_record
        for other in record.fields
        if {code.code for code in other.codes} == codes and (codes or other.name == field.name)
    ]
    return found[0] if len(found) == 1 else place


class AsOf(NamedTuple):
    """The periods that are left where rows are named by the days before the day of asking, and what is in doubt."""

    windows: tuple[Window, ...]
    doubts: tuple[str, ...] = ()


def as_of_today(
    windows: tuple[Window, ...], segments: Iterable[str], base: str, as_of: date, model: SemanticModel
) -> AsOf:
    """截至今天的活跃会员 are what is called so anyway; which 去年的活跃会员 are is in doubt."""
    named = [one for name in dict.fromkeys(segments) if (one := model.segment(name)) is not None]
    moving = [
        one
        for one in named
        if one.dataset == base and one.related is not None and one.related.days is not None
    ]
    if not moving:
        return AsOf(windows)
    others = tuple(
        one
        for one in windows
        if one.place is not None or one.start is not None or (one.end is not None and one.end <= as_of)
    )
    told = any(one.place is None for one in others)
    return AsOf(others, tuple(f"of which day {one.label.zh} are asked for" for one in moving if told))
