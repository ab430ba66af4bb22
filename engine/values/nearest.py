"""Finding the value of a column that a literal was meant to be."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from chat2sql.engine.schema.lexicon import has_han
from chat2sql.engine.values.index import ColumnValues, How, ValueIndex
from chat2sql.engine.values.keys import key, letters, reading, stem
from chat2sql.engine.values.lookup import Entry, lookup, slips

Grade = tuple[How, tuple[str, ...]]
"""Values that are meant as surely as each other, the most frequent first."""


def nearest_values(
    index: ValueIndex, table: str, column: str, literal: str, *, most: int = 3
) -> tuple[str, ...]:
    """The values of a column that a literal may have been meant to be, the surest first; the literal itself where the
    column has it. Empty: the column is not in the index, or has nothing like it.

    Args:
        table: as ``Catalogue.key`` names it.
        most: values at most.
    """
    return tuple(value for _, values in grades(index, table, column, literal) for value in values)[:most]


def grades(index: ValueIndex, table: str, column: str, literal: str) -> Iterator[Grade]:
    """The same with how each is meant: equal; equal but for case; but for spelling; in another script; but for a slip.

    The first two are both ``How.EXACT``. No value comes twice.
    """
    number = _numbers(index).get((table, column))
    if number is None:
        return
    seen: set[str] = set()
    for how, found in _graded(index, number, literal):
        new = tuple(value for value in dict.fromkeys(found) if value not in seen)
        if new:
            seen |= set(new)
            yield how, new


def is_missing(index: ValueIndex, table: str, column: str, literal: str) -> bool:
    """Whether a column certainly does not have a value: the index holds all its values, and not this one."""
    number = _numbers(index).get((table, column))
    return (
        number is not None and index.columns[number].complete and literal not in _every_value(index)[number]
    )


def column_values(index: ValueIndex, table: str, column: str) -> ColumnValues | None:
    """What the index has of a column; None: nothing."""
    number = _numbers(index).get((table, column))
    return index.columns[number] if number is not None else None


def holds(index: ValueIndex, table: str, column: str, literal: str) -> bool:
    """Whether the index has a value in a column."""
    number = _numbers(index).get((table, column))
    return number is not None and literal in _every_value(index)[number]


def _graded(index: ValueIndex, number: int, literal: str) -> Iterator[tuple[How, list[str]]]:
    known = lookup(index)

    def own(entries: list[Entry] | None) -> list[str]:
        return [known.value(entry) for entry in sorted(entries or ()) if entry.column == number]

    if literal in _every_value(index)[number]:
        yield How.EXACT, [literal]
    spelled = key(literal)
    bare = stem(spelled)
    alike = own(known.by_key.get(spelled))
    yield How.EXACT, [value for value in alike if value.casefold() == literal.strip().casefold()]
    # A whole name is surer than one without its suffix: 吉林 is 吉林 before it is 吉林省.
    yield How.NORMALISED, [value for value in alike if key(value) == spelled]
    yield (
        How.NORMALISED,
        [*alike, *own(known.by_key.get(bare or "")), *own(known.by_letters.get(letters(spelled)))],
    )
    yield (
        How.SYNONYM,
        [
            value
            for name in (spelled, bare or "")
            for synonym in known.synonyms.get(name, ())
            for value in own(known.by_key.get(key(synonym.text)))
        ],
    )
    yield (
        How.SYNONYM,
        [
            value
            for name in (spelled, bare or "")
            for sound in (reading(name) if has_han(name) else letters(name),)
            for value in own((known.by_letters if has_han(name) else known.by_reading).get(sound or ""))
        ],
    )
    # Chinese that sounds the same is a slip of the keyboard.
    same_sound = own(known.by_reading.get(reading(spelled) or ""))
    yield How.FUZZY, [*same_sound, *_slipped(index, number, spelled)]


def _slipped(index: ValueIndex, number: int, spelled: str) -> list[str]:
    keys = _keys(index, number)
    return [value for other in slips(spelled, keys) for value in keys[other]]


@lru_cache(maxsize=256)
def _keys(index: ValueIndex, number: int) -> dict[str, list[str]]:
    """The values of a column by their keys."""
    found: dict[str, list[str]] = {}
    for value in index.columns[number].values:
        found.setdefault(key(value), []).append(value)
    return found


@lru_cache(maxsize=8)
def _numbers(index: ValueIndex) -> dict[tuple[str, str], int]:
    return {
        (column.table, column.column): number
        for number, column in enumerate(index.columns)
        if not column.part
    }


@lru_cache(maxsize=8)
def _every_value(index: ValueIndex) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(column.values) for column in index.columns)
