"""``chat2sql doctor``: looks at every part and says how to mend what is missing."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
from redis.asyncio import Redis
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.taskqueue.v1 import TaskQueue as TaskQueueName
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from chat2sql.activities.parts import open_parts
from chat2sql.config.endpoints import Endpoints, resolve_endpoints
from chat2sql.config.errors import Chat2SQLError
from chat2sql.config.models import load_models
from chat2sql.config.policies import TaskQueue
from chat2sql.config.settings import Settings, resolve_secrets
from chat2sql.config.vocabulary import Bilingual, Caller, Frozen
from chat2sql.engine.llm.open import is_configured
from chat2sql.engine.sql.executors.open import open_executor
from chat2sql.engine.sql.executors.port import SqlProblem
from chat2sql.engine.sql.results.store import ResultStore
from chat2sql.engine.stores.migrate import current, head
from chat2sql.workers.client import connect
from chat2sql.workflows.attributes import ALL_ATTRIBUTES

ENOUGH_DISK = 2 * 1024**3


class Finding(Frozen):
    """One check. ``advice`` says how to mend what is not sound."""

    part: str
    sound: bool
    found: str
    advice: Bilingual | None = None


class Findings(Frozen):
    """What ``doctor --json`` prints."""

    findings: tuple[Finding, ...]


_UP = Bilingual(zh="运行 chat2sql up --detach", en="run `chat2sql up --detach`")

Check = Callable[[Settings, Endpoints], Awaitable[tuple[Finding, ...]]]


async def examine(settings: Settings) -> tuple[Finding, ...]:
    """Every check, in the order in which a person would mend things."""
    endpoints = resolve_endpoints(settings)
    findings: list[Finding] = []
    for part, check in _CHECKS.items():
        try:
            findings += await check(settings, endpoints)
        except Chat2SQLError as error:
            findings.append(Finding(part=part, sound=False, found=error.message.en, advice=error.message))
        except Exception as error:
            # Whatever a broken part raises is what doctor is there to find.
            findings.append(Finding(part=part, sound=False, found=type(error).__name__, advice=_UP))
    return tuple(findings)


async def _python(settings: Settings, endpoints: Endpoints) -> tuple[Finding, ...]:
    version = ".".join(str(number) for number in sys.version_info[:3])
    advice = Bilingual(zh="需要 Python 3.11 或更高版本", en="Python 3.11 or newer is needed")
    return (Finding(part="python", sound=sys.version_info >= (3, 11), found=version, advice=advice),)


async def _disk(settings: Settings, endpoints: Endpoints) -> tuple[Finding, ...]:
    folder = next(parent for parent in (settings.home_dir, *settings.home_dir.parents) if parent.exists())
    free = shutil.disk_usage(folder).free
    advice = Bilingual(zh=f"清理 {folder} 所在磁盘", en=f"free space on the disk of {folder}")
    return (
        Finding(part="disk", sound=free > ENOUGH_DISK, found=f"{free / 1024**3:.1f} GiB free", advice=advice),
    )


async def _postgres(settings: Settings, endpoints: Endpoints) -> tuple[Finding, ...]:
    if endpoints.postgres is None:
        return (Finding(part="postgres", sound=False, found="not running", advice=_UP),)
    async with open_parts(settings, endpoints):
        pass
    version = await asyncio.to_thread(current, endpoints.postgres_owner or endpoints.postgres)
    return (Finding(part="postgres", sound=version == head(), found=f"schema {version}", advice=_UP),)


async def _redis(settings: Settings, endpoints: Endpoints) -> tuple[Finding, ...]:
    if endpoints.redis is None:
        return (Finding(part="redis", sound=False, found="not running", advice=_UP),)
    client = Redis.from_url(endpoints.redis, socket_timeout=3, socket_connect_timeout=3)
    try:
        info = await client.info("server")
    finally:
        await client.aclose()
    return (
        Finding(part="redis", sound=True, found=str(info.get("valkey_version") or info["redis_version"])),
    )


async def _qdrant(settings: Settings, endpoints: Endpoints) -> tuple[Finding, ...]:
    if endpoints.qdrant is None:
        return (Finding(part="qdrant", sound=True, found="embedded in the worker"),)
    advice = Bilingual(zh="检查 CHAT2SQL_QDRANT_URL", en="check CHAT2SQL_QDRANT_URL")
    async with httpx.AsyncClient(timeout=5) as client:
        sound = (await client.get(f"{endpoints.qdrant}/readyz")).is_success
    return (Finding(part="qdrant", sound=sound, found=endpoints.qdrant, advice=advice),)


async def _temporal(settings: Settings, endpoints: Endpoints) -> tuple[Finding, ...]:
    client = await connect(settings, endpoints)
    known = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=settings.temporal_namespace)
    )
    missing = [key.name for key in ALL_ATTRIBUTES if key.name not in known.custom_attributes]
    advice = Bilingual(
        zh=f"在命名空间中注册搜索属性：{', '.join(missing)}（见 docs/deployment.md）",
        en=f"register the search attributes {', '.join(missing)} in the namespace (docs/deployment.md)",
    )
    server = Finding(part="temporal", sound=not missing, found=endpoints.temporal or "", advice=advice)
    return (server, *[await _workers(client, settings, queue) for queue in TaskQueue])


async def _workers(client: Client, settings: Settings, queue: TaskQueue) -> Finding:
    kind = (
        TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
        if queue is TaskQueue.WORKFLOWS
        else TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY
    )
    described = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=settings.temporal_namespace,
            task_queue=TaskQueueName(name=queue.value),
            task_queue_type=kind,
        )
    )
    count = len(described.pollers)
    advice = Bilingual(
        zh="运行 chat2sql up --detach，或 chat2sql worker --queue all",
        en="run `chat2sql up --detach`, or `chat2sql worker --queue all`",
    )
    return Finding(part=f"worker {queue.value}", sound=count > 0, found=f"{count} polling", advice=advice)


async def _models(settings: Settings, endpoints: Endpoints) -> tuple[Finding, ...]:
    usable = [
        entry.name
        for entry in load_models(settings).models
        if is_configured(entry, settings, endpoints.local_model)
    ]
    advice = Bilingual(zh="见 chat2sql models list", en="see `chat2sql models list`")
    return (Finding(part="models", sound=bool(usable), found=", ".join(usable) or "none", advice=advice),)


async def _local_model(settings: Settings, endpoints: Endpoints) -> tuple[Finding, ...]:
    if endpoints.local_model is None:
        others = any(is_configured(entry, settings, None) for entry in load_models(settings).models)
        return (Finding(part="local model", sound=others, found="not running", advice=_UP),)
    async with httpx.AsyncClient(timeout=5) as client:
        sound = (await client.get(endpoints.local_model.removesuffix("/v1") + "/health")).is_success
    return (Finding(part="local model", sound=sound, found=endpoints.local_model, advice=_UP),)


async def _results(settings: Settings, endpoints: Endpoints) -> tuple[Finding, ...]:
    location = settings.results_location
    # A local folder is tried by writing; elsewhere the store says itself whether it can be reached.
    if "://" in location:
        sound = await asyncio.to_thread(_reachable, location)
    else:
        sound = await asyncio.to_thread(_writable, Path(location))
    advice = Bilingual(zh=f"检查 {location} 的权限和空间", en=f"check the rights and the space of {location}")
    return (Finding(part="results", sound=sound, found=location, advice=advice),)


def _reachable(location: str) -> bool:
    try:
        ResultStore(location).list("doctor", limit=1)
    except Chat2SQLError:
        return False
    return True


def _writable(folder: Path) -> bool:
    probe = folder / ".doctor"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError:
        return False
    return True


async def _datasources(settings: Settings, endpoints: Endpoints) -> tuple[Finding, ...]:
    findings = []
    async with open_parts(settings, endpoints) as parts:
        for datasource in await parts.datasources.list():
            part = f"datasource {datasource.name}"
            try:
                executor = open_executor(datasource.dialect, resolve_secrets(datasource.dsn))
                plan = await executor.explain("SELECT 1", caller=Caller(tenant="default"), timeout_s=5)
                await executor.aclose()
            except Chat2SQLError as error:
                findings.append(Finding(part=part, sound=False, found=error.message.en, advice=error.message))
                continue
            broken = isinstance(plan, SqlProblem)
            advice = Bilingual(zh="检查数据源的权限", en="check the rights on the datasource")
            findings.append(
                Finding(part=part, sound=not broken, found=datasource.dialect.value, advice=advice)
            )
    return tuple(findings)


_CHECKS: dict[str, Check] = {
    "python": _python,
    "disk": _disk,
    "postgres": _postgres,
    "redis": _redis,
    "qdrant": _qdrant,
    "temporal": _temporal,
    "models": _models,
    "local model": _local_model,
    "results": _results,
    "datasources": _datasources,
}
