"""What of a catalogue a caller sees. The guard knows nothing else, so the rest does not exist for the caller."""

from __future__ import annotations

import operator
from functools import lru_cache

from chat2sql.config.vocabulary import Caller
from chat2sql.engine.schema.catalogue import Catalogue, Column, ForeignKey, Table
from chat2sql.engine.sql.guard.name_patterns import matches, means_column, means_table
from chat2sql.engine.sql.guard.policy import Access, Policy, TenantRows
from chat2sql.engine.sql.guard.roles import accesses
from chat2sql.engine.sql.guard.tenant_rows import is_shared, tenant_column


def visible(catalogue: Catalogue, policy: Policy, caller: Caller) -> Catalogue:
    """The part of a catalogue that the caller sees: by their roles, and without tables of which the policy does not
    say whose rows they hold. The same object where that is all of it.

    Foreign keys from or to what is hidden are gone; a table without a visible column is. Tables with rows of tenants
    have no sample values and no row count: those are anybody's.
    """
    return _visible(catalogue, accesses(policy, caller), policy.tenants)


@lru_cache(256)
def _visible(catalogue: Catalogue, shown: tuple[Access, ...], rows: TenantRows | None) -> Catalogue:
    tables = [
        seen
        for table in catalogue.tables
        if (owned := _of_one_tenant(table, rows, catalogue)) is not None
        if (seen := _shown(owned, shown, catalogue)) is not None
    ]
    part = Catalogue(
        datasource=catalogue.datasource,
        dialect=catalogue.dialect,
        default_schema=catalogue.default_schema,
        tables=tuple(tables),
        version="",
    )
    linked = tuple(_linked(table, catalogue, part) for table in tables)
    if len(linked) == len(catalogue.tables) and all(map(operator.is_, linked, catalogue.tables)):
        return catalogue
    return Catalogue(
        datasource=catalogue.datasource,
        dialect=catalogue.dialect,
        default_schema=catalogue.default_schema,
        tables=linked,
    )


def _with(table: Table, **changed: object) -> Table:
    # Not model_copy: it would take over what the table has cached about its columns.
    return Table.model_validate({name: getattr(table, name) for name in Table.model_fields} | changed)


def _of_one_tenant(table: Table, rows: TenantRows | None, catalogue: Catalogue) -> Table | None:
    """What of a table may be known to any one tenant; None: it is not known whose rows it holds. A view can be listed
    as well; one that is not might show anyone's."""
    if rows is None or is_shared(table, rows, catalogue):
        return table
    if tenant_column(table, rows, catalogue) is None:
        return None
    if table.row_estimate is None and not any(column.samples for column in table.columns):
        return table
    columns = tuple(Column.model_validate(column.model_dump(exclude={"samples"})) for column in table.columns)
    return _with(table, columns=columns, row_estimate=None)


def _shown(table: Table, shown: tuple[Access, ...], catalogue: Catalogue) -> Table | None:
    hidden_by_all = {column.name for column in table.columns}
    for access in shown:
        if _shows_table(access, table, catalogue):
            hidden_by_all &= _hidden_columns(access, table, catalogue)
    if not hidden_by_all:
        return table
    columns = tuple(column for column in table.columns if column.name not in hidden_by_all)
    return _with(table, columns=columns) if columns else None


def _shows_table(access: Access, table: Table, catalogue: Catalogue) -> bool:
    if access.schemas is not None and not any(
        table.schema_name is not None and matches(pattern, [table.schema_name]) for pattern in access.schemas
    ):
        return False
    if access.tables is not None and not any(means_table(name, table, catalogue) for name in access.tables):
        return False
    return not any(means_table(pattern, table, catalogue, in_any_schema=True) for pattern in access.hide)


def _hidden_columns(access: Access, table: Table, catalogue: Catalogue) -> set[str]:
    return {
        column.name
        for column in table.columns
        if any(
            means_column(pattern, table, column.name, catalogue, in_any_schema=True)
            for pattern in access.hide
        )
    }


def _linked(table: Table, whole: Catalogue, part: Catalogue) -> Table:
    """The table with those foreign keys of which both ends are visible."""
    keys = tuple(key for key in table.foreign_keys if _both_ends_seen(key, table, whole, part))
    return table if len(keys) == len(table.foreign_keys) else _with(table, foreign_keys=keys)


def _both_ends_seen(key: ForeignKey, table: Table, whole: Catalogue, part: Catalogue) -> bool:
    meant = whole.table(key.target_table)
    # In a smaller catalogue the same name could mean another schema's table.
    target = part.table(key.target_table)
    return (
        meant is not None
        and target is not None
        and (target.schema_name, target.name) == (meant.schema_name, meant.name)
        and all(table.column(column) is not None for column in key.columns)
        and all(target.column(column) is not None for column in key.target_columns)
    )
