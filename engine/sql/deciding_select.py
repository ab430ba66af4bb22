"""The SELECT of a query whose conditions decide whether there are any rows, and what is left of it without some of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlglot import exp
from sqlglot.optimizer.scope import find_all_in_scope

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.sql.guard.names import referenced_cte
from chat2sql.engine.sql.repair.from_clause import conjuncts

_TABLES = ("from_", "joins", "laterals")
_CHOOSING = ("where", "joins", "laterals", "having", "qualify")


@dataclass(frozen=True)
class Deciding:
    """One SELECT over tables.

    Attributes:
        with_: the CTEs that it may read.
        is_total: whether its rows are summed up to one, by itself or by a SELECT around it.
    """

    select: exp.Select
    with_: exp.With | None
    is_total: bool

    @cached_property
    def links(self) -> list[exp.Expr]:
        """The conditions that join its tables, as they stand in WHERE where the tables are listed with commas."""
        return [one for one in self._every if _is_link(one, self.select)]

    @cached_property
    def conditions(self) -> list[exp.Expr]:
        """The others, by which its rows are chosen."""
        return [one for one in self._every if not _is_link(one, self.select)]

    @cached_property
    def _every(self) -> list[exp.Expr]:
        where = self.select.args.get("where")
        return list(conjuncts(where.this)) if where is not None else []

    def with_only(self, conditions: Sequence[exp.Expr]) -> exp.Select:
        """A SELECT that gives a row where its tables have any that meets these conditions."""
        whole, probe = self.select.copy(), exp.select("1").limit(1)
        for name in _TABLES:
            probe.set(name, whole.args.get(name))
        if conditions:
            probe = probe.where(*(one.copy() for one in conditions))
        return self._complete(probe)

    def one_group(self) -> exp.Select:
        """A SELECT that gives one of its groups; with its columns, since HAVING may use what it calls them."""
        grouped = self.select.copy()
        for name in ("order", "offset", "qualify", "distinct"):
            grouped.set(name, None)
        return self._complete(grouped.limit(1))

    def _complete(self, query: exp.Select) -> exp.Select:
        query.set("with_", self.with_.copy() if self.with_ is not None else None)
        return query


def deciding(tree: exp.Expr, dialect: Dialect) -> Deciding | None:
    """The outermost SELECT, or the one below it all of whose rows it takes; None: that is no plain SELECT over tables."""
    query: exp.Expr = tree.unnest()
    with_: exp.With | None = None
    is_total = False
    while isinstance(query, exp.Select) and query.args.get("from_") is not None:
        own = query.args.get("with_")
        if own is not None and with_ is not None:
            return None
        with_ = own or with_
        is_total = is_total or _is_total(query)
        item = query.args["from_"].this
        cte = referenced_cte(item, dialect) if isinstance(item, exp.Table) else None
        if any(query.args.get(part) for part in _CHOOSING) or not (cte or isinstance(item, exp.Subquery)):
            return Deciding(query, with_, is_total)
        with_ = _above(cte) if cte is not None else with_
        query = cte.this if cte is not None else item.this
    return None


def _above(cte: exp.CTE) -> exp.With | None:
    """The CTEs that one may read. The others it must not: one may bear the name of a table that it reads."""
    together: Sequence[exp.Expr] = cte.parent.expressions if cte.parent is not None else []
    above = [one.copy() for one in together[: [id(one) for one in together].index(id(cte))]]
    return exp.With(expressions=above) if above else None


def _is_total(select: exp.Select) -> bool:
    return select.args.get("group") is None and any(
        not isinstance(found.parent, exp.Window)
        for item in select.expressions
        for found in find_all_in_scope(item, exp.AggFunc)
    )


def _is_link(condition: exp.Expr, select: exp.Select) -> bool:
    if not select.args.get("joins") or not isinstance(condition, exp.EQ):
        return False
    left, right = condition.this.unnest(), condition.expression.unnest()
    are_columns = isinstance(left, exp.Column) and isinstance(right, exp.Column)
    return are_columns and (not left.table or left.table.lower() != right.table.lower())
