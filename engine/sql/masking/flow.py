"""What is known of a value inside a query: which masked columns it tells of, and how much.

An information-flow analysis of three levels. It errs on the safe side: what it cannot tell is DERIVED.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property

from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.sql.guard.names import folded
from chat2sql.engine.sql.guard.policy import MaskKind
from chat2sql.engine.sql.masking.families import Family


class How(IntEnum):
    """How a value came about, from the most to the least harmless use.

    COPY: a stored value or a literal as it stands. TEST: the outcome of comparing whole values for equality.
    DERIVED: anything else that was worked out.
    """

    COPY = 0
    TEST = 1
    DERIVED = 2


@dataclass(frozen=True)
class Flow:
    """Where a value comes from.

    Attributes:
        columns: the masked columns that it tells of, as ``table.column``; empty: of none.
        kind: how it has to be masked; None: not at all. Any kind but SECRET is that of a copy.
        family: of its type; None: not known.
    """

    columns: frozenset[str] = frozenset()
    kind: MaskKind | None = None
    how: How = How.COPY
    family: Family | None = None

    @property
    def tells(self) -> bool:
        """Whether it tells of any masked column."""
        return bool(self.columns)


STORED = Flow()
"""A value that is nobody's secret, as stored or as written."""
COMPUTED = Flow(how=How.DERIVED)
"""A value that is nobody's secret, but worked out: it could run through all values that a secret may have."""


def mixed(flows: Iterable[Flow]) -> Flow:
    """One of these values as it stands, not known which, as a set operation or COALESCE gives."""
    parts = list(flows)
    if len(parts) == 1:
        return parts[0]
    kinds = {part.kind for part in parts}
    columns = frozenset[str]().union(*(part.columns for part in parts))
    kind = kinds.pop() if len(kinds) == 1 else MaskKind.SECRET if columns else None
    return Flow(columns, kind, max((part.how for part in parts), default=How.COPY), common_family(parts))


def common_family(flows: Iterable[Flow]) -> Family | None:
    """The family that all values have; None: they differ, or it is not known of some."""
    families = {flow.family for flow in flows}
    return families.pop() if len(families) == 1 else None


def together(flows: Iterable[Flow]) -> Flow:
    """All of these values as they stand, as a row or a list has them."""
    flow = mixed(flows)
    return replace(flow, kind=MaskKind.SECRET) if flow.tells else flow


def derived(flows: Iterable[Flow]) -> Flow:
    """Something worked out of these values; out of nothing but tests of equality it is such a test itself."""
    telling = [part for part in flows if part.tells]
    if not telling:
        return COMPUTED
    only_tests = all(part.how is How.TEST for part in telling)
    columns = frozenset[str]().union(*(part.columns for part in telling))
    return Flow(columns, MaskKind.SECRET, How.TEST if only_tests else How.DERIVED)


def equated(flows: Iterable[Flow]) -> Flow:
    """Whether these whole values are equal.

    A masked value may be compared with what is stored or written in the query. Against worked-out values a join
    would find it out, whatever it is.
    """
    parts = list(flows)
    telling = [part for part in parts if part.tells]
    if not telling:
        return COMPUTED
    whole = all(part.how is not How.DERIVED for part in telling)
    copies = any(part.how is How.COPY for part in telling)
    against_computed = any(part.how is How.DERIVED for part in parts if not part.tells)
    columns = frozenset[str]().union(*(part.columns for part in telling))
    how = How.TEST if whole and not (copies and against_computed) else How.DERIVED
    return Flow(columns, MaskKind.SECRET, how)


@dataclass(frozen=True)
class Output:
    """One column of a relation; the name is as the database knows it, empty if the database invents it."""

    name: str
    flow: Flow


@dataclass(frozen=True)
class Relation:
    """What a FROM item or a query offers.

    Attributes:
        rest: what any further column tells of; None: there are no further ones.
    """

    outputs: tuple[Output, ...] = ()
    rest: Flow | None = None

    @cached_property
    def _by_name(self) -> dict[str, list[Output]]:
        by_name: dict[str, list[Output]] = {}
        for output in self.outputs:
            by_name.setdefault(folded(output.name), []).append(output)
        return by_name

    def renamed(self, names: tuple[str, ...]) -> Relation:
        """The same with its first columns renamed, as ``AS t(a, b)`` does."""
        if not names:
            return self
        outputs = self.outputs
        if self.rest is not None:
            outputs += tuple(Output("", self.rest) for _ in names[len(outputs) :])
        renamed = tuple(replace(output, name=name) for name, output in zip(names, outputs, strict=False))
        return replace(self, outputs=renamed + outputs[len(renamed) :])

    def column(self, name: str, dialect: Dialect) -> Flow | None:
        """What the column of that name tells of; None: it has none of that name for certain."""
        any_case = self._by_name.get(folded(name), ())
        same_case = [output for output in any_case if output.name == name]
        found = same_case if same_case and dialect is Dialect.POSTGRESQL else any_case
        return mixed(output.flow for output in found) if found else None

    def vague(self) -> Flow | None:
        """What a column may tell of whose name is not known here; None: all names are known."""
        flows = [output.flow for output in self.outputs if not output.name]
        if self.rest is not None:
            flows.append(self.rest)
        return mixed(flows) if flows else None

    def whole(self) -> Flow:
        """What a whole row tells of."""
        flows = [output.flow for output in self.outputs]
        return together(flows if self.rest is None else [*flows, self.rest])


def beside(first: Relation, second: Relation) -> Relation:
    """The columns of both."""
    rests = [relation.rest for relation in (first, second) if relation.rest is not None]
    return Relation((*first.outputs, *second.outputs), mixed(rests) if rests else None)


def joined(first: Relation, second: Relation) -> Relation:
    """Rows of either, column by column, under the names of the first."""
    rests = [relation.rest for relation in (first, second) if relation.rest is not None]
    width = max(len(first.outputs), len(second.outputs))
    outputs: list[Output] = []
    for position in range(width):
        here = [r.outputs[position] for r in (first, second) if position < len(r.outputs)]
        outputs.append(Output(here[0].name, mixed([*(output.flow for output in here), *rests])))
    return Relation(tuple(outputs), mixed(rests) if rests else None)


Ctes = Mapping[str, Relation]
"""Common table expressions by the name that the database looks up."""


class Scope:
    """The FROM items of one SELECT, inside those of the queries around it.

    Attributes:
        sources: FROM items with the names that qualify their columns; a name may come twice.
        star: what ``*`` stands for, in the database's order.
        outputs: the values of the select list, in order.
        aliases: those of them that it names, in lower case.
        aliases_compete: the clause at hand may take an alias for a column of the same name.
        conditions: of joins, to be judged when all FROM items are known.
        extremes: what its MIN and MAX tell of.
    """

    def __init__(self, outer: Scope | None, ctes: Ctes) -> None:
        self.outer = outer
        self.ctes = ctes
        self.sources: list[tuple[str, Relation]] = []
        self.star = Relation()
        self.outputs: list[Flow] = []
        self.aliases: dict[str, Flow] = {}
        self.aliases_compete = False
        self.conditions: list[exp.Expr] = []
        self.extremes: list[Flow] = []

    def named(self, name: str) -> list[Relation]:
        """The FROM items of that name: here, or else in the nearest query around this one that has any."""
        scope: Scope | None = self
        while scope is not None:
            for spell in (str, folded):
                found = [relation for known, relation in scope.sources if spell(known) == spell(name)]
                if found:
                    return found
            scope = scope.outer
        return []


def is_star(node: exp.Expr) -> bool:
    """Whether a select-list item is ``*`` or ``t.*``."""
    return isinstance(node, exp.Star) or (isinstance(node, exp.Column) and isinstance(node.this, exp.Star))
