"""Writing columns and joins into a query."""

from __future__ import annotations

from collections.abc import Collection

from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.guard.names import effective, spell
from chat2sql.engine.sql.repair.joins import Hop


def written_column(name: str, dialect: Dialect, *, owner: str | None = None) -> exp.Column:
    """A column, spelled as the dialect needs it.

    Args:
        owner: what its table is called in the query; None: the query reads no other.
    """
    return exp.Column(this=spell(name, dialect), table=spell(owner, dialect) if owner is not None else None)


def written_join(hop: Hop, to: str, alias: str, catalogue: Catalogue) -> exp.Join:
    """One hop as a JOIN with its condition.

    Args:
        to: what the table that it is joined to is called in the query.
        alias: what the joined table is to be called.
    """
    table = catalogue.table(hop.table)
    assert table is not None
    dialect = catalogue.dialect
    source = exp.Table(this=spell(table.name, dialect))
    if table.schema_name is not None and table.schema_name != catalogue.default_schema:
        source.set("db", spell(table.schema_name, dialect))
    if effective(source.this, dialect) != alias:
        source.set("alias", exp.TableAlias(this=spell(alias, dialect)))

    conditions = [
        exp.EQ(
            this=written_column(right, dialect, owner=to),
            expression=written_column(left, dialect, owner=alias),
        )
        for left, right in hop.columns
    ]
    return exp.Join(this=source, on=exp.and_(*conditions, copy=False))


def free_alias(name: str, taken: Collection[str]) -> str:
    """The name, with a number behind it where it is taken."""
    number = 2
    alias = name
    while alias in taken:
        alias, number = f"{name}{number}", number + 1
    return alias
