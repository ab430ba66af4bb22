"""``chat2sql up | down | status | doctor | demo``."""

from __future__ import annotations

import asyncio
import signal
import threading
import uuid
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from chat2sql.config.endpoints import resolve_endpoints
from chat2sql.config.errors import Misconfigured
from chat2sql.config.settings import get_settings
from chat2sql.config.vocabulary import EXIT_CODES, Bilingual, Outcome
from chat2sql.graph.state import AskRequest
from chat2sql.workers.asking import ask
from chat2sql.workers.console import ERR, OUT, print_json, show_answer, temporal_ui
from chat2sql.workers.model_commands import download_progress

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


if TYPE_CHECKING:
    from chat2sql.workers.stack import Stack

# The imports inside these commands are lazy: servers and engines take seconds to import.


def up(
    detach: Annotated[bool, typer.Option("--detach", help="Return once everything runs.")] = False,
    demo: Annotated[bool, typer.Option(help="Load the demo company.")] = True,
) -> None:
    """Start the embedded stack: PostgreSQL, Valkey, Temporal, the local model and a worker."""
    stack = bring_up(demo=demo)
    if detach:
        return
    told = Bilingual(zh="运行中，按 Ctrl-C 停止。", en="Running; Ctrl-C stops it.")
    OUT.print(Text(told.to(get_settings().language)))
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    stopping.wait()
    stack.down()


def bring_up(*, demo: bool = True) -> Stack:
    """Start what is missing and load what is missing, telling each step."""
    from chat2sql.workers.provision import provision
    from chat2sql.workers.stack import Stack

    settings = get_settings()
    stack = Stack(settings)

    def report(text: Bilingual) -> None:
        ERR.print(Text(f"• {text.to(settings.language)}", style="dim"))

    with download_progress() as on_bytes:
        endpoints = stack.up(report, on_bytes)
    if demo:
        asyncio.run(provision(settings, endpoints, report))
    if endpoints.temporal_ui:
        ERR.print(Text(f"• Temporal UI: {endpoints.temporal_ui}", style="dim"))
    return stack


def down() -> None:
    """Stop the embedded stack; all data stays."""
    from chat2sql.workers.stack import Stack

    stopped = Stack(get_settings()).down()
    nothing = Bilingual(zh="没有运行中的部件", en="nothing was running").to(get_settings().language)
    OUT.print(Text(", ".join(stopped) or nothing))


def status(as_json: AsJson = False) -> None:
    """Show every part of the stack."""
    from chat2sql.workers.stack import Stack, Statuses

    parts = Stack(get_settings()).status()
    if as_json:
        print_json(Statuses(parts=parts).model_dump_json(indent=2))
    else:
        table = Table("part", "state", "address", "pid", "log")
        for part in parts:
            style = {"running": "green", "external": "cyan"}.get(part.state, "red")
            pid = str(part.pid) if part.pid else ""
            table.add_row(part.name, Text(part.state, style=style), part.address or "", pid, part.log or "")
        OUT.print(table)
    raise typer.Exit(0 if all(part.state != "stopped" for part in parts) else 1)


def doctor(as_json: AsJson = False) -> None:
    """Check every part, and say how to mend what is missing."""
    from chat2sql.workers.doctor import Findings, examine

    settings = get_settings()
    findings = asyncio.run(examine(settings))
    if as_json:
        print_json(Findings(findings=findings).model_dump_json(indent=2))
    else:
        for finding in findings:
            mark = Text("✓ ", style="green") if finding.sound else Text("✗ ", style="red")
            line = mark + Text(f"{finding.part}: {finding.found}")
            if not finding.sound and finding.advice:
                line += Text(f"  → {finding.advice.to(settings.language)}", style="yellow")
            OUT.print(line)
    raise typer.Exit(0 if all(finding.sound for finding in findings) else 1)


def migrate() -> None:
    """Bring the product's own database, as its owner, to this version's schema."""
    from chat2sql.engine.stores.migrate import migrate as migrate_database

    settings = get_settings()
    owner = resolve_endpoints(settings).postgres_owner
    if owner is None:
        raise Misconfigured(
            zh="请把环境变量 CHAT2SQL_POSTGRES_OWNER_URL 设为数据库所有者的地址。",
            en="Set the environment variable CHAT2SQL_POSTGRES_OWNER_URL to the database's address, as its owner.",
        )
    report = migrate_database(owner)
    OUT.print(Text(f"{report.before or '-'} → {report.after}"))


def demo() -> None:
    """Start everything and ask three questions: one Chinese, one English, one that needs a correction."""
    from chat2sql.engine.demo.questions import AS_OF, DEMO_QUESTIONS
    from chat2sql.workers.provision import DEMO

    bring_up()
    settings = get_settings()
    ui = temporal_ui(settings)
    codes = []
    for question in DEMO_QUESTIONS[:3]:
        request = AskRequest(
            request_id=f"demo-{uuid.uuid4().hex[:12]}",
            question=question.question,
            datasource=DEMO,
            as_of=AS_OF,
            user="demo",
            patience_s=60,
        )
        asked = asyncio.run(ask(settings, request))
        show_answer(asked.answer, ui_url=ui)
        codes.append(asked.exit_code)
    raise typer.Exit(max(codes, default=EXIT_CODES[Outcome.ANSWERED]))
