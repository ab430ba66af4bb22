"""Mending columns that mean nothing where they stand: another owner, another spelling, or a table that is not joined."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from sqlglot import exp

from chat2sql.engine.schema.catalogue import Catalogue, Table
from chat2sql.engine.sql.guard.columns import Unbound
from chat2sql.engine.sql.guard.names import effective, folded, referenced_cte, source_name, spell
from chat2sql.engine.sql.guard.problems import ProblemKind
from chat2sql.engine.sql.repair.joins import Hop, join_paths
from chat2sql.engine.sql.repair.likeness import CLOSE, closest, likeness, same_words
from chat2sql.engine.sql.repair.steps import Repair, RepairKind
from chat2sql.engine.sql.repair.writing import free_alias, written_join

_FILTERS = (exp.Where, exp.Having, exp.Join, exp.Group)


@dataclass(frozen=True)
class Remedy:
    """One way to mend a column; ``rank`` is smaller the likelier it is what was meant."""

    rank: int
    apply: Callable[[], Repair]


def remedies(unbound: Unbound, catalogue: Catalogue) -> list[Remedy]:
    """The likeliest ways to mend one column, all of the same rank; empty: none is likely enough."""
    found = list(_Column(unbound, catalogue).remedies())
    best = min((remedy.rank for remedy in found), default=0)
    return [remedy for remedy in found if remedy.rank == best]


class _Column:
    def __init__(self, unbound: Unbound, catalogue: Catalogue) -> None:
        self._column, self._scope = unbound.column, unbound.scope
        self._kind = unbound.kind
        self._catalogue, self._dialect = catalogue, catalogue.dialect
        self._name = unbound.column.name
        qualifier = unbound.column.args.get("table")
        self._qualifier = "" if qualifier is None else effective(qualifier, self._dialect)
        self._select = unbound.column.parent_select
        self._was = unbound.column.sql(self._dialect)

    def remedies(self) -> Iterator[Remedy]:
        """Every way to mend it."""
        if isinstance(self._column.this, exp.Star):
            yield from self._star()
            return
        yield from self._alias_of_select()
        yield from self._spelled_otherwise()
        yield from self._other_owner()
        yield from self._joined()

    def _star(self) -> Iterator[Remedy]:
        """``x.*`` where nothing is called x: the source whose table is."""
        for alias, key in self._tables().items():
            if same_words(self._qualifier, key):
                yield Remedy(0, partial(self._becomes, alias, None))

    def _alias_of_select(self) -> Iterator[Remedy]:
        """A name of the select list in a condition, where the dialect does not see it: what it stands for."""
        if (
            self._qualifier
            or not isinstance(self._select, exp.Select)
            or not self._column.find_ancestor(*_FILTERS)
        ):
            return
        for projection in self._select.expressions:
            if (
                isinstance(projection, exp.Alias)
                and folded(projection.alias) == folded(self._name)
                and not projection.find(exp.AggFunc)
                and not projection.this.find(exp.Query)
            ):
                yield Remedy(0, partial(self._replaced, projection.this))

    def _spelled_otherwise(self) -> Iterator[Remedy]:
        """The owner that was named has a column with a name like that."""
        owner = self._scope.sources.get(self._qualifier) if self._qualifier else None
        if owner is None:
            return
        context = self._tables().get(self._qualifier, "")
        for name in owner.columns:
            if same_words(self._name, name, context=context):
                yield Remedy(1, partial(self._becomes, self._qualifier, name))
        table = self._catalogue.table(context)
        prefix = table.column_prefix if table is not None else ""
        own = {name.lower().removeprefix(prefix): name for name in owner.columns}
        for rest in closest(self._name.lower().removeprefix(prefix), own):
            yield Remedy(5, partial(self._becomes, self._qualifier, own[rest]))

    def _other_owner(self) -> Iterator[Remedy]:
        """Something else in FROM, here or around this query, has that column."""
        for depth, (level, tables) in enumerate(
            zip(self._scope.outwards(), self._tables_outwards(), strict=False)
        ):
            for alias, relation in level.sources.items():
                if " #" in alias or not alias or (alias == self._qualifier and depth == 0):
                    continue
                if self._is_compared_with(alias):
                    continue
                context = tables.get(alias, "")
                named = bool(self._qualifier) and same_words(self._qualifier, tables.get(alias, alias))
                table = self._catalogue.table(context)
                prefixed = self._called_without_prefix(table) if table is not None else None
                for name in relation.columns:
                    if folded(name) == folded(self._name):
                        rank = 1 if named else 2 + depth
                    elif same_words(self._name, name, context=context) or name == prefixed:
                        rank = 2 if named else 4 + depth
                    elif likeness(self._name, name) >= CLOSE:
                        rank = 6 + depth
                    else:
                        continue
                    yield Remedy(rank, partial(self._becomes, alias, name))

    def _is_compared_with(self, alias: str) -> bool:
        """Whether it is equated with a column of that table which is called alike: it would be with itself."""
        equality = self._column.parent
        if not isinstance(equality, exp.EQ):
            return False
        other = equality.right if equality.left is self._column else equality.left
        qualifier = other.args.get("table")
        return (
            isinstance(other, exp.Column)
            and qualifier is not None
            and effective(qualifier, self._dialect) == alias
            and same_words(self._name, other.name)
        )

    def _joined(self) -> Iterator[Remedy]:
        """A table that is not in FROM has it, and foreign keys lead there."""
        if not isinstance(self._select, exp.Select) or self._kind is ProblemKind.AMBIGUOUS_COLUMN:
            return
        present = self._tables()
        before = [place for alias, place in present.items() if not self._is_compared_with(alias)]
        for table in self._catalogue.tables:
            key = self._catalogue.key(table)
            if key in present.values():
                continue
            name, closeness = self._column_of(table)
            if name is None:
                continue
            paths = join_paths(self._catalogue, before, key)
            named = bool(self._qualifier) and same_words(self._qualifier, table.name)
            around = {each for tables in self._tables_outwards() for each in tables.values()}
            for path in paths:
                from_owner = path[0].to == present.get(self._qualifier)
                rank = (2 if named or from_owner else 3) + len(path) + closeness
                # Called by its own name, a table that is nowhere in FROM was forgotten there.
                if folded(self._qualifier) == folded(table.name) and closeness == 0 and key not in around:
                    rank = 1
                yield Remedy(rank, partial(self._through, path, name))

    def _column_of(self, table: Table) -> tuple[str | None, int]:
        """The table's column that the name may mean, and how far from it that is."""
        exact = table.column(self._name)
        if exact is not None:
            return exact.name, 0
        for column in table.columns:
            if same_words(self._name, column.name, context=table.name):
                return column.name, 1
        if (called := self._called_without_prefix(table)) is not None:
            return called, 1
        return None, 0

    def _called_without_prefix(self, table: Table) -> str | None:
        """The column that is called like it, but for what all columns of the two tables begin with."""
        written = self._catalogue.table(self._tables().get(self._qualifier, ""))
        mine, theirs = (written.column_prefix if written is not None else ""), table.column_prefix
        name = self._name.lower()
        if not (mine and theirs and name.startswith(mine)):
            return None
        meant = table.column(theirs + name.removeprefix(mine))
        return meant.name if meant is not None else None

    def _tables_outwards(self) -> Iterator[dict[str, str]]:
        """The tables in FROM of the column's own SELECT, then of those around it."""
        select = self._select
        while select is not None:
            yield self._tables(select)
            select = select.parent_select

    def _tables(self, select: exp.Expr | None = None) -> dict[str, str]:
        """The tables that stand in FROM of a SELECT, the column's own one: alias to key."""
        found: dict[str, str] = {}
        select = select or self._select
        if not isinstance(select, exp.Select):
            return found
        for item in _from_items(select):
            if isinstance(item, exp.Table) and referenced_cte(item, self._dialect) is None:
                table = self._catalogue.table(".".join(part.name for part in item.parts))
                if table is not None:
                    found[source_name(item, self._dialect)] = self._catalogue.key(table)
        return found

    # -- what is done ----------------------------------------------------------------------------------

    def _becomes(self, alias: str, name: str | None) -> Repair:
        if name is not None:
            self._column.set("this", spell(name, self._dialect))
        moved = alias != self._qualifier
        if moved:
            self._column.set("table", spell(alias, self._dialect))
        kind = RepairKind.COLUMN_OWNER if moved else RepairKind.COLUMN_NAME
        return Repair(kind=kind, explanation=f"{self._was} -> {self._column.sql(self._dialect)}")

    def _replaced(self, meant: exp.Expr) -> Repair:
        self._column.replace(exp.paren(meant.copy()) if isinstance(meant, exp.Binary) else meant.copy())
        return Repair(
            kind=RepairKind.ALIAS_IN_CONDITION, explanation=f"{self._was} -> {meant.sql(self._dialect)}"
        )

    def _through(self, path: tuple[Hop, ...], name: str) -> Repair:
        assert isinstance(self._select, exp.Select)
        aliases = {key: alias for alias, key in reversed(self._tables().items())}
        taken = {alias for level in self._scope.outwards() for alias in level.sources}
        written = []
        place = self._place_of_join(self._select)
        for number, hop in enumerate(path):
            is_last = number == len(path) - 1
            wanted = self._qualifier if is_last and self._qualifier and self._qualifier not in taken else ""
            alias = wanted or free_alias(hop.table.rpartition(".")[2], taken)
            taken.add(alias)
            aliases[hop.table] = alias
            join = written_join(hop, aliases[hop.to], alias, self._catalogue)
            joins = self._select.args.get("joins") or []
            self._select.set("joins", [*joins[: place + number], join, *joins[place + number :]])
            written.append(join.sql(self._dialect).strip())
        self._column.set("this", spell(name, self._dialect))
        self._column.set("table", spell(aliases[path[-1].table], self._dialect))
        return Repair(kind=RepairKind.MISSING_JOIN, explanation=f"{self._was}: added {' '.join(written)}")

    def _place_of_join(self, select: exp.Select) -> int:
        """Where further joins go: behind all others, or before the one whose condition has the column."""
        joins: list[exp.Join] = select.args.get("joins") or []
        mine = self._column.find_ancestor(exp.Join)
        return next((number for number, join in enumerate(joins) if join is mine), len(joins))


def _from_items(select: exp.Select) -> Iterator[exp.Expr]:
    from_ = select.args.get("from_")
    if from_ is not None:
        yield from_.this
        yield from (join.this for join in from_.this.args.get("joins") or [])
    yield from (join.this for join in select.args.get("joins") or [])
