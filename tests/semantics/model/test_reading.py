"""Each mistake in an owner's file is told, all at once, with its line, in words that say what to do."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from semantics.model.catalogues import FIXTURES, catalogue

from chat2sql.engine.semantics.model.faults import refusal
from chat2sql.engine.semantics.model.places import read_yaml
from chat2sql.engine.semantics.model.reading import read_model

FAULTS = yaml.safe_load((FIXTURES / "faults.yaml").read_text())


@pytest.mark.parametrize("case", FAULTS, ids=lambda case: case["id"])
def test_every_mistake_is_told(case: dict[str, Any]) -> None:
    reading = read_model(case["file"], catalogue("shop"))
    assert reading.file is None
    assert [fault.told.en for fault in reading.faults] == case["en"]
    if "zh" in case:
        assert [fault.told.zh for fault in reading.faults] == case["zh"]
    assert all(fault.told.zh and fault.told.zh != fault.told.en for fault in reading.faults)
    assert refusal(reading.faults).message.en.count("\n- ") == len(case["en"])


@pytest.mark.parametrize("text", ["[" * 100_000, "- " * 50_000, "{a: " * 5_000, "a: !!python/object:os.x {}"])
def test_no_text_ends_the_process_or_makes_an_object(text: str) -> None:
    read = read_yaml(text)
    assert read.data is None and len(read.faults) == 1
