"""``chat2sql history``: the questions of a tenant, and the trail of one, attempt by attempt."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from chat2sql.config.endpoints import resolve_endpoints
from chat2sql.config.errors import InvalidInput
from chat2sql.config.settings import get_settings
from chat2sql.config.vocabulary import Bilingual, Frozen
from chat2sql.engine.audit.trail import AuditRow
from chat2sql.engine.audit.verify import Verification, verify
from chat2sql.engine.stores.questions import Question
from chat2sql.graph.answer import Answer
from chat2sql.workers.console import OUT, plain, print_json, show_answer, temporal_ui

if TYPE_CHECKING:
    from chat2sql.activities.parts import Parts


class Trail(Frozen):
    """What ``history ID --json`` prints."""

    question: Question
    attempts: tuple[AuditRow, ...]


class Questions(Frozen):
    """What ``history --json`` prints."""

    questions: tuple[Question, ...]


def history(
    request_id: Annotated[str | None, typer.Argument(help="Request id or workflow id of a question.")] = None,
    tenant: Annotated[str, typer.Option(help="Tenant whose questions to show.")] = "default",
    limit: Annotated[int, typer.Option(help="How many questions to list.")] = 20,
    check: Annotated[bool, typer.Option("--verify", help="Check the audit trail's hash chain.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show past questions, the trail of one, or verify the trail."""
    code = asyncio.run(_history(request_id, tenant, limit, check=check, as_json=as_json))
    raise typer.Exit(code)


async def _history(request_id: str | None, tenant: str, limit: int, *, check: bool, as_json: bool) -> int:
    # Lazy: the engines take seconds to import, and most commands need none of them.
    from chat2sql.activities.parts import open_parts

    settings = get_settings()
    async with open_parts(settings, resolve_endpoints(settings)) as parts:
        if check:
            return _show_verification(await verify(parts.database, None), as_json=as_json)
        if request_id is None:
            return _show_list(await parts.questions.recent(tenant, limit), as_json=as_json)
        return await _show_trail(parts, tenant, request_id, as_json=as_json)


async def _show_trail(parts: Parts, tenant: str, given: str, *, as_json: bool) -> int:
    request_id = given.removeprefix(f"ask-{tenant}-")
    question = await parts.questions.get(tenant, request_id)
    if question is None:
        raise InvalidInput(
            zh=f"租户 {tenant} 没有编号为 {request_id} 的问题。chat2sql history 列出已有的问题。",
            en=f"Tenant {tenant} has no question {request_id}. `chat2sql history` lists those there are.",
        )
    attempts = await parts.trail.trail(tenant, request_id)
    if as_json:
        print_json(Trail(question=question, attempts=attempts).model_dump_json(indent=2))
        return 0
    table = Table(title=question.question, title_justify="left", expand=False)
    for name in ("#", "step", "attempt", "outcome", "seconds", "worker", "detail"):
        table.add_column(name, overflow="fold")
    for row in attempts:
        seconds = (
            (row.finished_at - row.started_at).total_seconds() if row.finished_at and row.started_at else None
        )
        style = {"completed": "", "failed": "red", "cancelled": "yellow", "lost": "magenta"}.get(
            row.outcome, ""
        )
        table.add_row(
            str(row.seq),
            row.step,
            str(row.attempt),
            plain(row.outcome, style),
            "" if seconds is None else f"{seconds:.2f}",
            row.worker,
            plain(row.error_type or _cut(row.detail), "dim"),
        )
    OUT.print(table)
    if question.answer:
        show_answer(Answer.model_validate_json(question.answer), ui_url=temporal_ui(parts.settings))
    return 0


def _cut(detail: str, length: int = 160) -> str:
    return detail if len(detail) <= length else detail[: length - 1] + "…"


def _show_list(questions: tuple[Question, ...], *, as_json: bool) -> int:
    if as_json:
        print_json(Questions(questions=questions).model_dump_json(indent=2))
        return 0
    table = Table("asked", "id", "datasource", "outcome", "question")
    for question in questions:
        asked = question.asked_at.strftime("%Y-%m-%d %H:%M")
        table.add_row(
            asked, question.request_id, question.datasource, question.outcome or "…", question.question
        )
    OUT.print(table)
    return 0


def _show_verification(found: Verification, *, as_json: bool) -> int:
    if as_json:
        print_json(found.model_dump_json(indent=2))
    elif found.first_bad is None:
        sound = Bilingual(
            zh=f"审计链完整：{found.rows} 行，{found.tenants} 个租户",
            en=f"The audit chain is sound: {found.rows} rows, {found.tenants} tenants",
        )
        OUT.print(plain(sound.to(get_settings().language), "green"))
    else:
        bad = Bilingual(
            zh=f"审计链被破坏：{found.first_bad}", en=f"The audit chain is broken: {found.first_bad}"
        )
        OUT.print(plain(bad.to(get_settings().language), "red"))
    return 0 if found.first_bad is None else 1
