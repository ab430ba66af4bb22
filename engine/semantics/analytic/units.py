"""Quantities in the units that people say: 两年 of what is kept in months, 65W of what is kept in watts."""

from __future__ import annotations

import re

from chat2sql.engine.semantics.model.semantic_model import Field

_FAMILIES: tuple[dict[str, float], ...] = (
    {
        "毫克": 1e-3,
        "mg": 1e-3,
        "克": 1,
        "g": 1,
        "千克": 1e3,
        "公斤": 1e3,
        "kg": 1e3,
        "斤": 500,
        "吨": 1e6,
        "t": 1e6,
    },
    {"毫升": 1e-3, "ml": 1e-3, "升": 1, "l": 1},
    {
        "毫米": 1e-3,
        "mm": 1e-3,
        "厘米": 1e-2,
        "cm": 1e-2,
        "米": 1,
        "m": 1,
        "英寸": 0.0254,
        "寸": 0.0254,
        "inch": 0.0254,
    },
    {"瓦": 1, "w": 1, "千瓦": 1e3, "kw": 1e3},
    {"千卡": 1, "大卡": 1, "卡": 1, "kcal": 1},
    {"%": 1, "％": 1, "pct": 1, "percent": 1},
    {"分钟": 1, "minute": 1, "minutes": 1, "min": 1, "小时": 60, "hour": 60, "hours": 60, "h": 60},
    {
        "个月": 1,
        "月": 1,
        "month": 1,
        "months": 1,
        "月数": 1,
        "年": 12,
        "year": 12,
        "years": 12,
        "年限": 12,
        "年数": 12,
    },
    {"天": 1, "日": 1, "day": 1, "days": 1, "天数": 1, "周": 7, "week": 7, "weeks": 7},
)
_OF_TIME = re.compile(r"年|月|天|周|years?|months?|days?|weeks?", re.IGNORECASE)
_FRACTION = 100


def in_unit_of(field: Field, said: str, number: float) -> float | None:
    """A number as a field keeps it.

    Args:
        said: the number with its unit, as the question has them.
        number: what it says, a percentage as a fraction.

    Returns:
        None where the unit is not one that the field can be in, or where nothing says in which it keeps times.
    """
    unit, own = _unit_at_end(said), _unit_of(field)
    if unit is None:
        return number
    if own is None:
        return None if _OF_TIME.fullmatch(unit[0]) and unit[0] != "天" else number
    if own[1] is not unit[1]:
        return None
    scale = unit[1][unit[0]] / own[1][own[0]]
    return number * scale * (_FRACTION if "%" in unit[1] else 1)


def has_unit(said: str) -> bool:
    """Whether a number is said with a unit that is known."""
    return _unit_at_end(said) is not None


def same_unit(first: str, second: str) -> bool:
    """Whether two texts end with units of the same sort: 170mg and 毫克, 2千瓦 and 瓦."""
    one, other = _unit_at_end(first), _unit_at_end(second)
    return one is not None and other is not None and one[1] is other[1]


def _unit_of(field: Field) -> tuple[str, dict[str, float]] | None:
    """The unit that a field tells: beside its name, at the end of what it is called, or of its identifier."""
    last = re.split(r"[_.]", field.name.lower())[-1]
    for text in (field.unit, field.label.zh):
        told = _unit_at_end(text.lower())
        if told is not None:
            return told
    return _family(last) if last != field.name.lower() else None


def _unit_at_end(text: str) -> tuple[str, dict[str, float]] | None:
    match = re.search(r"([A-Za-z]+|%|％)$", text)
    if match is not None:
        return _family(match.group(1).lower())
    endings = [text[-length:] for length in (2, 1) if len(text) >= length]
    return next((found for ending in endings if (found := _family(ending)) is not None), None)


def _family(unit: str) -> tuple[str, dict[str, float]] | None:
    return next(((unit, family) for family in _FAMILIES if unit in family), None)
