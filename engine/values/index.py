"""The value index of a datasource, as values that can be stored."""

from __future__ import annotations

from enum import StrEnum

from chat2sql.config.vocabulary import Frozen

ELEMENT = "[]"
"""What the name of a part ends in whose elements are meant."""


class PartKind(StrEnum):
    """What a part of a document holds; of a ``LIST`` the elements are texts."""

    TEXT = "text"
    NUMBER = "number"
    TRUTH = "truth"
    LIST = "list"


class DocumentPart(Frozen):
    """What the documents of a column have in common.

    Attributes:
        table: its table, as ``Catalogue.key`` names it.
        name: the keys that lead to it, with dots between; of a list ``ELEMENT`` comes behind them.
    """

    table: str
    column: str
    name: str
    kind: PartKind


class ColumnValues(Frozen):
    """The distinct texts of one column, or of one part of the documents that it holds.

    Attributes:
        table: its table, as ``Catalogue.key`` names it.
        part: as ``DocumentPart`` names it; empty: the column itself.
        values: exactly as the database has them, the most frequent first.
        complete: whether these are all that the column has. False where some were too many, too long or left out.
    """

    table: str
    column: str
    part: str = ""
    values: tuple[str, ...]
    complete: bool


class Parallel(Frozen):
    """Two columns of a table that say the same in two scripts.

    Attributes:
        columns: the Chinese one and the Latin one.
        pairs: their values, each of which stands beside one other only: ('北京', 'Beijing').
    """

    table: str
    columns: tuple[str, str]
    pairs: tuple[tuple[str, str], ...]


class ValueIndex(Frozen):
    """What the text columns of a datasource hold, as far as it may be copied; see ``fitness`` for what may not.

    Attributes:
        catalogue_version: the ``Catalogue.version`` it was read by.
        columns: those that have any values, in the catalogue's order.
        parallels: what was learned of names in two scripts.
        parts: what the documents of JSON columns have.
    """

    datasource: str
    catalogue_version: str
    columns: tuple[ColumnValues, ...] = ()
    parallels: tuple[Parallel, ...] = ()
    parts: tuple[DocumentPart, ...] = ()

    def __hash__(self) -> int:
        # Enough to tell indexes apart in a cache; hashing every value would cost more than it saves.
        return hash((self.datasource, self.catalogue_version, len(self.columns)))


class How(StrEnum):
    """How sure it is that a value is meant, the surest first.

    ``NORMALISED``: but for case, width, accents, punctuation, a plural or a suffix such as 市 or Ltd.; ``SYNONYM``: in
    another script; ``FUZZY``: but for a slip of the pen; ``PART``: any value that contains the words; ``START``: any
    that begins with them.
    """

    EXACT = "exact"
    NORMALISED = "normalised"
    SYNONYM = "synonym"
    FUZZY = "fuzzy"
    PART = "part"
    START = "start"


class LinkedValue(Frozen):
    """A value that a question mentions.

    Attributes:
        table: as ``Catalogue.key`` names it.
        part: of the documents in the column; empty: the column itself.
        value: exactly as the database has it.
        mention: the question's own words.
        written: how a statement writes the value if it is no text, in the dialect; None: it is a text.
    """

    table: str
    column: str
    value: str
    mention: str
    how: How
    part: str = ""
    written: str | None = None

    @property
    def field(self) -> str:
        """What a semantic model calls its column, or the part of it."""
        return field_name(self.column, self.part)


def keys_of(part: str) -> tuple[str, ...]:
    """The keys that lead to a part, from the outermost; none lead to the elements of a list that is the whole column."""
    name = part.removesuffix(ELEMENT)
    return tuple(name.split(".")) if name else ()


def field_name(column: str, part: str) -> str:
    """What a semantic model calls a column, or a part of its documents; the list that is the whole column bears its
    name."""
    name = part.removesuffix(ELEMENT)
    return f"{column}.{name}" if name else column
