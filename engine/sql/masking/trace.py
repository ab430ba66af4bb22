"""The masked columns of one query, followed from the tables to its output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

from chat2sql.config.vocabulary import Caller
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.guard.policy import MaskKind, Policy
from chat2sql.engine.sql.masking.flow import How
from chat2sql.engine.sql.masking.marked import Marked, marked_by_table
from chat2sql.engine.sql.masking.relations import Relations


@dataclass(frozen=True)
class Trace:
    """What became of the masked columns.

    Attributes:
        masks: how each output column has to be masked; one entry for all of them where their number is not known;
            none where the caller sees no masked column at all.
        copied: for each of them, whether it shows stored values as they stand, so that NULL only says that there is none.
        betrayed: masked columns whose content could be found out without being shown, as ``table.column``.
    """

    masks: tuple[MaskKind | None, ...] = ()
    copied: tuple[bool, ...] = ()
    betrayed: tuple[str, ...] = ()


def trace(sql: str | exp.Expr, catalogue: Catalogue, policy: Policy, caller: Caller) -> Trace:
    """Follow the columns that are masked for the caller through a query that the guard has let pass."""
    return follow(sql, catalogue, marked_by_table(catalogue, policy, caller))


def follow(sql: str | exp.Expr, catalogue: Catalogue, marked: Mapping[str, Marked]) -> Trace:
    """The same for any columns, by ``Catalogue.key``."""
    if not marked:
        return Trace()
    tree = sqlglot.parse_one(sql, dialect=catalogue.dialect) if isinstance(sql, str) else sql
    relations = Relations(catalogue, marked, tree)
    try:
        relation = relations.query(tree, {}, None)
    except RecursionError:
        everything = relations.everything
        return Trace((everything.kind,), (False,), tuple(sorted(everything.columns)))
    flows = [output.flow for output in relation.outputs] if relation.rest is None else [relation.whole()]
    return Trace(
        tuple(flow.kind for flow in flows),
        tuple(flow.how is How.COPY for flow in flows),
        tuple(relations.betrayed),
    )
