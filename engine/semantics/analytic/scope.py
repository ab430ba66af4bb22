"""One SELECT around a dataset: its joins, columns and conditions, without ever repeating a row of it."""

from __future__ import annotations

from collections.abc import Iterable

import sqlglot
from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.semantics.analytic.calendar import of_whole_month
from chat2sql.engine.semantics.analytic.intent import (
    Condition,
    Operator,
    Place,
    SegmentUse,
    Window,
)
from chat2sql.engine.semantics.analytic.joined import Joins, NotExpressible
from chat2sql.engine.semantics.analytic.literals import contains, day_of, days_from_today, literal
from chat2sql.engine.semantics.analytic.shapes import COMPARISONS
from chat2sql.engine.semantics.analytic.trees import ABOVE, NODE, TOP_NAME, below, is_root, quoted_of, topmost
from chat2sql.engine.semantics.model.finer import lines_between
from chat2sql.engine.semantics.model.joins import route, routes_from
from chat2sql.engine.semantics.model.related import Related
from chat2sql.engine.semantics.model.semantic_model import Dataset, Field, SemanticModel


class Scope:
    """A SELECT that grows joins as its columns need them.

    Args:
        suffix: of what its tables are called.
        keeps_all: whether a row stays that leads to no other of its own dataset, as who has no leader.
    """

    def __init__(self, model: SemanticModel, base: str, *, suffix: str = "", keeps_all: bool = False) -> None:
        self._model, self.base, self._suffix, self._keeps_all = model, base, suffix, keeps_all
        self._led_to: set[tuple[str, str]] = set()
        self._joins = Joins(model, base)
        self._tops: dict[str, tuple[Place, Condition | None]] = {}

    # -- columns ---------------------------------------------------------------------------------------

    def column(self, place: Place) -> exp.Expr:
        """A field, joined if need be.

        Raises:
            NotExpressible: it is not among what each row of the base has one of.
        """
        self.join(place.dataset)
        field = self._field(place)
        if place.via:
            self._led_to.add((place.dataset, place.via))
            return quoted_of(field.name, self._led_alias(place.dataset, place.via))
        if not field.expression:
            return exp.column(exp.to_identifier(field.name), table=self.alias(place.dataset))
        return self.bound(field.expression, of=place)

    def bound(self, expression: str, of: Place | None = None) -> exp.Expr:
        """An expression over ``dataset.field``, with its datasets joined.

        Args:
            of: the field whose expression it is; its name then means the column.
        """
        tree = sqlglot.parse_one(expression, read=self._model.dialect)

        def bind(node: exp.Expr) -> exp.Expr:
            if isinstance(node, exp.Column):
                dataset = ".".join(
                    part.name for part in (node.args.get("db"), node.args.get("table")) if part
                )
                place = Place(dataset=dataset or self.base, field=node.name)
                if place == of:
                    return exp.column(exp.to_identifier(node.name), table=self.alias(place.dataset))
                return self.column(place)
            return node

        return tree.transform(bind)

    def alias(self, dataset: str) -> exp.Identifier:
        """What a dataset is called in this SELECT."""
        return exp.to_identifier(dataset.rpartition(".")[2] + self._suffix)

    def join(self, dataset: str) -> None:
        """Have a dataset at hand.

        Raises:
            NotExpressible: no chain of foreign keys leads to it from the base.
        """
        self._joins.add(dataset)

    def join_nearest_first(self, datasets: Iterable[str]) -> None:
        """Have several datasets at hand; what is further away is had by way of what is nearer, where that is no detour.

        Raises:
            NotExpressible: no chain of foreign keys leads to one of them.
        """
        self._joins.add_nearest_first(datasets)

    def time_of(self, dataset: str | None = None) -> Place:
        """The field by which rows are placed in time: the base's own, else of the nearest dataset that has one.

        Raises:
            NotExpressible: nothing at hand has one.
        """
        for name in routes_from(self._model, dataset or self.base):
            known = self._model.dataset(name)
            own = name == (dataset or self.base)
            # From when to when something held is no time of what refers to it.
            if known is not None and known.time and (own or known.validity is None):
                return Place(dataset=name, field=known.time)
        raise NotExpressible(f"{self.base} has no time")

    def source(self) -> exp.Table:
        """The FROM."""
        return self.table(self.base)

    def joins(self) -> list[tuple[exp.Table, exp.Expr]]:
        """The joins in the order in which they build on each other."""
        found: list[tuple[exp.Table, exp.Expr]] = []
        for dataset, step in self._joins.taken():
            on = [
                exp.EQ(
                    this=exp.column(exp.to_identifier(mine), table=self.alias(step.source)),
                    expression=exp.column(exp.to_identifier(theirs), table=self.alias(step.target)),
                )
                for mine, theirs in zip(step.source_columns, step.target_columns, strict=True)
            ]
            found.append((self.table(dataset), exp.and_(*on)))
        return found

    def over(self, select: exp.Select) -> exp.Select:
        """The SELECT with this FROM and these joins."""
        told = select.from_(self.source())
        for table, on in self.joins():
            told = told.join(table, on=on)
        for dataset, via in sorted(self._led_to):
            there, on = self._led(dataset, via)
            told = told.join(there, on=on, join_type="left" if self._keeps_all else "")
        for dataset, (place, at) in self._tops.items():
            tops, on = self._top(dataset, place, at)
            told = told.join(tops, on=on)
        return told

    # -- conditions ------------------------------------------------------------------------------------

    def condition(self, one: Condition) -> exp.Expr:
        """A condition on a field.

        Raises:
            NotExpressible: the field cannot be had from the base.
        """
        if one.tree:
            return self._in_tree(one)
        column = self.column(one.place)
        if one.other is not None:
            return COMPARISONS[one.operator](this=column, expression=self.column(one.other))
        special = self._special(one, column)
        if special is not None:
            return exp.not_(exp.paren(special)) if one.negated else special
        values = [literal(value, self._field(one.place)) for value in one.values]
        if len(values) > 1 and one.operator in (Operator.IS, Operator.IS_NOT):
            among = exp.In(this=column, expressions=values)
            return exp.not_(among) if one.operator is Operator.IS_NOT else among
        return COMPARISONS[one.operator](this=column, expression=values[0])

    def _special(self, one: Condition, column: exp.Expr) -> exp.Expr | None:
        """What is no comparison by a symbol."""
        field = self._field(one.place)
        match one.operator:
            case Operator.SET:
                return exp.not_(exp.Is(this=column, expression=exp.Null()))
            case Operator.UNSET:
                return exp.Is(this=column, expression=exp.Null())
            case Operator.LIKE | Operator.STARTS:
                at_start = one.operator is Operator.STARTS
                return exp.or_(*(contains(column, value, at_start=at_start) for value in one.values))
            case Operator.CONTAINS:
                return exp.or_(*(self._holds(column, field, value) for value in one.values))
            case Operator.BETWEEN:
                low, high = (literal(value, field) for value in one.values)
                return exp.Between(this=column, low=low, high=high)
            case _:
                return None

    def segment(self, use: SegmentUse) -> exp.Expr:
        """The condition of a segment."""
        segment = self._model.segment(use.segment)
        if segment is None:
            raise NotExpressible(f"there is no segment {use.segment}")
        self.join(segment.dataset)
        told = [self.bound(segment.condition)] if segment.condition else []
        if segment.related is not None:
            told.append(self._leads_to(segment.dataset, segment.related))
        condition = exp.and_(*told) if len(told) > 1 else told[0]
        return exp.not_(exp.paren(condition)) if use.negated else condition

    def window(self, window: Window, dataset: str | None = None) -> exp.Expr:
        """The rows of a period."""
        place = window.place or self.time_of(dataset)
        column = self.column(place)
        window = of_whole_month(window, self._model.field(place.dataset, place.field))
        bounds: list[exp.Expr] = []
        if window.start is not None:
            bounds.append(exp.GTE(this=column, expression=day_of(window.start)))
        if window.end is not None:
            bounds.append(exp.LT(this=column.copy(), expression=day_of(window.end)))
        return exp.and_(*bounds)

    def top_of(self, place: Place, at: Condition | None = None) -> exp.Expr:
        """What a row's topmost ancestor is called, in its tree, or its ancestor at some level.

        Raises:
            NotExpressible: it is no tree.
        """
        self.join(self._tree(place.dataset).name)
        self._tops[place.dataset] = (place, at)
        return exp.column(TOP_NAME, table=self._tops_alias(place.dataset))

    def there(self, conditions: Iterable[exp.Expr], *, negated: bool) -> exp.Expr:
        """Whether there are any such rows, or none."""
        exists = exp.Exists(this=self.over(exp.select(exp.Literal.number(1))).where(*conditions))
        return exp.not_(exists) if negated else exists

    def leading(self, dataset: str, to: str) -> tuple[Scope, list[exp.Expr]]:
        """The rows of a dataset, and what makes them lead to a row of another that is at hand."""
        lines = lines_between(self._model, dataset, to)
        way = route(self._model, lines or dataset, to)
        if not way:
            raise NotExpressible(f"{dataset} does not refer to {to}")
        inner = Scope(self._model, lines or dataset, suffix="_")
        inner.join(dataset)
        for step in way[:-1]:
            inner.join(step.target)
        last = way[-1]
        return inner, [
            exp.EQ(
                this=exp.column(exp.to_identifier(mine), table=inner.alias(last.source)),
                expression=exp.column(exp.to_identifier(theirs), table=self.alias(to)),
            )
            for mine, theirs in zip(last.source_columns, last.target_columns, strict=True)
        ]

    # -- within ----------------------------------------------------------------------------------------

    def _leads_to(self, dataset: str, related: Related) -> exp.Expr:
        """Whether rows of another dataset lead to one of a segment's."""
        inner, conditions = self.leading(related.dataset, dataset)
        conditions += [inner.segment(SegmentUse(segment=name)) for name in related.segments]
        if related.days is not None:
            placed = Place(dataset=related.dataset, field=related.time) if related.time else inner.time_of()
            first = days_from_today(1 - related.days, self._model.dialect)
            after = days_from_today(1, self._model.dialect)
            conditions.append(exp.GTE(this=inner.column(placed), expression=first))
            conditions.append(exp.LT(this=inner.column(placed), expression=after))
        return inner.there(conditions, negated=related.negated)

    def _in_tree(self, one: Condition) -> exp.Expr:
        """Rows of what is at or below a node of a tree."""
        dataset = self._tree(one.place.dataset)
        top = Scope(self._model, dataset.name)
        place = one.place.model_copy(update={"via": dataset.parent}) if one.strictly else one.place
        chosen = top.condition(one.model_copy(update={"tree": False, "place": place}))
        start = top.over(exp.select(quoted_of(dataset.primary_key[0], top.alias(dataset.name)))).where(chosen)
        self.join(dataset.name)
        own = quoted_of(dataset.primary_key[0], self.alias(dataset.name))
        return exp.In(this=own, query=below(dataset, start, self.table(dataset.name, "child")))

    def _tree(self, name: str) -> Dataset:
        dataset = self._model.dataset(name)
        if dataset is None or dataset.parent is None or len(dataset.primary_key) != 1:
            raise NotExpressible(f"{name} is no tree")
        return dataset

    def _top(self, name: str, place: Place, at: Condition | None) -> tuple[exp.Expr, exp.Expr]:
        """For every node of a tree what stands at its top, to join with."""
        dataset, node = self._tree(name), Scope(self._model, name)
        key = dataset.primary_key[0]
        columns = (
            exp.alias_(quoted_of(key, node.alias(name)), NODE),
            exp.alias_(node.column(place), TOP_NAME),
        )
        parent = quoted_of(dataset.parent or key, node.alias(name))
        above = self.table(dataset.name, ABOVE)
        at_top = node.condition(at) if at is not None else is_root(dataset, parent, above)
        start = node.over(exp.select(*columns)).where(at_top)
        tops = topmost(dataset, start, self.table(name, "child")).subquery(self._tops_alias(name))
        on = exp.EQ(
            this=exp.column(NODE, table=self._tops_alias(name)),
            expression=quoted_of(key, self.alias(name)),
        )
        return tops, on

    def _led(self, dataset: str, via: str) -> tuple[exp.Table, exp.Expr]:
        """The row of the same dataset to which a field leads."""
        known, alias = self._tree(dataset), self._led_alias(dataset, via)
        on = exp.EQ(
            this=quoted_of(via, self.alias(dataset)),
            expression=quoted_of(known.primary_key[0], alias),
        )
        return self.table(dataset, alias), on

    def _led_alias(self, dataset: str, via: str) -> str:
        return f"{dataset.rpartition('.')[2]}_{via}{self._suffix}"

    def _tops_alias(self, dataset: str) -> str:
        return f"{dataset.rpartition('.')[2]}_tops"

    def _holds(self, column: exp.Expr, field: Field, value: str) -> exp.Expr:
        literal = exp.Literal.string(value)
        if self._model.dialect is Dialect.POSTGRESQL and "[" in field.type:
            return exp.EQ(this=literal, expression=exp.Any(this=exp.paren(column.copy())))
        if self._model.dialect is Dialect.DUCKDB and "[" in field.type:
            return exp.ArrayContains(this=column.copy(), expression=literal)
        text = exp.cast(column.copy(), exp.DataType.Type.TEXT)
        return exp.Like(this=text, expression=exp.Literal.string(f'%"{value}"%'))

    def table(self, dataset: str, alias: str | None = None) -> exp.Table:
        """A dataset's table, called as it is in this SELECT or by another name."""
        known = self._model.dataset(dataset)
        schema, _, name = (known.table if known is not None else dataset).rpartition(".")
        own = self.alias(dataset)
        called = alias or (own if own.name != name else None)
        return exp.table_(
            exp.to_identifier(name), db=exp.to_identifier(schema) if schema else None, alias=called
        )

    def _field(self, place: Place) -> Field:
        field = self._model.field(place.dataset, place.field)
        if field is None:
            raise NotExpressible(f"{place.dataset} has no {place.field}")
        return field
