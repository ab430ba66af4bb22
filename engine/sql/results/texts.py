"""The complete text of a value: for columns that only text can hold, and for downloads."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Context, Decimal
from typing import cast

SIGNIFICANT_DIGITS = 15
"""Decimal digits that every number of a double (IEEE 754 binary64) keeps, whatever they are."""
_TOO_LARGE = 10**SIGNIFICANT_DIGITS
_WIDE = Context(prec=100)


def text_of(value: object) -> str:
    """A value as text, whole and exact: no exponent in decimals, bytes as ``\\x`` and hexadecimal digits, arrays and
    structures as JSON, dates and times as ISO 8601 with a space, intervals as hours, minutes and seconds.
    """
    return _TEXT.get(type(value), str)(value)


def float_text(value: float) -> str:
    """The shortest text that reads back as the same float; ``NaN``, ``Infinity`` and ``-Infinity`` for the others."""
    if math.isfinite(value):
        return repr(value)
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def survives_as_double(value: int | Decimal) -> bool:
    """Whether a number is still the same, digit by digit, after a program has kept it as a double, as Excel does."""
    exact = Decimal(value)
    return abs(exact) < _TOO_LARGE and len(_WIDE.normalize(exact).as_tuple().digits) <= SIGNIFICANT_DIGITS


def _json(value: object) -> str:
    return json.dumps(_finite(value), ensure_ascii=False, default=text_of)


def _finite(value: object) -> object:
    """JSON has no word for floats that are not finite, and names only for texts."""
    if isinstance(value, float):
        return value if math.isfinite(value) else float_text(value)
    if isinstance(value, dict):
        return {
            name if isinstance(name, str) else text_of(name): _finite(part) for name, part in value.items()
        }
    return [_finite(part) for part in value] if isinstance(value, (list, tuple)) else value


def _interval(value: timedelta) -> str:
    microseconds = value // timedelta(microseconds=1)
    seconds, fraction = divmod(abs(microseconds), 1_000_000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    text = f"{'-' if microseconds < 0 else ''}{hour:02}:{minute:02}:{second:02}"
    return f"{text}.{fraction:06}" if fraction else text


_TEXT: dict[type, Callable[[object], str]] = {
    bool: lambda value: "true" if value else "false",
    float: lambda value: float_text(cast(float, value)),
    Decimal: lambda value: format(cast(Decimal, value), "f"),
    bytes: lambda value: "\\x" + cast(bytes, value).hex(),
    datetime: lambda value: cast(datetime, value).isoformat(sep=" "),
    timedelta: lambda value: _interval(cast(timedelta, value)),
    list: _json,
    tuple: _json,
    dict: _json,
}
