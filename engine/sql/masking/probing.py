"""Which masked columns a query could betray without showing them."""

from __future__ import annotations

from sqlglot import exp

from chat2sql.config.vocabulary import Caller
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.guard.policy import Policy
from chat2sql.engine.sql.masking.trace import trace


def probed(sql: str | exp.Expr, catalogue: Catalogue, policy: Policy, caller: Caller) -> tuple[str, ...]:
    """The columns masked for the caller that a query uses so that their content could be found out, as
    ``table.column``, in the order found; empty: the query may run.

    An allow-list: whole values may be compared for equality with values that are stored or written in the query, be
    grouped and counted, tested for NULL, and names may be sorted by. Whatever else a condition, a grouping or an order
    does with a masked value is probing: patterns, ranges, functions, casts, regular expressions, comparisons with
    values that the query works out.
    """
    return trace(sql, catalogue, policy, caller).betrayed
