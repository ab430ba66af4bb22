"""Opening DuckDB files: read-only, cut off from everything outside the file, limited in memory, threads and disk."""

from __future__ import annotations

import atexit
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import duckdb

from chat2sql.engine.sql.executors.duckdb_errors import opening_failure

MEMORY_LIMIT = "200MB"
"""Of all statements on one file at once; what needs more spills to disk."""
SPILL_LIMIT = "4GB"
THREADS = 2


@contextmanager
def open_duckdb(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a file, closed at the end. The file is locked against writers only as long as it is open.

    Args:
        file: absolute, as ``duckdb_file`` gives it.

    Raises:
        DatabaseUnavailable: another program writes to the file.
        Misconfigured: it is no DuckDB database, or one of a later version.
    """
    try:
        connection = duckdb.connect(str(file), read_only=True, config=_settings(file))
    except (duckdb.Error, RuntimeError) as error:
        raise opening_failure(error) from None
    try:
        yield connection
    finally:
        connection.close()


def _settings(file: Path) -> dict[str, str | bool | int | float | list[str]]:
    # Connections of one process share one instance of a file, so all must come with the same settings.
    return {
        "enable_external_access": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "allow_persistent_secrets": False,
        "python_enable_replacements": False,
        "memory_limit": MEMORY_LIMIT,
        "threads": THREADS,
        "temp_directory": str(_spill_folder(file)),
        "max_temp_directory_size": SPILL_LIMIT,
        "lock_configuration": True,
    }


def _spill_folder(file: Path) -> Path:
    # DuckDB empties the folder when it closes a file, so no two files share one.
    return _spill_root() / hashlib.sha256(str(file).encode()).hexdigest()[:16]


@cache
def _spill_root() -> Path:
    """One for the process, nobody else's to read, removed at the end."""
    root = Path(tempfile.mkdtemp(prefix="chat2sql-duckdb-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    return root
