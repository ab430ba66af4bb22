"""One evaluation run in this process: the product's own graph over a question set, a line a question, resumable."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

from chat2sql.activities.evaluation import Asking, request_of
from chat2sql.activities.local_steps import answer_locally
from chat2sql.activities.parts import Parts
from chat2sql.activities.score_answer import GoldRows, score_answer
from chat2sql.config.errors import Chat2SQLError
from chat2sql.config.vocabulary import Outcome
from chat2sql.engine.evaluation.cases import EvalCase, Suite
from chat2sql.engine.evaluation.outcomes import EvalRecord
from chat2sql.engine.evaluation.run_folder import append_record, records_of
from chat2sql.graph.conclude import failed

_log = logging.getLogger("chat2sql.evaluation")

OnRecord = Callable[[EvalRecord], None]


async def evaluate(parts: Parts, suite: Suite, folder: Path, asking: Asking, *, on_record: OnRecord) -> None:
    """Ask what has not been asked yet, question by question, and write each result down at once.

    Raises:
        Chat2SQLError: the stack or a database is down; what was asked so far is kept.
    """
    golds = GoldRows(parts)
    for case in waiting(suite, folder):
        record = await _asked(parts, golds, case, asking)
        append_record(folder, record)
        on_record(record)


def waiting(suite: Suite, folder: Path) -> list[EvalCase]:
    """What a run has not asked yet, database by database, so that the model server reads each schema once."""
    done = {record.id for record in records_of(folder)}
    return sorted((case for case in suite.cases if case.id not in done), key=lambda case: case.database)


async def _asked(parts: Parts, golds: GoldRows, case: EvalCase, asking: Asking) -> EvalRecord:
    request = request_of(case, asking)
    saved, started = parts.saved_s, time.monotonic()
    try:
        answer = await answer_locally(parts, request)
    except Chat2SQLError as error:
        answer = failed(request, error, language=case.language, asked_at=None, outcome=Outcome.FAILED)
    except Exception as error:
        _log.exception("question %s ended in an internal error", case.id)
        answer = failed(
            request, _defect(error), language=case.language, asked_at=None, outcome=Outcome.FAILED
        )
    seconds = time.monotonic() - started + parts.saved_s - saved
    return await score_answer(parts, golds, case, request, answer, seconds=seconds)


def _defect(error: Exception) -> Chat2SQLError:
    """A defect of ours, told as what it is: its kind only, since its text may hold values from the database."""
    name = type(error).__name__
    return Chat2SQLError(
        zh=f"发生内部错误（{name}），详情见日志。请报告此问题。",
        en=f"Internal error ({name}); the log has the details. Please report it.",
    )
