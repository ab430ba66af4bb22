"""Deleting: what is asked for, what has been kept long enough, and what killed attempts have left."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from pyarrow import fs
from pydantic import Field

from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.sql.results.keys import ROWS, OwnFile, ResultKey, folder_of, own_file
from chat2sql.engine.sql.results.location import Location

LONGEST_WRITE = timedelta(days=1)
"""An attempt that has written nothing for so long is dead."""


class Expired(Frozen):
    """What was deleted; ``bytes`` is the files' size."""

    files: int = Field(ge=0)
    bytes: int = Field(ge=0)


class Found(NamedTuple):
    """A file of the store, as it was listed."""

    path: str
    file: OwnFile
    info: fs.FileInfo


def own_files(location: Location, folder: str) -> list[Found]:
    """The store's own files below a folder; whatever else lies there is left out."""
    listed = ((path, own_file(path), info) for path, info in location.walk(folder))
    return [Found(path, file, info) for path, file, info in listed if file is not None]


def delete_leftovers(location: Location, key: ResultKey) -> None:
    """Remove what earlier attempts at a result have not finished. One that still lives fails when it commits."""
    files = own_files(location, folder_of(key.tenant, key.request_id))
    _delete(location, [found for found in files if found.file == OwnFile(key=key, ending=None)])


def delete_result(location: Location, key: ResultKey) -> Expired:
    """Remove a result and all that stands beside it."""
    files = own_files(location, folder_of(key.tenant, key.request_id))
    return _delete(location, [found for found in files if found.file.key == key])


def delete_request(location: Location, tenant: str, request_id: str) -> Expired:
    """Remove all results of a request."""
    return _delete(location, own_files(location, folder_of(tenant, request_id)))


def expire(location: Location, older_than: timedelta, now: datetime) -> Expired:
    """Remove the results that are at least so old, their charts with them, and what dead attempts have left.

    A result is as old as its rows; a chart without rows as old as itself.
    """
    files = own_files(location, "")
    written = {found.file.key: found.info.mtime for found in files if found.file.ending == ROWS}

    def is_old(found: Found) -> bool:
        if found.file.ending is None:
            return bool(now - found.info.mtime >= LONGEST_WRITE)
        return bool(now - written.get(found.file.key, found.info.mtime) >= older_than)

    old = [found for found in files if is_old(found)]
    # Asked again: a result that is being written anew since the listing is not old any more.
    fresh = {found.file.key for found in old if found.file.ending == ROWS and _changed(location, found)}
    return _delete(location, [found for found in old if found.file.key not in fresh])


def _changed(location: Location, found: Found) -> bool:
    return bool(location.files.get_file_info(location.full(found.path)).mtime != found.info.mtime)


def _delete(location: Location, files: list[Found]) -> Expired:
    # Rows go last: cut off in the middle, this leaves a result that is found again, not charts without one.
    deleted = [
        found
        for found in sorted(files, key=lambda found: found.file.ending == ROWS)
        if location.delete(found.path)
    ]
    for folder in {found.path.rpartition("/")[0] for found in deleted}:
        location.prune(folder)
    return Expired(files=len(deleted), bytes=sum(found.info.size for found in deleted))
