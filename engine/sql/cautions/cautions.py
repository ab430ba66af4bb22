"""SQL that runs and whose figures are likely wrong: nothing joins its tables, or an aggregate sees rows repeated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import find_all_in_scope

from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.cautions.joined import Joined, Place, Relation
from chat2sql.engine.sql.cautions.kinds import Caution, chasm, duplicated, no_join_condition
from chat2sql.engine.sql.cautions.outputs import grouped
from chat2sql.engine.sql.cautions.reading import Reader

_COUNTING = (exp.Sum, exp.Avg, exp.Count)


def cautions(sql: str | exp.Expr, catalogue: Catalogue) -> tuple[Caution, ...]:
    """What to be careful about in a query that passes the guard; by its syntax tree and the catalogue's keys alone.

    A table is taken to have several rows for one of another only where a key says so: they are joined by the columns of
    its foreign key, or by a part of its own. What is not known gives no caution.

    Args:
        sql: a query, or its syntax tree, which is only read.

    Returns:
        Each caution once, in the order of the text; empty: there is none, or the text is no query, or one that is
        nested too deeply.
    """
    try:
        tree = sqlglot.parse_one(sql, read=catalogue.dialect) if isinstance(sql, str) else sql
        if tree.find(exp.Join) is None:
            return ()
        reader = Reader(catalogue)
        found = [
            caution for select in tree.find_all(exp.Select) for caution in _of(select, reader, catalogue)
        ]
    except (SqlglotError, RecursionError):
        return ()
    return tuple({(caution.kind, caution.told.en): caution for caution in found}.values())


def _of(select: exp.Select, reader: Reader, catalogue: Catalogue) -> Iterator[Caution]:
    joined = reader.joined(select)
    if len(joined.relations) < 2:
        return
    aggregates = list(find_all_in_scope(select, exp.AggFunc))
    if not aggregates or not all(_ignores_repeats(aggregate) for aggregate in aggregates):
        yield from _unrelated(joined)
    group = select.args.get("group")
    by = [grouped(item, select, joined) for item in (group.expressions if group is not None else ())]
    held = [place for item in by for place in joined.places(item)]
    for aggregate in aggregates:
        if isinstance(aggregate, _COUNTING) and not _ignores_repeats(aggregate):
            yield from _repeated(aggregate, joined, held, catalogue)


def _ignores_repeats(aggregate: exp.Expr) -> bool:
    return isinstance(aggregate, (exp.Min, exp.Max)) or isinstance(aggregate.this, exp.Distinct)


# -- nothing relates -----------------------------------------------------------------------------------


def _unrelated(joined: Joined) -> Iterator[Caution]:
    one = joined.fixed([]).relations
    parts = [
        part
        for part in joined.parts()
        if all(relation.shape.reads for relation in part) and not one.issuperset(part)
    ]
    for first, second in pairwise(parts):
        # Two rows of one table, each picked by its name, are there to be compared.
        if joined.picks(first) and joined.picks(second) and _names(first) == _names(second):
            continue
        yield no_join_condition(first[-1].name, second[0].name)


def _names(relations: Iterable[Relation]) -> set[str]:
    return {relation.name for relation in relations}


# -- repeated rows -------------------------------------------------------------------------------------


def _repeated(
    aggregate: exp.Expr, joined: Joined, held: Sequence[Place], catalogue: Catalogue
) -> Iterator[Caution]:
    argument = aggregate.this
    if isinstance(aggregate.parent, exp.Window) or argument is None or argument.find(exp.Query):
        return
    text = aggregate.sql(catalogue.dialect)
    read = {place[0] for column in _values(aggregate) if (place := joined.place(column)) is not None}
    if not read:
        for relation in joined.relations:
            for first, second in joined.pairs_apart([relation], held):
                yield chasm(text, relation.name, first.name, second.name)
                return
        return
    if _is_same_anyway(aggregate, read, joined, held):
        return
    fans = joined.fans(joined.owners(argument), held)
    if isinstance(aggregate, exp.Count):
        # Rows of a table of which anything is read may be what is counted, by whatever column.
        fans = [relation for relation in fans if relation not in joined.read]
    if fans:
        yield duplicated(text, _listed(read), _listed(fans))


def _values(aggregate: exp.Expr) -> Iterator[exp.Column]:
    """The columns that an aggregate takes values of, without those that it only compares."""
    for column in aggregate.find_all(exp.Column):
        node: exp.Expr = column
        while node is not aggregate and not _is_condition(node):
            node = node.parent or aggregate
        if node is aggregate:
            yield column


def _is_condition(node: exp.Expr) -> bool:
    is_case = isinstance(node.parent, (exp.If, exp.Case)) and node.arg_key == "this"
    return is_case or isinstance(node, (exp.Predicate, exp.Connector))


def _is_same_anyway(aggregate: exp.Expr, read: set[Relation], joined: Joined, held: Sequence[Place]) -> bool:
    """Whether repeated rows do not change it: the average of one value, or rows that are counted by any column."""
    if isinstance(aggregate, exp.Count):
        return any(relation in read for relation, _ in held)
    return isinstance(aggregate, exp.Avg) and read <= joined.fixed([], held).relations


def _listed(relations: Iterable[Relation]) -> str:
    return ", ".join(sorted(_names(relations)))
