"""A stored result as a file of another format: CSV, XLSX, Parquet, JSON or JSON Lines.

No value is rounded: what a format cannot hold exactly is written as text. ``docs/results.md`` tells what becomes of
each kind of value.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import IO

from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.sql.results.export_csv import write_csv
from chat2sql.engine.sql.results.export_json import write_json, write_json_lines
from chat2sql.engine.sql.results.export_xlsx import write_xlsx
from chat2sql.engine.sql.results.failures import writing
from chat2sql.engine.sql.results.location import open_location
from chat2sql.engine.sql.results.rows import StoredRows

OnRows = Callable[[int], None]
"""Called now and then with the number of rows written so far."""


class ExportFormat(StrEnum):
    """What a result can be downloaded as; the value is how the file's name ends."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    JSON = "json"
    JSON_LINES = "jsonl"


class ExportOptions(Frozen):
    """Choices for CSV; the other formats have none.

    Attributes:
        bom: begin with a byte order mark, without which Excel does not take the file for UTF-8.
        spreadsheet_safe: put an apostrophe before texts that a spreadsheet would run as a formula.
    """

    bom: bool = False
    spreadsheet_safe: bool = False


AS_THEY_ARE = ExportOptions()


def export(
    rows: StoredRows, form: ExportFormat, target: Path | IO[bytes], options: ExportOptions, report: OnRows
) -> int:
    """Write a result into a file, which appears whole or not at all, or into a stream.

    Returns:
        How many rows were written.

    Raises:
        InvalidInput: the result does not fit the format.
        ResultStoreFull: the target cannot be written.
        StoreUnavailable: the result cannot be read for now.
    """
    with writing():
        if not isinstance(target, Path):
            _write(rows, form, target, options, report)
            return rows.count
        place = open_location(str(target.absolute().parent))
        scratch = place.scratch(target.name)
        try:
            _write(rows, form, scratch, options, report)
            place.publish(scratch, target.name)
        except BaseException:
            place.discard(scratch)
            raise
    return rows.count


def _write(
    rows: StoredRows, form: ExportFormat, out: IO[bytes], options: ExportOptions, report: OnRows
) -> None:
    match form:
        case ExportFormat.CSV:
            write_csv(rows, out, report, bom=options.bom, spreadsheet_safe=options.spreadsheet_safe)
        case ExportFormat.XLSX:
            write_xlsx(rows, out, report)
        case ExportFormat.JSON:
            write_json(rows, out, report)
        case ExportFormat.JSON_LINES:
            write_json_lines(rows, out, report)
        case ExportFormat.PARQUET:
            for chunk in rows.chunks():
                out.write(chunk)
            report(rows.count)
