"""Points and periods of time as result columns write them: dates, '2025-03', '2025-Q1', 2025, 3月."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from chat2sql.config.vocabulary import Cell, Frozen
from chat2sql.engine.present.cells import decimal_of


class Grain(StrEnum):
    """How long a period is; an instant is a timestamp with a time of day."""

    INSTANT = "instant"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Period(Frozen):
    """A period by its first moment. A cyclic one ('March', 'Q1') has no year: its ``start`` lies in year 1."""

    start: datetime
    grain: Grain
    cyclic: bool = False


_CLOCK = r"(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(?:Z|UTC|[+-]\d{2}(?::?\d{2})?)?)?"
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?" + _CLOCK)
_MONTH = re.compile(r"(\d{4})(?:[-/]|年)(\d{1,2})(?:月份?)?")
_QUARTER = re.compile(r"(\d{4})(?:[-/ ]?[Qq]|年第?)([1-4一二三四])(?:季度?)?")
_QUARTER_FIRST = re.compile(r"[Qq]([1-4])[-/ ]?(\d{4})")
_WEEK = re.compile(r"(\d{4})(?:-?[Ww]|年第?)(\d{1,2})周?")
_YEAR = re.compile(r"(\d{4})年度?")
_CYCLIC_MONTH = re.compile(r"(\d{1,2})月份?")
_CYCLIC_QUARTER = re.compile(r"(?:[Qq]|第)([1-4一二三四])(?:季度?)?")
_CHINESE_DIGITS = {"一": 1, "二": 2, "三": 3, "四": 4}
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FULL_MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)

_NAME_GRAINS = {
    Grain.YEAR: re.compile(r"(?:^|_)(?:year|yr|fy|yyyy)$|年份?$|年度$"),
    Grain.QUARTER: re.compile(r"(?:^|_)(?:quarter|qtr|q)$|季度?$"),
    Grain.MONTH: re.compile(r"(?:^|_)(?:month|mon|mth|yyyymm|ym|period)$|月份?$|期间$|年月$"),
    Grain.WEEK: re.compile(r"(?:^|_)(?:week|wk|weekno|week_no)$|周次?$"),
    Grain.DAY: re.compile(r"(?:^|_)(?:date|day|yyyymmdd|dt)$|日期?$"),
}


# A figure of one named period ('last_year', 本月) is a measure, not a column of periods.
_OF_ONE_PERIOD = re.compile(r"^(?:this|last|prev|previous|current|next|ytd|mtd)_|^[本上去今近前同下每]")


def grain_named(name: str) -> Grain | None:
    """The grain that a column's name promises (``order_year``, 月份), if it does."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip()).lower().replace(" ", "_")
    if _OF_ONE_PERIOD.search(snake):
        return None
    return next((grain for grain, pattern in _NAME_GRAINS.items() if pattern.search(snake)), None)


def read_periods(name: str, cells: tuple[Cell, ...], *, textual: bool) -> tuple[Period | None, ...] | None:
    """A column's values as periods of one grain, NULL as none; none at all when one value is no period.

    Args:
        name: The column's name. Bare numbers (2025, 202503, 3) are periods only where the name says so.
        cells: The column's values.
        textual: Whether the column holds text or dates; else numbers.
    """
    named = grain_named(name)
    periods = tuple(None if cell is None else _read(cell, named, textual) for cell in cells)
    known = [period for period in periods if period is not None]
    if not known or any(
        period is None and cell is not None for period, cell in zip(periods, cells, strict=True)
    ):
        return None
    if len({period.cyclic for period in known}) > 1:
        return None
    grains = {period.grain for period in known}
    if grains <= {Grain.DAY, Grain.INSTANT}:
        grain = _coarsest([period.start for period in known], named)
    elif len(grains) == 1:
        grain = known[0].grain
    else:
        return None
    return tuple(period and period.model_copy(update={"grain": grain}) for period in periods)


def _read(cell: Cell, named: Grain | None, textual: bool) -> Period | None:
    if isinstance(cell, str) and textual:
        written = _read_text(cell.strip())
        if written is not None:
            return written
    return _read_number(cell, named) if named is not None else None


def _read_text(text: str) -> Period | None:
    for pattern, build in _FORMS:
        match = pattern.fullmatch(text)
        if match:
            try:
                return build(match)
            except ValueError:
                return None
    lowered = text.lower().rstrip(".")
    for names in (_MONTH_NAMES, _FULL_MONTH_NAMES):
        if lowered in names:
            return Period(start=datetime(1, names.index(lowered) + 1, 1), grain=Grain.MONTH, cyclic=True)
    return None


def _read_number(cell: Cell, named: Grain) -> Period | None:
    number = decimal_of(cell)
    if number is None or number != number.to_integral_value() or not 0 < number < 10**8:
        return None
    whole = int(number)
    try:
        if named is Grain.DAY:
            return Period(start=datetime.strptime(str(whole), "%Y%m%d"), grain=Grain.DAY)
        if named is Grain.MONTH and whole >= 190001:
            return Period(start=datetime(whole // 100, whole % 100, 1), grain=Grain.MONTH)
        if named is Grain.YEAR:
            return Period(start=datetime(whole, 1, 1), grain=Grain.YEAR) if 1900 <= whole <= 2100 else None
        return _cyclic(whole, named)
    except ValueError:
        return None


def _cyclic(number: int, grain: Grain) -> Period:
    if grain is Grain.WEEK:
        if not 1 <= number <= 53:
            raise ValueError(number)
        start = datetime(1, 1, 1) + timedelta(weeks=number - 1)
    else:
        start = datetime(1, number if grain is Grain.MONTH else _quarter_month(number), 1)
    return Period(start=start, grain=grain, cyclic=True)


def in_year(year: Period, part: Period) -> Period:
    """The period that a year column and a month, quarter or week column name together.

    Raises:
        ValueError: The year has no such week.
    """
    if part.grain is Grain.WEEK:
        week = (part.start - datetime(1, 1, 1)).days // 7 + 1
        return Period(start=datetime.fromisocalendar(year.start.year, week, 1), grain=Grain.WEEK)
    return Period(start=part.start.replace(year=year.start.year), grain=part.grain)


def period_label(period: Period) -> str:
    """A period as a short label that needs no language: '2025-03', '2025-Q1'; '3', 'Q1' for cyclic ones."""
    start, quarter = period.start, f"Q{(period.start.month + 2) // 3}"
    if period.cyclic:
        week = f"W{(start - datetime(1, 1, 1)).days // 7 + 1:02d}"
        return {Grain.QUARTER: quarter, Grain.WEEK: week}.get(period.grain, str(start.month))
    labels = {
        Grain.INSTANT: start.isoformat(sep=" "),
        Grain.MONTH: f"{start:%Y-%m}",
        Grain.QUARTER: f"{start:%Y}-{quarter}",
        Grain.YEAR: f"{start:%Y}",
    }
    return labels.get(period.grain, f"{start:%Y-%m-%d}")


def _quarter_month(quarter: int | str) -> int:
    number = _CHINESE_DIGITS.get(quarter) or int(quarter) if isinstance(quarter, str) else quarter
    if not 1 <= number <= 4:
        raise ValueError(quarter)
    return 3 * number - 2


def _day(match: re.Match[str]) -> Period:
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    grain = Grain.DAY if match[4] is None else Grain.INSTANT
    return Period(start=datetime(year, month, day, hour, minute, second), grain=grain)


def _week(match: re.Match[str]) -> Period:
    return Period(start=datetime.fromisocalendar(int(match[1]), int(match[2]), 1), grain=Grain.WEEK)


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Period]], ...] = (
    (_DAY, _day),
    (_MONTH, lambda m: Period(start=datetime(int(m[1]), int(m[2]), 1), grain=Grain.MONTH)),
    (
        _QUARTER,
        lambda m: Period(start=datetime(int(m[1]), _quarter_month(m[2]), 1), grain=Grain.QUARTER),
    ),
    (
        _QUARTER_FIRST,
        lambda m: Period(start=datetime(int(m[2]), _quarter_month(m[1]), 1), grain=Grain.QUARTER),
    ),
    (_WEEK, _week),
    (_YEAR, lambda m: Period(start=datetime(int(m[1]), 1, 1), grain=Grain.YEAR)),
    (_CYCLIC_MONTH, lambda m: _cyclic(int(m[1]), Grain.MONTH)),
    (_CYCLIC_QUARTER, lambda m: _cyclic((_quarter_month(m[1]) + 2) // 3, Grain.QUARTER)),
)


def _coarsest(starts: list[datetime], named: Grain | None) -> Grain:
    """The grain of truncated dates: month starts are months, and so on; the name settles what fits twice."""
    if any((start.hour, start.minute, start.second) != (0, 0, 0) for start in starts):
        return Grain.INSTANT
    distinct = sorted(set(starts))
    if all(start.day == 1 for start in distinct):
        if all(start.month == 1 for start in distinct) and (named is Grain.YEAR or len(distinct) > 1):
            return Grain.MONTH if named is Grain.MONTH else Grain.YEAR
        quarterly = all(start.month % 3 == 1 for start in distinct)
        if quarterly and (named is Grain.QUARTER or (len(distinct) > 2 and named is not Grain.MONTH)):
            return Grain.QUARTER
        return Grain.DAY if named is Grain.DAY and len(distinct) < 3 else Grain.MONTH
    mondays = all(start.weekday() == 0 for start in distinct)
    return Grain.WEEK if mondays and (named is Grain.WEEK or len(distinct) > 2) else Grain.DAY
