"""MySQL's types: their names, and which come as which Python values.

Dates that no calendar has (``0000-00-00``, ``2024-02-00``) come as the text that MySQL writes, and so does all that has
no exact value in Python. A TIME is a span of up to 839 hours, so it comes as a timedelta. A BIT is a number, a geometry
MySQL's own bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from pymysql import converters
from pymysql.constants import FIELD_TYPE, FLAG

from chat2sql.engine.sql.executors.port import ColumnInfo

_BINARY = 63
"""The number of the character set ``binary``: what has it is bytes."""
_BYTES_A_CHARACTER = 4
"""Of utf8mb4, in which lengths are told."""
_NOT_FIXED = 31
"""From here on the number of decimals means: as many as it takes."""

_WHOLE = {
    FIELD_TYPE.TINY: "tinyint",
    FIELD_TYPE.SHORT: "smallint",
    FIELD_TYPE.INT24: "mediumint",
    FIELD_TYPE.LONG: "int",
    FIELD_TYPE.LONGLONG: "bigint",
}
_TIMES = {
    FIELD_TYPE.TIME: "time",
    FIELD_TYPE.DATETIME: "datetime",
    FIELD_TYPE.TIMESTAMP: "timestamp",
}
_PLAIN = {
    FIELD_TYPE.FLOAT: "float",
    FIELD_TYPE.DOUBLE: "double",
    FIELD_TYPE.NULL: "null",
    FIELD_TYPE.DATE: "date",
    FIELD_TYPE.NEWDATE: "date",
    FIELD_TYPE.YEAR: "year",
    FIELD_TYPE.JSON: "json",
    FIELD_TYPE.GEOMETRY: "geometry",
}
_BLOBS = frozenset({FIELD_TYPE.TINY_BLOB, FIELD_TYPE.BLOB, FIELD_TYPE.MEDIUM_BLOB, FIELD_TYPE.LONG_BLOB})
_BLOB_SIZES = ((255, "tiny"), (65_535, ""), (16_777_215, "medium"))

CONVERSIONS = {**converters.conversions, FIELD_TYPE.BIT: lambda raw: int.from_bytes(raw, "big")}
"""PyMySQL's conversions, with numbers for bits."""


class Field(Protocol):
    """What the server tells of a column of a result."""

    name: str
    type_code: int
    flags: int
    length: int
    scale: int
    charsetnr: int


def columns_of(fields: Iterable[Field]) -> list[ColumnInfo]:
    """The columns, their types as a CREATE TABLE would have them."""
    return [ColumnInfo(name=field.name, type=_type(field)) for field in fields]


def _type(field: Field) -> str:
    code = field.type_code
    unsigned = " unsigned" if field.flags & FLAG.UNSIGNED else ""
    if code in _WHOLE:
        boolean = code == FIELD_TYPE.TINY and field.length == 1
        return f"{_WHOLE[code]}{'(1)' if boolean else ''}{unsigned}"
    if code in (FIELD_TYPE.DECIMAL, FIELD_TYPE.NEWDECIMAL):
        digits = field.length - (field.scale > 0) - (not unsigned)
        return f"decimal({digits},{field.scale}){unsigned}"
    if code in _TIMES:
        return f"{_TIMES[code]}({field.scale})" if 0 < field.scale < _NOT_FIXED else _TIMES[code]
    if code == FIELD_TYPE.BIT:
        return f"bit({field.length})"
    return _PLAIN.get(code) or _text_type(field)


def _text_type(field: Field) -> str:
    binary = field.charsetnr == _BINARY
    length = field.length if binary else field.length // _BYTES_A_CHARACTER
    if field.type_code in _BLOBS:
        size = next((size for most, size in _BLOB_SIZES if length <= most), "long")
        return size + ("blob" if binary else "text")
    if field.flags & FLAG.ENUM:
        return "enum"
    if field.flags & FLAG.SET:
        return "set"
    varying = "" if field.type_code == FIELD_TYPE.STRING else "var"
    return f"{varying}{'binary' if binary else 'char'}({length})"
