"""The EXPLAIN gate: each estimate against each ceiling."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from chat2sql.engine.sql.executors.port import Estimate
from chat2sql.engine.sql.gate import Passage, weigh
from chat2sql.engine.sql.guard.policy import Ceiling

CASES = yaml.safe_load((Path(__file__).parents[1] / "fixtures/gate.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_gate(case: dict[str, Any]) -> None:
    weighed = weigh(Estimate(**case["estimate"]), Ceiling(**case["ceiling"]))
    assert weighed.passage == case["passage"]
    assert (weighed.reason is None) == (weighed.passage is Passage.OPEN)
    for language, words in case.get("says", {}).items():
        assert weighed.reason is not None
        assert words in getattr(weighed.reason, language)
