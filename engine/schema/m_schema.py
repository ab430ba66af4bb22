"""M-Schema: the text by which a model is told of a schema.

The order is the catalogue's, whatever the question, so that a model server's prompt cache hits.
"""

from __future__ import annotations

import re

from sqlalchemy.dialects.mysql.reserved_words import RESERVED_WORDS_MARIADB, RESERVED_WORDS_MYSQL
from sqlalchemy.dialects.postgresql.base import PGIdentifierPreparer
from sqlalchemy.dialects.sqlite.base import SQLiteIdentifierPreparer

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.llm.prompt_data import as_data
from chat2sql.engine.schema.catalogue import Catalogue, Column, Table
from chat2sql.engine.schema.codes import introduction, read_codes
from chat2sql.engine.schema.tokens import estimate_tokens

__all__ = [
    "DIALECT_NAMES",
    "JOINS_HEADING",
    "estimate_tokens",
    "quote",
    "render",
    "render_joins",
    "render_table",
]

DIALECT_NAMES = {
    Dialect.POSTGRESQL: "PostgreSQL",
    Dialect.SQLITE: "SQLite",
    Dialect.MYSQL: "MySQL",
    Dialect.DUCKDB: "DuckDB",
}
"""What models know the dialects as."""

JOINS_HEADING = "【Foreign keys】"
_LONGEST_COMMENT = 120
_LONGEST_CODES = 480
_SHORTEST_PROSE = 12
_LONGEST_SAMPLE = 40
_LONGEST_NAME = 128
"""No database has longer ones: MySQL takes 64 characters, PostgreSQL 63 bytes."""
_SHORT_NUMBER = 3
_NUMERIC = re.compile(r"INT|NUM|DEC|REAL|FLOA|DOUB|SERIAL|MONEY", re.IGNORECASE)
_TYPED_TIME = re.compile(r"DATE|TIME|INTERVAL", re.IGNORECASE)
_TYPE_LENGTH = re.compile(r"\(.*?\)")

# What DuckDB reserves beyond PostgreSQL, whose grammar it has: duckdb_keywords() of DuckDB 2.0.
_DUCKDB_RESERVED = frozenset(
    re.findall(
        r"\w+",
        """anti asof at by collation columns concurrently describe generated glob lambda lateral map pivot pivot_longer
    pivot_wider positional qualify semi show struct summarize tablesample try_cast tuple unpack unpivot""",
    )
)
_RESERVED = {
    Dialect.POSTGRESQL: PGIdentifierPreparer.reserved_words,
    Dialect.SQLITE: SQLiteIdentifierPreparer.reserved_words,
    Dialect.MYSQL: RESERVED_WORDS_MYSQL | RESERVED_WORDS_MARIADB,
    Dialect.DUCKDB: PGIdentifierPreparer.reserved_words | _DUCKDB_RESERVED,
}
# PostgreSQL folds unquoted names to lower case; the others find them in any case.
_ANY_CASE = re.compile(r"[^\W\d]\w*")
_PLAIN = {dialect: _ANY_CASE for dialect in Dialect} | {
    Dialect.POSTGRESQL: re.compile(r"[^\W\dA-Z][^\WA-Z]*")
}
_CLOSERS = {")": ("(", "）"), "]": ("[", "］")}


def quote(name: str, dialect: Dialect) -> str:
    """The identifier as a statement must spell it: in quotes (MySQL: backticks) only where it needs them."""
    if _PLAIN[dialect].fullmatch(name) and name.lower() not in _RESERVED[dialect]:
        return name
    mark = "`" if dialect is Dialect.MYSQL else '"'
    return mark + as_data(name, _LONGEST_NAME).replace(mark, mark * 2) + mark


def render(catalogue: Catalogue, tables: tuple[str, ...] | None = None, *, values: bool = True) -> str:
    """The M-Schema text of the catalogue, or of the named tables.

    Args:
        tables: names as ``Catalogue.table`` finds them, in any order; unknown ones are left out.
            None: all tables.
        values: with sample values, which come from rows.
    """
    if tables is None:
        chosen = catalogue.tables
    else:
        named = {catalogue.key(table) for name in tables if (table := catalogue.table(name)) is not None}
        chosen = tuple(table for table in catalogue.tables if catalogue.key(table) in named)
    lines = [f"【DB_ID】 {catalogue.datasource} ({DIALECT_NAMES[catalogue.dialect]})", "【Schema】"]
    lines += [render_table(catalogue, table, values=values) for table in chosen]
    keys = {catalogue.key(table) for table in chosen}
    joins = [
        line
        for table in chosen
        for target, conditions in render_joins(catalogue, table).items()
        if target in keys
        for line in conditions
    ]
    if joins:
        lines += [JOINS_HEADING, *joins]
    return "\n".join(lines) + "\n"


def render_table(catalogue: Catalogue, table: Table, *, values: bool = True) -> str:
    """The part of the text that tells of one table, without its foreign keys; ``values`` as ``render`` has it."""
    head = f"# {'View' if table.is_view else 'Table'}: {_spell(catalogue, table)}"
    comment = _enclosed(table.comment, _LONGEST_COMMENT)
    in_key = {name for key in table.foreign_keys for name in key.columns}
    columns = [
        _render_column(column, catalogue.dialect, column.primary_key or column.name in in_key, values)
        for column in table.columns
    ]
    return "\n".join([f"{head}, {comment}" if comment else head, "[", *columns, "]"])


def _spell(catalogue: Catalogue, table: Table) -> str:
    name = quote(table.name, catalogue.dialect)
    if table.schema_name is None or table.schema_name == catalogue.default_schema:
        return name
    return f"{quote(table.schema_name, catalogue.dialect)}.{name}"


def _enclosed(text: str, longest: int) -> str:
    """Data between brackets of ours: a bracket that it does not open itself is one that closes nothing."""
    open_: list[str] = []
    spelled = ""
    for character in as_data(text, longest):
        opener, harmless = _CLOSERS.get(character, ("", ""))
        if character in "([":
            open_.append(character)
        elif opener and opener not in open_:
            spelled += harmless
            continue
        elif opener:
            open_.remove(opener)
        spelled += character
    return spelled


def _render_column(column: Column, dialect: Dialect, is_key: bool, values: bool) -> str:
    # A length or scale tells a reader of data nothing.
    type_ = _enclosed(_TYPE_LENGTH.sub("", column.type).lower(), _LONGEST_NAME)
    parts = [f"{quote(column.name, dialect)}:{type_}"]
    if column.primary_key:
        parts.append("Primary Key")
    comment = _commented(column.comment)
    if comment:
        parts.append(comment)
    samples = _telling_samples(column, is_key) if values else ()
    if samples:
        shown = (_enclosed(sample, _LONGEST_SAMPLE) for sample in samples)
        parts.append(f"Examples: [{', '.join(shown)}]")
    return f"({', '.join(parts)})"


def _commented(comment: str) -> str:
    """A comment within its length; one that is longer says its codes, and as much before them as there is room for."""
    whole = _enclosed(comment, _LONGEST_COMMENT)
    codes = read_codes(comment) if len(comment) > _LONGEST_COMMENT else ()
    if not codes or read_codes(whole.removesuffix("…")) == codes:
        return whole
    listed = ""
    for code in codes:
        longer = f"{listed}, {code.code}={code.meaning}".removeprefix(", ")
        if len(longer) > _LONGEST_CODES:
            break
        listed = longer
    room = _LONGEST_COMMENT - len(listed) - 1
    said = _enclosed(introduction(comment), room) if room >= _SHORTEST_PROSE else ""
    return f"{said} {_enclosed(listed, _LONGEST_CODES)}".strip()


def _telling_samples(column: Column, is_key: bool) -> tuple[str, ...]:
    """The samples that help to write a condition: texts and short codes, not quantities or numbered keys."""
    if _NUMERIC.search(column.type):
        codes = not is_key and all(len(sample) <= _SHORT_NUMBER for sample in column.samples)
        return column.samples if codes else ()
    if _TYPED_TIME.search(column.type):
        return column.samples[:1]
    return column.samples


def render_joins(catalogue: Catalogue, table: Table) -> dict[str, tuple[str, ...]]:
    """The join conditions of a table's foreign keys, by the table they lead to, as ``Catalogue.key`` names it."""
    joins: dict[str, tuple[str, ...]] = {}
    for key in table.foreign_keys:
        target = catalogue.table(key.target_table)
        if target is None:
            continue
        here, there = _spell(catalogue, table), _spell(catalogue, target)
        line = " AND ".join(
            f"{here}.{quote(mine, catalogue.dialect)}={there}.{quote(other, catalogue.dialect)}"
            for mine, other in zip(key.columns, key.target_columns, strict=False)
        )
        known = joins.get(catalogue.key(target), ())
        joins[catalogue.key(target)] = known if line in known else (*known, line)
    return joins
