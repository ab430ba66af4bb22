"""Rows from a database to Arrow columns, exactly: what does not fit its type becomes text, never another value."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pyarrow as pa

from chat2sql.engine.sql.port import ColumnInfo, Fetched

MOST_DIGITS = {128: 38, 256: 76}
_UNKNOWN_TYPES = frozenset({"", "null"})


def unique_names(names: Iterable[str]) -> list[str]:
    """The same names, with ``_2``, ``_3`` ... behind those that come again."""
    taken: set[str] = set()
    unique: list[str] = []
    for name in names:
        candidate, number = name, 1
        while candidate in taken:
            number += 1
            candidate = f"{name}_{number}"
        taken.add(candidate)
        unique.append(candidate)
    return unique


def to_fetched(columns: Sequence[ColumnInfo], rows: Sequence[Sequence[object]], row_cap: int) -> Fetched:
    """Rows as a result; one row beyond ``row_cap`` says that there are more."""
    kept = rows[:row_cap]
    infos = tuple(
        ColumnInfo(name=name, type=column.type)
        for name, column in zip(unique_names(column.name for column in columns), columns, strict=True)
    )
    arrays = [_array([row[position] for row in kept], info.type) for position, info in enumerate(infos)]
    fields = [
        pa.field(info.name, array.type, metadata={"type": info.type})
        for info, array in zip(infos, arrays, strict=True)
    ]
    table = pa.Table.from_arrays(arrays, schema=pa.schema(fields))
    return Fetched(columns=infos, row_count=len(kept), truncated=len(rows) > row_cap, table=table)


def _array(values: list[object], declared: str) -> pa.Array:
    kinds = {type(value) for value in values if value is not None}
    if list in kinds:
        return pa.array([None if value is None else _json(value) for value in values], pa.string())
    arrow_type = _arrow_type(values, kinds, declared)
    if arrow_type is not None:
        try:
            return pa.array(values, arrow_type)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
            pass  # dates beyond what Arrow can hold, or kinds that do not mix
    return pa.array([_text(value) for value in values], pa.string())


def _arrow_type(values: list[object], kinds: set[type], declared: str) -> pa.DataType | None:
    """The type that holds all values exactly; None: only text does."""
    if not kinds:
        return _EMPTY.get(declared.partition("(")[0], pa.string())
    if kinds == {int, float}:
        exact = all(abs(value) <= 2**53 for value in values if isinstance(value, int))
        return pa.float64() if exact else None
    if len(kinds) > 1:
        return None
    (kind,) = kinds
    if kind is Decimal:
        return _decimal_type([value for value in values if isinstance(value, Decimal)])
    if kind is datetime:
        return pa.timestamp("us", tz=_zone([value for value in values if isinstance(value, datetime)]))
    return _SIMPLE.get(kind)


_SIMPLE: dict[type, pa.DataType] = {
    bool: pa.bool_(),
    int: pa.int64(),
    float: pa.float64(),
    str: pa.string(),
    bytes: pa.binary(),
    date: pa.date32(),
    time: pa.time64("us"),
}
# A column without a single value still has the type that it would have with one.
_EMPTY: dict[str, pa.DataType] = {
    "bool": pa.bool_(),
    "int2": pa.int64(),
    "int4": pa.int64(),
    "int8": pa.int64(),
    "float4": pa.float64(),
    "float8": pa.float64(),
    "numeric": pa.decimal128(38, 0),
    "bytea": pa.binary(),
    "date": pa.date32(),
    "time": pa.time64("us"),
    "timestamp": pa.timestamp("us"),
    "timestamptz": pa.timestamp("us", tz="UTC"),
}


def _decimal_type(values: list[Decimal]) -> pa.DataType | None:
    if not all(value.is_finite() for value in values):
        return None
    scale = whole = 0
    for value in values:
        exponent = value.as_tuple().exponent
        digits = -exponent if isinstance(exponent, int) else 0
        scale = max(scale, digits)
        whole = max(whole, value.adjusted() + 1)
    if whole + scale <= MOST_DIGITS[128]:
        return pa.decimal128(MOST_DIGITS[128], scale)
    return pa.decimal256(MOST_DIGITS[256], scale) if whole + scale <= MOST_DIGITS[256] else None


def _zone(values: list[datetime]) -> str | None:
    zone = values[0].tzinfo
    if zone is None:
        return None
    return zone.key if isinstance(zone, ZoneInfo) else "UTC"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_json_leaf)


def _json_leaf(value: object) -> str:
    return _text(value) or ""


_TEXT: dict[type, Callable[[object], str]] = {
    Decimal: lambda value: format(value, "f"),
    bytes: lambda value: "\\x" + value.hex() if isinstance(value, bytes) else "",
    datetime: lambda value: value.isoformat(sep=" ") if isinstance(value, datetime) else "",
}


def _text(value: object) -> str | None:
    if value is None:
        return None
    return _TEXT.get(type(value), str)(value)
