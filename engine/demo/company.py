"""The demo company as a whole: every table with its rows, always the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from chat2sql.engine.demo.people import make_people
from chat2sql.engine.demo.retail import make_retail
from chat2sql.engine.demo.rows import Row, Value
from chat2sql.engine.demo.sales import make_sales
from chat2sql.engine.demo.stock import make_stock

VERSION = 2
"""Raised whenever a generated value, a column or a comment changes: a load with another version is renewed."""


class DemoTable(NamedTuple):
    """A table with its rows; a row's fields are the columns, in the order of ``columns``."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Row]

    def values(self) -> Iterator[tuple[Value, ...]]:
        """The rows as plain tuples."""
        return iter(self.rows)


def generate() -> tuple[DemoTable, ...]:
    """Generate all tables, each after those that its foreign keys refer to.

    Takes about a second and draws on nothing but its own seed: no clock, no locale, no environment.
    """
    retail = make_retail()
    sales = make_sales(retail)
    stock = make_stock(retail, sales)
    people = make_people(retail.stores)
    parts: Iterable[tuple[str, Sequence[Row]]] = (
        *retail._asdict().items(),
        *sales._asdict().items(),
        *stock._asdict().items(),
        *people._asdict().items(),
    )
    return tuple(DemoTable(name, rows[0]._fields, rows) for name, rows in parts)


def checksum(tables: Iterable[DemoTable]) -> str:
    """The SHA-256, in hex, of all names and values."""
    digest = hashlib.sha256()
    for table in tables:
        digest.update(repr((table.name, table.columns)).encode())
        for row in table.values():
            digest.update("\x1f".join(map(str, row)).encode() + b"\x1e")
    return digest.hexdigest()
