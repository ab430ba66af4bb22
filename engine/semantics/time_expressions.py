"""Time expressions in a question, resolved against a day into ranges of dates.

Conventions. ``as_of`` is today to the asker. Ranges are half-open: the end is the first day outside.

- Weeks start on Monday; quarters, halves and years are those of the calendar.
- 今天, 本周, this month, 今年: the whole day, week, month or year that holds ``as_of``.
- 近30天, last 30 days: the 30 days that end with ``as_of``; 过去三个月, past 3 months: from the day after the same
  day three months ago, up to and including ``as_of``; 完整, 自然, full, calendar, and so 不含本月, excluding the current
  month: whole units before the current one.
- 本年至今, YTD: from the first day of the unit up to and including ``as_of``. 截至X, until X, by X: X included.
- since X, X以来, X至今: from the first day of X up to and including ``as_of``. after X, X之后: from the day after X,
  open. before X, X之前: up to the day before X, open.
- 3天前, 3 days ago: that day; for weeks, months and years the whole calendar unit so long ago; 半年前: the month six
  months ago. 三个月以前, more than 3 months ago: every day before.
- A month, day, quarter or half without a year takes the year named before it in the clause, or joined right after
  it; else it is the latest one that has begun by ``as_of``. 底 and 末 are the last day, 初 the first.
- 去年同期, same period last year: the period named before it (else after it), cut at ``as_of`` while it still runs,
  moved back; without one the year to date. 去年同月, same month last year: the whole unit.
- Ambiguous, so without dates but with readings: 03/04/2024, 'next Friday' and 'last March' where they differ,
  前三个月 without a year.

Fiscal years, holidays and times of day are not read.
"""

from __future__ import annotations

import re
from datetime import date

from chat2sql.config.vocabulary import Bilingual, Frozen, Language
from chat2sql.engine.semantics.periods import DAY, Period, TimeKind, containing, describe, shifted, to_date
from chat2sql.engine.semantics.time_rules import Moment, Reading, Rule, Shift
from chat2sql.engine.semantics.time_rules_en import EN_RULES
from chat2sql.engine.semantics.time_rules_zh import ZH_RULES
from chat2sql.engine.semantics.time_spans import Atom, bound, join_ranges, read, share_years, single

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


def resolve_time(text: str, as_of: date, language: Language) -> tuple[TimeExpression, ...]:
    """All expressions of time in the text, in its order and without overlap, by the module's conventions.

    Both languages are always read, as questions mix them; ``language`` decides where both claim the same words.
    """
    plain = text.translate(_FULL_WIDTH)
    atoms = _scan(plain, as_of, language)
    atoms = join_ranges(plain, share_years(plain, atoms, as_of), as_of)
    bounded: list[Atom] = []
    for atom in atoms:
        bounded.append(bound(plain, atom, bounded[-1].end if bounded else 0, as_of))
    return tuple(
        expression
        for place, atom in enumerate(bounded)
        if (expression := _expression(text, atom, bounded, place, as_of)) is not None
    )


def _scan(text: str, as_of: date, language: Language) -> list[Atom]:
    rules = ZH_RULES + EN_RULES if language is Language.ZH else EN_RULES + ZH_RULES
    found = [
        (*(match.span("t") if "t" in row.pattern.groupindex else match.span()), order, row, match)
        for order, row in enumerate(rules)
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
        reading = read(row, match, Moment(as_of, carried))
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


def _expression(text: str, atom: Atom, atoms: list[Atom], place: int, as_of: date) -> TimeExpression | None:
    span, words = (atom.start, atom.end), text[atom.start : atom.end]
    if atom.reading.shift is not None:
        return _comparison(words, span, atom.reading.shift, _base(atoms, place, as_of), as_of)
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


def _base(atoms: list[Atom], place: int, as_of: date) -> Period | None:
    for atom in atoms[:place][::-1] + atoms[place + 1 :]:
        value = single(atom)
        if value is not None and value.start and value.end:
            running = value.start <= as_of < value.end
            return value.model_copy(update={"end": as_of + DAY}) if running else value
    return None


def _comparison(
    words: str, span: tuple[int, int], shift: Shift, base: Period | None, as_of: date
) -> TimeExpression | None:
    if shift.whole is not None:
        origin = containing((base and base.start) or as_of, shift.whole)
    else:
        origin = base or to_date(as_of, shift.unit)
    count = origin.start.year - shift.year if shift.year and origin.start else 1
    try:
        moved = shifted(origin, shift.unit, count)
    except (ValueError, OverflowError):
        return None
    return TimeExpression(
        text=words, start=moved.start, end=moved.end, kind=moved.kind, span=span, comparison_of=origin
    )


__all__ = ["Period", "Reading", "TimeExpression", "TimeKind", "resolve_time"]
