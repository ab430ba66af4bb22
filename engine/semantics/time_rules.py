"""What the rules for time share: the shape of a rule and of its reading, and the words of both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from chat2sql.engine.semantics.numerals import EN_NUMBER, HAN_NUMERAL, parse_number
from chat2sql.engine.semantics.periods import Period, TimeKind, containing
from chat2sql.engine.semantics.time_conventions import TimeConventions

NUMBER = rf"(?P<n>[0-9]{{1,4}}|{HAN_NUMERAL}{{1,5}}|半|\b{EN_NUMBER})"
UNITS = {
    "天": TimeKind.DAY, "日": TimeKind.DAY, "day": TimeKind.DAY,
    "周": TimeKind.WEEK, "星期": TimeKind.WEEK, "礼拜": TimeKind.WEEK, "week": TimeKind.WEEK,
    "月": TimeKind.MONTH, "month": TimeKind.MONTH,
    "季": TimeKind.QUARTER, "季度": TimeKind.QUARTER, "quarter": TimeKind.QUARTER,
    "年": TimeKind.YEAR, "year": TimeKind.YEAR,
    "d": TimeKind.DAY, "y": TimeKind.YEAR, "q": TimeKind.QUARTER, "m": TimeKind.MONTH, "w": TimeKind.WEEK,
}  # fmt: skip
WEEKDAYS = {word: day for day, word in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))} | {
    char: min(day, 6) for day, char in enumerate("一二三四五六日天")
}
ORDINALS = {word: place for place, word in enumerate(("first", "second", "third", "fourth"), 1)} | {
    f"{place}{end}": place for place, end in enumerate(("st", "nd", "rd", "th"), 1)
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH_NAMES = {word: month for month, word in enumerate(_MONTHS, 1)}
RELATIVE = {
    "大前": -3, "上上": -2, "上上一": -2, "前": -2, "before last": -2, "day before yesterday": -2,
    "上": -1, "上一": -1, "去": -1, "昨": -1, "last": -1, "previous": -1, "prior": -1, "yesterday": -1,
    "本": 0, "今": 0, "这": 0, "这一": 0, "当": 0, "this": 0, "current": 0, "the": 0, "same": 0, "today": 0,
    "下": 1, "下一": 1, "明": 1, "next": 1, "coming": 1, "tomorrow": 1, "后": 2,
    "下下": 2, "day after tomorrow": 2, "大后": 3,
}  # fmt: skip


CALENDAR = TimeConventions()
"""The conventions of a house that settled none."""


class Moment(NamedTuple):
    """What a rule reads an expression against; ``year`` is the one named before it in the question."""

    as_of: date
    year: int | None = None
    conventions: TimeConventions = CALENDAR

    def current(self, unit: TimeKind, offset: int = 0) -> Period:
        """The day, week, month and so on that holds ``as_of``, moved by ``offset`` of them."""
        return containing(self.as_of, unit, offset, self.conventions.week_start)


class Shift(NamedTuple):
    """'The same period, one unit earlier'.

    ``unit`` is what to move by, ``whole`` the unit that 'same month' names, ``year`` the year that 2023年同期 names.
    """

    unit: TimeKind
    whole: TimeKind | None = None
    year: int | None = None


class Reading(NamedTuple):
    """What an expression can mean: one period, or several when it is ambiguous.

    ``year`` is the year it names, ``floating`` says that it names none and could take another one's. ``again`` gives
    a festival so many years earlier, since its days move.
    """

    periods: tuple[Period, ...]
    year: int | None = None
    floating: bool = False
    shift: Shift | None = None
    again: Callable[[int], Period] | None = None


class Rule(NamedTuple):
    """One row of a table. A group named ``t`` narrows what counts as the expression itself."""

    pattern: re.Pattern[str]
    resolve: Callable[[re.Match[str], Moment], Reading | None]


def rule(pattern: str, resolve: Callable[[re.Match[str], Moment], Reading | None]) -> Rule:
    """A row, by ``linear``."""
    return Rule(linear(pattern), resolve)


def linear(pattern: str) -> re.Pattern[str]:
    r"""A pattern in which white space is at most three characters wide.

    Neighbouring unbounded ``\s*`` would take cubic time on a long run of blanks. ``\b`` and ``\w`` are ASCII, so
    that Latin words end where Han characters begin.
    """
    bounded = pattern.replace(r"\s*", r"\s{0,3}").replace(r"\s+", r"\s{1,3}")
    return re.compile(bounded, re.ASCII | re.IGNORECASE)


def group(match: re.Match[str], name: str) -> str | None:
    """The text of a group in lower case, None when the pattern has no such group or it took no part."""
    found = match.groupdict().get(name)
    return found.lower() if found else None


def one(value: Period) -> Reading:
    """A reading with a single meaning."""
    return Reading((value,))


def distinct(*candidates: Period) -> Reading:
    """A reading with all meanings that differ in their days."""
    return Reading(tuple({(value.start, value.end): value for value in reversed(candidates)}.values())[::-1])


def whole_number(text: str) -> int:
    """The integer a numeral says.

    Raises:
        ValueError: it says none.
    """
    value = parse_number(text)
    if value is None:
        raise ValueError("not a number")
    return int(value)


def unit_in(text: str) -> TimeKind:
    """The unit a word such as 个月, 季度 or months names."""
    return UNITS[text.lower().removeprefix("个").removesuffix("s")]


def named_year(match: re.Match[str], moment: Moment) -> int | None:
    """The year an expression names itself: 2024年, 24年, 二〇二四年, 去年, last year."""
    text = group(match, "y") or group(match, "y2")
    if text:
        year = whole_number(text.lstrip("'"))
        return year + 2000 if year < 100 else year
    relative = group(match, "ry") or group(match, "ry2")
    return None if relative is None else moment.as_of.year + RELATIVE[relative]
