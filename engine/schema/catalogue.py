"""The catalogue: what is known of a database's tables, as values."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from itertools import takewhile

from pydantic import Field

from chat2sql.config.vocabulary import Dialect, Frozen

VERSION_LENGTH = 12

_FEWEST_TO_TELL = 3


class Column(Frozen):
    """One column.

    Attributes:
        type: the type in the database's own words, in its short spelling (``varchar(20)``).
        comment: the database's comment, or empty.
        samples: a few frequent values, made safe for a prompt: short, one line, without quotes.
    """

    name: str
    type: str
    nullable: bool = True
    primary_key: bool = False
    comment: str = ""
    samples: tuple[str, ...] = ()


class ForeignKey(Frozen):
    """A foreign key; ``columns[i]`` refers to ``target_columns[i]``.

    ``target_table`` is a name that ``Catalogue.table`` finds.
    """

    columns: tuple[str, ...]
    target_table: str
    target_columns: tuple[str, ...]


class Table(Frozen):
    """A table or view.

    Attributes:
        schema_name: the schema it is in; None where the database has none (SQLite).
        row_estimate: rows as the database's statistics have them, 0 or more; None: not known.
    """

    schema_name: str | None = None
    name: str
    comment: str = ""
    columns: tuple[Column, ...]
    foreign_keys: tuple[ForeignKey, ...] = ()
    row_estimate: int | None = None
    is_view: bool = False

    @cached_property
    def _columns_by_name(self) -> dict[str, Column]:
        by_name = {column.name.lower(): column for column in self.columns}
        return by_name | {column.name: column for column in self.columns}

    def column(self, name: str) -> Column | None:
        """The column of that name: the exact spelling first, then any case; None if there is none."""
        return self._columns_by_name.get(name) or self._columns_by_name.get(name.lower())

    @cached_property
    def column_prefix(self) -> str:
        """What all columns' names begin with, in lower case: ``cust`` of ``custid`` and ``custname``.

        Empty: they have nothing in common, or are too few to tell.
        """
        names = [column.name.lower() for column in self.columns]
        alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
        prefix = "".join(letters[0] for letters in alike)
        return prefix if len(names) >= _FEWEST_TO_TELL and len(prefix) > 1 and prefix not in names else ""

    @property
    def primary_key(self) -> tuple[str, ...]:
        """The names of the primary key's columns, in table order; empty if it has none."""
        return tuple(column.name for column in self.columns if column.primary_key)


def _content_hash(dialect: Dialect, tables: tuple[Table, ...]) -> str:
    """A short hash over names, types, comments and keys; samples and row counts do not change it."""
    content = [
        table.model_dump(mode="json", exclude={"row_estimate": True, "columns": {"__all__": {"samples"}}})
        for table in tables
    ]
    text = json.dumps([dialect, content], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:VERSION_LENGTH]


class Catalogue(Frozen):
    """All tables of one datasource that may be read, in a stable order.

    Attributes:
        default_schema: the schema whose tables need no qualification; None where there are no schemas.
        version: a short hash of the content, worked out unless given. Equal versions mean that names,
            types, comments and keys are equal; samples and row counts may differ.
    """

    datasource: str
    dialect: Dialect
    default_schema: str | None = None
    tables: tuple[Table, ...]
    version: str = Field(default_factory=lambda data: _content_hash(data["dialect"], data["tables"]))

    def __hash__(self) -> int:
        # Enough to tell catalogues apart in a cache; hashing every column would cost more than it saves.
        return hash((self.datasource, self.version))

    def key(self, table: Table) -> str:
        """The shortest name by which ``table`` finds a table: with its schema unless that is the default."""
        if table.schema_name is None or table.schema_name == self.default_schema:
            return table.name
        return f"{table.schema_name}.{table.name}"

    @cached_property
    def _tables_by_name(self) -> dict[str, Table | None]:
        """Every spelling of every table; None marks a spelling that several tables share."""
        found: dict[str, Table | None] = {}
        # From the vaguest spelling to the exact one, so that the exact one has the last word.
        for spell in (_bare_folded, _qualified_folded, _bare, _qualified):
            level: dict[str, Table | None] = {}
            for table in self.tables:
                level[spell(table)] = None if spell(table) in level else table
            found |= level
        unqualified = [table for table in self.tables if self.key(table) == table.name]
        found |= {table.name.lower(): table for table in unqualified}
        found |= {table.name: table for table in unqualified}
        return found

    def table(self, name: str) -> Table | None:
        """The table of that name, with or without its schema, in any case.

        The exact spelling comes before another case, the default schema before others. None if there
        is no such table, or if several schemas have it and none of them is the default.
        """
        if name in self._tables_by_name:
            return self._tables_by_name[name]
        return self._tables_by_name.get(name.lower())


def _bare(table: Table) -> str:
    return table.name


def _bare_folded(table: Table) -> str:
    return table.name.lower()


def _qualified(table: Table) -> str:
    return f"{table.schema_name}.{table.name}" if table.schema_name else table.name


def _qualified_folded(table: Table) -> str:
    return _qualified(table).lower()
