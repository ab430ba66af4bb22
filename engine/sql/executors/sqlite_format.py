"""SQLite's ``printf`` and ``format``, without widths that nothing could stop."""

from __future__ import annotations

import re
import sqlite3

_WIDTHS = re.compile(r"%[-+ 0#,!]*(\*|\d*)(?:\.(\*|\d*))?")


def bound_formats(connection: sqlite3.Connection, plain: sqlite3.Connection, longest: int) -> None:
    """Let a format ask for no more characters than that; more is SQLite's own error of a text too long.

    SQLite 3.40, for one, writes out a width of 900 million to its end, long after the limit on lengths has thrown the
    text away, and hears no interrupt meanwhile. A width from an argument (``*``) is refused, as by the guard. Where the
    file's own views or indexes use these functions they stay as they are: a schema may not call functions of ours.

    Args:
        connection: whose statements are bounded.
        plain: any other connection, of the same thread and open as long: there the functions are what they were.
        longest: in characters.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    used = connection.execute(
        "SELECT 1 FROM sqlite_master WHERE sql LIKE '%printf%' OR sql LIKE '%format%'"
    ).fetchone()
    if used is not None:
        return

    def bounded(*values: str | float | bytes | None) -> str | None:
        text = values[0] if values else None
        text = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
        widths = [width for found in _WIDTHS.findall(text) for width in found if width]
        if "*" in widths or sum(map(int, widths)) > longest:
            raise OverflowError  # becomes "string or blob too big"
        made: str | None
        (made,) = plain.execute(f"SELECT printf({', '.join('?' * len(values))})", values).fetchone()
        return made

    for name in ("printf", "format"):
        connection.create_function(name, -1, bounded, deterministic=True)
