"""``chat2sql results``: the stored rows of answers. Files only: no part of the stack needs to run."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer
from rich.filesize import decimal as size_text
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from chat2sql.config.errors import InvalidInput
from chat2sql.config.settings import get_settings
from chat2sql.config.vocabulary import Bilingual, Cell, Frozen
from chat2sql.workers.console import ERR, OUT, plain, print_json

if TYPE_CHECKING:
    from chat2sql.engine.sql.results.store import ResultStore, StoredResult

STANDARD_OUTPUT = "-"

app = typer.Typer(help="Stored results: show, download, delete.", no_args_is_help=True)

Which = Annotated[str, typer.Argument(help="Request id, workflow id or URI of a result.")]
Tenant = Annotated[str, typer.Option(help="Tenant whose results they are.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class Format(StrEnum):
    """What ``download --format`` takes."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    JSON = "json"
    JSON_LINES = "jsonl"


class ListedColumn(Frozen):
    """A column as ``--json`` prints it; ``mask`` is null where the values are the database's own."""

    name: str
    type: str
    mask: str | None


class ListedResult(Frozen):
    """A stored result as ``--json`` prints it; ``bytes`` is the size of its file."""

    uri: str
    request_id: str
    round: int
    rows: int
    bytes: int
    created: datetime
    columns: tuple[ListedColumn, ...]


class ListedResults(Frozen):
    """What ``results list --json`` prints."""

    results: tuple[ListedResult, ...]


class ShownResult(Frozen):
    """What ``results show --json`` prints: ``rows`` from ``offset`` on, the first row being 0."""

    result: ListedResult
    offset: int
    rows: tuple[tuple[Cell, ...], ...]


@app.command("list")
def list_(
    tenant: Tenant = "default",
    limit: Annotated[int, typer.Option(min=1, help="How many results to list.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the stored results, the newest first."""
    results = tuple(_listed(stored) for stored in _store().list(tenant, limit=limit))
    if as_json:
        print_json(ListedResults(results=results).model_dump_json(indent=2))
        return
    table = Table("created", "id", "round", "rows", "columns", "size", "masked")
    for result in results:
        table.add_row(
            result.created.astimezone().strftime("%Y-%m-%d %H:%M"),
            plain(result.request_id),
            str(result.round),
            f"{result.rows:,}",
            str(len(result.columns)),
            size_text(result.bytes),
            plain(", ".join(column.name for column in result.columns if column.mask)),
        )
    OUT.print(table)


@app.command()
def show(
    which: Which,
    tenant: Tenant = "default",
    offset: Annotated[int, typer.Option(min=0, help="First row; 0 is the very first.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many rows.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Show rows of a stored result."""
    # Lazy: the engines take seconds to import, and most commands need none of them.
    from chat2sql.engine.present.shape import ResultColumn
    from chat2sql.engine.present.terminal import result_table

    store, language = _store(), get_settings().language
    uri = _uri(store, which, tenant)
    result = _listed(store.describe(uri, tenant=tenant))
    rows = store.read_page(uri, offset, limit, tenant=tenant).rows
    if as_json:
        print_json(ShownResult(result=result, offset=offset, rows=rows).model_dump_json(indent=2))
        return
    columns = tuple(ResultColumn(name=column.name, type=column.type) for column in result.columns)
    OUT.print(result_table(columns, rows, language))
    last = offset + len(rows)
    shown = Bilingual(
        zh=f"第 {offset + 1:,}–{last:,} 行，共 {result.rows:,} 行；{uri}"
        if rows
        else f"共 {result.rows:,} 行；{uri}",
        en=f"rows {offset + 1:,} to {last:,} of {result.rows:,}; {uri}"
        if rows
        else f"{result.rows:,} rows; {uri}",
    )
    OUT.print(plain(shown.to(language), "dim"))
    masked = ", ".join(f"{column.name} ({column.mask})" for column in result.columns if column.mask)
    if masked:
        told = Bilingual(zh=f"已脱敏的列：{masked}", en=f"masked columns: {masked}")
        OUT.print(plain(told.to(language), "dim"))


@app.command()
def download(
    which: Which,
    *,
    tenant: Tenant = "default",
    form: Annotated[Format, typer.Option("--format", help="Format of the file.")] = Format.CSV,
    output: Annotated[
        str | None, typer.Option(help="File to write; - is standard output. Default: the id, in this folder.")
    ] = None,
    bom: Annotated[bool, typer.Option("--bom", help="CSV: begin with a byte order mark, for Excel.")] = False,
    spreadsheet_safe: Annotated[
        bool, typer.Option(help="CSV: put ' before texts that a spreadsheet would run as a formula.")
    ] = True,
) -> None:
    """Write a stored result into a file."""
    from chat2sql.engine.sql.results.store import ExportFormat, ExportOptions

    store = _store()
    uri = _uri(store, which, tenant)
    result = store.describe(uri, tenant=tenant)
    target = Path(output or f"{quote(result.key.request_id, safe=' ')}.{form}")
    with _progress(result.rows) as on_progress:
        store.export(
            uri,
            ExportFormat(form),
            sys.stdout.buffer if output == STANDARD_OUTPUT else target,
            tenant=tenant,
            options=ExportOptions(bom=bom, spreadsheet_safe=spreadsheet_safe),
            on_progress=on_progress,
        )
    if output != STANDARD_OUTPUT:
        size = size_text(target.stat().st_size)
        _tell(zh=f"已写入 {target}：{result.rows:,} 行，{size}", en=f"{target}: {result.rows:,} rows, {size}")


@app.command()
def delete(which: Which, tenant: Tenant = "default") -> None:
    """Delete a stored result, or all results of a request; their charts go with them."""
    store = _store()
    deleted = (
        store.delete(which, tenant=tenant)
        if _is_uri(which)
        else store.delete_request(_request_id(which, tenant), tenant=tenant)
    )
    _tell_deleted(deleted.files, deleted.bytes)


@app.command()
def expire(
    older_than: Annotated[
        str | None,
        typer.Option(
            help="Age from which on results go, as 30d, 12h or 2w. Default: CHAT2SQL_RESULTS_KEEP_DAYS."
        ),
    ] = None,
) -> None:
    """Delete the old results of all tenants, and what killed workers have left."""
    keep_days = get_settings().results_keep_days
    age = timedelta(days=keep_days) if older_than is None else _age(older_than)
    if older_than is None and not keep_days:
        _tell(
            zh="按设置，结果永久保留。要删除请用 --older-than。",
            en="By the settings results are kept for ever. To delete some, use --older-than.",
        )
        return
    expired = _store().expire(age, datetime.now(UTC))
    _tell_deleted(expired.files, expired.bytes)


def _store() -> ResultStore:
    from chat2sql.engine.sql.results.store import ResultStore

    return ResultStore(get_settings().results_location)


def _is_uri(which: str) -> bool:
    return "://" in which


def _request_id(which: str, tenant: str) -> str:
    return which.removeprefix(f"ask-{tenant}-")


def _uri(store: ResultStore, which: str, tenant: str) -> str:
    return which if _is_uri(which) else store.find(_request_id(which, tenant), tenant=tenant)


def _listed(stored: StoredResult) -> ListedResult:
    return ListedResult(
        uri=stored.uri,
        request_id=stored.key.request_id,
        round=stored.key.round,
        rows=stored.rows,
        bytes=stored.bytes,
        created=stored.created,
        columns=tuple(
            ListedColumn(name=column.name, type=column.type, mask=column.mask) for column in stored.columns
        ),
    )


_AGE = re.compile(r"(?P<number>[0-9]{1,6})(?P<unit>[mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def _age(text: str) -> timedelta:
    found = _AGE.fullmatch(text.strip().lower())
    if found is None:
        raise InvalidInput(
            zh="--older-than 是数字加单位：m 分钟、h 小时、d 天、w 周，例如 30d。",
            en="--older-than is a number and a unit: m for minutes, h for hours, d for days, w for weeks; as in 30d.",
        )
    return timedelta(**{_UNITS[found["unit"]]: int(found["number"])})


@contextmanager
def _progress(rows: int) -> Iterator[Callable[[int], None]]:
    """A progress bar where a person watches."""
    if not ERR.is_terminal:
        yield lambda done: None
        return
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=ERR,
        transient=True,
    ) as progress:
        task = progress.add_task(Bilingual(zh="行", en="rows").to(get_settings().language), total=rows)
        yield lambda done: progress.update(task, completed=done)


def _tell_deleted(files: int, size: int) -> None:
    text = size_text(size)
    _tell(zh=f"已删除 {files:,} 个文件，共 {text}", en=f"{files:,} files deleted, {text}")


def _tell(*, zh: str, en: str) -> None:
    OUT.print(plain(Bilingual(zh=zh, en=en).to(get_settings().language)))
