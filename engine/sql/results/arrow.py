"""Values to Arrow columns, exactly: what does not fit its type becomes text, never another value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
from pydantic import TypeAdapter

from chat2sql.engine.sql.executors.port import ColumnInfo
from chat2sql.engine.sql.results.column_types import ColumnType
from chat2sql.engine.sql.results.texts import text_of

_DECLARED = b"type"
_JSON = b"json"
_MASKS = "chat2sql.masks"
_MASKS_FORM = TypeAdapter(tuple[str | None, ...])


def to_array(values: Sequence[object], arrow_type: pa.DataType) -> pa.Array:
    """Values as a column of a type that holds them all; text takes everything."""
    if arrow_type == pa.string():
        return pa.array([_as_text(value) for value in values], arrow_type)
    return pa.array(values, arrow_type)


def to_schema(columns: Sequence[ColumnInfo], types: Sequence[ColumnType]) -> pa.Schema:
    """The schema of a result; the declared types go with its fields."""
    return pa.schema(
        [
            pa.field(
                column.name,
                kept.arrow,
                metadata={_DECLARED: column.type, **({_JSON: "yes"} if kept.json else {})},
            )
            for column, kept in zip(columns, types, strict=True)
        ]
    )


def declared_type(field: pa.Field) -> str:
    """The column's type in the database's own words."""
    notes: dict[bytes, bytes] = field.metadata or {}
    return notes.get(_DECLARED, str(field.type).encode()).decode()


def holds_json(field: pa.Field) -> bool:
    """Whether the column's text is JSON, made from arrays or structures."""
    return _JSON in (field.metadata or {})


def widened(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The same rows under a schema whose types hold at least as much."""
    columns = [
        column if column.type == field.type else to_array(column.to_pylist(), field.type)
        for column, field in zip(table.columns, schema, strict=True)
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def file_metadata(masks: tuple[str | None, ...]) -> dict[str, str]:
    """What the file as a whole says: the kind of mask of each column. That may be known only after the last row."""
    return {_MASKS: _MASKS_FORM.dump_json(masks).decode()} if any(masks) else {}


def masks_of(metadata: Mapping[bytes, bytes] | None, columns: int) -> tuple[str | None, ...]:
    """The kind of mask of each column, by what the file says; None: the values are the database's own."""
    text = (metadata or {}).get(_MASKS.encode())
    return _MASKS_FORM.validate_json(text) if text else (None,) * columns


def _as_text(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else text_of(value)
