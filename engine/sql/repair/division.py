"""Ratios as a question means them: with their fraction, and as one figure."""

from __future__ import annotations

import re

from sqlglot import Dialect as SqlglotDialect
from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.repair.literals import catalogued
from chat2sql.engine.sql.repair.steps import Repair, RepairKind

_FRACTION = re.compile(
    r"\b(?:ratios?|proportions?|percent\w*|fractions?|shares?|rates?|averages?|per)\b|%|比|率|占|平均|人均",
    re.IGNORECASE,
)
_RATIO_FIRST = re.compile(
    r"^\W*(?:(?:what(?:'s| is| are)|calculate|compute|find|get|how does|me|the|average) )*"
    r"(?:ratio|proportion|percentage|share|fraction)\b|^[^，,、]*(?:比例|比值|之比|占比|百分比|比率)",
    re.IGNORECASE,
)
_TO_ALL = re.compile(r"\bto (?:the |all )?(?:total|all|overall)\b|占", re.IGNORECASE)
_PARTS_TOO = re.compile(
    r"\b(?:as well|also|along with|together with|return|show|list|plus|both)\b|\bgive (?!the ratio)"
    r"|同时|以及|列出|给出|还有|两者|及其|并",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"\b(?:tiny|small|medium|big)?int(?:eger)?\d*\b|\bserial\b", re.IGNORECASE)
_WHOLE_OF_WHOLE = (exp.Sum, exp.Max, exp.Min, exp.Nullif, exp.Case, exp.Mul, exp.Add, exp.Sub, exp.Neg)
_REAL = {Dialect.POSTGRESQL: "DOUBLE PRECISION", Dialect.SQLITE: "REAL"}


def mend_ratios(tree: exp.Expr, catalogue: Catalogue, question: str) -> list[Repair]:
    """Divide what a ratio is asked of, and keep the fraction; in place.

    "The ratio of A to B" is one figure: where a query gives A and B side by side they are divided. And a count divided
    by a count is cut to a whole number by PostgreSQL and SQLite, so that most ratios are 0: it is divided as a real
    number, and by nothing gives nothing.
    """
    done: list[Repair] = []
    if isinstance(tree, exp.Select) and _RATIO_FIRST.search(question) and not _PARTS_TOO.search(question):
        done = [*_divided(tree, catalogue, question), *_alone(tree, catalogue.dialect)]
    for division in list(tree.find_all(exp.Div)) if _FRACTION.search(question) else ():
        if not _is_shown(division) or not _is_cut(division, catalogue):
            continue
        before = division.sql(catalogue.dialect)
        _make_real(division, catalogue)
        told = f"{before} -> {division.sql(catalogue.dialect)}"
        done.append(Repair(kind=RepairKind.WHOLE_DIVISION, explanation=told))
    return done


def _divided(tree: exp.Select, catalogue: Catalogue, question: str) -> list[Repair]:
    """The two figures of a query as one, where the question wants their ratio only."""
    figures = [item for item in tree.expressions if item.find(exp.AggFunc) is not None]
    if len(figures) != 2 or figures[0].unalias() == figures[1].unalias():
        return []
    if tree.args.get("order") is not None or tree.find(exp.Div, exp.Window) is not None:
        return []
    if len({type(_aggregate(item)) for item in figures}) > 1:
        return []
    # "The ratio of paid orders to all" divides by all, wherever they stand.
    if _TO_ALL.search(question) and isinstance(figures[0].unalias(), exp.Count):
        figures.sort(key=lambda item: isinstance(item.unalias(), exp.Count) and item.unalias().this.is_star)
    before = ", ".join(item.sql(catalogue.dialect) for item in figures)
    sides = (item.unalias().copy() for item in figures)
    spoken = SqlglotDialect.get_or_raise(catalogue.dialect)
    division = exp.Div(
        this=next(sides), expression=next(sides), typed=spoken.TYPED_DIVISION, safe=spoken.SAFE_DIVISION
    )
    others = [item for item in tree.expressions if item not in figures]
    tree.set("expressions", [*others, exp.alias_(division, "ratio", copy=False)])
    _make_real(division, catalogue)
    return [Repair(kind=RepairKind.RATIO, explanation=f"{before} -> {division.sql(catalogue.dialect)}")]


def _aggregate(item: exp.Expr) -> exp.Expr:
    plain = item.unalias()
    return plain.this if isinstance(plain, exp.Filter) else plain


def _is_shown(division: exp.Div) -> bool:
    """Whether a division is a figure that is shown, and not one of a condition, a group or a limit."""
    node: exp.Expr = division
    while node.parent is not None and not isinstance(node.parent, exp.Select):
        node = node.parent
        if isinstance(node, exp.Floor | exp.Query | exp.Subquery) or (
            isinstance(node, exp.Cast) and _WHOLE.search(node.to.sql())
        ):
            return False
    select = node.parent
    if not isinstance(select, exp.Select) or node.arg_key != "expressions":
        return False
    group = select.args.get("group")
    keys = group.expressions if group is not None else []
    called = {key.name for key in keys if isinstance(key, exp.Column)}
    inside_condition = select.find_ancestor(exp.Where, exp.Having, exp.Limit, exp.Offset)
    return node.unalias() not in keys and node.alias not in called and inside_condition is None


def _alone(tree: exp.Select, dialect: Dialect) -> list[Repair]:
    """A ratio without the figures that it was made of, where the question wants it only."""
    ratios = [item for item in tree.expressions if item.find(exp.Div) is not None]
    order = tree.args.get("order")
    if len(ratios) != 1 or (order is not None and order.find(exp.Literal)):
        return []
    within = {node.unnest() for node in ratios[0].find_all(exp.AggFunc, exp.Column, exp.Filter)}
    keys = set(group.expressions) if (group := tree.args.get("group")) is not None else set()
    called = {
        column.name for part in (order, group) if part is not None for column in part.find_all(exp.Column)
    }
    parts = [
        item
        for item in tree.expressions
        if item.unalias() in within and item.unalias() not in keys and item.alias_or_name not in called
    ]
    if not parts:
        return []
    tree.set("expressions", [item for item in tree.expressions if item not in parts])
    told = f"left out: {', '.join(item.sql(dialect) for item in parts)}"
    return [Repair(kind=RepairKind.RATIO, explanation=told)]


def _make_real(division: exp.Div, catalogue: Catalogue) -> None:
    """Keep the fraction of a division, and give nothing where it is by 0."""
    top, bottom = division.this.unnest(), division.expression.unnest()
    if _is_cut(division, catalogue):
        top = exp.cast(top.copy(), _REAL[catalogue.dialect], dialect=catalogue.dialect)
    if not isinstance(bottom, exp.Literal | exp.Nullif):
        bottom = exp.Nullif(this=bottom.copy(), expression=exp.Literal.number(0))
    division.set("this", _as_operand(top))
    division.set("expression", _as_operand(bottom))


def _as_operand(value: exp.Expr) -> exp.Expr:
    return exp.Paren(this=value.copy()) if isinstance(value, exp.Binary) else value.copy()


def _is_cut(division: exp.Div, catalogue: Catalogue) -> bool:
    """Whether a division's fraction is lost, since both sides are whole numbers."""
    return catalogue.dialect in _REAL and all(
        _is_whole(side, catalogue) for side in (division.this, division.expression)
    )


def _is_whole(value: exp.Expr, catalogue: Catalogue) -> bool:
    """Whether a value is a whole number."""
    plain = value.unnest()
    if isinstance(plain, exp.Literal):
        return plain.is_int
    if isinstance(plain, exp.Filter):
        return _is_whole(plain.this, catalogue)
    if isinstance(plain, exp.Column):
        owner = catalogued(plain, catalogue)
        return owner is not None and _WHOLE.search(owner[1].type) is not None
    return isinstance(plain, exp.Count) or (
        isinstance(plain, _WHOLE_OF_WHOLE) and all(_is_whole(part, catalogue) for part in _parts(plain))
    )


def _parts(value: exp.Expr) -> list[exp.Expr]:
    """What a value's type comes from."""
    if isinstance(value, exp.Case):
        results = [*(branch.args["true"] for branch in value.args["ifs"]), value.args.get("default")]
        return [result for result in results if result is not None and not isinstance(result, exp.Null)]
    return [value.this, value.expression] if isinstance(value, exp.Binary) else [value.this]
