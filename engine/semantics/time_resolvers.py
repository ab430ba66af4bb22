"""The resolvers that the rules of both languages share: from a match and a moment to a period."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from chat2sql.engine.semantics.periods import (
    DAY,
    Period,
    TimeKind,
    back,
    containing,
    day_of,
    half_of,
    last_full,
    month_of,
    quarter_of,
    rolling,
    since,
    to_date,
    year_of,
)
from chat2sql.engine.semantics.time_rules import (
    MONTH_NAMES,
    ORDINALS,
    RELATIVE,
    Moment,
    Reading,
    Shift,
    distinct,
    group,
    named_year,
    one,
    unit_in,
    whole_number,
)

_TO_COME = re.compile(
    r"\s*(?:份|底|末|初)?(?:里|内|中)?\s*(?:就|快)?(?:要|将|会|即将|预计|计划)|\s*will\b", re.IGNORECASE
)


def in_year(match: re.Match[str], moment: Moment, build: Callable[[int], Period]) -> Reading:
    """A period within a year: the year it names, else the one named before, else the latest that has begun.

    三季度要到期 and 'due in Q3 will' speak of what is to come.
    """
    named = named_year(match, moment)
    year = named or moment.year or moment.as_of.year
    value = build(year)
    is_future = _TO_COME.match(match.string, match.end()) is not None
    if not (named or moment.year or is_future) and value.start and value.start > moment.as_of:
        value = build(year - 1)
    return Reading((edge_of(match, value),), named, floating=named is None)


def edge_of(match: re.Match[str], whole: Period) -> Period:
    """The first or last day of a period where the expression says 底, 末, 初, end of, beginning of."""
    edge = group(match, "edge")
    if edge is None or whole.start is None or whole.end is None:
        return whole
    return day_of(whole.start if edge in {"初", "start", "beginning"} else whole.end - DAY)


THIRDS = {"上": 0, "e": 0, "中": 1, "m": 1, "下": 2, "l": 2}
"""上旬, early: the first ten days; 中旬, mid: the next ten; 下旬, late: the rest."""


def month_number(text: str) -> int:
    """1 to 12 from 3, 三, 十二 or March."""
    return MONTH_NAMES.get(text[:3]) or whole_number(text)


def a_date(match: re.Match[str], moment: Moment) -> Reading:
    """A day with its month, the year optional."""
    month, day = month_number(match["m"].lower()), whole_number(match["d"])
    return in_year(match, moment, lambda year: day_of(date(year, month, day)))


def a_month(match: re.Match[str], moment: Moment) -> Reading:
    """A month, or its first, second or last ten days (上旬 中旬 下旬), or its first or last day."""
    month, part = month_number(match["m"].lower()), group(match, "part")

    def build(year: int) -> Period:
        whole = month_of(year, month)
        if part is None or whole.end is None:
            return whole
        third = THIRDS[part[0]]
        end = whole.end if third == 2 else date(year, month, third * 10 + 11)
        return Period(start=date(year, month, third * 10 + 1), end=end, kind=TimeKind.RANGE)

    return in_year(match, moment, build)


def months_span(match: re.Match[str], moment: Moment) -> Reading:
    """1-6月: from the first to the last month of one year."""
    first, last = month_number(match["m"]), month_number(match["m2"])

    def build(year: int) -> Period:
        return Period(start=month_of(year, first).start, end=month_of(year, last).end, kind=TimeKind.RANGE)

    return in_year(match, moment, build)


def days_span(match: re.Match[str], moment: Moment) -> Reading:
    """3月5日到12日: days of one month."""
    month, first, last = month_number(match["m"].lower()), whole_number(match["d"]), whole_number(match["d2"])

    def build(year: int) -> Period:
        return Period(start=date(year, month, first), end=date(year, month, last) + DAY, kind=TimeKind.RANGE)

    return in_year(match, moment, build)


def a_quarter(match: re.Match[str], moment: Moment) -> Reading:
    """A quarter by number."""
    word = group(match, "q") or match["q2"].lower()
    quarter = ORDINALS.get(word) or whole_number(word)
    return in_year(match, moment, lambda year: quarter_of(year, quarter))


def a_half(match: re.Match[str], moment: Moment) -> Reading:
    """A half year: 上半年, H2, first half of 2024."""
    word = match["h"].lower()
    half = {"上": 1, "下": 2}.get(word) or ORDINALS.get(word) or whole_number(word)
    return in_year(match, moment, lambda year: half_of(year, half))


def a_year(match: re.Match[str], moment: Moment) -> Reading:
    """A year, or its first or last day."""
    year = named_year(match, moment) or moment.as_of.year
    return Reading((edge_of(match, year_of(year)),), year)


def first_of_year(match: re.Match[str], moment: Moment) -> Reading:
    """前三季度, 前两个月: from January on. 前N个月 without a year can also mean the N months before this one."""
    unit, count = unit_in(match["u"]), whole_number(match["n"])
    named = named_year(match, moment)
    year = named or moment.year or moment.as_of.year
    end = containing(date(year, 1, 1), unit, count).start
    if end is None or end > date(year + 1, 1, 1):
        raise ValueError("more than a year holds")
    value = Period(start=date(year, 1, 1), end=end, kind=TimeKind.RANGE)
    if unit is TimeKind.MONTH and named is None and moment.year is None:
        return distinct(value, last_full(moment.as_of, count, unit, moment.conventions.week_start))
    return Reading((value,), named, floating=named is None)


def relative_unit(match: re.Match[str], moment: Moment) -> Reading:
    """上个月, this week, last quarter; with 底 or 初 the last or first day of it."""
    unit = unit_in(match["u"])
    offset = RELATIVE[" ".join(match["rel"].lower().split())]
    value = edge_of(match, moment.current(unit, offset))
    return Reading((value,), value.start.year if value.start and unit is not TimeKind.DAY else None)


def this_edge(match: re.Match[str], moment: Moment) -> Reading:
    """'at quarter end': the last day of the current one."""
    return one(edge_of(match, moment.current(unit_in(match["u"]))))


def relative_week(match: re.Match[str], moment: Moment) -> Reading:
    """上周, 本星期."""
    return one(moment.current(TimeKind.WEEK, RELATIVE[match["rel"]]))


def day_in_relative_month(match: re.Match[str], moment: Moment) -> Reading:
    """上个月5号."""
    month = moment.current(TimeKind.MONTH, RELATIVE[match["rel"]]).start
    return one(day_of((month or moment.as_of).replace(day=whole_number(match["d"]))))


def rolling_units(match: re.Match[str], moment: Moment) -> Reading:
    """近30天, past 3 months, 近半年; with 完整 or full the whole calendar units before the current one."""
    unit, count = unit_in(match["u"]), group(match, "n") or "1"
    number, unit = halved(count, unit)
    if group(match, "full"):
        return one(last_full(moment.as_of, number, unit, moment.conventions.week_start))
    return one(rolling(moment.as_of, number, unit))


def half_of_month(match: re.Match[str], moment: Moment) -> Reading:
    """上半月: the 1st to the 15th of the current month, 下半月 the rest."""
    month = moment.current(TimeKind.MONTH)
    middle = moment.as_of.replace(day=16)
    start, end = (month.start, middle) if match["half"] == "上" else (middle, month.end)
    return one(Period(start=start, end=end, kind=TimeKind.RANGE))


def until_now(match: re.Match[str], moment: Moment) -> Reading:
    """截至目前, to date, so far: everything up to and including today."""
    return one(Period(start=None, end=moment.as_of + DAY, kind=TimeKind.UNTIL))


def upcoming(match: re.Match[str], moment: Moment) -> Reading:
    """未来7天, next 3 months: from tomorrow on."""
    number, unit = halved((group(match, "n") or "1").lower(), unit_in(match["u"]))
    start = moment.as_of + DAY
    return one(Period(start=start, end=back(start, -number, unit), kind=TimeKind.ROLLING))


def years_span(match: re.Match[str], moment: Moment) -> Reading:
    """23年到25年."""
    first, last = int(match["a"]) + 2000, int(match["b"]) + 2000
    return one(Period(start=date(first, 1, 1), end=date(last + 1, 1, 1), kind=TimeKind.RANGE))


def aside(match: re.Match[str], moment: Moment) -> Reading:
    """（含今天）, excluding the current week: words on another period, which name none themselves."""
    return Reading(())


def halved(count: str, unit: TimeKind) -> tuple[int, TimeKind]:
    """How many of which unit: half a year is 6 months, half a month 15 days."""
    if count not in {"半", "half"}:
        return whole_number(count), unit
    if unit not in {TimeKind.YEAR, TimeKind.MONTH}:
        raise ValueError("no half of that unit")
    return (6, TimeKind.MONTH) if unit is TimeKind.YEAR else (15, TimeKind.DAY)


def units_ago(match: re.Match[str], moment: Moment) -> Reading:
    """3天前: that day. 两周前, 3 months ago, a year ago: the week, month or year so long ago. 半年前: that month."""
    number, unit = halved(match["n"].lower(), unit_in(match["u"]))
    return one(moment.current(unit, -number))


def since_units_ago(match: re.Match[str], moment: Moment) -> Reading:
    """三个月前至今: from that very day on."""
    number, unit = halved(match["n"].lower(), unit_in(match["u"]))
    return one(since(back(moment.as_of, number, unit), moment.as_of))


def before_units_ago(match: re.Match[str], moment: Moment) -> Reading:
    """三个月以前, more than 3 months ago: all days before that one."""
    number, unit = halved(match["n"].lower(), unit_in(match["u"]))
    return one(Period(start=None, end=back(moment.as_of, number, unit), kind=TimeKind.UNTIL))


def relative_day(match: re.Match[str], moment: Moment) -> Reading:
    """今天, the day before yesterday."""
    return one(moment.current(TimeKind.DAY, RELATIVE[" ".join(match["rel"].lower().split())]))


def day_years_ago(match: re.Match[str], moment: Moment) -> Reading:
    """去年的今天: this day in another year. 'This time last year' can also mean the whole month."""
    relative = group(match, "ry")
    years = -RELATIVE[relative] if relative else whole_number(group(match, "n") or "1")
    day = back(moment.as_of, years, TimeKind.YEAR)
    if group(match, "about"):
        return Reading((day_of(day), containing(day, TimeKind.MONTH)))
    return one(day_of(day))


def relative_month_name(match: re.Match[str], moment: Moment) -> Reading:
    """'last March' can mean the latest one or that of last year; 'next March' likewise."""
    month, offset = month_number(match["m"].lower()), RELATIVE[match["rel"].lower()]
    this = moment.as_of.year
    if offset == 0:
        return one(month_of(this, month))
    passed = offset < 0 and month < moment.as_of.month
    ahead = offset > 0 and month > moment.as_of.month
    nearest = this if passed or ahead else this + offset
    return distinct(month_of(nearest, month), month_of(this + offset, month))


def unit_to_date(match: re.Match[str], moment: Moment) -> Reading:
    """本年至今, MTD, quarter to date."""
    return one(to_date(moment.as_of, unit_in(match["u"]), moment.conventions.week_start))


def same_period(match: re.Match[str], moment: Moment) -> Reading:
    """去年同期, same month last year: resolved once the period it compares with is known."""
    whole = group(match, "u")
    return Reading((), shift=Shift(unit_in(match["by"]), unit_in(whole) if whole else None))


def same_period_of_year(match: re.Match[str], moment: Moment) -> Reading:
    """2023年同期: the period named with it, in that year."""
    return Reading((), shift=Shift(TimeKind.YEAR, year=named_year(match, moment)))


def dates_span(match: re.Match[str], moment: Moment) -> Reading:
    """5/1到5/15: from a day to a day of the same year."""

    def build(year: int) -> Period:
        first, last = (
            date(year, int(match[month]), int(match[day])) for month, day in (("m", "d"), ("m2", "d2"))
        )
        return Period(start=first, end=last + DAY, kind=TimeKind.RANGE)

    return in_year(match, moment, build)


def vague_year(match: re.Match[str], moment: Moment) -> Reading:
    """'early 2024' is its first quarter or half to most, 'late 2024' its last."""
    year = whole_number(match["y"])
    early = match["part"].lower() == "early"
    return Reading((quarter_of(year, 1 if early else 4), half_of(year, 1 if early else 2)), year)


def slashed(match: re.Match[str], moment: Moment) -> Reading:
    """03/04/2024: 4 March to some, 3 April to others."""
    year, first, second = int(match["y"]), int(match["a"]), int(match["b"])
    days = [date(year, month, day) for month, day in ((first, second), (second, first)) if month <= 12]
    reading = distinct(*map(day_of, days))
    return reading._replace(year=year)
