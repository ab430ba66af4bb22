"""Binding: every column of a query is looked up where the database would look it up.

What is found under another case is respelled in place, so that ``OrderItems.UserId`` reaches the PostgreSQL
table ``"OrderItems"``. Where the columns of a FROM item cannot be known here (some table functions), any
column is taken to be one of it; the database's own EXPLAIN has the last word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.guard.allowed import allowed
from chat2sql.engine.sql.guard.columns import ColumnResolver, Unbound
from chat2sql.engine.sql.guard.growth import function_rows, measured
from chat2sql.engine.sql.guard.names import effective, folded, function_name, source_name
from chat2sql.engine.sql.guard.problems import Problem
from chat2sql.engine.sql.guard.scopes import Relation, Scope

_FROM_PARTS = frozenset({"with_", "from_", "joins", "laterals", "expressions", "into", "locks"})
_SEEING_ALIASES = {
    Dialect.POSTGRESQL: frozenset({"group", "order", "distinct"}),
    Dialect.SQLITE: frozenset({"where", "group", "having", "order"}),
    Dialect.MYSQL: frozenset({"group", "having", "order"}),
    Dialect.DUCKDB: frozenset({"where", "group", "having", "order", "qualify"}),
}
_VALUES_COLUMN = {Dialect.MYSQL: ("column_", 0), Dialect.DUCKDB: ("col", 0)}
_RECURSION_ROWS = 1_000
_Ctes = Mapping[str, Relation]


@dataclass(frozen=True)
class Binding:
    """What binding found.

    Attributes:
        problems: the columns and aliases that are not found or not unique, each once, in the query's order.
        cross_joins: pairs of tables that no condition joins.
        made_rows: most rows that one part of the query makes out of nothing, estimated.
        unbound: the columns behind the problems, with what they could see.
    """

    problems: list[Problem]
    cross_joins: int
    made_rows: int
    unbound: list[Unbound]


def bind(tree: exp.Query, catalogue: Catalogue, series: Sequence[exp.Expr]) -> Binding:
    """Look up every column of a query whose tables are known; respell in place what differs in case.

    Args:
        series: the functions in it that make a series.
    """
    binder = _Binder(catalogue, series)
    binder.query(tree, {}, None)
    problems = list(dict.fromkeys(binder.resolver.problems))
    return Binding(problems, binder.cross_joins, binder.made_rows, binder.resolver.unbound)


@lru_cache(256)
def _relations(catalogue: Catalogue) -> dict[str, Relation]:
    return {
        catalogue.key(table): Relation(tuple(c.name for c in table.columns), is_table=True, reads=True)
        for table in catalogue.tables
    }


@dataclass
class _Binder:
    catalogue: Catalogue
    series: Sequence[exp.Expr]
    resolver: ColumnResolver = field(init=False)
    cross_joins: int = 0
    made_rows: int = 1

    def __post_init__(self) -> None:
        self.dialect = self.catalogue.dialect
        self.resolver = ColumnResolver(self.catalogue)
        self._tables = _relations(self.catalogue)

    # -- queries ---------------------------------------------------------------------------------------

    def query(self, node: exp.Expr, ctes: _Ctes, outer: Scope | None) -> Relation:
        """Bind a query and say what columns it offers."""
        ctes = self._with(node, ctes, outer)
        if isinstance(node, exp.Select):
            return self._select(node, ctes, outer)
        if isinstance(node, exp.SetOperation):
            left = self.query(node.this, ctes, outer)
            right = self.query(node.expression, ctes, outer)
            named = replace(left, columns=left.columns + right.columns) if self._is_sqlite else left
            self._tail(node, named, ctes, outer)
            return left.united(right)
        if isinstance(node, exp.Subquery):
            if not isinstance(node.this, exp.Query):
                return self._select(exp.Select(from_=exp.From(this=node)), ctes, outer)
            inner = self.query(node.this, ctes, outer)
            self._tail(node, inner, ctes, outer)
            return inner
        if isinstance(node, exp.Values):
            return self._values(node, ctes, outer)
        return Relation(open=True)

    def _with(self, node: exp.Expr, ctes: _Ctes, outer: Scope | None) -> _Ctes:
        with_ = node.args.get("with_")
        if with_ is None:
            return ctes
        known = dict(ctes)
        for cte in with_.expressions:
            name = effective(cte.args["alias"].this, self.dialect)
            columns = self._alias_columns(cte)
            if (with_.args.get("recursive") or self._is_sqlite) and isinstance(cte.this, exp.SetOperation):
                # Inside itself a recursive CTE has the columns of its first part.
                known[name] = Relation(columns, open=not columns)
                known[name] = self.query(cte.this.left, known, outer).renamed(columns)
                known[name] = replace(known[name], is_one_row=False, made_rows=1)
                whole = self.query(cte.this, known, outer).renamed(columns)
                known[name] = replace(whole, made_rows=max(whole.made_rows, _RECURSION_ROWS))
            else:
                known[name] = self.query(cte.this, known, outer).renamed(columns)
        return known

    def _select(self, node: exp.Select, ctes: _Ctes, outer: Scope | None) -> Relation:
        scope = Scope(outer)
        for item in self._from_items(node):
            self._source(item, scope, ctes)
        for part in scope.late_conditions:
            self.expression(part, scope, ctes)
        aliases: list[str] = []
        # DuckDB's select list sees the aliases to its left.
        scope.aliases_visible = self.dialect is Dialect.DUCKDB
        for projection in node.expressions:
            self.expression(projection, scope, ctes)
            if isinstance(projection, exp.Alias):
                aliases.append(effective(projection.args["alias"], self.dialect))
                scope.aliases = frozenset(aliases)
        outputs = self._outputs(node, scope)
        self._clauses(node, scope, ctes)
        relation, cross_joins = measured(node, scope, outputs, self.series, self.dialect)
        self.cross_joins += cross_joins
        self.made_rows = max(self.made_rows, relation.made_rows)
        return relation

    def _clauses(self, node: exp.Expr, scope: Scope, ctes: _Ctes) -> None:
        for clause, value in node.args.items():
            if clause in _FROM_PARTS:
                continue
            scope.aliases_visible = clause in _SEEING_ALIASES[self.dialect]
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, exp.Expr):
                    self.expression(part, scope, ctes)
        scope.aliases_visible = False

    def _tail(self, node: exp.Expr, relation: Relation, ctes: _Ctes, outer: Scope | None) -> None:
        """ORDER BY and LIMIT behind a set operation or a query in parentheses see its columns only."""
        scope = Scope(outer)
        scope.add("", relation)
        for clause in ("order", "limit", "offset"):
            if isinstance(node.args.get(clause), exp.Expr):
                self.expression(node.args[clause], scope, ctes)

    def _values(self, node: exp.Values, ctes: _Ctes, outer: Scope | None) -> Relation:
        for row in node.expressions:
            self.expression(row, Scope(outer), ctes)
        width = len(node.expressions[0].expressions) if node.expressions else 0
        prefix, first = _VALUES_COLUMN.get(self.dialect, ("column", 1))
        rows = len(node.expressions)
        names = tuple(f"{prefix}{first + number}" for number in range(width))
        return Relation(names, made_rows=rows, is_one_row=rows == 1)

    # -- FROM ------------------------------------------------------------------------------------------

    @staticmethod
    def _from_items(node: exp.Select) -> Iterator[exp.Expr]:
        from_ = node.args.get("from_")
        if from_ is not None:
            yield from_.this
        yield from node.args.get("joins") or []
        yield from node.args.get("laterals") or []

    def _source(self, item: exp.Expr, scope: Scope, ctes: _Ctes) -> None:
        """Add one FROM item with whatever is joined inside its parentheses."""
        if isinstance(item, exp.Join):
            before = {folded(name) for name in scope.column_names()}
            self._source(item.this, scope, ctes)
            self._join(item, scope, before, ctes)
            return
        if isinstance(item, exp.Subquery) and not isinstance(item.this, (exp.Query, exp.Values)):
            self._parenthesised(item, scope, ctes)
        else:
            relation = self._relation(item, scope, ctes)
            scope.add(source_name(item, self.dialect), relation.renamed(self._alias_columns(item)))
        for join in item.args.get("joins") or []:
            self._source(join, scope, ctes)

    def _parenthesised(self, item: exp.Subquery, scope: Scope, ctes: _Ctes) -> None:
        """``(a JOIN b ON ...)``: without an alias its parts stay visible, with one they merge."""
        if not item.alias:
            self._source(item.this, scope, ctes)
            return
        inner = Scope(scope.outer)
        self._source(item.this, inner, ctes)
        for condition in inner.late_conditions:
            self.expression(condition, inner, ctes)
        merged = Relation(tuple(inner.column_names()), open=inner.is_open, reads=True)
        scope.add(source_name(item, self.dialect), merged.renamed(self._alias_columns(item)))

    def _join(self, join: exp.Join, scope: Scope, before: set[str], ctes: _Ctes) -> None:
        if join.args.get("method") == "NATURAL":
            newest = list(scope.sources.values())[-1]
            scope.merged |= before & {folded(name) for name in newest.columns}
        for identifier in join.args.get("using") or []:
            self.resolver.using(identifier, scope, before)
        condition = join.args.get("on")
        if condition is not None and self._is_sqlite:
            scope.late_conditions.append(condition)
        elif condition is not None:
            self.expression(condition, scope, ctes)

    def _relation(self, item: exp.Expr, scope: Scope, ctes: _Ctes) -> Relation:
        if isinstance(item, exp.Table) and isinstance(item.this, exp.Identifier):
            return self._table(item, ctes)
        if isinstance(item, exp.Lateral) and isinstance(item.this, (exp.Query, exp.Values)):
            return self.query(item.this, ctes, scope)
        if isinstance(item, (exp.Query, exp.Values)):
            return self.query(item, ctes, scope.outer)
        for argument in ([item.this] if isinstance(item.this, exp.Expr) else []) + item.expressions:
            self.expression(argument, scope, ctes)
        return self._function(item)

    def _table(self, item: exp.Table, ctes: _Ctes) -> Relation:
        if not item.args.get("db"):
            cte = ctes.get(effective(item.this, self.dialect))
            if cte is not None:
                return cte
        table = self.catalogue.table(item.name if self._is_sqlite else ".".join(p.name for p in item.parts))
        return Relation(open=True) if table is None else self._tables[self.catalogue.key(table)]

    def _function(self, item: exp.Expr) -> Relation:
        function = item if isinstance(item, exp.Unnest) else item.this
        name = function_name(function, self.dialect)
        columns = allowed(self.dialect).rows.get(name)
        made = function_rows(function)
        if columns is None:
            return Relation(open=True, made_rows=made)
        ordinality = item.args.get("offset") or function.args.get("offset")
        extra = (effective(ordinality, self.dialect),) if isinstance(ordinality, exp.Identifier) else ()
        if columns == (name,):
            columns = (source_name(item, self.dialect),)
        return Relation((*columns, *extra), made_rows=made)

    def _alias_columns(self, item: exp.Expr) -> tuple[str, ...]:
        alias = item.args.get("alias")
        columns = alias.args.get("columns") or [] if alias is not None else []
        return tuple(
            effective(column.this if isinstance(column, exp.ColumnDef) else column, self.dialect)
            for column in columns
        )

    # -- expressions -----------------------------------------------------------------------------------

    def expression(self, node: exp.Expr, scope: Scope, ctes: _Ctes) -> None:
        """Bind the columns of an expression, and its subqueries against what is around them."""
        pending = [node]
        while pending:
            part = pending.pop()
            if isinstance(part, exp.Column):
                self.resolver.resolve(part, scope)
                if isinstance(part.this, exp.Star):
                    pending.extend(part.this.iter_expressions())
            elif isinstance(part, exp.Query):
                self.query(part, ctes, scope)
            else:
                pending.extend(reversed(list(part.iter_expressions())))

    def _outputs(self, node: exp.Select, scope: Scope) -> Relation:
        names: list[str] = []
        is_open = False
        for projection in node.expressions:
            if projection.is_star:
                # What EXCLUDE leaves out is taken to be there; the database knows better.
                source = projection.args.get("table")
                found = scope.source(effective(source, self.dialect), self.dialect) if source else None
                names += found[1].columns if found else scope.column_names()
                is_open = is_open or (found[1].open if found else scope.is_open)
            elif isinstance(projection, exp.Alias):
                names.append(effective(projection.args["alias"], self.dialect))
            elif isinstance(projection, exp.Column):
                names.append(effective(projection.this, self.dialect))
            else:
                # The database invents a name, which a query around this one may use.
                is_open = True
        return Relation(tuple(names), open=is_open)

    @property
    def _is_sqlite(self) -> bool:
        return self.dialect is Dialect.SQLITE
