"""What FROM items and joins offer, column by column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue, Table
from chat2sql.engine.sql.guard.names import effective, folded
from chat2sql.engine.sql.guard.policy import MaskKind
from chat2sql.engine.sql.masking.expressions import Expressions
from chat2sql.engine.sql.masking.families import declared
from chat2sql.engine.sql.masking.flow import (
    COMPUTED,
    STORED,
    Ctes,
    Flow,
    How,
    Output,
    Relation,
    Scope,
    beside,
    derived,
    mixed,
)
from chat2sql.engine.sql.masking.marked import Marked

_WITHOUT_RIGHT_SIDE = frozenset({"SEMI", "ANTI"})
_MERGED_FIRST = frozenset({Dialect.POSTGRESQL, Dialect.MYSQL})


class FromItems(Expressions):
    """The rules for what stands in FROM."""

    def __init__(self, catalogue: Catalogue, marked: Mapping[str, Marked], tree: exp.Expr) -> None:
        """Start anew.

        Args:
            marked: the masked columns of each table that has any, by ``Catalogue.key``.
            tree: the whole query.
        """
        self._catalogue = catalogue
        self._marked = marked
        self._tables: dict[str, Relation] = {}
        named = [self._found(table, catalogue) for table in tree.find_all(exp.Table)]
        keys = {catalogue.key(table) for table in named if table is not None}
        columns = frozenset(f"{key}.{column}" for key in keys for column in marked.get(key, {}))
        everything = Flow(columns, MaskKind.SECRET, How.DERIVED) if columns else COMPUTED
        super().__init__(catalogue.dialect, everything)

    def item(self, item: exp.Expr, scope: Scope) -> Relation:
        """Add one FROM item with whatever is joined inside its parentheses, and say what ``*`` shows of it."""
        if isinstance(item, exp.Subquery) and not isinstance(item.this, (exp.Query, exp.Values)):
            star = self._parenthesised(item, scope)
        else:
            star = self._relation(item, scope).renamed(self.alias_columns(item))
            if item.args.get("pivots"):
                star = Relation(rest=replace(star.whole(), how=How.DERIVED))
            scope.sources.append((self._source_name(item), star))
        for join in item.args.get("joins") or []:
            star = self._join(join, star, scope)
        return star

    def _parenthesised(self, item: exp.Subquery, scope: Scope) -> Relation:
        """``(a JOIN b ON ...)``: without an alias its parts stay visible, with one they merge."""
        if not item.alias:
            return self.item(item.this, scope)
        inner = Scope(scope.outer, scope.ctes)
        star = self.item(item.this, inner).renamed(self.alias_columns(item))
        for condition in inner.conditions:
            self.condition(condition, inner)
        scope.sources.append((self._source_name(item), star))
        return star

    def _join(self, join: exp.Join, before: Relation, scope: Scope) -> Relation:
        newest = self.item(join.this, scope)
        scope.conditions += [
            join.args[part] for part in ("on", "match_condition") if join.args.get(part) is not None
        ]
        if join.args.get("method") == "NATURAL":
            if before.rest is not None or newest.rest is not None:
                self.compared(before.whole(), newest.whole())
            known = {folded(output.name) for output in newest.outputs}
            merged = [output.name for output in before.outputs if folded(output.name) in known]
        else:
            merged = [effective(name, self.dialect) for name in join.args.get("using") or []]
        if folded(join.kind).upper() in _WITHOUT_RIGHT_SIDE:
            for name in merged:
                self.compared(*(_side(relation, name, self.dialect) for relation in (before, newest)))
            return before
        return self._merged(before, newest, merged, right=join.side == "RIGHT")

    def _merged(self, before: Relation, newest: Relation, names: list[str], *, right: bool) -> Relation:
        """Both, with the columns that USING or NATURAL makes one, in the order of the dialect's ``*``."""
        flows = {
            folded(name): self.compared(
                *(_side(relation, name, self.dialect) for relation in (before, newest))
            )
            for name in names
        }
        both = beside(before, newest)
        if not names:
            return both
        later = tuple(output for output in newest.outputs if folded(output.name) not in flows)
        earlier = tuple(output for output in before.outputs if folded(output.name) not in flows)
        if self.dialect is Dialect.MYSQL and right:
            return Relation(rest=both.whole())  # MySQL turns the tables round
        if self.dialect in _MERGED_FIRST:
            return replace(
                both, outputs=(*(Output(name, flows[folded(name)]) for name in names), *earlier, *later)
            )
        in_place = tuple(
            replace(output, flow=flows.get(folded(output.name), output.flow)) for output in before.outputs
        )
        return replace(both, outputs=(*in_place, *later))

    def _relation(self, item: exp.Expr, scope: Scope) -> Relation:
        if isinstance(item, exp.Table) and isinstance(item.this, exp.Identifier):
            return self._table(item, scope.ctes)
        if isinstance(item, exp.Lateral) and isinstance(item.this, (exp.Query, exp.Values)):
            return self.query(item.this, scope.ctes, scope)
        if isinstance(item, (exp.Query, exp.Values)):
            # DuckDB lets every derived table see those before it.
            outer = scope if self.dialect is Dialect.DUCKDB else scope.outer
            return self.query(item, scope.ctes, outer)
        arguments = [item.this] if isinstance(item.this, exp.Expr) else item.expressions
        flows = [self.value(argument, scope) for argument in arguments]
        self.betray(derived(flows))  # how many rows it makes could be counted
        return Relation(rest=mixed(flows) if isinstance(item, exp.Unnest) else derived(flows))

    def _table(self, item: exp.Table, ctes: Ctes) -> Relation:
        cte = None if item.args.get("db") else ctes.get(effective(item.this, self.dialect))
        if cte is not None:
            return cte
        table = self._found(item, self._catalogue)
        if table is None:
            return Relation(rest=self.everything)
        key = self._catalogue.key(table)
        if key not in self._tables:
            self._tables[key] = self._columns(key, table)
        return self._tables[key]

    def _columns(self, key: str, table: Table) -> Relation:
        kinds = self._marked.get(key, {})
        return Relation(
            tuple(
                Output(
                    column.name,
                    Flow(
                        frozenset({f"{key}.{column.name}"}), kinds[column.name], family=declared(column.type)
                    )
                    if column.name in kinds
                    else Flow(family=declared(column.type)),
                )
                for column in table.columns
            )
        )

    @staticmethod
    def _found(item: exp.Table, catalogue: Catalogue) -> Table | None:
        whole = ".".join(part.name for part in item.parts)
        return catalogue.table(whole) or catalogue.table(item.name)

    def _source_name(self, item: exp.Expr) -> str:
        alias = item.args.get("alias")
        if alias is not None and alias.this is not None:
            return effective(alias.this, self.dialect)
        if isinstance(item, exp.Table) and isinstance(item.this, exp.Identifier):
            return effective(item.this, self.dialect)
        return folded(item.this.name) if isinstance(item.this, exp.Anonymous) else ""

    def alias_columns(self, item: exp.Expr) -> tuple[str, ...]:
        """The names that ``AS t(a, b)`` gives to columns."""
        alias = item.args.get("alias")
        columns = alias.args.get("columns") or [] if alias is not None else []
        return tuple(
            effective(column.this if isinstance(column, exp.ColumnDef) else column, self.dialect)
            for column in columns
        )

    def compared(self, *flows: Flow) -> Flow:
        """Values that have to be equal."""
        test = self.equal(flows)
        self.betray(test, unless=test.how is How.TEST)
        return mixed(flows)


def _side(relation: Relation, name: str, dialect: Dialect) -> Flow:
    return relation.column(name, dialect) or relation.vague() or STORED
