"""What a fresh stack needs before its first question: demo company, catalogue, warm prompt prefix."""

from __future__ import annotations

import asyncio
from pathlib import Path

from psycopg.conninfo import make_conninfo

from chat2sql.activities.parts import Parts, open_parts
from chat2sql.config.endpoints import Endpoints
from chat2sql.config.errors import InvalidInput
from chat2sql.config.settings import Settings
from chat2sql.config.vocabulary import Bilingual, Caller, Dialect
from chat2sql.engine.demo.load import load_postgres, load_sqlite
from chat2sql.engine.demo.reader import READER_ROLE, reader_dsn
from chat2sql.engine.schema.linking import link
from chat2sql.engine.stores.datasources import Datasource
from chat2sql.engine.stores.migrate import create_database
from chat2sql.workers.stack import Report

DEMO, DEMO_SQLITE = "demo", "demo-sqlite"
DEMO_DATABASE = "chat2sql_demo"


async def provision(settings: Settings, endpoints: Endpoints, report: Report) -> None:
    """Load the demo company, register its two datasources, and warm the local model for the first of them.

    Everything that is there already is left alone, so this takes a moment on a stack that was used before.
    """
    if endpoints.postgres_owner is None:
        return
    owner = make_conninfo(endpoints.postgres_owner, dbname=DEMO_DATABASE)
    await asyncio.to_thread(create_database, endpoints.postgres_owner, DEMO_DATABASE, READER_ROLE)
    loaded = await asyncio.to_thread(load_postgres, owner)
    if not loaded.already_loaded:
        report(Bilingual(zh=f"演示公司：{loaded.rows:,} 行", en=f"demo company: {loaded.rows:,} rows"))
    copy = settings.home_dir / "demo" / "sales.sqlite"
    await asyncio.to_thread(load_sqlite, copy)
    async with open_parts(settings, endpoints) as parts:
        await _registered(parts, owner, copy)
        if settings.local_model_url is None and endpoints.local_model:
            report(
                Bilingual(zh="为演示数据源预热本地模型", en="warming the local model for the demo datasource")
            )
            await warm(parts, await parts.datasource(DEMO))


async def _registered(parts: Parts, owner_dsn: str, copy: Path) -> None:
    """The demo's two datasources, registered with their addresses of today, and their catalogues."""
    demo = Datasource(
        name=DEMO,
        dialect=Dialect.POSTGRESQL,
        dsn=reader_dsn(owner_dsn),
        description="演示公司 / demo company",
    )
    sqlite = Datasource(
        name=DEMO_SQLITE,
        dialect=Dialect.SQLITE,
        dsn=f"sqlite:///{copy}",
        description="演示公司的销售 / its sales",
    )
    for datasource in (demo, sqlite):
        await register(parts, datasource)
        if await parts.catalogues.newest(datasource.name) is None:
            await parts.refresh(datasource)


async def register(parts: Parts, datasource: Datasource) -> bool:
    """See that a datasource is registered at this address, with the policy that it has already; whether it was not."""
    try:
        known = await parts.datasources.get(datasource.name)
    except InvalidInput:
        known = None
    if known is not None and known.dsn == datasource.dsn:
        return False
    kept = datasource.model_copy(update={"policy": known.policy}) if known else datasource
    await parts.datasources.add(kept, replace=known is not None)
    return True


async def warm(parts: Parts, datasource: Datasource) -> None:
    """Have the local model read the schema once, as people without a role see it, so that their questions find it
    in the prefix cache.

    Only a schema that goes into every prompt as a whole is worth it.
    """
    catalogue = await parts.view(datasource, Caller(tenant="default"))
    linked = await link(catalogue, "", budget_tokens=parts.settings.schema_budget_tokens, index=None)
    if linked.whole:
        await parts.warm(catalogue, linked.tables)
