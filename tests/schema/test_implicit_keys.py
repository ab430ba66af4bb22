"""Foreign keys that nobody declared, from names and values, on every kind of database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from every_database import MAKERS, own_schema

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.implicit_keys import with_implicit_keys
from chat2sql.engine.schema.introspect import introspect

CASES = yaml.safe_load((Path(__file__).parents[1] / "fixtures/schema/implicit_keys.yaml").read_text("utf-8"))


def _own_keys(catalogue: Catalogue) -> set[str]:
    return {f"{table.name}.{name}" for table in catalogue.tables for name in table.primary_key}


def _keys(catalogue: Catalogue) -> set[str]:
    return {
        f"{catalogue.key(table)}.{key.columns[0]} -> {key.target_table}.{key.target_columns[0]}"
        for table in catalogue.tables
        for key in table.foreign_keys
    }


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
async def test_names_propose_and_values_decide(
    dialect: Dialect, case: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    with MAKERS[dialect](request, case["statements"]) as dsn:
        schemas = own_schema(dialect, dsn)
        found = await introspect(dsn, dialect, "x", schemas=schemas)
        declared = await introspect(dsn, dialect, "x", schemas=schemas, implicit_keys=False)
    assert _keys(found) == set(case["keys"])
    assert _keys(declared) == {key for key in case["keys"] if "hall_id" in key}
    assert _own_keys(found) >= set(case.get("own", ()))
    assert not _own_keys(found) & set(case.get("not_own", ()))
    same = _keys(found) == _keys(declared) and _own_keys(found) == _own_keys(declared)
    assert (found.version == declared.version) is same


async def test_what_cannot_be_asked_is_no_key(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with MAKERS[Dialect.SQLITE](request, CASES[0]["statements"]) as dsn:
        plain = await introspect(dsn, Dialect.SQLITE, "x", implicit_keys=False)
    assert with_implicit_keys(plain, lambda _: None) == plain
