"""One SELECT, its own tables, and leaving rows out of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import sqlglot
from sqlglot import exp

from chat2sql.engine.schema.catalogue import Catalogue, Table
from chat2sql.engine.sql.guard.names import referenced_cte
from chat2sql.engine.sql.repair.from_clause import conjuncts
from chat2sql.engine.sql.repair.meant_values import Rows
from chat2sql.engine.sql.repair.steps import Repair, RepairKind


def mentions(tree: exp.Query) -> frozenset[tuple[str, str]]:
    """The columns of which a text speaks at all, each with the name of its table as it is written."""
    return frozenset((column.name.lower(), column.table.lower()) for column in tree.find_all(exp.Column))


class Source(NamedTuple):
    """A table of a FROM clause: what it is called there, and the LEFT JOIN that it stands in, if any."""

    alias: exp.Identifier
    join: exp.Join | None

    @property
    def name(self) -> str:
        """What it is called, in small letters."""
        return self.alias.name.lower()


class Scope:
    """One SELECT with the tables that it reads itself; without any where rows cannot be left out of it one by one."""

    def __init__(self, select: exp.Select, catalogue: Catalogue, said: frozenset[tuple[str, str]]) -> None:
        self.select, self._catalogue, self._said = select, catalogue, said
        self.dialect = catalogue.dialect
        self.tables: dict[str, Source] = {}
        from_ = select.args.get("from_")
        joins: list[exp.Join] = select.args.get("joins") or []
        if from_ is None or any(join.side in ("RIGHT", "FULL") or join.args.get("method") for join in joins):
            return
        twice = set()
        for node, join in ((from_.this, None), *((join.this, join) for join in joins)):
            table = self._catalogued(node)
            if table is None:
                continue
            key = catalogue.key(table)
            name = node.args.get("alias")
            alias = name.this if name is not None else node.this
            is_outer = join is not None and bool(join.side)
            if key in self.tables or (join is not None and is_outer and join.args.get("using")):
                twice.add(key)
            self.tables[key] = Source(alias, join if is_outer else None)
        self.tables = {key: source for key, source in self.tables.items() if key not in twice}

    def _catalogued(self, node: exp.Expr) -> Table | None:
        if not isinstance(node, exp.Table) or referenced_cte(node, self.dialect) is not None:
            return None
        return self._catalogue.table(".".join(part.name for part in node.parts))

    def is_of(self, key: str) -> bool:
        """Whether a table's rows are what is counted or listed, and do not only say more of the rows of another."""
        # What is joined from outside adds to the rows of the others.
        others = [
            self._catalogue.table(other)
            for other, source in self.tables.items()
            if other != key and source.join is None
        ]
        known = self._catalogue.table(key)
        is_led_to = any(
            self._catalogue.table(link.target_table) == known
            for other in others
            if other is not None
            for link in other.foreign_keys
        )
        if not is_led_to:
            return True
        counted = [column for count in self.select.find_all(exp.Count) for column in self.own(count)]
        if counted:
            return any(self.owner(column) == key for column in counted)
        if self.select.find(exp.AggFunc) is not None:
            return False
        first = next((column for item in self.select.expressions for column in self.own(item)), None)
        return first is not None and self.owner(first) == key

    def owner(self, column: exp.Column) -> str | None:
        """The table of this SELECT whose column it is; None: it is another's."""
        for key, source in self.tables.items():
            table = self._catalogue.table(key)
            has = table is not None and table.column(column.name) is not None
            if has and (not column.table or column.table.lower() == source.name):
                return key
        return None

    def says(self, rows: Rows) -> bool:
        """Whether the text itself chooses by the columns that tell these rows apart, here or in another SELECT."""
        aliases = {source.name for source in self.tables.values()} - {self.tables[rows.table].name}
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
        is_plain = re.fullmatch("[a-z_][a-z0-9_]*", name) is not None
        return exp.column(exp.to_identifier(name, quoted=not is_plain), table=self.tables[table].alias.copy())

    def _bound(self, rows: Rows) -> exp.Expr:
        tree = sqlglot.parse_one(rows.condition, read=self.dialect)
        for column in list(tree.find_all(exp.Column)):
            column.replace(exp.column(column.this.copy(), table=self.tables[rows.table].alias.copy()))
        return tree if not isinstance(tree, exp.Or) else exp.paren(tree)
