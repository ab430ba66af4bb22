"""Rows as they come into one Parquet file, which appears whole or not at all.

A column's type follows from its values so far. Where later ones need a wider type, a new part is begun; the parts
become one file, with the last types, at the end. So no row is written more than twice, whatever comes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.sql.executors.port import ColumnInfo, Row
from chat2sql.engine.sql.results.arrow import file_metadata, to_array, to_schema, widened
from chat2sql.engine.sql.results.column_types import ColumnType, Seen, column_type, look
from chat2sql.engine.sql.results.expiry import delete_leftovers
from chat2sql.engine.sql.results.failures import writing
from chat2sql.engine.sql.results.keys import ResultKey, file_of
from chat2sql.engine.sql.results.location import Location

ROWS_PER_GROUP = 20_000
"""About how many rows a row group has at most; a page is cut out of the groups it touches."""
BYTES_PER_GROUP = 16 * 1024 * 1024
"""A row group ends when it has so many bytes, uncompressed."""
ROWS_AT_ONCE = 1000
"""Most rows that become columns together."""


class ResultReference(Frozen):
    """Where a result is; ``bytes`` is the size of its file."""

    uri: str
    rows: int
    bytes: int
    columns: tuple[ColumnInfo, ...]


class ResultWriter:
    """A ``RowSink`` into the result store; its calls block. As a context it aborts what was not committed."""

    def __init__(
        self,
        location: Location,
        key: ResultKey,
        masks: tuple[str | None, ...],
        *,
        rows_per_group: int = ROWS_PER_GROUP,
    ) -> None:
        """Prepare to write; what killed attempts at the same result have left is removed.

        Raises:
            InvalidInput: tenant or request id are too long for a file name.
            ResultStoreFull: the store does not let us.
        """
        self._location = location
        self._path = file_of(key)
        self._masks = masks
        self._rows_per_group = rows_per_group
        self._columns: tuple[ColumnInfo, ...] = ()
        self._seen: list[Seen] = []
        self._types: list[ColumnType] = []
        self._schema = pa.schema([])
        self._waiting: list[pa.Table] = []
        self._waiting_rows = self._waiting_bytes = 0
        self._parts: list[_Part] = []
        self._rows = self._bytes = 0
        with writing():
            delete_leftovers(location, key)

    def __enter__(self) -> ResultWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abort()

    def begin(self, columns: tuple[ColumnInfo, ...]) -> None:
        """See ``RowSink``."""
        self._columns = columns
        self._seen = [Seen() for _ in columns]
        self._look([() for _ in columns])

    def write(self, rows: Sequence[Row]) -> int:
        """See ``RowSink``.

        Returns:
            The bytes of all values so far as Arrow holds them: uncompressed, whatever the file's size.

        Raises:
            ResultStoreFull: no space, no permission.
        """
        with writing():
            for start in range(0, len(rows), ROWS_AT_ONCE):
                self._take(rows[start : start + ROWS_AT_ONCE])
        return self._bytes

    def commit(self, masks: tuple[str | None, ...] | None = None) -> ResultReference:
        """Make the result visible, at once and whole, in place of an earlier one of the same key.

        Args:
            masks: the kind of mask of each column, where it became known only from the rows.

        Raises:
            ResultStoreFull: no space, no permission; nothing half written stays behind.
        """
        with writing():
            self._flush()
            whole = self._joined() if len(self._parts) > 1 else self._part()
            size = whole.finish(file_metadata(self._masks if masks is None else masks))
            self._location.publish(whole.file, self._path)
        self._parts = []
        uri = self._location.uri(self._path)
        return ResultReference(uri=uri, rows=self._rows, bytes=size, columns=self._columns)

    def abort(self) -> None:
        """Leave nothing; after ``commit``, or again, it does nothing."""
        for part in self._parts:
            with suppress(OSError):  # what is lost anyway need not fit on the disk
                part.finish()
            self._location.discard(part.file)
        self._parts, self._waiting = [], []

    def _look(self, values: Sequence[Sequence[object]]) -> None:
        """Give the columns the types that fit these values too; rows that wait get them as well."""
        self._seen = [known | look(column) for known, column in zip(self._seen, values, strict=True)]
        types = [
            column_type(known, column.type) for known, column in zip(self._seen, self._columns, strict=True)
        ]
        if types != self._types:
            self._types = types
            self._schema = to_schema(self._columns, types)
            self._waiting = [widened(table, self._schema) for table in self._waiting]

    def _take(self, rows: Sequence[Row]) -> None:
        values = list(zip(*rows, strict=True))
        self._look(values)
        arrays = [to_array(column, field.type) for column, field in zip(values, self._schema, strict=True)]
        table = pa.Table.from_arrays(arrays, schema=self._schema)
        self._waiting.append(table)
        self._rows += len(rows)
        self._bytes += table.nbytes
        self._waiting_rows += len(rows)
        self._waiting_bytes += table.nbytes
        if self._waiting_rows >= self._rows_per_group or self._waiting_bytes >= BYTES_PER_GROUP:
            self._flush()

    def _flush(self) -> None:
        """Write what waits as one row group."""
        if self._waiting:
            self._part().add(pa.concat_tables(self._waiting))
        self._waiting = []
        self._waiting_rows = self._waiting_bytes = 0

    def _part(self) -> _Part:
        """The last part, or a new one if that has other types."""
        if not self._parts or self._parts[-1].schema is not self._schema:
            if self._parts:
                self._parts[-1].finish()
            self._parts.append(_Part(self._location, self._path, self._schema))
        return self._parts[-1]

    def _joined(self) -> _Part:
        """All parts as one, row group by row group."""
        narrower = self._parts
        whole = _Part(self._location, self._path, self._schema)
        self._parts = [*narrower, whole]
        for part in narrower:
            part.finish()
            for table in part.groups():
                whole.add(widened(table, self._schema))
            self._location.discard(part.file)
        self._parts = [whole]
        return whole


class _Part:
    """A Parquet file in the making; its types do not change."""

    def __init__(self, location: Location, path: str, schema: pa.Schema) -> None:
        self.file = location.scratch(path)
        self.schema = schema
        self._writer = pq.ParquetWriter(self.file, schema, compression="zstd")

    def add(self, table: pa.Table) -> None:
        """Write a row group."""
        self._writer.write_table(table, row_group_size=max(1, table.num_rows))

    def finish(self, metadata: dict[str, str] | None = None) -> int:
        """Write the footer, unless that is done; the file's size in bytes."""
        if self._writer.is_open:
            self._writer.add_key_value_metadata(metadata or {})
            self._writer.close()
        return self.file.seek(0, os.SEEK_END)

    def groups(self) -> Iterator[pa.Table]:
        """What was added to a finished part."""
        with pq.ParquetFile(self.file) as file:
            for group in range(file.num_row_groups):
                yield file.read_row_group(group)
