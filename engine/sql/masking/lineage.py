"""Which output columns of a query have to be masked."""

from __future__ import annotations

from sqlglot import exp

from chat2sql.config.vocabulary import Caller, Frozen
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.guard.policy import MaskKind, Policy
from chat2sql.engine.sql.masking.marked import shown_by_table
from chat2sql.engine.sql.masking.trace import follow, trace


class OutputColumns(Frozen):
    """What a query's output columns show of the masked ones.

    Attributes:
        masks: how each column is masked for the caller; None: not at all. A copy of a masked column, through whatever
            CTEs, derived tables and set operations, keeps its kind. What is worked out of one in any other way is
            SECRET, except its count and whether it is NULL. Where the number of output columns cannot be known, the one
            entry stands for all of them; ``MaskingSink`` takes it so.
        copied: for each of them, whether it shows stored values as they stand. In the others NULL can be an answer about
            a masked value, as in ``NULLIF(phone LIKE '138%', TRUE)``.
        cleared: which columns are copies of nothing but columns that the caller's roles show in the clear, so that
            nothing is looked for in them; empty: none is.
    """

    masks: tuple[MaskKind | None, ...]
    copied: tuple[bool, ...]
    cleared: tuple[bool, ...]


def output_columns(
    sql: str | exp.Expr, catalogue: Catalogue, policy: Policy, caller: Caller
) -> OutputColumns:
    """Follow the masked columns through a query that the guard has let pass, to its output."""
    followed = trace(sql, catalogue, policy, caller)
    shown = follow(sql, catalogue, shown_by_table(catalogue, policy, caller)).masks
    return OutputColumns(
        masks=followed.masks,
        copied=followed.copied,
        cleared=tuple(kind not in (None, MaskKind.SECRET) for kind in shown),
    )
