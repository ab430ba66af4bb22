"""The value index of a datasource, as values that can be stored."""

from __future__ import annotations

from enum import StrEnum

from chat2sql.config.vocabulary import Frozen


class ColumnValues(Frozen):
    """The distinct texts of one column.

    Attributes:
        table: its table, as ``Catalogue.key`` names it.
        values: exactly as the database has them, the most frequent first.
        complete: whether these are all that the column has. False where some were too many, too long or left out.
    """

    table: str
    column: str
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
    """

    datasource: str
    catalogue_version: str
    columns: tuple[ColumnValues, ...] = ()
    parallels: tuple[Parallel, ...] = ()

    def __hash__(self) -> int:
        # Enough to tell indexes apart in a cache; hashing every value would cost more than it saves.
        return hash((self.datasource, self.catalogue_version, len(self.columns)))


class How(StrEnum):
    """How sure it is that a value is meant, the surest first.

    ``NORMALISED``: but for case, width, accents, punctuation, a plural or a suffix such as 市 or Ltd.; ``SYNONYM``: in
    another script; ``FUZZY``: but for a slip of the pen; ``PART``: any value that contains the words.
    """

    EXACT = "exact"
    NORMALISED = "normalised"
    SYNONYM = "synonym"
    FUZZY = "fuzzy"
    PART = "part"


class LinkedValue(Frozen):
    """A value that a question mentions.

    Attributes:
        table: as ``Catalogue.key`` names it.
        value: exactly as the database has it.
        mention: the question's own words.
        written: how a statement writes the value if it is no text, in the dialect; None: it is a text.
    """

    table: str
    column: str
    value: str
    mention: str
    how: How
    written: str | None = None
