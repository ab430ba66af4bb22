"""A result as JSON: an array of objects, or an object a line.

A number is a JSON number if it is the same number in a program that reads JSON's numbers as doubles, as most do, and
a string otherwise. Written by hand, value by value, because Python's ``json`` has no exact decimals.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import IO

import pyarrow as pa

from chat2sql.engine.sql.results.arrow import holds_json
from chat2sql.engine.sql.results.rows import StoredRows
from chat2sql.engine.sql.results.texts import survives_as_double, text_of

_EXACT_IN_DOUBLE = 2**53 - 1
_string = json.JSONEncoder(ensure_ascii=False).encode


def write_json(rows: StoredRows, out: IO[bytes], report: Callable[[int], None]) -> None:
    """Write one array with an object a row.

    Args:
        rows: the result.
        out: where to.
        report: told after each row group how many rows are written.
    """
    before = "[\n"
    for objects in _objects(rows, report):
        out.write((before + ",\n".join(objects)).encode())
        before = ",\n"
    out.write(b"\n]\n" if rows.count else b"[]\n")


def write_json_lines(rows: StoredRows, out: IO[bytes], report: Callable[[int], None]) -> None:
    """Write an object a line; see ``write_json``."""
    for objects in _objects(rows, report):
        out.write("".join(f"{line}\n" for line in objects).encode())


def _objects(rows: StoredRows, report: Callable[[int], None]) -> Iterator[list[str]]:
    """The rows of each row group as JSON objects."""
    names = [_string(field.name) for field in rows.schema]
    done = 0
    for table in rows.groups():
        columns = [
            _members(f"{name}: ", field, column)
            for name, field, column in zip(names, rows.schema, table.columns, strict=True)
        ]
        yield ["{" + ", ".join(members) + "}" for members in zip(*columns, strict=True)]
        done += table.num_rows
        report(done)


def _members(name: str, field: pa.Field, column: pa.ChunkedArray) -> list[str]:
    write = str if holds_json(field) else _value
    return [name + ("null" if value is None else write(value)) for value in column.to_pylist()]


def _value(value: object) -> str:
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, datetime):
        return _string(value.isoformat())
    text = text_of(value)
    return text if isinstance(value, bool) or _survives(value) else _string(text)


def _survives(value: object) -> bool:
    if isinstance(value, int):
        return abs(value) <= _EXACT_IN_DOUBLE
    if isinstance(value, Decimal):
        return survives_as_double(value)
    return isinstance(value, float) and math.isfinite(value)
