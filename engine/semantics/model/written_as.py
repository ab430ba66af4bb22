"""Columns that do not hold what they mean as it stands: cents for yuan, 202505 for a month."""

from __future__ import annotations

import re

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Column
from chat2sql.engine.semantics.model.semantic_model import Field, Role
from chat2sql.engine.semantics.model.spelling import spelled

_CENTS = re.compile(r"单位\s*[:：为]?\s*分(?!钟)|[(（]\s*分\s*[)）]|\bin (?:cents|fen)\b", re.IGNORECASE)
_MONTH = re.compile(
    r"(?<![A-Za-z])yyyy(?P<dash>-?)mm(?![A-Za-z-])|(?:年月|月份|账期|期间)\D{0,6}(?:19|20)[0-9]{2}(?P<example>-?)(?:0[1-9]|1[0-2])(?![0-9-])",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"INT|NUM|DEC", re.IGNORECASE)
_TEXT = re.compile(r"CHAR|TEXT|STRING", re.IGNORECASE)


def as_meant(field: Field, dataset: str, column: Column, dialect: Dialect) -> Field:
    """The field as what its column means, by its comment: an amount in yuan, the first day of a month."""
    name = spelled(dataset, column.name, dialect)
    if field.role is Role.MEASURE and _CENTS.search(column.comment):
        return field.model_copy(update={"expression": f"{name} / 100.0", "unit": "元"})
    match = _MONTH.search(column.comment)
    if match is None or not (_WHOLE.search(column.type) or _TEXT.search(column.type)):
        return field
    day = _with_dashes(name, dialect, is_spelled=bool(match["dash"] or match["example"]))
    return field.model_copy(update={"expression": day, "role": Role.TIME, "codes": ()})


def _with_dashes(name: str, dialect: Dialect, *, is_spelled: bool) -> str:
    text = name if is_spelled else f"CAST({name} AS {'CHAR' if dialect is Dialect.MYSQL else 'VARCHAR'})"
    parts = (
        (text, "'-01'") if is_spelled else (f"SUBSTR({text}, 1, 4)", "'-'", f"SUBSTR({text}, 5, 2)", "'-01'")
    )
    if dialect is Dialect.SQLITE:
        # Its dates are texts.
        return " || ".join(parts)
    return f"CAST(CONCAT({', '.join(parts)}) AS DATE)"
