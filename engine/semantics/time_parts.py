"""Parts of a period and days beside it: 5月第一周, last 3 days of May, 上个月下半月, 国庆前一周, the week before Christmas."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from chat2sql.engine.semantics.periods import DAY, Period, TimeKind, back, containing
from chat2sql.engine.semantics.time_resolvers import THIRDS
from chat2sql.engine.semantics.time_rules import (
    ORDINALS,
    Moment,
    Reading,
    distinct,
    group,
    linear,
    one,
    unit_in,
    whole_number,
)
from chat2sql.engine.semantics.time_spans import Atom, single

_HAN_N = r"[0-9]{1,3}|[一二两三四五六七八九十]{1,3}"
_HAN_UNIT = r"个?(?P<u>天|日|星期|礼拜|周|月|季度)(?![末期度报一二三四五六])"
_EN_UNIT = r"(?P<u>days?|weeks?|months?|quarters?)"
_EN_N = r"[0-9]{1,3}|one|two|three|four|five|six|seven|ten"
_OF = r"\s+(?:of|in)\s+(?:the\s+)?\Z"
_LAST = frozenset({"最后", "last", "final"})
_HAS_SIDES = frozenset({TimeKind.HOLIDAY, TimeKind.DAY})
_LOOK_BACK = 40
"""How far before a period the words for its part may begin, in characters."""
_FIFTH = ORDINALS | {"fifth": 5}


class Whole(NamedTuple):
    """The period a part is taken of, ``end`` exclusive, and the weekday that weeks start on."""

    start: date
    end: date
    week_start: int


class Part(NamedTuple):
    """A row of the table: words right before or, ``behind``, right after a period of one of the ``kinds``, if any."""

    pattern: re.Pattern[str]
    build: Callable[[re.Match[str], Whole], Reading | None]
    behind: bool = False
    kinds: frozenset[TimeKind] = frozenset(TimeKind)


def parts(text: str, atoms: list[Atom], moment: Moment) -> list[Atom]:
    """The expressions with the words beside them that name a part of them, or days before or after."""
    found: list[Atom] = []
    for place, atom in enumerate(atoms):
        floor = found[-1].end if found else 0
        ceiling = atoms[place + 1].start if place + 1 < len(atoms) else len(text)
        found.append(_part(text, atom, floor, ceiling, moment))
    return found


def _part(text: str, atom: Atom, floor: int, ceiling: int, moment: Moment) -> Atom:
    value = single(atom)
    if value is None or value.start is None or value.end is None:
        return atom
    whole = Whole(value.start, value.end, moment.conventions.week_start)
    begin = max(floor, atom.start - _LOOK_BACK)
    before = text[begin : atom.start]
    for row in _PARTS:
        match = row.pattern.match(text, atom.end) if row.behind else row.pattern.search(before)
        if match is None or value.kind not in row.kinds or (row.behind and match.end() > ceiling):
            continue
        reading = _built(row, match, whole)
        if reading is None:
            return atom
        start, end = (atom.start, match.end()) if row.behind else (begin + match.start(), atom.end)
        return atom._replace(start=start, end=end, reading=reading._replace(year=atom.reading.year))
    return atom


def _built(row: Part, match: re.Match[str], whole: Whole) -> Reading | None:
    """What the words make of the period; None when that is no day there is."""
    try:
        return row.build(match, whole)
    except (ValueError, OverflowError):
        return None


def _beside(match: re.Match[str], whole: Whole) -> Reading | None:
    """国庆前3天 are three days before, or the first three where the festival has as many."""
    number, unit = whole_number(match["n"] or "1"), unit_in(match["u"])
    if match["side"][-1] == "后" or match["side"].lower() in {"after", "following"}:
        return _one(whole.end, back(whole.end, -number, unit))
    earlier = _span(back(whole.start, number, unit), whole.start)
    first = _within(match, whole) if match["side"] == "前" and whole.end > whole.start + DAY else None
    return distinct(earlier, first.periods[0]) if first else one(earlier)


def _within(match: re.Match[str], whole: Whole) -> Reading | None:
    """最后3天, first 10 days, 第二个月 of a period; nothing where it has not as many."""
    unit = unit_in(match["u"])
    if unit is TimeKind.WEEK and (group(match, "n") or "1") in {"1", "一", "one"}:
        return _week(match, whole)
    start, end = _counted(match, whole, unit)
    return _one(start, end) if whole.start <= start < end <= whole.end else None


def _counted(match: re.Match[str], whole: Whole, unit: TimeKind) -> tuple[date, date]:
    nth = group(match, "nth")
    if nth:
        number = _FIFTH.get(nth) or whole_number(nth.rstrip("ndrth"))
        return back(whole.start, 1 - number, unit), back(whole.start, -number, unit)
    number = whole_number(group(match, "n") or "1")
    if group(match, "which") in _LAST:
        return back(whole.end, number, unit), whole.end
    return whole.start, back(whole.start, -number, unit)


def _week(match: re.Match[str], whole: Whole) -> Reading | None:
    """The first week of May: its first seven days, or the calendar week that holds the 1st."""
    start, end = _counted(match, whole, TimeKind.WEEK)
    if not whole.start <= start < whole.end:
        return None
    last = group(match, "which") in _LAST
    weeks = 0 if last else (start - whole.start).days // 7
    held = whole.end - DAY if last else whole.start
    calendar = containing(held, TimeKind.WEEK, weeks, whole.week_start)
    return distinct(_span(start, min(end, whole.end)), calendar)


def _week_at(match: re.Match[str], whole: Whole) -> Reading:
    """The week of Feb 9, or the seven days that end or start there."""
    how = match["how"].lower()
    if how.startswith("end"):
        return one(Period(start=whole.start - 6 * DAY, end=whole.end, kind=TimeKind.WEEK))
    if how in {"starting", "beginning", "commencing"}:
        return one(Period(start=whole.start, end=whole.start + 7 * DAY, kind=TimeKind.WEEK))
    return one(containing(whole.start, TimeKind.WEEK, 0, whole.week_start))


def _half_or_third(match: re.Match[str], whole: Whole) -> Reading | None:
    """上半月, first half: the 1st to the 15th. 上旬, early: to the 10th, 中旬, mid: to the 20th. Of months only."""
    length = monthrange(whole.start.year, whole.start.month)[1]
    if whole.start.day != 1 or (whole.end - whole.start).days != length:
        return None
    if half := group(match, "half"):
        middle = whole.start + 15 * DAY
        return _one(whole.start, middle) if half in {"上", "first", "1st"} else _one(middle, whole.end)
    place = THIRDS[match["third"][0].lower()]
    end = whole.end if place == 2 else whole.start + (place * 10 + 10) * DAY
    return _one(whole.start + place * 10 * DAY, end)


def _one(start: date, end: date) -> Reading:
    return one(_span(start, end))


def _span(start: date, end: date) -> Period:
    return Period(start=start, end=end, kind=TimeKind.DAY if end - start == DAY else TimeKind.RANGE)


_DAYS = frozenset({TimeKind.DAY})
_PARTS = (
    Part(linear(r"(?P<how>当周|那一?周|所在的?一?周)"), _week_at, behind=True, kinds=_DAYS),
    Part(
        linear(r"\bweek\s+(?P<how>of|ending|ended|starting|beginning|commencing)(?:\s+on)?\s+(?:the\s+)?\Z"),
        _week_at,
        kinds=_DAYS,
    ),
    Part(
        linear(rf"\s?的?(?P<side>[前后]|之前|之后|以前|以后)的?(?P<n>{_HAN_N}){_HAN_UNIT}"),
        _beside,
        behind=True,
        kinds=_HAS_SIDES,
    ),
    Part(
        linear(
            rf"\b(?:(?P<n>{_EN_N})\s+)?{_EN_UNIT}\s+(?P<side>before|prior\s+to|leading\s+up\s+to|after|following)"
            r"\s+(?:the\s+)?\Z"
        ),
        _beside,
        kinds=_HAS_SIDES,
    ),
    Part(linear(rf"\s?的?(?P<which>前|最后|最初|首)的?(?P<n>{_HAN_N}){_HAN_UNIT}"), _within, behind=True),
    Part(linear(rf"\s?的?第(?P<nth>{_HAN_N}){_HAN_UNIT}"), _within, behind=True),
    Part(linear(r"\s?的?(?P<half>[上下])半个?月"), _half_or_third, behind=True),
    Part(linear(r"\s?的?(?P<third>[上中下])旬"), _half_or_third, behind=True),
    Part(linear(rf"\b(?P<which>first|last|final)\s+(?:(?P<n>{_EN_N})\s+)?{_EN_UNIT}{_OF}"), _within),
    Part(linear(rf"\b(?P<nth>second|third|fourth|fifth|[2-5](?:nd|rd|th))\s+{_EN_UNIT}{_OF}"), _within),
    Part(linear(r"\b(?P<half>first|second|1st|2nd)\s+half\s+of\s+(?:the\s+)?\Z"), _half_or_third),
    Part(linear(r"\b(?P<third>early|mid|middle|late)(?:\s+|-|\s+of\s+)(?:the\s+)?\Z"), _half_or_third),
)
