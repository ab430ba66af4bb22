"""``chat2sql datasource``: the databases that can be asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.table import Table
from rich.text import Text

from chat2sql.config.endpoints import resolve_endpoints
from chat2sql.config.settings import get_settings
from chat2sql.config.vocabulary import Bilingual, Dialect, Frozen
from chat2sql.engine.stores.datasources import Datasource, refuse_literal_secret
from chat2sql.workers.console import OUT, print_json

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
        str, typer.Option(help="postgresql://user:${PASSWORD_VARIABLE}@host/db, or sqlite:////path.")
    ],
    description: Annotated[str, typer.Option(help="What it holds.")] = "",
    approval: Annotated[Approval, typer.Option(help="When a person must approve a SQL.")] = Approval.NEVER,
    replace: Annotated[bool, typer.Option("--replace", help="Change one that is there.")] = False,
) -> None:
    """Add a database and read its schema."""
    dialect = Dialect.POSTGRESQL if dsn.startswith("postgres") or "dbname=" in dsn else Dialect.SQLITE
    datasource = Datasource(
        name=name, dialect=dialect, dsn=dsn, description=description, approval=approval.value
    )

    if dialect is Dialect.POSTGRESQL:
        refuse_literal_secret(dsn)

    async def work(parts: Parts) -> Catalogue:
        # Read before it is added: a datasource that cannot be read is not left behind half made.
        catalogue = await parts.read_schema(datasource)
        await parts.datasources.add(datasource, replace=replace)
        await parts.keep(catalogue)
        return catalogue

    _tell(_with_parts(work))


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the datasources."""

    async def work(parts: Parts) -> tuple[Datasource, ...]:
        return await parts.datasources.list()

    found = _with_parts(work)
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
            Text(datasource.dsn, style="dim"),
        )
    OUT.print(table)


@app.command()
def show(name: Name, as_json: AsJson = False) -> None:
    """Show a datasource's schema as the model sees it."""

    async def work(parts: Parts) -> Catalogue:
        return await parts.catalogue(await parts.datasources.get(name))

    catalogue = _with_parts(work)
    if as_json:
        print_json(catalogue.model_dump_json(indent=2))
        return
    from chat2sql.engine.schema.m_schema import render

    OUT.print(Text(render(catalogue)))
    _tell(catalogue)


@app.command()
def refresh(name: Name) -> None:
    """Read a datasource's schema again, and prepare the local model for it."""

    async def work(parts: Parts) -> Catalogue:
        datasource = await parts.datasources.get(name)
        from chat2sql.workers.provision import warm

        catalogue = await parts.refresh(datasource)
        await warm(parts, catalogue)
        return catalogue

    _tell(_with_parts(work))


@app.command()
def remove(name: Name) -> None:
    """Remove a datasource; the database itself is not touched."""

    async def work(parts: Parts) -> None:
        await parts.datasources.remove(name)

    _with_parts(work)


def _with_parts(work: Callable[[Parts], Awaitable[Result]]) -> Result:
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
    OUT.print(Text(text.to(get_settings().language)))
