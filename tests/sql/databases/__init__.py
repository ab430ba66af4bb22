"""What a dialect brings to the contract of executors, which ``tests/sql/test_executors.py`` runs over all of them.

A dialect is one module here with one value ``CONTRACT``, listed in ``databases/every.py``. What stands in a
``Contract`` is known before any server runs, so that each of its cases is a test of its own; ``opened`` makes the real
database, once a run. What only one database has (PostgreSQL's row-level security, SQLite's authorizer) is tested in a
file of its own, ``tests/sql/test_<dialect>_executor.py``.

The database holds ``SEED``. Its ``dsn`` is that of a role which may read ``customers`` and ``orders`` and nothing more,
as far as the database knows roles; ``owner_dsn`` that of one which may do everything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import pytest

from chat2sql.config.errors import Chat2SQLError
from chat2sql.config.vocabulary import Caller, Dialect
from chat2sql.engine.sql.executors.port import SqlProblemKind

ACME = Caller(tenant="acme", user="ann")
"""The caller of every test that does not ask for another."""

SEED = (
    "CREATE TABLE customers (id INTEGER PRIMARY KEY, name VARCHAR(40), city VARCHAR(40))",
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, total NUMERIC(10, 2))",
    "CREATE TABLE secrets (id INTEGER PRIMARY KEY, word VARCHAR(40))",
    "INSERT INTO customers VALUES (1, 'Ann', 'Berlin'), (2, 'Bob', '北京'), (3, 'O''Neil', NULL)",
    "INSERT INTO orders VALUES (1, 1, 10.50), (2, 1, 20), (3, 2, 7.25)",
    "INSERT INTO secrets VALUES (1, 'Opensesame')",
)
"""Statements that every dialect can run."""


class Database(Protocol):
    """A real database with the seed in it. Its calls block."""

    dsn: str
    owner_dsn: str

    def state(self) -> object:
        """All that a statement could have changed: rows, tables, sequences, settings of the server or the file, files
        beside it. Equal before and after, by ``==``."""
        ...

    def running(self) -> Sequence[str]:
        """Statements that run in the server now for an executor; of a database in our own process: none."""
        ...

    def drop_connections(self) -> None:
        """End the executor's connections from the server's side. Asked of ``served`` databases only."""
        ...


@dataclass(frozen=True)
class Exact:
    """A value, and how it must arrive.

    Attributes:
        expression: goes between ``SELECT`` and ``AS v``.
        type: the type that ``begin`` is told, in the database's own words.
        value: what the sink gets: compared with ``==``, and by Python type.
    """

    expression: str
    type: str
    value: object


@dataclass(frozen=True)
class Fault:
    """A statement that is wrong by itself: its kind, and words that its message must hold."""

    sql: str
    kind: SqlProblemKind
    words: str = ""


@dataclass(frozen=True)
class Unreachable:
    """A DSN that leads nowhere. It holds the password ``hush``, which no error may show."""

    dsn: str
    error: type[Chat2SQLError]


@dataclass(frozen=True, eq=False)
class Contract:
    """One dialect's words. Texts are templates of ``str.format`` where that is said.

    Attributes:
        dialect: whose.
        opened: makes the real database for the run and removes it at the end; it may ask for fixtures by
            ``request.getfixturevalue(name)``.
        served: a server of its own runs it, so that ``running`` and ``drop_connections`` mean something.
        heavy: computes far longer than any test waits, and would then give one row.
        numbers: gives ``{most}`` rows with one column ``n``: 1, 2, 3 ... in order.
        wide: gives ``{rows}`` rows with one column ``t``, a text of ``{width}`` ASCII characters.
        endless: gives rows for ever (or for hours), each at most some ms after the last one.
        literal: a statement with per cent signs, a backslash, quotes and characters beyond ASCII in text literals.
        literal_row: the one row that it gives.
        exact: values of every type that the dialect has.
        faults: wrong statements, beside those that are wrong in every dialect.
        leaks: statements that fail on a value of a row (one of ``SEED``), which the database's own message quotes.
        writes: statements that must end as a ``SqlProblem`` and change nothing whoever asks, the owner too, with the
            guard off: writes, DDL, transaction control, settings, several statements, SELECT ... INTO.
        refused: statements that the role of ``dsn`` must be refused, and that change nothing: files, the network,
            other roles' tables, server functions. They are not tried as the owner, who may do such things.
        harmless: statements that may run (or fail), by the role of ``dsn``, but leave nothing behind: neither in
            ``state`` nor in ``session``.
        session: a query that shows what a session keeps between statements: settings, locks held.
        runs_in_explain: texts that would run if they were merely pasted behind the dialect's EXPLAIN; ``explain`` must
            give a ``SqlProblem`` and change nothing, as the owner.
        estimates: which fields of ``Estimate`` the dialect fills in: ``cost``, ``rows``, both, none.
        unreachable: DSNs that lead nowhere.
    """

    dialect: Dialect
    opened: Callable[[pytest.FixtureRequest], AbstractContextManager[Database]]
    served: bool
    heavy: str
    numbers: str
    wide: str
    endless: str
    exact: tuple[Exact, ...]
    faults: tuple[Fault, ...]
    leaks: tuple[str, ...]
    writes: tuple[str, ...]
    refused: tuple[str, ...]
    harmless: tuple[str, ...]
    runs_in_explain: tuple[str, ...]
    estimates: frozenset[str]
    unreachable: tuple[Unreachable, ...]
    session: str = "SELECT 1 AS one"
    literal: str = "SELECT '100%s %(x)s %' AS a, 'O''Neil \\ \"q\"' AS b, '北京🙂' AS c"
    literal_row: tuple[object, ...] = ("100%s %(x)s %", 'O\'Neil \\ "q"', "北京🙂")
