"""Recorded histories run again through today's workflow code."""

from __future__ import annotations

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from chat2sql.workers.main import sandboxed_runner
from chat2sql.workflows.answer_question import AnswerQuestion

HISTORIES = sorted((Path(__file__).parents[1] / "replays").glob("*.json"))


def test_every_outcome_is_recorded() -> None:
    names = {path.stem for path in HISTORIES}
    assert names >= {"answered", "corrected", "asked_back", "refused", "approved"}


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_replay(path: Path) -> None:
    replayer = Replayer(
        workflows=[AnswerQuestion], data_converter=pydantic_data_converter, workflow_runner=sandboxed_runner()
    )
    history = WorkflowHistory.from_json(f"replay-{path.stem}", path.read_text())
    await replayer.replay_workflow(history)
