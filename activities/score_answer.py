"""Beside the graph, in evaluations: is the answer right?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from chat2sql.activities.evaluation import Scored, ScoreInput
from chat2sql.activities.parts import Parts
from chat2sql.config.errors import InvalidInput
from chat2sql.config.settings import Settings
from chat2sql.config.vocabulary import Outcome
from chat2sql.engine.evaluation.cases import EvalCase
from chat2sql.engine.evaluation.outcomes import CandidateOutcome, EvalRecord, OutcomeClass
from chat2sql.engine.evaluation.run_folder import append_record, plan_of, switches
from chat2sql.engine.evaluation.scoring import is_ordered, same_rows
from chat2sql.engine.evaluation.taxonomy import mistakes
from chat2sql.engine.sql.executors.port import FetchLimits, Row, RowList, SqlProblem
from chat2sql.engine.stores.datasources import Datasource
from chat2sql.graph.answer import Answer
from chat2sql.graph.state import AskRequest

_ROW_CAP = 100_000

_ENDED = {
    Outcome.REFUSED: OutcomeClass.REFUSED,
    Outcome.ASKS_BACK: OutcomeClass.ASKED_BACK,
    Outcome.CANNOT_ANSWER: OutcomeClass.CANNOT_ANSWER,
}


class GoldRows:
    """The rows of the golds, each gold run once."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._known: dict[tuple[str, str], tuple[Row, ...] | None] = {}

    async def of(self, datasource: Datasource, sql: str, request: AskRequest) -> tuple[Row, ...] | None:
        """What a query returns; None: it does not run."""
        key = (datasource.name, sql)
        if key not in self._known:
            self._known[key] = await self._run(datasource, sql, request)
        return self._known[key]

    async def _run(self, datasource: Datasource, sql: str, request: AskRequest) -> tuple[Row, ...] | None:
        executor = await self._parts.executor(datasource)
        rows = RowList()
        limits = FetchLimits(row_cap=_ROW_CAP, timeout_s=self._parts.settings.statement_timeout_s)
        fetched = await executor.fetch(sql, rows, caller=request.caller, limits=limits)
        return None if isinstance(fetched, SqlProblem) else tuple(rows.rows)


async def score_and_keep(parts: Parts, ask: ScoreInput) -> Scored:
    """Score an answer of a durable run, and write it down in the run's folder; again is nothing.

    Raises:
        DatabaseUnavailable: the datasource does not answer.
        InvalidInput: no gold runs; or this worker does not see the folder, or has other settings than the run.
    """
    folder = Path(ask.folder)
    await asyncio.to_thread(_check_worker, folder, parts.settings)
    record = await score_answer(
        parts, GoldRows(parts), ask.case, ask.request, ask.answer, seconds=ask.seconds
    )
    await asyncio.to_thread(append_record, folder, record)
    return Scored(id=record.id, outcome=record.outcome)


def _check_worker(folder: Path, settings: Settings) -> None:
    try:
        asked = plan_of(folder).settings
    except InvalidInput:
        raise InvalidInput(
            zh=f"工作进程看不到评测文件夹 {folder}。请在工作进程所在的机器上运行，或去掉 --temporal。",
            en=f"The worker does not see the run's folder {folder}. Run it on the worker's machine, or without --temporal.",
        ) from None
    mine = switches(settings)
    differing = [f"CHAT2SQL_{name.upper()}" for name in mine if mine[name] != asked.get(name)]
    if differing:
        names = ", ".join(differing)
        raise InvalidInput(
            zh=f"工作进程的设置与本次评测不同：{names}。请用相同的设置重启工作进程（chat2sql down，再 chat2sql up --detach），"
            "并换一个 --out。",
            en=f"The worker has other settings than the run: {names}. Start it anew with the same ones (`chat2sql down`, "
            "then `chat2sql up --detach`), and take another --out.",
        )


async def score_answer(
    parts: Parts, golds: GoldRows, case: EvalCase, request: AskRequest, answer: Answer, *, seconds: float
) -> EvalRecord:
    """Compare an answer, and the SQLs that it was chosen from, with what the question set accepts.

    Raises:
        DatabaseUnavailable: the datasource does not answer.
        InvalidInput: none of the golds runs, so nothing can be compared.
    """
    datasource = await parts.datasource(request.datasource)
    accepted = await _accepted(golds, case, datasource, request)

    async def right(sql: str) -> bool | None:
        """Whether a query gives accepted rows; None: it does not run."""
        rows = await golds.of(datasource, sql, request)
        return None if rows is None else any(same_rows(rows, gold, ordered=how) for gold, how in accepted)

    outcome = _outcome(case, answer, await right(answer.sql) if answer.sql else None)
    wrong = outcome is OutcomeClass.WRONG and bool(case.gold)
    return EvalRecord(
        id=case.id,
        question=case.question,
        language=case.language,
        database=case.database,
        difficulty=case.difficulty,
        kind=case.kind,
        outcome=outcome,
        sql=answer.sql or "",
        gold=case.gold,
        corrections=answer.corrections,
        candidates=tuple(
            [
                CandidateOutcome(
                    sql=vote.sql, votes=vote.weight, right=await right(vote.sql) if vote.runs else None
                )
                for vote in answer.votes
            ]
        ),
        confidence=answer.confidence,
        repairs=answer.repairs,
        usage=answer.usage,
        seconds=seconds,
        steps=_by_step(answer),
        mistakes=mistakes(answer.sql or "", case.gold, datasource.dialect) if wrong else (),
        message=answer.message,
    )


async def _accepted(
    golds: GoldRows, case: EvalCase, datasource: Datasource, request: AskRequest
) -> list[tuple[tuple[Row, ...], bool]]:
    """The rows of each gold, and whether their order counts."""
    accepted = []
    for sql in case.gold:
        rows = await golds.of(datasource, sql, request)
        if rows is not None:
            ordered = case.ordered if case.ordered is not None else is_ordered(sql, datasource.dialect)
            accepted.append((rows, ordered))
    if case.gold and not accepted:
        raise InvalidInput(
            zh=f"题目 {case.id} 的标准答案无法在数据源 {datasource.name} 上执行。请检查题集与数据库是否一致。",
            en=f"No gold of question {case.id} runs on datasource {datasource.name}. Check that the set belongs to it.",
        )
    return accepted


def _outcome(case: EvalCase, answer: Answer, right: bool | None) -> OutcomeClass:
    if answer.outcome is Outcome.ANSWERED:
        if right is None:
            return OutcomeClass.DID_NOT_EXECUTE
        return OutcomeClass.RIGHT if right else OutcomeClass.WRONG
    if answer.outcome is Outcome.CANNOT_ANSWER and answer.sql:
        return OutcomeClass.DID_NOT_EXECUTE
    if not case.gold and answer.outcome in (Outcome.CANNOT_ANSWER, Outcome.ASKS_BACK):
        return OutcomeClass.RIGHT
    return _ENDED.get(answer.outcome, OutcomeClass.FAILED)


def _by_step(answer: Answer) -> Mapping[str, float]:
    seconds: dict[str, float] = {}
    for trace in answer.steps:
        seconds[trace.step.value] = seconds.get(trace.step.value, 0.0) + trace.seconds
    return seconds
