"""What a SELECT gives: its columns, and which of them it is grouped by or numbers."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from chat2sql.engine.sql.cautions.joined import Joined, Place
from chat2sql.engine.sql.guard.names import effective, folded

Outputs = list[tuple[str, exp.Expr | Place]]
"""The columns that a SELECT gives, in order: names, empty where the database invents one, and what they are."""


def outputs_of(select: exp.Select, joined: Joined) -> Outputs:
    """The columns that a SELECT gives; of a star those that are known."""
    found: Outputs = []
    for item in select.expressions:
        if item.is_star and not isinstance(item.unalias(), exp.AggFunc):
            qualifier = item.args.get("table")
            alias = effective(qualifier, joined.dialect) if qualifier is not None else None
            found += [
                (name, (relation, name))
                for relation in joined.relations
                if alias is None or relation.alias == alias
                for name in relation.shape.columns
            ]
        else:
            found.append((folded(item.alias_or_name), item.unalias()))
    return found


def place_of(value: exp.Expr | Place, joined: Joined) -> Place | None:
    """The column that a value is; None: it is none, or one of a query around this one."""
    if isinstance(value, exp.Column):
        return joined.place(value)
    return value if isinstance(value, tuple) else None


def output_of(item: exp.Expr, select: exp.Select, outputs: Outputs, joined: Joined) -> str:
    """The output that what is grouped by is; empty: none."""
    wanted = grouped(item, select, joined)
    place = place_of(wanted, joined)
    for name, value in outputs:
        if value == wanted or (place is not None and place_of(value, joined) == place):
            return name
    return ""


def grouped(item: exp.Expr, select: exp.Select, joined: Joined) -> exp.Expr:
    """What is grouped by, where it is said by the position or the name of an output."""
    if isinstance(item, exp.Literal) and item.is_int and int(item.name) <= len(select.expressions):
        wanted: exp.Expr = select.expressions[int(item.name) - 1].unalias()
        return wanted
    if isinstance(item, exp.Column) and item.args.get("table") is None and joined.place(item) is None:
        name = folded(item.name)
        return next((one.unalias() for one in select.expressions if folded(one.alias) == name), item)
    return item


def numbered(select: exp.Select, outputs: Outputs, joined: Joined) -> Iterator[frozenset[str]]:
    """The keys that ROW_NUMBER makes: its number and what it is partitioned by."""
    for name, value in outputs:
        if isinstance(value, exp.Window) and isinstance(value.this, exp.RowNumber):
            by = [output_of(item, select, outputs, joined) for item in value.args.get("partition_by") or []]
            if name and all(by):
                yield frozenset({name, *by})
