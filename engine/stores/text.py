"""Text that PostgreSQL can store: it takes neither NUL nor half of a surrogate pair, models and users send both."""

from __future__ import annotations

import json
import re
from typing import Annotated

from pydantic import BeforeValidator, JsonValue

_REPLACEMENT = "\ufffd"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SUSPECT_ESCAPE = re.compile(r"\\u(0000|[dD][89a-fA-F])")


def storable(text: str) -> str:
    """The text with what cannot be stored replaced by U+FFFD."""
    return _UNSTORABLE.sub(_REPLACEMENT, text)


def storable_json(document: str) -> str:
    """The JSON text, fit for ``jsonb``: the same rule for what is escaped in its strings."""
    if _SUSPECT_ESCAPE.search(document) is None:
        return storable(document)
    return json.dumps(_storable_value(json.loads(document)), ensure_ascii=False)


def _storable_value(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_storable_value(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): _storable_value(item) for key, item in value.items()}
    return value


def _storable_if_text(value: object) -> object:
    return storable(value) if isinstance(value, str) else value


Storable = Annotated[str, BeforeValidator(_storable_if_text)]
"""A field that is stored as text."""
