"""Recorded histories run again through today's workflow code."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from chat2sql.workers.main import sandboxed_runner
from chat2sql.workflows.answer_question import AnswerQuestion
from chat2sql.workflows.evaluate import Evaluate

HISTORIES = sorted((Path(__file__).parents[1] / "replays").glob("*.json"))


def test_every_outcome_is_recorded() -> None:
    names = {path.stem for path in HISTORIES}
    assert names >= {"answered", "corrected", "asked_back", "refused", "approved", "evaluated"}


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_replay(path: Path) -> None:
    replayer = Replayer(
        workflows=[AnswerQuestion, Evaluate],
        data_converter=pydantic_data_converter,
        workflow_runner=sandboxed_runner(),
    )
    history = WorkflowHistory.from_json(f"replay-{path.stem}", path.read_text())
    await replayer.replay_workflow(history)


def test_nothing_of_this_machine_is_left() -> None:
    def payloads(value: object) -> Iterator[str]:
        if isinstance(value, dict):
            for key, item in value.items():
                yield from (
                    [base64.b64decode(item).decode()]
                    if key == "data" and isinstance(item, str)
                    else payloads(item)
                )
        elif isinstance(value, list):
            for item in value:
                yield from payloads(item)

    for path in HISTORIES:
        assert [text for text in payloads(json.loads(path.read_text())) if "/tmp/" in text] == []
