"""Which PostgreSQL types come as Python values, and which as the text that PostgreSQL writes."""

from __future__ import annotations

import psycopg
from psycopg import postgres
from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import AdaptersMap, Loader
from psycopg.pq import Format
from psycopg.types.string import TextBinaryLoader, TextLoader

# What Python can hold exactly; every other type comes as text. Intervals are among those: a timedelta would
# turn a month into 30 days.
_AS_VALUES = frozenset({"bool", "int2", "int4", "int8", "oid", "float4", "float8", "numeric", "bytea"})
_DATES_AND_TIMES = frozenset({"date", "time", "timestamp", "timestamptz"})


class _Lenient(Loader):
    """A date or time; ``infinity``, and what lies beyond Python's calendar, as text."""

    def __init__(self, oid: int, context: AdaptContext | None = None) -> None:
        super().__init__(oid, context)
        # As registered, and not from psycopg.types: the compiled one is twenty times faster.
        strict = psycopg.adapters.get_loader(oid, Format.TEXT) or TextLoader
        self._load = strict(oid, context).load

    def load(self, data: Buffer) -> object:
        try:
            return self._load(data)
        except psycopg.DataError:
            return bytes(data).decode()


def register_loaders(adapters: AdaptersMap) -> None:
    """Make a connection return exact values, and text for all types that Python has no exact value for."""
    for info in postgres.types:
        if info.name in _DATES_AND_TIMES:
            adapters.register_loader(info.oid, _Lenient)
        elif info.name not in _AS_VALUES:
            adapters.register_loader(info.oid, TextLoader)
            adapters.register_loader(info.oid, TextBinaryLoader)
