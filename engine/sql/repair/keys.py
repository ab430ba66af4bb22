"""Mending joins that do not follow the keys: small models know which tables to join, and guess on which columns."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from chat2sql.engine.schema.catalogue import Catalogue, Table
from chat2sql.engine.sql.repair.from_clause import FromClause, Source, read_from, sides
from chat2sql.engine.sql.repair.joins import Hop, conditions, join_paths
from chat2sql.engine.sql.repair.likeness import same_words
from chat2sql.engine.sql.repair.steps import Repair, RepairKind
from chat2sql.engine.sql.repair.writing import free_alias, written_join

_Placed = list[tuple[Source, tuple[Hop, ...]]]
"""Tables in an order in which each can be joined to those before; no hops: by the condition that it had."""


def mend_joins(tree: exp.Expr, catalogue: Catalogue) -> list[Repair]:
    """Join along the foreign keys where a condition equates columns that no key relates; in place.

    A condition stays where no keys join the tables at all, and where it equates columns of one name or two references
    to the same table. A table that nothing but such a condition reads is left out.
    """
    done = []
    for select in list(tree.find_all(exp.Select)):
        clause = read_from(select, catalogue)
        if clause is not None and (repair := _Joins(clause, catalogue).mended()) is not None:
            done.append(repair)
    return done


class _Joins:
    def __init__(self, clause: FromClause, catalogue: Catalogue) -> None:
        self._clause, self._catalogue = clause, catalogue
        self._doubtful = {
            source
            for source in clause.sources[1:]
            if any(self._is_guess(link, source) for link in source.links)
        }

    def mended(self) -> Repair | None:
        """What was done; None: nothing had to be, or nothing could be."""
        keys = self._clause.keys()
        # Which of two of the same table a key should lead to cannot be known.
        if not self._doubtful or len(set(keys)) < len(keys):
            return None
        guesses = [link for source in self._doubtful for link in source.links]
        # COUNT(*) and SELECT * read every table.
        everything = self._clause.select.find(exp.Star) is not None
        kept = [
            source
            for source in self._clause.sources
            if everything or self._clause.readers(source, without=guesses)
        ]
        placed = self._placed(kept or self._clause.sources)
        before = self._clause.text()
        if placed is None:
            return None
        self._write(placed)
        after = self._clause.text()
        if after == before:
            return None
        return Repair(kind=RepairKind.JOIN_KEYS, explanation=f"{before} -> {after}")

    # -- reading ---------------------------------------------------------------------------------------

    def _is_guess(self, link: exp.EQ, source: Source) -> bool:
        """Whether the columns that it equates have nothing to do with each other, though keys join their tables."""
        (left, first), (right, second) = (self._clause.end(side) for side in sides(link))
        if left is None or right is None or first is None or second is None:
            return left is not right and self._reaches(source)
        if left.table == right.table or _targets(left.table, first) & _targets(right.table, second):
            return False
        keys = self._catalogue.key(left.table), self._catalogue.key(right.table)
        if related := conditions(self._catalogue, *keys):
            return not any((second, first) in pairs for pairs in related)
        primary = [_is_primary(left.table, first), _is_primary(right.table, second)]
        if same_words(first, second) and not all(primary):
            return False
        is_key = any(primary) or _targets(left.table, first) or _targets(right.table, second)
        return bool(is_key) and bool(join_paths(self._catalogue, [keys[0]], keys[1]))

    def _reaches(self, source: Source) -> bool:
        """Whether keys lead from the tables before it to this one."""
        wanted = self._catalogue.key(source.table)
        present = self._clause.keys()[: self._clause.sources.index(source)]
        return wanted not in present and bool(join_paths(self._catalogue, present, wanted))

    # -- writing ---------------------------------------------------------------------------------------

    def _placed(self, sources: Sequence[Source]) -> _Placed | None:
        placed: _Placed = [(sources[0], ())]
        waiting = list(sources[1:])
        while waiting:
            ready = next((source for source in waiting if self._is_ready(source, placed)), None)
            found = (ready, ()) if ready is not None else self._nearest(waiting, placed)
            if found is None:
                return None
            placed.append(found)
            waiting.remove(found[0])
        return placed

    def _is_ready(self, source: Source, placed: _Placed) -> bool:
        there = {source, *(other for other, _ in placed)}
        return source not in self._doubtful and all(
            self._clause.end(side)[0] in there for link in source.links for side in sides(link)
        )

    def _nearest(self, waiting: Sequence[Source], placed: _Placed) -> tuple[Source, tuple[Hop, ...]] | None:
        present = [self._catalogue.key(source.table) for source, _ in placed]
        ways = [
            (source, paths[0])
            for source in waiting
            if (paths := join_paths(self._catalogue, present, self._catalogue.key(source.table)))
        ]
        return min(ways, key=lambda way: len(way[1]), default=None)

    def _write(self, placed: _Placed) -> None:
        select, first = self._clause.select, placed[0][0]
        aliases = {self._catalogue.key(source.table): source.alias for source, _ in placed}
        taken = {source.alias for source, _ in placed}
        joins: list[exp.Join] = []
        for source, hops in placed[1:]:
            if not hops and source.join is not None:
                joins.append(source.join)
            for hop in hops:
                if hop.table not in aliases:
                    aliases[hop.table] = free_alias(hop.table.rpartition(".")[2], taken)
                    taken.add(aliases[hop.table])
                joins.append(written_join(hop, aliases[hop.to], aliases[hop.table], self._catalogue))
            if hops:
                for other in source.others:
                    joins[-1].on(other.copy(), copy=False)
        select.set("from_", exp.From(this=first.node))
        select.set("joins", joins)
        for condition in first.others:
            select.where(condition.copy(), copy=False)


def _targets(table: Table, name: str) -> set[tuple[str, str]]:
    """What the column refers to."""
    return {
        (key.target_table, target)
        for key in table.foreign_keys
        for own, target in zip(key.columns, key.target_columns, strict=False)
        if own == name
    }


def _is_primary(table: Table, name: str) -> bool:
    column = table.column(name)
    return column is not None and column.primary_key
