"""The rows of a stored result, read a row group at a time."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from chat2sql.engine.sql.results.failures import reading

CHUNK_BYTES = 1024 * 1024


class StoredRows:
    """An open result.

    Attributes:
        schema: names and types of the columns, with what the store knows of them.
        count: how many rows there are.
        notes: what the file as a whole says.
    """

    def __init__(self, source: pa.NativeFile, file: pq.ParquetFile) -> None:
        self._source = source
        self._file = file
        self.schema: pa.Schema = file.schema_arrow
        self.count: int = file.metadata.num_rows
        self.notes: dict[bytes, bytes] = file.metadata.metadata or {}

    def page(self, offset: int, limit: int) -> pa.Table:
        """``limit`` rows from ``offset`` on, from the row groups that they are in and no others."""
        groups: list[int] = []
        skipped = start = 0
        for group in range(self._file.num_row_groups):
            end = start + self._file.metadata.row_group(group).num_rows
            if end <= offset:
                skipped = end
            elif start < offset + limit:
                groups.append(group)
            start = end
        return self._file.read_row_groups(groups).slice(offset - skipped if groups else 0, limit)

    def groups(self) -> Iterator[pa.Table]:
        """All rows, a row group at a time.

        Raises:
            StoreUnavailable: the store cannot be read for now.
        """
        for group in range(self._file.num_row_groups):
            with reading():
                table = self._file.read_row_group(group)
            yield table

    def chunks(self) -> Iterator[bytes]:
        """The file itself, a megabyte at a time.

        Raises:
            StoreUnavailable: the store cannot be read for now.
        """
        self._source.seek(0)
        while True:
            with reading():
                chunk = self._source.read(CHUNK_BYTES)
            if not chunk:
                return
            yield chunk
