"""Our own time per question: everything but the model and the business database.

    python benchmarks/orchestration.py [--questions 200] [--concurrency 1 50]

A stack of its own is started: real PostgreSQL, Valkey and Temporal, one worker process, and the protocol fake
as a recorded model that answers at once. Own time is the wall time of a question as its client sees it, less the
wall time of the model calls (from the ledger) and of the statements (of the business database, measured apart).
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
import uuid
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from running_stack import RunningStack, sql_reply
from temporalio.client import Client

from chat2sql.activities.parts import open_parts
from chat2sql.config.settings import Settings
from chat2sql.config.vocabulary import Outcome
from chat2sql.engine.llm.fake_server import FakeModelServer
from chat2sql.graph.state import AskRequest
from chat2sql.workers.client import connect, start_question

SQL = "SELECT count(*) AS stores FROM stores"


async def one(client: Client) -> tuple[str, float]:
    """One question: its id, and its wall time in seconds."""
    request = AskRequest(
        request_id=uuid.uuid4().hex[:16],
        question="How many stores are there?",
        tenant=f"bench{uuid.uuid4().int % 8}",
        as_of=date(2025, 6, 30),
        model="local",
    )
    started = time.perf_counter()
    answer = await (await start_question(client, request)).result()
    seconds = time.perf_counter() - started
    if answer.outcome is not Outcome.ANSWERED:
        raise RuntimeError(f"{answer.outcome}: {answer.message}")
    return f"{request.tenant}/{request.request_id}", seconds


async def many(client: Client, questions: int, concurrency: int) -> list[tuple[str, float]]:
    """So many questions, at most ``concurrency`` at once."""
    gate = asyncio.Semaphore(concurrency)

    async def gated() -> tuple[str, float]:
        async with gate:
            return await one(client)

    return await asyncio.gather(*(gated() for _ in range(questions)))


async def model_seconds(stack: RunningStack) -> dict[str, float]:
    """Seconds of model calls by question."""
    with stack.owner() as connection:
        rows = connection.execute(
            "SELECT tenant || '/' || request_id, sum(seconds) FROM chat2sql.model_calls GROUP BY 1"
        ).fetchall()
    return {name: float(seconds) for name, seconds in rows}


async def database_seconds(stack: RunningStack) -> float:
    """Median seconds of what a question asks of the business database: EXPLAIN and the statement."""
    async with open_parts(stack.settings, stack.endpoints) as parts:
        executor = await parts.executor(await parts.datasource("demo"))
        times = []
        for _ in range(30):
            started = time.perf_counter()
            await executor.explain(SQL, 10)
            await executor.fetch(SQL, row_cap=10, timeout_s=10, tenant="bench")
            times.append(time.perf_counter() - started)
    return statistics.median(times)


def report(label: str, times: list[float]) -> None:
    """One line of figures, in milliseconds."""
    ordered = sorted(times)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    print(
        f"{label:<28} p50 {statistics.median(ordered) * 1e3:7.1f} ms   p95 {p95 * 1e3:7.1f} ms   n {len(ordered)}"
    )


async def main(questions: int, concurrencies: list[int]) -> None:
    """Start, warm up, measure, print."""
    with FakeModelServer([]) as model, tempfile.TemporaryDirectory(prefix="chat2sql-") as home:
        stack = RunningStack(Settings(home=Path(home), local_model_url=f"{model.url}/v1"), model)
        stack.up()
        try:
            await stack.load_demo()
            stack.script(sql_reply(SQL))
            with stack.worker():
                client = await connect(stack.settings, stack.endpoints)
                await many(client, 20, 4)
                database = await database_seconds(stack)
                print(f"business database, median per question: {database * 1e3:.1f} ms")
                for concurrency in concurrencies:
                    started = time.perf_counter()
                    asked = await many(
                        client, questions if concurrency > 1 else min(questions, 60), concurrency
                    )
                    wall = time.perf_counter() - started
                    in_model = await model_seconds(stack)
                    report(f"{concurrency} at once, wall", [seconds for _, seconds in asked])
                    own = [seconds - in_model[name] - database for name, seconds in asked]
                    report(f"{concurrency} at once, our own", own)
                    print(f"{'':<28} {len(asked) / wall:.1f} questions/s")
        finally:
            stack.down()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--concurrency", type=int, nargs="+", default=[1, 50])
    arguments = parser.parse_args()
    asyncio.run(main(arguments.questions, arguments.concurrency))
