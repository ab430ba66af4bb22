"""``docs/policy.md`` tells every key, and all its examples are policies."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue, Column, Table
from chat2sql.engine.sql.guard.policy import (
    Access,
    Ceiling,
    MaskKind,
    Policy,
    QueryLimits,
    Role,
    TenantRows,
)
from chat2sql.engine.sql.guard.policy_file import UNDETECTABLE, parse_policy
from chat2sql.engine.sql.masking.detection import DETECTABLE
from chat2sql.engine.sql.masking.masks import mask

PAGE = (Path(__file__).parents[2] / "docs" / "policy.md").read_text()
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
MODELS: tuple[type[BaseModel], ...] = (Policy, Access, Role, QueryLimits, Ceiling, TenantRows)
SHOP = {
    "public.customers": "id tenant_id name phone id_number password_hash",
    "public.orders": "id tenant_id total",
    "public.order_items": "id org sku",
    "public.regions": "id label",
    "hr.salaries": "id company amount",
}


def _shop() -> Catalogue:
    tables = [
        Table(
            schema_name=name.split(".")[0],
            name=name.split(".")[1],
            columns=tuple(Column(name=column, type="text") for column in columns.split()),
        )
        for name, columns in SHOP.items()
    ]
    return Catalogue(
        datasource="shop", dialect=Dialect.POSTGRESQL, default_schema="public", tables=tuple(tables)
    )


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.split("\n", 1)[0])
def test_each_example_is_a_policy(example: str) -> None:
    assert parse_policy(example, _shop()) != Policy()


def test_the_whole_example_has_every_key() -> None:
    whole = tomllib.loads(EXAMPLES[0])
    written = set(_keys(whole))
    assert {name for model in MODELS for name in model.model_fields} <= written


def _keys(section: dict[str, object]) -> Iterator[str]:
    for key, value in section.items():
        yield key
        if isinstance(value, dict):
            yield from _keys(value)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_key_is_explained(model: type[BaseModel]) -> None:
    prose = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
    sections = {"default", "roles", "masks", "limits", "ceiling", "tenants"} | {"version"}
    names = set(model.model_fields) - (sections if model is Policy else set())
    assert {name for name in names if f"`{name}`" not in prose} == set()


def test_defaults_are_told_as_they_are() -> None:
    told = dict(re.findall(r"- `(\w+)`: [^\n]*?Default `?(\w+)`?", PAGE))
    defaults = QueryLimits().model_dump()
    assert told == {name: str(value).lower() for name, value in defaults.items()}
    assert parse_policy(EXAMPLES[0]).detect == Policy().detect


def test_masks_look_as_they_are_told() -> None:
    told = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|$", PAGE, re.MULTILINE))
    assert set(told) == set(MaskKind)
    values = {
        MaskKind.NAME: ["张小明", "John Smith"],
        MaskKind.PHONE: ["13812345678"],
        MaskKind.ID_CARD: ["11010519491231123X"],
        MaskKind.EMAIL: ["ann@example.com"],
        MaskKind.BANK_CARD: ["6222021234565678"],
        MaskKind.ADDRESS: ["广东省深圳市南山区科技路1号"],
        MaskKind.SECRET: ["anything"],
    }
    assert told == {kind: ", ".join(f"`{mask(kind, value)}`" for value in values[kind]) for kind in MaskKind}


def test_what_cannot_be_detected_is_refused_in_a_policy() -> None:
    assert set(MaskKind) - DETECTABLE == UNDETECTABLE
