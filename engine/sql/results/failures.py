"""What the store's troubles are called: nothing here but the words, and which error they come with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa

from chat2sql.config.errors import InvalidInput, ResultStoreFull, StoreUnavailable


@contextmanager
def writing() -> Iterator[None]:
    """Where files are written or deleted.

    Raises:
        ResultStoreFull: no space, no permission, or the object store refuses or cannot be reached.
    """
    try:
        yield
    except OSError as error:
        raise ResultStoreFull(
            zh="结果无法写入：磁盘已满、没有写权限，或对象存储无法连接。请清理结果库、修正权限或恢复连接，之后会自动继续。",
            en="The result could not be written: the disk is full, writing is not permitted, or the object store "
            "cannot be reached. Free space, mend the rights of the result store or its connection; work goes on then.",
        ) from error


@contextmanager
def reading() -> Iterator[None]:
    """Where files are read or listed.

    Raises:
        InvalidInput: the file is not there, or is no result.
        StoreUnavailable: it cannot be read for now.
    """
    try:
        yield
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, pa.ArrowInvalid):
        raise not_here() from None
    except OSError as error:
        raise StoreUnavailable(
            zh="结果库无法读取：没有读权限，或对象存储无法连接。请检查 CHAT2SQL_RESULTS_URL、权限和网络；恢复后会自动继续。",
            en="The result store cannot be read: reading is not permitted, or the object store cannot be reached. Check "
            "CHAT2SQL_RESULTS_URL, the rights and the network; work goes on once it is back.",
        ) from error


def not_here() -> InvalidInput:
    """The one answer for results that are gone, that never were, and that are somebody else's."""
    return InvalidInput(
        zh="找不到该结果：它可能已被删除或过期。请重新提问。",
        en="The result is not there: it may have been deleted or have expired. Please ask the question again.",
    )
