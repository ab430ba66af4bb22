"""Names of result columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chat2sql.engine.sql.executors.port import ColumnInfo


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


def named(columns: Sequence[ColumnInfo]) -> tuple[ColumnInfo, ...]:
    """The same columns under unique names."""
    names = unique_names(column.name for column in columns)
    return tuple(ColumnInfo(name=name, type=column.type) for name, column in zip(names, columns, strict=True))
