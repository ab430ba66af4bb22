"""Which PostgreSQL types come as Python values, and which as the text that PostgreSQL writes."""

from __future__ import annotations

from typing import ClassVar

import psycopg
from psycopg import postgres
from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import AdaptersMap, Loader
from psycopg.types.datetime import DateLoader, TimeLoader, TimestampLoader, TimestamptzLoader
from psycopg.types.string import TextBinaryLoader, TextLoader

# What Python can hold exactly; every other type comes as text. Intervals are among those: a timedelta would
# turn a month into 30 days.
_AS_VALUES = frozenset({"bool", "int2", "int4", "int8", "oid", "float4", "float8", "numeric", "bytea"})


class _Lenient(Loader):
    """A date or time; ``infinity``, and what lies beyond Python's calendar, as text."""

    strict: ClassVar[type[Loader]]

    def __init__(self, oid: int, context: AdaptContext | None = None) -> None:
        super().__init__(oid, context)
        self._strict = self.strict(oid, context)

    def load(self, data: Buffer) -> object:
        try:
            return self._strict.load(data)
        except psycopg.DataError:
            return bytes(data).decode()


class _LenientDate(_Lenient):
    strict = DateLoader


class _LenientTime(_Lenient):
    strict = TimeLoader


class _LenientTimestamp(_Lenient):
    strict = TimestampLoader


class _LenientTimestamptz(_Lenient):
    strict = TimestamptzLoader


_LENIENT = {
    "date": _LenientDate,
    "time": _LenientTime,
    "timestamp": _LenientTimestamp,
    "timestamptz": _LenientTimestamptz,
}


def register_loaders(adapters: AdaptersMap) -> None:
    """Make a connection return exact values, and text for all types that Python has no exact value for."""
    for info in postgres.types:
        if info.name in _LENIENT:
            adapters.register_loader(info.oid, _LENIENT[info.name])
        elif info.name not in _AS_VALUES:
            adapters.register_loader(info.oid, TextLoader)
            adapters.register_loader(info.oid, TextBinaryLoader)
