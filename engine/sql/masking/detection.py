"""Personal values in columns that nobody marked, found value by value and masked in place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from uuid import UUID

from chat2sql.engine.sql.guard.policy import MaskKind
from chat2sql.engine.sql.masking.evidence import evidence
from chat2sql.engine.sql.masking.masks import mask
from chat2sql.engine.sql.masking.numbers import Find, announced, numbers
from chat2sql.engine.sql.masking.person_names import person_names

DETECTABLE = frozenset({MaskKind.PHONE, MaskKind.ID_CARD, MaskKind.EMAIL, MaskKind.BANK_CARD, MaskKind.NAME})
"""The kinds that can be found without a mark."""

# Cheap, and true of every text with a number of six digits or an e-mail address.
_WORTH_A_LOOK = re.compile(r"@|＠|[0-9０-９](?:[ ()./\-（）－]{0,3}[0-9０-９]){5}")
_TIME_OF_DAY = r"(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?"
_A_TIME = re.compile(rf"\d{{4}}[-/.]\d\d?[-/.]\d\d?{_TIME_OF_DAY}")
# Of numbers in number columns only mobile telephones and cards are long enough to be told.
_SHORTEST_NUMBER, _LONGEST_NUMBER = 10**9, 10**20
_HALF_WIDTH = {0xFF01 + offset: 0x21 + offset for offset in range(0x5E)}
_CANNOT_HOLD = frozenset(
    {type(None), bool, int, float, Decimal, date, datetime, time, timedelta, UUID, bytes}
)


class Detector:
    """Looks for personal values of some kinds in the values of one column."""

    def __init__(self, column: str, kinds: Iterable[MaskKind]) -> None:
        """Get ready.

        Args:
            column: its name, with or without its table's; evidence for or against personal values.
            kinds: what to look for; what is not in ``DETECTABLE`` is never found.
        """
        self._kinds = frozenset(kinds) & DETECTABLE
        self._column = evidence(column)
        self._names = MaskKind.NAME in self._kinds
        self.announces = self._column.kinds & self._kinds
        """The kinds that the column's name speaks of; numbers are looked at only then."""

    def masked(self, value: object) -> tuple[object, MaskKind | None]:
        """The value with what is personal in it masked, and the first kind found; None: the value as it was.

        Lists and objects are looked through, with their keys as names of columns.
        """
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, (list, tuple)):
            return self._list(list(value))
        if isinstance(value, Mapping):
            return self._object(value)
        if self.announces and isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
            return self._number(value)
        return value, None

    def is_worth(self, values: Iterable[object]) -> bool:
        """Whether any of the values is of a type that can hold something personal."""
        return bool(self.announces) or not _CANNOT_HOLD.issuperset(map(type, values))

    def finds(self, text: str) -> tuple[Find, ...]:
        """What is personal in a text, in order and without overlaps."""
        looked_at = text.translate(_HALF_WIDTH)
        found: list[Find] = []
        if _WORTH_A_LOOK.search(looked_at) and not _A_TIME.fullmatch(looked_at):
            found += numbers(looked_at, self._kinds, self._column)
            if not found:
                kind = announced(looked_at.strip(), self._column)
                found += [Find(0, len(text), kind)] if kind in self._kinds and kind is not None else []
        if self._names:
            found += person_names(looked_at, self._column)
        kept: list[Find] = []
        for find in found:
            if all(find.end <= other.start or find.start >= other.end for other in kept):
                kept.append(find)
        return tuple(sorted(kept, key=lambda find: find.start))

    def _text(self, text: str) -> tuple[object, MaskKind | None]:
        if not self._names and _WORTH_A_LOOK.search(text) is None:
            return text, None
        finds = self.finds(text)
        if not finds:
            return text, None
        parts: list[str] = []
        position = 0
        for find in finds:
            parts += [text[position : find.start], mask(find.kind, text[find.start : find.end]) or ""]
            position = find.end
        return "".join([*parts, text[position:]]), finds[0].kind

    def _number(self, number: int | float | Decimal) -> tuple[object, MaskKind | None]:
        if isinstance(number, Decimal) and not number.is_finite():
            return number, None
        whole = int(number) if _SHORTEST_NUMBER <= number < _LONGEST_NUMBER else 0
        if whole != number:
            return number, None
        text = str(whole)
        kind = next((find.kind for find in numbers(text, self.announces, self._column)), None)
        return (number, None) if kind is None else (mask(kind, text), kind)

    def _list(self, values: list[object]) -> tuple[object, MaskKind | None]:
        looked_at = [self.masked(value) for value in values]
        kind = next((kind for _, kind in looked_at if kind is not None), None)
        return [value for value, _ in looked_at], kind

    def _object(self, value: Mapping[object, object]) -> tuple[object, MaskKind | None]:
        looked_at = {key: detector(str(key), self._kinds).masked(inner) for key, inner in value.items()}
        kind = next((kind for _, kind in looked_at.values() if kind is not None), None)
        return {key: inner for key, (inner, _) in looked_at.items()}, kind


@lru_cache(maxsize=1024)
def detector(column: str, kinds: frozenset[MaskKind]) -> Detector:
    """The detector of a column; equal arguments give the same one."""
    return Detector(column, kinds)


def is_personal(column: str, text: str) -> bool:
    """Whether anything personal of any kind stands in a text of that column."""
    return bool(detector(column, DETECTABLE).finds(text))
