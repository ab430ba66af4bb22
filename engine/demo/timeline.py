"""The company's time: its first and last day, its seasons, and the only source of chance."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from random import Random

SEED = 20250630
FIRST_DAY = date(2023, 1, 1)
LAST_DAY = date(2025, 6, 30)
PLANNED_UNTIL = date(2025, 12, 1)
SHANGHAI = timezone(timedelta(hours=8))

_OPENING_MINUTE = 8 * 60 + 30
_CLOSING_MINUTE = 22 * 60 + 30
_CENT = Decimal("0.01")
_MONTH_WEIGHTS = (115, 85, 92, 90, 100, 112, 88, 90, 104, 102, 128, 118)
_YEAR_WEIGHTS = {2023: 100, 2024: 119, 2025: 134}
_LUNAR_NEW_YEARS = (date(2023, 1, 22), date(2024, 2, 10), date(2025, 1, 29))
_PEAK_DAYS = {(6, 18): 380, (11, 11): 560, (12, 12): 210, (10, 1): 170, (5, 1): 150}


def chance(part: str) -> Random:
    """The chance of one part of the company: always the same, and independent of the other parts."""
    # Only methods whose results do not depend on the platform's maths library may be used on it.
    return Random(f"{SEED}:{part}")  # noqa: S311  -- invented data, no secret


def money(amount: Decimal) -> Decimal:
    """The amount to the cent, half a cent up."""
    return amount.quantize(_CENT, rounding=ROUND_HALF_UP)


def days() -> list[date]:
    """All days of the company's data, in order."""
    return [FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]


def months(last: date) -> list[date]:
    """The first days of the months from the first one to the month of ``last``."""
    return [
        date(year, month, 1)
        for year in range(FIRST_DAY.year, last.year + 1)
        for month in range(1, 13)
        if (year, month) <= (last.year, last.month)
    ]


def month_weight(day: date) -> int:
    """How well the month sells: season and growth, 10,000 being an average month of the first year."""
    return _MONTH_WEIGHTS[day.month - 1] * _YEAR_WEIGHTS[day.year]


def day_weight(day: date) -> int:
    """How well the day sells: the month's weight with weekends, holidays and shopping festivals."""
    percent = _PEAK_DAYS.get((day.month, day.day), 100)
    if day.weekday() >= 5:
        percent = percent * 135 // 100
    if (day.month, day.day) in {(11, n) for n in range(1, 11)} | {(6, n) for n in range(10, 18)}:
        percent = percent * 130 // 100
    for new_year in _LUNAR_NEW_YEARS:
        before = (new_year - day).days
        if 1 <= before <= 14:
            percent = percent * 150 // 100
        elif -6 <= before <= 0:
            percent = percent * 55 // 100
    return month_weight(day) * percent


def moment(rng: Random, day: date) -> datetime:
    """Some moment of the day's opening hours.

    Opening hours in Shanghai lie on the same calendar day in UTC, so that grouping by day gives one
    answer whatever time zone a session has.
    """
    minute = rng.randrange(_OPENING_MINUTE, _CLOSING_MINUTE)
    return datetime.combine(day, time(minute // 60, minute % 60, rng.randrange(60)), tzinfo=SHANGHAI)


def day_between(rng: Random, first: date, last: date) -> date:
    """Some day from ``first`` to ``last``, both included."""
    return first + timedelta(days=rng.randrange((last - first).days + 1))
