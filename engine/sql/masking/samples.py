"""Sample values without personal ones: prompts show only these."""

from __future__ import annotations

from functools import lru_cache

from chat2sql.engine.schema.catalogue import Catalogue, Column, Table
from chat2sql.engine.sql.guard.policy import MaskKind, Policy
from chat2sql.engine.sql.masking.detection import is_personal
from chat2sql.engine.sql.masking.marked import Marked, marked


def without_samples(catalogue: Catalogue, policy: Policy) -> Catalogue:
    """The catalogue as prompts may show it: no sample values of columns that the policy masks for anybody, nor any with
    something personal in it. Equal arguments give the same object."""
    return _without_samples(catalogue, tuple(policy.masks))


@lru_cache(maxsize=64)
def _without_samples(catalogue: Catalogue, masks: tuple[str, ...]) -> Catalogue:
    # The kinds do not matter here, only which columns have any.
    names = dict.fromkeys(masks, MaskKind.SECRET)
    tables = tuple(_cleared(table, marked(table, catalogue, names)) for table in catalogue.tables)
    if tables == catalogue.tables:
        return catalogue
    return Catalogue(
        datasource=catalogue.datasource,
        dialect=catalogue.dialect,
        default_schema=catalogue.default_schema,
        tables=tables,
        version=catalogue.version,
    )


def _cleared(table: Table, masked: Marked) -> Table:
    columns = tuple(_harmless(table, column, column.name in masked) for column in table.columns)
    # Not model_copy: it would take over what the table has cached about its columns.
    return Table.model_validate(
        {name: getattr(table, name) for name in Table.model_fields} | {"columns": columns}
    )


def _harmless(table: Table, column: Column, masked: bool) -> Column:
    name = f"{table.name}.{column.name}"
    kept = () if masked else tuple(value for value in column.samples if not is_personal(name, value))
    return column if kept == column.samples else column.model_copy(update={"samples": kept})
