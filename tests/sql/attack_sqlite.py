"""The arena on SQLite: a file, and beside it another one that only ATTACH would reach."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path

from sql.attack_arena import (
    ROW_CANARY,
    ROW_CAP,
    SEED,
    Listener,
    Ran,
    State,
    files_below,
    lay_canaries,
)

from chat2sql.config.vocabulary import Dialect

TIME_LIMIT_S = 0.2
OWN_SEED = (
    "CREATE TABLE tickets (id INTEGER PRIMARY KEY AUTOINCREMENT)",
    "INSERT INTO tickets DEFAULT VALUES",
    "CREATE VIRTUAL TABLE notes USING fts5(body)",
    "INSERT INTO notes VALUES ('a note')",
    "ANALYZE",
)
PRAGMAS = (
    "query_only", "foreign_keys", "writable_schema", "recursive_triggers", "trusted_schema", "cell_size_check",
    "journal_mode", "synchronous", "temp_store", "locking_mode", "cache_size", "defer_foreign_keys", "busy_timeout",
    "temp_store_directory", "ignore_check_constraints", "reverse_unordered_selects",
)  # fmt: skip


class SqliteArena:
    """See ``Arena``."""

    dialect = Dialect.SQLITE
    probe = "SELECT 1"
    role_hides_vault = False

    def __init__(self) -> None:
        self._home = tempfile.TemporaryDirectory(prefix="chat2sql-attacks-")
        self._folder = Path(self._home.name)
        self._file = self._folder / "shop.sqlite"
        self._listener = Listener()
        self._session: sqlite3.Connection | None = None
        self.reader_dsn = f"sqlite:///{self._file}"
        self.reset()

    def run(self, sql: str) -> Ran:
        """See ``Arena``."""
        session = self._session = self._session or self._connect()
        deadline = time.monotonic() + TIME_LIMIT_S
        session.set_progress_handler(lambda: time.monotonic() > deadline, 1000)
        try:
            return Ran(_text(session.execute(sql).fetchmany(ROW_CAP)))
        except (sqlite3.Error, sqlite3.Warning, UnicodeError, MemoryError) as error:
            if "one statement at a time" not in str(error):
                return Ran(str(error), failed=True)
        try:
            session.executescript(sql)
        except (sqlite3.Error, sqlite3.Warning, UnicodeError, MemoryError) as error:
            return Ran(str(error), failed=True)
        return Ran("a script")

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._file, isolation_level=None)
        if hasattr(connection, "enable_load_extension"):
            # Not every build of Python has it.
            connection.enable_load_extension(True)
        return connection

    def state(self) -> State:
        """See ``Arena``."""
        session = self._session = self._session or self._connect()
        session.set_progress_handler(None, 0)
        # Before the list of databases: looking makes the temporary one appear there.
        temporary = session.execute("SELECT sql FROM temp.sqlite_master").fetchall()
        parts: State = {f"session: {name}": session.execute(f"PRAGMA {name}").fetchall() for name in PRAGMAS}
        parts["attached"] = session.execute("PRAGMA database_list").fetchall()
        parts["temporary"] = temporary
        parts["in a transaction"] = session.in_transaction
        parts["files"] = files_below(self._folder)
        parts["connections"] = self._listener.connections
        return parts

    def close_session(self) -> None:
        """See ``Arena``."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def reset(self) -> None:
        """See ``Arena``."""
        self.close_session()
        for file in self._folder.iterdir():
            file.unlink()
        self.places = lay_canaries(self._folder) | {"port": str(self._listener.port)}
        _fill(self._file, (*SEED, *OWN_SEED))
        _fill(
            self._folder / "other.sqlite",
            ("CREATE TABLE vault (token)", f"INSERT INTO vault VALUES ('{ROW_CANARY}')"),
        )

    def close(self) -> None:
        """See ``Arena``."""
        self.close_session()
        self._listener.close()
        self._home.cleanup()


def _fill(file: Path, statements: tuple[str, ...]) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def _text(rows: list[tuple[object, ...]]) -> str:
    """Long values count as far as anybody would read them."""
    return "\n".join(str(value)[:10_000] for row in rows for value in row)
