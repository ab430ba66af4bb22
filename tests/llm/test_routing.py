"""The order of models for a question, case by case."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from chat2sql.config import errors
from chat2sql.config.models import ModelCatalogue
from chat2sql.engine.llm.routing import complexity, route, tier_for

from .conftest import entry

TABLE = yaml.safe_load((Path(__file__).parents[1] / "fixtures" / "llm_routing.yaml").read_text())
TIERS = ("small", "medium", "large")
CATALOGUE = ModelCatalogue(
    models=tuple(
        entry("openai", name=name, tier=tier, context_tokens=context, max_output_tokens=500)
        for name, (tier, context) in TABLE["models"].items()
    )
)


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: case["case"])
def test_route(case: dict[str, Any]) -> None:
    def choose() -> Any:
        return route(
            CATALOGUE,
            requested=case.get("requested"),
            complexity=case["complexity"],
            configured=lambda model: model.name not in case.get("no_key", []),
            available=set(TABLE["models"]) - set(case.get("cooling", [])),
            prompt_tokens=case.get("prompt", 1000),
        )

    if "error" in case:
        with pytest.raises(errors.Chat2SQLError) as caught:
            choose()
        assert type(caught.value).__name__ == case["error"]
        assert case["says"] in caught.value.message.en
        assert case["says"] in caught.value.message.zh
        return
    chosen = choose()
    assert list(chosen.models) == case["order"]
    tiers = {name: TIERS.index(tier) for name, (tier, _) in TABLE["models"].items()}
    first = tiers[chosen.models[0]]
    assert chosen.larger == tuple(
        name for name in case["order"] if tiers[name] > first and case.get("requested", "auto") == "auto"
    )
    assert chosen.tier == case["tier"]
    assert chosen.models[0] in chosen.reason.en
    assert chosen.models[0] in chosen.reason.zh


@pytest.mark.parametrize("case", TABLE["questions"], ids=lambda case: case["question"])
def test_complexity_calls_for_a_tier(case: dict[str, Any]) -> None:
    score = complexity(case["question"], case["tables"])
    assert 0 <= score <= 1
    assert tier_for(score) == case["tier"]
    assert complexity(case["question"], case["tables"] + 3) >= score
