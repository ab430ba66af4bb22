"""The allow-lists of each dialect: functions, types, and what belongs to the system. Written in ``allowed_<dialect>.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from fnmatch import translate
from functools import cache
from pathlib import Path

from chat2sql.config.vocabulary import Dialect, Frozen
from chat2sql.engine.sql.guard.names import folded

_FILES = {
    Dialect.POSTGRESQL: "allowed_postgres.toml",
    Dialect.SQLITE: "allowed_sqlite.toml",
    Dialect.MYSQL: "allowed_mysql.toml",
    Dialect.DUCKDB: "allowed_duckdb.toml",
}
_SAME_EVERYWHERE = {"::": ("CAST",), "!=": ("<>",), "!": ("NOT",)}


class Allowed(Frozen):
    """What SQL of one dialect may use. Names are in lower case.

    Attributes:
        functions: may be called; those of ``rows`` among them.
        rows: functions that may stand in FROM, with the columns they offer; None: the query names them itself.
        bare: words that call a function without parentheses, and may not stand.
        types: may be cast to.
        system_schemas: schemas of the database system.
        system_tables: patterns of table names of the database system.
        dangers: what known dangers are, each with the pattern of its functions.
        same: words in upper case, with those that mean the same in their stead.
    """

    functions: frozenset[str]
    rows: Mapping[str, tuple[str, ...] | None]
    bare: frozenset[str]
    types: frozenset[str]
    system_schemas: frozenset[str]
    system_tables: re.Pattern[str]
    dangers: Mapping[str, re.Pattern[str]]
    same: Mapping[str, tuple[str, ...]]

    def danger(self, function: str) -> str | None:
        """What a function reaches that nobody may reach; None: nothing that is known."""
        name = folded(function)
        return next((what for what, pattern in self.dangers.items() if pattern.fullmatch(name)), None)

    def is_system(self, schema: str, table: str) -> bool:
        """Whether a table belongs to the database system."""
        return folded(schema) in self.system_schemas or bool(self.system_tables.fullmatch(folded(table)))


@cache
def allowed(dialect: Dialect) -> Allowed:
    """The allow-lists of a dialect."""
    written = tomllib.loads((Path(__file__).parent / _FILES[dialect]).read_text("utf-8"))
    rows = {
        name: None if columns == "*" else tuple(columns.split()) for name, columns in written["rows"].items()
    }
    return Allowed(
        functions=frozenset(_words(" ".join(written["functions"].values()))) | rows.keys(),
        rows={name: (name,) if columns == () else columns for name, columns in rows.items()},
        bare=frozenset(_words(written["bare"]["refused"])),
        types=frozenset(_words(written["types"]["names"])),
        system_schemas=frozenset(_words(written["system"]["schemas"])),
        system_tables=_pattern(written["system"]["tables"]),
        dangers={what: _pattern(names) for what, names in written["dangers"].items()},
        same=_same(written["same"], _words(written["types"]["names"])),
    )


def _words(text: str) -> list[str]:
    return folded(text).split()


def _pattern(globs: str) -> re.Pattern[str]:
    return re.compile("|".join(translate(glob) for glob in _words(globs)) or r"(?!)")


def _same(written: Mapping[str, str], types: list[str]) -> dict[str, tuple[str, ...]]:
    """Each word with those that may stand for it; any type may stand for any."""
    by_hand = {word.upper(): tuple(_upper_words(words)) for word, words in written.items()}
    every_type: dict[str, tuple[str, ...]] = {name.upper().replace("_", " "): ("TYPE",) for name in types}
    return {**every_type, **_SAME_EVERYWHERE, **by_hand}


def _upper_words(text: str) -> list[str]:
    return [word if word.startswith("'") else word.upper() for word in text.split()]
