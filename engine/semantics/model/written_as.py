"""Columns that do not hold what they mean as it stands: cents for yuan, 202505 for a month, 20250531 for a day."""

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
_DAY = re.compile(r"(?<![A-Za-z])yyyy(?P<dash>-?)mm-?dd(?![A-Za-z])", re.IGNORECASE)
_CALLED_DAY, _CALLED_MONTH = re.compile(r"(?:日期?|时间|时刻)$"), re.compile(r"(?:年月|月份|账期|期间)$")
_A_DAY = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
_A_DAY_SPELLED = re.compile(r"(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9](?P<time>[ T][0-9]{2}:[0-9]{2}.*)?")
_A_MONTH = re.compile(r"(?:19|20)[0-9]{2}(?P<dash>-?)(?:0[1-9]|1[0-2])")
_NUMBER_OF = re.compile(r"(?:号码?|编[号码]|流水|批次|凭证)$")
_LONG, _MONTH_LONG, _LONG_SPELLED, _MONTH_SPELLED = 8, 6, 10, 7
_WHOLE = re.compile(r"INT|NUM|DEC", re.IGNORECASE)
_TEXT = re.compile(r"CHAR|TEXT|STRING", re.IGNORECASE)


def as_meant(field: Field, dataset: str, column: Column, dialect: Dialect) -> Field:
    """The field as what its column means, by its comment: an amount in yuan, the first day of a month."""
    name = spelled(dataset, column.name, dialect)
    if field.role is Role.MEASURE and _CENTS.search(column.comment):
        return field.model_copy(update={"expression": f"{name} / 100.0", "unit": "元"})
    if not (_WHOLE.search(column.type) or _TEXT.search(column.type)):
        return field
    written = _day(field, column, name, dialect) or _month(field, column, name, dialect)
    if written is None:
        return field
    told = written if written != name else ""
    return field.model_copy(update={"expression": told, "role": Role.TIME, "codes": ()})


def _day(field: Field, column: Column, name: str, dialect: Dialect) -> str | None:
    """A day written as a number or a text, as a date; None: the column is none."""
    if field.role is Role.KEY or _NUMBER_OF.search(field.label.zh):
        return None
    said = _DAY.search(column.comment)
    is_called = _is_called(_CALLED_DAY, field, column)
    spelled_out = [_A_DAY_SPELLED.fullmatch(sample) for sample in column.samples]
    if (said is not None and said["dash"]) or (is_called and all(spelled_out)):
        if dialect is Dialect.SQLITE:
            return name
        has_time = any(match is not None and match["time"] for match in spelled_out)
        written = f"CAST({name} AS {'TIMESTAMP' if has_time else 'DATE'})"
        return f"CASE WHEN {name} LIKE '____-__-__%' AND {name} > '1' THEN {written} END"
    are_days = all(_A_DAY.fullmatch(sample) for sample in column.samples)
    if not are_days or (said is None and not is_called):
        return None
    return _with_dashes(name, dialect, is_spelled=False, has_day=True)


def _month(field: Field, column: Column, name: str, dialect: Dialect) -> str | None:
    """A month written as a number or a text, as its first day; None: the column is none."""
    match = _MONTH.search(column.comment)
    if match is not None:
        return _with_dashes(name, dialect, is_spelled=bool(match["dash"] or match["example"]))
    held = [_A_MONTH.fullmatch(sample) for sample in column.samples]
    if not _is_called(_CALLED_MONTH, field, column) or not all(held):
        return None
    return _with_dashes(name, dialect, is_spelled=any(one is not None and bool(one["dash"]) for one in held))


def _is_called(pattern: re.Pattern[str], field: Field, column: Column) -> bool:
    """Whether a column's name says what its values then have to show."""
    return field.role is not Role.KEY and bool(column.samples) and pattern.search(field.label.zh) is not None


def _with_dashes(name: str, dialect: Dialect, *, is_spelled: bool, has_day: bool = False) -> str:
    text = name if is_spelled else f"CAST({name} AS {'CHAR' if dialect is Dialect.MYSQL else 'VARCHAR'})"
    day = ("'-'", f"SUBSTR({text}, 7, 2)") if has_day else ("'-01'",)
    parts = (text, *day) if is_spelled else (f"SUBSTR({text}, 1, 4)", "'-'", f"SUBSTR({text}, 5, 2)", *day)
    if dialect is Dialect.SQLITE:
        # Its dates are texts.
        return " || ".join(parts)
    length = (
        (_LONG_SPELLED if has_day else _MONTH_SPELLED) if is_spelled else (_LONG if has_day else _MONTH_LONG)
    )
    # What is missing is written as nothing, or as zeros.
    return f"CASE WHEN LENGTH({text}) = {length} AND {text} > '1' THEN CAST(CONCAT({', '.join(parts)}) AS DATE) END"
