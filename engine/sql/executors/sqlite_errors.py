"""What a SQLite error means: the SQL's fault, an outage, or a wrong setting."""

from __future__ import annotations

import re

import sqlglot
from sqlglot import TokenType
from sqlglot.errors import TokenError

from chat2sql.config.errors import DatabaseUnavailable, Misconfigured
from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.sql.executors.port import SqlProblem, SqlProblemKind, unsendable

_KINDS = {
    "SQLITE_AUTH": SqlProblemKind.PERMISSION,
    "SQLITE_READONLY": SqlProblemKind.READ_ONLY,
    "SQLITE_TOOBIG": SqlProblemKind.TOO_LARGE,
    "SQLITE_NOMEM": SqlProblemKind.TOO_LARGE,
    "SQLITE_MISMATCH": SqlProblemKind.TYPE,
    "SQLITE_RANGE": SqlProblemKind.SYNTAX,
}
_WORDS = (
    ("no such ", SqlProblemKind.UNKNOWN_NAME),
    ("ambiguous column", SqlProblemKind.SYNTAX),
    ("not authorized", SqlProblemKind.PERMISSION),
    ("prohibited", SqlProblemKind.PERMISSION),
    ("overflow", SqlProblemKind.DATA),
    ("malformed JSON", SqlProblemKind.DATA),
    ("JSON path", SqlProblemKind.DATA),
    ("too big", SqlProblemKind.TOO_LARGE),
    ("pattern too complex", SqlProblemKind.TOO_LARGE),
)
_LITERALS = frozenset({TokenType.STRING, TokenType.NUMBER, TokenType.HEX_STRING})
_QUOTED = re.compile(r"""'.*'|".*\"""", re.DOTALL)


def statement_failure(error: Exception, sql: str, timeout_s: float) -> SqlProblem:
    """The error of a statement as a value.

    Raises:
        DatabaseUnavailable: it is not the statement's fault.
        Misconfigured: the file is broken, or no database.
    """
    unfit = unsendable(sql)
    if unfit is not None:
        return unfit
    name: str | None = getattr(error, "sqlite_errorname", None)
    if name == "SQLITE_INTERRUPT":
        return too_slow(timeout_s)
    if name is not None and name.startswith(
        ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_IOERR", "SQLITE_CANTOPEN")
    ):
        raise outage() from None
    if name is not None and name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        raise unreadable() from None
    said = str(error)
    bare = _QUOTED.sub('"…"', said)
    kind = _KINDS.get(name or "") or next(
        (kind for known, kind in _WORDS if known in bare), SqlProblemKind.SYNTAX
    )
    # What a message quotes is either a name of the statement or a value that the statement has met.
    names = frozenset[str]() if kind is SqlProblemKind.DATA else _names(sql)
    words = _QUOTED.sub(lambda found: found[0] if found[0][1:-1] in names else '"…"', said)
    return SqlProblem(kind=kind, message=" ".join(words.split()), sqlstate=name)


def _names(sql: str) -> frozenset[str]:
    """The words of a statement without its literals."""
    try:
        tokens = sqlglot.tokenize(sql, dialect=Dialect.SQLITE)
    except TokenError:
        return frozenset()
    return frozenset(token.text for token in tokens if token.token_type not in _LITERALS)


def too_slow(timeout_s: float) -> SqlProblem:
    """The statement was stopped."""
    return SqlProblem(
        kind=SqlProblemKind.TIMEOUT,
        message=f"The statement ran longer than {timeout_s:g} s and was stopped.",
        sqlstate="SQLITE_INTERRUPT",
    )


def outage() -> DatabaseUnavailable:
    """The file cannot be read for now."""
    return DatabaseUnavailable(
        zh="SQLite 文件暂时无法读取：被锁定，或磁盘出错。请检查是否有其他程序在写入；恢复后会自动继续。",
        en="The SQLite file cannot be read for now: it is locked, or the disk fails. Check whether another "
        "program writes to it; work goes on once it is back.",
    )


def unreadable() -> Misconfigured:
    """The file is no database."""
    return Misconfigured(
        zh="数据源的文件不是可读的 SQLite 数据库。请检查路径和权限，或恢复该文件。",
        en="The datasource's file is not a readable SQLite database. Check its path and rights, or restore it.",
    )
