"""The values of a column that may have been meant by the text of a condition that leaves nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp

from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.repair.literals import catalogued
from chat2sql.engine.values.index import ColumnValues, ValueIndex
from chat2sql.engine.values.nearest import column_values, nearest_values

MOST_LIKE = 3
"""Values told that are like a text."""

FEW_VALUES = 10
"""Values that a column may have at most for all of them to be told."""

_WILDCARD = re.compile(r"[%_\\]")


class Meant(Frozen):
    """Values that stand in a condition's column, where the text it is compared with does not.

    Attributes:
        values: the likeliest first.
        are_all: whether these are all that the column has, instead of those most like the text.
    """

    values: tuple[str, ...] = ()
    are_all: bool = False


def compares_text(condition: exp.Expr) -> bool:
    """Whether a condition asks for one of some texts, or for such as contain one."""
    return any(True for _ in _compared(condition))


def meant_values(condition: exp.Expr, catalogue: Catalogue, values: ValueIndex) -> Meant:
    """What may have been meant instead of the texts of a condition; empty where a column has one of them.

    Args:
        condition: where it stands in its query.
        catalogue: what the caller sees.
        values: as ``values.fitness.permitted`` lets it be used.
    """
    like: list[str] = []
    columns: list[ColumnValues] = []
    for node, text in _compared(condition):
        owner = catalogued(node, catalogue)
        column = column_values(values, catalogue.key(owner[0]), owner[1].name) if owner is not None else None
        if column is None:
            continue
        if text in column.values or (
            isinstance(node.parent, exp.Like | exp.ILike) and _contains(column, text)
        ):
            return Meant()
        columns.append(column)
        like += nearest_values(values, column.table, column.column, text, most=MOST_LIKE)
    if like:
        return Meant(values=tuple(dict.fromkeys(like))[:MOST_LIKE])
    only = columns[0] if columns and all(one is columns[0] for one in columns) else None
    if only is None or not only.complete or len(only.values) > FEW_VALUES:
        return Meant()
    return Meant(values=only.values, are_all=True)


def _compared(condition: exp.Expr) -> Iterator[tuple[exp.Column, str]]:
    """The columns and the texts that they are compared with, in a condition or in any of several."""
    plain = condition.unnest()
    if isinstance(plain, exp.Or):
        for one in plain.flatten():
            yield from _compared(one)
    if not isinstance(plain, exp.EQ | exp.In | exp.Like | exp.ILike) or plain.args.get("negate"):
        return
    sides = [plain.this, *(plain.expressions if isinstance(plain, exp.In) else [plain.expression])]
    columns = [column for side in sides if (column := _column(side)) is not None]
    for side in sides if len(columns) == 1 else ():
        text = side.name if isinstance(side, exp.Literal) and side.is_string else ""
        if isinstance(plain, exp.Like | exp.ILike):
            text = text.strip("%")
            text = "" if _WILDCARD.search(text) else text
        if text:
            yield columns[0], text


def _column(side: exp.Expr) -> exp.Column | None:
    bare = side.this if isinstance(side, exp.Lower | exp.Upper | exp.Trim) else side
    return bare if isinstance(bare, exp.Column) else None


def _contains(column: ColumnValues, text: str) -> bool:
    return any(text.casefold() in value.casefold() for value in column.values)
