"""How a dialect compares and spells identifiers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sqlalchemy.dialects.postgresql.base import RESERVED_WORDS
from sqlglot import exp

from chat2sql.config.vocabulary import Dialect

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
# Databases fold ASCII only; str.lower would make equal what they keep apart.
_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def folded(name: str) -> str:
    """The name in lower case, as the databases understand it."""
    return name.translate(_ASCII_LOWER)


def effective(identifier: exp.Expr, dialect: Dialect) -> str:
    """The name that the database looks up for this identifier."""
    if dialect is Dialect.POSTGRESQL and identifier.args.get("quoted"):
        return identifier.name
    return folded(identifier.name)


def spell(name: str, dialect: Dialect) -> exp.Identifier:
    """An identifier that means exactly this name."""
    quoted = dialect is Dialect.POSTGRESQL and (_PLAIN.fullmatch(name) is None or name in RESERVED_WORDS)
    return exp.to_identifier(name, quoted=quoted or _PLAIN.fullmatch(folded(name)) is None)


def match(name: str, known: Iterable[str], dialect: Dialect) -> str | None:
    """The known name that an effective name means: the same one first, then one that differs only in case."""
    candidates = [other for other in known if folded(other) == folded(name)]
    if name in candidates or not candidates:
        return name if candidates else None
    # Two columns that differ only in case: which one is meant cannot be known.
    return candidates[0] if len(candidates) == 1 or dialect is Dialect.SQLITE else None


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
