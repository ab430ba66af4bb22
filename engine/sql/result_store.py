"""Results as Parquet files: written whole or not at all, found again by their URI.

A local folder today. Reading, listing and deleting go through ``pyarrow.fs``; an object store, whose uploads
are atomic by themselves, would replace ``_write_local`` only.
"""

from __future__ import annotations

import os
import uuid
from pathlib import Path, PurePosixPath
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs
from pydantic import Field

from chat2sql.config.errors import InvalidInput, Misconfigured, ResultStoreFull
from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.sql.port import ColumnInfo, Fetched
from chat2sql.engine.sql.preview import Preview, to_preview

__all__ = ["Preview", "ResultKey", "ResultReference", "ResultStore", "preview"]

ROWS_PER_GROUP = 5000
"""Rows that are read together; a page is cut out of the groups it touches."""
LONGEST_NAME = 200
"""Longest encoded name of a tenant or request, in bytes; file systems take 255."""


class ResultKey(Frozen):
    """Which result of whom; the same key again replaces the result."""

    tenant: str = Field(min_length=1)
    request_id: str = Field(min_length=1)
    round: int = Field(ge=0)


class ResultReference(Frozen):
    """Where a result is; ``bytes`` is the size of its file."""

    uri: str
    rows: int
    bytes: int
    columns: tuple[ColumnInfo, ...]


def preview(fetched: Fetched, rows: int) -> Preview:
    """The first rows of a result that is still in memory."""
    return to_preview(fetched.table.slice(0, rows))


class ResultStore:
    """Results under one folder: ``<location>/<tenant>/<request>/<round>.parquet``. Its calls block."""

    def __init__(self, location: str) -> None:
        """Open a store; the folder is made at the first write.

        Args:
            location: a path, or a ``file://`` URL.

        Raises:
            Misconfigured: it is another kind of URL.
        """
        address = location if "://" in location else Path(location).expanduser().absolute().as_uri()
        try:
            self._files, root = _local(address)
        except ValueError:
            raise Misconfigured(
                zh="结果目录必须是路径或 file:// URL。请检查 CHAT2SQL_RESULTS_URL。",
                en="The result store must be a path or a file:// URL. Check CHAT2SQL_RESULTS_URL.",
            ) from None
        self._root = PurePosixPath(os.path.normpath(root))

    def write(self, key: ResultKey, fetched: Fetched) -> ResultReference:
        """Store a result; a retry with the same key replaces it, the newest writer wins.

        Raises:
            InvalidInput: tenant or request id are too long for a file name.
            ResultStoreFull: no space, no permission; nothing half written stays behind.
        """
        folder = Path(self._root / _name(key.tenant) / _name(key.request_id))
        file = folder / f"{key.round}.parquet"
        try:
            size = self._write_local(folder, file, fetched.table)
        except OSError as error:
            raise _not_written() from error
        return ResultReference(uri=file.as_uri(), rows=fetched.row_count, bytes=size, columns=fetched.columns)

    def preview(self, result: ResultReference | Fetched, rows: int) -> Preview:
        """The first rows of a result, in memory or stored.

        Raises:
            InvalidInput: it is not, or no longer, in this store.
        """
        return preview(result, rows) if isinstance(result, Fetched) else self.read_page(result.uri, 0, rows)

    def read_page(self, uri: str, offset: int, limit: int) -> Preview:
        """``limit`` rows from ``offset`` (the first is 0) on; fewer or none at the end.

        Raises:
            InvalidInput: the result is not, or no longer, in this store.
        """
        try:
            with self._files.open_input_file(self._path(uri)) as source, pq.ParquetFile(source) as file:
                return to_preview(_page(file, max(0, offset), max(0, limit)))
        except (OSError, pa.ArrowInvalid):
            raise _not_here() from None

    def delete(self, uri: str) -> None:
        """Remove a result; one that is not there any more is no error.

        Raises:
            InvalidInput: the URI is not of this store.
            ResultStoreFull: no permission.
        """
        path = self._path(uri)
        try:
            self._files.delete_file(path)
        except FileNotFoundError:
            return
        except OSError as error:
            raise _not_written() from error

    def _path(self, uri: str) -> str:
        """The path of a URI, if it is one that this store has given out."""
        try:
            _, path = _local(uri)
        except ValueError:
            raise _not_here() from None
        inside = PurePosixPath(os.path.normpath(path))
        if inside.suffix != ".parquet" or self._root not in inside.parents:
            raise _not_here()
        return str(inside)

    def _write_local(self, folder: Path, file: Path, table: pa.Table) -> int:
        """Write beside the target, then rename: readers see the old file or the new one, never a part."""
        folder.mkdir(parents=True, exist_ok=True)
        for left_by_a_killed_attempt in folder.glob(f".{file.name}.*"):
            left_by_a_killed_attempt.unlink(missing_ok=True)
        temporary = folder / f".{file.name}.{uuid.uuid4().hex}"
        try:
            with temporary.open("xb") as sink:
                pq.write_table(table, sink, row_group_size=ROWS_PER_GROUP, compression="zstd")
                sink.flush()
                os.fsync(sink.fileno())
                size = sink.tell()
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)
        _sync_folder(folder)
        return size


def _local(uri: str) -> tuple[fs.FileSystem, str]:
    """File system and path of a ``file://`` URL.

    Raises:
        ValueError: it is none. Others are not even tried: that would ask the network about them.
    """
    if not uri.startswith("file:///"):
        raise ValueError("not a file URL")
    filesystem, path = fs.FileSystem.from_uri(uri)
    return filesystem, path


def _page(file: pq.ParquetFile, offset: int, limit: int) -> pa.Table:
    groups: list[int] = []
    skipped = start = 0
    for group in range(file.num_row_groups):
        end = start + file.metadata.row_group(group).num_rows
        if end <= offset:
            skipped = end
        elif start < offset + limit:
            groups.append(group)
        start = end
    return file.read_row_groups(groups).slice(offset - skipped if groups else 0, limit)


def _name(text: str) -> str:
    """A file name for any text: no separators, not hidden, never ``.`` or ``..``.

    Raises:
        InvalidInput: it is too long.
    """
    name = quote(text, safe="")
    name = f"%2E{name[1:]}" if name.startswith(".") else name
    if len(name) > LONGEST_NAME:
        raise InvalidInput(
            zh="租户名或请求编号太长，无法作为文件名。请缩短后重试。",
            en="The tenant or the request id is too long for a file name. Shorten it and try again.",
        )
    return name


def _sync_folder(folder: Path) -> None:
    """The rename itself survives a power cut only when its folder is on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _not_written() -> ResultStoreFull:
    return ResultStoreFull(
        zh="结果无法写入：磁盘已满或没有写权限。请清理结果目录或修正权限，之后会自动继续。",
        en="The result could not be written: the disk is full or writing is not permitted. Free space or mend "
        "the rights of the results folder; work goes on then.",
    )


def _not_here() -> InvalidInput:
    return InvalidInput(
        zh="找不到该结果：它可能已被删除。请重新提问。",
        en="The result is not there: it may have been deleted. Please ask the question again.",
    )
