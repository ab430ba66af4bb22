"""How many business questions are compiled, and how many of them rightly: no model is asked.

Usage: metric_path.py SUITE DSN [--owned FILE] [--only OUTCOME ...] [--id PREFIX]

SUITE is a question set as ``chat2sql eval run --format jsonl`` takes it, DSN its database. The model is drafted from the
database alone, or with the owner's file over it. Prints a line per question that ended in one of the given outcomes
(right, wrong, left; by default wrong and left), and how many ended so, whole and by kind.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections import Counter
from datetime import date
from pathlib import Path

from chat2sql.config.vocabulary import Caller, Frozen
from chat2sql.engine.evaluation.cases import EvalCase, SuiteFormat
from chat2sql.engine.evaluation.scoring import is_ordered, same_rows
from chat2sql.engine.evaluation.suites import load_suite
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.dsn import dialect_of
from chat2sql.engine.schema.introspect import introspect
from chat2sql.engine.semantics.analytic.question import Compiled, compiled_question
from chat2sql.engine.semantics.model.draft import draft_model
from chat2sql.engine.semantics.model.owned import owned
from chat2sql.engine.semantics.model.reading import read_model
from chat2sql.engine.semantics.model.semantic_model import SemanticModel
from chat2sql.engine.sql.executors.open import open_executor
from chat2sql.engine.sql.executors.port import Executor, Fetched, FetchLimits, Row, RowList
from chat2sql.engine.sql.guard.policy import OPEN
from chat2sql.engine.values.index import ValueIndex
from chat2sql.engine.values.reading import read_values

LIMITS = FetchLimits(row_cap=100_000, timeout_s=60)
ANYBODY = Caller(tenant="bench")
OUTCOMES = ("right", "wrong", "left")


class Ended(Frozen):
    """What became of a question."""

    outcome: str
    compiled: Compiled
    rows: tuple[Row, ...] | str = ()
    wanted: tuple[Row, ...] | str = ()


class Known(Frozen):
    """A database as the product knows it."""

    catalogue: Catalogue
    values: ValueIndex
    model: SemanticModel


async def known(dsn: str, owners: str | None) -> Known:
    """Read a database, draft its model, and lay the text of the owner's file over it."""
    catalogue = await introspect(dsn, dialect_of(dsn), "asked")
    values = await read_values(dsn, catalogue, OPEN)
    model = draft_model(catalogue, values)
    if owners is not None:
        reading = read_model(owners, catalogue, values=values)
        if reading.file is None:
            raise SystemExit(f"The owner's file is wrong: {reading.faults}")
        model = owned(model, reading.file)
    return Known(catalogue=catalogue, values=values, model=model)


async def ended(case: EvalCase, database: Known, executor: Executor) -> Ended:
    """Compile a question and compare its rows with those of its golds."""
    compiled = compiled_question(
        case.question,
        database.model,
        database.catalogue,
        database.values,
        language=case.language,
        as_of=case.as_of or date.today(),
    )
    if compiled.sql is None or compiled.doubts:
        return Ended(outcome="left", compiled=compiled)
    rows = await _rows(executor, compiled.sql)
    golds = [(gold, await _rows(executor, gold)) for gold in case.gold]
    right = any(
        not isinstance(rows, str)
        and not isinstance(wanted, str)
        and same_rows(rows, wanted, ordered=_ordered(case, gold, database))
        for gold, wanted in golds
    )
    return Ended(outcome="right" if right else "wrong", compiled=compiled, rows=rows, wanted=golds[0][1])


def _ordered(case: EvalCase, gold: str, database: Known) -> bool:
    return is_ordered(gold, database.catalogue.dialect) if case.ordered is None else case.ordered


async def _rows(executor: Executor, sql: str) -> tuple[Row, ...] | str:
    sink = RowList()
    fetched = await executor.fetch(sql, sink, caller=ANYBODY, limits=LIMITS)
    return tuple(sink.rows) if isinstance(fetched, Fetched) else fetched.message


def _told(case: EvalCase, end: Ended) -> str:
    head = f"{end.outcome:5} {case.id} [{case.kind}] {case.question}"
    if end.outcome == "left":
        return f"{head}\n      {'; '.join(end.compiled.doubts)}"
    if end.outcome == "right":
        return head
    return "\n      ".join(
        (head, end.compiled.sql or "", f"rows {_few(end.rows)}", f"gold {_few(end.wanted)}", case.gold[0])
    )


def _few(rows: tuple[Row, ...] | str) -> str:
    return rows if isinstance(rows, str) else f"{len(rows)}: {[tuple(map(str, row)) for row in rows[:3]]}"


async def measure(suite: Path, dsn: str, owners: str | None, only: list[str], prefix: str) -> None:
    """Print what became of the questions."""
    database = await known(dsn, owners)
    executor = open_executor(database.catalogue.dialect, dsn)
    counts: Counter[str] = Counter()
    kinds: dict[str, Counter[str]] = {}
    took = 0.0
    try:
        for case in load_suite(suite, SuiteFormat.JSONL).cases:
            if not case.id.startswith(prefix):
                continue
            begun = time.process_time()
            end = await ended(case, database, executor)
            took += time.process_time() - begun
            counts[end.outcome] += 1
            kinds.setdefault(case.kind, Counter())[end.outcome] += 1
            if end.outcome in only:
                print(_told(case, end))
    finally:
        await executor.aclose()
    for kind, ends in sorted(kinds.items()):
        print(f"{kind:24}", *(f"{name} {ends[name]:3}" for name in OUTCOMES))
    print(f"{sum(counts.values())} questions:", *(f"{name} {counts[name]}" for name in OUTCOMES))
    print(f"{took / max(1, sum(counts.values())) * 1000:.0f} ms of the processor each")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("suite", type=Path)
    parser.add_argument("dsn")
    parser.add_argument("--owned", type=Path)
    parser.add_argument("--only", nargs="*", choices=OUTCOMES, default=["wrong", "left"])
    parser.add_argument("--id", default="")
    given = parser.parse_args()
    owners_text = given.owned.read_text("utf-8") if given.owned is not None else None
    asyncio.run(measure(given.suite, given.dsn, owners_text, given.only, given.id))
