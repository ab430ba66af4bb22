"""The worker process: polls the task queues it is told to, until it is told to stop."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from chat2sql.activities.expire_results import Housekeeping
from chat2sql.activities.interceptor import HEARTBEAT_EVERY_S, StepInterceptor
from chat2sql.activities.parts import Parts, open_parts
from chat2sql.activities.registry import StepActivities
from chat2sql.config.endpoints import resolve_endpoints
from chat2sql.config.errors import Chat2SQLError
from chat2sql.config.policies import EXPIRE_RESULTS, TaskQueue
from chat2sql.config.settings import get_settings
from chat2sql.engine.llm.open import prepare
from chat2sql.workers.client import connect
from chat2sql.workers.schedules import schedule_expiry
from chat2sql.workflows.answer_question import AnswerQuestion
from chat2sql.workflows.evaluate import Evaluate
from chat2sql.workflows.expire_results import ExpireResults

PASSTHROUGH = (
    "langgraph",
    "langchain_core",
    "langsmith",
    "pydantic",
    "pydantic_core",
    "annotated_types",
    "chat2sql",
)
"""Modules that workflow code shares with the worker: LangGraph's and our own, for speed and class identity."""

QUEUES: dict[str, tuple[TaskQueue, ...]] = {
    "workflows": (TaskQueue.WORKFLOWS,),
    "llm": (TaskQueue.LLM,),
    "sql": (TaskQueue.SQL,),
    "index": (TaskQueue.INDEX,),
    "all": tuple(TaskQueue),
}
"""What ``--queue`` takes."""

_log = logging.getLogger("chat2sql.worker")


def sandboxed_runner() -> SandboxedWorkflowRunner:
    """The workflow sandbox with what LangGraph needs let through."""
    return SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSTHROUGH)
    )


def build_worker(client: Client, parts: Parts, queue: TaskQueue) -> Worker:
    """The worker of one task queue: the workflows on their own queue, each step on the queue of its policy."""
    name = f"{queue.value}-{os.getpid()}"
    return Worker(
        client,
        task_queue=queue.value,
        identity=name,
        workflows=[AnswerQuestion, ExpireResults, Evaluate] if queue is TaskQueue.WORKFLOWS else [],
        activities=[*StepActivities(parts).for_queue(queue), *_housekeeping(parts, queue)],
        interceptors=[StepInterceptor(parts, name)],
        workflow_runner=sandboxed_runner(),
        # A killed worker's cached workflows go to another one after this, not after the default 10 s.
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=1),
        # Heartbeats carry cancellations back; throttled ones would carry them late.
        max_heartbeat_throttle_interval=timedelta(seconds=HEARTBEAT_EVERY_S),
        graceful_shutdown_timeout=timedelta(seconds=10),
        max_concurrent_activities=100,
    )


def _housekeeping(parts: Parts, queue: TaskQueue) -> list[Callable[..., object]]:
    return [Housekeeping(parts).expire_results] if queue is EXPIRE_RESULTS.queue else []


async def serve(queues: Sequence[TaskQueue], ready_file: Path | None = None) -> None:
    """Poll the queues until SIGTERM or SIGINT.

    Raises:
        Chat2SQLError: a part that the worker cannot start without is missing.
    """
    settings = get_settings()
    endpoints = resolve_endpoints(settings)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    client = await connect(settings, endpoints)
    async with (
        open_parts(settings, endpoints, owns_index=TaskQueue.INDEX in queues) as parts,
        contextlib.AsyncExitStack() as stack,
    ):
        prepare(parts.models.models, settings, endpoints.local_model)
        for queue in queues:
            await stack.enter_async_context(build_worker(client, parts, queue))
        if TaskQueue.WORKFLOWS in queues:
            await schedule_expiry(client)
        _log.info("polling %s", ", ".join(queue.value for queue in queues))
        if ready_file:
            await asyncio.to_thread(ready_file.write_text, str(os.getpid()))
        await stopping.wait()
        _log.info("stopping")


def run(queues: Sequence[TaskQueue], ready_file: Path | None = None) -> int:
    """Serve in this process; the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        asyncio.run(serve(queues, ready_file))
    except Chat2SQLError as error:
        _log.error("%s", error.to(get_settings().language))
        return error.exit_code
    finally:
        # A process that exits while the SDK's threads still hold Python objects may abort.
        gc.collect()
    return 0


def main(argv: Sequence[str] | None = None) -> None:
    """Entry point of ``chat2sql-worker``."""
    parser = argparse.ArgumentParser(description="Run a Chat2SQL worker.")
    parser.add_argument("--queue", choices=sorted(QUEUES), default="all")
    parser.add_argument("--ready-file", type=Path, help="written once the worker polls")
    arguments = parser.parse_args(argv)
    sys.exit(run(QUEUES[arguments.queue], arguments.ready_file))


if __name__ == "__main__":
    main()
