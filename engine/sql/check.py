"""May this SQL run? Rules in order; what passes is re-rendered from the syntax tree, and only that text runs."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, ParseError, SqlglotError

from chat2sql.config.vocabulary import Dialect, Frozen
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql import hints
from chat2sql.engine.sql.binding import bind
from chat2sql.engine.sql.functions import is_forbidden, may_stand_in_from
from chat2sql.engine.sql.names import effective, folded, referenced_cte, spell, visible_ctes
from chat2sql.engine.sql.problems import (
    Problem,
    ProblemKind,
    Severity,
    mendable,
    refused_access,
    refused_write,
)

__all__ = ["RULES", "Check", "Problem", "ProblemKind", "Severity", "check"]

LONGEST_SQL = 100_000
"""Longest text that is looked at, in characters."""

# sqlglot warns, with the SQL in the message, of what it parses as a command; here that is a refusal.
logging.getLogger("sqlglot").setLevel(logging.ERROR)

_QUERIES = (exp.Select, exp.SetOperation, exp.Subquery)
_WRITES = (
    exp.DML, exp.DDL, exp.Drop, exp.Alter, exp.TruncateTable, exp.Into, exp.Comment, exp.LoadData, exp.Grant,
    exp.Revoke, exp.Returning,
)  # fmt: skip
_COMMANDS = (
    exp.Command, exp.Set, exp.Use, exp.Pragma, exp.Attach, exp.Detach, exp.Transaction, exp.Commit, exp.Rollback,
    exp.Kill, exp.Analyze, exp.Describe, exp.Show, exp.Execute, exp.Declare, exp.Cache, exp.Install, exp.Block,
    exp.Export, exp.Put, exp.Get,
)  # fmt: skip
_SYSTEM_SCHEMAS = frozenset({"pg_catalog", "information_schema", "pg_toast", "mysql", "sys"})
_SYSTEM_TABLE_PREFIXES = {Dialect.POSTGRESQL: ("pg_",), Dialect.SQLITE: ("sqlite_", "pragma_", "dbstat")}


class Check(Frozen):
    """The ruling on one SQL text.

    Attributes:
        ok: it may run.
        sql: the text to run, rendered from the syntax tree without comments; empty where it does not parse.
        problems: what is wrong, in the order found; empty if ok.
        tables: the catalogue's tables that it reads, by ``Catalogue.key``, each once.
    """

    ok: bool
    sql: str
    problems: tuple[Problem, ...] = ()
    tables: tuple[str, ...] = ()


@dataclass
class _Case:
    """One text on its way through the rules."""

    text: str
    catalogue: Catalogue
    statements: tuple[exp.Expr, ...] = ()
    rendered: str = ""
    tables: tuple[str, ...] = ()

    @property
    def dialect(self) -> Dialect:
        return self.catalogue.dialect

    @property
    def tree(self) -> exp.Expr:
        return self.statements[0]


def check(sql: str, catalogue: Catalogue) -> Check:
    """Decide whether a SQL text may run against a database with this catalogue.

    The rules run in their order; the first one that finds something ends the check, with all that it found.
    """
    case = _Case(sql, catalogue)
    for rule in RULES:
        try:
            problems = rule(case)
        except RecursionError:
            problems = [
                mendable(ProblemKind.SYNTAX, "The SQL is nested too deeply.", "Write it more simply.")
            ]
        if problems:
            return Check(ok=False, sql=case.rendered, problems=tuple(problems), tables=case.tables)
    return Check(ok=True, sql=case.rendered, tables=case.tables)


def _parses(case: _Case) -> list[Problem]:
    if len(case.text) > LONGEST_SQL or "\x00" in case.text:
        return [mendable(ProblemKind.SYNTAX, "The SQL is too long or holds a NUL character.")]
    try:
        parsed = sqlglot.parse(case.text, dialect=case.dialect)
    except ParseError as error:
        return [mendable(ProblemKind.SYNTAX, f"The SQL does not parse: {_place(error)}")]
    except SqlglotError:
        return [mendable(ProblemKind.SYNTAX, "The SQL does not parse: a quote or comment is not closed.")]
    case.statements = tuple(
        tree for tree in parsed if tree is not None and not isinstance(tree, exp.Semicolon)
    )
    if not case.statements:
        return [mendable(ProblemKind.SYNTAX, "There is no SQL statement.", "Write one SELECT statement.")]
    return []


def _place(error: ParseError) -> str:
    first = error.errors[0] if error.errors else {}
    near = f" near {first['highlight']!r}" if first.get("highlight") else ""
    return f"{first.get('description', 'syntax error')}{near}, line {first.get('line', 1)}."


def _one_statement(case: _Case) -> list[Problem]:
    if len(case.statements) == 1:
        return []
    if all(isinstance(tree, _QUERIES) for tree in case.statements):
        hint = "Write exactly one SELECT statement; use WITH or UNION to combine."
        return [mendable(ProblemKind.SEVERAL_STATEMENTS, "There are several statements.", hint)]
    message = "There are several statements, and not all of them are queries."
    return [refused_write(ProblemKind.SEVERAL_STATEMENTS, message)]


def _query_at_root(case: _Case) -> list[Problem]:
    root = case.tree.unnest() if isinstance(case.tree, exp.Subquery) else case.tree
    if isinstance(root, (exp.Select, exp.SetOperation)):
        return []
    if isinstance(root, _WRITES):
        return [refused_write(ProblemKind.WRITE, f"{root.key.upper()} is not a query.")]
    if isinstance(root, _COMMANDS):
        name = root.name if isinstance(root, exp.Command) else root.key
        return [refused_access(ProblemKind.COMMAND, f"{name.upper()} is not a query.")]
    return [mendable(ProblemKind.NOT_A_QUERY, "The statement is not a query.", "Write one SELECT statement.")]


def _reads_only(case: _Case) -> list[Problem]:
    for node in case.tree.walk():
        if isinstance(node, _WRITES):
            return [refused_write(ProblemKind.WRITE, f"{node.key.upper()} is not allowed inside a query.")]
        if isinstance(node, exp.Lock):
            return [refused_write(ProblemKind.LOCK, "Locking rows (FOR UPDATE, FOR SHARE) is not allowed.")]
        if isinstance(node, _COMMANDS):
            return [refused_access(ProblemKind.COMMAND, f"{node.key.upper()} is not allowed inside a query.")]
        if isinstance(node, exp.CTE) and not isinstance(node.this, (*_QUERIES, exp.Values)):
            return [refused_write(ProblemKind.WRITE, "A CTE may hold a query only.")]
        if isinstance(node, (exp.Parameter, exp.Placeholder)):
            hint = "Write the values into the SQL."
            return [mendable(ProblemKind.PARAMETER, "Placeholders have no values here.", hint)]
    return []


def _known_tables(case: _Case) -> list[Problem]:
    problems: list[Problem] = []
    keys: list[str] = []
    for table in case.tree.find_all(exp.Table, bfs=False):
        if not isinstance(table.this, exp.Identifier) or referenced_cte(table, case.dialect) is not None:
            continue
        name = ".".join(part.name for part in table.parts)
        found = case.catalogue.table(table.name if _is_main(table, case.dialect) else name)
        if found is not None:
            keys.append(case.catalogue.key(found))
            _respell_table(table, found.schema_name, found.name, case)
        elif not _respelled_as_cte(table, case.dialect):
            problems.append(_unknown_table(table, name, case))
    case.tables = tuple(dict.fromkeys(keys))
    return problems


def _is_main(table: exp.Table, dialect: Dialect) -> bool:
    """``main.t`` is SQLite's way to say ``t``."""
    return dialect is Dialect.SQLITE and folded(table.db) == "main" and not table.catalog


def _respell_table(table: exp.Table, schema: str | None, name: str, case: _Case) -> None:
    """Name the table so that the database finds this one, whatever case or schema was written."""
    if case.dialect is Dialect.SQLITE:
        return
    if effective(table.this, case.dialect) != name or not table.this.args.get("quoted"):
        table.set("this", spell(name, case.dialect))
    qualified = bool(table.args.get("db"))
    if schema is not None and (qualified or schema != case.catalogue.default_schema):
        table.set("db", spell(schema, case.dialect))


def _respelled_as_cte(table: exp.Table, dialect: Dialect) -> bool:
    """A CTE written in another case; after respelling it is certain that the database reads the CTE."""
    if table.args.get("db"):
        return False
    for cte in visible_ctes(table, dialect):
        name = effective(cte.args["alias"].this, dialect)
        if folded(name) == folded(table.name):
            table.set("this", spell(name, dialect))
            return True
    return False


def _unknown_table(table: exp.Table, name: str, case: _Case) -> Problem:
    system = folded(table.db) in _SYSTEM_SCHEMAS or folded(table.name).startswith(
        _SYSTEM_TABLE_PREFIXES[case.dialect]
    )
    if system:
        return refused_access(ProblemKind.SYSTEM_CATALOGUE, f"{name} belongs to the database system.")
    hint = hints.for_unknown_table(name, case.catalogue)
    return mendable(ProblemKind.UNKNOWN_TABLE, f"There is no table {name}.", hint)


def _columns_bind(case: _Case) -> list[Problem]:
    return bind(case.tree, case.catalogue) if isinstance(case.tree, exp.Query) else []


def _renders(case: _Case) -> list[Problem]:
    """Render, and read the text back: what runs is judged, not what was meant."""
    try:
        case.rendered = case.tree.sql(
            dialect=case.dialect,
            comments=False,
            normalize_functions=False,
            unsupported_level=ErrorLevel.RAISE,
        )
        again = sqlglot.parse(case.rendered, dialect=case.dialect)
    except SqlglotError as error:
        first_line = str(error).partition("\n")[0]
        return [mendable(ProblemKind.SYNTAX, f"The SQL cannot be written for this database: {first_line}")]
    if len(again) != 1 or type(again[0]) is not type(case.tree):
        return [
            mendable(ProblemKind.SYNTAX, "The SQL does not keep its meaning when it is written out again.")
        ]
    return []


def _allowed_functions(case: _Case) -> list[Problem]:
    """Judged on the words of the final text, since one function can hide behind many node types."""
    words = sqlglot.tokenize(case.rendered, dialect=case.dialect)
    called = {
        folded(word.text)
        for word, following in itertools.pairwise(words)
        if following.text == "(" and is_forbidden(word.text, case.dialect)
    }
    in_from = {
        name
        for node in case.tree.find_all(exp.Table, exp.Lateral)
        if isinstance(node.this, exp.Func) and not isinstance(node.this, exp.Query)
        for name in [folded(node.this.sql(case.dialect).partition("(")[0].strip('"'))]
        if not may_stand_in_from(name, case.dialect)
    }
    return [
        refused_access(ProblemKind.FORBIDDEN_FUNCTION, f"The function {name} is not allowed.")
        for name in sorted(called | in_from)
    ]


RULES: tuple[Callable[[_Case], list[Problem]], ...] = (
    _parses,
    _one_statement,
    _query_at_root,
    _reads_only,
    _known_tables,
    _renders,
    _allowed_functions,
    _columns_bind,
    _renders,
)
"""All rules, in order. Binding respells names, so the text is rendered once more behind it."""
