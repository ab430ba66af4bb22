"""What is visible at a place of a query."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.sql.guard.names import folded, match


@dataclass(frozen=True)
class Relation:
    """What a FROM item or a query offers.

    Attributes:
        columns: names as the database knows them.
        open: there may be more columns than these.
        is_table: it is a table, and so has the system columns of one.
        reads: it has rows of the database's tables, and may have many.
        made_rows: how many times the rows that it reads it has, by making rows out of nothing; estimated.
        is_one_row: it has at most one row.
    """

    columns: tuple[str, ...] = ()
    open: bool = False
    is_table: bool = False
    reads: bool = False
    made_rows: int = 1
    is_one_row: bool = False

    @cached_property
    def _by_folded(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for column in self.columns:
            found.setdefault(folded(column), []).append(column)
        return found

    def find(self, name: str, dialect: Dialect) -> str | None:
        """The column that an effective name means, as ``match`` has it."""
        if name in self.columns:
            return name
        candidates = self._by_folded.get(folded(name))
        return None if candidates is None else match(name, candidates, dialect)

    def renamed(self, names: tuple[str, ...]) -> Relation:
        """The same with its first columns renamed, as ``AS t(a, b)`` does."""
        if not names:
            return self
        return replace(self, columns=names + self.columns[len(names) :])

    def united(self, other: Relation) -> Relation:
        """The same with the rows of another behind its own."""
        return replace(
            self,
            reads=self.reads or other.reads,
            made_rows=self.made_rows + other.made_rows,
            is_one_row=False,
        )


@dataclass
class Scope:
    """The FROM items of one SELECT, inside those of the queries around it.

    Attributes:
        sources: FROM items by alias.
        merged: names that USING or NATURAL made one, in lower case.
        late_conditions: join conditions that see all FROM items, later ones too, as SQLite's do.
        aliases: names of the select list, and whether the clause at hand sees them.
    """

    outer: Scope | None
    sources: dict[str, Relation] = field(default_factory=dict)
    merged: set[str] = field(default_factory=set)
    late_conditions: list[exp.Expr] = field(default_factory=list)
    aliases: frozenset[str] = frozenset()
    aliases_visible: bool = False

    def add(self, name: str, relation: Relation) -> None:
        """Add a FROM item; one without a name stays reachable by its columns."""
        self.sources[name if name and name not in self.sources else f"{name} #{len(self.sources)}"] = relation

    @property
    def is_open(self) -> bool:
        """Whether any FROM item may have more columns than are known."""
        return any(relation.open for relation in self.sources.values())

    def column_names(self) -> list[str]:
        """The columns of all FROM items."""
        return [name for relation in self.sources.values() for name in relation.columns]

    def source(self, name: str, dialect: Dialect) -> tuple[str, Relation] | None:
        """The FROM item of that alias, here or in a query around this one."""
        for scope in self.outwards():
            found = match(name, scope.sources, dialect)
            if found is not None:
                return found, scope.sources[found]
        return None

    def outwards(self) -> Iterator[Scope]:
        """This scope, then those around it."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.outer
