"""How a dialect compares and spells identifiers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

from sqlalchemy.dialects.mysql.reserved_words import RESERVED_WORDS_MARIADB, RESERVED_WORDS_MYSQL
from sqlalchemy.dialects.postgresql.base import RESERVED_WORDS
from sqlglot import exp

from chat2sql.config.vocabulary import Dialect

ANY_CASE = frozenset({Dialect.SQLITE, Dialect.DUCKDB})
"""Dialects that compare names without regard to letter case, so that no spelling has to be mended."""

_RESERVED = {
    Dialect.POSTGRESQL: frozenset(RESERVED_WORDS),
    Dialect.MYSQL: frozenset(RESERVED_WORDS_MYSQL | RESERVED_WORDS_MARIADB),
}
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
# Databases fold ASCII only; str.lower would make equal what they keep apart.
_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


@lru_cache(10_000)
def folded(name: str) -> str:
    """The name in lower case, as the databases understand it."""
    return name.lower() if name.isascii() else name.translate(_ASCII_LOWER)


def effective(identifier: exp.Expr, dialect: Dialect) -> str:
    """The name that the database looks up for this identifier.

    MySQL's tables and aliases are files on some systems and compare exactly there: so they do here, and what
    differs in case is respelled, for columns too.
    """
    if dialect is Dialect.MYSQL or (dialect is Dialect.POSTGRESQL and identifier.args.get("quoted")):
        return identifier.name
    return folded(identifier.name)


@lru_cache(10_000)
def needs_quotes(name: str, dialect: Dialect) -> bool:
    """Whether a name means itself only in quotes."""
    plain = _PLAIN.fullmatch(name if dialect is Dialect.POSTGRESQL else folded(name))
    return plain is None or folded(name) in _RESERVED.get(dialect, ())


def spell(name: str, dialect: Dialect) -> exp.Identifier:
    """An identifier that means exactly this name."""
    return exp.to_identifier(name, quoted=needs_quotes(name, dialect))


def match(name: str, known: Collection[str], dialect: Dialect) -> str | None:
    """The known name that an effective name means: the same one first, then one that differs only in case."""
    if name in known:
        return name
    wanted = folded(name)
    candidates = [other for other in known if folded(other) == wanted]
    # Two columns that differ only in case: which one is meant cannot be known.
    return candidates[0] if len(candidates) == 1 or (candidates and dialect in ANY_CASE) else None


def function_name(function: exp.Expr, dialect: Dialect) -> str:
    """The name by which a function is called in the dialect, in lower case."""
    bare = function.copy()
    bare.set("alias", None)
    return folded(bare.sql(dialect).partition("(")[0].strip('"`'))


def source_name(item: exp.Expr, dialect: Dialect) -> str:
    """The name under which a FROM item's columns are reached; empty: it has none."""
    alias = item.args.get("alias")
    if alias is not None and alias.this is not None:
        return effective(alias.this, dialect)
    if isinstance(item, exp.Table) and isinstance(item.this, exp.Identifier):
        return effective(item.this, dialect)
    if isinstance(item, (exp.Query, exp.Values)) or isinstance(item.this, exp.Query):
        return ""
    return function_name(item if isinstance(item, exp.Unnest) else item.this, dialect)


def visible_ctes(table: exp.Table, dialect: Dialect) -> Iterator[exp.CTE]:
    """The CTEs that an unqualified name at this place can mean, innermost first."""
    node: exp.Expr = table
    while node.parent is not None:
        parent = node.parent
        if isinstance(parent, exp.With):
            everywhere = dialect is Dialect.SQLITE or bool(parent.args.get("recursive"))
            for cte in parent.expressions:
                if cte is node and not everywhere:
                    break
                yield cte
            # Its owner's WITH is this one: it must not be met again, with all its CTEs, from there.
            node = parent.parent or parent
            continue
        with_ = parent.args.get("with_")
        if with_ is not None:
            yield from with_.expressions
        node = parent


def referenced_cte(table: exp.Table, dialect: Dialect) -> exp.CTE | None:
    """The CTE that a table reference means; None: it means a table of the database.

    The names must be equal as the database sees them. Else ``WITH "PG_SHADOW" AS (...)`` would hide that
    ``pg_shadow`` is read.
    """
    if table.args.get("db") or not isinstance(table.this, exp.Identifier):
        return None
    name = effective(table.this, dialect)
    for cte in visible_ctes(table, dialect):
        if effective(cte.args["alias"].this, dialect) == name:
            return cte
    return None
