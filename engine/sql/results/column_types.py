"""Which Arrow type holds a column exactly: decided by what its values are, and decided again as more of them come.

What is known of a column only ever grows, and its type follows from that alone. So a type gets wider and never
narrower: whole numbers, then decimals or floats where they stay the same numbers, in the end text, which holds
everything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pyarrow as pa

MOST_DIGITS = 76
"""Digits of Arrow's widest decimal."""
_DIGITS_OF_128 = 38
_EXACT_IN_FLOAT = range(-(2**53), 2**53 + 1)
_INT64 = range(-(2**63), 2**63)


@dataclass(frozen=True)
class Seen:
    """What the values of a column are, as far as they have come.

    Attributes:
        kinds: their Python types, NULL not counted.
        lowest, highest: of the whole numbers.
        whole, scale: most digits before and behind the point of the decimals.
        zones: names of the time zones of timestamps; None: without one.
        only_text: there are values that no Arrow type holds exactly.
    """

    kinds: frozenset[type] = frozenset()
    lowest: int = 0
    highest: int = 0
    whole: int = 0
    scale: int = 0
    zones: frozenset[str | None] = frozenset()
    only_text: bool = False

    def __or__(self, other: Seen) -> Seen:
        return Seen(
            kinds=self.kinds | other.kinds,
            lowest=min(self.lowest, other.lowest),
            highest=max(self.highest, other.highest),
            whole=max(self.whole, other.whole),
            scale=max(self.scale, other.scale),
            zones=self.zones | other.zones,
            only_text=self.only_text or other.only_text,
        )


@dataclass(frozen=True)
class ColumnType:
    """How a column is stored; ``json``: its text is JSON, made from arrays or structures."""

    arrow: pa.DataType
    json: bool = False


def look(values: Sequence[object]) -> Seen:
    """What these values are."""
    kinds = frozenset(map(type, values)) - {type(None)}
    seen = Seen(kinds=kinds, only_text=not kinds <= _HELD)
    if int in kinds:
        numbers = [value for value in values if type(value) is int]
        seen |= Seen(lowest=min(numbers), highest=max(numbers))
    if Decimal in kinds:
        seen |= _look_at_decimals([value for value in values if isinstance(value, Decimal)])
    if datetime in kinds:
        seen |= _look_at_timestamps([value for value in values if isinstance(value, datetime)])
    if time in kinds:
        seen |= Seen(only_text=any(value.tzinfo is not None for value in values if isinstance(value, time)))
    return seen


def column_type(seen: Seen, declared: str) -> ColumnType:
    """The narrowest type for all that was seen; before the first value, the one that the declared type promises.

    Args:
        seen: what is known of the values.
        declared: the column's type in the database's own words.
    """
    if not seen.kinds:
        return ColumnType(_promised(declared))
    if seen.kinds <= _JSON:
        return ColumnType(pa.string(), json=True)
    exact = None if seen.only_text else _exact_type(seen)
    return ColumnType(exact or pa.string())


def _exact_type(seen: Seen) -> pa.DataType | None:
    if seen.kinds <= {int, Decimal}:
        return _number_type(seen)
    if seen.kinds == {int, float}:
        return pa.float64() if seen.lowest in _EXACT_IN_FLOAT and seen.highest in _EXACT_IN_FLOAT else None
    if seen.kinds == {datetime}:
        return _timestamp_type(seen.zones)
    return _SIMPLE[next(iter(seen.kinds))] if len(seen.kinds) == 1 else None


def _look_at_decimals(values: list[Decimal]) -> Seen:
    whole = scale = 0
    for value in values:
        exponent = value.as_tuple().exponent
        if not isinstance(exponent, int):
            return Seen(only_text=True)  # NaN or infinite
        scale = max(scale, -exponent)
        whole = max(whole, value.adjusted() + 1)
    return Seen(whole=whole, scale=scale)


def _look_at_timestamps(values: list[datetime]) -> Seen:
    zones = {value.tzinfo for value in values}
    if zones == {None}:
        return Seen(zones=frozenset({None}))
    # In UTC the calendar's first and last days may be days that Python has not.
    if any(not date.min.year < value.year < date.max.year for value in values):
        return Seen(only_text=True)
    names = {
        None if zone is None else (zone.key if isinstance(zone, ZoneInfo) else None) or "UTC"
        for zone in zones
    }
    return Seen(zones=frozenset(names))


def _number_type(seen: Seen) -> pa.DataType | None:
    if Decimal not in seen.kinds and seen.lowest in _INT64 and seen.highest in _INT64:
        return pa.int64()
    digits = max(seen.whole, len(str(max(abs(seen.lowest), seen.highest)))) + seen.scale
    # As wide as its class allows: more digits before the point then need no other type.
    if digits <= _DIGITS_OF_128:
        return pa.decimal128(_DIGITS_OF_128, seen.scale)
    return pa.decimal256(MOST_DIGITS, seen.scale) if digits <= MOST_DIGITS else None


def _timestamp_type(zones: frozenset[str | None]) -> pa.DataType | None:
    if len(zones) == 1:
        return pa.timestamp("us", tz=next(iter(zones)))
    return None if None in zones else pa.timestamp("us", tz="UTC")


_JSON = frozenset({list, dict, tuple})
_SIMPLE: dict[type, pa.DataType] = {
    bool: pa.bool_(),
    float: pa.float64(),
    str: pa.string(),
    bytes: pa.binary(),
    date: pa.date32(),
    time: pa.time64("us"),
}
_HELD = frozenset({int, Decimal, datetime, *_SIMPLE})

_DECLARED = re.compile(
    r"(?P<name>[a-z][a-z0-9_ ]*?)\s*(?:\(\s*\d+\s*(?:,\s*(?P<scale>\d+)\s*)?\))?(?P<rest>[a-z ]*)"
)
_INTEGERS = (
    "int2 int4 int8 oid tinyint smallint mediumint int integer bigint utinyint usmallint uinteger year"
)
_PROMISED: dict[str, pa.DataType] = {
    **dict.fromkeys(_INTEGERS.split(), pa.int64()),
    **dict.fromkeys(("bool", "boolean"), pa.bool_()),
    **dict.fromkeys(("float4", "float8", "real", "float", "double", "double precision"), pa.float64()),
    **dict.fromkeys(("bytea", "blob", "binary", "varbinary"), pa.binary()),
    "date": pa.date32(),
    **dict.fromkeys(("timestamp", "datetime", "timestamp without time zone"), pa.timestamp("us")),
    **dict.fromkeys(("timestamptz", "timestamp with time zone"), pa.timestamp("us", tz="UTC")),
}


def _promised(declared: str) -> pa.DataType:
    found = _DECLARED.fullmatch(declared.strip().lower())
    if found is None:
        return pa.string()
    name = found["name"] + found["rest"].removesuffix("unsigned").rstrip()
    if name in ("numeric", "decimal"):
        scale = int(found["scale"] or 0)
        return pa.decimal128(_DIGITS_OF_128, scale) if scale <= _DIGITS_OF_128 else pa.string()
    return _PROMISED.get(name, pa.string())
