"""One evaluation run: the product's own graph over a question set, a line a question, resumable."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from chat2sql.activities.local_steps import answer_locally
from chat2sql.activities.parts import Parts
from chat2sql.activities.score_answer import GoldRows, score_answer
from chat2sql.config.errors import Chat2SQLError, InvalidInput
from chat2sql.config.vocabulary import Frozen, Outcome
from chat2sql.engine.evaluation.cases import EvalCase, Suite, SuiteFormat
from chat2sql.engine.evaluation.outcomes import EvalRecord
from chat2sql.engine.evaluation.summary import summarise
from chat2sql.graph.conclude import failed
from chat2sql.graph.state import AskRequest
from chat2sql.workers.eval_databases import register_databases

RESULTS, SUMMARY, PLAN = "results.jsonl", "summary.json", "run.json"
TENANT = "eval"
_OTHER_CHARACTERS = re.compile(r"[^A-Za-z0-9]+")

OnRecord = Callable[[EvalRecord], None]


class Plan(Frozen):
    """What a run asks: kept in its folder, so that it goes on with the same and nothing else.

    Attributes:
        settings: the settings that an ablation may switch, as they were.
    """

    suite: str
    format: SuiteFormat
    language: str
    limit: int | None
    seed: int
    model: str | None
    settings: dict[str, str | int | float | bool | None]


def records_of(folder: Path) -> list[EvalRecord]:
    """What a run has written so far; empty if there is none.

    Raises:
        InvalidInput: the file is not one of ours.
    """
    file = folder / RESULTS
    if not file.exists():
        return []
    try:
        return [EvalRecord.model_validate_json(line) for line in file.read_text("utf-8").splitlines() if line]
    except ValueError:
        raise InvalidInput(
            zh=f"{file} 不是评测结果文件。请换一个文件夹。",
            en=f"{file} is no file of evaluation results. Take another folder.",
        ) from None


def open_folder(folder: Path, plan: Plan) -> None:
    """Begin a run in a folder, or go on with the one that is there.

    Raises:
        InvalidInput: the folder holds another run.
    """
    file = folder / PLAN
    if file.exists():
        if Plan.model_validate_json(file.read_text("utf-8")) != plan:
            raise InvalidInput(
                zh=f"{folder} 里是另一次评测（题集、模型或设置不同）。请换一个 --out。",
                en=f"{folder} holds another run, with another set, model or settings. Take another --out.",
            )
        return
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(plan.model_dump_json(indent=2), "utf-8")


async def evaluate(
    parts: Parts, suite: Suite, folder: Path, *, model: str | None, on_record: OnRecord
) -> Sequence[EvalRecord]:
    """Ask what has not been asked yet, question by question, and write each result down at once.

    Raises:
        Chat2SQLError: the stack or a database is down; what was asked so far is kept.
    """
    done = {record.id for record in records_of(folder)}
    datasources = await register_databases(parts, suite)
    golds = GoldRows(parts)
    with (folder / RESULTS).open("a", encoding="utf-8") as lines:
        # Database by database, so that the model server reads each schema once.
        for case in sorted(suite.cases, key=lambda case: case.database):
            if case.id in done:
                continue
            request = _request(case, datasources[case.database], folder.name, model)
            record = await _asked(parts, golds, case, request)
            lines.write(record.model_dump_json() + "\n")
            lines.flush()
            on_record(record)
    records = records_of(folder)
    (folder / SUMMARY).write_text(summarise(records).model_dump_json(indent=2), "utf-8")
    return records


def _request(case: EvalCase, datasource: str, run: str, model: str | None) -> AskRequest:
    return AskRequest(
        request_id=_OTHER_CHARACTERS.sub("-", f"{run}-{case.id}").strip("-")[:60],
        question=case.question,
        datasource=datasource,
        tenant=TENANT,
        user="eval",
        as_of=case.as_of,
        model=model,
        evidence=case.evidence,
    )


async def _asked(parts: Parts, golds: GoldRows, case: EvalCase, request: AskRequest) -> EvalRecord:
    saved, started = parts.saved_s, time.monotonic()
    try:
        answer = await answer_locally(parts, request)
    except Chat2SQLError as error:
        answer = failed(request, error, language=case.language, asked_at=None, outcome=Outcome.FAILED)
    seconds = time.monotonic() - started + parts.saved_s - saved
    return await score_answer(parts, golds, case, request, answer, seconds=seconds)
