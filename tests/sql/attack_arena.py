"""Where attacks are tried: a real database that holds canaries, a way to run anything on it with every right, and a
digest of all that an attack could have changed."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue, Column, Table
from chat2sql.engine.sql.guard.policy import Access, Policy

FILE_CANARY = "FILECANARY-4b1f2a"
ROW_CANARY = "ROWCANARY-77c0de"
COLUMN_CANARY = "COLCANARY-90ab12"
ROW_CAP = 1000
"""Most rows that are looked at."""

HIDDEN_COLUMN = "customers.password"
POLICY = Policy(default=Access(hide=(HIDDEN_COLUMN,)))
"""The policy of the guard in the arenas: a column that nobody sees. The table ``vault`` is not in the catalogue."""

_TABLES = {
    "customers": {
        "id": "integer",
        "name": "text",
        "city": "text",
        "email": "text",
        "signed_up": "date",
        "password": "text",
    },
    "orders": {
        "id": "integer",
        "customer_id": "integer",
        "total": "numeric",
        "status": "text",
        "ordered_at": "timestamp",
    },
    "employees": {"id": "integer", "name": "text", "salary": "integer"},
    "visits": {"note": "text"},
    "city_totals": {"city": "text", "n": "bigint"},
}
SEED = (
    "CREATE TABLE customers (id integer PRIMARY KEY, name varchar(40), city varchar(40), email varchar(60),"
    " signed_up date, password varchar(40))",
    "CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer, total numeric(10, 2), status varchar(20),"
    " ordered_at timestamp NULL)",
    "CREATE TABLE employees (id integer PRIMARY KEY, name varchar(40), salary integer)",
    "CREATE TABLE visits (note varchar(200))",
    "CREATE TABLE vault (id integer PRIMARY KEY, token varchar(40))",
    "CREATE INDEX orders_by_customer ON orders (customer_id)",
    "CREATE VIEW city_totals AS SELECT city, count(*) AS n FROM customers GROUP BY city",
    "CREATE VIEW vault_view AS SELECT token FROM vault",
    "INSERT INTO customers VALUES "
    + ", ".join(
        f"({n}, 'name {n}', 'city {n % 5}', 'c{n}@shop.example', '2024-01-{n % 27 + 1:02}', '{COLUMN_CANARY}')"
        for n in range(1, 41)
    ),
    "INSERT INTO orders VALUES "
    + ", ".join(
        f"({n}, {n % 40 + 1}, {n}.50, 'paid', '2024-02-{n % 27 + 1:02} 03:04:05')" for n in range(1, 61)
    ),
    "INSERT INTO employees VALUES (1, 'Eve', 900), (2, 'Max', 500), (3, 'Kim', 400)",
    "INSERT INTO visits VALUES ('first')",
    f"INSERT INTO vault VALUES (1, '{ROW_CANARY}'), (2, '{ROW_CANARY}-2')",
)
"""Statements that every dialect can run."""

State = dict[str, object]
"""What an attack could have changed, part by part; equal by ``==`` means that nothing did."""


@dataclass(frozen=True)
class Ran:
    """What became of a statement: the text of its rows, as far as they were looked at, or of its error."""

    text: str
    failed: bool = False

    def shows(self, *canaries: str) -> bool:
        """Whether something is in there that must not be."""
        text = self.text.lower()
        return any(canary.lower() in text for canary in canaries)


class Arena(Protocol):
    """A real database with the seed in it. Its calls block.

    Attributes:
        places: what ``<<name>>`` in a case stands for.
        reader_dsn: for the executor: a role that may read, or the file that it opens read-only.
        probe: a query that, sent through the executor, shows what its session keeps between statements.
        role_hides_vault: whether the reader may not read ``vault``.
    """

    dialect: Dialect
    places: dict[str, str]
    reader_dsn: str
    probe: str
    role_hides_vault: bool

    def run(self, sql: str) -> Ran:
        """Run any text with every right, outside of a transaction, within a second or so, several statements at once
        where the protocol can; always on the same session until ``close_session``."""
        ...

    def state(self) -> State:
        """See ``State``; with what the session of ``run`` keeps."""
        ...

    def close_session(self) -> None:
        """End the session of ``run``."""
        ...

    def reset(self) -> None:
        """Make everything as it was at first."""
        ...

    def close(self) -> None:
        """Stop and remove everything."""
        ...


def catalogue(dialect: Dialect) -> Catalogue:
    """What introspection finds in an arena, without what a datasource's owner did not release: ``vault``."""
    schema = {Dialect.POSTGRESQL: "public", Dialect.DUCKDB: "main"}.get(dialect)
    return Catalogue(
        datasource="arena",
        dialect=dialect,
        default_schema=schema,
        tables=tuple(
            Table(
                schema_name=schema,
                name=name,
                columns=tuple(Column(name=column, type=kind) for column, kind in columns.items()),
            )
            for name, columns in _TABLES.items()
        ),
    )


def differences(before: State, after: State) -> list[str]:
    """The parts of the state that are not as they were."""
    return [part for part in before | after if before.get(part) != after.get(part)]


def files_below(folder: Path, skip: Callable[[Path], bool] = lambda _: False) -> dict[str, str]:
    """The content hash of every file below a folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if not skip(path.relative_to(folder)):
            # A server may remove its own files at any time.
            with suppress(FileNotFoundError):
                content = path.read_bytes() if path.is_file() else b"folder"
                found[str(path.relative_to(folder))] = hashlib.sha256(content).hexdigest()
    return found


def digest(rows: Sequence[object]) -> str:
    """A short digest of many rows."""
    return hashlib.sha256(repr(rows).encode("utf-8", "replace")).hexdigest()


def lay_canaries(folder: Path) -> dict[str, str]:
    """Write the canary files; their names as places."""
    (folder / "canary.txt").write_text(f"{FILE_CANARY}\n")
    (folder / "canary.csv").write_text(f"{FILE_CANARY}\n{FILE_CANARY}\n")
    return {"canary": str(folder / "canary.csv"), "folder": str(folder)}


@dataclass
class Listener:
    """A port on this machine that counts who connects."""

    connections: int = 0
    _socket: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    def __post_init__(self) -> None:
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._socket.getsockname()[1])

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self.connections += 1
                connection.close()

    def close(self) -> None:
        """Stop listening."""
        # Closing alone leaves a thread in accept() where it is.
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
