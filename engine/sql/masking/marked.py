"""Which columns of a catalogue a policy masks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from chat2sql.config.vocabulary import Caller
from chat2sql.engine.schema.catalogue import Catalogue, Table
from chat2sql.engine.sql.guard.name_patterns import means_column
from chat2sql.engine.sql.guard.policy import MaskKind, Policy
from chat2sql.engine.sql.guard.roles import accesses

Marked = Mapping[str, MaskKind]
"""Names of columns and what their values are."""


def marked(table: Table, catalogue: Catalogue, masks: Marked, unmasked: tuple[str, ...] = ()) -> Marked:
    """The columns of a table whose values are masked.

    Args:
        masks: names and patterns of columns. A name without ``*`` goes before patterns; among patterns the first one
            written has the word.
        unmasked: names and patterns of columns that are not masked all the same.
    """
    written = sorted(masks, key=lambda pattern: "*" in pattern)
    found: dict[str, MaskKind] = {}
    for column in table.columns:
        meant = (
            name for name in written if means_column(name, table, column.name, catalogue, in_any_schema=True)
        )
        pattern = next(meant, None)
        if pattern is not None and not _shown(table, column.name, catalogue, unmasked):
            found[column.name] = masks[pattern]
    return found


def marked_by_table(catalogue: Catalogue, policy: Policy, caller: Caller) -> Mapping[str, Marked]:
    """The columns that are masked for the caller, of all tables that have any, by ``Catalogue.key``."""
    return _by_table(catalogue, tuple(policy.masks.items()), _unmasked(policy, caller))


def shown_by_table(catalogue: Catalogue, policy: Policy, caller: Caller) -> Mapping[str, Marked]:
    """The columns that roles show the caller in the clear, masked or not, of all tables that have any, by
    ``Catalogue.key``; as if they were names, a kind that only copies keep."""
    unmasked = _unmasked(policy, caller)
    by_table = {
        catalogue.key(table): {
            column.name: MaskKind.NAME
            for column in table.columns
            if _shown(table, column.name, catalogue, unmasked)
        }
        for table in (catalogue.tables if unmasked else ())
    }
    return {key: columns for key, columns in by_table.items() if columns}


def _unmasked(policy: Policy, caller: Caller) -> tuple[str, ...]:
    return tuple(sorted({name for access in accesses(policy, caller) for name in access.unmasked}))


def _shown(table: Table, column: str, catalogue: Catalogue, unmasked: tuple[str, ...]) -> bool:
    return any(means_column(name, table, column, catalogue) for name in unmasked)


@lru_cache(maxsize=256)
def _by_table(
    catalogue: Catalogue, masks: tuple[tuple[str, MaskKind], ...], unmasked: tuple[str, ...]
) -> Mapping[str, Marked]:
    by_table = {
        catalogue.key(table): marked(table, catalogue, dict(masks), unmasked) for table in catalogue.tables
    }
    return MappingProxyType({key: columns for key, columns in by_table.items() if columns})
