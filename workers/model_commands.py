"""``chat2sql models``: the catalogue, the local model's file, and a real call to each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn
from rich.table import Table

from chat2sql.config.endpoints import resolve_endpoints
from chat2sql.config.models import ModelEntry, Provider, load_models
from chat2sql.config.settings import get_settings
from chat2sql.config.vocabulary import Bilingual, Frozen, TokenUsage
from chat2sql.engine.llm.failures import KEY_VARIABLES
from chat2sql.engine.llm.local_model import fetch_model
from chat2sql.engine.llm.port import CompletionRequest, Message
from chat2sql.workers.console import ERR, OUT, plain, print_json

app = typer.Typer(help="Models that can be asked.", no_args_is_help=True)


class ListedModel(Frozen):
    """A model as ``models list --json`` prints it."""

    entry: ModelEntry
    configured: bool


class ListedModels(Frozen):
    """What ``models list --json`` prints."""

    models: tuple[ListedModel, ...]


class TestedModel(Frozen):
    """What ``models test --json`` prints. ``seconds`` is the wall time of the call."""

    model: str
    reply: str
    seconds: float
    usage: TokenUsage


@app.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the models, and which of them can be used."""
    # Lazy: the engines take seconds to import, and most commands need none of them.
    from chat2sql.engine.llm.open import is_configured

    settings = get_settings()
    local_url = resolve_endpoints(settings).local_model
    listed = tuple(
        ListedModel(entry=entry, configured=is_configured(entry, settings, local_url))
        for entry in load_models(settings).models
    )
    if as_json:
        print_json(ListedModels(models=listed).model_dump_json(indent=2))
        return
    table = Table("name", "provider", "model", "tier", "context", "in $/M", "out $/M", "usable")
    for model in listed:
        entry = model.entry
        usable = plain("yes", "green") if model.configured else plain(_missing(entry), "yellow")
        prices = (str(entry.input_usd), str(entry.output_usd))
        table.add_row(
            entry.name, entry.provider, entry.model, entry.tier, f"{entry.context_tokens:,}", *prices, usable
        )
    OUT.print(table)


def _missing(entry: ModelEntry) -> str:
    match entry.provider:
        case Provider.LOCAL:
            return "chat2sql up"
        case Provider.OLLAMA:
            return "set CHAT2SQL_OLLAMA_URL"
        case _:
            return f"set {KEY_VARIABLES[entry.provider]}"


@app.command()
def pull() -> None:
    """Download the local model, and check its hash."""
    path = pull_with_progress()
    done = Bilingual(zh=f"本地模型已就绪：{path}", en=f"The local model is ready: {path}")
    OUT.print(plain(done.to(get_settings().language)))


def pull_with_progress() -> str:
    """The local model's file, downloaded under a progress bar unless it is there."""
    with download_progress() as on_bytes:
        return str(fetch_model(get_settings(), on_progress=on_bytes))


@contextmanager
def download_progress() -> Iterator[Callable[[int, int, str], None]]:
    """A progress bar that appears with the first byte; called with done bytes, all bytes and the source."""
    progress = Progress(
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), console=ERR
    )
    tasks: dict[str, TaskID] = {}

    def on_bytes(done: int, total: int, source: str) -> None:
        if not tasks:
            progress.start()
            tasks["model"] = progress.add_task(source, total=total)
        progress.update(tasks["model"], completed=done, total=total, description=source)

    try:
        yield on_bytes
    finally:
        if tasks:
            progress.stop()


@app.command()
def test(
    name: Annotated[str, typer.Argument(help="Name of the model.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Call a model for real, with a small question."""
    tested = asyncio.run(_test(name))
    if as_json:
        print_json(tested.model_dump_json(indent=2))
        return
    usage = tested.usage
    OUT.print(plain(tested.reply))
    OUT.print(
        plain(
            f"{tested.seconds:.2f} s, {usage.prompt_tokens} + {usage.completion_tokens} tokens, ${usage.cost_usd:.6f}",
            "dim",
        )
    )


async def _test(name: str) -> TestedModel:
    # Lazy: the engines take seconds to import, and most commands need none of them.
    from chat2sql.engine.llm.open import open_model

    settings = get_settings()
    entry = load_models(settings).get(name)
    model = open_model(entry, settings, resolve_endpoints(settings).local_model)
    question = Message(role="user", content="Write a SQL statement that returns the number 1. Only the SQL.")
    started = time.monotonic()
    try:
        reply = await model.complete(CompletionRequest(messages=(question,), max_tokens=40))
    finally:
        await model.aclose()
    return TestedModel(
        model=name, reply=reply.texts[0].strip(), seconds=time.monotonic() - started, usage=reply.usage
    )
