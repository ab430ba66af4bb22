"""The arena on DuckDB: a file in this process, opened for writing and with access to everything."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from pathlib import Path

import duckdb
import psutil
from sql.attack_arena import (
    FILE_CANARY,
    ROW_CANARY,
    ROW_CAP,
    SEED,
    Listener,
    Ran,
    State,
    digest,
    files_below,
    lay_canaries,
)

from chat2sql.config.vocabulary import Dialect

TIME_LIMIT_S = 0.2
OWN_SEED = (
    "CREATE SEQUENCE tickets",
    "CREATE MACRO peek() AS TABLE SELECT token FROM vault",
    "CREATE MACRO steal() AS (SELECT max(token) FROM vault)",
)
SESSION = (
    "SELECT name, value FROM duckdb_settings() ORDER BY name",
    "SELECT database_name, path, readonly FROM duckdb_databases() WHERE NOT internal ORDER BY 1",
    "SELECT name FROM duckdb_secrets() ORDER BY 1",
    "SELECT name, value::VARCHAR FROM duckdb_variables() ORDER BY 1",
    "SELECT extension_name, loaded, installed FROM duckdb_extensions() ORDER BY 1",
    "SELECT name, statement FROM duckdb_prepared_statements() ORDER BY 1",
    "SELECT database_name, schema_name, sequence_name, last_value FROM duckdb_sequences() ORDER BY 1, 2, 3",
    "SELECT database_name, schema_name, table_name, sql, comment FROM duckdb_tables() ORDER BY 1, 2, 3",
    "SELECT database_name, schema_name, view_name, sql FROM duckdb_views() WHERE NOT internal ORDER BY 1, 2, 3",
    "SELECT database_name, schema_name, function_name, macro_definition FROM duckdb_functions() WHERE NOT internal"
    " ORDER BY 1, 2, 3",
    "SELECT database_name, schema_name, type_name FROM duckdb_types() WHERE NOT internal ORDER BY 1, 2, 3",
    "SELECT database_name, schema_name, index_name FROM duckdb_indexes() ORDER BY 1, 2, 3",
    "SELECT database_name, schema_name FROM duckdb_schemas() WHERE NOT internal ORDER BY 1, 2",
    "SELECT current_database(), current_schemas(true)",
)


class DuckdbArena:
    """See ``Arena``."""

    dialect = Dialect.DUCKDB
    probe = "SELECT 1"
    role_hides_vault = False

    def __init__(self) -> None:
        self._home = tempfile.TemporaryDirectory(prefix="chat2sql-attacks-")
        self._folder = Path(self._home.name) / "canaries"
        self._file = self._folder / "shop.duckdb"
        self._listener = Listener()
        self._session: duckdb.DuckDBPyConnection | None = None
        self.reader_dsn = str(self._file)
        self.reset()

    def run(self, sql: str) -> Ran:
        """See ``Arena``."""
        session = self._session = self._session or self._connect()
        stop = threading.Timer(TIME_LIMIT_S, session.interrupt)
        stop.start()
        try:
            result = session.execute(sql)
            rows = result.fetchmany(ROW_CAP) if result.description else []
        except (duckdb.Error, UnicodeError, MemoryError, RuntimeError) as error:
            return Ran(str(error), failed=True)
        finally:
            stop.cancel()
        return Ran("\n".join(str(value)[:10_000] for row in rows for value in row))

    def _connect(self) -> duckdb.DuckDBPyConnection:
        # What bounds this process; nothing bounds the statement.
        limits = {"memory_limit": "1GB", "threads": "2", "home_directory": str(self._folder.parent)}
        return duckdb.connect(str(self._file), config=limits)

    def state(self) -> State:
        """See ``Arena``. With the session closed: the file itself, else what is in it."""
        parts: State = {
            "files": files_below(
                self._folder, lambda path: self._session is not None and "shop.duckdb" in path.name
            ),
            "connections": self._listener.connections,
        }
        if self._session is None:
            return parts
        session = self._session
        for query in SESSION:
            parts[query] = session.execute(query).fetchall()
        for database, schema, name in session.execute(
            "SELECT database_name, schema_name, table_name FROM duckdb_tables() ORDER BY 1, 2, 3"
        ).fetchall():
            rows = session.execute(f'SELECT * FROM "{database}"."{schema}"."{name}"').fetchall()
            parts[f"{database}.{schema}.{name}"] = digest(rows)
        return parts

    def close_session(self) -> None:
        """See ``Arena``."""
        if self._session is not None:
            self._session.close()
            self._session = None
            self._wait_until_released()

    def _wait_until_released(self) -> None:
        # DuckDB ends a database in the background; until then all its connections must have the same settings.
        process, file = psutil.Process(), str(self._file.resolve())
        while any(opened.path == file for opened in process.open_files()):
            time.sleep(0.01)

    def reset(self) -> None:
        """See ``Arena``."""
        self.close_session()
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir()
        self.places = lay_canaries(self._folder) | {"port": str(self._listener.port)}
        with duckdb.connect(str(self._file)) as connection:
            for statement in (*SEED, *OWN_SEED):
                connection.execute(statement)
            connection.execute(
                f"COPY (SELECT '{FILE_CANARY}' AS a) TO '{self._folder}/a.parquet' (FORMAT PARQUET)"
            )
        with duckdb.connect(str(self._folder / "other.duckdb")) as connection:
            connection.execute(f"CREATE TABLE vault AS SELECT '{ROW_CANARY}' AS token")
        self._wait_until_released()

    def close(self) -> None:
        """See ``Arena``."""
        self.close_session()
        self._listener.close()
        self._home.cleanup()
