"""Datasources and their catalogues, as the application's role."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from chat2sql.config.errors import InvalidInput
from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.stores.catalogues import Catalogues
from chat2sql.engine.stores.datasources import Datasource, Datasources
from chat2sql.engine.stores.pool import Database

CASES = yaml.safe_load((Path(__file__).parents[1] / "fixtures" / "store_datasources.yaml").read_text())
SALES = Datasource(
    name="sales",
    dialect=Dialect.POSTGRESQL,
    dsn="postgresql://sales:${SALES_PASSWORD}@db.example/sales",
    description="销售 and returns",
    approval="always",
    options={"search_path": "shop", "samples": 3, "ssl": True},
)
LITE = Datasource(name="lite", dialect=Dialect.SQLITE, dsn="/data/lite.db")


async def test_add_get_list_remove(store: Database) -> None:
    datasources = Datasources(store)
    added = await datasources.add(SALES)
    assert added.created_at is not None
    assert added.model_copy(update={"created_at": None}) == SALES
    await datasources.add(LITE)
    assert await datasources.get("sales") == added
    assert [datasource.name for datasource in await datasources.list()] == ["lite", "sales"]
    await datasources.remove("sales")
    with pytest.raises(InvalidInput, match="Known: lite"):
        await datasources.get("sales")
    with pytest.raises(InvalidInput):
        await datasources.remove("sales")


async def test_adding_twice(store: Database) -> None:
    datasources = Datasources(store)
    added = await datasources.add(SALES)
    assert await datasources.add(SALES) == added
    other = SALES.model_copy(update={"description": "other"})
    with pytest.raises(InvalidInput, match="exists already"):
        await datasources.add(other)
    assert await datasources.get("sales") == added
    replaced = await datasources.add(other, replace=True)
    assert (replaced.description, replaced.created_at) == ("other", added.created_at)


def with_dsn(dsn: str) -> Datasource:
    dialect = Dialect.MYSQL if dsn.startswith(("mysql", "mariadb")) else Dialect.POSTGRESQL
    return SALES.model_copy(update={"dsn": dsn, "dialect": dialect})


@pytest.mark.parametrize("dsn", CASES["allowed"])
async def test_dsn_allowed(store: Database, dsn: str) -> None:
    added = await Datasources(store).add(with_dsn(dsn))
    assert added.dsn == dsn


@pytest.mark.parametrize("dsn", CASES["refused"])
async def test_dsn_refused(store: Database, dsn: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await Datasources(store).add(with_dsn(dsn))
    said = str(refused.value) + refused.value.message.zh + str(refused.value.__cause__)
    assert "opensesame" not in said
    assert "${" in refused.value.message.zh
    assert await Datasources(store).list() == ()


@pytest.mark.parametrize("name", ["", "two words", "-x", "a" * 64, "数据"])
def test_names_are_plain(name: str) -> None:
    with pytest.raises(ValidationError):
        Datasource(name=name, dialect=Dialect.SQLITE, dsn="/x")


async def test_the_newest_catalogue_wins(store: Database) -> None:
    catalogues = Catalogues(store)
    await Datasources(store).add(LITE)
    assert await catalogues.newest("lite") is None
    first = await catalogues.save("lite", '{"tables": [1]}')
    second = await catalogues.save("lite", '{"tables": [1, 2], "注释": "销售\\u0000额"}')
    assert second > first
    assert await catalogues.save("lite", '{"注释": "销售\\u0000额", "tables": [1,2]}') == second
    newest = await catalogues.newest("lite")
    assert newest is not None
    assert newest.version == second
    assert json.loads(newest.document) == {"tables": [1, 2], "注释": "销售\ufffd额"}
    assert await catalogues.save("lite", '{"tables": [1]}') > second


async def test_catalogues_go_with_their_datasource(store: Database) -> None:
    catalogues, datasources = Catalogues(store), Datasources(store)
    with pytest.raises(InvalidInput, match="no datasource named lite"):
        await catalogues.save("lite", "{}")
    await datasources.add(LITE)
    await catalogues.save("lite", "{}")
    await datasources.remove("lite")
    await datasources.add(LITE)
    assert await catalogues.newest("lite") is None
