"""The dialects that the contract of executors holds for. A new one is added here."""

from __future__ import annotations

from sql.databases import Contract, duckdb, mysql, postgres, sqlite

CONTRACTS: tuple[Contract, ...] = (
    postgres.CONTRACT,
    sqlite.CONTRACT,
    mysql.CONTRACT,
    duckdb.CONTRACT,
)
