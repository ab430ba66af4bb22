"""What queries offer, column by column, and which masked columns their clauses betray."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.sql.guard.names import effective, folded
from chat2sql.engine.sql.masking.bare_columns import has_bare_columns
from chat2sql.engine.sql.masking.flow import (
    STORED,
    Ctes,
    Flow,
    How,
    Output,
    Relation,
    Scope,
    beside,
    derived,
    equated,
    is_star,
    joined,
    mixed,
)
from chat2sql.engine.sql.masking.from_items import FromItems

_ELSEWHERE = frozenset({"with_", "from_", "joins", "laterals", "expressions", "distinct"})
_CONDITIONS = frozenset({"where", "having", "qualify", "prewhere"})
_ORDERS = frozenset({"order", "sort", "cluster", "distribute"})


class Relations(FromItems):
    """Follows the masked columns through one query."""

    # -- queries ---------------------------------------------------------------------------------------

    def query(self, node: exp.Expr, ctes: Ctes, outer: Scope | None) -> Relation:
        """See ``Expressions``."""
        ctes = self._with(node, ctes, outer)
        if isinstance(node, exp.Select):
            return self._select(node, Scope(outer, ctes))
        if isinstance(node, exp.SetOperation):
            relation = self._set_operation(node, ctes, outer)
        elif isinstance(node, exp.Subquery) and isinstance(node.this, (exp.Query, exp.Values)):
            relation = self.query(node.this, ctes, outer)
        elif isinstance(node, exp.Subquery):
            return self._joined_in_parentheses(node, Scope(outer, ctes))
        elif isinstance(node, exp.Values):
            return self._values(node, Scope(outer, ctes))
        else:
            return Relation(rest=self.everything)
        self._tail(node, relation, Scope(outer, ctes))
        return relation

    def _with(self, node: exp.Expr, ctes: Ctes, outer: Scope | None) -> Ctes:
        with_ = node.args.get("with_")
        if with_ is None:
            return ctes
        known = dict(ctes)
        for cte in with_.expressions:
            name = effective(cte.args["alias"].this, self.dialect)
            columns = self.alias_columns(cte)
            before: Relation | None = None
            if isinstance(cte.this, exp.SetOperation):
                # What a recursive CTE reads of itself is what its first part and then all of it offers.
                before = known[name] = self.query(cte.this.left, known, outer).renamed(columns)
            known[name] = self.query(cte.this, known, outer).renamed(columns)
            while before is not None and known[name] != before:
                before = known[name]
                known[name] = self.query(cte.this, known, outer).renamed(columns)
        return known

    def _set_operation(self, node: exp.SetOperation, ctes: Ctes, outer: Scope | None) -> Relation:
        left = self.query(node.this, ctes, outer)
        right = self.query(node.expression, ctes, outer)
        if node.args.get("by_name"):
            both = Relation((*left.outputs, *right.outputs), left.rest or right.rest)
            left = right = Relation(rest=both.whole())
        if node.args.get("distinct") or not isinstance(node, exp.Union):
            width = max(len(left.outputs), len(right.outputs))
            for position in range(width):
                self._alike(_at(left, position), _at(right, position))
            self._alike(left.rest or STORED, right.rest or STORED)
        return joined(left, right)

    def _alike(self, *flows: Flow) -> None:
        """Rows of a set operation are compared; it has given both sides one type before."""
        test = equated(flows)
        self.betray(test, unless=test.how is How.TEST)

    def _tail(self, node: exp.Expr, relation: Relation, scope: Scope) -> None:
        """ORDER BY and LIMIT behind a set operation or a query in parentheses see its columns only."""
        scope.sources.append(("", relation))
        scope.outputs = [output.flow for output in relation.outputs]
        self._clauses(node, scope)

    def _joined_in_parentheses(self, node: exp.Subquery, scope: Scope) -> Relation:
        star = self.item(node, scope)
        for condition in scope.conditions:
            self.condition(condition, scope)
        return star

    def _values(self, node: exp.Values, scope: Scope) -> Relation:
        rows = [[self.value(cell, scope) for cell in row.expressions] for row in node.expressions]
        return Relation(tuple(Output("", mixed(cells)) for cells in zip(*rows, strict=False)))

    def _select(self, node: exp.Select, scope: Scope) -> Relation:
        from_ = node.args.get("from_")
        if from_ is not None:
            scope.star = self.item(from_.this, scope)
        for join in node.args.get("joins") or []:
            scope.star = self._join(join, scope.star, scope)
        for lateral in node.args.get("laterals") or []:
            scope.star = beside(scope.star, self.item(lateral, scope))
        relation = self._projected(node, scope)
        for condition in scope.conditions:
            self.condition(condition, scope)
        self._distinct(node, scope)
        self._clauses(node, scope)
        if (
            self.dialect is Dialect.SQLITE
            and any(flow.tells for flow in scope.extremes)
            and has_bare_columns(node)
        ):
            self.betray(derived(scope.extremes))
        return relation

    def _projected(self, node: exp.Select, scope: Scope) -> Relation:
        relation = Relation()
        for projection in node.expressions:
            if is_star(projection):
                part = self._star(projection, scope)
            elif projection.find(exp.Columns) is not None:
                part = Relation(rest=replace(scope.star.whole(), how=How.DERIVED))
            else:
                part = Relation((Output(self._output_name(projection), self.value(projection, scope)),))
                if isinstance(projection, exp.Alias):
                    scope.aliases[folded(projection.alias)] = part.outputs[0].flow
            scope.outputs += [output.flow for output in part.outputs]
            relation = beside(relation, part)
        return relation

    def _output_name(self, projection: exp.Expr) -> str:
        if isinstance(projection, exp.Alias):
            return effective(projection.args["alias"], self.dialect)
        return effective(projection.this, self.dialect) if isinstance(projection, exp.Column) else ""

    def _star(self, node: exp.Expr, scope: Scope) -> Relation:
        relation = Relation()
        for source in self._sources(node.args.get("table"), scope):
            relation = beside(relation, source)
        star = node if isinstance(node, exp.Star) else node.this
        left_out = {folded(name.name) for name in star.args.get("except_") or []}
        flows = {folded(part.alias): self.value(part.this, scope) for part in star.args.get("replace") or []}
        names = {folded(part.this.name): part.alias for part in star.args.get("rename") or []}
        outputs = tuple(
            Output(names.get(folded(output.name), output.name), flows.get(folded(output.name), output.flow))
            for output in relation.outputs
            if folded(output.name) not in left_out
        )
        return Relation(outputs, relation.rest)

    # -- clauses ---------------------------------------------------------------------------------------

    def _distinct(self, node: exp.Select, scope: Scope) -> None:
        distinct = node.args.get("distinct")
        if distinct is None:
            return
        on = distinct.args.get("on")
        if on is not None:
            self.grouped(on, scope)
            return
        for flow in scope.outputs:
            self.counted(flow)

    def _clauses(self, node: exp.Expr, scope: Scope) -> None:
        for name, value in node.args.items():
            if name in _ELSEWHERE:
                continue
            scope.aliases_compete = name != "where"
            for clause in value if isinstance(value, list) else [value]:
                if isinstance(clause, exp.Expr) and name not in {"this", "expression", "alias"}:
                    self._clause(name, clause, scope)

    def _clause(self, name: str, clause: exp.Expr, scope: Scope) -> None:
        if name in _CONDITIONS:
            self.condition(clause.this, scope)
        elif name == "windows":
            self.window(clause, scope)
        elif name == "group":
            self._group(clause, scope)
        elif name in _ORDERS:
            for part in clause.expressions:
                self.ordered(part, scope)
        else:
            for part in clause.iter_expressions():
                self.betray(self.value(part, scope))

    def _group(self, clause: exp.Expr, scope: Scope) -> None:
        if clause.args.get("all"):
            for projection in clause.parent_select.expressions if clause.parent_select else []:
                if projection.find(exp.AggFunc) is None and not is_star(projection):
                    self.counted(self.value(projection, scope))
        for part in clause.iter_expressions():
            self.grouped(part, scope)


def _at(relation: Relation, position: int) -> Flow:
    outputs = relation.outputs
    return outputs[position].flow if position < len(outputs) else relation.rest or STORED
