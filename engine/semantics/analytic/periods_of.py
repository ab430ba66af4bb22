"""Which period belongs to which time: the one that is named beside it, else the figure's own; and what is compared."""

from __future__ import annotations

import re
from datetime import date

from chat2sql.engine.semantics.analytic.acts import Act
from chat2sql.engine.semantics.analytic.again import each_once
from chat2sql.engine.semantics.analytic.both_periods import listed_together, periods_told
from chat2sql.engine.semantics.analytic.intent import (
    Compared,
    Comparison,
    Presence,
    Window,
)
from chat2sql.engine.semantics.analytic.phrase import Phrase, Piece
from chat2sql.engine.semantics.analytic.token import Sort
from chat2sql.engine.semantics.model.finer import are_lines
from chat2sql.engine.semantics.model.semantic_model import Role, SemanticModel
from chat2sql.engine.semantics.model.terms import Kind
from chat2sql.engine.semantics.periods import DAY, Period, TimeKind, shifted, to_date
from chat2sql.engine.semantics.time_expressions import TimeExpression

_A_STATE = 2
_MONTH_LONG, _MONTHS_LONG = 31, 62
_SETS_AGAINST = frozenset({"比", "较", "跟", "与", "和", "对比", "相比"})
_PERCENT = re.compile(r"百分之(?:几|多少)|百分比|几个点")
_BY_AMOUNT = re.compile(r"差|多少|钱|额|元|difference", re.IGNORECASE)


def windows_of(
    phrase: Phrase, model: SemanticModel, presences: tuple[Presence, ...]
) -> tuple[tuple[Window, ...], tuple[Presence, ...]]:
    """The periods of a question, and the rows of the many side with theirs."""
    found: list[Window] = []
    told = list(presences)
    periods = [piece for piece in phrase if piece.token.time is not None]
    if len(told) > 1 and len(periods) == len(told) and all(_has_time(one, model) for one in told):
        # 2023年下过单、2024年一单没下: each in its own period, in their order.
        return (), tuple(_in_period(one, piece) for one, piece in zip(told, periods, strict=True))
    for piece in phrase:
        time = piece.token.time
        if time is None or time.ambiguous:
            continue
        window = Window(place=None, start=time.start, end=time.end, words=time.text)
        beside = _time_beside(phrase, piece, model)
        about = bool(told) and _has_time(told[-1], model)
        # Of one thing in two periods only one can be told.
        of_rows_below = beside is None or beside.is_below
        piece.used = not (about and of_rows_below and told[-1].window is not None)
        if beside is not None and not beside.is_below:
            beside.used = beside.restricts = True
            found.append(window.model_copy(update={"place": beside.place}))
        elif about:
            told[-1] = told[-1].model_copy(update={"window": window})
        else:
            found.append(window)
    return _of_one_time(found, phrase), tuple(told)


def _of_one_time(windows: list[Window], phrase: Phrase) -> tuple[Window, ...]:
    """2024年和2025年建档的: both by the time that is named beside the last."""
    places = {window.place for window in windows if window.place is not None}
    if len(places) != 1 or not listed_together(phrase):
        return tuple(windows)
    (place,) = places
    return tuple(window.model_copy(update={"place": place}) for window in windows)


def _in_period(presence: Presence, piece: Piece) -> Presence:
    time = piece.token.time
    assert time is not None
    piece.used = True
    return presence.model_copy(update={"window": Window(start=time.start, end=time.end, words=time.text)})


def comparison_of(
    phrase: Phrase, windows: tuple[Window, ...], as_of: date
) -> tuple[Comparison | None, tuple[Window, ...]]:
    """What is compared with what, and the periods that are left for the figures themselves."""
    comparison, left = _comparison_of(phrase, windows, as_of)
    if comparison is None:
        return None, left
    told_periods = periods_told(phrase)
    first = next((piece.token.time for piece in phrase if piece.token.time is not None), None)
    window = comparison.window
    earlier = (
        window is not None and first is not None and (first.start, first.end) == (window.start, window.end)
    )
    told = {"values": told_periods.both, "current": told_periods.current, "earlier_first": earlier}
    return comparison.model_copy(update=told), left


def _comparison_of(
    phrase: Phrase, windows: tuple[Window, ...], as_of: date
) -> tuple[Comparison | None, tuple[Window, ...]]:
    earlier = [
        piece.token.time
        for piece in phrase
        if piece.token.time is not None and piece.token.time.comparison_of is not None
    ]
    windows = each_once(windows)
    year, before = phrase.has(Act.YEAR_BEFORE), phrase.has(Act.PERIOD_BEFORE)
    said = year or before
    year = year or (not before and any(_is_set_against(phrase, piece) for piece in phrase))
    grows = phrase.has(Act.GROWTH)
    differs = phrase.has(Act.DIFFERENCE)
    if not (year or before or ((grows or differs) and (earlier or len(windows) == 2))):
        return None, windows
    # 同比和环比 asks for two comparisons, of which one is made: the other is left in doubt.
    phrase.use(Act.YEAR_BEFORE if year else Act.PERIOD_BEFORE, Act.GROWTH, Act.DIFFERENCE)
    kind = Compared.PERIOD_BEFORE if before and not year else Compared.YEAR_BEFORE
    in_percent = _asks_by_how_many_percent(phrase) or _only_asks_whither(phrase, known=grows or said)
    growth, differs = not differs or grows or in_percent, differs and not in_percent
    of_units = _compared_by_units(windows, earlier) if phrase.has(Act.GRAIN) else None
    if of_units is not None:
        return Comparison(with_=kind, growth=growth, difference=differs), of_units
    if earlier:
        return _with_named(earlier[0], windows, kind, growth=growth, differs=differs)
    if len(windows) == 2:
        first, second = sorted(windows, key=lambda one: one.start or date.min)
        return (
            Comparison(with_=kind, window=first, growth=growth, difference=differs),
            (second,),
        )
    current = windows[0] if windows else _year_to_date(as_of)
    other = _before(current, kind, as_of)
    if other is None:
        return None, windows
    if current.end is not None and current.start is not None and current.start <= as_of < current.end:
        current = current.model_copy(update={"end": as_of + DAY})
    return Comparison(with_=kind, window=other, growth=growth, difference=differs), (current, *windows[1:])


def _compared_by_units(
    windows: tuple[Window, ...], earlier: list[TimeExpression]
) -> tuple[Window, ...] | None:
    """The periods whose units are each compared with the same before; None: a whole period is compared."""
    longest = max(windows, key=_days, default=None)
    others = [one for one in windows if one is not longest]
    are_units = bool(others) and all(_days(one) <= _MONTH_LONG for one in others)
    if longest is not None and _days(longest) > _MONTHS_LONG and are_units:
        # ，1月跟去年12月比: how the first unit is compared, which it is anyway.
        return (longest,)
    if len(windows) < 2 + len(earlier):
        moved = {(one.start, one.end) for one in earlier}
        return tuple(one for one in windows if (one.start, one.end) not in moved)
    # 2024年每个月和2023年同月相比
    later = _same_of_next_year(windows)
    return (later,) if later is not None else None


def _days(window: Window) -> int:
    """How long a period is; 0 where it is open."""
    return (window.end - window.start).days if window.start is not None and window.end is not None else 0


def _same_of_next_year(windows: tuple[Window, ...]) -> Window | None:
    """The later of two periods of which one is the other a year on."""
    bounds = sorted((one.start, one.end) for one in windows if one.start is not None and one.end is not None)
    if len(windows) != 2 or len(bounds) != 2:
        return None
    (first, until), (second, end) = bounds
    is_next = second.year == first.year + 1 and (first.month, first.day) == (second.month, second.day)
    same_end = (until.month, until.day) == (end.month, end.day)
    return next(one for one in windows if one.start == second) if is_next and same_end else None


def _only_asks_whither(phrase: Phrase, *, known: bool) -> bool:
    """涨了还是跌了, 环比多少: whether it grew, where by how much is said otherwise."""
    said = [piece.token.text for piece in phrase if piece.token.act is Act.DIFFERENCE]
    return known and bool(said) and not any(_BY_AMOUNT.search(text) for text in said)


def _asks_by_how_many_percent(phrase: Phrase) -> bool:
    """涨了还是跌了，百分之几: how much it grew, and not by which amount."""
    percent = [
        piece for piece in phrase if piece.token.act is Act.SHARE and _PERCENT.search(piece.token.text)
    ]
    if not percent or any("占" in piece.token.text for piece in percent):
        return False
    for piece in percent:
        piece.used = True
    return True


def _is_set_against(phrase: Phrase, piece: Piece) -> bool:
    """比去年同期: a period that another period names, behind a word that compares."""
    time, said = piece.token.time, phrase.just_before(piece)
    if time is None or time.comparison_of is None:
        return False
    return said is not None and said.token.text in _SETS_AGAINST


def _with_named(
    earlier: TimeExpression, windows: tuple[Window, ...], kind: Compared, *, growth: bool, differs: bool
) -> tuple[Comparison | None, tuple[Window, ...]]:
    other = Window(start=earlier.start, end=earlier.end, words=earlier.text)
    own = tuple(one for one in windows if (one.start, one.end) != (earlier.start, earlier.end))
    base = earlier.comparison_of
    if not own and base is not None:
        own = (Window(start=base.start, end=base.end),)
    return Comparison(with_=kind, window=other, growth=growth, difference=differs), own


def _before(window: Window, kind: Compared, as_of: date) -> Window | None:
    if window.start is None or window.end is None:
        return None
    end = as_of + DAY if window.start <= as_of < window.end else window.end
    period = Period(start=window.start, end=end, kind=TimeKind.RANGE)
    if kind is Compared.YEAR_BEFORE:
        moved = shifted(period, TimeKind.YEAR)
    else:
        unit = unit_of(window)
        moved = (
            shifted(period, unit)
            if unit is not None
            else Period(start=window.start - (end - window.start), end=window.start, kind=TimeKind.RANGE)
        )
    return Window(place=window.place, start=moved.start, end=moved.end)


def unit_of(window: Window) -> TimeKind | None:
    """The unit of time that a period is one of: a day, a week, a month; None: it is none of them, or open."""
    if window.start is None or window.end is None:
        return None
    days = (window.end - window.start).days
    for unit, lengths in (
        (TimeKind.DAY, range(1, 2)),
        (TimeKind.WEEK, range(7, 8)),
        (TimeKind.MONTH, range(28, 32)),
        (TimeKind.QUARTER, range(90, 93)),
        (TimeKind.YEAR, range(365, 367)),
    ):
        if days in lengths and (unit in (TimeKind.DAY, TimeKind.WEEK) or window.start.day == 1):
            return unit
    return None


def _year_to_date(as_of: date) -> Window:
    period = to_date(as_of, TimeKind.YEAR)
    return Window(start=period.start, end=period.end)


def _time_beside(phrase: Phrase, piece: Piece, model: SemanticModel) -> Piece | None:
    for step in (1, -1):
        for place, near in enumerate(phrase.next_to(piece, step)):
            if near.token.sort is Sort.TIME or near.token.sort is Sort.UNREAD or place > 1:
                break
            field = phrase.field_of(near)
            if field is not None and field.role is Role.TIME:
                return near
            if near.kind is Kind.FIELD:
                break
            if near.kind is Kind.CODE and (told := _time_of_state(near, model)) is not None:
                return told
            if near.kind is Kind.SEGMENT and near.meaning is not None and near.meaning.name.endswith(".set"):
                return _as_time(near, model)
    return None


def _time_of_state(piece: Piece, model: SemanticModel) -> Piece | None:
    """离职 as a state beside a period is when that came about, where one time of its rows is called so; the state
    holds as well."""
    assert piece.meaning is not None
    dataset = model.dataset(piece.meaning.dataset)
    said = piece.token.text.removeprefix("已").replace(" ", "")
    times = [
        field
        for field in (dataset.fields if dataset is not None else ())
        if field.role is Role.TIME and said in field.label.zh
    ]
    times = [one for one in times if one.label.zh.startswith(said)] or times
    if len(times) != 1 or len(said) < _A_STATE:
        return None
    meaning = piece.meaning.model_copy(update={"kind": Kind.FIELD, "name": times[0].name})
    piece.resolved = piece.resolved._replace(meaning=meaning)
    return piece


def _as_time(piece: Piece, model: SemanticModel) -> Piece | None:
    """离职 beside a period is the day of leaving."""
    assert piece.meaning is not None
    segment = model.segment(piece.meaning.name)
    if segment is None:
        return None
    field = segment.name.split(".")[-2]
    meaning = piece.meaning.model_copy(update={"kind": Kind.FIELD, "name": field})
    piece.resolved = piece.resolved._replace(meaning=meaning)
    return piece


def _has_time(presence: Presence, model: SemanticModel) -> bool:
    """Whether its rows are placed in time, themselves or by what they are lines of."""
    own = model.dataset(presence.dataset)
    if own is None or own.time is not None:
        return own is not None
    heads = [model.dataset(join.target) for join in model.joins_from(own.name)] if are_lines(own) else []
    return any(head is not None and head.time is not None and head.validity is None for head in heads)
