"""What an error of DuckDB means: the SQL's fault, an outage, or a wrong setting."""

from __future__ import annotations

import re

import duckdb

from chat2sql.config.errors import Chat2SQLError, DatabaseUnavailable, Misconfigured
from chat2sql.engine.sql.executors.port import SqlProblem, SqlProblemKind

_KINDS: dict[type[Exception], SqlProblemKind] = {
    duckdb.ParserException: SqlProblemKind.SYNTAX,
    duckdb.SyntaxException: SqlProblemKind.SYNTAX,
    duckdb.BinderException: SqlProblemKind.SYNTAX,
    duckdb.NotImplementedException: SqlProblemKind.SYNTAX,
    duckdb.CatalogException: SqlProblemKind.UNKNOWN_NAME,
    duckdb.TypeMismatchException: SqlProblemKind.TYPE,
    duckdb.InvalidTypeException: SqlProblemKind.TYPE,
    duckdb.ConversionException: SqlProblemKind.DATA,
    duckdb.OutOfRangeException: SqlProblemKind.DATA,
    duckdb.InvalidInputException: SqlProblemKind.DATA,
    duckdb.PermissionException: SqlProblemKind.PERMISSION,
    duckdb.OutOfMemoryException: SqlProblemKind.TOO_LARGE,
    duckdb.InterruptException: SqlProblemKind.TIMEOUT,
}
_BY_WORDS = (
    (re.compile("read-only"), SqlProblemKind.READ_ONLY),
    (
        re.compile(
            "No function matches|Could not choose a best|Cannot compare|Cannot mix|Unimplemented type for cast"
        ),
        SqlProblemKind.TYPE,
    ),
    (
        re.compile(
            "not found in FROM|does not have a column|Referenced table|Could not find key|does not exist"
        ),
        SqlProblemKind.UNKNOWN_NAME,
    ),
)
_OUTAGES = (duckdb.IOException, duckdb.FatalException, duckdb.ConnectionException)
_HEAD = re.compile(r"^[A-Za-z ]+ Error: ")
# Where in the text it went wrong, which is not the text that was sent; and names of tables that look alike, mostly
# those of system catalogues.
_TAIL = re.compile(r"\n\s*LINE \d+:.*|\n\s*Candidate functions:.*|\s*Did you mean .*", re.DOTALL)
_QUOTED = re.compile(r"""'.*'|".*\"""", re.DOTALL)
_NUMBER = re.compile(r"(?<![\w.])-?\d[\w.+-]*")
_OF_THE_STATEMENT = (
    duckdb.ParserException,
    duckdb.SyntaxException,
    duckdb.BinderException,
    duckdb.CatalogException,
)
"""Raised before any row is read: their messages quote the statement and the schema only."""
# InvalidInputException is also what the function error() raises, with any text from a row, so that only the sentences
# known to be DuckDB's own are passed on.
_OWN_SENTENCES = re.compile(
    r"More than one row returned by a subquery used as an expression|Malformed JSON|Could not parse string"
)


def statement_failure(error: duckdb.Error) -> SqlProblem:
    """The error of a statement as a value.

    Raises:
        DatabaseUnavailable: it is not the statement's fault.
    """
    if isinstance(error, _OUTAGES):
        raise unavailable() from None
    said = _HEAD.sub("", _TAIL.sub("", str(error)))
    kind = next((_KINDS[each] for each in type(error).__mro__ if each in _KINDS), SqlProblemKind.OTHER)
    if kind in (SqlProblemKind.SYNTAX, SqlProblemKind.DATA, SqlProblemKind.OTHER):
        kind = next((better for words, better in _BY_WORDS if words.search(said)), kind)
    return SqlProblem(
        kind=kind, message=" ".join(_words(error, said, kind).split()), sqlstate=type(error).__name__
    )


def _words(error: duckdb.Error, said: str, kind: SqlProblemKind) -> str:
    if kind is SqlProblemKind.READ_ONLY:
        return "The database is opened read-only."
    if isinstance(error, _OF_THE_STATEMENT):
        return said
    if isinstance(error, duckdb.InvalidInputException):
        own = _OWN_SENTENCES.match(said)
        return f"{own[0]}." if own else "The database refuses a value that the statement works on."
    # What a message quotes may be a value that the statement has met.
    return _NUMBER.sub("…", _QUOTED.sub("…", said))


def opening_failure(error: Exception) -> Chat2SQLError:
    """Why a file could not be opened: ``DatabaseUnavailable`` if another program has it, else ``Misconfigured``."""
    if isinstance(error, duckdb.ConnectionException) or "Could not set lock" in str(error):
        return unavailable()
    return Misconfigured(
        zh="数据源的文件不是可读的 DuckDB 数据库，或来自更新的版本。请检查路径和权限，或从备份恢复该文件。",
        en="The datasource's file is not a readable DuckDB database, or one of a later version. Check its path and "
        "rights, or restore the file from a backup.",
    )


def unavailable() -> DatabaseUnavailable:
    """The file cannot be read for now."""
    return DatabaseUnavailable(
        zh="DuckDB 文件暂时无法读取：有其他程序正在写入，或磁盘出错。请等它写完；恢复后会自动继续。",
        en="The DuckDB file cannot be read for now: another program writes to it, or the disk fails. Wait for it to "
        "finish; work goes on once the file is free.",
    )
