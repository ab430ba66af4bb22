"""Which output columns of a query have to be masked."""

from __future__ import annotations

from sqlglot import exp

from chat2sql.config.vocabulary import Caller
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.guard.policy import MaskKind, Policy
from chat2sql.engine.sql.masking.marked import shown_by_table
from chat2sql.engine.sql.masking.trace import follow, trace


def output_masks(
    sql: str | exp.Expr, catalogue: Catalogue, policy: Policy, caller: Caller
) -> tuple[MaskKind | None, ...]:
    """How each output column of a query that the guard has let pass is masked for the caller; None: not at all.

    A copy of a masked column, through whatever CTEs, derived tables and set operations, keeps its kind. What is worked
    out of one in any other way is SECRET, except its count and whether it is NULL. Where the number of output columns
    cannot be known, the one entry stands for all of them; ``MaskingSink`` takes it so.
    """
    return trace(sql, catalogue, policy, caller).masks


def copied_columns(
    sql: str | exp.Expr, catalogue: Catalogue, policy: Policy, caller: Caller
) -> tuple[bool, ...]:
    """Which output columns show stored values as they stand, for each entry of ``output_masks``. In the others NULL can
    be an answer about a masked value, as in ``NULLIF(phone LIKE '138%', TRUE)``."""
    return trace(sql, catalogue, policy, caller).copied


def cleared_columns(
    sql: str | exp.Expr, catalogue: Catalogue, policy: Policy, caller: Caller
) -> tuple[bool, ...]:
    """Which output columns are copies of nothing but columns that the caller's roles show in the clear, so that nothing
    is looked for in them; empty: none is."""
    masks = follow(sql, catalogue, shown_by_table(catalogue, policy, caller)).masks
    return tuple(kind not in (None, MaskKind.SECRET) for kind in masks)
