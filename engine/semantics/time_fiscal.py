"""Fiscal years, halves and quarters: 2024财年, FY24 Q3, last fiscal year, by the conventions of the house."""

from __future__ import annotations

import re
from datetime import date

from chat2sql.engine.semantics.periods import DAY, Period, TimeKind, add_months, month_of
from chat2sql.engine.semantics.time_conventions import FiscalNaming, TimeConventions
from chat2sql.engine.semantics.time_resolvers import edge_of, month_number
from chat2sql.engine.semantics.time_rules import (
    ORDINALS,
    RELATIVE,
    Moment,
    Reading,
    distinct,
    group,
    one,
    rule,
    whole_number,
)
from chat2sql.engine.semantics.time_rules_en import MONTH

_HAN_YEAR = r"20[0-9]{2}|[0-9]{2}|二[一二三四五六七八九〇零]{3}"
_FY_WORD = r"(?:财年|财政年度?|会计年度?)"
_FR_HAN = r"(?P<fr>上上|本|当前|今|这|当|上|去|前|下|明)一?个?"
_NAMED_HAN = rf"(?<![0-9.])(?P<y>{_HAN_YEAR})(?:[-/~](?P<y2>20[0-9]{{2}}|[0-9]{{2}}))?\s?年?{_FY_WORD}"
_QUARTER_HAN = (
    r"(?:第?(?P<q>[一二三四1-4])(?:个?财季|季度?)|Q(?P<q2>[1-4])|(?P<h>[上下])半年|H(?P<h2>[12]))(?![\w-])"
)
_FY_EN = r"\bFY\s?'?(?P<y>20[0-9]{2}|[0-9]{2})(?:[-/](?P<y2>20[0-9]{2}|[0-9]{2}))?(?![0-9])"
_FISCAL_EN = r"(?:fiscal|financial)"
_YEAR_EN = (
    rf"(?:FY\s?'?(?P<y>20[0-9]{{2}}|[0-9]{{2}})(?![0-9])"
    rf"|{_FISCAL_EN}(?:\s+year)?\s+(?P<y3>20[0-9]{{2}})(?![0-9])"
    rf"|(?P<fr>this|the|current|last|previous|prior|next)\s+{_FISCAL_EN}\s+year\b)"
)
_ORDINAL = r"(?P<q>first|second|third|fourth|1st|2nd|3rd|4th)"
_PART_EN = r"(?:Q(?P<q>[1-4])|H(?P<h>[12]))\b"
_FR_EN = r"\b(?P<fr>this|current|last|previous|prior|next)\s+"


def starts_of(year: int, conventions: TimeConventions) -> date:
    """The first day of a fiscal year by its number."""
    month = conventions.fiscal_year_start_month
    shifted = month > 1 and conventions.fiscal_year_named is FiscalNaming.ENDS_IN
    return date(year - shifted, month, 1)


def fiscal_year_at(day: date, conventions: TimeConventions) -> int:
    """The number of the fiscal year that holds a day."""
    year = day.year - 1
    while starts_of(year + 1, conventions) <= day:
        year += 1
    return year


def _months(start: date, first: int, count: int, kind: TimeKind) -> Period:
    return Period(start=add_months(start, first), end=add_months(start, first + count), kind=kind)


def _part(match: re.Match[str], start: date) -> Period:
    """The fiscal year that begins on ``start``, or the quarter or half of it that the expression names."""
    quarter, half = group(match, "q") or group(match, "q2"), group(match, "h") or group(match, "h2")
    if quarter:
        number = ORDINALS.get(quarter) or whole_number(quarter)
        return _months(start, number * 3 - 3, 3, TimeKind.QUARTER)
    if half:
        number = {"上": 1, "下": 2}.get(half) or ORDINALS.get(half) or whole_number(half)
        return _months(start, number * 6 - 6, 6, TimeKind.HALF_YEAR)
    return _months(start, 0, 12, TimeKind.YEAR)


def _number(text: str) -> int:
    year = whole_number(text)
    return year + 2000 if year < 100 else year


def fiscal_year(match: re.Match[str], moment: Moment) -> Reading:
    """A fiscal year, its part or its first or last day, by number or from the current one; the latest begun else.

    FY2024/25 names both calendar years: the fiscal year that begins in the first of them. Where a fiscal year is a
    calendar year it can mean either.
    """
    conventions, text = moment.conventions, group(match, "y") or group(match, "y3")
    if group(match, "y2"):
        first, second = _number(match["y"]), _number(match["y2"])
        if second != first + 1:
            raise ValueError("not two years in a row")
        if conventions.fiscal_year_start_month == 1:
            return distinct(*(_part(match, date(year, 1, 1)) for year in (first, second)))
        return one(edge_of(match, _part(match, date(first, conventions.fiscal_year_start_month, 1))))
    current = fiscal_year_at(moment.as_of, conventions)
    relative = group(match, "fr")
    if text or relative:
        year = _number(text) if text else current + _OFFSETS[relative or "this"]
        return one(edge_of(match, _part(match, starts_of(year, conventions))))
    value = _part(match, starts_of(current, conventions))
    if value.start and value.start > moment.as_of:
        value = _part(match, starts_of(current - 1, conventions))
    return one(edge_of(match, value))


_OFFSETS = RELATIVE | {"当前": 0}


def relative_quarter(match: re.Match[str], moment: Moment) -> Reading:
    """上财季, last fiscal quarter."""
    start = starts_of(fiscal_year_at(moment.as_of, moment.conventions), moment.conventions)
    passed = (moment.as_of.year - start.year) * 12 + moment.as_of.month - start.month
    return one(_months(start, (passed // 3 + _OFFSETS[match["fr"].lower()]) * 3, 3, TimeKind.QUARTER))


def fiscal_to_date(match: re.Match[str], moment: Moment) -> Reading:
    """本财年至今, FYTD: from the first day of the fiscal year up to and including today."""
    start = starts_of(fiscal_year_at(moment.as_of, moment.conventions), moment.conventions)
    return one(Period(start=start, end=moment.as_of + DAY, kind=TimeKind.TO_DATE))


def ended(match: re.Match[str], moment: Moment) -> Reading:
    """'Three months ended June 30, 2025': whole months up to the end of that one."""
    name, count = match["span"].lower().split()[-1], group(match, "n")
    months = (
        whole_number(count)
        if count
        else {"quarter": 3, "year": 6 if "half" in match["span"].lower() else 12}[name]
    )
    last = month_of(_number(match["y"]), month_number(match["m"].lower()))
    if last.end is None or (group(match, "d") and whole_number(match["d"]) != (last.end - DAY).day):
        raise ValueError("not the end of a month")
    kinds = {3: TimeKind.QUARTER, 6: TimeKind.HALF_YEAR, 12: TimeKind.YEAR}
    return one(_months(last.end, -months, months, kinds.get(months, TimeKind.RANGE)))


FISCAL_RULES = (
    rule(
        rf"\b(?P<span>(?P<n>three|six|nine|twelve|[0-9]{{1,2}})\s+months|(?:{_FISCAL_EN}\s+)?(?:half\s+)?year|quarter)\s+"
        rf"(?:end(?:ed|ing)|to|through)\s+(?:in\s+|on\s+)?{MONTH}(?:\s+(?P<d>3[01]|2[89]|30)(?:st|th)?)?,?\s+(?P<y>20[0-9]{{2}})(?![0-9])",
        ended,
    ),
    rule(rf"{_NAMED_HAN}(?:的?\s?{_QUARTER_HAN})?(?P<edge>[底末初])?", fiscal_year),
    rule(rf"{_FR_HAN}{_FY_WORD}(?:的?\s?{_QUARTER_HAN})?(?P<edge>[底末初])?", fiscal_year),
    rule(rf"{_FR_HAN}财季", relative_quarter),
    rule(r"(?<![一-鿿\w])(?:第?(?P<q>[一二三四1-4])|Q(?P<q2>[1-4]))财季", fiscal_year),
    rule(rf"(?:[本当今]{_FY_WORD}|财年初?)(?:至今|以来|到现在|到今天|截至目前)", fiscal_to_date),
    rule(rf"{_FY_EN}(?:[\s-]?{_PART_EN})?", fiscal_year),
    rule(rf"{_FY_EN}(?:的?\s?{_QUARTER_HAN})", fiscal_year),
    rule(rf"\b{_PART_EN}\s+(?:(?:of|in)\s+)?(?:the\s+)?{_YEAR_EN}", fiscal_year),
    rule(rf"\b{_ORDINAL}\s+quarter\s+(?:of|in)\s+(?:the\s+)?{_YEAR_EN}", fiscal_year),
    rule(
        rf"\b(?P<h>first|second|1st|2nd)\s+half\s+(?:of|in)\s+(?:the\s+)?{_YEAR_EN}",
        fiscal_year,
    ),
    rule(
        rf"\b{_FISCAL_EN}(?:\s+year)?\s+(?P<y>20[0-9]{{2}})(?:[-/](?P<y2>20[0-9]{{2}}|[0-9]{{2}}))?(?![0-9])(?:\s+{_PART_EN})?",
        fiscal_year,
    ),
    rule(rf"\b{_FISCAL_EN}\s+{_PART_EN}(?:\s+(?:of\s+)?(?P<y>20[0-9]{{2}})(?![0-9]))?", fiscal_year),
    rule(rf"(?<![0-9.])(?P<y>20[0-9]{{2}})\s+{_FISCAL_EN}\s+year\b", fiscal_year),
    rule(rf"{_FR_EN}{_FISCAL_EN}\s+year(?:'?s)?\b(?:\s+{_PART_EN})?", fiscal_year),
    rule(rf"\b(?P<edge>end|start|beginning)\s+of\s+(?:the\s+)?{_YEAR_EN}", fiscal_year),
    rule(rf"\b(?P<edge>end|start|beginning)\s+of\s+(?:the\s+)?{_FISCAL_EN}\s+year\b(?!\s+20)", fiscal_year),
    rule(rf"{_FR_EN}{_FISCAL_EN}\s+quarter\b", relative_quarter),
    rule(
        rf"\b(?:FYTD\b|{_FISCAL_EN}\s+year[\s-]+to[\s-]+date\b|this\s+{_FISCAL_EN}\s+year\s+(?:so\s+far|to\s+date)\b)",
        fiscal_to_date,
    ),
)  # fmt: skip
