"""Which output columns of a query have to be masked."""

from __future__ import annotations

from sqlglot import exp

from chat2sql.config.vocabulary import Caller
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.guard.policy import MaskKind, Policy
from chat2sql.engine.sql.guard.roles import accesses
from chat2sql.engine.sql.masking.trace import trace


def output_masks(
    sql: str | exp.Expr, catalogue: Catalogue, policy: Policy, caller: Caller
) -> tuple[MaskKind | None, ...]:
    """How each output column of a query that the guard has let pass is masked for the caller; None: not at all.

    A copy of a masked column, through whatever CTEs, derived tables and set operations, keeps its kind. What is worked
    out of one in any other way is SECRET, except its count and whether it is NULL. Where the number of output columns
    cannot be known, the one entry stands for all of them; ``MaskingSink`` takes it so.
    """
    return trace(sql, catalogue, policy, caller).masks


def cleared_columns(
    sql: str | exp.Expr, catalogue: Catalogue, policy: Policy, caller: Caller
) -> tuple[bool, ...]:
    """Which output columns come from columns that the caller's roles show in the clear, so that nothing is looked for
    in them; empty: none does."""
    shown = {pattern: MaskKind.SECRET for access in accesses(policy, caller) for pattern in access.unmasked}
    if not shown:
        return ()
    return tuple(kind is not None for kind in output_masks(sql, catalogue, Policy(masks=shown), caller))
