"""What can be wrong with a SQL text before it runs, as values."""

from __future__ import annotations

from enum import StrEnum

from chat2sql.config.vocabulary import Bilingual, Frozen


class ProblemKind(StrEnum):
    """What is wrong."""

    SYNTAX = "syntax"
    SEVERAL_STATEMENTS = "several_statements"
    NOT_A_QUERY = "not_a_query"
    WRITE = "write"
    LOCK = "lock"
    COMMAND = "command"
    PARAMETER = "parameter"
    SYSTEM_CATALOGUE = "system_catalogue"
    UNKNOWN_TABLE = "unknown_table"
    FORBIDDEN_FUNCTION = "forbidden_function"
    UNKNOWN_ALIAS = "unknown_alias"
    UNKNOWN_COLUMN = "unknown_column"
    AMBIGUOUS_COLUMN = "ambiguous_column"


class Severity(StrEnum):
    """MENDABLE goes back to the model; REFUSED ends the question with a clear answer to the user."""

    MENDABLE = "mendable"
    REFUSED = "refused"


class Problem(Frozen):
    """One thing that is wrong.

    Attributes:
        message: what is wrong, in English, for the model.
        hint: how to mend it, in English, for the model; may be empty.
        user_message: the same for the user, saying what to do next.
    """

    kind: ProblemKind
    severity: Severity
    message: str
    hint: str = ""
    user_message: Bilingual


_READ_ONLY = Bilingual(
    zh="这里只允许读取数据，生成的 SQL 会修改数据或锁定数据，因此未执行。请改为提一个查询类的问题。",
    en="Only reading is allowed here, and the generated SQL would change or lock data, so it was not run. "
    "Please ask a question that reads.",
)
_NOT_ALLOWED = Bilingual(
    zh="生成的 SQL 使用了不允许的系统功能，因此未执行。请只就业务数据提问。",
    en="The generated SQL uses system features that are not allowed, so it was not run. "
    "Please ask about the business data only.",
)
_REPHRASE = Bilingual(
    zh="生成的 SQL 与数据库结构不符。请换一种说法，或指明要用的表和字段。",
    en="The generated SQL does not fit the database. Please rephrase, or name the tables and columns to use.",
)


def refused_write(kind: ProblemKind, message: str) -> Problem:
    """A statement that would change or lock something."""
    return Problem(kind=kind, severity=Severity.REFUSED, message=message, user_message=_READ_ONLY)


def refused_access(kind: ProblemKind, message: str) -> Problem:
    """Something that only reads, but what nobody may read or call here."""
    return Problem(kind=kind, severity=Severity.REFUSED, message=message, user_message=_NOT_ALLOWED)


def mendable(kind: ProblemKind, message: str, hint: str = "") -> Problem:
    """A mistake that the model can mend."""
    return Problem(kind=kind, severity=Severity.MENDABLE, message=message, hint=hint, user_message=_REPHRASE)
