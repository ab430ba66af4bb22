"""Rules on the statement as a whole: it parses, is alone, is a query, and reads only."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from sqlglot import Token, TokenType, exp
from sqlglot.errors import ParseError, SqlglotError

from chat2sql.engine.sql.guard.case import Case, parsed, tokens
from chat2sql.engine.sql.guard.nodes import COMMANDS, QUERIES, WRITES, unlisted
from chat2sql.engine.sql.guard.problems import Problem, ProblemKind, mendable, refused_access, refused_write

LONGEST_SQL = 50_000
"""Longest text that is looked at, in characters."""

MOST_WORDS = 4_000
"""Most words and marks of a text that is parsed; lists with a thousand values stay below."""

DEEPEST_BRACKETS = 100
"""How deep brackets and CASE may nest, and how often one word may be repeated in a row."""

# sqlglot warns, with the SQL in the message, of what it parses as a command; here that is a refusal.
logging.getLogger("sqlglot").setLevel(logging.ERROR)

_OPENING = frozenset({TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE})
_CLOSING = frozenset({TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END})


def parses(case: Case) -> list[Problem]:
    """The text is SQL of the dialect, neither too long nor nested too deeply to be looked at."""
    if len(case.text) > LONGEST_SQL or "\x00" in case.text:
        return [mendable(ProblemKind.SYNTAX, "The SQL is too long or holds a NUL character.")]
    try:
        case.words = tokens(case.text, case.dialect)
        too_big = _too_big(case.words)
        if too_big is not None:
            return [too_big]
        statements = parsed(case.text, case.words, case.dialect)
    except ParseError as error:
        return [mendable(ProblemKind.SYNTAX, f"The SQL does not parse: {_place(error)}")]
    except SqlglotError:
        return [mendable(ProblemKind.SYNTAX, "The SQL does not parse: a quote or comment is not closed.")]
    case.statements = tuple(
        tree for tree in statements if tree is not None and not isinstance(tree, exp.Semicolon)
    )
    if not case.statements:
        return [mendable(ProblemKind.SYNTAX, "There is no SQL statement.", "Write one SELECT statement.")]
    return []


def _too_big(words: Sequence[Token]) -> Problem | None:
    """The compiled parser has no recursion limit of its own: it would end the process. And long lists take it seconds."""
    if len(words) > MOST_WORDS:
        message = f"The SQL has {len(words)} words and marks; {MOST_WORDS} are allowed."
        return mendable(ProblemKind.TOO_COMPLEX, message, "Write shorter lists, or join a table.")
    depth = repeated = 0
    before = None
    for word in words:
        kind = word.token_type
        if kind in _OPENING:
            depth += 1
        elif kind in _CLOSING:
            depth -= 1
        repeated = repeated + 1 if kind is before else 0
        before = kind
        if depth > DEEPEST_BRACKETS or repeated > DEEPEST_BRACKETS:
            return mendable(ProblemKind.SYNTAX, "The SQL is nested too deeply.", "Write it more simply.")
    return None


def _place(error: ParseError) -> str:
    first = error.errors[0] if error.errors else {}
    near = f" near {first['highlight']!r}" if first.get("highlight") else ""
    return f"{first.get('description', 'syntax error')}{near}, line {first.get('line', 1)}."


def one_statement(case: Case) -> list[Problem]:
    """There is exactly one."""
    if len(case.statements) == 1:
        return []
    if all(isinstance(tree, QUERIES) for tree in case.statements):
        hint = "Write exactly one SELECT statement; use WITH or UNION to combine."
        return [mendable(ProblemKind.SEVERAL_STATEMENTS, "There are several statements.", hint)]
    message = "There are several statements, and not all of them are queries."
    return [refused_write(ProblemKind.SEVERAL_STATEMENTS, message)]


def query_at_root(case: Case) -> list[Problem]:
    """It is a SELECT or a set operation."""
    root = case.tree.unnest() if isinstance(case.tree, exp.Subquery) else case.tree
    if isinstance(root, (exp.Select, exp.SetOperation)):
        return []
    if isinstance(root, WRITES):
        return [refused_write(ProblemKind.WRITE, f"{root.key.upper()} is not a query.")]
    if isinstance(root, COMMANDS):
        name = root.name if isinstance(root, exp.Command) else root.key
        return [refused_access(ProblemKind.COMMAND, f"{name.upper()} is not a query.")]
    return [mendable(ProblemKind.NOT_A_QUERY, "The statement is not a query.", "Write one SELECT statement.")]


def reads_only(case: Case) -> list[Problem]:
    """It is made of nothing but what is listed: no write, lock or command anywhere. Optimizer hints are dropped."""
    case.take(case.tree)
    if exp.Hint in case.nodes or any(
        select.args.get("operation_modifiers") for select in case.each(exp.Select)
    ):
        for select in case.each(exp.Select):
            select.set("hint", None)
            select.set("operation_modifiers", None)
        case.take(case.tree)
    return unlisted(case)[:1]
