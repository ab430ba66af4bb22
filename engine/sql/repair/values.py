"""Literals that no row can have: the value that was meant instead."""

from __future__ import annotations

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from chat2sql.config.vocabulary import Caller, Dialect
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.guard.check import check
from chat2sql.engine.sql.guard.policy import OPEN, Policy
from chat2sql.engine.sql.guard.visible import visible
from chat2sql.engine.sql.repair.literals import catalogued
from chat2sql.engine.sql.repair.steps import Repair, Repaired, RepairKind
from chat2sql.engine.values.index import How, ValueIndex
from chat2sql.engine.values.nearest import grades, is_missing

_MOST_READINGS = 3


def repair_literals(
    sql: str, catalogue: Catalogue, values: ValueIndex, *, policy: Policy = OPEN, caller: Caller | None = None
) -> tuple[Repaired, ...]:
    """Versions of a SQL that the guard finds sound, with values in place of literals that their columns do not have.

    ``city = 'beijing'`` is no mistake of SQL, but finds nothing where the column has Beijing or 北京. Only literals
    beside ``=``, ``<>`` and IN are looked at, and only where the index has all values of the column. Where several
    values are as likely, each gives a version.

    Args:
        sql: what a model wrote.
        catalogue: the datasource's, whole; what the caller may not see is not used.
        values: as ``values.fitness.permitted`` lets it be used.

    Returns:
        The versions, the likeliest first, all of which pass the guard; empty: nothing is to be mended, or the guard
        finds something wrong, which ``repair`` is for.
    """
    if not check(sql, catalogue, policy=policy, caller=caller).ok:
        return ()
    view = visible(catalogue, policy, caller or Caller(tenant=""))
    found = []
    for choice in range(_MOST_READINGS):
        try:
            tree = sqlglot.parse_one(sql, read=view.dialect, error_level=ErrorLevel.IMMEDIATE)
        except (SqlglotError, RecursionError):
            return ()
        repairs, alternatives = mend_values(tree, view, values, choice)
        if not repairs or choice > alternatives:
            break
        written = tree.sql(dialect=view.dialect, comments=False)
        if check(written, catalogue, policy=policy, caller=caller).ok:
            found.append(Repaired(sql=written, repairs=tuple(repairs), alternatives=alternatives))
    return tuple(found)


def mend_values(
    tree: exp.Expr, catalogue: Catalogue, values: ValueIndex | None, choice: int = 0
) -> tuple[list[Repair], int]:
    """Replace each text that its column does not have by the value that was meant; in place.

    Args:
        catalogue: what the caller sees.
        values: None: nothing is known of values, and nothing replaced.
        choice: which value is taken for the first text that may mean several.

    Returns:
        what was done, and how many more values that text may have meant.
    """
    done: list[Repair] = []
    alternatives = 0
    if values is None:
        return done, alternatives
    for comparison in tree.find_all(exp.EQ, exp.NEQ, exp.In):
        sides = [comparison.this, *comparison.expressions] if isinstance(comparison, exp.In) else [
            comparison.this, comparison.expression,
        ]  # fmt: skip
        column = next((side for side in sides if isinstance(side, exp.Column)), None)
        known = catalogued(column, catalogue) if column is not None else None
        if known is None:
            continue
        table, found = catalogue.key(known[0]), known[1].name
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
