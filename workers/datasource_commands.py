"""``chat2sql datasource``: the databases that can be asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.table import Table

from chat2sql.config.endpoints import resolve_endpoints
from chat2sql.config.errors import InvalidInput
from chat2sql.config.settings import get_settings
from chat2sql.config.vocabulary import Bilingual, Frozen
from chat2sql.engine.schema.dsn import dialect_of
from chat2sql.engine.sql.guard.policy_file import parse_policy
from chat2sql.engine.stores.datasources import Datasource, refuse_literal_secret
from chat2sql.workers.console import OUT, plain, print_json

if TYPE_CHECKING:
    from chat2sql.activities.parts import Parts
    from chat2sql.engine.schema.catalogue import Catalogue

Result = TypeVar("Result")

app = typer.Typer(help="Databases that can be asked.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Name of the datasource.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class Approval(StrEnum):
    """When a person must approve a SQL before it runs."""

    NEVER = "never"
    ALWAYS = "always"


class Datasources(Frozen):
    """What ``datasource list --json`` prints. A DSN names secrets as ${NAME}, and holds none."""

    datasources: tuple[Datasource, ...]


@app.command()
def add(
    name: Name,
    dsn: Annotated[
        str,
        typer.Option(
            help="postgresql://user:${PASSWORD_VARIABLE}@host/db, mysql://..., sqlite:////path or duckdb:////path."
        ),
    ],
    description: Annotated[str, typer.Option(help="What it holds.")] = "",
    approval: Annotated[Approval, typer.Option(help="When a person must approve a SQL.")] = Approval.NEVER,
    policy: Annotated[
        Path | None, typer.Option(help="Policy file: who may see what (docs/policy.md).", dir_okay=False)
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Change one that is there.")] = False,
) -> None:
    """Add a database and read its schema."""
    dialect = dialect_of(dsn)
    refuse_literal_secret(dsn, dialect)
    datasource = Datasource(
        name=name,
        dialect=dialect,
        dsn=dsn,
        description=description,
        approval=approval.value,
        policy=read_policy(policy) if policy else "",
    )

    async def work(parts: Parts) -> Catalogue:
        # Read before it is added: a datasource that cannot be read is not left behind half made.
        catalogue = await parts.read_schema(datasource)
        parse_policy(datasource.policy, catalogue)
        await parts.datasources.add(datasource, replace=replace)
        await parts.index_values(datasource, await parts.keep(catalogue))
        return catalogue

    _tell(with_parts(work))


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the datasources."""

    async def work(parts: Parts) -> tuple[Datasource, ...]:
        return await parts.datasources.list()

    found = with_parts(work)
    if as_json:
        print_json(Datasources(datasources=found).model_dump_json(indent=2))
        return
    table = Table("name", "dialect", "approval", "description", "dsn")
    for datasource in found:
        table.add_row(
            datasource.name,
            datasource.dialect.value,
            datasource.approval,
            datasource.description,
            plain(datasource.dsn, "dim"),
        )
    OUT.print(table)


@app.command()
def show(name: Name, as_json: AsJson = False) -> None:
    """Show a datasource's schema as the model sees it."""

    async def work(parts: Parts) -> Catalogue:
        return await parts.catalogue(await parts.datasources.get(name))

    catalogue = with_parts(work)
    if as_json:
        print_json(catalogue.model_dump_json(indent=2))
        return
    from chat2sql.engine.schema.m_schema import render

    OUT.print(plain(render(catalogue)))
    _tell(catalogue)


@app.command()
def refresh(name: Name) -> None:
    """Read a datasource's schema again, and prepare the local model for it."""

    async def work(parts: Parts) -> Catalogue:
        datasource = await parts.datasources.get(name)
        from chat2sql.workers.provision import warm

        catalogue = await parts.refresh(datasource)
        # A policy that does not fit any more is told of now, and not when somebody asks.
        await parts.policy(datasource)
        await warm(parts, datasource)
        return catalogue

    _tell(with_parts(work))


@app.command()
def remove(name: Name) -> None:
    """Remove a datasource; the database itself is not touched."""

    async def work(parts: Parts) -> None:
        await parts.datasources.remove(name)

    with_parts(work)


def read_policy(file: Path) -> str:
    """The text of a policy file.

    Raises:
        InvalidInput: it cannot be read.
    """
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InvalidInput(
            zh=f"无法读取策略文件 {file}。请检查路径、权限，并保存为 UTF-8 文本。",
            en=f"The policy file {file} cannot be read. Check its path and rights, and save it as UTF-8 text.",
        ) from None


def with_parts(work: Callable[[Parts], Awaitable[Result]]) -> Result:
    """Do something with the engines open, and return what comes of it."""

    async def opened() -> Result:
        # Lazy: the engines take seconds to import, and most commands need none of them.
        from chat2sql.activities.parts import open_parts

        settings = get_settings()
        async with open_parts(settings, resolve_endpoints(settings)) as parts:
            return await work(parts)

    return asyncio.run(opened())


def _tell(catalogue: Catalogue) -> None:
    from chat2sql.engine.schema.m_schema import estimate_tokens, render

    columns = sum(len(table.columns) for table in catalogue.tables)
    tokens = estimate_tokens(render(catalogue))
    text = Bilingual(
        zh=f"{catalogue.datasource}：{len(catalogue.tables)} 张表，{columns} 列，约 {tokens:,} 词元，版本 {catalogue.version}",
        en=f"{catalogue.datasource}: {len(catalogue.tables)} tables, {columns} columns, about {tokens:,} tokens, "
        f"version {catalogue.version}",
    )
    OUT.print(plain(text.to(get_settings().language)))
