"""Literals that no row can have: the value that was meant instead."""

from __future__ import annotations

from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.repair.literals import compared
from chat2sql.engine.sql.repair.steps import Repair, RepairKind
from chat2sql.engine.values.index import How, ValueIndex
from chat2sql.engine.values.nearest import grades, is_missing


def mend_values(
    tree: exp.Expr, catalogue: Catalogue, values: ValueIndex | None, choice: int = 0
) -> tuple[list[Repair], int]:
    """Replace each text that its column does not have by the value that was meant; in place.

    ``city = 'beijing'`` is no mistake of SQL, but finds nothing where the column has Beijing or 北京. Only literals
    beside ``=``, ``<>`` and IN are looked at, and only where the index has all values of the column.

    Args:
        catalogue: what the caller sees.
        values: as ``values.fitness.permitted`` lets it be used; None: nothing is known of values, and nothing replaced.
        choice: which value is taken for the first text that may mean several.

    Returns:
        what was done, and how many more values that text may have meant.
    """
    done: list[Repair] = []
    alternatives = 0
    if values is None:
        return done, alternatives
    for owner, column, sides in compared(tree, catalogue, exp.EQ, exp.NEQ, exp.In):
        table, found = catalogue.key(owner), column.name
        for literal in sides:
            meant = _meant(literal, values, table, found, catalogue.dialect)
            if not meant:
                continue
            is_doubtful = len(meant) > 1 and alternatives == 0
            if is_doubtful:
                alternatives = len(meant) - 1
            instead = exp.Literal.string(meant[choice if is_doubtful and choice < len(meant) else 0])
            told = f"{table}.{found} has no {_told(literal, catalogue)} -> {_told(instead, catalogue)}"
            literal.replace(instead)
            done.append(Repair(kind=RepairKind.LITERAL_VALUE, explanation=told))
    return done, alternatives


def _meant(
    literal: exp.Expr, values: ValueIndex, table: str, column: str, dialect: Dialect
) -> tuple[str, ...]:
    """The values that a literal may mean, all as likely; empty: it is one itself, or means none that is known."""
    if not isinstance(literal, exp.Literal) or not literal.is_string:
        return ()
    if not is_missing(values, table, column, literal.name):
        return ()
    how, meant = next(grades(values, table, column, literal.name), (How.EXACT, ()))
    # MySQL compares texts without regard to case, unless a column says otherwise.
    return () if how is How.EXACT and dialect is Dialect.MYSQL else meant


def _told(literal: exp.Expr, catalogue: Catalogue) -> str:
    return literal.sql(catalogue.dialect)
