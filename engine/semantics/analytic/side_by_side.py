"""Figures beside other figures: of the period before, and less another of rows of its own."""

from __future__ import annotations

from sqlglot import exp

from chat2sql.config.vocabulary import Language
from chat2sql.engine.semantics.analytic.aggregation import Aggregation
from chat2sql.engine.semantics.analytic.figures_apart import own_side
from chat2sql.engine.semantics.analytic.intent import AnalyticIntent, Compared, Figure, Grain, Window
from chat2sql.engine.semantics.analytic.joined import NotExpressible
from chat2sql.engine.semantics.analytic.labels import figure_label
from chat2sql.engine.semantics.analytic.shapes import compare, difference, growth, named, quoted
from chat2sql.engine.semantics.model.semantic_model import SemanticModel

_NOW, _THEN, _WHOLE = "now_", "then_", "compared"
_SIDE, _SIDES = "side", "sides"
_YEAR_DIGITS = 4


def beside_before(intent: AnalyticIntent, model: SemanticModel, language: Language) -> exp.Select:
    """Each unit of time with its growth over the one before it, or over the same of the year before.

    Raises:
        NotExpressible: it is about other groups than units of time, or several figures.
    """
    grains = [group.grain for group in intent.groups if group.grain is not None]
    if len(intent.groups) != 1 or len(grains) != 1 or len(intent.figures) != 1 or intent.comparison is None:
        raise NotExpressible("a growth by groups other than units of time")
    window = intent.windows[0] if intent.windows else None
    plain = _a_year_earlier(intent, window)
    inner, names, computed = Aggregation(plain, model, language).select(plain.figures)
    key, value = names[0], computed[0][0]
    now = quoted(value, _NOW)
    shown: list[exp.Expr] = [exp.alias_(quoted(key, _NOW), key, quoted=True)]
    if intent.comparison.values or intent.comparison.current:
        shown.append(exp.alias_(now, value, quoted=True))
    rate = named(value, "增长率", "growth", language)
    if intent.comparison.with_ is Compared.PERIOD_BEFORE:
        before = exp.Window(
            this=exp.Lag(this=now.copy()),
            order=exp.Order(expressions=[exp.Ordered(this=quoted(key, _NOW))]),
        )
        shown.append(exp.alias_(growth(now, before), rate, quoted=True))
        told = exp.select(*shown).from_(inner.subquery(_NOW))
    else:
        then = quoted(value, _THEN)
        if intent.comparison.values:
            shown.append(exp.alias_(then, named(value, "对比期", "before", language), quoted=True))
        shown.append(exp.alias_(growth(now, then), rate, quoted=True))
        told = (
            exp.select(*shown)
            .from_(inner.subquery(_NOW))
            .join(inner.copy().subquery(_THEN), on=_same_of_year_before(key, grains[0]), join_type="left")
        )
    return _from_start(told, key, window, grains[0])


def difference_apart(
    intent: AnalyticIntent, model: SemanticModel, language: Language, less: Figure
) -> tuple[exp.Select, list[str], list[tuple[str, exp.Expr]]]:
    """A figure less another of rows of its own, each summed up by its own time, so that what has only one has it too.

    Raises:
        NotExpressible: it is a share or runs, or a part cannot be had by these groups.
    """
    comparison = intent.comparison
    against = any(one.against is not None for one in intent.thresholds)
    if intent.share or intent.running or intent.moving is not None or len(intent.figures) != 1 or against:
        raise NotExpressible("a difference of two datasets that is a share, or runs")
    name = figure_label(intent.figures[0], model, language)
    if comparison is not None:
        return _difference_compared(intent, model, language, less, name)
    plain = intent.model_copy(update={"ranking": None, "thresholds": ()})
    sides = []
    for figure, sign in ((intent.figures[0], 1), (less, -1)):
        own = own_side(plain, (figure,), model, reaches=figure is not less)
        select, names, computed = Aggregation(own, model, language).select((figure,))
        value = quoted(computed[0][0], _SIDE)
        columns = [exp.alias_(quoted(group, _SIDE), group, quoted=True) for group in names]
        signed = value if sign > 0 else exp.Neg(this=value)
        sides.append(
            exp.select(*columns, exp.alias_(signed, name, quoted=True)).from_(select.subquery(_SIDE))
        )
    whole = exp.Sum(this=quoted(name, _SIDES))
    groups = [quoted(group, _SIDES) for group in names]
    shown = [exp.alias_(group.copy(), told, quoted=True) for group, told in zip(groups, names, strict=True)]
    both = exp.union(sides[0], sides[1], distinct=False)
    select = exp.select(*shown).from_(both.subquery(_SIDES)).group_by(*groups)
    if all(threshold.shown for threshold in intent.thresholds):
        select = select.select(exp.alias_(whole.copy(), name, quoted=True))
    for threshold in intent.thresholds:
        select = select.having(compare(whole.copy(), threshold))
    return select, names, [(name, whole)]


def _difference_compared(
    intent: AnalyticIntent, model: SemanticModel, language: Language, less: Figure, name: str
) -> tuple[exp.Select, list[str], list[tuple[str, exp.Expr]]]:
    """The difference of a whole period beside that of another."""
    comparison = intent.comparison
    if comparison is None or comparison.window is None or intent.groups or not intent.windows:
        raise NotExpressible("a difference of two datasets that is compared by groups")
    told = []
    for window in (intent.windows[0], comparison.window):
        own = intent.model_copy(
            update={"windows": (window, *intent.windows[1:]), "comparison": None, "ranking": None}
        )
        told.append(difference_apart(own, model, language, less)[0])
    now, then = quoted(name, _NOW), quoted(name, _THEN)
    columns: list[exp.Expr] = []
    if comparison.values or not (comparison.growth or comparison.difference):
        columns += [
            exp.alias_(now.copy(), named(name, "本期", "now", language), quoted=True),
            exp.alias_(then.copy(), named(name, "对比期", "before", language), quoted=True),
        ]
        columns = columns[::-1] if comparison.earlier_first else columns
    elif comparison.current:
        columns.append(exp.alias_(now.copy(), named(name, "本期", "now", language), quoted=True))
    if comparison.difference:
        columns.append(
            exp.alias_(difference(now, then), named(name, "差额", "difference", language), quoted=True)
        )
    if comparison.growth:
        columns.append(exp.alias_(growth(now, then), named(name, "增长率", "growth", language), quoted=True))
    select = (
        exp.select(*columns).from_(told[0].subquery(_NOW)).join(told[1].subquery(_THEN), join_type="cross")
    )
    return select, [], [(name, now)]


def _a_year_earlier(intent: AnalyticIntent, window: Window | None) -> AnalyticIntent:
    """The same figures from a year before, so that the first units have something to be compared with."""
    windows = intent.windows
    if window is not None and window.start is not None:
        start = window.start.replace(year=window.start.year - 1, day=1)
        windows = (window.model_copy(update={"start": start}), *windows[1:])
    return intent.model_copy(update={"windows": windows, "comparison": None, "ranking": None})


def _same_of_year_before(key: str, grain: Grain) -> exp.Expr:
    if grain not in (Grain.MONTH, Grain.QUARTER):
        raise NotExpressible("years compared by other units than months and quarters")
    now = quoted(key, _NOW)
    first, rest = exp.Literal.number(1), exp.Literal.number(_YEAR_DIGITS + 1)
    written = exp.func("SUBSTR", now, first, exp.Literal.number(_YEAR_DIGITS))
    year = exp.Sub(this=exp.cast(written, exp.DataType.Type.INT), expression=first.copy())
    spelled = exp.DPipe(
        this=exp.cast(year, exp.DataType.Type.TEXT),
        expression=exp.func("SUBSTR", now.copy(), rest),
        safe=True,
    )
    return exp.EQ(this=quoted(key, _THEN), expression=spelled)


def _from_start(told: exp.Select, key: str, window: Window | None, grain: Grain) -> exp.Select:
    if window is None or window.start is None or grain not in (Grain.MONTH, Grain.QUARTER):
        return told.order_by(quoted(key, _NOW))
    quarter = f"{window.start.year}-Q{(window.start.month + 2) // 3}"
    start = exp.Literal.string(quarter if grain is Grain.QUARTER else window.start.strftime("%Y-%m"))
    whole = exp.select("*").from_(told.subquery(_WHOLE))
    return whole.where(exp.GTE(this=quoted(key), expression=start)).order_by(quoted(key))
