"""What a business means by its columns, as values: the rows of figures, marks, times, validity."""

from __future__ import annotations

from chat2sql.config.vocabulary import Frozen


class Rows(Frozen):
    """Some rows of a table.

    Attributes:
        condition: over ``table.column``, in the datasource's dialect.
        columns: the columns that it speaks of.
    """

    table: str
    condition: str
    columns: tuple[str, ...]


class Named(Frozen):
    """Rows that have a name of their own: 有效订单."""

    name: str
    rows: Rows


class DefinedSum(Frozen):
    """A figure with a definition.

    Attributes:
        names: what it is called.
        columns: what it sums up, each as its table and its name.
        labels: what these are called.
        rows: which rows count.
        time: the column that places it in time, as its table and its name; None: none is told.
    """

    names: tuple[str, ...]
    columns: frozenset[tuple[str, str]]
    labels: tuple[str, ...] = ()
    rows: tuple[Rows, ...] = ()
    time: tuple[str, str] | None = None


class Held(Frozen):
    """A table whose rows hold from one column's day up to another's; ``includes_end``: that day too."""

    table: str
    start: str
    end: str
    includes_end: bool


class Time(Frozen):
    """A column that holds a time, and what it is called."""

    table: str
    column: str
    words: tuple[str, ...] = ()


class Meant(Frozen):
    """What the business means by the columns of a datasource.

    Attributes:
        kept: the rows that count wherever nothing else is said.
        named: the rows that have a name.
        sums: the figures that are defined.
        held: the tables whose rows hold for a while.
        times: the columns that hold a time.
    """

    kept: tuple[Rows, ...] = ()
    named: tuple[Named, ...] = ()
    sums: tuple[DefinedSum, ...] = ()
    held: tuple[Held, ...] = ()
    times: tuple[Time, ...] = ()

    def words_for(self, table: str, column: str) -> tuple[str, ...] | None:
        """What a time is called; None: the column holds none."""
        return next((one.words for one in self.times if (one.table, one.column) == (table, column)), None)
