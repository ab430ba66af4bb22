"""Rows without a figure, which PostgreSQL puts before the largest ones."""

from __future__ import annotations

import re

from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.repair.literals import catalogued
from chat2sql.engine.sql.repair.steps import Repair, RepairKind

_WRITTEN = re.compile(r"\bnulls\s+first\b", re.IGNORECASE)


def mend_nulls_first(tree: exp.Expr, text: str, catalogue: Catalogue) -> list[Repair]:
    """Put rows without a figure last where a query orders by it, the largest first; in place.

    "The three dearest products" are none without a price. Only PostgreSQL has them first.

    Args:
        text: the query as it was written.
    """
    # What is written out is meant.
    if catalogue.dialect is not Dialect.POSTGRESQL or _WRITTEN.search(text):
        return []
    done = []
    for ordered in tree.find_all(exp.Ordered):
        if not ordered.args.get("desc") or not ordered.args.get("nulls_first"):
            continue
        order = ordered.parent
        if not isinstance(order, exp.Order) or not isinstance(order.parent, exp.Query):
            continue
        if not _may_be_null(ordered.this, catalogue):
            continue
        ordered.set("nulls_first", False)
        told = f"ORDER BY {ordered.sql(catalogue.dialect)}"
        done.append(Repair(kind=RepairKind.NULLS_LAST, explanation=told))
    return done


def _may_be_null(value: exp.Expr, catalogue: Catalogue) -> bool:
    """Whether it may: not what is counted, nor a column that always has a value."""
    select = value.parent_select
    plain = value.unnest()
    if isinstance(plain, exp.Column) and isinstance(select, exp.Select):
        aliased = next((item for item in select.expressions if item.alias == plain.name), None)
        plain = aliased.unalias() if aliased is not None else plain
    if isinstance(plain, exp.Count):
        return False
    owner = catalogued(plain, catalogue) if isinstance(plain, exp.Column) else None
    return owner is None or (owner[1].nullable and not owner[1].primary_key)
