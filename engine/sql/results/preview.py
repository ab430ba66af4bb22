"""Some rows of a result as values that JSON can carry."""

from __future__ import annotations

import math
from datetime import date, datetime, time
from decimal import Decimal

import pyarrow as pa

from chat2sql.config.vocabulary import Cell, Frozen
from chat2sql.engine.sql.executors.port import ColumnInfo
from chat2sql.engine.sql.results.arrow import declared_type
from chat2sql.engine.sql.results.texts import float_text

MOST_BYTES = 32
"""How many bytes of a binary value are shown."""
MOST_CHARS = 1000
"""Longest text of a preview cell; the stored result has all of it."""


class Preview(Frozen):
    """Some rows of a result; ``rows[i][j]`` is the value of ``columns[j]``.

    Decimals are text without an exponent, dates and times ISO 8601, binary values hexadecimal and cut,
    floats that are not finite ``NaN``, ``Infinity`` and ``-Infinity``.
    """

    columns: tuple[ColumnInfo, ...]
    rows: tuple[tuple[Cell, ...], ...]


def to_preview(table: pa.Table) -> Preview:
    """All rows of a table, which should be few."""
    columns = tuple(ColumnInfo(name=field.name, type=declared_type(field)) for field in table.schema)
    values = [column.to_pylist() for column in table.columns]
    rows = tuple(tuple(_cell(column[index]) for column in values) for index in range(table.num_rows))
    return Preview(columns=columns, rows=rows)


def _cell(value: object) -> Cell:
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else float_text(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes):
        return "\\x" + value[:MOST_BYTES].hex() + ("…" if len(value) > MOST_BYTES else "")
    return _shortened(value.isoformat() if isinstance(value, (datetime, date, time)) else str(value))


def _shortened(text: str) -> str:
    return text if len(text) <= MOST_CHARS else text[:MOST_CHARS] + "…"
