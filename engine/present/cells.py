"""Single values of a result: as clean text, as numbers, and as a person reads them."""

from __future__ import annotations

import math
import re
import unicodedata
from decimal import Decimal, InvalidOperation

from chat2sql.config.vocabulary import Cell

# What XML 1.0 cannot carry (the renderer aborts its whole process on it), what moves a terminal's cursor,
# the marks that make text read in another order than it is written, and letters that show nothing.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufffe"
    "\uffff\U000e0000-\U000e007f]"
)
_BREAKS = re.compile(r"[\t\r\n\u2028\u2029]+")
_DECIMALS_KEPT = 4


def printable(text: str, limit: int | None = None) -> str:
    """The text on one line without control characters, cut with an ellipsis at ``limit`` characters."""
    clean = _UNPRINTABLE.sub("", _BREAKS.sub(" ", text))
    if limit is not None and len(clean) > limit:
        return clean[: limit - 1] + "…"
    return clean


def printable_lines(text: str) -> str:
    """The same for a text of several lines, such as a SQL: its line breaks and tabs stay."""
    return "\n".join(_UNPRINTABLE.sub("", line) for line in re.split("\r\n?|[\n\u2028\u2029]", text))


def display_width(text: str) -> int:
    """Columns the text takes in a fixed-width font; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def decimal_of(cell: Cell) -> Decimal | None:
    """The finite number in a cell, also when it arrived as text; none for anything else."""
    if cell is None or isinstance(cell, bool):
        return None
    try:
        number = Decimal(str(cell).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def reads_as_number(cell: Cell) -> bool:
    """Whether a value of a numeric column is one: also NaN and Infinity, which no chart can show."""
    try:
        Decimal(str(cell).strip())
    except InvalidOperation:
        return False
    return not isinstance(cell, bool)


def float_of(cell: Cell) -> float | None:
    """The number in a cell as a finite float, for drawing."""
    number = decimal_of(cell)
    if number is None:
        return None
    value = float(number)
    return value if math.isfinite(value) else None


def number_text(number: Decimal) -> str:
    """A number with thousands separators.

    Up to four decimals stand as they are; more are rounded, keeping four significant digits of a small
    number so that it never reads as zero.
    """
    if abs(number.adjusted()) > 18:
        return f"{number:.6g}"
    decimals = max(-int(number.as_tuple().exponent), 0)
    if decimals <= _DECIMALS_KEPT:
        return f"{number:,f}" if decimals else f"{int(number):,}"
    kept = max(_DECIMALS_KEPT, -number.adjusted() + 3) if number else 0
    text = f"{number:,.{kept}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
