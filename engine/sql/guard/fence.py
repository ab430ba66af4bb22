"""Fencing: a query reaches a restricted table only through a subquery that shows what the caller may see of it.

``orders AS o`` becomes ``(SELECT <visible columns> FROM orders WHERE orders.tenant_id = '<tenant>') AS o``, wherever in
the query it stands. A common table expression that has a restricted table's name gets another one, so that afterwards
the name can only mean the table, whatever rules of visibility a database has. Where a condition of the query could fail
on another tenant's row, a limit without effect keeps it out of the subquery: databases do not move conditions past one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from sqlglot import exp

from chat2sql.config.errors import Misconfigured, Refusal
from chat2sql.config.vocabulary import Caller, Dialect, Frozen
from chat2sql.engine.schema.catalogue import Catalogue, Column, Table
from chat2sql.engine.sql.guard.case import written
from chat2sql.engine.sql.guard.names import effective, folded, referenced_cte
from chat2sql.engine.sql.guard.policy import Policy, TenantRows
from chat2sql.engine.sql.guard.row_errors import may_fail_on_rows
from chat2sql.engine.sql.guard.tenant_rows import is_tenants_row, tenant_column
from chat2sql.engine.sql.guard.visible import visible

_OUTSIDE = frozenset({"this", "db", "catalog", "alias", "joins", "laterals", "pivots"})
_NO_LIMIT: dict[Dialect, tuple[type[exp.Limit | exp.Offset], int]] = {
    Dialect.POSTGRESQL: (exp.Offset, 0),
    Dialect.SQLITE: (exp.Limit, -1),
    Dialect.MYSQL: (exp.Limit, 2**64 - 1),
    Dialect.DUCKDB: (exp.Limit, 2**63 - 1),
}
_SOURCES = (exp.Table, exp.Subquery, exp.Lateral, exp.Unnest, exp.Values)


def fence(tree: exp.Expr, whole: Catalogue, policy: Policy, caller: Caller) -> exp.Expr:
    """The query with every reference to a restricted table fenced in, in place.

    Restricted is a table with columns that this caller does not see, and one of tenants' rows where the policy says
    ``by = "rewrite"``. A table that the caller does not see at all, or that cannot be told for certain, is refused: the
    guard has let none of those pass.

    Args:
        tree: a query that the guard has checked against ``visible(whole, policy, caller)``.
        whole: the datasource's catalogue.

    Raises:
        Refusal: the query reads what cannot be fenced in.
        Misconfigured: the policy relies on row-level security, and the database has none.
    """
    if needs_fence(whole, policy, caller):
        seen = visible(whole, policy, caller)
        _Fencing(whole, seen, _restricted(whole, seen, _picked(policy)), caller.tenant).apply(tree)
    return tree


def needs_fence(whole: Catalogue, policy: Policy, caller: Caller) -> bool:
    """Whether there is anything that the caller may not see of some table.

    Raises:
        Misconfigured: the policy relies on row-level security, and the database has none.
    """
    rows = policy.tenants
    if rows is not None and rows.by == "rls" and whole.dialect is not Dialect.POSTGRESQL:
        raise Misconfigured(
            zh='策略要求 by = "rls"，但该数据库没有行级安全。请改为 by = "rewrite"。',
            en='The policy says by = "rls", but this database has no row-level security. Use by = "rewrite".',
        )
    seen = visible(whole, policy, caller)
    return seen is not whole or bool(_restricted(whole, seen, _picked(policy)))


def _picked(policy: Policy) -> TenantRows | None:
    """The tables whose rows a predicate has to pick."""
    rows = policy.tenants
    return rows if rows is not None and rows.by == "rewrite" else None


class _Restricted(Frozen):
    """A table as far as the caller sees it, and the column that bears the tenant where its rows are to be picked."""

    table: Table
    tenant: Column | None


_Key = tuple[str | None, str]


def _key(table: Table) -> _Key:
    return table.schema_name, table.name


@lru_cache(256)
def _restricted(whole: Catalogue, seen: Catalogue, rows: TenantRows | None) -> dict[_Key, _Restricted]:
    found = {}
    every = {_key(table): table for table in whole.tables}
    for table in seen.tables:
        all_of_it = every[_key(table)]
        tenant = tenant_column(all_of_it, rows, whole) if rows is not None else None
        if tenant is not None or len(table.columns) < len(all_of_it.columns):
            found[_key(table)] = _Restricted(table=table, tenant=tenant)
    return found


class _Fencing:
    """One query on its way behind the fences."""

    def __init__(
        self, whole: Catalogue, seen: Catalogue, restricted: dict[_Key, _Restricted], tenant: str
    ) -> None:
        self._dialect = whole.dialect
        self._default_schema = whole.default_schema
        self._tables: dict[str, list[Table]] = {}
        for table in whole.tables:
            self._tables.setdefault(folded(table.name), []).append(table)
        self._seen = {_key(table) for table in seen.tables}
        self._restricted = restricted
        self._restricted_names = {folded(name) for _, name in restricted}
        self._tenant = tenant
        self._is_sealed = False

    def apply(self, tree: exp.Expr) -> None:
        """Fence in place, then look whether nothing stayed outside."""
        nodes = list(tree.dfs())
        if self._dialect is Dialect.SQLITE:
            self._refuse_tables_after_in(nodes)
        self._is_sealed = may_fail_on_rows(tree, self._dialect) or self._loses_rows(tree)
        tables = [node for node in nodes if isinstance(node, exp.Table)]
        self._rename_ctes(nodes, tables)
        bare = {
            id(reference): restricted
            for reference in self._references(tables)
            if (restricted := self._restricted.get(_key(self._meant(reference)))) is not None
        }
        self._unqualify_columns(nodes, bare)
        for reference in [table for table in tables if id(table) in bare]:
            reference.replace(self._fenced(reference, bare[id(reference)]))
        self._assert_fenced(tree)

    def _loses_rows(self, tree: exp.Expr) -> bool:
        """MariaDB 10.11 finds no rows for NOT IN with a subquery beside a window function, over a subquery in FROM that
        it merges; one with a limit it does not merge."""
        return self._dialect is Dialect.MYSQL and tree.find(exp.Window) is not None

    @staticmethod
    def _refuse_tables_after_in(nodes: Iterable[exp.Expr]) -> None:
        """In SQLite ``x IN orders`` and ``x IN 'orders'`` read a table, where a syntax tree shows none."""
        if any(isinstance(node, exp.In) and node.args.get("field") is not None for node in nodes):
            raise _refused("IN")

    def _references(self, tables: Iterable[exp.Table]) -> Iterator[exp.Table]:
        """The places that read a table of the database by its name."""
        for node in tables:
            if node.arg_key == "indexed" or isinstance(node.this, exp.Func) or node.args.get("rows_from"):
                continue  # the name of an index; functions, which are the guard's to judge
            if not isinstance(node.this, exp.Identifier):
                raise _refused(node.key)
            if folded(node.name) in self._restricted_names or referenced_cte(node, self._dialect) is None:
                yield node

    def _meant(self, reference: exp.Table) -> Table:
        """The table that a reference means, if it is one that the caller sees.

        Raises:
            Refusal: it is not, or that cannot be told for certain.
        """
        name = effective(reference.this, self._dialect)
        found = self._tables.get(folded(name), [])
        found = [table for table in found if table.name == name] or found
        if reference.args.get("db") is not None:
            found = [table for table in found if self._is_schema(reference.args["db"], table)]
        elif len(found) > 1:
            found = [table for table in found if table.schema_name == self._default_schema]
        if len(found) != 1 or _key(found[0]) not in self._seen or reference.args.get("catalog") is not None:
            raise _refused(reference.name)
        return found[0]

    def _is_schema(self, schema: exp.Expr, table: Table) -> bool:
        if table.schema_name is None:
            return folded(schema.name) == "main"
        if self._dialect is Dialect.POSTGRESQL:
            return effective(schema, self._dialect) == table.schema_name
        return folded(schema.name) == folded(table.schema_name)

    def _rename_ctes(self, nodes: Iterable[exp.Expr], tables: Iterable[exp.Table]) -> None:
        shadowing = [
            node
            for node in nodes
            if isinstance(node, exp.CTE) and folded(node.alias) in self._restricted_names
        ]
        if not shadowing:
            return
        taken = {
            folded(node.name) for node in nodes if isinstance(node, exp.Identifier)
        } | self._tables.keys()
        meant = [(node, referenced_cte(node, self._dialect)) for node in tables]
        for cte in shadowing:
            number = 1
            while (name := f"cte_{number}") in taken:
                number += 1
            taken.add(name)
            for node in [node for node, known in meant if known is cte]:
                if not node.alias:
                    node.set("alias", exp.TableAlias(this=node.this.copy()))
                node.set("this", exp.to_identifier(name))
            cte.args["alias"].set("this", exp.to_identifier(name))

    def _unqualify_columns(self, nodes: Iterable[exp.Expr], bare: dict[int, _Restricted]) -> None:
        """``shop.orders.id`` cannot reach into a subquery, ``orders.id`` can."""
        for column in nodes:
            if not isinstance(column, exp.Column) or column.args.get("db") is None:
                continue
            source = _source(column)
            restricted = bare.get(id(source))
            if restricted is None or source is None or source.alias:
                continue
            if self._is_schema(column.args["db"], restricted.table):
                column.set("db", None)
                column.set("catalog", None)

    def _fenced(self, reference: exp.Table, restricted: _Restricted) -> exp.Subquery:
        table = restricted.table
        others = {name: value for name, value in reference.args.items() if value and name not in _OUTSIDE}
        source = written(_named(table, **others), self._dialect) if others else None
        # A fence is much the same from query to query, so its text is kept, and stands in the tree as one word.
        inside = exp.Var(
            this=_fence_text(restricted, self._tenant, self._dialect, source, is_sealed=self._is_sealed)
        )
        outside = {name: reference.args.get(name) for name in ("alias", "joins", "laterals", "pivots")}
        if not reference.alias:
            outside["alias"] = exp.TableAlias(this=reference.this.copy())
        return exp.Subquery(this=inside, **{name: value for name, value in outside.items() if value})

    def _assert_fenced(self, tree: exp.Expr) -> None:
        for reference in self._references(tree.find_all(exp.Table)):
            if _key(self._meant(reference)) in self._restricted:
                raise _refused(reference.name)


@lru_cache(4096)
def _fence_text(
    restricted: _Restricted, tenant: str, dialect: Dialect, source: str | None, *, is_sealed: bool
) -> str:
    """The SELECT that shows what the caller may see of a table; ``source`` is how it is read, if not just by its name."""
    table = restricted.table
    shown = [exp.column(_quoted(one.name), _quoted(table.name)) for one in table.columns]
    from_ = exp.Var(this=source) if source is not None else _named(table)
    select = exp.Select(expressions=shown, from_=exp.From(this=from_))
    if restricted.tenant is not None:
        select.set("where", exp.Where(this=is_tenants_row(table.name, restricted.tenant, tenant, dialect)))
        if is_sealed:
            clause, number = _NO_LIMIT[dialect]
            select.set(clause.key, clause(expression=exp.Literal.number(number)))
    return written(select, dialect)


def _named(table: Table, **others: object) -> exp.Table:
    schema = _quoted(table.schema_name) if table.schema_name else None
    return exp.Table(this=_quoted(table.name), db=schema, **others)


def _quoted(name: str) -> exp.Identifier:
    return exp.to_identifier(name, quoted=True)


def _source(column: exp.Column) -> exp.Expr | None:
    """The one FROM item that a column's qualifier means, in the innermost query that has such an item."""
    select = column.parent_select
    while select is not None:
        found = [
            item
            for item in select.find_all(*_SOURCES)
            if folded(item.alias_or_name) == folded(column.table) and item.parent_select is select
        ]
        if found:
            return found[0] if len(found) == 1 else None
        select = select.parent_select
    return None


def _refused(what: str) -> Refusal:
    return Refusal(
        zh=f"生成的 SQL 以无法限定数据范围的方式读取 {what}，因此未执行。请换一种问法。",
        en=f"The generated SQL reads {what} in a way that cannot be limited to your data, so it was not run. "
        "Please rephrase the question.",
    )
