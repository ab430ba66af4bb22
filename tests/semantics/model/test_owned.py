"""The owner's file over the draft, what an asker may see of it, and what the file does not know yet."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from semantics.model.catalogues import FIXTURES, catalogue

from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.semantics.model.document import parse_document
from chat2sql.engine.semantics.model.draft import draft_model
from chat2sql.engine.semantics.model.owned import drift, owned
from chat2sql.engine.semantics.model.reading import read_model
from chat2sql.engine.semantics.model.restricting import restricted
from chat2sql.engine.semantics.model.semantic_model import SemanticModel

CASES = yaml.safe_load((FIXTURES / "owned.yaml").read_text())
DRIFT = yaml.safe_load((FIXTURES / "drift.yaml").read_text())


def _view(hidden: list[str]) -> Catalogue:
    whole = catalogue("shop")
    tables = []
    for table in whole.tables:
        key = whole.key(table)
        columns = tuple(one for one in table.columns if f"{key}.{one.name}" not in hidden)
        if key not in hidden:
            tables.append(table.model_copy(update={"columns": columns}))
    return Catalogue(
        datasource="shop", dialect=whole.dialect, default_schema=whole.default_schema, tables=tuple(tables)
    )


def _names(model: SemanticModel) -> set[str]:
    found = {f"{dataset.name}.{field.name}" for dataset in model.datasets for field in dataset.fields}
    found |= {one.name for one in (*model.datasets, *model.metrics)}
    found |= {f"relationship {one.name}" for one in model.relationships}
    return found | {f"segment {one.name}" for one in model.segments}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_file_lies_over_the_draft(case: dict[str, Any]) -> None:
    reading = read_model(case["file"], catalogue("shop"))
    assert [fault.told.en for fault in reading.faults] == []
    assert reading.file is not None
    view = _view(case.get("hidden", []))
    model = restricted(owned(draft_model(view), reading.file), view)
    names = _names(model)
    assert set(case["has"]) - names == set()
    assert names & set(case.get("lacks", [])) == set()
    fields = {f"{dataset.name}.{field.name}": field for dataset in model.datasets for field in dataset.fields}
    assert {name: fields[name].label.zh for name in case.get("labels", {})} == case.get("labels", {})
    metrics = {metric.name: metric.expression for metric in model.metrics}
    assert {name: metrics[name] for name in case.get("expressions", {})} == case.get("expressions", {})
    assert all(names >= set(pair) for pair in model.conventions.never_combine)
    assert all(f"segment {segment}" in names for _, segment in model.conventions.default_segments)


@pytest.mark.parametrize("case", DRIFT)
def test_drift_is_told(case: dict[str, Any]) -> None:
    document = parse_document(case["file"]).document
    assert document is not None
    known = catalogue("shop")
    found = drift(document, known, draft_model(known))
    assert sorted(f"{one.kind} {one.entry} {one.name}" for one in found) == case["drift"]
    assert all(one.message.zh and one.message.en for one in found)
