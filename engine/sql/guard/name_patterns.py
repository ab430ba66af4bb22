"""The names and patterns of a policy, and which tables and columns they mean.

A name without a schema means the default schema's table; where something is denied, it means the table of that name in
every schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from chat2sql.engine.schema.catalogue import Catalogue, Table


def matches(pattern: str, names: Iterable[str]) -> bool:
    """Whether the pattern means any of these spellings of one thing; ``*`` is any run of characters, case is one."""
    compiled = _compiled(pattern)
    return any(compiled.fullmatch(name) is not None for name in names)


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))), re.IGNORECASE | re.DOTALL)


def means_table(pattern: str, table: Table, catalogue: Catalogue, *, in_any_schema: bool = False) -> bool:
    """Whether a pattern, ``table`` or ``schema.table``, means a table.

    Args:
        in_any_schema: a name without a schema means the tables of that name in all of them.
    """
    return matches(pattern, _spellings(pattern, table, catalogue, in_any_schema))


def means_column(
    pattern: str, table: Table, column: str, catalogue: Catalogue, *, in_any_schema: bool = False
) -> bool:
    """Whether a pattern, ``table.column`` or ``schema.table.column``, means a column; see ``means_table``."""
    spellings = _spellings(pattern, table, catalogue, in_any_schema)
    return "." in pattern and matches(pattern, [f"{spelling}.{column}" for spelling in spellings])


def _spellings(pattern: str, table: Table, catalogue: Catalogue, in_any_schema: bool) -> list[str]:
    if table.schema_name is None:
        return [table.name]
    bare = in_any_schema or table.schema_name == catalogue.default_schema
    # A ``*`` without a dot must not reach over the schema: ``hr*`` does not mean ``hr.salaries``.
    qualified = [f"{table.schema_name}.{table.name}"] if "." in pattern else []
    return [*qualified, *([table.name] if bare else [])]
