"""Days of calendar weeks: 上周五, last weekend, 上周一到周五."""

from __future__ import annotations

import re
from datetime import date, timedelta

from chat2sql.engine.semantics.periods import DAY, Period, TimeKind, containing, day_of
from chat2sql.engine.semantics.time_rules import RELATIVE, WEEKDAYS, Moment, Reading, distinct, group, one


def weekday_of(moment: Moment, offset: int, day: int) -> date:
    """A weekday, 0 for Monday, of the week so many weeks from the current one."""
    first = moment.current(TimeKind.WEEK, offset).start or moment.as_of
    return first + timedelta(days=(day - moment.conventions.week_start) % 7)


def weekdays_span(match: re.Match[str], moment: Moment) -> Reading:
    """上周一到周五: days of one calendar week."""
    offset = RELATIVE[match["rel"]]
    first, last = (weekday_of(moment, offset, WEEKDAYS[match[name]]) for name in ("wd", "wd2"))
    return one(Period(start=first, end=last + DAY, kind=TimeKind.RANGE))


def weekday(match: re.Match[str], moment: Moment) -> Reading:
    """上周五 names a day of a calendar week. 'next Friday' can also mean the next one to come."""
    day, offset = WEEKDAYS[match["wd"].lower()[:3]], RELATIVE[match["rel"].lower()]
    of_week = day_of(weekday_of(moment, offset, day))
    if offset == 0 or group(match, "week"):
        return one(of_week)
    ahead = (day - moment.as_of.weekday()) % 7 or 7
    nearest = moment.as_of + timedelta(days=ahead if offset > 0 else (ahead - 7 or -7))
    return distinct(day_of(nearest), of_week)


def weekend(match: re.Match[str], moment: Moment) -> Reading:
    """Saturday and the Sunday after it, wherever weeks start; 'the weekend' is the latest that has begun."""
    relative = group(match, "rel")
    week = containing(moment.as_of, TimeKind.WEEK, RELATIVE[relative] if relative else 0)
    saturday = (week.start or moment.as_of) + timedelta(days=5)
    if relative is None and saturday > moment.as_of:
        saturday -= timedelta(weeks=1)
    return one(Period(start=saturday, end=saturday + timedelta(days=2), kind=TimeKind.RANGE))
