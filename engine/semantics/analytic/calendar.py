"""Units of time: as SQL, and periods of what only says months."""

from __future__ import annotations

from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.semantics.analytic.intent import Grain, Window
from chat2sql.engine.semantics.model.semantic_model import Field
from chat2sql.engine.semantics.periods import DAY, add_months


def period_of(column: exp.Expr, grain: Grain, dialect: Dialect) -> exp.Expr:
    """The unit of time that a column's value is in: a day, the Monday of a week, '2024-05', '2024-Q2', 2024."""
    if grain is Grain.DAY:
        return exp.cast(column, exp.DataType.Type.DATE)
    if grain is Grain.WEEK:
        if dialect is Dialect.SQLITE:
            day = exp.func("DATE", column, exp.Literal.string("-6 days"), exp.Literal.string("weekday 1"))
            return day
        return exp.cast(exp.TimestampTrunc(this=column, unit=exp.var("WEEK")), exp.DataType.Type.DATE)
    if grain is Grain.MONTH:
        return _formatted(column, "%Y-%m")
    year = _formatted(column, "%Y")
    if grain is Grain.YEAR:
        return exp.cast(year, exp.DataType.Type.INT)
    month = _formatted(column, "%m")
    quarter = exp.Case()
    for number, last in enumerate(("03", "06", "09"), start=1):
        quarter = quarter.when(
            exp.LTE(this=month.copy(), expression=exp.Literal.string(last)), f"'-Q{number}'"
        )
    return exp.DPipe(this=year, expression=quarter.else_("'-Q4'"), safe=True)


def _formatted(column: exp.Expr, form: str) -> exp.Expr:
    return exp.TimeToStr(this=column.copy(), format=exp.Literal.string(form))


def of_whole_month(window: Window, field: Field | None) -> Window:
    """The last day of a month as that month, where a field only says months: 5月底 of a month's stock."""
    if field is None or "'-01'" not in field.expression or window.start is None or window.end is None:
        return window
    first = window.start.replace(day=1)
    if window.end - window.start != DAY or window.end != add_months(first, 1):
        return window
    return window.model_copy(update={"start": first})
