"""The port of query execution: what every executor takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Protocol

from pydantic import Field

from chat2sql.config.vocabulary import Caller, Frozen

OnProgress = Callable[[int], None]
"""Called with the number of rows fetched so far, after each batch."""


class SqlProblemKind(StrEnum):
    """Why a statement did not run, where the statement itself is the reason."""

    SYNTAX = "syntax"
    UNKNOWN_NAME = "unknown_name"
    TYPE = "type"
    DATA = "data"
    TIMEOUT = "timeout"
    PERMISSION = "permission"
    READ_ONLY = "read_only"
    TOO_LARGE = "too_large"
    OTHER = "other"


class SqlProblem(Frozen):
    """An error that is the SQL's fault, as a value.

    Attributes:
        message: the database's own words, in one line, without values from rows.
        sqlstate: the SQLSTATE, or SQLite's error name; None if there is none.
    """

    kind: SqlProblemKind
    message: str
    sqlstate: str | None = None


def unsendable(sql: str) -> SqlProblem | None:
    """Text that no database takes: a NUL character would cut it off, half a surrogate pair has no encoding."""
    if "\x00" in sql or any("\ud800" <= character <= "\udfff" for character in sql):
        return SqlProblem(
            kind=SqlProblemKind.SYNTAX, message="The SQL holds characters that no database takes."
        )
    return None


class Estimate(Frozen):
    """What the database thinks a query will take; None where it does not say.

    Attributes:
        cost: total cost in the planner's units.
        rows: rows of the result.
        text: the plan, for people.
    """

    cost: float | None = None
    rows: int | None = None
    text: str = ""


class ColumnInfo(Frozen):
    """A column of a result; ``type`` in the database's own words."""

    name: str
    type: str


class Truncation(StrEnum):
    """Which cap cut a result off."""

    ROWS = "rows"
    BYTES = "bytes"


class FetchLimits(Frozen):
    """How far a fetch may go.

    Attributes:
        row_cap: most rows to keep; one more is fetched, to tell that there are more.
        byte_cap: most bytes of result that the sink may have taken, by the sink's own count.
        timeout_s: longest time for the whole fetch, in seconds; beyond it the outcome is a TIMEOUT.
    """

    row_cap: int = Field(ge=1)
    byte_cap: int = Field(2**40, ge=1)
    timeout_s: float = Field(gt=0)


class Fetched(Frozen):
    """What a fetch brought; the rows themselves are in the sink.

    Attributes:
        columns: the result's columns, their names made unique.
        row_count: rows that the sink has taken, at most the row cap.
        truncated: the cap that left rows behind; None: these are all.
    """

    columns: tuple[ColumnInfo, ...]
    row_count: int = Field(ge=0)
    truncated: Truncation | None = None


Row = tuple[object, ...]
"""One row as the driver gives it: None, bool, int, float, Decimal, str, bytes, date, datetime, time, timedelta, UUID;
lists and dicts for arrays, JSON and structures."""


class RowSink(Protocol):
    """Takes the rows of one result, batch by batch, in order. Its calls block, so executors make them in a thread."""

    def begin(self, columns: tuple[ColumnInfo, ...]) -> None:
        """Told once, before the first row; also of a result without rows."""
        ...

    def write(self, rows: Sequence[Row]) -> int:
        """Take some rows.

        Returns:
            How many bytes of result it has taken so far, by its own count.

        Raises:
            ResultStoreFull: it cannot keep them.
        """
        ...


class RowList:
    """A sink that keeps everything in memory: for tests, and for results known to be small."""

    def __init__(self) -> None:
        self.columns: tuple[ColumnInfo, ...] = ()
        self.rows: list[Row] = []
        self._bytes = 0

    def begin(self, columns: tuple[ColumnInfo, ...]) -> None:
        """See ``RowSink``."""
        self.columns = columns

    def write(self, rows: Sequence[Row]) -> int:
        """See ``RowSink``; counts the values' own text."""
        self.rows += rows
        self._bytes += sum(len(str(value)) for row in rows for value in row)
        return self._bytes


class Executor(Protocol):
    """Runs queries against one datasource, read-only. Cancelling a call stops the statement in the database."""

    async def explain(self, sql: str, *, caller: Caller, timeout_s: float) -> Estimate | SqlProblem:
        """Plan a query without running it, as the caller would run it.

        Raises:
            DatabaseUnavailable: the database cannot be reached, or dropped the connection.
            Misconfigured: it refuses the login, or the DSN is wrong.
        """
        ...

    async def fetch(
        self,
        sql: str,
        sink: RowSink,
        *,
        caller: Caller,
        limits: FetchLimits,
        on_progress: OnProgress | None = None,
    ) -> Fetched | SqlProblem:
        """Run a query and stream its rows into a sink, never holding more than a batch or two.

        Args:
            sql: text that the guard has rendered.
            sink: where the rows go; after a ``SqlProblem`` or an exception it may hold a part of them.
            caller: for whom; PostgreSQL's row-level security finds both in ``chat2sql.tenant`` and ``chat2sql.user``.
            limits: rows, bytes and time.
            on_progress: called after each batch.

        Raises:
            DatabaseUnavailable: the database cannot be reached, or dropped the connection.
            Misconfigured: it refuses the login, or the DSN is wrong.
            ResultStoreFull: the sink cannot keep the rows.
        """
        ...

    async def aclose(self) -> None:
        """Close all connections."""
        ...
