"""What stands in one FROM clause, and which rows of it follow from which."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.sql.guard.names import effective, folded


@dataclass(frozen=True)
class Shape:
    """What is known of the rows of a table or query. Column names are in lower case.

    Attributes:
        keys: sets of columns that no two rows have equal.
        references: sets of columns that many rows may have equal: foreign keys.
        is_open: there may be more columns than these.
        is_one_row: it has at most one row.
        reads: it has rows of tables; else they are made, on purpose.
    """

    columns: tuple[str, ...] = ()
    keys: frozenset[frozenset[str]] = frozenset()
    references: frozenset[frozenset[str]] = frozenset()
    is_open: bool = False
    is_one_row: bool = False
    reads: bool = True

    def repeats(self, held: frozenset[str]) -> bool:
        """Whether it is known to have several rows, as a rule, for one value of these columns."""
        return any(held <= reference for reference in self.references) or any(held < key for key in self.keys)


@dataclass(eq=False)
class Relation:
    """One item of a FROM clause.

    Attributes:
        alias: the name by which its columns are reached.
        name: the name by which a reader knows it.
    """

    alias: str
    name: str
    shape: Shape


Place = tuple[Relation, str]
"""A column of a relation."""


@dataclass(frozen=True)
class Link:
    """A column that has one value where these columns have.

    Attributes:
        by: what the value follows from; empty: it is a constant.
    """

    column: Place
    by: frozenset[Place]


@dataclass
class Fixed:
    """The relations that have one row, and the columns that have one value."""

    relations: set[Relation]
    places: set[Place]

    def columns(self, relation: Relation) -> frozenset[str]:
        """Those of a relation that have one value."""
        return frozenset(name for owner, name in self.places if owner is relation)


@dataclass(eq=False)
class Joined:
    """The relations of one SELECT, in order, and what its conditions say of them.

    Attributes:
        touched: for each condition the relations that it speaks of.
        ranges: those of them that are no equality.
        read: the relations of which more is read than the columns that join them.
    """

    dialect: Dialect
    relations: list[Relation] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    touched: list[frozenset[Relation]] = field(default_factory=list)
    ranges: list[frozenset[Relation]] = field(default_factory=list)
    read: set[Relation] = field(default_factory=set)

    # -- names -----------------------------------------------------------------------------------------

    def place(self, column: exp.Column) -> Place | None:
        """Whose column it is; None: one of a query around this one, or a text in double quotes."""
        name, qualifier = folded(column.name), column.args.get("table")
        if qualifier is not None:
            alias = effective(qualifier, self.dialect)
            owners = [relation for relation in self.relations if relation.alias == alias]
        else:
            owners = [relation for relation in self.relations if name in relation.shape.columns]
            owners = owners or [relation for relation in self.relations if relation.shape.is_open]
        return (owners[0], name) if owners else None

    def places(self, node: exp.Expr) -> frozenset[Place]:
        """The columns that an expression reads here."""
        found = (self.place(column) for column in node.find_all(exp.Column))
        return frozenset(place for place in found if place is not None)

    def owners(self, node: exp.Expr) -> frozenset[Relation]:
        """The relations that an expression reads here."""
        return frozenset(relation for relation, _ in self.places(node))

    @property
    def constants(self) -> set[Place]:
        """The columns that conditions hold to one value."""
        return {link.column for link in self.links if not link.by}

    def picks(self, relations: Iterable[Relation]) -> bool:
        """Whether a condition holds a column of one of these to one value."""
        return bool({owner for owner, _ in self.constants} & set(relations))

    # -- what follows from what ------------------------------------------------------------------------

    def fixed(self, start: Collection[Relation], held: Iterable[Place] = ()) -> Fixed:
        """What follows where these relations have one row each and these columns one value each.

        What is not known to repeat is taken to follow: a caution is to be right rather than frequent.
        """
        constants = {*held, *self.constants}
        one_row = (relation for relation in self.relations if relation.shape.is_one_row)
        found = Fixed({*start, *one_row, *self._picked(constants)}, constants)
        while self._widen(found, self._has_key) or self._widen(found, self._may_follow):
            pass
        return found

    def fans(self, start: Collection[Relation], held: Sequence[Place] = ()) -> list[Relation]:
        """The relations that have several rows, as a rule, for one row of each of these."""
        found = self.fixed(start, held)
        return [
            relation
            for relation in self.relations
            if relation not in found.relations
            and self._is_linked(relation, found)
            and relation.shape.repeats(found.columns(relation))
        ]

    def pairs_apart(
        self, start: Collection[Relation], held: Sequence[Place] = ()
    ) -> Iterator[tuple[Relation, Relation]]:
        """Pairs of relations that each fan out from these, and of which neither says anything about the other."""
        alone, fans = self.fixed(start, held), self.fans(start, held)
        with_it = {one: self.fixed([*start, one], held) for one in fans}

        def says_nothing(one: Relation, of: Relation) -> bool:
            more = with_it[one]
            return of not in more.relations and more.columns(of) == alone.columns(of)

        for first, second in combinations(fans, 2):
            if says_nothing(first, second) and says_nothing(second, first):
                yield first, second

    def _picked(self, constants: set[Place]) -> Iterator[Relation]:
        """Relations that others refer to by key and of which a condition picks some: it likely picks one."""
        for relation in {owner for owner, _ in constants}:
            referred = {link.column[1] for link in self.links if link.by and link.column[0] is relation}
            if any(key <= referred for key in relation.shape.keys):
                yield relation

    def _widen(self, found: Fixed, follows: Callable[[Relation, Fixed], bool]) -> bool:
        places = {
            link.column
            for link in self.links
            if link.column not in found.places
            and link.column[0] not in found.relations
            and all(place in found.places or place[0] in found.relations for place in link.by)
        }
        found.places |= places
        relations = {
            relation
            for relation in self.relations
            if relation not in found.relations and follows(relation, found)
        }
        found.relations |= relations
        return bool(places or relations)

    def _has_key(self, relation: Relation, found: Fixed) -> bool:
        held = found.columns(relation)
        return any(key <= held for key in relation.shape.keys)

    def _may_follow(self, relation: Relation, found: Fixed) -> bool:
        if any(relation in both and both & found.relations for both in self.ranges):
            return True
        held = found.columns(relation)
        return self._is_linked(relation, found) and not relation.shape.repeats(held)

    def _is_linked(self, relation: Relation, found: Fixed) -> bool:
        return any(
            link.column[0] is relation and link.by and link.column in found.places for link in self.links
        )

    # -- what nothing relates --------------------------------------------------------------------------

    def parts(self) -> list[list[Relation]]:
        """The relations in groups, within which conditions relate them to each other."""
        parts = [{relation} for relation in self.relations]
        for touched in self.touched:
            together = [part for part in parts if part & touched]
            if len(together) > 1:
                parts = [part for part in parts if part not in together]
                parts.append(set().union(*together))
        order = self.relations.index
        return sorted((sorted(part, key=order) for part in parts), key=lambda part: order(part[0]))
