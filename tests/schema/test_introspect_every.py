"""The same shop read from every kind of database."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from every_database import MAKERS, own_schema

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.introspect import introspect

SHOP = yaml.safe_load((Path(__file__).parents[1] / "fixtures/schema/shop_every.yaml").read_text())


@pytest.mark.parametrize("dialect", Dialect)
async def test_the_same_shop_everywhere(dialect: Dialect, request: pytest.FixtureRequest) -> None:
    with MAKERS[dialect](request, [*SHOP["statements"], *SHOP["comments"][dialect]]) as dsn:
        schemas = own_schema(dialect, dsn)
        catalogue = await introspect(dsn, dialect, "shop", schemas=schemas)
        again = await introspect(dsn, dialect, "shop", schemas=schemas, samples=0)
    assert [catalogue.key(table) for table in catalogue.tables] == [table["name"] for table in SHOP["tables"]]
    for table, told in zip(catalogue.tables, SHOP["tables"], strict=True):
        assert (table.comment, table.is_view) == (told.get("comment", ""), told.get("is_view", False))
        assert list(table.primary_key) == told.get("primary_key", [])
        assert [
            [list(key.columns), key.target_table, list(key.target_columns)] for key in table.foreign_keys
        ] == told.get("foreign_keys", [])
        assert {column.name: list(column.samples) for column in table.columns} == {
            name: column["samples"] for name, column in told["columns"].items()
        }
        assert {column.name: column.comment for column in table.columns} == {
            name: column.get("comment", "") for name, column in told["columns"].items()
        }
        if not table.is_view:
            assert {column.name: column.nullable for column in table.columns} == {
                name: column.get("nullable", True) for name, column in told["columns"].items()
            }
    customers = catalogue.table("CUSTOMERS")
    assert customers is not None and customers.column("CREATEDAT") is customers.column("createdAt")
    assert [column.type for column in customers.columns] == SHOP["types"][dialect]
    assert again.version == catalogue.version
    assert not any(column.samples for table in again.tables for column in table.columns)
