"""Hints for a model that named a table or column which is not there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from chat2sql.engine.schema.catalogue import Catalogue, Table
from chat2sql.engine.sql.guard.names import folded

MOST_COLUMNS = 40
MOST_TABLES = 3


def nearest(name: str, known: Iterable[str], most: int = MOST_TABLES) -> list[str]:
    """The known names most like this one, best first, whatever their case."""
    by_folded = {folded(other): other for other in known}
    return [by_folded[close] for close in get_close_matches(folded(name), by_folded, n=most, cutoff=0.6)]


def listing(names: Sequence[str]) -> str:
    """Names as a list that stays short."""
    more = f", ... ({len(names)} in all)" if len(names) > MOST_COLUMNS else ""
    return ", ".join(names[:MOST_COLUMNS]) + more


def described(table: Table, catalogue: Catalogue) -> str:
    """A table with its columns: ``orders(id, customer_id, total)``."""
    return f"{catalogue.key(table)}({listing([column.name for column in table.columns])})"


def for_unknown_table(name: str, catalogue: Catalogue) -> str:
    """Tables with a like name, or all of them where they are few."""
    keys = [catalogue.key(table) for table in catalogue.tables]
    close = nearest(name.rpartition(".")[2], keys)
    if close:
        return f"Did you mean {' or '.join(close)}?"
    return f"The tables are: {listing(keys)}." if keys else "The database has no tables."


def for_unknown_column(name: str, sources: Sequence[tuple[str, Sequence[str]]], catalogue: Catalogue) -> str:
    """Where a column of that or a like name is to be found.

    Args:
        name: the column that is not there.
        sources: what stands in FROM at that place: alias and columns.
        catalogue: for the tables that do not stand in FROM.
    """
    parts = [
        f"{name} is a column of {alias}, so write {alias}.{name}."
        for alias, columns in sources
        if folded(name) in map(folded, columns)
    ]
    close = nearest(name, {column for _, columns in sources for column in columns})
    if close and not parts:
        parts.append(f"Did you mean {' or '.join(close)}?")
    owners = [table for table in catalogue.tables if table.column(name) is not None]
    if owners:
        tables = "; ".join(described(table, catalogue) for table in owners[:MOST_TABLES])
        parts.append(f"Tables that have {name}: {tables}.")
    parts += [
        f"Columns of {alias}: {listing(columns)}." for alias, columns in sources[:MOST_TABLES] if columns
    ]
    return " ".join(parts)
