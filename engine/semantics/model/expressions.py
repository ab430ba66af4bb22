"""Expressions of a semantic model: nothing but an expression gets in, over names that are known, by the guard's rules.

A text is parsed behind the guard's own bounds on length and nesting, looked at as a tree (one expression, no query, no
alias, aggregates where they belong), and then judged by the whole guard inside a SELECT that is written from that tree,
so its allow-lists of functions, types and syntax hold here as they do at run time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from sqlglot import exp

from chat2sql.config.vocabulary import Bilingual, Caller, Dialect
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.semantics.model.faults import meant
from chat2sql.engine.sql.guard.case import Case, written
from chat2sql.engine.sql.guard.check import check
from chat2sql.engine.sql.guard.hints import nearest
from chat2sql.engine.sql.guard.names import spell
from chat2sql.engine.sql.guard.nodes import unlisted
from chat2sql.engine.sql.guard.policy import OPEN, Policy, QueryLimits
from chat2sql.engine.sql.guard.statements import parses

Place = tuple[str, str]
"""A dataset and one of its fields."""

_NOBODY = Caller(tenant="")
# The tables of an expression are not joined here; how is the model's business.
_LIMITS = QueryLimits(joins=1000, cross_joins=1000)
# Of a field's own expression that is wrong: told where that stands, and not again where it is used.
_UNKNOWN = "NULL"
_TRUTHS = (exp.Predicate, exp.Connector, exp.Not, exp.Boolean)


class Use(StrEnum):
    """What an expression is for."""

    FIELD = "field"
    CONDITION = "condition"
    AGGREGATE = "aggregate"


class Judged(NamedTuple):
    """An expression as it may stand in a model.

    Attributes:
        text: over ``dataset.field``; the given one where it was written so.
        column: the field's column, where it is nothing but one.
        uses: the fields that it names.
        problems: what is wrong with it; the rest is of no use then.
    """

    text: str
    column: str | None
    uses: frozenset[Place]
    problems: tuple[Bilingual, ...] = ()


class Expressions:
    """Judges expressions over what a model has.

    Args:
        fields: by dataset, its fields with their own expressions; an empty one is the column of that name.
        tables: by dataset, its table in the catalogue.
        called: by what the file calls a dataset, what the model calls it.
        functions: of the datasource's own that may be called.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        *,
        fields: Mapping[str, Mapping[str, str]],
        tables: Mapping[str, str],
        called: Mapping[str, str],
        functions: tuple[str, ...] = (),
    ) -> None:
        self._catalogue, self._fields, self._tables, self._called = catalogue, fields, tables, called
        self._policy = Policy(limits=_LIMITS, functions=functions)

    def judged(self, text: str, use: Use, own: str | None = None) -> Judged:
        """An expression, or what is wrong with it.

        Args:
            own: the dataset that names without one belong to; None: each has to say its own.
        """
        tree, problem = _parsed(text, self._catalogue)
        if tree is None or problem is not None:
            return Judged(text, None, frozenset(), (problem,) if problem is not None else ())
        problems = [*_misshapen(tree, use)]
        columns = list(tree.find_all(exp.Column))
        places = []
        for column in columns:
            place, wrong = self._place(column, own if use is not Use.AGGREGATE else None)
            problems += [wrong] if wrong is not None else []
            if place is not None and own is not None and use is not Use.AGGREGATE and place[0] != own:
                problems.append(_elsewhere(place, own))
            places.append(place)
        known = [place for place in places if place is not None]
        if problems:
            return Judged(text, None, frozenset(known), tuple(dict.fromkeys(problems)))
        told = text.strip()
        plain = known[0][1] if isinstance(tree, exp.Column) else None
        if any(_said(column) != place for column, place in zip(columns, known, strict=True)):
            tree = _renamed(tree, dict(zip(map(id, columns), known, strict=True)), self._catalogue.dialect)
            told = written(tree.copy(), self._catalogue.dialect)
        return Judged(told, plain, frozenset(known), tuple(self._guarded(tree, use, own)))

    def _place(self, column: exp.Column, own: str | None) -> tuple[Place | None, Bilingual | None]:
        dataset, name = _said(column)
        if not dataset and own is None:
            return None, Bilingual(
                zh=f"{name} 没有写明属于哪个数据集。请写成 数据集.字段。",
                en=f"{name} does not say its dataset. Write dataset.field.",
            )
        place = self._called.get(dataset, dataset) or own or ""
        known = self._fields.get(place)
        if known is None:
            close = meant(nearest(dataset, (*self._fields, *self._called), most=1))
            return None, Bilingual(
                zh=f"没有数据集 {dataset}。{close.zh}请写 datasets 中的名称。",
                en=f"there is no dataset {dataset}.{close.en} Write a name of datasets.",
            )
        if name not in known:
            close = meant(nearest(name, known, most=1))
            return None, Bilingual(
                zh=f"数据集 {place} 没有字段 {name}。{close.zh}请改名，或先在 fields 中写上它。",
                en=f"the dataset {place} has no field {name}.{close.en} Correct it, or add it to fields first.",
            )
        return (place, name), None

    def _guarded(self, tree: exp.Expr, use: Use, own: str | None) -> Iterator[Bilingual]:
        """What the guard says of a SELECT with nothing but this expression."""
        dialect = self._catalogue.dialect
        aliases: dict[str, str] = {own: "t0"} if own is not None else {}
        inner = self._over_columns(tree, own, aliases, ())
        if inner is None:
            yield Bilingual(
                zh="字段的表达式绕回了自身。请给计算字段另取一个名称，不要与列名相同。",
                en="the fields' expressions lead back to themselves. Give a computed field a name that no column has.",
            )
            return
        one: exp.Expr = exp.Literal.number(1)
        select = exp.select(one if use is Use.CONDITION else inner)
        for place, (dataset, alias) in enumerate(aliases.items()):
            table = self._table(dataset, alias)
            select = select.join(table, join_type="cross") if place else select.from_(table)
        if use is Use.CONDITION:
            select = select.where(inner)
        ruling = check(written(select, dialect), self._catalogue, policy=self._policy)
        for problem in ruling.problems:
            said = f"{problem.message} {problem.hint}".strip()
            yield Bilingual(zh=f"查询守卫不接受这个表达式：{said}", en=f"the guard does not take it: {said}")

    def _table(self, dataset: str, alias: str) -> exp.Table:
        found = self._catalogue.table(self._tables.get(dataset, dataset))
        assert found is not None
        dialect = self._catalogue.dialect
        schema = spell(found.schema_name, dialect) if found.schema_name else None
        return exp.table_(spell(found.name, dialect), db=schema, alias=alias)

    def _over_columns(
        self, tree: exp.Expr, own: str | None, aliases: dict[str, str], within: tuple[Place, ...]
    ) -> exp.Expr | None:
        """The expression with its fields' own ones put in; None: one of them leads back to itself."""
        tree = tree.copy()
        for column in list(tree.find_all(exp.Column)):
            dataset, name = _said(column)
            dataset = self._called.get(dataset, dataset) or (within[-1][0] if within else own or "")
            expression = self._fields.get(dataset, {}).get(name, _UNKNOWN)
            if not expression:
                alias = aliases.setdefault(dataset, f"t{len(aliases)}")
                table = self._catalogue.table(self._tables.get(dataset, dataset))
                known = table.column(name) if table is not None else None
                spelled = spell(known.name if known is not None else name, self._catalogue.dialect)
                inner: exp.Expr | None = exp.column(spelled, table=alias)
            else:
                parsed, _ = _parsed(expression, self._catalogue)
                looped = (dataset, name) in within or parsed is None
                inner = (
                    None
                    if looped or parsed is None
                    else self._over_columns(parsed, own, aliases, (*within, (dataset, name)))
                )
                inner = exp.paren(inner) if inner is not None else None
            if inner is None:
                return None
            if column is tree:
                return inner
            column.replace(inner)
        return tree


@lru_cache(maxsize=4096)
def fields_named(text: str, dialect: Dialect) -> frozenset[Place]:
    """The fields that an expression of a model names; one without its dataset has an empty one."""
    tree, _ = _parsed(text, Catalogue(datasource="", dialect=dialect, tables=()))
    return (
        frozenset(_said(column) for column in tree.find_all(exp.Column)) if tree is not None else frozenset()
    )


def qualified(text: str, dataset: str, catalogue: Catalogue) -> tuple[str, Bilingual | None]:
    """An expression over columns as one over ``dataset.field``, or why it is none."""
    tree, problem = _parsed(text, catalogue)
    if tree is None:
        return text, problem
    own = {id(column): (dataset, column.name) for column in tree.find_all(exp.Column)}
    return written(_renamed(tree, own, catalogue.dialect), catalogue.dialect), None


def _parsed(text: str, catalogue: Catalogue) -> tuple[exp.Expr | None, Bilingual | None]:
    if not text.strip():
        return None, Bilingual(zh="表达式为空，请写上。", en="the expression is empty; write it.")
    case = Case(text, catalogue, OPEN, _NOBODY)
    problems = parses(case)
    if problems:
        said = f"{problems[0].message} {problems[0].hint}".strip()
        return None, Bilingual(zh=f"不是正确的表达式：{said}", en=f"not a proper expression: {said}")
    if len(case.statements) != 1 or isinstance(case.tree, exp.Alias) or case.tree.find(exp.Query) is not None:
        return None, Bilingual(
            zh="只能是一个表达式，不能有查询、子查询、别名或多条语句。",
            en="should be one expression: no query, subquery, alias or several statements.",
        )
    case.take(case.tree)
    unknown = unlisted(case)
    if unknown:
        return None, Bilingual(
            zh=f"只能是表达式：{unknown[0].message}", en=f"should be an expression: {unknown[0].message}"
        )
    return case.tree, None


def _misshapen(tree: exp.Expr, use: Use) -> Iterator[Bilingual]:
    aggregates = list(tree.find_all(exp.AggFunc))
    if any(not isinstance(star.parent, exp.Count) for star in tree.find_all(exp.Star)) or tree.find(
        exp.Window
    ):
        yield Bilingual(
            zh="* 只能写在 COUNT(*) 中，也不能用窗口函数。",
            en="* may stand in COUNT(*) only, and window functions may not stand here.",
        )
    if use is not Use.AGGREGATE:
        if aggregates:
            yield Bilingual(
                zh="这里不能有聚合函数（SUM、COUNT 等）。请把它写成一个指标。",
                en="aggregates (SUM, COUNT and so on) may not stand here. Make a metric of it.",
            )
        if use is Use.CONDITION and not _is_condition(tree):
            yield Bilingual(
                zh="应为条件，结果为真或假，例如 status = 'paid'。",
                en="should be a condition, true or false, such as status = 'paid'.",
            )
        return
    inside = any(one.find_ancestor(exp.AggFunc) is not None for one in aggregates)
    outside = any(
        column.find_ancestor(exp.AggFunc, exp.WithinGroup, exp.Filter) is None
        for column in tree.find_all(exp.Column)
    )
    if not aggregates or inside or outside:
        yield Bilingual(
            zh="应为聚合，例如 SUM(orders.amount)：每个字段都在一个聚合函数之内，且聚合不嵌套。",
            en="should be an aggregate such as SUM(orders.amount): each field inside one, and none inside another.",
        )


def _is_condition(tree: exp.Expr) -> bool:
    inner = tree.unnest()
    # A column or function alone may be a truth value: the database says so, or the first question does.
    return isinstance(inner, (*_TRUTHS, exp.Column)) or (
        isinstance(inner, exp.Func) and not isinstance(inner, exp.AggFunc)
    )


def _elsewhere(place: Place, own: str) -> Bilingual:
    return Bilingual(
        zh=f"{place[0]}.{place[1]} 属于另一个数据集；这里只能用 {own} 的字段。",
        en=f"{place[0]}.{place[1]} is of another dataset; only fields of {own} may stand here.",
    )


def _said(column: exp.Expr) -> Place:
    parts = [
        part.name
        for part in (column.args.get("catalog"), column.args.get("db"), column.args.get("table"))
        if part
    ]
    return ".".join(parts), column.name


def _renamed(tree: exp.Expr, places: Mapping[int, Place], dialect: Dialect) -> exp.Expr:
    """The tree with its columns, by their identity, as ``dataset.field``."""
    for column in list(tree.find_all(exp.Column)):
        dataset, name = places[id(column)]
        schema, _, table = dataset.rpartition(".")
        told = exp.column(
            spell(name, dialect), table=spell(table, dialect), db=spell(schema, dialect) if schema else None
        )
        if column is tree:
            return told
        column.replace(told)
    return tree


def is_sum(text: str, catalogue: Catalogue) -> bool:
    """Whether an aggregate of parts adds up to that of the whole: one plain SUM or COUNT."""
    tree, _ = _parsed(text, catalogue)
    return isinstance(tree, (exp.Sum, exp.Count)) and tree.find(exp.Distinct) is None
