"""How DuckDB's types come: as Python values where those are exact, else as the text that DuckDB writes.

DuckDB's own conversion makes 31 days of a month, the year 9999 of infinity, and microseconds of nanoseconds. So dates
and times come as text and are read here; what Python's calendar does not have stays text. Lists, structures, maps,
unions and variants come as JSON text, geometries as WKT.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time

from chat2sql.engine.sql.executors.port import ColumnInfo, Row

_NESTED = re.compile(r"(STRUCT|MAP|UNION|TUPLE)\(.*\)|.*\[\d*\]|VARIANT", re.DOTALL)
_AS_VALUES = re.compile(
    r"BOOLEAN|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL\(.*\)|FLOAT|DOUBLE|VARCHAR|BLOB|UUID|JSON|BIT|BIGNUM"
    r'|ENUM\(.*\)|"NULL"|INTEGER_LITERAL|STRING_LITERAL',
    re.DOTALL,
)
_READ: dict[str, Callable[[str], date | time]] = {
    "DATE": date.fromisoformat,
    "TIME": time.fromisoformat,
    "TIMESTAMP": datetime.fromisoformat,
    "TIMESTAMP_S": datetime.fromisoformat,
    "TIMESTAMP_MS": datetime.fromisoformat,
    "TIMESTAMP WITH TIME ZONE": datetime.fromisoformat,
}


def exact_query(query: str, columns: Sequence[ColumnInfo], rows: int) -> str:
    """The same query with every column in its exact form, by position, since names may come twice.

    DuckDB keeps the order of rows through a projection.

    Args:
        query: one SELECT, without a semicolon.
        columns: what it gives.
        rows: most rows.
    """
    heads = ", ".join(_head(place, column.type) for place, column in enumerate(columns, 1))
    return f"SELECT {heads} FROM (\n{query}\n) LIMIT {rows}"  # noqa: S608


def _head(place: int, declared: str) -> str:
    if _NESTED.fullmatch(declared):
        return f"CAST(to_json(#{place}) AS VARCHAR)"
    return f"#{place}" if _AS_VALUES.fullmatch(declared) else f"CAST(#{place} AS VARCHAR)"


def exact_rows(rows: Sequence[Row], columns: Sequence[ColumnInfo]) -> list[Row]:
    """Rows of ``exact_query`` with dates and times as values."""
    readers = [(place, _READ[column.type]) for place, column in enumerate(columns) if column.type in _READ]
    if not readers:
        return list(rows)
    read = []
    for row in rows:
        values = list(row)
        for place, reader in readers:
            values[place] = _read(reader, values[place])
        read.append(tuple(values))
    return read


def _read(reader: Callable[[str], date | time], text: object) -> object:
    try:
        return None if text is None else reader(str(text))
    except ValueError:  # infinity, before Christ, after 9999, 24:00:00
        return text
