"""Rules on the text that is written anew: it can be written, and it says what was read.

The parser's library knows many dialects and writes much in other words than it read. Most of that means the same; some
does not (``date_trunc(x, y)`` becomes ``date_trunc('X', y)``), and arguments that it has no place for are dropped. So the
words of both texts are compared: what is lost or comes in has to be known to change nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from sqlglot import Token, TokenType, exp
from sqlglot.errors import SqlglotError

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.sql.guard.allowed import allowed
from chat2sql.engine.sql.guard.case import LITERALS, Case, parsed, tokens, written
from chat2sql.engine.sql.guard.nodes import unlisted
from chat2sql.engine.sql.guard.problems import Problem, ProblemKind, mendable

_UNSAID = frozenset({TokenType.ALIAS, TokenType.SEMICOLON, TokenType.HINT})
_MARKS = {
    **dict.fromkeys(LITERALS - {TokenType.NUMBER}, "'"),
    TokenType.HEX_STRING: "x",
    TokenType.IDENTIFIER: '"',
}

_FREE = frozenset(
    {"(", ")", ",", ".", "FROM", "FOR", "IN", "INNER", "OUTER", "ASC", "NULLS", "FIRST", "LAST"}
)
"""Words that come and go: the marks of a call, and what is so without being said."""

_CASTS = frozenset({"CAST", "TYPE", "(", ")"})
_MAY_COME = _FREE | _CASTS | {"LEADING", "TRAILING", "CROSS", "JOIN", "OFFSET", "SEPARATOR", "',", "0"}
_MAY_GO = _FREE | {
    "DUAL", "HIGH_PRIORITY", "STRAIGHT_JOIN", "SQL_SMALL_RESULT", "SQL_BIG_RESULT", "SQL_BUFFER_RESULT", "SQL_NO_CACHE",
    "SQL_CALC_FOUND_ROWS",
}  # fmt: skip

_UNITS = (
    "(?:MICRO|MILLI|NANO)?SECOND|MINUTE|HOUR|DAY|WEEK|MONTH|QUARTER|YEAR|DECADE|CENTURY|MILLENNIUM|EPOCH|DOW|DOY|ISODOW|"
    "ISOYEAR"
)
_PERIOD = re.compile(rf"\s*(?:[-+]?\d+(?:\.\d+)?)?\s*(?:{_UNITS})S?\s*")
_PERIOD_OR_NUMBER = re.compile(rf"{_PERIOD.pattern}|[-+]?\d+")
_HEX = re.compile(r"[0-9A-Fa-f]+")
_SIGN = re.compile(r"([-+])")
_TEXT_TYPES = frozenset({"CHAR", "VARCHAR", "TEXT", "BPCHAR", "STRING"})


def renders(case: Case) -> list[Problem]:
    """It can be written in the dialect."""
    for node in list(case.each(exp.RegexpLike)) if case.dialect is Dialect.MYSQL else []:
        _write_for_mariadb(node)
    try:
        case.rendered = written(case.tree, case.dialect)
        case.read, case.words = case.words, tokens(case.rendered, case.dialect)
    except SqlglotError as error:
        first_line = str(error).partition("\n")[0]
        return [mendable(ProblemKind.SYNTAX, f"The SQL cannot be written for this database: {first_line}")]
    return []


def _write_for_mariadb(node: exp.RegexpLike) -> None:
    """``a REGEXP b`` would be written as ``REGEXP_LIKE(a, b)``, which MariaDB does not have."""
    if not node.args.get("flag"):
        place = exp.Anonymous(this="REGEXP_INSTR", expressions=[node.this, node.expression])
        node.replace(exp.Paren(this=exp.GT(this=place, expression=exp.Literal.number(0))))


def reads_back(case: Case) -> list[Problem]:
    """What was written has the words of what was read. Where it has others that mean the same, it is read again and judged
    again: that text is what runs, not what was meant."""
    read, wrote = _said(case.read), _said(case.words)
    lost, gained = _difference(read, wrote, case) if read != wrote else (Counter[str](), Counter[str]())
    case.keeps_words = not lost and gained.keys() <= _CASTS
    if case.keeps_words:
        return []
    schemas = {table.schema_name.upper() for table in case.catalogue.tables if table.schema_name is not None}
    changed = (lost.keys() - _MAY_GO) | (gained.keys() - _MAY_COME - schemas)
    if changed:
        named = ", ".join(sorted(word.removeprefix("'") for word in changed))
        message = f"Written out again the SQL would not mean the same: {named}."
        return [mendable(ProblemKind.FORBIDDEN_SYNTAX, message, "Write it in another way.")]
    try:
        again = parsed(case.rendered, case.words, case.dialect)
    except SqlglotError:
        again = []
    tree = again[0] if len(again) == 1 else None
    if tree is None or type(tree) is not type(case.tree) or any(word.comments for word in case.words):
        message = "The SQL does not keep its meaning when it is written out again."
        return [mendable(ProblemKind.SYNTAX, message, "Write it more simply.")]
    case.drop()
    case.take(tree)
    case.is_fresh = True
    return unlisted(case)[:1]


def _said(words: list[Token]) -> list[str]:
    """The words in order, without AS, as the grammar takes them; of text and names in quotes with a mark before them."""
    return [
        f"{_MARKS[kind]}{word.text}" if (kind := word.token_type) in _MARKS else word.text.upper()
        for word in words
        if word.token_type not in _UNSAID
    ]


def _difference(read: list[str], wrote: list[str], case: Case) -> tuple[Counter[str], Counter[str]]:
    """The words that are lost and those that come in, where no other of the same meaning is in their stead."""
    said, says = Counter(read), Counter(wrote)
    # INTERVAL 1 DAY, INTERVAL '1' DAY and INTERVAL '1 day' are one.
    periods = _PERIOD_OR_NUMBER if "INTERVAL" in says else _PERIOD
    lost, gained = (
        Counter(part for word in words.elements() for part in _meant(word, case.dialect, periods))
        for words in (said - says, says - said)
    )
    lost, gained = lost - gained, gained - lost
    if case.dialect is Dialect.SQLITE:
        # Text in double quotes is a name as the grammar reads it, and text as it is written.
        for text in [text for text in gained if text.startswith("'") and text[1:].upper() in lost]:
            del lost[text[1:].upper()], gained[text]
    if case.dialect is Dialect.DUCKDB and not _TEXT_TYPES.isdisjoint(said):
        # DuckDB's text has no length.
        lost = Counter({word: count for word, count in lost.items() if not word.isdecimal()})
    return lost, gained


def _meant(word: str, dialect: Dialect, periods: re.Pattern[str]) -> Iterable[str]:
    """The words that stand for all that mean the same as this one."""
    mark, text = word[:1], word[1:]
    if mark == "'" and periods.fullmatch(text.upper()):
        return _SIGN.sub(r"\1 ", text.upper()).split()
    if mark == "'":
        return [f"'{text.replace('%H:%i:%s', '%T').removeprefix('$.')}"]
    if mark == "x" and _HEX.fullmatch(text):
        return [str(int(text, 16))]
    bare = text.upper() if mark == '"' else word
    return allowed(dialect).same.get(bare, (bare.removeprefix("0."),))
