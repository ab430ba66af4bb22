"""Reading FROM clauses off a query, and working out the keys of what its subqueries and CTEs give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlglot import exp
from sqlglot.optimizer.scope import find_all_in_scope

from chat2sql.engine.schema.catalogue import Catalogue, Table
from chat2sql.engine.sql.cautions.joined import Joined, Link, Relation, Shape
from chat2sql.engine.sql.cautions.outputs import Outputs, numbered, output_of, outputs_of, place_of
from chat2sql.engine.sql.guard.names import folded, referenced_cte, source_name
from chat2sql.engine.sql.repair.from_clause import conjuncts

_MADE = Shape(is_open=True, reads=False)
_UNKNOWN = Shape(is_open=True)
_EQUALITIES = (exp.EQ, exp.NullSafeEQ)
_READING = ("group", "having", "order")


class Reader:
    """Reads the queries of one statement."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue, self._dialect = catalogue, catalogue.dialect
        self._joined: dict[int, Joined] = {}
        self._shapes: dict[int, Shape] = {}
        self._targets: dict[str, set[frozenset[str]]] = {}
        for table in catalogue.tables:
            for key in table.foreign_keys:
                target = catalogue.table(key.target_table)
                if target is not None:
                    known = self._targets.setdefault(catalogue.key(target), set())
                    known.add(frozenset(map(folded, key.target_columns)))

    # -- FROM ------------------------------------------------------------------------------------------

    def joined(self, select: exp.Select) -> Joined:
        """What stands in the FROM clause of a SELECT, with the conditions of its joins and of WHERE."""
        if id(select) not in self._joined:
            joined = self._joined[id(select)] = Joined(self._dialect)
            conditions: list[exp.Expr] = []
            for item in _items(select):
                self._add(item, joined, conditions)
            if (where := select.args.get("where")) is not None:
                conditions.append(where.this)
            for condition in conditions:
                for plain in conjuncts(condition):
                    _note(plain, joined)
            if (having := select.args.get("having")) is not None:
                joined.touched += [joined.owners(plain) for plain in conjuncts(having.this)]
            for clause in (*select.expressions, *map(select.args.get, _READING)):
                for column in find_all_in_scope(clause, exp.Column) if clause is not None else ():
                    joined.read |= joined.owners(column)
        return self._joined[id(select)]

    def _add(self, item: exp.Expr, joined: Joined, conditions: list[exp.Expr]) -> None:
        node = item.this if isinstance(item, exp.Join) else item
        before = list(joined.relations)
        if (
            isinstance(node, exp.Subquery)
            and not node.alias
            and isinstance(node.this, (exp.Table, exp.Subquery))
        ):
            self._add(node.this, joined, conditions)
        else:
            # ROWS FROM (...) has neither a name nor one function that it is called by.
            alias = source_name(node, self._dialect) if node.alias or node.this else ""
            shape = self._item(node)
            joined.relations.append(Relation(alias, self._told(node) or alias or "(SELECT ...)", shape))
        for inner in node.args.get("joins") or []:
            self._add(inner, joined, conditions)
        if not isinstance(item, exp.Join):
            return
        if (on := item.args.get("on")) is not None:
            conditions.append(on)
        newest = joined.relations[len(before)]
        using = [folded(identifier.name) for identifier in item.args.get("using") or []]
        if item.args.get("method") == "NATURAL":
            using = [
                name for name in newest.shape.columns if any(name in one.shape.columns for one in before)
            ]
        for name in using:
            other = next((one for one in before if name in one.shape.columns), before[-1])
            joined.links += [
                Link((newest, name), frozenset({(other, name)})),
                Link((other, name), frozenset({(newest, name)})),
            ]
            joined.touched.append(frozenset({newest, other}))

    def _told(self, node: exp.Expr) -> str:
        table = self._table(node)
        return self._catalogue.key(table) if table is not None else ""

    def _table(self, node: exp.Expr) -> Table | None:
        if not isinstance(node, exp.Table) or not isinstance(node.this, exp.Identifier):
            return None
        if referenced_cte(node, self._dialect) is not None:
            return None
        return self._catalogue.table(".".join(part.name for part in node.parts))

    def _item(self, node: exp.Expr) -> Shape:
        if node.args.get("pivots"):
            return _UNKNOWN
        alias = node.args.get("alias")
        names = tuple(folded(column.name) for column in (alias.args.get("columns") or [] if alias else []))
        if isinstance(node, (exp.Subquery, exp.Values)):
            return _renamed(self.shape(node), names)
        if not isinstance(node, exp.Table) or not isinstance(node.this, exp.Identifier):
            return _MADE
        cte = referenced_cte(node, self._dialect)
        if cte is not None:
            own = tuple(map(folded, cte.alias_column_names))
            return _renamed(_renamed(self.shape(cte.this), own), names)
        table = self._table(node)
        return _renamed(self._shape_of(table), names) if table is not None else _UNKNOWN

    def _shape_of(self, table: Table) -> Shape:
        keys = set(self._targets.get(self._catalogue.key(table), ()))
        if table.primary_key:
            keys.add(frozenset(map(folded, table.primary_key)))
        return Shape(
            columns=tuple(folded(column.name) for column in table.columns),
            keys=frozenset(keys),
            references=frozenset(frozenset(map(folded, key.columns)) for key in table.foreign_keys),
        )

    # -- what a query gives ----------------------------------------------------------------------------

    def shape(self, query: exp.Expr) -> Shape:
        """What is known of the rows that a query gives."""
        if id(query) not in self._shapes:
            # What a recursive CTE reads of itself is made by it.
            self._shapes[id(query)] = _MADE
            self._shapes[id(query)] = self._worked_out(query)
        return self._shapes[id(query)]

    def _worked_out(self, query: exp.Expr) -> Shape:
        if isinstance(query, exp.Subquery):
            shape = self.shape(query.this)
        elif isinstance(query, exp.Select):
            shape = self._select(query)
        elif isinstance(query, exp.SetOperation):
            left, right = self.shape(query.this), self.shape(query.expression)
            every = frozenset(
                {frozenset(left.columns)} if query.args.get("distinct") and not left.is_open else ()
            )
            shape = Shape(left.columns, every, is_open=left.is_open, reads=left.reads or right.reads)
        elif isinstance(query, exp.Values):
            shape = replace(_MADE, is_one_row=len(query.expressions) == 1)
        else:
            shape = _UNKNOWN
        limit = query.args.get("limit")
        if limit is not None and limit.expression is not None and limit.expression.name == "1":
            shape = replace(shape, is_one_row=True)
        return shape

    def _select(self, select: exp.Select) -> Shape:
        joined = self.joined(select)
        outputs = outputs_of(select, joined)
        columns = tuple(name for name, _ in outputs)
        is_open = any(not name for name in columns) or any(one.shape.is_open for one in joined.relations)
        shape = Shape(columns, is_open=is_open, reads=any(one.shape.reads for one in joined.relations))
        group, distinct = select.args.get("group"), select.args.get("distinct")
        keys: set[frozenset[str]] = set()
        if distinct is not None and not is_open and distinct.args.get("on") is None:
            keys.add(frozenset(columns))
        if group is not None:
            own = [output_of(item, select, outputs, joined) for item in group.expressions]
            is_plain = not any(value for name, value in group.args.items() if name != "expressions")
            if is_plain and all(own):
                keys.add(frozenset(own))
            return replace(shape, keys=frozenset(keys))
        if any(
            _is_plain_aggregate(node)
            for item in select.expressions
            for node in find_all_in_scope(item, exp.AggFunc)
        ):
            return replace(shape, is_one_row=True)
        if distinct is not None and distinct.args.get("on") is not None:
            own = [
                output_of(item, select, outputs, joined) for item in distinct.args["on"].unnest().expressions
            ]
            keys |= {frozenset(own)} if all(own) else set()
        keys |= set(numbered(select, outputs, joined))
        return self._inherited(shape, joined, outputs, keys)

    def _inherited(
        self,
        shape: Shape,
        joined: Joined,
        outputs: Outputs,
        keys: set[frozenset[str]],
    ) -> Shape:
        """With the keys of each relation that no other one repeats."""
        references: set[frozenset[str]] = set()
        named = {place: name for name, value in outputs if (place := place_of(value, joined)) is not None}
        constant = {link.column for link in joined.links if not link.by}
        for relation in joined.relations:
            if any(other not in joined.fixed([relation]).relations for other in joined.relations):
                continue
            is_picked = any(owner is relation for owner, _ in constant)
            for key in relation.shape.keys:
                left = [(relation, name) for name in key if (relation, name) not in constant]
                if all(place in named for place in left):
                    keys.add(frozenset(named[place] for place in left))
            for key in relation.shape.references if not is_picked else ():
                if all((relation, name) in named for name in key):
                    references.add(frozenset(named[relation, name] for name in key))
        return replace(
            shape,
            keys=frozenset(keys),
            references=frozenset(references),
            is_one_row=frozenset() in keys or all(one.shape.is_one_row for one in joined.relations),
        )


def _items(select: exp.Select) -> Iterator[exp.Expr]:
    from_ = select.args.get("from_")
    if from_ is not None:
        yield from_.this
    yield from select.args.get("joins") or []
    yield from select.args.get("laterals") or []


def _renamed(shape: Shape, names: tuple[str, ...]) -> Shape:
    if not names:
        return shape
    if len(shape.columns) < len(names):
        return replace(shape, columns=names, keys=frozenset(), references=frozenset())
    new = dict(zip(shape.columns, (*names, *shape.columns[len(names) :]), strict=True))

    def mapped(sets: frozenset[frozenset[str]]) -> frozenset[frozenset[str]]:
        return frozenset(frozenset(new[name] for name in one) for one in sets)

    return replace(
        shape, columns=tuple(new.values()), keys=mapped(shape.keys), references=mapped(shape.references)
    )


def _is_plain_aggregate(node: exp.Expr) -> bool:
    return not isinstance(node.parent, exp.Window)


# -- conditions ----------------------------------------------------------------------------------------


def _note(plain: exp.Expr, joined: Joined) -> None:
    """Take down what a condition says."""
    owners = joined.owners(plain)
    joined.touched.append(owners)
    links = list(_links(plain, joined))
    joined.links += links
    if not links and len(owners) > 1:
        joined.ranges.append(owners)
    if len(links) < 2:
        joined.read |= owners


def _links(plain: exp.Expr, joined: Joined) -> Iterator[Link]:
    if isinstance(plain, _EQUALITIES):
        left, right = plain.this.unnest(), plain.expression.unnest()
        for one, other in ((left, right), (right, left)):
            place = joined.place(one) if isinstance(one, exp.Column) else None
            if place is not None:
                yield Link(place, frozenset() if other.find(exp.Query) else joined.places(other))
    elif isinstance(plain, (exp.Is, exp.In)) and _is_one_value(plain):
        for column in plain.this.find_all(exp.Column):
            if (place := joined.place(column)) is not None:
                yield Link(place, frozenset())


def _is_one_value(plain: exp.Is | exp.In) -> bool:
    """Whether one value is asked for: NULL, a list of one, or the latest of each group."""
    if isinstance(plain, exp.Is):
        return isinstance(plain.expression, exp.Null)
    query = plain.args.get("query")
    return len(plain.expressions) == 1 if query is None else query.find(exp.AggFunc) is not None
