"""The rule on types: a cast may go to the dialect's listed types, and to those that the catalogue's columns have."""

from __future__ import annotations

import re

from sqlglot import exp

from chat2sql.engine.sql.guard.allowed import allowed
from chat2sql.engine.sql.guard.case import Case
from chat2sql.engine.sql.guard.names import folded
from chat2sql.engine.sql.guard.problems import Problem, ProblemKind, mendable, refused_access

LONGEST_TYPE = 65_535
"""Greatest length or precision that a type may be given: ``char(n)`` pads each value to it."""

_REFUSED = re.compile(
    r"reg\w+|pg_\w+|aclitem|cstring|record|any\w*|internal|trigger|void|oid\w*|\w*handler|refcursor"
)
_SPLIT = re.compile(r"[(\[< ]")


def allowed_types(case: Case) -> list[Problem]:
    """Every type that is named is listed. Casting to others can look up the system's tables, or run code."""
    problems: list[Problem] = []
    for node in case.each(exp.DataType, exp.DataTypeParam):
        if isinstance(node, exp.DataTypeParam):
            if node.name.isdigit() and int(node.name) > LONGEST_TYPE:
                message = f"A type's length may be at most {LONGEST_TYPE}."
                problems.append(mendable(ProblemKind.TOO_COMPLEX, message))
            continue
        name = folded(node.sql(case.dialect)).removeprefix("pg_catalog.")
        first = _SPLIT.split(name)[0]
        if first in allowed(case.dialect).types:
            continue
        if _REFUSED.fullmatch(first):
            message = f"The type {first} is not allowed."
            problems.append(refused_access(ProblemKind.FORBIDDEN_TYPE, message))
        elif not _is_a_columns_type(name, case):
            message = f"The type {first} is not among those that may be cast to on this database."
            problems.append(
                mendable(ProblemKind.FORBIDDEN_TYPE, message, "Use a common type of the dialect.")
            )
    return list(dict.fromkeys(problems))


def _is_a_columns_type(name: str, case: Case) -> bool:
    """An enumeration or domain of the database's own."""
    wanted = name.replace('"', "").rpartition(".")[2]
    return any(
        folded(column.type).replace('"', "").rpartition(".")[2] == wanted
        for table in case.catalogue.tables
        for column in table.columns
    )
