"""What a SQLite error means: the SQL's fault, an outage, or a wrong setting."""

from __future__ import annotations

import re

from chat2sql.config.errors import DatabaseUnavailable, Misconfigured
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
    # What a message quotes is either a word of the statement or a value that the statement has met.
    words = _QUOTED.sub(lambda found: found[0] if found[0][1:-1] in sql else '"…"', str(error))
    kind = next((kind for known, kind in _WORDS if known in words), SqlProblemKind.SYNTAX)
    return SqlProblem(kind=_KINDS.get(name or "", kind), message=" ".join(words.split()), sqlstate=name)


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
