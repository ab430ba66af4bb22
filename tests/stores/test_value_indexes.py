"""Value indexes in the product's own database, as the application's role."""

from __future__ import annotations

import json

import pytest

from chat2sql.config.errors import InvalidInput
from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.stores.datasources import Datasource, Datasources
from chat2sql.engine.stores.pool import Database
from chat2sql.engine.stores.value_indexes import ValueIndexes

LITE = Datasource(name="lite", dialect=Dialect.SQLITE, dsn="/data/lite.db")


async def test_only_the_newest_is_kept(store: Database) -> None:
    indexes = ValueIndexes(store)
    await Datasources(store).add(LITE)
    assert await indexes.get("lite", "v1") is None
    await indexes.save("lite", "v1", '{"columns": ["北京\\u0000"]}')
    stored = await indexes.get("lite", "v1")
    assert stored is not None and json.loads(stored) == {"columns": ["北京\ufffd"]}
    await indexes.save("lite", "v1", '{"columns": []}')
    assert await indexes.get("lite", "v1") == '{"columns": []}'
    await indexes.save("lite", "v2", '{"columns": [1]}')
    assert await indexes.get("lite", "v1") is None
    assert await indexes.get("lite", "v2") == '{"columns": [1]}'


async def test_they_go_with_their_datasource(store: Database) -> None:
    indexes, datasources = ValueIndexes(store), Datasources(store)
    with pytest.raises(InvalidInput, match="no datasource named lite"):
        await indexes.save("lite", "v1", "{}")
    await datasources.add(LITE)
    await indexes.save("lite", "v1", "{}")
    await datasources.remove("lite")
    await datasources.add(LITE)
    assert await indexes.get("lite", "v1") is None
