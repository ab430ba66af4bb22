"""Step 6: run the SQL read-only; rows to the result store."""

from __future__ import annotations

import asyncio

from chat2sql.activities.parts import Parts
from chat2sql.config.errors import Refusal
from chat2sql.engine.sql.executor import SqlProblem, SqlProblemKind
from chat2sql.engine.sql.result_store import ResultKey, preview
from chat2sql.graph.state import Column, ExecuteInput, Execution


async def execute(parts: Parts, ask: ExecuteInput) -> Execution:
    """Fetch up to the row cap, store the rows, and hand on a reference and the first rows.

    Raises:
        Refusal: the datasource's role may not read what the SQL reads.
        DatabaseUnavailable: the datasource is down.
        ResultStoreFull: the rows could not be written; nothing half written stays behind.
    """
    datasource = await parts.datasource(ask.schema_context.datasource)
    executor = await parts.executor(datasource)
    fetched = await executor.fetch(
        ask.sql,
        row_cap=parts.settings.row_cap,
        timeout_s=parts.settings.statement_timeout_s,
        tenant=ask.request.tenant,
    )
    if isinstance(fetched, SqlProblem):
        if fetched.kind is SqlProblemKind.PERMISSION:
            raise not_permitted(datasource.name)
        return Execution(error=fetched.message)
    key = ResultKey(tenant=ask.request.tenant, request_id=ask.request.request_id, round=ask.round)
    stored = await asyncio.to_thread(parts.results.write, key, fetched)
    first = preview(fetched, parts.settings.preview_rows)
    return Execution(
        columns=tuple(Column(name=column.name, type=column.type) for column in first.columns),
        preview=first.rows,
        row_count=fetched.row_count,
        truncated=fetched.truncated,
        result_uri=stored.uri,
    )


def not_permitted(datasource: str) -> Refusal:
    """What the asker is told when the database says no."""
    return Refusal(
        zh=f"数据源 {datasource} 的账号无权读取这个问题涉及的数据。请联系数据源负责人。",
        en=f"The role of datasource {datasource} may not read what this question needs. Talk to the datasource's owner.",
    )
