"""Databases and catalogues that the tests of engine/schema share."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import yaml
from psycopg import sql
from psycopg.conninfo import make_conninfo

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue, Column, ForeignKey, Table

FIXTURES = Path(__file__).parents[1] / "fixtures"


@pytest.fixture
def reader(database: str) -> Iterator[str]:
    """The name of a role that may log in and, so far, read nothing."""
    name = f"reader_{uuid.uuid4().hex[:8]}"
    role = sql.Identifier(name)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'right-secret'").format(role))
        yield name
        connection.execute(sql.SQL("DROP OWNED BY {}").format(role))
        connection.execute(sql.SQL("DROP ROLE {}").format(role))


@pytest.fixture
def shop(database: str, reader: str) -> str:
    """The DSN, as the reading role, of a PostgreSQL shop.

    The role may read all but ``hr.salaries`` and ``payslips``, and of ``orders`` not ``internal_note``.
    """
    role = sql.Identifier(reader)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute((FIXTURES / "schema" / "shop_postgres.sql").read_bytes())
        for grant in (
            "GRANT USAGE ON SCHEMA hr TO {}",
            "GRANT SELECT ON ALL TABLES IN SCHEMA public, hr TO {}",
            "REVOKE SELECT ON hr.salaries, payslips, orders FROM {}",
            "GRANT SELECT (shop_id, order_no, customer_id, replaces_no, status, amount, ordered_at) ON orders TO {}",
        ):
            connection.execute(sql.SQL(grant).format(role))
    return make_conninfo(database, user=reader, password="right-secret")


@pytest.fixture
def shop_file(tmp_path: Path) -> Path:
    """A SQLite shop."""
    path = tmp_path / "my shop?.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((FIXTURES / "schema" / "shop_sqlite.sql").read_text())
    return path


@pytest.fixture(scope="session")
def large_catalogue() -> Catalogue:
    """200 tables: every line of business has every kind of record; names in English, comments in Chinese."""
    words = yaml.safe_load((FIXTURES / "schema" / "large_catalogue.yaml").read_text())
    tables = []
    for business in words["businesses"]:
        for record in words["records"]:
            tables.append(
                Table(
                    schema_name="main",
                    name=f"{business['en']}_{record['en']}",
                    comment=f"{business['zh']}{record['zh']}",
                    columns=(
                        Column(name=f"{record['en']}_id", type="bigint", primary_key=True, comment="编号"),
                        Column(name=f"{words['records'][0]['en']}_id", type="bigint", comment="上级编号"),
                        *(Column(name=c["en"], type="text", comment=c["zh"]) for c in record["columns"]),
                        Column(name="created_at", type="timestamp", comment="创建时间"),
                    ),
                    foreign_keys=(
                        ForeignKey(
                            columns=(f"{words['records'][0]['en']}_id",),
                            target_table=f"{business['en']}_{words['records'][0]['en']}",
                            target_columns=(f"{words['records'][0]['en']}_id",),
                        ),
                    )
                    if record is not words["records"][0]
                    else (),
                )
            )
    return Catalogue(
        datasource="group", dialect=Dialect.POSTGRESQL, default_schema="main", tables=tuple(tables)
    )
