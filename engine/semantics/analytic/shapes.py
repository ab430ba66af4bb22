"""Shapes of SQL that compiled queries are made of: rankings with ties, ratios, growth, names."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from chat2sql.config.vocabulary import Language
from chat2sql.engine.semantics.analytic.intent import Operator, Ranking, Threshold

_RANKED, _PLACE = "ranked", "place"
COMPARISONS: dict[Operator, type[exp.Binary]] = {
    Operator.ABOVE: exp.GT,
    Operator.AT_LEAST: exp.GTE,
    Operator.BELOW: exp.LT,
    Operator.AT_MOST: exp.LTE,
    Operator.IS: exp.EQ,
    Operator.IS_NOT: exp.NEQ,
}


def ranked(ordered: exp.Ordered, partition: Sequence[exp.Expr], *, only: bool = False) -> exp.Expr:
    """The place of a row in a ranking; equals share one.

    Args:
        only: whether what stands in one place is asked for: the second is then who has the second best figure, however
            many share the best.
    """
    window = exp.Window(
        this=exp.DenseRank() if only else exp.Rank(),
        partition_by=[key.copy() for key in partition],
        order=exp.Order(expressions=[ordered]),
    )
    return exp.alias_(window, _PLACE)


def compare(value: exp.Expr, threshold: Threshold) -> exp.Expr:
    """A figure compared with numbers."""
    numbers = [exp.Literal.number(f"{number:.12g}") for number in threshold.values]
    if threshold.operator is Operator.BETWEEN:
        return exp.Between(this=value, low=numbers[0], high=numbers[1])
    return COMPARISONS[threshold.operator](this=value, expression=numbers[0])


def both(first: exp.Expr | None, second: exp.Expr | None) -> exp.Expr | None:
    """Both conditions, of those that there are."""
    present = [one for one in (first, second) if one is not None]
    return exp.and_(*present) if present else None


def ratio(above: exp.Expr, below: exp.Expr) -> exp.Expr:
    """One figure over another, as a fraction; none over nothing."""
    whole = exp.Mul(this=exp.paren(above.copy()), expression=exp.Literal.number("1.0"))
    return exp.Div(this=whole, expression=exp.Nullif(this=below.copy(), expression=exp.Literal.number(0)))


def growth(now: exp.Expr, then: exp.Expr) -> exp.Expr:
    """By which part of itself a figure has grown."""
    return ratio(difference(now, then), then)


def difference(now: exp.Expr, then: exp.Expr) -> exp.Expr:
    """One figure less another."""
    # a - b - (c - d): what is a difference itself is taken off as a whole.
    taken = exp.paren(then.copy()) if isinstance(then, (exp.Add, exp.Sub)) else then.copy()
    return exp.Sub(this=now.copy(), expression=taken)


def named(name: str, zh: str, en: str, language: Language) -> str:
    """The name of a figure that is made of another."""
    return f"{name}{zh}" if language is Language.ZH else f"{name} {en}"


def first_places(
    inner: exp.Select,
    shown: Sequence[str],
    ranking: Ranking,
    partition: Sequence[str],
    language: Language,
) -> exp.Select:
    """The rows of the first places, in their order; only those of the last of them, and with their places, if so wanted."""
    place = exp.column(exp.to_identifier(_PLACE))
    outer = exp.select(*(quoted(name) for name in shown))
    if ranking.told:
        outer = outer.select(exp.alias_(place, "名次" if language is Language.ZH else "rank", quoted=True))
    outer = outer.from_(inner.subquery(_RANKED))
    if ranking.limit is not None:
        last = exp.Literal.number(ranking.limit)
        outer = outer.where((exp.EQ if ranking.only else exp.LTE)(this=place.copy(), expression=last))
    return outer.order_by(*(quoted(name) for name in partition), place.copy())


def distinct_names(names: Sequence[str]) -> list[str]:
    """The names, with a number where one stands twice."""
    told: list[str] = []
    for name in names:
        number = 2
        free = name
        while free in told:
            free = f"{name} {number}"
            number += 1
        told.append(free)
    return told


def quoted(name: str, table: str | None = None) -> exp.Column:
    """A column that a query of ours has named."""
    return exp.column(exp.to_identifier(name, quoted=True), table=table)
