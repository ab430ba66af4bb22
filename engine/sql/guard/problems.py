"""What can be wrong with a SQL text before it runs, as values."""

from __future__ import annotations

from collections.abc import Sequence
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
    FORBIDDEN_TYPE = "forbidden_type"
    FORBIDDEN_SYNTAX = "forbidden_syntax"
    TOO_COMPLEX = "too_complex"
    UNKNOWN_ALIAS = "unknown_alias"
    UNKNOWN_COLUMN = "unknown_column"
    AMBIGUOUS_COLUMN = "ambiguous_column"
    MASKED_COLUMN = "masked_column"


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
_TOO_MUCH = Bilingual(
    zh="生成的 SQL 过于复杂，或者会产生过多的数据，因此未执行。请缩小范围，或把问题拆成几个。",
    en="The generated SQL is too complicated, or would make too much data, so it was not run. "
    "Please narrow the question, or ask it in parts.",
)
_OTHER_WORDS = Bilingual(
    zh="生成的 SQL 使用了此数据库允许范围之外的函数或写法，因此未执行。请换一种说法，或请管理员在策略中放行该函数。",
    en="The generated SQL uses functions or syntax outside of what is allowed for this database, so it was not run. "
    "Please rephrase, or ask an administrator to allow the function in the policy.",
)
_BY_KIND = {
    ProblemKind.TOO_COMPLEX: _TOO_MUCH,
    ProblemKind.FORBIDDEN_FUNCTION: _OTHER_WORDS,
    ProblemKind.FORBIDDEN_TYPE: _OTHER_WORDS,
    ProblemKind.FORBIDDEN_SYNTAX: _OTHER_WORDS,
}


def refused_write(kind: ProblemKind, message: str) -> Problem:
    """A statement that would change or lock something."""
    return Problem(kind=kind, severity=Severity.REFUSED, message=message, user_message=_READ_ONLY)


def refused_access(kind: ProblemKind, message: str) -> Problem:
    """Something that only reads, but what nobody may read or call here."""
    return Problem(kind=kind, severity=Severity.REFUSED, message=message, user_message=_NOT_ALLOWED)


def refused_probe(column: str) -> Problem:
    """A question about a masked column whose answer would tell what the column holds.

    Args:
        column: ``table.column``.
    """
    return Problem(
        kind=ProblemKind.MASKED_COLUMN,
        severity=Severity.REFUSED,
        message=f"{column} is masked for this user; it may be compared with whole values and counted, nothing else.",
        user_message=Bilingual(
            zh=f"{column} 是脱敏字段，这个问题会间接泄露其内容，因此未执行。请改用完整的值提问，或向数据源的管理员申请查看权限。",
            en=f"{column} is masked, and this question would reveal what it holds, so it was not run. Please ask with a "
            "complete value, or ask the owner of the data source for access.",
        ),
    )


def mendable(kind: ProblemKind, message: str, hint: str = "") -> Problem:
    """A mistake that the model can mend."""
    told_user = _BY_KIND.get(kind, _REPHRASE)
    return Problem(kind=kind, severity=Severity.MENDABLE, message=message, hint=hint, user_message=told_user)


def told(problems: Sequence[Problem]) -> Bilingual:
    """What the user is told: the refusals, or all problems where none is one; each sentence once."""
    refused = [problem for problem in problems if problem.severity is Severity.REFUSED] or problems
    zh = dict.fromkeys(problem.user_message.zh for problem in refused)
    en = dict.fromkeys(problem.user_message.en for problem in refused)
    return Bilingual(zh=" ".join(zh), en=" ".join(en))
