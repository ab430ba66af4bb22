"""What the expressions of a query tell of masked columns, and which of them betray one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import replace

from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.sql.guard.names import effective, folded
from chat2sql.engine.sql.guard.policy import MaskKind
from chat2sql.engine.sql.masking.failures import decisive
from chat2sql.engine.sql.masking.families import Family, converts, given_by, target
from chat2sql.engine.sql.masking.flow import (
    COMPUTED,
    STORED,
    Ctes,
    Flow,
    How,
    Relation,
    Scope,
    common_family,
    derived,
    equated,
    mixed,
    together,
)

_AS_WRITTEN = (exp.Literal, exp.Null, exp.Boolean, exp.Identifier, exp.Var, exp.DataType, exp.Star)
_TRANSPARENT = (exp.Paren, exp.Alias, exp.Collate, exp.Any, exp.All, exp.Where, exp.Ordered)
_EQUALITIES = (exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ, exp.In)
_CONNECTIVES = (exp.And, exp.Or, exp.Xor, exp.Not, exp.Paren)
_GROUPINGS = (exp.Tuple, exp.Paren, exp.Rollup, exp.Cube, exp.GroupingSets)
# A literal that is only spelled in another way stays one value.
_SPELLINGS = (exp.Cast, exp.TryCast, exp.Neg, exp.Date, exp.Timestamp, exp.Lower, exp.Upper, exp.Trim)
_SQLITE_ROW_ID = frozenset({"rowid", "oid", "_rowid_"})


class Expressions(ABC):
    """The rules for expressions; those for queries stand in ``from_items`` and ``relations``."""

    def __init__(self, dialect: Dialect, everything: Flow) -> None:
        """Start anew.

        Args:
            everything: tells of all masked columns of all tables in the query; for what cannot be resolved.
        """
        self.dialect = dialect
        self.everything = everything
        self.betrayed: dict[str, None] = {}
        rules: list[tuple[tuple[type[exp.Expr], ...], Callable[[exp.Expr, Scope], Flow]]] = [
            (_AS_WRITTEN, lambda node, _scope: _written(node)),
            (_TRANSPARENT, lambda node, scope: self.value(node.this, scope)),
            (_EQUALITIES, lambda node, scope: self.equal(self._operands(node, scope))),
            ((exp.Nullif,), self._nullif),
            ((exp.And, exp.Or, exp.Xor, exp.Not), self.condition),
            (_SPELLINGS, self._respelled),
            ((exp.Min, exp.Max), self._extreme),
            ((exp.Tuple, exp.Array), lambda node, scope: together(self._operands(node, scope))),
            ((exp.Coalesce,), lambda node, scope: mixed(self._operands(node, scope))),
            ((exp.Select, exp.SetOperation, exp.Subquery, exp.Values), self._subquery),
            ((exp.Column,), self._column),
            ((exp.Is,), self._is),
            ((exp.Exists,), self._exists),
            ((exp.Count, exp.ApproxDistinct), self._count),
            ((exp.CountIf,), self._count_if),
            ((exp.Case,), self._case),
            ((exp.If,), self._if),
            ((exp.Filter,), self._filter),
            ((exp.Window,), self._window),
        ]
        self._rules = {kind: rule for kinds, rule in rules for kind in kinds}

    @abstractmethod
    def query(self, node: exp.Expr, ctes: Ctes, outer: Scope | None) -> Relation:
        """What a query inside an expression offers."""

    # -- what may be done with a masked value without showing it ---------------------------------------

    def condition(self, node: exp.Expr, scope: Scope) -> Flow:
        """Rows are chosen by it: whole values may be tested for equality."""
        flows: list[Flow] = []
        pending = [node]
        while pending:
            part = pending.pop()
            if isinstance(part, _CONNECTIVES):
                pending.extend(part.iter_expressions())
            else:
                flow = self.value(part, scope)
                self.betray(flow, unless=flow.how is How.TEST)
                flows.append(flow)
        return derived(flows)

    def grouped(self, node: exp.Expr, scope: Scope) -> None:
        """Rows are brought together by it: whole values may be."""
        if isinstance(node, _GROUPINGS):
            for part in node.iter_expressions():
                self.grouped(part, scope)
            return
        self.counted(self._clause_value(node, scope))

    def ordered(self, node: exp.Expr, scope: Scope) -> None:
        """Rows are sorted by it. A name may be: its first letter is shown anyway. Between sorted telephone numbers
        the digits that are hidden could be worked out."""
        flow = self._clause_value(node, scope)
        self.betray(
            flow, unless=flow.how is How.TEST or (flow.how is How.COPY and flow.kind is MaskKind.NAME)
        )

    def counted(self, flow: Flow) -> None:
        """Only whether there is a value, or whether values are equal, comes out."""
        self.betray(flow, unless=flow.how is not How.DERIVED)

    def betray(self, flow: Flow, *, unless: bool = False) -> None:
        """Note the masked columns that a value tells of at a place where it could be found out."""
        if not unless:
            self.betrayed |= dict.fromkeys(sorted(flow.columns))

    def equal(self, flows: Iterable[Flow]) -> Flow:
        """Whether values are equal. DuckDB converts text that meets anything else, which fails on some rows."""
        parts = list(flows)
        if self.dialect is Dialect.DUCKDB and any(flow.family is not Family.TEXT for flow in parts):
            for flow in parts:
                self.betray(flow, unless=flow.family in (Family.NUMBER, Family.TIME))
        return equated(parts)

    def _clause_value(self, node: exp.Expr, scope: Scope) -> Flow:
        """GROUP BY and ORDER BY may mean a column of the select list, by its number or name."""
        bare = node.this if isinstance(node, exp.Ordered) else node
        if isinstance(bare, exp.Literal) and bare.name.isdigit():
            position = int(bare.name) - 1
            return scope.outputs[position] if position < len(scope.outputs) else mixed(scope.outputs)
        if isinstance(bare, exp.Var):
            return mixed(scope.outputs)  # ORDER BY ALL
        if isinstance(node, exp.Ordered) and isinstance(bare, exp.Column) and not bare.table:
            alias = scope.aliases.get(folded(bare.name))
            if alias is not None:
                return alias
        return self.value(bare, scope)

    # -- expressions -----------------------------------------------------------------------------------

    def value(self, node: exp.Expr, scope: Scope) -> Flow:
        """What the value of an expression tells of. Masked columns that decide whether it fails are betrayed."""
        rule = self._rules.get(type(node))
        if rule is not None:
            return rule(node, scope)
        parts = self._parts(node, scope)
        flow = derived(parts)
        return replace(flow, family=given_by(node, _told_family(parts)))

    def _operands(self, node: exp.Expr, scope: Scope) -> list[Flow]:
        return [self.value(part, scope) for part in node.iter_expressions()]

    def _parts(self, node: exp.Expr, scope: Scope) -> list[Flow]:
        """The values that go into an expression, through all operators and functions without a rule of their own."""
        flows: list[Flow] = []
        pending = _children(node, decide=False)
        while pending:
            part, decides = pending.pop()
            rule = self._rules.get(type(part))
            if rule is None:
                pending += _children(part, decide=decides)
                continue
            flows.append(rule(part, scope))
            self.betray(flows[-1], unless=not decides)
        return flows

    def _column(self, node: exp.Expr, scope: Scope) -> Flow:
        qualifier = node.args.get("table")
        if isinstance(node.this, exp.Star):
            return together(relation.whole() for relation in self._sources(qualifier, scope))
        name = effective(node.this, self.dialect)
        if qualifier is None:
            return self._unqualified(name, scope)
        sources = scope.named(effective(qualifier, self.dialect))
        flows = [relation.column(name, self.dialect) or relation.vague() for relation in sources]
        known = [flow for flow in flows if flow is not None]
        return mixed(known) if known else self._unknown(name)

    def _sources(self, qualifier: exp.Expr | None, scope: Scope) -> list[Relation]:
        if qualifier is None:
            return [scope.star]
        return scope.named(effective(qualifier, self.dialect)) or [Relation(rest=self.everything)]

    def _unqualified(self, name: str, scope: Scope) -> Flow:
        """The nearest column of that name, and whatever nearer thing without a known name it could be."""
        candidates: list[Flow] = []
        level: Scope | None = scope
        while level is not None:
            columns = (relation.column(name, self.dialect) for _, relation in level.sources)
            found = [flow for flow in columns if flow is not None]
            if level.aliases_compete and folded(name) in level.aliases:
                found.append(level.aliases[folded(name)])
            if found:
                return mixed([*candidates, *found])
            vague = (relation.vague() for _, relation in level.sources)
            candidates += [flow for flow in vague if flow is not None]
            if folded(name) in level.aliases:
                candidates.append(level.aliases[folded(name)])
            level = level.outer
        candidates += [relation.whole() for relation in scope.named(name)]  # a whole row, as in count(t)
        return mixed(candidates) if candidates else self._unknown(name)

    def _unknown(self, name: str) -> Flow:
        is_row_id = self.dialect is Dialect.SQLITE and folded(name) in _SQLITE_ROW_ID
        return STORED if is_row_id else self.everything

    def _subquery(self, node: exp.Expr, scope: Scope) -> Flow:
        relation = self.query(node, scope.ctes, scope)
        if len(relation.outputs) == 1 and relation.rest is None:
            return relation.outputs[0].flow
        return relation.whole()

    def _respelled(self, node: exp.Expr, scope: Scope) -> Flow:
        if isinstance(node.this, exp.Literal):
            return Flow(family=target(node))
        if not isinstance(node, (exp.Cast, exp.Date, exp.Timestamp)):
            parts = self._parts(node, scope)
            return replace(derived(parts), family=given_by(node, _told_family(parts)))
        given = self.value(node.this, scope)
        others = [self.value(part, scope) for part in node.iter_expressions() if part is not node.this]
        self.betray(given, unless=converts(node, given.family, self.dialect))
        self.betray(derived(others))
        return replace(derived([given, *others]), family=target(node))

    def _nullif(self, node: exp.Expr, scope: Scope) -> Flow:
        flows = self._operands(node, scope)
        self.equal(flows)
        return replace(derived(flows), family=flows[0].family)

    def _extreme(self, node: exp.Expr, scope: Scope) -> Flow:
        parts = self._parts(node, scope)
        flow = replace(derived(parts), family=_told_family(parts))
        self._owner(node, scope).extremes.append(flow)
        return flow

    def _owner(self, aggregate: exp.Expr, scope: Scope) -> Scope:
        """The query that an aggregate belongs to: the innermost one that its columns are of."""
        columns = list(aggregate.find_all(exp.Column))
        level = scope
        while (
            level.outer is not None and columns and not any(self._is_of(column, level) for column in columns)
        ):
            level = level.outer
        return level

    def _is_of(self, column: exp.Column, level: Scope) -> bool:
        if column.table:
            return any(folded(known) == folded(column.table) for known, _ in level.sources)
        return any(
            relation.column(column.name, self.dialect) or relation.vague() for _, relation in level.sources
        )

    def _is(self, node: exp.Expr, scope: Scope) -> Flow:
        if not isinstance(node.args["expression"], exp.Null):
            return self.equal(self._operands(node, scope))
        self.counted(self.value(node.this, scope))
        return COMPUTED

    def _exists(self, node: exp.Expr, scope: Scope) -> Flow:
        if not isinstance(node.this, exp.Query):
            return derived(self._parts(node, scope))
        self.query(node.this, scope.ctes, scope)
        return COMPUTED

    def _count(self, node: exp.Expr, scope: Scope) -> Flow:
        for part in node.iter_expressions():
            for counted in part.expressions if isinstance(part, exp.Distinct) else [part]:
                self.counted(self.value(counted, scope))
        return COMPUTED

    def _count_if(self, node: exp.Expr, scope: Scope) -> Flow:
        self.condition(node.this, scope)
        return COMPUTED

    def _case(self, node: exp.Expr, scope: Scope) -> Flow:
        subject = self.value(node.this, scope) if node.this is not None else None
        tests: list[Flow] = []
        for branch in node.args["ifs"]:
            if subject is None:
                tests.append(self.condition(branch.this, scope))
            else:
                tests.append(self.equal([subject, self.value(branch.this, scope)]))
                self.betray(tests[-1], unless=tests[-1].how is How.TEST)
        values = [branch.args["true"] for branch in node.args["ifs"]]
        return self._chosen(tests, [*values, node.args.get("default")], scope)

    def _if(self, node: exp.Expr, scope: Scope) -> Flow:
        test = self.condition(node.this, scope)
        return self._chosen([test], [node.args.get("true"), node.args.get("false")], scope)

    def _chosen(self, tests: Iterable[Flow], values: Iterable[exp.Expr | None], scope: Scope) -> Flow:
        return derived([*tests, *(self.value(value, scope) for value in values if value is not None)])

    def _filter(self, node: exp.Expr, scope: Scope) -> Flow:
        self.condition(node.args["expression"].this, scope)
        return self.value(node.this, scope)

    def _window(self, node: exp.Expr, scope: Scope) -> Flow:
        self.window(node, scope)
        if isinstance(node.this, (exp.Min, exp.Max)):
            return derived(self._parts(node.this, scope))
        return derived([self.value(node.this, scope)])

    def window(self, node: exp.Expr, scope: Scope) -> None:
        """PARTITION BY, ORDER BY and frame of a window."""
        for part in node.args.get("partition_by") or []:
            self.counted(self.value(part, scope))
        order = node.args.get("order")
        for part in order.expressions if order is not None else []:
            self.ordered(part, scope)
        spec = node.args.get("spec")
        if spec is not None:
            self.betray(derived(self._parts(spec, scope)))


def _written(node: exp.Expr) -> Flow:
    if not isinstance(node, exp.Literal):
        return STORED
    return Flow(family=Family.TEXT if node.is_string else Family.NUMBER)


def _children(node: exp.Expr, *, decide: bool) -> list[tuple[exp.Expr, bool]]:
    """The parts of an expression, and of each whether it decides that the expression, or one around it, fails."""
    children = list(node.iter_expressions())
    deciding = [] if decide else decisive(node)
    return [(child, decide or any(child is part for part in deciding)) for child in children]


def _told_family(flows: Iterable[Flow]) -> Family | None:
    return common_family(flow for flow in flows if flow.tells)
