"""Calendar periods: half-open ranges of days, and the arithmetic on them."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

from pydantic import model_validator

from chat2sql.config.vocabulary import Bilingual, Frozen

DAY = timedelta(days=1)


class TimeKind(StrEnum):
    """What sort of period an expression names."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"
    ROLLING = "rolling"
    TO_DATE = "to_date"
    RANGE = "range"
    SINCE = "since"
    UNTIL = "until"
    COMPARISON = "comparison"
    HOLIDAY = "holiday"


MONTHS_IN = {TimeKind.MONTH: 1, TimeKind.QUARTER: 3, TimeKind.HALF_YEAR: 6, TimeKind.YEAR: 12}


class Period(Frozen):
    """The days from ``start`` up to, not including, ``end``; None leaves that side open."""

    start: date | None
    end: date | None
    kind: TimeKind

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start and self.end and self.start >= self.end:
            raise ValueError("a period ends after it starts")
        return self


def period(start: date | None, end: date | None, kind: TimeKind) -> Period:
    """A period, by position."""
    return Period(start=start, end=end, kind=kind)


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the last day of the month where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError("outside the calendar")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def day_of(day: date) -> Period:
    """One day."""
    return period(day, day + DAY, TimeKind.DAY)


def month_of(year: int, month: int) -> Period:
    """A calendar month, 1 to 12."""
    return containing(date(year, month, 1), TimeKind.MONTH)


def quarter_of(year: int, quarter: int) -> Period:
    """A calendar quarter, 1 to 4."""
    return containing(date(year, quarter * 3 - 2, 1), TimeKind.QUARTER)


def half_of(year: int, half: int) -> Period:
    """A half year, 1 or 2."""
    return containing(date(year, half * 6 - 5, 1), TimeKind.HALF_YEAR)


def year_of(year: int) -> Period:
    """A calendar year."""
    return containing(date(year, 1, 1), TimeKind.YEAR)


def containing(day: date, unit: TimeKind, offset: int = 0, week_start: int = 0) -> Period:
    """The day, week, month, quarter, half year or year that holds ``day``, moved by ``offset`` of them.

    ``week_start`` is the weekday that weeks begin on, 0 for Monday.
    """
    if unit is TimeKind.DAY:
        return day_of(day + offset * DAY)
    if unit is TimeKind.WEEK:
        first = day - timedelta(days=(day.weekday() - week_start) % 7) + timedelta(weeks=offset)
        return period(first, first + timedelta(weeks=1), unit)
    months = MONTHS_IN[unit]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return period(add_months(first, offset * months), add_months(first, (offset + 1) * months), unit)


def back(day: date, count: int, unit: TimeKind) -> date:
    """The day ``count`` units before ``day``."""
    if unit in MONTHS_IN:
        return add_months(day, -count * MONTHS_IN[unit])
    return day - timedelta(days=count * (7 if unit is TimeKind.WEEK else 1))


def rolling(as_of: date, count: int, unit: TimeKind) -> Period:
    """The last ``count`` units, the last day being ``as_of`` itself."""
    return period(back(as_of + DAY, count, unit), as_of + DAY, TimeKind.ROLLING)


def last_full(as_of: date, count: int, unit: TimeKind, week_start: int = 0) -> Period:
    """The last ``count`` whole calendar units before the one that holds ``as_of``."""
    end = containing(as_of, unit, 0, week_start).start
    return period(containing(as_of, unit, -count, week_start).start, end, TimeKind.ROLLING)


def to_date(as_of: date, unit: TimeKind, week_start: int = 0) -> Period:
    """From the start of the unit that holds ``as_of``, up to and including ``as_of``."""
    return period(containing(as_of, unit, 0, week_start).start, as_of + DAY, TimeKind.TO_DATE)


def since(start: date, as_of: date) -> Period:
    """From ``start`` up to and including ``as_of``; open when it starts after that."""
    return period(start, as_of + DAY if start <= as_of else None, TimeKind.SINCE)


def shifted(base: Period, unit: TimeKind, count: int = 1) -> Period:
    """The same period ``count`` units earlier: 3 May to 9 May a year, a quarter, a month or a week before.

    A period that ends with a month ends with a month again, so that February keeps its leap day.
    """
    if base.start is None or base.end is None:
        raise ValueError("an open period cannot be moved")
    whole_months = base.end.day == 1
    end = back(base.end, count, unit) if whole_months else back(base.end - DAY, count, unit) + DAY
    return period(back(base.start, count, unit), end, TimeKind.COMPARISON)


def describe(value: Period) -> Bilingual:
    """The period in words, its last day included: '2025-05-01 to 2025-05-31'."""
    last = value.end - DAY if value.end else None
    if value.start is None or last is None:
        if last is not None:
            return Bilingual(zh=f"{last} 及以前", en=f"up to and including {last}")
        return Bilingual(zh=f"{value.start} 及以后", en=f"{value.start} and later")
    if value.start == last:
        return Bilingual(zh=str(last), en=str(last))
    return Bilingual(zh=f"{value.start} 至 {last}", en=f"{value.start} to {last}")
