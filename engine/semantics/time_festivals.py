"""Which days a festival has: from the holidays library, and a table for what is no public holiday.

The library (https://github.com/vacanza/holidays, MIT) knows the public holidays as announced, with the working
weekends that make up for them. So a holiday's days off are the run of days around it on which nobody works.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

import holidays

from chat2sql.engine.semantics.periods import DAY, Period, TimeKind

CHINA, AMERICA = "CN", "US"
_LONGEST = 16
"""No announced holiday has more days off in a row."""
_WEEKS_OFF_SINCE = 2008
"""Since this year the seven holidays of China have been announced in today's form."""

Day = Callable[[int, str], date]
"""The day of a festival in a year, for a house in a country."""


class Festival(NamedTuple):
    """One festival.

    ``day`` is its day. ``off``: that day stands for the days off around it. ``seasons``: what 期间 or 'season' adds,
    in days before and after the day; several when people mean different ones. ``usual`` is the same for days off, in
    years for which nothing is announced yet.
    """

    day: Day
    off: bool = False
    seasons: tuple[tuple[int, int], ...] = ()
    usual: tuple[int, int] | None = None


@lru_cache(maxsize=256)
def _calendar(country: str, year: int) -> holidays.HolidayBase:
    return holidays.country_holidays(
        country, years=(year - 1, year, year + 1), expand=False, language="en_US"
    )


def _fixed(month: int, day: int) -> Day:
    return lambda year, _: date(year, month, day)


def _named(*names: str, country: str | None = None, plus: int = 0) -> Day:
    """By its name in the library, in the house's own country first unless one is given."""

    def find(year: int, house: str) -> date:
        for place in (country,) if country else (house, CHINA, AMERICA):
            for day, text in sorted(_calendar(place, year).items()):
                if day.year == year and not set(names).isdisjoint(text.split("; ")):
                    return day + plus * DAY
        raise ValueError("no such holiday in that year")

    return find


def _lunar(*names: str, plus: int = 0) -> Day:
    """A day of the lunar calendar; from Taiwan's where China did not yet keep it."""
    here, there = (_named(*names, country=place, plus=plus) for place in (CHINA, "TW"))

    def find(year: int, house: str) -> date:
        try:
            return here(year, house)
        except ValueError:
            return there(year, house)

    return find


_NEW_YEAR = "Chinese New Year (Spring Festival)"
# The seventh day of the seventh lunar month is no public holiday anywhere; days from jionlp's calendar.
_QIXI = {
    2015: (8, 20), 2016: (8, 9), 2017: (8, 28), 2018: (8, 17), 2019: (8, 7), 2020: (8, 25), 2021: (8, 14),
    2022: (8, 4), 2023: (8, 22), 2024: (8, 10), 2025: (8, 29), 2026: (8, 19), 2027: (8, 8), 2028: (8, 26),
    2029: (8, 16), 2030: (8, 5), 2031: (8, 24), 2032: (8, 12), 2033: (8, 1), 2034: (8, 20), 2035: (8, 10),
}  # fmt: skip


def _qixi(year: int, _: str) -> date:
    if year not in _QIXI:
        raise ValueError("not in the table")
    return date(year, *_QIXI[year])


def _nth_sunday_of_may(year: int, _: str) -> date:
    first = date(year, 5, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7)


FESTIVALS = {
    "new year": Festival(_fixed(1, 1), off=True),
    "spring festival": Festival(_named(_NEW_YEAR, country=CHINA), off=True, usual=(1, 6)),
    "qingming": Festival(_lunar("Tomb-Sweeping Day"), off=True),
    "may day": Festival(_fixed(5, 1), off=True, usual=(0, 4)),
    "dragon boat": Festival(_lunar("Dragon Boat Festival"), off=True),
    "mid-autumn": Festival(_lunar("Mid-Autumn Festival"), off=True),
    "national day": Festival(_named("National Day"), off=True, usual=(0, 6)),
    "golden week": Festival(_fixed(10, 1), off=True, usual=(0, 6)),
    "labor day": Festival(_named("Labor Day", "Labour Day"), off=True, usual=(0, 4)),
    "new year's eve": Festival(_fixed(12, 31)),
    "lunar new year's eve": Festival(_named(_NEW_YEAR, country=CHINA, plus=-1)),
    "lunar new year's day": Festival(_named(_NEW_YEAR, country=CHINA)),
    "lantern festival": Festival(_named(_NEW_YEAR, country=CHINA, plus=14)),
    "qixi": Festival(_qixi),
    "valentine": Festival(_fixed(2, 14)),
    "women's day": Festival(_fixed(3, 8)),
    "children's day": Festival(_fixed(6, 1)),
    "teachers' day": Festival(_fixed(9, 10)),
    "mother's day": Festival(_nth_sunday_of_may),
    "halloween": Festival(_fixed(10, 31)),
    "christmas eve": Festival(_fixed(12, 24)),
    "christmas": Festival(_fixed(12, 25), seasons=((1, 1), (24, 0))),
    "boxing day": Festival(_fixed(12, 26)),
    "easter": Festival(_named("Good Friday", country="GB", plus=2), seasons=((2, 1),)),
    "thanksgiving": Festival(_named("Thanksgiving Day", "Thanksgiving", country=AMERICA), seasons=((0, 3),)),
    "black friday": Festival(_named("Thanksgiving Day", country=AMERICA, plus=1), seasons=((0, 3),)),
    "cyber monday": Festival(_named("Thanksgiving Day", country=AMERICA, plus=4)),
    "independence day": Festival(_named("Independence Day"), off=True),
    "memorial day": Festival(_named("Memorial Day"), off=True),
    "618": Festival(_fixed(6, 18), seasons=((17, 0),)),
    "double 11": Festival(_fixed(11, 11), seasons=((10, 0),)),
    "double 12": Festival(_fixed(12, 12), seasons=((11, 0),)),
}


def the_day(key: str, year: int, country: str) -> Period:
    """The very day of a festival.

    Raises:
        ValueError: nobody knows it for that year.
    """
    day = FESTIVALS[key].day(year, country)
    return Period(start=day, end=day + DAY, kind=TimeKind.HOLIDAY)


def seasons(key: str, year: int, country: str) -> tuple[Period, ...]:
    """The time around a festival: its days off, or its season; several when people mean different ones.

    Raises:
        ValueError: nobody knows it for that year.
    """
    festival, day = FESTIVALS[key], FESTIVALS[key].day(year, country)
    if festival.off:
        return (_days_off(festival, day, year, country),)
    spans = festival.seasons or ((0, 0),)
    return tuple(
        Period(start=day - before * DAY, end=day + (after + 1) * DAY, kind=TimeKind.HOLIDAY)
        for before, after in spans
    )


def _days_off(festival: Festival, day: date, year: int, country: str) -> Period:
    home = country if day in _calendar(country, year) else CHINA
    calendar = _calendar(home, year)
    announced = any(worked.year == year for worked in calendar.weekend_workdays)
    if home == CHINA and festival.usual and year >= _WEEKS_OFF_SINCE and not announced:
        before, after = festival.usual
        return Period(start=day - before * DAY, end=day + (after + 1) * DAY, kind=TimeKind.HOLIDAY)
    first = last = day
    while (day - first).days < _LONGEST and not calendar.is_working_day(first - DAY):
        first -= DAY
    while (last - day).days < _LONGEST and not calendar.is_working_day(last + DAY):
        last += DAY
    return Period(start=first, end=last + DAY, kind=TimeKind.HOLIDAY)
