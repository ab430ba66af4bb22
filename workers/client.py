"""The Temporal client: how programs start a question and follow it."""

from __future__ import annotations

from temporalio.client import Client, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from chat2sql.config.endpoints import Endpoints
from chat2sql.config.errors import Misconfigured
from chat2sql.config.policies import TaskQueue
from chat2sql.config.settings import Settings
from chat2sql.graph.answer import Answer
from chat2sql.graph.messages import Progress
from chat2sql.graph.naming import check_names
from chat2sql.graph.state import AskRequest

QuestionHandle = WorkflowHandle[object, Answer]

# By name: a client need not import the workflow, and with it every engine.
WORKFLOW = "AnswerQuestion"


async def connect(settings: Settings, endpoints: Endpoints) -> Client:
    """A client with the converter that all our programs share.

    Raises:
        Misconfigured: no server is set or running, or it cannot be reached.
    """
    if endpoints.temporal is None:
        raise Misconfigured(
            zh="没有运行中的服务。请先运行 chat2sql up --detach。",
            en="The stack is not running. Start it with `chat2sql up --detach`.",
        )
    key = settings.temporal_api_key.get_secret_value() if settings.temporal_api_key else None
    try:
        return await Client.connect(
            endpoints.temporal,
            namespace=settings.temporal_namespace,
            api_key=key,
            tls=settings.temporal_tls,
            data_converter=pydantic_data_converter,
        )
    except (RPCError, RuntimeError, OSError) as error:
        raise Misconfigured(
            zh=f"无法连接 Temporal（{endpoints.temporal}）。请运行 chat2sql doctor 检查，或 chat2sql up --detach 启动。",
            en=f"Temporal at {endpoints.temporal} cannot be reached. Check with `chat2sql doctor`, "
            "or start it with `chat2sql up --detach`.",
        ) from error


async def start_question(client: Client, request: AskRequest) -> QuestionHandle:
    """Start a question. The same request id again joins the running one, or returns the finished one.

    Raises:
        InvalidInput: an id in the request cannot be taken.
    """
    check_names(request)
    try:
        handle: QuestionHandle = await client.start_workflow(
            WORKFLOW,
            request,
            id=request.workflow_id,
            task_queue=TaskQueue.WORKFLOWS.value,
            result_type=Answer,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            static_summary=f"{request.tenant}: {request.datasource or 'default'}",
        )
    except WorkflowAlreadyStartedError:
        return client.get_workflow_handle(request.workflow_id, result_type=Answer)
    return handle


async def progress_of(handle: QuestionHandle) -> Progress:
    """What a question is doing now."""
    progress: Progress = await handle.query("progress", result_type=Progress)
    return progress
