"""The datasources: business databases that questions can be asked of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import class_row
from psycopg.types.json import Jsonb
from pydantic import Field
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from chat2sql.config.errors import InvalidInput
from chat2sql.config.vocabulary import Cell, Dialect, Frozen
from chat2sql.engine.stores.pool import Database
from chat2sql.engine.stores.text import Storable

_REFERENCE = r"\$\{[A-Za-z_][A-Za-z0-9_]*\}"
_ONLY_REFERENCES = re.compile(f"({_REFERENCE})+")
_PORT_REFERENCE = re.compile(rf"(?<=:){_REFERENCE}(?=/|$)")
_SECRETS = frozenset(
    {"password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key"}
)


class Datasource(Frozen):
    """A business database."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$", description="How questions name it.")
    dialect: Dialect
    dsn: str = Field(
        description="Where it is: a URL, libpq keywords or the path of a file; secrets as ${NAME}."
    )
    description: Storable = Field("", description="What it holds, in the words of its users.")
    approval: Literal["never", "always"] = Field(
        "never", description="Whether a person approves each statement before it runs."
    )
    policy: Storable = Field("", description="Its policy, as TOML; empty: the open policy.")
    options: Mapping[str, Cell] = Field(default={}, description="Further settings of the executor, by name.")
    created_at: datetime | None = Field(None, description="When it was added; set by the store.")


class Datasources:
    """The repository of datasources. Every method raises ``StoreUnavailable`` during an outage."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, datasource: Datasource, *, replace: bool = False) -> Datasource:
        """Add a datasource; adding the same once more changes nothing.

        Args:
            datasource: What to add.
            replace: Overwrite another one of that name.

        Raises:
            InvalidInput: the DSN holds a literal password or cannot be read, or the name is taken.
        """
        refuse_literal_secret(datasource.dsn, datasource.dialect)
        given = datasource.model_dump(mode="json", exclude={"options", "created_at"})
        values = {**given, "options": Jsonb(dict(datasource.options)), "replace": replace}
        async with self._database.connection() as connection, connection.cursor() as cursor:
            await cursor.execute(
                """
                INSERT INTO chat2sql.datasources AS d (name, dialect, dsn, description, approval, policy, options)
                VALUES (%(name)s, %(dialect)s, %(dsn)s, %(description)s, %(approval)s, %(policy)s, %(options)s)
                ON CONFLICT (name) DO UPDATE SET dialect = excluded.dialect, dsn = excluded.dsn,
                    description = excluded.description, approval = excluded.approval,
                    policy = excluded.policy, options = excluded.options
                WHERE %(replace)s
                """,
                values,
            )
        stored = await self.get(datasource.name)
        if stored.model_copy(update={"created_at": None}) != datasource.model_copy(
            update={"created_at": None}
        ):
            raise InvalidInput(
                zh=f"数据源 {datasource.name} 已存在且设置不同。请换一个名称，或先移除它。",
                en=f"The datasource {datasource.name} exists already, with other settings. "
                "Choose another name, or remove it first.",
            )
        return stored

    async def set_policy(self, name: str, policy: str) -> None:
        """Give a datasource another policy.

        Args:
            name: which one.
            policy: a text that ``parse_policy`` has read; empty: the open policy.

        Raises:
            InvalidInput: there is no such datasource.
        """
        await self.get(name)
        async with self._database.connection() as connection:
            await connection.execute(
                "UPDATE chat2sql.datasources SET policy = %s WHERE name = %s", (policy, name)
            )

    async def get(self, name: str) -> Datasource:
        """The datasource of that name.

        Raises:
            InvalidInput: there is none; the message names those there are.
        """
        known = await self.list()
        for datasource in known:
            if datasource.name == name:
                return datasource
        names = ", ".join(datasource.name for datasource in known)
        raise InvalidInput(
            zh=f"没有名为 {name} 的数据源。可用：{names or '无'}。用 chat2sql datasource add 添加。",
            en=f"There is no datasource named {name}. Known: {names or 'none'}. "
            "Add one with `chat2sql datasource add`.",
        )

    async def list(self) -> tuple[Datasource, ...]:
        """All datasources, by name."""
        async with (
            self._database.connection() as connection,
            connection.cursor(row_factory=class_row(Datasource)) as cursor,
        ):
            await cursor.execute(
                "SELECT name, dialect, dsn, description, approval, policy, options, created_at"
                " FROM chat2sql.datasources ORDER BY name"
            )
            return tuple(await cursor.fetchall())

    async def remove(self, name: str) -> None:
        """Remove a datasource and its catalogues; questions asked of it stay in the history.

        Raises:
            InvalidInput: there is none of that name.
        """
        await self.get(name)
        async with self._database.connection() as connection:
            await connection.execute("DELETE FROM chat2sql.datasources WHERE name = %s", (name,))


def refuse_literal_secret(dsn: str, dialect: Dialect) -> None:
    """Check that a DSN names its secrets by reference only; the path of a file has none.

    Raises:
        InvalidInput: it holds a literal secret, or cannot be read. The message repeats nothing of it.
    """
    if dialect in (Dialect.SQLITE, Dialect.DUCKDB) or _ONLY_REFERENCES.fullmatch(dsn):
        return
    secrets = _mysql_secrets(dsn) if dialect is Dialect.MYSQL else _postgres_secrets(dsn)
    if not all(_ONLY_REFERENCES.fullmatch(secret) for secret in secrets if secret):
        raise InvalidInput(
            zh="DSN 中不能直接写密码。请把密码放进环境变量，例如 SALES_PASSWORD，并在 DSN 中写 ${SALES_PASSWORD}。",
            en="A DSN must not hold a literal password. Put it into an environment variable, "
            "say SALES_PASSWORD, and write ${SALES_PASSWORD} in the DSN.",
        )


def _postgres_secrets(dsn: str) -> list[str]:
    try:
        parts = conninfo_to_dict(dsn)
    except psycopg.ProgrammingError:
        # Without the cause: libpq's message repeats the DSN, and with it the password.
        raise _unreadable("postgresql") from None
    return [str(parts[keyword] or "") for keyword in _SECRETS & parts.keys()]


def _mysql_secrets(dsn: str) -> list[str]:
    try:
        # A reference may stand for the port too, which has to be digits.
        url = make_url(_PORT_REFERENCE.sub("0", dsn))
    except (ArgumentError, ValueError):
        raise _unreadable("mysql") from None
    options = [value for name, value in url.query.items() if "password" in name.lower()]
    return [url.password or "", *(value if isinstance(value, str) else " ".join(value) for value in options)]


def _unreadable(scheme: str) -> InvalidInput:
    return InvalidInput(
        zh=f"无法读取该 DSN。请写成 {scheme}://用户:${{密码变量}}@主机:端口/数据库。",
        en=f"The DSN cannot be read. Write it as {scheme}://user:${{PASSWORD_VARIABLE}}@host:port/database.",
    )
