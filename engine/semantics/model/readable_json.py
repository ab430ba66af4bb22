"""JSON as a person reads it: what fits on a line stands on one."""

from __future__ import annotations

import json

from pydantic import JsonValue

_WIDTH = 96


def readable_json(value: JsonValue) -> str:
    """A value as indented JSON text; its top level is always opened up."""
    return _opened(value, 0) if value else json.dumps(value)


def _written(value: JsonValue, depth: int) -> str:
    short = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list)) or not value or len(short) + depth <= _WIDTH:
        return short
    return _opened(value, depth)


def _opened(value: JsonValue, depth: int) -> str:
    inner = " " * (depth + 2)
    if isinstance(value, dict):
        parts = [
            f"{json.dumps(key, ensure_ascii=False)}: {_written(one, depth + 2)}" for key, one in value.items()
        ]
        first, last = "{", "}"
    elif isinstance(value, list):
        parts = [_written(one, depth + 2) for one in value]
        first, last = "[", "]"
    else:
        return json.dumps(value, ensure_ascii=False)
    lines = f",\n{inner}".join(parts)
    return f"{first}\n{inner}{lines}\n{' ' * depth}{last}"
