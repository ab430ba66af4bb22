"""The rule on tables: each is one of the catalogue's or a CTE, spelled so that the database finds that very one."""

from __future__ import annotations

from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Table
from chat2sql.engine.sql.guard import hints
from chat2sql.engine.sql.guard.allowed import allowed
from chat2sql.engine.sql.guard.case import Case
from chat2sql.engine.sql.guard.names import effective, folded, referenced_cte, spell, visible_ctes
from chat2sql.engine.sql.guard.problems import Problem, ProblemKind, mendable, refused_access


def known_tables(case: Case) -> list[Problem]:
    """Every table is in the catalogue; those of the database system are refused."""
    problems: list[Problem] = []
    keys: list[str] = []
    for table in list(case.each(exp.Table)):
        if not isinstance(table.this, exp.Identifier):
            problems += _not_a_name(table)
        elif not _is_cte(table, case.dialect) and not _is_dual(table, case.dialect):
            name = ".".join(part.name for part in table.parts)
            found = case.catalogue.table(table.name if _is_main(table, case.dialect) else name)
            if found is not None and not allowed(case.dialect).is_system(found.schema_name or "", ""):
                keys.append(case.catalogue.key(found))
                _respell(table, found, case)
            elif not _respelled_as_cte(table, case.dialect):
                problems.append(_unknown(table, name, case))
    problems += _tables_in_expressions(case)
    case.tables = tuple(dict.fromkeys(keys))
    return problems


def _not_a_name(table: exp.Table) -> list[Problem]:
    """What stands for a table is a function, which another rule judges, or nothing that is known."""
    if isinstance(table.this, exp.Func):
        return []
    hint = "Put each table or function into FROM by itself."
    return [mendable(ProblemKind.FORBIDDEN_SYNTAX, "FROM holds something that is not a table.", hint)]


def _tables_in_expressions(case: Case) -> list[Problem]:
    """``x IN t`` reads the whole table t in SQLite, quoted as a name or as text; DuckDB's looks into a list."""
    if case.dialect is Dialect.DUCKDB or not any(node.args.get("field") for node in case.each(exp.In)):
        return []
    hint = "Write IN (SELECT ... FROM ...) or IN (value, ...)."
    return [mendable(ProblemKind.FORBIDDEN_SYNTAX, "IN needs parentheses.", hint)]


def _is_dual(table: exp.Table, dialect: Dialect) -> bool:
    """``FROM dual`` means no table at all; written with backticks, as it would be, it means one."""
    select = table.parent_select
    is_dual = (
        dialect is Dialect.MYSQL
        and folded(table.name) == "dual"
        and isinstance(table.parent, exp.From)
        and select is not None
        and not select.args.get("joins")
        and not table.args.get("db")
        and not table.this.args.get("quoted")
    )
    if is_dual and select is not None:
        select.set("from_", None)
    return is_dual


def _is_main(table: exp.Table, dialect: Dialect) -> bool:
    """``main.t`` is SQLite's way to say ``t``."""
    return dialect is Dialect.SQLITE and folded(table.db) == "main" and not table.catalog


def _respell(table: exp.Table, found: Table, case: Case) -> None:
    """Name the table so that the database finds this one, whatever case or schema was written."""
    if case.dialect is Dialect.SQLITE:
        return
    if effective(table.this, case.dialect) != found.name or not table.this.args.get("quoted"):
        table.set("this", spell(found.name, case.dialect))
    elsewhere = found.schema_name != case.catalogue.default_schema
    # Its own tables come first for the database: a table with such a name is reached by its schema only.
    like_system = allowed(case.dialect).is_system("", found.name)
    if found.schema_name is not None and (table.args.get("db") or elsewhere or like_system):
        table.set("db", spell(found.schema_name, case.dialect))
        table.set("catalog", None)


def _is_cte(table: exp.Table, dialect: Dialect) -> bool:
    if referenced_cte(table, dialect) is not None:
        return True
    # MariaDB finds a CTE in any case, MySQL on most systems in its own only: so spelled, both read the CTE.
    return dialect is Dialect.MYSQL and _respelled_as_cte(table, dialect)


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


def _unknown(table: exp.Table, name: str, case: Case) -> Problem:
    if allowed(case.dialect).is_system(table.db, table.name) or allowed(case.dialect).is_system(
        table.catalog, ""
    ):
        return refused_access(ProblemKind.SYSTEM_CATALOGUE, f"{name} belongs to the database system.")
    hint = hints.for_unknown_table(name, case.catalogue)
    return mendable(ProblemKind.UNKNOWN_TABLE, f"There is no table {name}.", hint)
