"""One evaluation run in the workers: started, or found again, and looked on at until it has ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from temporalio.client import WorkflowFailureError, WorkflowHandle, WorkflowQueryFailedError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ActivityError, CancelledError
from temporalio.service import RPCError

from chat2sql.activities.evaluation import Asking
from chat2sql.config.endpoints import resolve_endpoints
from chat2sql.config.errors import Chat2SQLError, InvalidInput
from chat2sql.config.policies import TaskQueue
from chat2sql.config.settings import Settings
from chat2sql.config.vocabulary import Bilingual
from chat2sql.engine.evaluation.cases import Suite
from chat2sql.workers.client import connect
from chat2sql.workers.console import ERR, plain
from chat2sql.workers.eval_run import waiting
from chat2sql.workflows.evaluate import SCORE, Evaluate, EvaluateInput, EvaluateProgress
from chat2sql.workflows.failures import error_of

POLL_EVERY_S = 1.0
"""How often the progress of a run is looked at, in seconds."""

_LARGEST_INPUT = 1_500_000
"""Of the 2 MiB that Temporal takes in one piece, in bytes."""

OnProgress = Callable[[str], None]


async def evaluate_durably(
    settings: Settings,
    suite: Suite,
    folder: Path,
    asking: Asking,
    *,
    parallel: int,
    on_progress: OnProgress,
) -> None:
    """Have the workers ask what has not been asked yet; returns when each result is in the folder.

    A run that is under way is joined. Interrupted, this stops looking on, and the run goes on.

    Args:
        folder: the run's, as an absolute path.
        parallel: questions at a time, where a run is started.
        on_progress: told what is being asked, every now and then.

    Raises:
        InvalidInput: the set is too large for one run, or cannot be scored by the workers.
        Chat2SQLError: the run failed, or was cancelled; what was asked so far is kept.
    """
    left = tuple(waiting(suite, folder))
    if not left:
        return
    ask = EvaluateInput(cases=left, asking=asking, folder=str(folder), parallel=parallel)
    _check_size(ask)
    client = await connect(settings, resolve_endpoints(settings))
    handle = await client.start_workflow(
        Evaluate.run,
        ask,
        id=workflow_id(asking),
        task_queue=TaskQueue.WORKFLOWS.value,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        static_summary=f"{suite.name}: {len(left)} questions",
    )
    try:
        await _followed(handle, on_progress)
    except asyncio.CancelledError:
        ERR.print(plain(_GOES_ON.to(settings.language).format(id=handle.id), "yellow"))
        raise


def workflow_id(asking: Asking) -> str:
    """Under which id a run is found again."""
    return f"evaluate-{asking.key}"


_GOES_ON = Bilingual(
    zh="评测在工作进程中继续。再次运行同一条命令即可回来查看；chat2sql cancel {id} 结束它。",
    en="The run goes on in the workers. The same command comes back to it; `chat2sql cancel {id}` ends it.",
)
_CANCELLED = Chat2SQLError(
    zh="评测已被取消，已有的结果保留。再次运行同一条命令即可继续。",
    en="The run was cancelled; what was asked is kept. The same command goes on with it.",
)
_BROKEN = Chat2SQLError(
    zh="评测工作流失败，原因未知。请在 Temporal 界面中查看，或再次运行同一条命令继续。",
    en="The run failed in an unknown way. The Temporal UI has the details; the same command goes on with it.",
)


def _check_size(ask: EvaluateInput) -> None:
    if len(ask.model_dump_json().encode()) > _LARGEST_INPUT:
        raise InvalidInput(
            zh="题集太大，不能作为一次持久评测运行。请用 --limit 减少题目，或去掉 --temporal。",
            en="The set is too large for one durable run. Take fewer questions with --limit, or run without --temporal.",
        )


async def _followed(handle: WorkflowHandle[Evaluate, EvaluateProgress], on_progress: OnProgress) -> None:
    ended = asyncio.ensure_future(handle.result())
    try:
        while not ended.done():
            on_progress(await _doing(handle))
            await asyncio.wait({ended}, timeout=POLL_EVERY_S)
        await ended
    except WorkflowFailureError as failure:
        raise _error(failure) from None
    finally:
        ended.cancel()
    on_progress("")


async def _doing(handle: WorkflowHandle[Evaluate, EvaluateProgress]) -> str:
    try:
        return ", ".join((await handle.query(Evaluate.progress)).asking)
    except (RPCError, WorkflowQueryFailedError):
        # No worker answers just now; the run itself waits for one too.
        return "…"


def _error(failure: WorkflowFailureError) -> Chat2SQLError:
    match failure.cause:
        case CancelledError():
            return _CANCELLED
        case ActivityError() as cause:
            return error_of(cause, SCORE)
        case _:
            return _BROKEN
