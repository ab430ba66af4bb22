"""Fields as expressions spell them: ``dataset.field``, with quotes where the dialect needs them."""

from __future__ import annotations

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.sql.guard.names import spell


def spelled(dataset: str, field: str, dialect: Dialect) -> str:
    """A field of a dataset, as ``Scope.bound`` reads it."""
    return ".".join(spell(part, dialect).sql(dialect) for part in (*dataset.split("."), field))


def unset(dataset: str, field: str, dialect: Dialect) -> str:
    """The condition that a field has no value."""
    return f"{spelled(dataset, field, dialect)} IS NULL"
