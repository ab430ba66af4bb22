"""Every path through the graph, over the scripted steps."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from chat2sql.config.errors import Misconfigured, ModelUnavailable
from chat2sql.config.vocabulary import Intent, Outcome
from chat2sql.graph.approval import ApprovalDecision
from chat2sql.graph.fakes import FakeSteps
from chat2sql.graph.local import run
from chat2sql.graph.state import AskRequest, Ruling

CASES = yaml.safe_load((Path(__file__).parents[1] / "fixtures/graph_paths.yaml").read_text())
REQUEST = AskRequest(request_id="r1", question="How many orders?")
AS_OF = date(2025, 6, 30)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
async def test_path(case: dict) -> None:
    down = ModelUnavailable(zh="模型不可用", en="the model is down")
    steps = FakeSteps(
        intents=[Intent(intent) for intent in case.get("intents", ["query"])],
        schemas=case.get("schemas", [""]),
        rulings=[Ruling(ruling) for ruling in case.get("rulings", ["sound"])],
        confidences=case.get("confidences", [None]),
        execution_errors=case.get("execution_errors", [None]),
        readings=case.get("readings", 0),
        clarifications=case.get("clarifications", [None]),
        decision=ApprovalDecision(approved=case["decision"]) if "decision" in case else None,
        needs_approval=case.get("needs_approval", False),
        models=tuple(case.get("models", ["small"])),
        larger=tuple(case.get("larger", [])),
        down=dict.fromkeys(case.get("down", []), down),
    )
    request = REQUEST.model_copy(update={"clarify_within_s": case.get("waits_s", 0)})
    answer = await run(steps, request, as_of=AS_OF)
    assert steps.calls == case["calls"]
    assert answer.outcome is Outcome(case["outcome"])
    assert answer.corrections == case.get("corrections", 0)
    assert answer.sql == case.get("sql", answer.sql)
    assert answer.model == case.get("model", answer.model)
    assert answer.standalone == case.get("standalone", answer.standalone)
    assert bool(answer.message)
    assert bool(answer.rows) is (answer.outcome is Outcome.ANSWERED)


async def test_all_models_down_is_an_outage() -> None:
    steps = FakeSteps(
        models=("a", "b"), down={name: ModelUnavailable(zh="停", en=name) for name in ("a", "b")}
    )
    with pytest.raises(ModelUnavailable, match="b"):
        await run(steps, REQUEST, as_of=AS_OF)


async def test_other_errors_do_not_try_the_next_model() -> None:
    steps = FakeSteps(models=("a", "b"), down={"a": Misconfigured(zh="缺少密钥", en="no key")})
    with pytest.raises(Misconfigured):
        await run(steps, REQUEST, as_of=AS_OF)
    assert "generate:b" not in steps.calls


async def test_usage_adds_up_over_rounds() -> None:
    answer = await run(FakeSteps(rulings=[Ruling.WRONG, Ruling.WRONG, Ruling.SOUND]), REQUEST, as_of=AS_OF)
    assert (answer.usage.calls, answer.usage.prompt_tokens) == (3, 30)
    assert [attempt.sql for attempt in answer.attempts] == ["SELECT 0", "SELECT 1"]
