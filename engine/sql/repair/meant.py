"""Figures as the business defines them, in SQL that a model wrote: which rows count, and by which time they are placed.

A small model copies the shape of a query well and forgets what the definition of a figure adds to it. So a SELECT that
sums what a defined figure sums gets its rows, unless it says by itself which rows it takes; a table whose rows may be
marked as deleted or as test data gets those that are not; and what held on a day is asked for by both its ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

import sqlglot
from sqlglot import exp

from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.repair.from_clause import conjuncts
from chat2sql.engine.sql.repair.steps import Repair, RepairKind

_SPEAKS_OF_MARKS = re.compile(r"测试|删除|删掉|已删|作废|注销|\btest\b|deleted|removed", re.IGNORECASE)
_BEGINS = re.compile(
    r"新增|新签|开始|生效|起效|调价|涨价|变更|升级|降级|\b(?:start|begin|began|effective|change|raise)",
    re.IGNORECASE,
)
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?: 00:00(?::00)?)?")
_AROUND = (exp.Cast, exp.TsOrDsToDate, exp.TsOrDsToTimestamp, exp.Date)
_COMPARISONS = (exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.EQ)


class Rows(Frozen):
    """Some rows of a table.

    Attributes:
        condition: over ``table.column``, in the datasource's dialect.
        columns: the columns that it speaks of.
    """

    table: str
    condition: str
    columns: tuple[str, ...]


class DefinedSum(Frozen):
    """A figure with a definition.

    Attributes:
        names: what it is called.
        columns: what it sums up, each as its table and its name.
        rows: which rows count.
        time: the column that places it in time, as its table and its name; None: none is told.
    """

    names: tuple[str, ...]
    columns: frozenset[tuple[str, str]]
    rows: tuple[Rows, ...] = ()
    time: tuple[str, str] | None = None


class Held(Frozen):
    """A table whose rows hold from one column's day up to another's; ``includes_end``: that day too."""

    table: str
    start: str
    end: str
    includes_end: bool


class Time(Frozen):
    """A column that holds a time, and what it is called."""

    table: str
    column: str
    words: tuple[str, ...] = ()


class Meant(Frozen):
    """What the business means by the columns of a datasource.

    Attributes:
        kept: the rows that count wherever nothing else is said.
        sums: the figures that are defined.
        held: the tables whose rows hold for a while.
        times: the columns that hold a time.
    """

    kept: tuple[Rows, ...] = ()
    sums: tuple[DefinedSum, ...] = ()
    held: tuple[Held, ...] = ()
    times: tuple[Time, ...] = ()

    def words_for(self, table: str, column: str) -> tuple[str, ...] | None:
        """What a time is called; None: the column holds none."""
        return next((one.words for one in self.times if (one.table, one.column) == (table, column)), None)


def mend_meant(tree: exp.Query, catalogue: Catalogue, question: str, meant: Meant) -> list[Repair]:
    """Add what definitions say and the text forgets; in place.

    Args:
        question: what the SQL is to answer: what it speaks of itself is left as it is written.
    """
    done: list[Repair] = []
    said = _mentions(tree)
    for select in list(tree.find_all(exp.Select)):
        scope = _Scope(select, catalogue, said)
        if not scope.tables:
            continue
        done += _held_on_a_day(scope, question, meant)
        done += _placed_in_time(scope, question, meant)
        counted = _of_figures(scope, question, meant)
        told = {(rows.table, column) for rows in counted for column in rows.columns}
        for rows in (*counted, *_kept(scope, question, meant, told)):
            done += scope.restrict(rows)
    return done


def _mentions(tree: exp.Query) -> frozenset[tuple[str, str]]:
    """The columns by which a text chooses or groups rows, each with the name of its table as it is written."""
    return frozenset(
        (column.name.lower(), column.table.lower())
        for column in tree.find_all(exp.Column)
        if column.find_ancestor(exp.Where, exp.Join, exp.Having, exp.Case, exp.Filter, exp.Group, exp.If)
        is not None
    )


class _Source(NamedTuple):
    """A table of a FROM clause: what it is called there, and the LEFT JOIN that it stands in, if any."""

    alias: str
    join: exp.Join | None


class _Scope:
    """One SELECT with the tables that it reads itself."""

    def __init__(self, select: exp.Select, catalogue: Catalogue, said: frozenset[tuple[str, str]]) -> None:
        self.select, self._catalogue, self._said = select, catalogue, said
        self.dialect = catalogue.dialect
        self.tables: dict[str, _Source] = {}
        from_ = select.args.get("from_")
        nodes = [(from_.this, None)] if from_ is not None else []
        nodes += [(join.this, join) for join in select.args.get("joins") or []]
        for node, join in nodes:
            table = (
                catalogue.table(".".join(part.name for part in node.parts))
                if isinstance(node, exp.Table)
                else None
            )
            if table is not None:
                outer = join if join is not None and join.side else None
                self.tables.setdefault(catalogue.key(table), _Source(node.alias_or_name, outer))

    def owner(self, column: exp.Column) -> str | None:
        """The table of this SELECT whose column it is; None: it is another's."""
        for key, source in self.tables.items():
            table = self._catalogue.table(key)
            has = table is not None and table.column(column.name) is not None
            if has and (not column.table or column.table.lower() == source.alias.lower()):
                return key
        return None

    def says(self, rows: Rows) -> bool:
        """Whether the text itself chooses by the columns that tell these rows apart, here or in another SELECT."""
        aliases = {source.alias.lower() for source in self.tables.values()} - {
            self.tables[rows.table].alias.lower()
        }
        named = {name.lower() for name in rows.columns}
        return any(name in named and alias not in aliases for name, alias in self._said)

    def own(self, node: exp.Expr) -> Iterator[exp.Column]:
        """The columns of an expression that stand in this SELECT, not in one below it."""
        for column in node.find_all(exp.Column):
            if column.find_ancestor(exp.Select) is self.select or node is column:
                yield column

    def conditions(self) -> list[exp.Expr]:
        """What must hold in WHERE."""
        where = self.select.args.get("where")
        return list(conjuncts(where.this)) if where is not None else []

    def restrict(self, rows: Rows) -> list[Repair]:
        """Leave out all other rows of a table: where it is joined from outside, in the join."""
        source = self.tables[rows.table]
        condition = self._bound(rows)
        if source.join is not None:
            on = source.join.args.get("on")
            source.join.set("on", exp.and_(on, condition) if on is not None else condition)
        else:
            self.select.where(condition, copy=False)
        told = f"only rows with {condition.sql(self.dialect)}"
        return [Repair(kind=RepairKind.MEANT_ROWS, explanation=told)]

    def column(self, table: str, name: str) -> exp.Column:
        """A column of one of its tables."""
        return exp.column(exp.to_identifier(name), table=exp.to_identifier(self.tables[table].alias))

    def _bound(self, rows: Rows) -> exp.Expr:
        tree = sqlglot.parse_one(rows.condition, read=self.dialect)
        for column in list(tree.find_all(exp.Column)):
            column.replace(self.column(rows.table, column.name))
        return tree if not isinstance(tree, exp.Or) else exp.paren(tree)


def _kept(scope: _Scope, question: str, meant: Meant, told: set[tuple[str, str]]) -> list[Rows]:
    """The rows that count by default of the tables of a SELECT, unless its figures say by themselves which do."""
    if _SPEAKS_OF_MARKS.search(question):
        return []
    return [
        rows
        for rows in meant.kept
        if rows.table in scope.tables
        and not scope.says(rows)
        and not {(rows.table, column) for column in rows.columns} <= told
    ]


def _of_figures(scope: _Scope, question: str, meant: Meant) -> list[Rows]:
    """The rows that the figures of a SELECT count by definition."""
    found: dict[Rows, None] = {}
    for total in _totals(scope):
        figure = _defined(total, question, meant)
        rows = figure.rows if figure is not None else ()
        # Of the rows of a table that is not there nothing can be said.
        if all(one.table in scope.tables for one in rows) and not any(map(scope.says, rows)):
            found |= dict.fromkeys(rows)
    return list(found)


def _totals(scope: _Scope) -> Iterator[frozenset[tuple[str, str]]]:
    """What a SELECT sums up, each sum as its columns."""
    for total in scope.select.find_all(exp.Sum):
        if total.find_ancestor(exp.Select) is not scope.select or total.find(exp.Case, exp.If) is not None:
            continue
        columns = [(scope.owner(column), column.name) for column in total.find_all(exp.Column)]
        yield frozenset((owner, name) for owner, name in columns if owner is not None)


def _defined(columns: frozenset[tuple[str, str]], question: str, meant: Meant) -> DefinedSum | None:
    """The figure that sums up these columns: of several the one that the question names."""
    alike = [one for one in meant.sums if columns and one.columns == columns]
    if len({(one.rows, one.time) for one in alike}) > 1:
        alike = [one for one in alike if any(name.lower() in question.lower() for name in one.names)]
    return alike[0] if len({(one.rows, one.time) for one in alike}) == 1 else None


def _placed_in_time(scope: _Scope, question: str, meant: Meant) -> list[Repair]:
    """Bounds on another time than the one that places the figure, which the question does not speak of."""
    figures = [figure for total in _totals(scope) if (figure := _defined(total, question, meant)) is not None]
    times = {figure.time for figure in figures if figure.time is not None and figure.time[0] in scope.tables}
    if len(times) != 1:
        return []
    table, name = times.pop()
    bounded = [
        (column, owner)
        for condition in scope.conditions()
        if isinstance(condition, _COMPARISONS) and _bounds(condition)
        for column in scope.own(condition)
        if (owner := scope.owner(column)) is not None and meant.words_for(owner, column.name) is not None
    ]
    others = {(owner, column.name) for column, owner in bounded}
    if len(others) != 1 or others == {(table, name)}:
        return []
    said = meant.words_for(*next(iter(others))) or ()
    if any(word.lower() in question.lower() for word in said):
        return []
    for column, _ in bounded:
        column.replace(scope.column(table, name))
    told = f"{next(iter(others))[1]} -> {name}, by which the figure is placed in time"
    return [Repair(kind=RepairKind.MEANT_TIME, explanation=told)]


def _bounds(condition: exp.Expr) -> bool:
    """Whether a comparison sets a column against days."""
    return isinstance(condition.this, exp.Column) and any(
        _day(side) is not None for side in condition.iter_expressions() if not isinstance(side, exp.Column)
    )


def _held_on_a_day(scope: _Scope, question: str, meant: Meant) -> list[Repair]:
    """``valid_from >= d AND valid_from < d + 1`` asks for what began that day, where what held then is meant."""
    if _BEGINS.search(question):
        return []
    done = []
    for held in meant.held:
        if held.table not in scope.tables or any(
            column.name == held.end and scope.owner(column) == held.table
            for column in scope.own(scope.select)
        ):
            continue
        bounds: list[exp.Expr] = [
            one
            for one in scope.conditions()
            if isinstance(one, _COMPARISONS)
            and isinstance(one.this, exp.Column)
            and one.this.name == held.start
            and scope.owner(one.this) == held.table
        ]
        day = _one_day(bounds)
        if day is None:
            continue
        start, end = scope.column(held.table, held.start), scope.column(held.table, held.end)
        literal = exp.cast(exp.Literal.string(day.isoformat()), exp.DataType.Type.DATE)
        until = (exp.GTE if held.includes_end else exp.GT)(this=end.copy(), expression=literal.copy())
        now = exp.and_(
            exp.LTE(this=start, expression=literal),
            exp.paren(exp.or_(exp.Is(this=end.copy(), expression=exp.Null()), until)),
        )
        for extra in bounds[1:]:
            extra.replace(exp.true())
        bounds[0].replace(now)
        told = f"{held.start} on a day -> what held on that day"
        done.append(Repair(kind=RepairKind.MEANT_TIME, explanation=told))
    return done


def _one_day(bounds: list[exp.Expr]) -> date | None:
    """The day to which bounds on one column restrict it; None: they do not."""
    if len(bounds) == 1 and isinstance(bounds[0], exp.EQ):
        return _day(bounds[0].expression)
    if len(bounds) == 1 and isinstance(bounds[0], exp.Between):
        low, high = _day(bounds[0].args["low"]), _day(bounds[0].args["high"])
        return low if low == high else None
    low = next((_day(one.expression) for one in bounds if isinstance(one, exp.GTE)), None)
    high = next((_day(one.expression) for one in bounds if isinstance(one, exp.LT)), None)
    is_day = len(bounds) == 2 and low is not None and high == low + timedelta(days=1)
    return low if is_day else None


def _day(side: exp.Expr) -> date | None:
    while isinstance(side, _AROUND):
        side = side.this
    found = _DAY.fullmatch(side.name) if isinstance(side, exp.Literal) and side.is_string else None
    try:
        return date(*map(int, found.groups())) if found is not None else None
    except ValueError:
        return None
