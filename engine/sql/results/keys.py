"""How results are named: whose they are, and which files belong to one.

``<tenant>/<request>/<round>.parquet``, and the chart's files beside it. Files under other names are nobody's
business here: they are neither read nor deleted.
"""

from __future__ import annotations

import re
from enum import StrEnum
from urllib.parse import quote, unquote

from pydantic import Field

from chat2sql.config.errors import InvalidInput
from chat2sql.config.vocabulary import Frozen

LONGEST_NAME = 200
"""Longest encoded name of a tenant or request, in bytes; file systems take 255."""
ROWS = "parquet"
"""How the name of a result's rows ends."""


class Beside(StrEnum):
    """What may stand beside the rows; the value is how the file's name ends."""

    SVG = "svg"
    PNG = "png"
    SPEC = "vl.json"


_ENDINGS = "|".join(re.escape(ending) for ending in (ROWS, *Beside))
_FILE = re.compile(rf"(?P<round>0|[1-9][0-9]*)\.(?P<ending>{_ENDINGS})")
_LEFTOVER = re.compile(rf"\.(?P<round>0|[1-9][0-9]*)\.(?:{_ENDINGS})\.[0-9a-f]{{32}}")


class ResultKey(Frozen):
    """Which result of whom; the same key again replaces the result."""

    tenant: str = Field(min_length=1)
    request_id: str = Field(min_length=1)
    round: int = Field(ge=0)


class OwnFile(Frozen):
    """A file of the store; ``ending`` is None for what a killed attempt has left."""

    key: ResultKey
    ending: str | None


def folder_of(tenant: str, request_id: str | None = None) -> str:
    """The folder of a tenant, or of one request, below the store's root.

    Raises:
        InvalidInput: a name is too long.
    """
    return _name(tenant) if request_id is None else f"{_name(tenant)}/{_name(request_id)}"


def file_of(key: ResultKey, ending: str = ROWS) -> str:
    """The path of a result's rows, or of what stands beside them, below the store's root.

    Raises:
        InvalidInput: a name is too long.
    """
    return f"{folder_of(key.tenant, key.request_id)}/{key.round}.{ending}"


def own_file(path: str) -> OwnFile | None:
    """What a path below the store's root is; None if it is not the store's."""
    tenant, _, rest = path.partition("/")
    request, _, name = rest.partition("/")
    found = _FILE.fullmatch(name) or _LEFTOVER.fullmatch(name)
    if found is None or not (_is_name(tenant) and _is_name(request)):
        return None
    key = ResultKey(tenant=unquote(tenant), request_id=unquote(request), round=int(found["round"]))
    return OwnFile(key=key, ending=found.groupdict().get("ending"))


def _is_name(name: str) -> bool:
    try:
        return bool(name) and _name(unquote(name)) == name
    except InvalidInput:
        return False


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
