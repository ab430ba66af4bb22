"""Do the names in a policy mean anything in the datasource?"""

from __future__ import annotations

from collections.abc import Iterator

from chat2sql.config.vocabulary import Bilingual, Dialect
from chat2sql.engine.schema.catalogue import Catalogue, Table
from chat2sql.engine.sql.guard.hints import listing, nearest
from chat2sql.engine.sql.guard.name_patterns import matches, means_column, means_table
from chat2sql.engine.sql.guard.policy import Access, Policy, TenantRows
from chat2sql.engine.sql.guard.tenant_rows import tenant_column


def wrong_names(policy: Policy, catalogue: Catalogue) -> list[Bilingual]:
    """The names in a policy that mean nothing in a catalogue, or not what their place asks for; each with what there
    is instead."""
    names = _Names(catalogue)
    problems = [*_of_access("default", policy.default, names)]
    for role, access in policy.roles.items():
        problems += _of_access(f"roles.{role}", access, names)
    problems += [
        names.nothing("masks", pattern, names.columns)
        for pattern in policy.masks
        if not names.is_column(pattern, in_any_schema=True)
    ]
    if policy.tenants is not None:
        problems += _of_tenants(policy.tenants, names)
    return problems


class _Names:
    """What a policy may name in a catalogue, each by its shortest name."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.tables = [catalogue.key(table) for table in catalogue.tables]
        self.columns = [
            f"{catalogue.key(table)}.{column.name}" for table in catalogue.tables for column in table.columns
        ]
        self.schemas = sorted(
            {table.schema_name for table in catalogue.tables if table.schema_name is not None}
        )

    def is_table(self, pattern: str, *, in_any_schema: bool = False) -> bool:
        """Whether a pattern means any table."""
        return any(
            means_table(pattern, table, self.catalogue, in_any_schema=in_any_schema)
            for table in self.catalogue.tables
        )

    def is_column(self, pattern: str, *, in_any_schema: bool = False) -> bool:
        """Whether a pattern means any column."""
        return any(
            means_column(pattern, table, column.name, self.catalogue, in_any_schema=in_any_schema)
            for table in self.catalogue.tables
            for column in table.columns
        )

    @staticmethod
    def nothing(key: str, pattern: str, known: list[str]) -> Bilingual:
        """The problem that a pattern means nothing, with what there is."""
        close = nearest(pattern, known)
        there = listing(close or known)
        return Bilingual(
            zh=f"{key}：数据库中没有 {pattern}。" + (f"是否想写 {there}？" if close else f"有：{there}"),
            en=f"{key}: the database has no {pattern}. "
            + (f"Did you mean {there}?" if close else f"There are: {there}"),
        )


def _of_access(key: str, access: Access, names: _Names) -> Iterator[Bilingual]:
    if access.schemas is not None and not names.schemas:
        yield Bilingual(
            zh=f"{key}.schemas：该数据库没有 schema，请删除这一项",
            en=f"{key}.schemas: this database has no schemas; leave the key out",
        )
    else:
        for pattern in access.schemas or ():
            if not matches(pattern, names.schemas):
                yield names.nothing(f"{key}.schemas", pattern, names.schemas)
    for pattern in access.tables or ():
        if not names.is_table(pattern):
            yield names.nothing(f"{key}.tables", pattern, names.tables)
    for pattern in access.hide:
        if not names.is_table(pattern, in_any_schema=True) and not names.is_column(
            pattern, in_any_schema=True
        ):
            yield names.nothing(f"{key}.hide", pattern, [*names.tables, *names.columns])
    for pattern in access.unmasked:
        if not names.is_column(pattern):
            yield names.nothing(f"{key}.unmasked", pattern, names.columns)


def _of_tenants(rows: TenantRows, names: _Names) -> Iterator[Bilingual]:
    if rows.by == "rls" and names.catalogue.dialect is not Dialect.POSTGRESQL:
        yield Bilingual(
            zh='tenants.by：只有 PostgreSQL 有行级安全，请写 by = "rewrite"',
            en='tenants.by: only PostgreSQL has row-level security; write by = "rewrite"',
        )
    yield from _of_tables(rows, names)
    for entry in rows.shared:
        meant = [table for table in names.catalogue.tables if means_table(entry, table, names.catalogue)]
        if not meant:
            yield names.nothing("tenants.shared", entry, names.tables)
        for table in meant:
            if any(_names(private, table, names.catalogue) for private in rows.tables):
                yield in_both_lists(table.name)


def in_both_lists(name: str) -> Bilingual:
    """The problem that a table is one of tenants' rows and shared."""
    return Bilingual(
        zh=f"tenants：{name} 同时在 tables 和 shared 中，只能留在一处",
        en=f"tenants: {name} is in tables and in shared; keep it in one of them",
    )


def _of_tables(rows: TenantRows, names: _Names) -> Iterator[Bilingual]:
    catalogue = names.catalogue
    for entry in rows.tables:
        if not any(_names(entry, table, catalogue) for table in catalogue.tables):
            yield names.nothing("tenants.tables", entry, [*names.tables, *names.columns])
    for table in catalogue.tables:
        if not any(_names(entry, table, catalogue) for entry in rows.tables):
            continue
        written = [
            column.name
            for column in table.columns
            if any(means_column(entry, table, column.name, catalogue) for entry in rows.tables)
        ]
        if len(written) > 1:
            yield Bilingual(
                zh=f"tenants.tables：{table.name} 有多个租户列 {', '.join(written)}，只能有一个",
                en=f"tenants.tables: {table.name} has several tenant columns, {', '.join(written)}; name one",
            )
        elif tenant_column(table, rows, catalogue) is None:
            yield _no_such_column(table, rows.column)


def _names(entry: str, table: Table, catalogue: Catalogue) -> bool:
    """Whether an entry of ``tenants.tables`` names a table, with or without its column."""
    return means_table(entry, table, catalogue) or any(
        means_column(entry, table, column.name, catalogue) for column in table.columns
    )


def _no_such_column(table: Table, column: str) -> Bilingual:
    names = listing([known.name for known in table.columns])
    return Bilingual(
        zh=f"tenants.tables：表 {table.name} 没有列 {column}。它的列：{names}。"
        f'可写成 "{table.name}.列名"，或把该表移到 shared',
        en=f"tenants.tables: table {table.name} has no column {column}. Its columns: {names}. "
        f'Write "{table.name}.<column>", or move the table to shared',
    )
