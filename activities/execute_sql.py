"""Step 6: run the SQL read-only; rows, masked, to the result store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chat2sql.activities.parts import Parts
from chat2sql.config.errors import Refusal
from chat2sql.config.settings import Settings
from chat2sql.engine.sql.executors.port import Executor, FetchLimits, SqlProblem, SqlProblemKind
from chat2sql.engine.sql.gate import Passage, weigh
from chat2sql.engine.sql.guard.check import check
from chat2sql.engine.sql.guard.policy import MaskKind, Policy
from chat2sql.engine.sql.guard.problems import told
from chat2sql.engine.sql.guard.visible import visible
from chat2sql.engine.sql.masking.lineage import output_columns
from chat2sql.engine.sql.masking.sink import MaskingSink
from chat2sql.engine.sql.results.store import ResultKey
from chat2sql.engine.sql.results.writer import ResultWriter
from chat2sql.graph.answer import Column, Execution
from chat2sql.graph.state import ExecuteInput


async def execute(parts: Parts, ask: ExecuteInput) -> Execution:
    """Fetch up to the caps, store the rows as the caller may see them, and hand on a reference and the first rows.

    The SQL is judged once more: days may lie between the verdict and an approval, and the policy may be another.

    Raises:
        Refusal: the policy of now, or the datasource's role, does not let the SQL read what it reads.
        DatabaseUnavailable: the datasource is down.
        ResultStoreFull: the rows could not be written; nothing half written stays behind.
    """
    datasource = await parts.datasource(ask.schema_context.datasource)
    catalogue = await parts.catalogue(datasource, ask.schema_context.catalogue_version)
    policy, caller = await parts.policy(datasource), ask.request.caller
    checked = check(ask.sql, catalogue, policy=policy, caller=caller)
    if not checked.ok:
        message = told(checked.problems)
        raise Refusal(zh=message.zh, en=message.en)
    executor = await parts.executor(datasource)
    await _pass_gate(parts, ask, executor, checked.executable, policy)
    seen = visible(catalogue, policy, caller)
    shown = output_columns(checked.sql, seen, policy, caller)
    key = ResultKey(tenant=caller.tenant, request_id=ask.request.request_id, round=ask.round)
    async with _writer(parts, key, shown.masks) as writer:
        sink = MaskingSink(writer, shown.masks, policy.detect, shown.cleared, shown.copied)
        fetched = await executor.fetch(
            checked.executable, sink, caller=caller, limits=_limits(parts.settings)
        )
        if isinstance(fetched, SqlProblem):
            if fetched.kind is SqlProblemKind.PERMISSION:
                raise not_permitted(datasource.name)
            return Execution(error=fetched.message)
        stored = await asyncio.to_thread(writer.commit, sink.masked)
    first = await asyncio.to_thread(
        parts.results.read_page, stored.uri, 0, parts.settings.preview_rows, tenant=caller.tenant
    )
    return Execution(
        columns=tuple(
            Column(name=column.name, type=column.type, mask=mask)
            for column, mask in zip(first.columns, sink.masked, strict=True)
        ),
        preview=first.rows,
        row_count=fetched.row_count,
        truncated=fetched.truncated is not None,
        truncated_by=fetched.truncated,
        result_uri=stored.uri,
    )


@asynccontextmanager
async def _writer(
    parts: Parts, key: ResultKey, masks: tuple[MaskKind | None, ...]
) -> AsyncIterator[ResultWriter]:
    """A writer that leaves nothing behind unless it is committed."""
    writer = await asyncio.to_thread(parts.results.open_writer, key, masks)
    try:
        yield writer
    finally:
        await asyncio.to_thread(writer.abort)


def _limits(settings: Settings) -> FetchLimits:
    return FetchLimits(
        row_cap=settings.row_cap,
        byte_cap=settings.result_max_bytes,
        timeout_s=settings.statement_timeout_s,
    )


async def _pass_gate(
    parts: Parts, ask: ExecuteInput, executor: Executor, executable: str, policy: Policy
) -> None:
    """The ceiling of now: it, or the data, may be another than when the SQL was approved.

    Raises:
        Refusal: it is over the ceiling, and nobody may approve it, or nobody has.
    """
    if policy.ceiling.cost is None and policy.ceiling.rows is None:
        return
    plan = await executor.explain(
        executable, caller=ask.request.caller, timeout_s=parts.settings.statement_timeout_s
    )
    if isinstance(plan, SqlProblem):
        # What is wrong with it, the run says.
        return
    gate = weigh(plan, policy.ceiling)
    approved = gate.passage is Passage.APPROVE and ask.approved
    if gate.reason is not None and not approved:
        raise Refusal(zh=gate.reason.zh, en=gate.reason.en)


def not_permitted(datasource: str) -> Refusal:
    """What the asker is told when the database says no."""
    return Refusal(
        zh=f"数据源 {datasource} 的账号无权读取这个问题涉及的数据。请联系数据源负责人。",
        en=f"The role of datasource {datasource} may not read what this question needs. Talk to the datasource's owner.",
    )
