"""Time expressions in a question, resolved against a day into ranges of dates.

Conventions. ``as_of`` is today to the asker (``local_today``). Ranges are half-open: the end is the first day outside.
docs/time.md has them all with examples; ``TimeConventions`` is what a house may settle otherwise.

- Weeks start on Monday; quarters, halves and years are those of the calendar, but for 财年, FY and fiscal.
- 今天, 本周, this month, 今年: the whole day, week, month or year that holds ``as_of``.
- 近30天, last 30 days: the 30 days that end with ``as_of``; 过去三个月, past 3 months: from the day after the same
  day three months ago, up to and including ``as_of``; 完整, 自然, full, calendar, and so 不含本月, excluding the current
  month: whole units before the current one. 前7天 ends the day before, 未来7天 and next 7 days begin the day after.
- 本年至今, YTD: from the first day of the unit up to and including ``as_of``. 截至X, until X, by X: X included.
- since X, X以来, X至今: from the first day of X up to and including ``as_of``. after X, X之后: from the day after X,
  open. before X, X之前: up to the day before X, open.
- 3天前, 3 days ago: that day; for weeks, months and years the whole calendar unit so long ago; 半年前: the month six
  months ago. 三个月以前, more than 3 months ago: every day before.
- A month, day, week, quarter, half or festival without a year takes the year named before it in the clause, or joined
  right after it; else it is the latest one that has begun by ``as_of``, but before 要, 将 and will the next.
  底 and 末 are the last day, 初 the first.
- Week 23: ISO 8601. 上旬, early: the first ten days of a month; 上半月: up to the 15th.
- 春节, 国庆期间: the days off as announced. 双11, Black Friday, 国庆当天: that day; 双11期间: from 1 November.
- 去年同期, same period last year: the period named before it (else after it), cut at ``as_of`` while it still runs,
  moved back; without one the year to date. 去年同月, same month last year: the whole unit.
- Ambiguous, so without dates but with readings: 03/04/2024, 'next Friday' and 'last March' where they differ,
  前三个月 without a year, 5月第一周, 国庆前3天, 春节前后, 最近几天, 'early 2024', 'holiday season'.

Times of day are not read.
"""

from __future__ import annotations

import re
from datetime import date

from chat2sql.config.vocabulary import Bilingual, Frozen, Language
from chat2sql.engine.semantics.periods import DAY, Period, TimeKind, containing, describe, shifted, to_date
from chat2sql.engine.semantics.time_conventions import TimeConventions
from chat2sql.engine.semantics.time_festival_rules import FESTIVAL_RULES
from chat2sql.engine.semantics.time_fiscal import FISCAL_RULES
from chat2sql.engine.semantics.time_parts import parts
from chat2sql.engine.semantics.time_rules import CALENDAR, Moment, Reading, Rule, Shift
from chat2sql.engine.semantics.time_rules_en import EN_RULES
from chat2sql.engine.semantics.time_rules_zh import ZH_RULES
from chat2sql.engine.semantics.time_spans import (
    Atom,
    bound,
    join_ranges,
    read,
    share_years,
    single,
    without_now,
)
from chat2sql.engine.semantics.time_weeks import WEEK_RULES

NAMED_RULES = FESTIVAL_RULES + FISCAL_RULES + WEEK_RULES

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in "，～－"} | {
    0x3000: 0x20
}
# Another clause, or a bound: 'before 2023, and since March' does not mean March 2023.
_NEW_CLAUSE = re.compile(r"[之以][前后]|[,，;；。.?？!！]\s{0,3}[^\s,，;；。.?？!！]")


class TimeExpression(Frozen):
    """One expression of time in a text.

    ``start`` and ``end`` (exclusive) are None where that side is open; both are None when ``ambiguous``: then
    ``candidates`` are the periods it can mean and ``readings`` the same in words. ``span`` is its place in the text,
    in characters. ``comparison_of`` is the period that 去年同期 and the like moved back.
    """

    text: str
    start: date | None
    end: date | None
    kind: TimeKind
    span: tuple[int, int]
    ambiguous: bool = False
    readings: tuple[Bilingual, ...] = ()
    candidates: tuple[Period, ...] = ()
    comparison_of: Period | None = None

    @property
    def is_day(self) -> bool:
        """Whether it is one single day."""
        return self.start is not None and self.end is not None and self.end - self.start == DAY

    def chosen(self, candidate: Period) -> TimeExpression:
        """The same expression, settled on one of its readings."""
        return self.model_copy(
            update={
                "start": candidate.start,
                "end": candidate.end,
                "kind": candidate.kind,
                "ambiguous": False,
                "readings": (),
                "candidates": (),
            }
        )


def resolve_time(
    text: str, as_of: date, language: Language, conventions: TimeConventions = CALENDAR
) -> tuple[TimeExpression, ...]:
    """All expressions of time in the text, in its order and without overlap, by the module's conventions.

    Both languages are always read, as questions mix them; ``language`` decides where both claim the same words.
    """
    plain = text.translate(_FULL_WIDTH)
    moment = Moment(as_of, conventions=conventions)
    atoms = without_now(plain, _scan(plain, moment, language))
    atoms = parts(plain, share_years(plain, atoms, moment), moment)
    atoms = join_ranges(plain, atoms, moment)
    bounded: list[Atom] = []
    for place, atom in enumerate(atoms):
        floor = bounded[-1].end if bounded else 0
        ceiling = atoms[place + 1].start if place + 1 < len(atoms) else len(plain)
        bounded.append(bound(plain, atom, floor, ceiling, as_of))
    return tuple(
        expression
        for place, atom in enumerate(bounded)
        if (expression := _expression(text, atom, bounded, place, moment)) is not None
    )


def _scan(text: str, moment: Moment, language: Language) -> list[Atom]:
    rules = ZH_RULES + EN_RULES if language is Language.ZH else EN_RULES + ZH_RULES
    found = [
        (*(match.span("t") if "t" in row.pattern.groupindex else match.span()), order, row, match)
        for order, row in enumerate(rules + NAMED_RULES)
        for match in row.pattern.finditer(text)
    ]
    found.sort(key=_longest_first)
    atoms: list[Atom] = []
    year: int | None = None
    for start, end, _, row, match in found:
        floor = atoms[-1].end if atoms else 0
        if start < floor:
            continue
        carried = None if _NEW_CLAUSE.search(text, floor, start) else year
        reading = read(row, match, moment._replace(year=carried))
        if reading is not None:
            atoms.append(Atom(*_trimmed(text, start, end), row, match, reading))
            year = reading.year or carried
    return atoms


def _longest_first(found: tuple[int, int, int, Rule, re.Match[str]]) -> tuple[int, int, int]:
    start, end, order, _, _ = found
    return start, -end, order


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    inner = text[start:end]
    return start + len(inner) - len(inner.lstrip()), end - len(inner) + len(inner.rstrip())


def _expression(
    text: str, atom: Atom, atoms: list[Atom], place: int, moment: Moment
) -> TimeExpression | None:
    span, words = (atom.start, atom.end), text[atom.start : atom.end]
    if atom.reading.shift is not None:
        return _comparison(words, span, atom.reading.shift, _base(atoms, place, moment.as_of), moment)
    value = single(atom)
    if value is not None:
        return TimeExpression(text=words, start=value.start, end=value.end, kind=value.kind, span=span)
    candidates = atom.reading.periods
    if not candidates:
        return None
    return TimeExpression(
        text=words,
        start=None,
        end=None,
        kind=candidates[0].kind,
        span=span,
        ambiguous=True,
        readings=tuple(describe(candidate) for candidate in candidates),
        candidates=candidates,
    )


def _base(atoms: list[Atom], place: int, as_of: date) -> Reading | None:
    for atom in atoms[:place][::-1] + atoms[place + 1 :]:
        value = single(atom)
        if value is not None and value.start and value.end:
            running = value.start <= as_of < value.end
            cut = value.model_copy(update={"end": as_of + DAY}) if running else value
            return atom.reading._replace(periods=(cut,))
    return None


def _comparison(
    words: str, span: tuple[int, int], shift: Shift, base: Reading | None, moment: Moment
) -> TimeExpression | None:
    named = base.periods[0] if base else None
    week_start = moment.conventions.week_start
    if shift.whole is not None:
        origin = containing((named and named.start) or moment.as_of, shift.whole, 0, week_start)
    else:
        origin = named or to_date(moment.as_of, shift.unit, week_start)
    count = origin.start.year - shift.year if shift.year and origin.start else 1
    again = base.again if base and shift.whole is None and shift.unit is TimeKind.YEAR else None
    try:
        moved = again(count) if again else _moved(origin, shift, count)
    except (ValueError, OverflowError):
        return None
    return TimeExpression(
        text=words,
        start=moved.start,
        end=moved.end,
        kind=TimeKind.COMPARISON,
        span=span,
        comparison_of=origin,
    )


def _moved(origin: Period, shift: Shift, count: int) -> Period:
    """A whole week a year earlier is 52 weeks earlier, so that it stays a week."""
    if shift.whole is TimeKind.WEEK and shift.unit is TimeKind.YEAR:
        return shifted(origin, TimeKind.WEEK, 52 * count)
    return shifted(origin, shift.unit, count)


__all__ = ["Period", "Reading", "TimeExpression", "TimeKind", "resolve_time"]
