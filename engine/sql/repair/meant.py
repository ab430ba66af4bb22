"""Figures as the business defines them, in SQL that a model wrote: which rows count, and by which time they are placed.

A small model copies the shape of a query well and forgets what the definition of a figure adds to it. So a SELECT that
sums what a defined figure sums gets its rows, unless it says by itself which rows it takes; a table whose rows may be
marked as deleted or as test data gets those that are not; and what held on a day is asked for by both its ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from sqlglot import exp

from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.repair.days import day_named
from chat2sql.engine.sql.repair.meant_scope import Scope, mentions
from chat2sql.engine.sql.repair.meant_values import DefinedSum, Meant, Rows
from chat2sql.engine.sql.repair.steps import Repair, RepairKind

_SPEAKS_OF_MARKS = re.compile(r"测试|试单|删除|删掉|已删|作废|注销|\btest\b|deleted|removed", re.IGNORECASE)
_TAKES_IN = re.compile(
    r"(?:含|包括|包含|算上|连同?|不管|不论|无论)[^，,。]{0,4}(?:作废|测试|取消|未|所有|全部|退|状态)"
    r"|including (?:all|test|cancel|void|return)",
    re.IGNORECASE,
)
_BEGINS = re.compile(
    r"新增|新签|开始|生效|起效|调价|涨价|变更|升级|降级|上任|到岗|入职|上线|发布|开通|执行|起|\b(?:start|begin|began|effective|change|raise)",
    re.IGNORECASE,
)
_NAMES_A_TIME = re.compile(
    r"下单|创建|建单|登记|提交|签收|发货|到货|完成|支付|付款|结算|入职|离职|注册|开业|生日|出生|后员工|新来|审批|申请|到期"
    r"|creat|order(?:ed)\b|placed|ship|paid|register|hired|born|settle|deliver|sign|expire|due",
    re.IGNORECASE,
)
_COMPARISONS = (exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.EQ)


def mend_meant(tree: exp.Query, catalogue: Catalogue, question: str, meant: Meant) -> list[Repair]:
    """Add what definitions say and the text forgets; in place.

    Args:
        question: what the SQL is to answer: what it speaks of itself is left as it is written.
    """
    done: list[Repair] = []
    said = mentions(tree)
    for select in list(tree.find_all(exp.Select)):
        scope = Scope(select, catalogue, said)
        if not scope.tables:
            continue
        done += _held_on_a_day(scope, question, meant)
        done += _placed_in_time(scope, question, meant)
        counted = _of_figures(scope, question, meant)
        counted += [rows for rows in _named(scope, question, meant) if rows not in counted]
        told = {(rows.table, column) for rows in counted for column in rows.columns}
        for rows in (*counted, *_kept(scope, question, meant, told)):
            done += scope.restrict(rows)
    return done


def _kept(scope: Scope, question: str, meant: Meant, told: set[tuple[str, str]]) -> list[Rows]:
    """The rows that count by default of the tables of a SELECT, unless its figures say by themselves which do."""
    if _SPEAKS_OF_MARKS.search(question):
        return []
    return [
        rows
        for rows in meant.kept
        if rows.table in scope.tables
        and not scope.says(rows)
        and scope.is_of(rows.table)
        and not {(rows.table, column) for column in rows.columns} <= told
    ]


def _named(scope: Scope, question: str, meant: Meant) -> list[Rows]:
    """The rows that the question names: 有效订单."""
    return [
        one.rows
        for one in meant.named
        if one.rows.table in scope.tables
        and re.search(rf"(?<![非无没不是]){re.escape(one.name)}", question) is not None
        and not scope.says(one.rows)
    ]


def _of_figures(scope: Scope, question: str, meant: Meant) -> list[Rows]:
    """The rows that the figures of a SELECT count by definition."""
    found: dict[Rows, None] = {}
    if _SPEAKS_OF_MARKS.search(question) or _TAKES_IN.search(question):
        return []
    for total in _totals(scope):
        figure = _defined(total, question, meant)
        rows = figure.rows if figure is not None else ()
        # Of the rows of a table that is not there nothing can be said.
        if all(one.table in scope.tables for one in rows) and not any(map(scope.says, rows)):
            found |= dict.fromkeys(rows)
    return list(found)


def _totals(scope: Scope) -> Iterator[frozenset[tuple[str, str]]]:
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
    if len({(one.rows, one.time) for one in alike}) != 1:
        return None
    # 订单金额 by its own name is of all orders, where 销售额 is of some.
    named = any(name.lower() in question.lower() for one in alike for name in one.names)
    return (
        alike[0] if named or not any(word.lower() in question.lower() for word in alike[0].labels) else None
    )


def _placed_in_time(scope: Scope, question: str, meant: Meant) -> list[Repair]:
    """Bounds on another time than the one that places the figure, which the question does not speak of."""
    figures = [figure for total in _totals(scope) if (figure := _defined(total, question, meant)) is not None]
    times = {figure.time for figure in figures if figure.time is not None and figure.time[0] in scope.tables}
    if len(times) != 1:
        return []
    table, name = times.pop()
    if _NAMES_A_TIME.search(question):
        return []
    own = {table, *(key for figure in figures for key, _ in figure.columns)}
    bounded = [
        (column, owner)
        for condition in scope.conditions()
        if isinstance(condition, _COMPARISONS) and _bounds(condition)
        for column in scope.own(condition)
        if (owner := scope.owner(column)) is not None and meant.words_for(owner, column.name) is not None
    ]
    others = {(owner, column.name) for column, owner in bounded}
    # The day on which somebody was born places no sales in time.
    if len(others) != 1 or others == {(table, name)} or not {owner for owner, _ in others} <= own:
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
        day_named(side, at_midnight=True) is not None
        for side in condition.iter_expressions()
        if not isinstance(side, exp.Column)
    )


def _held_on_a_day(scope: Scope, question: str, meant: Meant) -> list[Repair]:
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
    if len(bounds) == 1 and isinstance(bounds[0], exp.Between):
        low, high = (
            day_named(bounds[0].args["low"], at_midnight=True),
            day_named(bounds[0].args["high"], at_midnight=True),
        )
        return low if low == high else None
    low = next(
        (day_named(one.expression, at_midnight=True) for one in bounds if isinstance(one, exp.GTE)), None
    )
    high = next(
        (day_named(one.expression, at_midnight=True) for one in bounds if isinstance(one, exp.LT)), None
    )
    is_day = len(bounds) == 2 and low is not None and high == low + timedelta(days=1)
    return low if is_day else None
