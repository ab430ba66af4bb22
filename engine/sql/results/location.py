"""Where the store's files are: a local folder, or a bucket of an S3-compatible object store.

Both read, list and delete through ``pyarrow.fs``. What differs is how a file appears whole: a folder has a rename,
a bucket has a copy from one name to another.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from typing import IO
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from pyarrow import fs

from chat2sql.config.errors import Misconfigured

CONNECT_TIMEOUT_S = 5.0
COPY_BYTES = 1024 * 1024
_S3_OPTIONS = frozenset({"endpoint_override", "scheme", "region", "force_virtual_addressing"})


class Location(ABC):
    """A root for files. Paths are below it, with ``/`` between their parts."""

    files: fs.FileSystem

    @abstractmethod
    def full(self, path: str) -> str:
        """The path as ``files`` wants it; of ``""``: the root."""

    @abstractmethod
    def uri(self, path: str) -> str:
        """The address of a file, for people and for later."""

    @abstractmethod
    def scratch(self, path: str) -> IO[bytes]:
        """A new empty file to prepare ``path`` in; it can be read back too."""

    @abstractmethod
    def publish(self, scratch: IO[bytes], path: str) -> None:
        """Let the scratch file be ``path``, at once and whole, in place of what was there; and close it."""

    @abstractmethod
    def discard(self, scratch: IO[bytes]) -> None:
        """Close a scratch file and leave nothing of it."""

    @abstractmethod
    def prune(self, folder: str) -> None:
        """Remove a folder if it is empty, and the folders above it that are empty then."""

    def path(self, uri: str) -> str | None:
        """The path behind an address; None if it is not one that this location gives out."""
        start = self.uri("x").removesuffix("x")
        path = unquote(uri.removeprefix(start))
        return path if uri.isascii() and self.uri(path) == uri else None

    def walk(self, folder: str) -> list[tuple[str, fs.FileInfo]]:
        """All files below a folder that may be missing, each with its path."""
        selector = fs.FileSelector(self.full(folder), allow_not_found=True, recursive=True)
        start = len(self.full("").rstrip("/")) + 1
        return [(info.path[start:], info) for info in self.files.get_file_info(selector) if info.is_file]

    def delete(self, path: str) -> bool:
        """Delete a file; whether it was there."""
        try:
            self.files.delete_file(self.full(path))
        except FileNotFoundError:
            return False
        return True


def open_location(address: str) -> Location:
    """The location of an address: a path, ``file:///path`` or ``s3://bucket/prefix?endpoint_override=...``.

    Nothing is asked or made yet.

    Raises:
        Misconfigured: it is none of these, or holds credentials.
    """
    if "://" not in address:
        return _Folder(Path(address).expanduser().absolute())
    try:
        parts = urlsplit(address)
    except ValueError:
        raise _not_an_address() from None
    if parts.scheme == "file" and not parts.netloc and parts.path:
        return _Folder(Path(unquote(parts.path)))
    if parts.scheme == "s3":
        return _Bucket(parts)
    raise _not_an_address()


class _Folder(Location):
    def __init__(self, root: Path) -> None:
        self._root = Path(os.path.normpath(root))
        self.files = fs.LocalFileSystem()

    def full(self, path: str) -> str:
        return str(self._root / path)

    def uri(self, path: str) -> str:
        return (self._root / path).as_uri()

    def scratch(self, path: str) -> IO[bytes]:
        target = self._root / path
        while True:
            target.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):  # somebody has pruned the folder in between
                return (self._root / _hidden(path)).open("x+b")

    def publish(self, scratch: IO[bytes], path: str) -> None:
        target = self._root / path
        scratch.flush()
        os.fsync(scratch.fileno())
        Path(scratch.name).replace(target)
        scratch.close()
        # The rename itself survives a power cut only when its folder is on disk.
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def discard(self, scratch: IO[bytes]) -> None:
        with suppress(OSError):  # what was still in the buffer may not fit on the disk
            scratch.close()
        Path(scratch.name).unlink(missing_ok=True)

    def prune(self, folder: str) -> None:
        with suppress(OSError):  # not empty, or gone already
            for emptied in (self._root / folder, *(self._root / folder).parents):
                if self._root not in emptied.parents:
                    return
                emptied.rmdir()


class _Bucket(Location):
    def __init__(self, address: SplitResult) -> None:
        """Open a bucket; the credentials are the environment's, which the S3 client reads itself.

        Raises:
            Misconfigured: no bucket, credentials in the address, or an option that there is not.
        """
        if "@" in address.netloc:
            raise _credentials_in_address()
        options = dict(parse_qsl(address.query, keep_blank_values=True))
        if not options.keys() <= _S3_OPTIONS:
            raise (
                _credentials_in_address()
                if any("key" in name or "token" in name for name in options)
                else _not_an_address()
            )
        prefix = unquote(address.path).strip("/")
        if not address.netloc or any(part in ("", ".", "..") for part in prefix.split("/") if prefix):
            raise _not_an_address()
        self._bucket = address.netloc
        self._start = f"{prefix}/" if prefix else ""
        self.files = fs.S3FileSystem(
            endpoint_override=options.get("endpoint_override"),
            scheme=options.get("scheme"),
            region=options.get("region"),
            force_virtual_addressing=options.get("force_virtual_addressing") == "true",
            connect_timeout=CONNECT_TIMEOUT_S,
            # In the background parts would queue up in memory when the network is slower than the disk.
            background_writes=False,
        )

    def full(self, path: str) -> str:
        return f"{self._bucket}/{self._start}{path}".rstrip("/")

    def uri(self, path: str) -> str:
        return f"s3://{self._bucket}/{quote(self._start + path)}"

    def scratch(self, path: str) -> IO[bytes]:
        # Without a name: it is gone with its process.
        return tempfile.TemporaryFile()

    def publish(self, scratch: IO[bytes], path: str) -> None:
        # Closing an upload completes it, also when a part of it has failed: so not under its own name.
        staged = self.full(_hidden(path))
        scratch.seek(0)
        try:
            with self.files.open_output_stream(staged, compression=None) as upload:
                shutil.copyfileobj(scratch, upload, COPY_BYTES)
            self.files.move(staged, self.full(path))
        except BaseException:
            with suppress(OSError):
                self.files.delete_file(staged)
            raise
        scratch.close()

    def discard(self, scratch: IO[bytes]) -> None:
        with suppress(OSError):
            scratch.close()

    def prune(self, folder: str) -> None:
        # An object store has no folders, but deleting an object leaves an empty one to stand for its folder.
        place = self.full(folder)
        if not self.files.get_file_info(fs.FileSelector(place, allow_not_found=True)):
            self.files.delete_dir(place)


def _hidden(path: str) -> str:
    """A path beside that one for what is not finished yet."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}.{name}.{uuid.uuid4().hex}"


def _not_an_address() -> Misconfigured:
    return Misconfigured(
        zh="结果库的地址必须是路径、file:///路径，或 s3://桶/前缀?endpoint_override=主机:端口&scheme=http&region=区域。"
        "请检查 CHAT2SQL_RESULTS_URL。",
        en="The result store's address must be a path, file:///path, or "
        "s3://bucket/prefix?endpoint_override=host:port&scheme=http&region=name. Check CHAT2SQL_RESULTS_URL.",
    )


def _credentials_in_address() -> Misconfigured:
    return Misconfigured(
        zh="结果库的地址中不能含密钥。请从 CHAT2SQL_RESULTS_URL 中删去，并设置环境变量 AWS_ACCESS_KEY_ID 和 "
        "AWS_SECRET_ACCESS_KEY。",
        en="The result store's address must not hold credentials. Take them out of CHAT2SQL_RESULTS_URL and set the "
        "environment variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    )
