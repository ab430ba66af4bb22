"""The folder of a run: what was asked, and what came of each question."""

from __future__ import annotations

import fcntl
import os
import secrets
from pathlib import Path

from pydantic import Field, ValidationError

from chat2sql.config.errors import InvalidInput
from chat2sql.config.settings import Settings
from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.evaluation.cases import SuiteFormat
from chat2sql.engine.evaluation.outcomes import EvalRecord

PLAN, RESULTS, SUMMARY = "run.json", "results.jsonl", "summary.json"

SWITCHES = (
    "samples",
    "sample_batch",
    "sample_temperature",
    "vote_timeout_s",
    "metric_path",
    "sketch",
    "semantic_hints",
    "semantic_repair",
    "answerable",
    "translate",
    "repair",
    "plan_check",
    "value_linking",
    "code_linking",
    "implicit_keys",
    "schema_budget_tokens",
)
"""Settings that change what a run measures; each is kept with the run."""

Switches = dict[str, str | int | float | bool | None]


class Plan(Frozen):
    """What a run asks: kept in its folder, so that it goes on with the same and nothing else.

    Attributes:
        settings: the ``SWITCHES``, as they were.
        key: tells the questions of this run from those of every other one; drawn when it begins.
    """

    suite: str
    format: SuiteFormat
    language: str
    limit: int | None
    seed: int
    model: str | None
    settings: Switches
    key: str = Field(default_factory=lambda: secrets.token_hex(5), pattern="^[0-9a-f]+$")

    def asks_the_same(self, other: Plan) -> bool:
        """Whether the other one would ask the same in the same way."""
        return self.model_copy(update={"key": other.key}) == other


def switches(settings: Settings) -> Switches:
    """The values of ``SWITCHES``."""
    return {name: getattr(settings, name) for name in SWITCHES}


def open_folder(folder: Path, plan: Plan) -> Plan:
    """Begin a run in a folder, or go on with the one that is there; its plan.

    Raises:
        InvalidInput: the folder holds another run, or something else.
    """
    file = folder / PLAN
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(plan.model_dump_json(indent=2), "utf-8")
    known = plan_of(folder)
    if not known.asks_the_same(plan):
        raise InvalidInput(
            zh=f"{folder} 里是另一次评测（题集、模型或设置不同）。请换一个 --out。",
            en=f"{folder} holds another run, with another set, model or settings. Take another --out.",
        )
    return known


def plan_of(folder: Path) -> Plan:
    """What the run in a folder asks.

    Raises:
        InvalidInput: there is no run in it.
    """
    try:
        return Plan.model_validate_json((folder / PLAN).read_text("utf-8"))
    except (OSError, ValueError):
        raise InvalidInput(
            zh=f"{folder} 里没有评测。请给出 chat2sql eval run 的 --out 文件夹。",
            en=f"{folder} holds no run. Name a folder that was the --out of `chat2sql eval run`.",
        ) from None


def records_of(folder: Path) -> list[EvalRecord]:
    """What a run has written so far; empty if there is none.

    Raises:
        InvalidInput: the file is not one of ours.
    """
    file = folder / RESULTS
    if not file.exists():
        return []
    try:
        return [EvalRecord.model_validate_json(line) for line in _whole_lines(file.read_bytes())]
    except ValidationError:
        raise InvalidInput(
            zh=f"{file} 不是评测结果文件。请换一个文件夹。",
            en=f"{file} is no file of evaluation results. Take another folder.",
        ) from None


def append_record(folder: Path, record: EvalRecord) -> None:
    """Write a question's result down, once: a second one of the same question changes nothing.

    Safe among processes of one machine, and against a writer that was killed in the middle of a line.

    Raises:
        InvalidInput: the file is not one of ours.
    """
    with (folder / RESULTS).open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        known = records_of(folder)
        if any(record.id == other.id for other in known):
            return
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)
        file.write(record.model_dump_json().encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _whole_lines(content: bytes) -> list[bytes]:
    """All lines but one that was cut off."""
    return [line for line in content.split(b"\n")[:-1] if line]
