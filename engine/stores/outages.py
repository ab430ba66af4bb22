"""What went wrong with our own PostgreSQL, as the product's errors: an outage to wait for, or a setting to mend."""

from __future__ import annotations

import psycopg
from psycopg import errors

from chat2sql.config.errors import Chat2SQLError, Misconfigured, StoreUnavailable

OUTAGES = (psycopg.OperationalError, psycopg.InterfaceError, errors.ReadOnlySqlTransaction, TimeoutError)
"""What is waited for: no connection, a dropped one, a server that restarts, a replica before it takes over."""

NOT_SET_UP = (
    errors.UndefinedTable,
    errors.UndefinedColumn,
    errors.UndefinedFunction,
    errors.InvalidSchemaName,
    errors.InsufficientPrivilege,
)
"""What a database answers that lacks our tables, has older ones, or does not let our role at them."""

# libpq hands out no SQLSTATE for a refused connection, so the server's words have to do; a server that
# speaks another language is taken for an outage, which costs time but loses nothing.
_REFUSALS = (
    "password authentication failed",
    "no password supplied",
    "does not exist",
    "no pg_hba.conf entry",
)


def store_unavailable() -> StoreUnavailable:
    """Our PostgreSQL cannot be reached for now."""
    return StoreUnavailable(
        zh="Chat2SQL 自己的 PostgreSQL 暂时无法连接。请用 chat2sql status 检查它是否在运行；恢复后会自动继续。",
        en="Chat2SQL's own PostgreSQL cannot be reached for now. "
        "Check with `chat2sql status` that it runs; work goes on once it is back.",
    )


def connection_failure(error: psycopg.Error) -> Chat2SQLError:
    """Why a connection was not made: ``Misconfigured`` if the server refused us, else ``StoreUnavailable``."""
    if any(words in str(error) for words in _REFUSALS):
        return Misconfigured(
            zh="Chat2SQL 自己的 PostgreSQL 拒绝了登录。请检查 CHAT2SQL_POSTGRES_URL 与 CHAT2SQL_POSTGRES_OWNER_URL "
            "中的用户、密码和数据库名。",
            en="Chat2SQL's own PostgreSQL refused the login. Check user, password and database name in "
            "CHAT2SQL_POSTGRES_URL and CHAT2SQL_POSTGRES_OWNER_URL.",
        )
    return store_unavailable()


def not_set_up() -> Misconfigured:
    """The database answers, but lacks our tables or our rights."""
    return Misconfigured(
        zh="Chat2SQL 的数据库缺少所需的表或权限。请运行 chat2sql up 以更新数据库结构。",
        en="Chat2SQL's database lacks its tables or rights. Run `chat2sql up` to bring its schema up to date.",
    )


def unreadable_dsn() -> Misconfigured:
    """The address of our own database is no libpq DSN."""
    return Misconfigured(
        zh="CHAT2SQL_POSTGRES_URL 无法读取。请写成 postgresql://用户:密码@主机:端口/数据库。",
        en="CHAT2SQL_POSTGRES_URL cannot be read. Write it as postgresql://user:password@host:port/database.",
    )


def too_few_rights() -> Misconfigured:
    """The role that sets the database up may not."""
    return Misconfigured(
        zh="用于建立数据库的用户权限不足。请让 CHAT2SQL_POSTGRES_OWNER_URL 指向数据库的所有者"
        "（新建数据库还需要 CREATEDB 与 CREATEROLE）。",
        en="The user that sets up the database has too few rights. Let CHAT2SQL_POSTGRES_OWNER_URL name its owner "
        "(who needs CREATEDB and CREATEROLE to create it).",
    )
