"""Literals that no row can have: the value or the code that was meant instead."""

from __future__ import annotations

from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue, Column
from chat2sql.engine.schema.codes import column_codes
from chat2sql.engine.sql.repair.literals import compared
from chat2sql.engine.sql.repair.steps import Repair, RepairKind
from chat2sql.engine.values.codes import meant_codes
from chat2sql.engine.values.index import How, ValueIndex
from chat2sql.engine.values.keys import key
from chat2sql.engine.values.nearest import grades, holds, is_missing


def mend_values(
    tree: exp.Expr, catalogue: Catalogue, values: ValueIndex | None, choice: int = 0
) -> tuple[list[Repair], int]:
    """Replace each text that its column does not have by the value that was meant; in place.

    ``city = 'beijing'`` is no mistake of SQL, but finds nothing where the column has Beijing or 北京. Only literals
    beside ``=``, ``<>`` and IN are looked at, and only where the index has all values of the column, or where the
    column's comment says which code the literal is the meaning of: ``status = '待付款'`` becomes ``status = 0``.

    Args:
        catalogue: what the caller sees.
        values: as ``values.fitness.permitted`` lets it be used; None: nothing is known of values.
        choice: which value is taken for the first text that may mean several.

    Returns:
        what was done, and how many more values that text may have meant.
    """
    done: list[Repair] = []
    alternatives = 0
    for owner, column, sides in compared(tree, catalogue, exp.EQ, exp.NEQ, exp.In):
        table = catalogue.key(owner)
        for literal in sides:
            ways = _ways(literal, values, table, column, catalogue.dialect)
            if not ways:
                continue
            is_doubtful = len(ways) > 1 and alternatives == 0
            if is_doubtful:
                alternatives = len(ways) - 1
            instead = ways[choice if is_doubtful and choice < len(ways) else 0]
            told = f"{table}.{column.name} has no {_told(literal, catalogue)} -> {_told(instead, catalogue)}"
            literal.replace(instead)
            done.append(Repair(kind=RepairKind.LITERAL_VALUE, explanation=told))
    return done, alternatives


def _ways(
    literal: exp.Expr, values: ValueIndex | None, table: str, column: Column, dialect: Dialect
) -> tuple[exp.Expr, ...]:
    """What a literal may mean, all as likely; empty: it is right as it is, or means nothing that is known."""
    if not isinstance(literal, exp.Literal) or not literal.is_string:
        return ()
    code = _code(literal.name, values, table, column)
    if code is not None:
        return (code,)
    return tuple(map(exp.Literal.string, _meant(literal.name, values, table, column.name, dialect)))


def _code(literal: str, values: ValueIndex | None, table: str, column: Column) -> exp.Expr | None:
    """The code that a literal is the meaning of; None: it is none, or the column has it as it is."""
    codes = column_codes(column)
    if not codes or any(code.code == literal for code in codes):
        return None
    if values is not None and holds(values, table, column.name, literal):
        return None
    code = meant_codes(column).get(key(literal))
    return code.copy() if code is not None else None


def _meant(
    literal: str, values: ValueIndex | None, table: str, column: str, dialect: Dialect
) -> tuple[str, ...]:
    """The values that a text may mean, all as likely; empty: it is one itself, or means none that is known."""
    if values is None or not is_missing(values, table, column, literal):
        return ()
    how, meant = next(grades(values, table, column, literal), (How.EXACT, ()))
    # MySQL compares texts without regard to case, unless a column says otherwise.
    return () if how is How.EXACT and dialect is Dialect.MYSQL else meant


def _told(literal: exp.Expr, catalogue: Catalogue) -> str:
    return literal.sql(catalogue.dialect)
