"""A result as an Excel workbook: written row by row, so that its size is no matter; text stays text."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import IO

import pyarrow as pa
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from chat2sql.config.errors import InvalidInput
from chat2sql.engine.sql.results.rows import StoredRows
from chat2sql.engine.sql.results.texts import SIGNIFICANT_DIGITS, survives_as_double, text_of

MOST_ROWS = 1_048_576
"""Rows of a sheet, the header among them."""
MOST_COLUMNS = 16_384
MOST_CHARS = 32_767
"""UTF-16 units of a cell's text."""
FIRST_DAY = date(1900, 3, 1)
"""Before it Excel counts a day that never was, and before 1900 none at all."""

_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_DAY, _TIME = "yyyy-mm-dd", "hh:mm:ss"
_MILLISECONDS = ".000"


class _Exact(float):
    """A float that goes into the file with all its digits, where the library would write sixteen."""

    def __format__(self, spec: str) -> str:
        return repr(float(self)).removesuffix(".0")


def write_xlsx(
    rows: StoredRows, out: IO[bytes], report: Callable[[int], None], *, rows_of_a_sheet: int = MOST_ROWS
) -> None:
    """Write a workbook; rows beyond a sheet's end go on further sheets, each with the header.

    Args:
        rows: the result.
        out: where to; it gets the finished workbook in one go.
        report: told after each row group how many rows are written.
        rows_of_a_sheet: where the next sheet begins, the header counted.

    Raises:
        InvalidInput: a text is too long for a cell, or there are too many columns for a sheet.
    """
    if len(rows.schema) > MOST_COLUMNS:
        raise _too_large(f"{MOST_COLUMNS:,} 列", f"{MOST_COLUMNS:,} columns")
    with tempfile.TemporaryDirectory() as folder:
        finished = Path(folder) / "result.xlsx"
        with Workbook(str(finished), {**_OPTIONS, "tmpdir": folder}) as workbook:
            workbook.use_zip64()
            sheets = _Sheets(workbook, rows.schema, rows_of_a_sheet)
            done = 0
            for table in rows.groups():
                for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
                    sheets.add(row)
                done += table.num_rows
                report(done)
        with finished.open("rb") as source:
            shutil.copyfileobj(source, out)


class _Sheets:
    """The sheets of a workbook, one after the other."""

    def __init__(self, workbook: Workbook, schema: pa.Schema, most_rows: int) -> None:
        self._workbook = workbook
        self._most_rows = most_rows
        self._names: list[str] = schema.names
        self._bold = workbook.add_format({"bold": True})
        self._formats: dict[str, Format] = {}
        # Decimals show as many places as their column has.
        self._number_formats = [
            self._format("0." + "0" * kind.scale)
            if pa.types.is_decimal(kind) and 0 < kind.scale <= SIGNIFICANT_DIGITS
            else None
            for kind in schema.types
        ]
        self._next_sheet()

    def add(self, values: tuple[object, ...]) -> None:
        if self._row == self._most_rows:
            self._next_sheet()
        for column, value in enumerate(values):
            if value is not None:
                self._cell(column, value)
        self._row += 1

    def _next_sheet(self) -> None:
        self._sheet: Worksheet = self._workbook.add_worksheet()
        self._sheet.freeze_panes(1, 0)
        for column, name in enumerate(self._names):
            self._sheet.set_column(column, column, min(40, max(12, len(name) + 2)))
        self._row = 0
        for column, name in enumerate(self._names):
            self._text(column, name, self._bold)
        self._row = 1

    def _cell(self, column: int, value: object) -> None:
        if isinstance(value, bool):
            self._sheet.write_boolean(self._row, column, value)
        elif (number := _number(value)) is not None:
            self._sheet.write_number(self._row, column, number, self._number_formats[column])
        elif isinstance(value, (date, time)) and (shown := _moment_format(value)):
            self._sheet.write_datetime(self._row, column, value, self._format(shown))
        else:
            self._text(column, text_of(value))

    def _text(self, column: int, text: str, style: Format | None = None) -> None:
        if text.startswith("<r>") and text.endswith("</r>"):
            # The library would take it for markup of its own and not escape it; in pieces it does.
            written = self._sheet.write_rich_string(self._row, column, "<", "r>", text[3:])
        else:
            written = self._sheet.write_string(self._row, column, text, style)
        if written < 0:
            raise _too_large(f"长达 {MOST_CHARS:,} 个字符的文本", f"texts of {MOST_CHARS:,} characters")

    def _format(self, shown: str) -> Format:
        if shown not in self._formats:
            self._formats[shown] = self._workbook.add_format({"num_format": shown})
        return self._formats[shown]


def _number(value: object) -> float | None:
    """The number that Excel would keep; None if that is another number, or none."""
    if isinstance(value, float):
        return _Exact(value) if value - value == 0 else None
    if isinstance(value, (int, Decimal)) and survives_as_double(value):
        return _Exact(value)
    return None


def _moment_format(value: date | time) -> str | None:
    """How Excel shows a date or time; None if it cannot keep it: zones, single microseconds, the days before 1900."""
    if isinstance(value, time):
        return _TIME if not value.microsecond else None
    if not isinstance(value, datetime):
        return _DAY if value >= FIRST_DAY else None
    if value.tzinfo is not None or value.microsecond % 1000 or value.date() < FIRST_DAY:
        return None
    return f"{_DAY} {_TIME}{_MILLISECONDS if value.microsecond else ''}"


def _too_large(zh: str, en: str) -> InvalidInput:
    return InvalidInput(
        zh=f"Excel 最多容纳{zh}，这个结果超出了。请改用 csv 或 parquet 下载。",
        en=f"Excel takes at most {en}, and this result has more. Download it as csv or parquet.",
    )
