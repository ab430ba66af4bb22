"""dbt's semantic models, in both of their forms: what is taken over computes the same, what is not is named."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from semantics.model.catalogues import FIXTURES, catalogue

from chat2sql.config.errors import InvalidInput
from chat2sql.engine.semantics.model.dbt import import_dbt
from chat2sql.engine.semantics.model.reading import read_model
from chat2sql.engine.semantics.model.semantic_model import Metric, Origin
from chat2sql.engine.semantics.model.yaml_text import yaml_text

CASES = yaml.safe_load((FIXTURES / "dbt.yaml").read_text())


def _told(metric: Metric) -> str:
    computed = metric.expression or f"{metric.numerator} / {metric.denominator}"
    return (
        f"{metric.dataset}: {computed} | {', '.join(metric.segments)} | {metric.time} | {metric.additivity}"
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["file"])
def test_semantic_models_are_taken_over(case: dict[str, Any]) -> None:
    text = (FIXTURES / "dbt" / case["file"]).read_text()
    imported = import_dbt([(case["file"], text), ("other.yml", "version: 2\n")], catalogue("shop"))
    assert sorted(one.name for one in imported.left_out) == case["left_out"]
    assert all(one.reason.zh and one.reason.en for one in imported.left_out)
    reading = read_model(yaml_text(imported.document), catalogue("shop"))
    assert [fault.told.en for fault in reading.faults] == []
    assert reading.file is not None
    model = reading.file.model
    fields = {
        f"{dataset.name}.{field.name}": [field.role.value, field.expression]
        for dataset in model.datasets
        for field in dataset.fields
    }
    assert fields == case["fields"]
    assert [
        f"{one.source}({one.source_columns[0]}) -> {one.target}({one.target_columns[0]})"
        for one in model.relationships
    ] == case["joins"]
    assert {one.name: one.condition for one in model.segments} == case["segments"]
    assert {metric.name: _told(metric) for metric in model.metrics} == case["metrics"]
    assert {metric.origin for metric in model.metrics} == {Origin.IMPORT}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: b: c", "line 1"),
        ("metrics: []", "No semantic model"),
        ("semantic_models: [{name: orders, measures: [{name: x}]}]", "semantic_models.0.measures.0.agg"),
        ("semantic_models: [{name: x, model: ref('nowhere')}]", "No semantic model"),
    ],
)
def test_what_is_no_dbt_file_is_said(text: str, says: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        import_dbt([("a.yml", text)], catalogue("shop"))
    assert says in caught.value.message.en
