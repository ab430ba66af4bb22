"""Numbered weeks and short forms of quarters, halves and rolling years: 第23周, 2025-W23, 3Q24, 1H25, TTM."""

from __future__ import annotations

import re
from datetime import date, timedelta

from chat2sql.engine.semantics import time_resolvers as to
from chat2sql.engine.semantics.periods import Period, TimeKind, back, containing, rolling
from chat2sql.engine.semantics.time_conventions import MONDAY
from chat2sql.engine.semantics.time_rules import Moment, Reading, group, one, rule, unit_in, whole_number
from chat2sql.engine.semantics.time_rules_en import FOUR, OF_YEAR, YEARS
from chat2sql.engine.semantics.time_rules_zh import ALONE, YEAR

_WEEK_NUMBER = r"(?P<w>5[0-4]|[1-4][0-9]|0?[1-9])"
_TWO_DIGITS = r"(?P<w>5[0-4]|[1-4][0-9]|0[1-9])"
_HAN_WEEK = r"(?:5[0-4]|[1-4][0-9]|0?[1-9]|[二三四五]?十[一二三四五六七八九]?|[一二三四五六七八九])"
# A week of something else, such as 上线第一周, hangs on the word before it.
_STANDS_ALONE = r"(?:(?<![一-鿿\w])|(?<=[在和与到至比从查看、]))"
_WEEKS = r"(?:个?(?:自然)?周|个?星期)(?![期末一二三四五六日岁])"
_SHORT_YEAR = r"(?P<y>20[0-9]{2}|[0-9]{2})(?![0-9])"
_OF_SOMETHING = (
    r"(?!\s+(?:of\b|after\b|retention|churn|cohort|post\b)|\s+in\s+(?:the|a)\b(?!\s+(?:year|current)))"
)


def numbered_week(match: re.Match[str], moment: Moment) -> Reading:
    """Week 23: by ISO 8601 where weeks start on Monday, else week 1 is the one that holds 1 January.

    A year without such a week leaves no meaning, and its words to nobody else.
    """
    number = whole_number(match["w"])

    def build(year: int) -> Period:
        return _week_of(year, number, moment.conventions.week_start)

    try:
        return to.in_year(match, moment, build)
    except ValueError:
        return Reading(())


def _week_of(year: int, number: int, week_start: int) -> Period:
    if week_start == MONDAY:
        return containing(date.fromisocalendar(year, number, 1), TimeKind.WEEK)
    first = containing(date(year, 1, 1), TimeKind.WEEK, number - 1, week_start)
    if first.start and first.start + timedelta(days=6) >= date(year + 1, 1, 1):
        raise ValueError("the year has no such week")
    return first


def weeks_span(match: re.Match[str], moment: Moment) -> Reading:
    """Weeks 10 to 12."""
    first, last = whole_number(match["w"]), whole_number(match["w2"])
    week_start = moment.conventions.week_start

    def build(year: int) -> Period:
        begin, end = (_week_of(year, number, week_start) for number in (first, last))
        return Period(start=begin.start, end=end.end, kind=TimeKind.RANGE)

    return to.in_year(match, moment, build)


def a_fortnight(match: re.Match[str], moment: Moment) -> Reading:
    """The past fortnight: 14 days."""
    return one(rolling(moment.as_of, 14, TimeKind.DAY))


def twelve_months(match: re.Match[str], moment: Moment) -> Reading:
    """TTM, LTM: the last 12 months."""
    return one(rolling(moment.as_of, 12, TimeKind.MONTH))


def letters_and_number(match: re.Match[str], moment: Moment) -> Reading:
    """L30D, T3M."""
    return one(rolling(moment.as_of, int(match["n"]), unit_in(match["u"])))


def rolling_and_half(match: re.Match[str], moment: Moment) -> Reading:
    """最近一年半, past month and a half: half a year is 6 months, half a month 15 days."""
    return one(Period(start=_and_half(match, moment), end=_tomorrow(moment), kind=TimeKind.ROLLING))


def _tomorrow(moment: Moment) -> date:
    return moment.as_of + timedelta(days=1)


def _and_half(match: re.Match[str], moment: Moment) -> date:
    number, end = whole_number(group(match, "n") or "1"), _tomorrow(moment)
    if unit_in(match["u"]) is TimeKind.YEAR:
        return back(end, number * 12 + 6, TimeKind.MONTH)
    return back(end, number, TimeKind.MONTH) - timedelta(days=15)


def and_half_ago(match: re.Match[str], moment: Moment) -> Reading:
    """一年半前: the month 18 months ago."""
    return one(moment.current(TimeKind.MONTH, -whole_number(group(match, "n") or "1") * 12 - 6))


_A_FEW = {TimeKind.DAY: (3, 7), TimeKind.WEEK: (3, 4), TimeKind.MONTH: (3, 6), TimeKind.YEAR: (3, 5)}


def a_few(match: re.Match[str], moment: Moment) -> Reading:
    """最近几天, past few months: nobody said how many."""
    unit = unit_in(match["u"])
    return Reading(tuple(rolling(moment.as_of, count, unit) for count in _A_FEW[unit]))


def days_before(match: re.Match[str], moment: Moment) -> Reading:
    """前7天: the 7 days before today."""
    unit, count = unit_in(match["u"]), whole_number(match["n"])
    start = back(moment.as_of, count, unit)
    return one(Period(start=start, end=moment.as_of, kind=TimeKind.ROLLING))


_HAN_N = r"(?P<n>[0-9]{1,3}|[一二两三四五六七八九十]{1,3})"
_EN_N = r"(?P<n>[0-9]{1,3}|one|two|three|four|five|six)"
_RECENT_HAN, _RECENT_EN = r"(?:最近|近|过去)的?", r"\b(?:last|past|previous|recent)\s+"

WEEK_RULES = (
    rule(rf"{YEAR}第\s*(?P<w>{_HAN_WEEK})\s*{_WEEKS}", numbered_week),
    rule(rf"{_STANDS_ALONE}第\s*(?P<w>{_HAN_WEEK})\s*{_WEEKS}(?:\s(?P<y>{FOUR})(?!年))?", numbered_week),
    rule(
        rf"{YEARS}?\b(?:week|wk|cw)\s?(?:no\.?\s?|#)?{_WEEK_NUMBER}\b{OF_YEAR}?{_OF_SOMETHING}", numbered_week
    ),
    rule(
        rf"\bweeks\s+{_WEEK_NUMBER}\s*(?:to|through|and|-|–)\s*{_WEEK_NUMBER.replace('<w>', '<w2>')}\b{OF_YEAR}?",
        weeks_span,
    ),
    rule(
        rf"(?:{YEAR}|{_STANDS_ALONE})第?{_WEEK_NUMBER}\s?[到至~-]\s?{_WEEK_NUMBER.replace('<w>', '<w2>')}\s?{_WEEKS}",
        weeks_span,
    ),
    rule(rf"{_RECENT_EN}fortnight\b", a_fortnight),
    rule(rf"{YEARS}?\bW{_TWO_DIGITS}\b{OF_YEAR}?", numbered_week),
    rule(rf"(?<![0-9])(?P<y>{FOUR})[-\s]?(?:W|week\s){_WEEK_NUMBER}\b", numbered_week),
    rule(rf"{ALONE}(?<![\w])(?P<y>[0-9]{{2}})\s?Q(?P<q>[1-4])(?![\w-])", to.a_quarter),
    rule(rf"{ALONE}(?<![\w])(?P<y>[0-9]{{2}})\s?H(?P<h>[12])(?![\w-])", to.a_half),
    rule(rf"(?<![\w.])(?P<q>[1-4])Q\s?'?{_SHORT_YEAR}", to.a_quarter),
    rule(rf"(?<![\w.])(?P<h>[12])H\s?'?{_SHORT_YEAR}", to.a_half),
    rule(r"\b(?:TTM|LTM|T12M|L12M)\b", twelve_months),
    rule(r"\b(?-i:[LT])(?P<n>[0-9]{1,3})(?P<u>(?-i:[DWM]))\b", letters_and_number),
    rule(rf"{_RECENT_HAN}{_HAN_N}(?P<u>年)半(?!年)", rolling_and_half),
    rule(rf"{_RECENT_HAN}{_HAN_N}个半(?P<u>月)", rolling_and_half),
    rule(rf"{_RECENT_EN}(?:a\s+)?(?P<u>year|month)\s+and\s+a\s+half\b", rolling_and_half),
    rule(rf"{_RECENT_EN}{_EN_N}\s+and\s+a\s+half\s+(?P<u>years?|months?)\b", rolling_and_half),
    rule(rf"{ALONE}{_HAN_N}年半(?:以?前|之前)(?![三五十几])", and_half_ago),
    rule(r"\ba\s+year\s+and\s+a\s+half\s+ago\b", and_half_ago),
    rule(rf"{_RECENT_HAN}(?:好?几)(?P<u>天|日|个?星期|周|个?月|年)(?![内来]?每)", a_few),
    rule(rf"{_RECENT_EN}(?:a\s+)?(?:few|several)\s+(?P<u>days|weeks|months|years)\b", a_few),
    rule(rf"{_STANDS_ALONE}前{_HAN_N}(?P<u>天|日|周|个?星期)(?![一二三四五六日])", days_before),
)
