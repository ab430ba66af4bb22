"""A result as CSV by RFC 4180, in UTF-8. Our own writer of lines, because NULL and the empty text must differ:
Python's ``csv`` learns that with 3.12, and Arrow's writes small decimals with an exponent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import IO

import pyarrow as pa

from chat2sql.engine.sql.results.rows import StoredRows
from chat2sql.engine.sql.results.texts import text_of

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BEGINS_A_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""What a cell begins with that a spreadsheet runs (OWASP, "CSV Injection"); some locales take the wide forms too."""


def write_csv(
    rows: StoredRows, out: IO[bytes], report: Callable[[int], None], *, bom: bool, spreadsheet_safe: bool
) -> None:
    """Write a header and the rows: texts in quotes, everything else without, NULL as nothing at all.

    Args:
        rows: the result.
        out: where to.
        report: told after each row group how many rows are written.
        bom: begin with a byte order mark.
        spreadsheet_safe: put an apostrophe before texts, and names of columns, that begin like a formula.
    """
    quoted = _quoted_safely if spreadsheet_safe else _quoted
    out.write(BYTE_ORDER_MARK if bom else b"")
    out.write((",".join(map(quoted, rows.schema.names)) + "\r\n").encode())
    done = 0
    for table in rows.groups():
        columns = [_cells(column, quoted) for column in table.columns]
        out.write("".join(",".join(cells) + "\r\n" for cells in zip(*columns, strict=True)).encode())
        done += table.num_rows
        report(done)


def _cells(column: pa.ChunkedArray, quoted: Callable[[str], str]) -> list[str]:
    write = quoted if column.type == pa.string() else text_of
    return ["" if value is None else write(value) for value in column.to_pylist()]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _quoted_safely(text: str) -> str:
    return _quoted(f"'{text}" if text.startswith(BEGINS_A_FORMULA) else text)
