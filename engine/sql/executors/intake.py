"""The way of rows from a cursor into a sink: in batches that stay small in memory, up to the caps and no further."""

from __future__ import annotations

from collections.abc import Sequence

from chat2sql.engine.sql.executors.columns import named
from chat2sql.engine.sql.executors.port import (
    ColumnInfo,
    Fetched,
    FetchLimits,
    OnProgress,
    Row,
    RowSink,
    Truncation,
)

FIRST_ROWS = 16
"""Rows of the first batch, fetched before anything is known of their width."""
BATCH_ROWS = 1000
"""Most rows of a batch."""
BATCH_BYTES = 4 * 1024 * 1024
"""About how many bytes of values a batch may hold, if every row is as wide as those of the batch before."""
GROWTH = 8
"""How many times larger than the batch before a batch may be."""
_BYTES_OF_A_NUMBER = 16


class Intake:
    """One result on its way into a sink. ``begin`` and ``take`` block, since the sink does::

        intake.begin(columns)
        while size := intake.wanted:
            intake.take(cursor.fetchmany(size))
        return intake.fetched()

    Whoever fetches must ask for exactly ``wanted`` rows: fewer mean that there are no more.
    """

    def __init__(self, sink: RowSink, limits: FetchLimits, report: OnProgress) -> None:
        """Start before the first row.

        Args:
            sink: where the rows go.
            limits: its caps are kept here; the time is for the executor to watch.
            report: told after each batch how many rows the sink has taken.
        """
        self._sink = sink
        self._limits = limits
        self._report = report
        self._columns: tuple[ColumnInfo, ...] = ()
        self._row_count = 0
        self._batch_rows = FIRST_ROWS
        self._full = False
        self._ended = False
        self._truncated: Truncation | None = None

    @property
    def wanted(self) -> int:
        """How many rows to fetch next; 0: no more. At a cap one row more, which says whether it left any behind."""
        if self._ended or self._truncated is not None:
            return 0
        return 1 if self._full else min(self._batch_rows, self._room + 1)

    def begin(self, columns: Sequence[ColumnInfo]) -> None:
        """Tell the sink the columns, under unique names."""
        self._columns = named(columns)
        self._sink.begin(self._columns)

    def take(self, rows: Sequence[Row]) -> None:
        """Pass a batch on.

        Raises:
            ResultStoreFull: the sink cannot keep it.
        """
        room = self._room
        self._ended = len(rows) < self.wanted
        if len(rows) > room:
            self._truncated = Truncation.ROWS
        elif self._full and rows:
            self._truncated = Truncation.BYTES
        kept = [] if self._full else rows[:room]
        if kept:
            self._full = self._sink.write(kept) >= self._limits.byte_cap
            self._row_count += len(kept)
            width = max(1, sum(_width(value) for row in kept for value in row) // len(kept))
            self._batch_rows = max(1, min(BATCH_BYTES // width, BATCH_ROWS, self._batch_rows * GROWTH))
            self._report(self._row_count)

    def fetched(self) -> Fetched:
        """What has come."""
        return Fetched(columns=self._columns, row_count=self._row_count, truncated=self._truncated)

    @property
    def _room(self) -> int:
        return self._limits.row_cap - self._row_count


def _width(value: object) -> int:
    """About how many bytes a value takes."""
    if isinstance(value, str | bytes):
        return len(value)
    return len(str(value)) if isinstance(value, list | dict) else _BYTES_OF_A_NUMBER
