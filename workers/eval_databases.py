"""The databases of a question set, registered as datasources."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from chat2sql.activities.parts import Parts
from chat2sql.config.errors import Misconfigured
from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.demo.reader import READER_ROLE, grant_reader, reader_dsn
from chat2sql.engine.evaluation.cases import Suite, SuiteDatabase
from chat2sql.engine.stores.datasources import Datasource
from chat2sql.engine.stores.migrate import create_database
from chat2sql.workers.provision import register

_LOADED = "Chat2SQL evaluation database"
_OTHER_CHARACTERS = re.compile(r"[^A-Za-z0-9]+")


async def register_databases(parts: Parts, suite: Suite) -> dict[str, str]:
    """Register each database of the set, loading what has to be loaded.

    Returns:
        The datasource's name for each database's name.

    Raises:
        InvalidInput: a question names a datasource that is not registered.
        Misconfigured: a dump is to be loaded, and this is not the embedded PostgreSQL.
    """
    names = {}
    for database in suite.databases:
        if database.path is None or database.dialect is None:
            names[database.name] = (await parts.datasources.get(database.name)).name
            continue
        name = f"eval-{_OTHER_CHARACTERS.sub('-', database.name).strip('-')}"[:63]
        dsn = database.path if database.dialect is Dialect.SQLITE else await _loaded(parts, database)
        datasource = Datasource(
            name=name, dialect=database.dialect, dsn=dsn, description=f"eval {suite.name}"
        )
        if await register(parts, datasource):
            await parts.refresh(await parts.datasource(name))
        names[database.name] = name
    return names


async def _loaded(parts: Parts, database: SuiteDatabase) -> str:
    owner = parts.endpoints.postgres_owner
    if owner is None:
        raise Misconfigured(
            zh="该题集要装入 PostgreSQL，需要内置服务。请运行 chat2sql up --detach，且不要设置 CHAT2SQL_POSTGRES_URL。",
            en="This set is loaded into PostgreSQL, which needs the embedded stack: run `chat2sql up --detach`, without "
            "CHAT2SQL_POSTGRES_URL.",
        )
    assert database.path is not None
    name = f"chat2sql_eval_{_OTHER_CHARACTERS.sub('_', database.name)}"
    await asyncio.to_thread(create_database, owner, name, READER_ROLE)
    dsn = make_conninfo(owner, dbname=name)
    await asyncio.to_thread(_load, dsn, Path(database.path))
    return reader_dsn(dsn)


def _load(dsn: str, dump: Path) -> None:
    """Run a dump in one transaction, once: the comment on the schema says that it has run."""
    with psycopg.connect(dsn) as connection:
        found = connection.execute("SELECT obj_description('public'::regnamespace)").fetchone()
        if found is None or found[0] != _LOADED:
            connection.execute(dump.read_text("utf-8").encode())
            connection.execute("SET LOCAL search_path TO public")
            connection.execute(sql.SQL("COMMENT ON SCHEMA public IS {}").format(_LOADED))
        grant_reader(connection)
