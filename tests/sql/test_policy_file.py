"""Each mistake in a policy file is told, all at once, in words that say what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from chat2sql.config.errors import InvalidInput
from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue, Column, Table
from chat2sql.engine.sql.guard.policy import OPEN, Policy
from chat2sql.engine.sql.guard.policy_file import parse_policy

CASES = yaml.safe_load((Path(__file__).parent.parent / "fixtures" / "policy_errors.yaml").read_text())


def _catalogue(name: str | None) -> Catalogue | None:
    if name is None:
        return None
    written = CASES["catalogues"][name]
    tables = []
    for key, columns in written["tables"].items():
        schema, _, table = key.rpartition(".")
        known = tuple(Column(name=column, type="text") for column in columns.split())
        tables.append(Table(schema_name=schema or None, name=table, columns=known))
    return Catalogue(
        datasource=name,
        dialect=Dialect(written["dialect"]),
        default_schema=written.get("default_schema"),
        tables=tuple(tables),
    )


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["id"])
def test_every_mistake_is_told(case: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_policy(case["policy"], _catalogue(case.get("catalogue")))
    for language, head in (("zh", "策略文件有误："), ("en", "The policy file is wrong:")):
        told = getattr(caught.value.message, language).split("\n")
        assert told == [head, *(f"- {line}" for line in case[language])]


@pytest.mark.parametrize("case", CASES["good"], ids=lambda case: case["id"])
def test_a_policy_without_mistakes_is_read(case: dict[str, Any]) -> None:
    policy = parse_policy(case["policy"], _catalogue(case.get("catalogue")))
    assert (policy == OPEN) is (not case["policy"])
    assert Policy.model_validate_json(policy.model_dump_json()) == policy
