"""Reading the value index of a datasource: read-only, within a time limit, in a worker thread."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from itertools import groupby

from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue, Table
from chat2sql.engine.sql.guard.policy import Policy
from chat2sql.engine.values.documents import Read, is_document, parts_in
from chat2sql.engine.values.fitness import LONGEST_VALUE, indexable, is_kept_part, kept_values, may_name_firms
from chat2sql.engine.values.index import ColumnValues, Parallel, ValueIndex, keys_of
from chat2sql.engine.values.parallels import MOST_PAIRS, candidates, parallel
from chat2sql.engine.values.sources import Source, open_source

MOST_IN_COLUMN = 5_000
"""Distinct values of one column."""
MOST_VALUES = 50_000
MOST_CHARS = 2_000_000
"""Values and characters of a whole datasource; columns with few values come before those with many."""

_MOST_DOCUMENTS = 5_000
"""Documents of one column that are looked into."""

_OPENING_TIMEOUT_S = 10.0
_QUERY_TIMEOUT_S = 2.0
# The second number for tables of which the first is not read in time.
_ROWS = (1_000_000, 20_000)


async def read_values(dsn: str, catalogue: Catalogue, policy: Policy, *, timeout_s: float = 30) -> ValueIndex:
    """Read the distinct values of a datasource's text columns, and which of them are names in two scripts.

    What is personal, secret or masked is never read or never kept, as ``fitness`` has it. A column that cannot be read
    in time is missing or not complete; so is what is beyond the bounds of this module.

    Args:
        dsn: as ``introspect`` takes it.
        catalogue: the datasource's, whole, as it was just read.
        policy: the datasource's.
        timeout_s: how long all of it may take once the database is open, in seconds.

    Raises:
        DatabaseUnavailable: not reachable, dropped or locked.
        Misconfigured: DSN, login, database name, rights or file are wrong.
    """
    return await asyncio.to_thread(_read, dsn, catalogue, policy, timeout_s)


def _read(dsn: str, catalogue: Catalogue, policy: Policy, timeout_s: float) -> ValueIndex:
    places = indexable(catalogue, policy)
    if not places:
        return _index(catalogue, [], [])
    deadline = time.monotonic() + timeout_s
    with open_source(dsn, catalogue.dialect, _OPENING_TIMEOUT_S) as source:
        documents = frozenset(place for place in places if _holds_documents(catalogue, place))
        texts = source.texts(catalogue, places - documents)
        found = [
            values
            for table in catalogue.tables
            for column in table.columns
            if (catalogue.key(table), column.name) in texts
            if (values := _column(source, catalogue, table, column.name, deadline)) is not None
        ]
        read = [
            part
            for table in catalogue.tables
            for column in table.columns
            if (catalogue.key(table), column.name) in documents
            for part in _parts(source, catalogue, table, column.name, deadline)
            if is_kept_part(table, catalogue, policy, keys_of(part.part.name))
        ]
        found += [values for part in read if (values := _texts_of(part)) is not None]
        columns = _within_bounds(found)
        index = _index(catalogue, columns, list(_parallels(source, catalogue, columns, deadline)))
        return index.model_copy(update={"parts": tuple(part.part for part in read)})


def _index(catalogue: Catalogue, columns: list[ColumnValues], parallels: list[Parallel]) -> ValueIndex:
    return ValueIndex(
        datasource=catalogue.datasource,
        catalogue_version=catalogue.version,
        columns=tuple(columns),
        parallels=tuple(parallels),
    )


def _column(
    source: Source, catalogue: Catalogue, table: Table, column: str, deadline: float
) -> ColumnValues | None:
    """The values of one column; None: it has none that are kept, or is too slow to read."""
    for most_rows in _ROWS:
        left = min(_QUERY_TIMEOUT_S, deadline - time.monotonic())
        if left <= 0:
            return None
        rows = source.rows(_distinct(catalogue, table, column, most_rows), left)
        if rows is not None:
            break
    else:
        return None
    read = [str(value) for value, _ in rows[:MOST_IN_COLUMN] if value]
    known = table.column(column)
    firms_only = known is not None and may_name_firms(table, known)
    kept = kept_values(table.name, column, read, firms_only=firms_only)
    if not kept:
        return None
    seen = sum(int(str(count)) for _, count in rows)
    complete = len(kept) == len(read) and len(rows) <= MOST_IN_COLUMN and seen < most_rows
    return ColumnValues(table=catalogue.key(table), column=column, values=kept, complete=complete)


def _holds_documents(catalogue: Catalogue, place: tuple[str, str]) -> bool:
    table = catalogue.table(place[0])
    column = table.column(place[1]) if table is not None else None
    return column is not None and is_document(column)


def _parts(
    source: Source, catalogue: Catalogue, table: Table, column: str, deadline: float
) -> Iterator[Read]:
    """What the documents of a column have in common."""
    left = min(_QUERY_TIMEOUT_S, deadline - time.monotonic())
    whole = exp.select(_own(column)).from_(_source(table)).where(_there(column)).limit(_MOST_DOCUMENTS)
    rows = source.rows(whole.sql(catalogue.dialect), left) if left > 0 else None
    yield from parts_in(catalogue.key(table), column, [document for (document,) in rows or ()])


def _texts_of(read: Read) -> ColumnValues | None:
    """The texts of a part; None: it has none that are kept."""
    part = read.part
    kept = kept_values(part.table, f"{part.column}.{part.name}", read.texts[:MOST_IN_COLUMN])
    if not kept:
        return None
    # What is beyond the documents that were looked at is not known.
    return ColumnValues(table=part.table, column=part.column, part=part.name, values=kept, complete=False)


def _within_bounds(columns: list[ColumnValues]) -> list[ColumnValues]:
    """As many columns as the bounds of a datasource allow, those with few values first; in the given order."""
    values_left, chars_left = MOST_VALUES, MOST_CHARS
    kept: set[int] = set()
    for place, column in sorted(enumerate(columns), key=lambda item: len(item[1].values)):
        chars = sum(map(len, column.values))
        if len(column.values) > values_left or chars > chars_left:
            continue
        kept.add(place)
        values_left -= len(column.values)
        chars_left -= chars
    return [column for place, column in enumerate(columns) if place in kept]


def _parallels(
    source: Source, catalogue: Catalogue, columns: list[ColumnValues], deadline: float
) -> Iterator[Parallel]:
    for key, of_table in groupby(columns, key=lambda column: column.table):
        table = catalogue.table(key)
        for chinese, latin in candidates(list(of_table)) if table is not None else ():
            left = min(_QUERY_TIMEOUT_S, deadline - time.monotonic())
            if table is None or left <= 0:
                return
            rows = source.rows(_side_by_side(catalogue, table, (chinese.column, latin.column)), left)
            learned = parallel(chinese, latin, [(str(one), str(other)) for one, other in rows or ()])
            if learned is not None:
                yield learned


def _distinct(catalogue: Catalogue, table: Table, column: str, most_rows: int) -> str:
    """Distinct values with their counts, the most frequent first, of the first rows."""
    dialect = catalogue.dialect
    heads = exp.select(exp.alias_(_head(column, dialect), "v")).from_(_source(table))
    inner = heads.where(_present(column, dialect)).limit(most_rows)
    counted = exp.select("v", exp.alias_(exp.Count(this=exp.Star()), "n")).from_(inner.subquery("seen"))
    return counted.group_by("v").order_by("n DESC, v").limit(MOST_IN_COLUMN + 1).sql(dialect)


def _side_by_side(catalogue: Catalogue, table: Table, columns: tuple[str, str]) -> str:
    dialect = catalogue.dialect
    heads = (exp.alias_(_head(column, dialect), f"v{number}") for number, column in enumerate(columns))
    query = exp.select(*heads).distinct().from_(_source(table))
    return query.where(*(_present(column, dialect) for column in columns)).limit(MOST_PAIRS).sql(dialect)


def _source(table: Table) -> exp.Table:
    schema = exp.to_identifier(table.schema_name, quoted=True) if table.schema_name is not None else None
    return exp.Table(this=exp.to_identifier(table.name, quoted=True), db=schema)


def _head(column: str, dialect: Dialect) -> exp.Expr:
    """The value as a text, a long one cut where it is sure to be too long."""
    text = exp.Cast(
        this=_own(column),
        to=exp.DataType.build("CHAR" if dialect is Dialect.MYSQL else "TEXT", dialect=dialect),
    )
    return exp.Substring(this=text, start=exp.Literal.number(1), length=exp.Literal.number(LONGEST_VALUE + 1))


def _there(column: str) -> exp.Expr:
    return exp.Not(this=exp.Is(this=_own(column), expression=exp.Null()))


def _present(column: str, dialect: Dialect) -> exp.Expr:
    if dialect is Dialect.SQLITE:
        # Values bear types, columns do not.
        return exp.EQ(
            this=exp.Anonymous(this="TYPEOF", expressions=[_own(column)]),
            expression=exp.Literal.string("text"),
        )
    return _there(column)


def _own(column: str) -> exp.Column:
    return exp.column(exp.to_identifier(column, quoted=True))
