"""The result store: rows of answers as Parquet files, written whole or not at all, found again by their URI.

``<location>/<tenant>/<request>/<round>.parquet``, with the files of the chart beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

import pyarrow.parquet as pq
from pydantic import AwareDatetime

from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.sql.results import expiry
from chat2sql.engine.sql.results.arrow import declared_type, masks_of
from chat2sql.engine.sql.results.expiry import Expired
from chat2sql.engine.sql.results.export import AS_THEY_ARE, ExportFormat, ExportOptions, export
from chat2sql.engine.sql.results.failures import not_here, reading, writing
from chat2sql.engine.sql.results.keys import ROWS, Beside, ResultKey, file_of, folder_of, own_file
from chat2sql.engine.sql.results.location import open_location
from chat2sql.engine.sql.results.preview import Preview, to_preview
from chat2sql.engine.sql.results.rows import StoredRows
from chat2sql.engine.sql.results.writer import ResultReference, ResultWriter

__all__ = [
    "Beside",
    "Expired",
    "ExportFormat",
    "ExportOptions",
    "Preview",
    "ResultKey",
    "ResultReference",
    "ResultStore",
    "StoredColumn",
    "StoredResult",
]


class StoredColumn(Frozen):
    """A column of a stored result; ``type`` in the database's own words, ``mask`` the kind of mask its values wear."""

    name: str
    type: str
    mask: str | None = None


class StoredResult(Frozen):
    """What is known of a stored result; ``bytes`` is the size of its file."""

    uri: str
    key: ResultKey
    rows: int
    columns: tuple[StoredColumn, ...]
    bytes: int
    created: AwareDatetime


class ResultStore:
    """Results at one location. Its calls block; they may come from several threads.

    Every reader names the tenant it reads for, and a URI that is not this tenant's, or not this store's, is
    answered like one that does not exist.
    """

    def __init__(self, location: str) -> None:
        """Open a store; a folder is made at the first write, a bucket must be there.

        Args:
            location: a path, ``file:///path`` or ``s3://bucket/prefix?endpoint_override=host:port&scheme=http&region=x``.

        Raises:
            Misconfigured: it is something else, or holds credentials.
        """
        self._location = open_location(location)

    def open_writer(self, key: ResultKey, masks: tuple[str | None, ...] = ()) -> ResultWriter:
        """A sink for the rows of one result; they are there once it is committed.

        Args:
            key: the same key again replaces the result.
            masks: the kind of mask that each column wears, None for none; empty: no column wears any.

        Raises:
            InvalidInput: tenant or request id are too long for a file name.
            ResultStoreFull: the store does not let us write.
        """
        return ResultWriter(self._location, key, masks)

    def read_page(self, uri: str, offset: int, limit: int, *, tenant: str) -> Preview:
        """``limit`` rows from ``offset`` (the first is 0) on; fewer or none at the end.

        Raises:
            InvalidInput: the tenant has no such result, or no longer.
            StoreUnavailable: the store cannot be read for now.
        """
        with self._rows(uri, tenant) as rows, reading():
            return to_preview(rows.page(max(0, offset), max(0, limit)))

    def describe(self, uri: str, *, tenant: str) -> StoredResult:
        """What is known of a result without reading its rows.

        Raises:
            InvalidInput: the tenant has no such result, or no longer.
            StoreUnavailable: the store cannot be read for now.
        """
        key = self._key(uri, tenant)
        with self._rows(uri, tenant) as rows, reading():
            info = self._location.files.get_file_info(self._location.full(file_of(key)))
        masks = masks_of(rows.notes, len(rows.schema))
        return StoredResult(
            uri=uri,
            key=key,
            rows=rows.count,
            columns=tuple(
                StoredColumn(name=field.name, type=declared_type(field), mask=mask)
                for field, mask in zip(rows.schema, masks, strict=True)
            ),
            bytes=info.size,
            created=info.mtime,
        )

    def list(self, tenant: str, *, limit: int = 20) -> tuple[StoredResult, ...]:
        """A tenant's results, the newest first.

        Raises:
            StoreUnavailable: the store cannot be read for now.
        """
        with reading():
            files = expiry.own_files(self._location, folder_of(tenant))
        newest = sorted(files, key=lambda found: found.info.mtime, reverse=True)
        uris = [self._location.uri(found.path) for found in newest if found.file.ending == ROWS]
        return tuple(self.describe(uri, tenant=tenant) for uri in uris[:limit])

    def find(self, request_id: str, *, tenant: str) -> str:
        """The URI of a request's last result.

        Raises:
            InvalidInput: it has none, or no longer.
            StoreUnavailable: the store cannot be read for now.
        """
        with reading():
            files = expiry.own_files(self._location, folder_of(tenant, request_id))
        keys = [found.file.key for found in files if found.file.ending == ROWS]
        if not keys:
            raise not_here()
        return self._location.uri(file_of(max(keys, key=lambda key: key.round)))

    def export(
        self,
        uri: str,
        form: ExportFormat,
        target: Path | IO[bytes],
        *,
        tenant: str,
        options: ExportOptions = AS_THEY_ARE,
        on_progress: Callable[[int], None] | None = None,
    ) -> int:
        """Write a result out as a file of another format, row group by row group.

        Args:
            uri: the result.
            form: the format; ``export`` tells what becomes of each kind of value.
            target: a file, which appears whole or not at all; or a stream, which after an error may hold a part.
            tenant: whose result it is.
            options: choices for CSV.
            on_progress: called now and then with the number of rows written so far.

        Returns:
            How many rows were written.

        Raises:
            InvalidInput: the tenant has no such result, or it does not fit the format.
            ResultStoreFull: the target cannot be written.
            StoreUnavailable: the store cannot be read for now.
        """
        with self._rows(uri, tenant) as rows:
            return export(rows, form, target, options, on_progress or (lambda rows: None))

    def write_beside(self, uri: str, name: str, data: bytes, *, tenant: str) -> str:
        """Keep a file beside a result, at once and whole, in place of an earlier one. It goes when the result goes.

        Args:
            uri: the result.
            name: one of ``Beside``.
            data: the file's content.
            tenant: whose result it is.

        Returns:
            The file's own URI.

        Raises:
            InvalidInput: the URI is not this tenant's.
            ResultStoreFull: no space, no permission.
        """
        path = file_of(self._key(uri, tenant), Beside(name))
        with writing():
            scratch = self._location.scratch(path)
            try:
                scratch.write(data)
                self._location.publish(scratch, path)
            except BaseException:
                self._location.discard(scratch)
                raise
        return self._location.uri(path)

    def read_beside(self, uri: str, name: str, *, tenant: str) -> bytes:
        """A file that stands beside a result.

        Raises:
            InvalidInput: there is none.
            StoreUnavailable: the store cannot be read for now.
        """
        path = file_of(self._key(uri, tenant), Beside(name))
        with reading(), self._location.files.open_input_file(self._location.full(path)) as file:
            return bytes(file.readall())

    def delete(self, uri: str, *, tenant: str) -> Expired:
        """Remove a result and what stands beside it; one that is not there any more is no error.

        Raises:
            InvalidInput: the URI is not this tenant's.
            ResultStoreFull: no permission.
        """
        key = self._key(uri, tenant)
        with writing():
            return expiry.delete_result(self._location, key)

    def delete_request(self, request_id: str, *, tenant: str) -> Expired:
        """Remove all results of a request and what stands beside them; none is no error.

        Raises:
            ResultStoreFull: no permission.
        """
        with writing():
            return expiry.delete_request(self._location, tenant, request_id)

    def expire(self, older_than: timedelta, now: datetime) -> Expired:
        """Remove the results of all tenants that are at least so old, and what killed attempts have left.

        Raises:
            ResultStoreFull: no permission, or the store cannot be reached.
        """
        with writing():
            return expiry.expire(self._location, older_than, now)

    def _key(self, uri: str, tenant: str) -> ResultKey:
        path = self._location.path(uri)
        file = own_file(path) if path else None
        if file is None or file.ending != ROWS or file.key.tenant != tenant:
            raise not_here()
        return file.key

    @contextmanager
    def _rows(self, uri: str, tenant: str) -> Iterator[StoredRows]:
        path = self._location.full(file_of(self._key(uri, tenant)))
        with ExitStack() as opened:
            with reading():
                source = opened.enter_context(self._location.files.open_input_file(path))
                file = opened.enter_context(pq.ParquetFile(source))
            yield StoredRows(source, file)
