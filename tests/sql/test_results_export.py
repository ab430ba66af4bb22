"""A download holds what the result holds: every format is read back with somebody else's reader and compared exactly."""

from __future__ import annotations

import csv
import io
import json
import re
import warnings
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from chat2sql.config.errors import InvalidInput, ResultStoreFull
from chat2sql.engine.sql.executors.port import ColumnInfo, Row
from chat2sql.engine.sql.results.export_xlsx import MOST_CHARS, MOST_ROWS, write_xlsx
from chat2sql.engine.sql.results.rows import StoredRows
from chat2sql.engine.sql.results.store import ExportFormat, ExportOptions, ResultKey, ResultStore
from chat2sql.engine.sql.results.writer import ROWS_PER_GROUP

KEY = ResultKey(tenant="acme", request_id="q", round=0)

TEXTS: list[str | None] = [
    None,
    "",
    " ",
    'say "hi"',
    '"',
    "two\nlines",
    "two\r\nlines",
    "\r",
    "a,b;c\td",
    "007",
    "1e5",
    "2024-01-02",
    "中文，全角",
    "🙂👩‍👩‍👧",
    "NULL",
    "\\N",
    "=1+1",
    '=HYPERLINK("http://x")',
    "+1",
    "-1",
    "@x",
    "\t=1",
    "＝1+1",
    "'quoted'",
    "http://example.org",
    "mailto:a@example.org",
    "<b>&amp;</b>",
    "<r></r>",
    "<r><t>rich</t></r>",
    "_x0041_",
    "\x01\x1f\x7f",
    "\x00",
    "{=1}",
    "TRUE",
    "#N/A",
    "x" * MOST_CHARS,
]


class Case:
    """A column: its values, and what they are in each format."""

    def __init__(
        self,
        values: Sequence[object],
        *,
        csv: Sequence[str | None],
        xlsx: Sequence[object],
        json: Sequence[object],
    ) -> None:
        self.values = values
        self.csv = csv
        self.xlsx = xlsx
        self.json = json


BIG = 10**15
CASES = {
    "whole numbers": Case(
        [0, -5, BIG - 1, BIG, 2**53 - 1, 2**53, -(2**63), None],
        csv=[
            "0",
            "-5",
            "999999999999999",
            "1000000000000000",
            str(2**53 - 1),
            str(2**53),
            str(-(2**63)),
            None,
        ],
        xlsx=[0, -5, BIG - 1, str(BIG), str(2**53 - 1), str(2**53), str(-(2**63)), None],
        json=[0, -5, BIG - 1, BIG, 2**53 - 1, str(2**53), str(-(2**63)), None],
    ),
    "decimals": Case(
        [Decimal("12.30"), Decimal("-0.01"), Decimal("1234567890123.45"), Decimal("12345678901234.56"), None],
        csv=["12.30", "-0.01", "1234567890123.45", "12345678901234.56", None],
        xlsx=[12.3, -0.01, 1234567890123.45, "12345678901234.56", None],
        json=[12.3, -0.01, 1234567890123.45, "12345678901234.56", None],
    ),
    "huge decimals": Case(
        [Decimal("0.00000000000000000001"), Decimal(10**40), Decimal("1.5")],
        csv=["0.00000000000000000001", f"{10**40}.{'0' * 20}", "1.50000000000000000000"],
        xlsx=[1e-20, f"{10**40}.{'0' * 20}", 1.5],
        json=[1e-20, f"{10**40}.{'0' * 20}", 1.5],
    ),
    "floats": Case(
        [
            0.1,
            0.1 + 0.2,
            1 / 3,
            -1e-300,
            1.7976931348623157e308,
            5e-324,
            -0.0,
            float("nan"),
            float("-inf"),
            None,
        ],
        csv=[
            "0.1",
            "0.30000000000000004",
            "0.3333333333333333",
            "-1e-300",
            "1.7976931348623157e+308",
            "5e-324",
            "-0.0",
            "NaN",
            "-Infinity",
            None,
        ],
        xlsx=[0.1, 0.1 + 0.2, 1 / 3, -1e-300, 1.7976931348623157e308, 5e-324, 0, "NaN", "-Infinity", None],
        json=[0.1, 0.1 + 0.2, 1 / 3, -1e-300, 1.7976931348623157e308, 5e-324, -0.0, "NaN", "-Infinity", None],
    ),
    "truth values": Case(
        [True, False, None], csv=["true", "false", None], xlsx=[True, False, None], json=[True, False, None]
    ),
    "days": Case(
        [date(2024, 2, 29), date(1900, 3, 1), date(1900, 2, 28), date.min, date.max, None],
        csv=["2024-02-29", "1900-03-01", "1900-02-28", "0001-01-01", "9999-12-31", None],
        xlsx=[
            datetime(2024, 2, 29),
            datetime(1900, 3, 1),
            "1900-02-28",
            "0001-01-01",
            datetime(9999, 12, 31),
            None,
        ],
        json=["2024-02-29", "1900-03-01", "1900-02-28", "0001-01-01", "9999-12-31", None],
    ),
    "moments": Case(
        [
            datetime(2024, 1, 2, 3, 4, 5),
            datetime(2024, 1, 2, 3, 4, 5, 678000),
            datetime(2024, 1, 2, 3, 4, 5, 678901),
            datetime.min,
        ],
        csv=[
            "2024-01-02 03:04:05",
            "2024-01-02 03:04:05.678000",
            "2024-01-02 03:04:05.678901",
            "0001-01-01 00:00:00",
        ],
        xlsx=[
            datetime(2024, 1, 2, 3, 4, 5),
            datetime(2024, 1, 2, 3, 4, 5, 678000),
            "2024-01-02 03:04:05.678901",
            "0001-01-01 00:00:00",
        ],
        json=[
            "2024-01-02T03:04:05",
            "2024-01-02T03:04:05.678000",
            "2024-01-02T03:04:05.678901",
            "0001-01-01T00:00:00",
        ],
    ),
    "moments with a zone": Case(
        [datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC), None],
        csv=["2024-01-02 03:04:05+00:00", None],
        xlsx=["2024-01-02 03:04:05+00:00", None],
        json=["2024-01-02T03:04:05+00:00", None],
    ),
    "days out of range": Case(
        [date(2024, 1, 2), "infinity", "4714-11-24 BC"],
        csv=["2024-01-02", "infinity", "4714-11-24 BC"],
        xlsx=["2024-01-02", "infinity", "4714-11-24 BC"],
        json=["2024-01-02", "infinity", "4714-11-24 BC"],
    ),
    "times of day": Case(
        [time(23, 59, 58), time(0), time(1, 2, 3, 4)],
        csv=["23:59:58", "00:00:00", "01:02:03.000004"],
        xlsx=[time(23, 59, 58), time(0), "01:02:03.000004"],
        json=["23:59:58", "00:00:00", "01:02:03.000004"],
    ),
    "bytes": Case(
        [b'\x00\xff,"', b"", None],
        csv=["\\x00ff2c22", "\\x", None],
        xlsx=["\\x00ff2c22", "\\x", None],
        json=["\\x00ff2c22", "\\x", None],
    ),
    "arrays": Case(
        [[1, None, '"北"'], {"a": [Decimal("1.10"), {"b": "x\ny"}]}, None],
        csv=['[1, null, "\\"北\\""]', '{"a": ["1.10", {"b": "x\\ny"}]}', None],
        xlsx=['[1, null, "\\"北\\""]', '{"a": ["1.10", {"b": "x\\ny"}]}', None],
        json=[[1, None, '"北"'], {"a": ["1.10", {"b": "x\ny"}]}, None],
    ),
    "texts": Case(
        TEXTS,
        csv=TEXTS,
        xlsx=TEXTS,
        json=TEXTS,
    ),
}


@pytest.fixture
def store(tmp_path: Path) -> ResultStore:
    return ResultStore(str(tmp_path / "results"))


def written(store: ResultStore, rows: Sequence[Row], names: Sequence[str] = ("v",)) -> str:
    with store.open_writer(KEY) as writer:
        writer.begin(tuple(ColumnInfo(name=name, type="any") for name in names))
        writer.write(rows)
        return writer.commit().uri


def exported(store: ResultStore, uri: str, form: ExportFormat, **options: bool) -> bytes:
    out = io.BytesIO()
    store.export(uri, form, out, tenant="acme", options=ExportOptions.model_validate(options))
    return out.getvalue()


def csv_cells(content: bytes) -> list[str | None]:
    """The only column, its empty texts told from NULL; by Arrow's reader."""
    # Somebody else's reader of lines skips empty ones, so NULL alone in a line gets company.
    read = pyarrow.csv.read_csv(
        io.BytesIO(content),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types={"v": pa.string()},
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=[""],
        ),
    )
    cells: list[str | None] = read.column("v").to_pylist()
    return cells


def unescaped(cell: object) -> object:
    """A text as Excel reads it: ``_x000A_`` is the character (ECMA-376, ST_Xstring); openpyxl leaves that to us."""
    if not isinstance(cell, str):
        return cell
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), cell)


@pytest.mark.parametrize("name", CASES)
def test_csv(store: ResultStore, name: str) -> None:
    case = CASES[name]
    content = exported(store, written(store, [(value,) for value in case.values]), ExportFormat.CSV)
    assert csv_cells(content) == list(case.csv)
    # Python's reader, which does not know NULL, agrees otherwise.
    read = list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))
    assert read == [["v"], *([cell] if cell is not None else [] for cell in case.csv)]


@pytest.mark.parametrize("name", CASES)
def test_xlsx(store: ResultStore, name: str) -> None:
    case = CASES[name]
    content = exported(store, written(store, [(value,) for value in case.values]), ExportFormat.XLSX)
    sheet = openpyxl.load_workbook(io.BytesIO(content), rich_text=False).worksheets[0]
    cells = [cell for (cell,) in sheet.iter_rows(min_row=2, max_row=len(case.values) + 1)]
    for cell, wanted in zip(cells, case.xlsx, strict=True):
        shown = unescaped(cell.value) or ("" if cell.data_type == "inlineStr" else cell.value)
        assert (shown, type(shown)) == (wanted, type(wanted)) or (shown == wanted == 0)
        assert cell.data_type != "f" and cell.hyperlink is None


@pytest.mark.parametrize("form", [ExportFormat.JSON, ExportFormat.JSON_LINES])
@pytest.mark.parametrize("name", CASES)
def test_json(store: ResultStore, name: str, form: ExportFormat) -> None:
    case = CASES[name]
    content = exported(store, written(store, [(value,) for value in case.values]), form).decode()
    if form is ExportFormat.JSON:
        rows = json.loads(content, parse_constant=pytest.fail)
    else:
        rows = [json.loads(line, parse_constant=pytest.fail) for line in content.split("\n")[:-1]]
    assert [row["v"] for row in rows] == list(case.json)
    assert [type(row["v"]) for row in rows] == [type(value) for value in case.json]


@pytest.mark.parametrize("name", CASES)
def test_parquet_is_the_file_itself(store: ResultStore, tmp_path: Path, name: str) -> None:
    uri = written(store, [(value,) for value in CASES[name].values])
    content = exported(store, uri, ExportFormat.PARQUET)
    assert content == (tmp_path / "results/acme/q/0.parquet").read_bytes()
    assert pq.read_table(io.BytesIO(content)).num_rows == len(CASES[name].values)


def test_csv_is_rfc_4180(store: ResultStore) -> None:
    rows: list[Row] = [(1, "a"), (None, None), (2, "")]
    content = exported(store, written(store, rows, ('n"', "中")), ExportFormat.CSV)
    assert content == '"n""","中"\r\n1,"a"\r\n,\r\n2,""\r\n'.encode()


def test_csv_for_excel(store: ResultStore) -> None:
    uri = written(store, [(text, -1) for text in TEXTS], ("=v", "n"))
    content = exported(store, uri, ExportFormat.CSV, bom=True, spreadsheet_safe=True)
    assert content.startswith(b"\xef\xbb\xbf")
    header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    assert header == ["'=v", "n"]
    for (cell, number), text in zip(rows, TEXTS, strict=True):
        begins_a_formula = bool(text) and str(text)[0] in "=+-@\t\r\n＝＋－＠"
        assert cell == (f"'{text}" if begins_a_formula else text or "")
        assert number == "-1"


def test_columns_of_all_formats(store: ResultStore) -> None:
    uri = written(store, [(1, "x"), (2, None)], ('a "b"\n', "中文"))
    sheet = openpyxl.load_workbook(io.BytesIO(exported(store, uri, ExportFormat.XLSX))).worksheets[0]
    assert list(sheet.iter_rows(values_only=True)) == [('a "b"\n', "中文"), (1, "x"), (2, None)]
    assert json.loads(exported(store, uri, ExportFormat.JSON)) == [
        {'a "b"\n': 1, "中文": "x"},
        {'a "b"\n': 2, "中文": None},
    ]


def test_no_rows_in_any_format(store: ResultStore) -> None:
    uri = written(store, [])
    assert exported(store, uri, ExportFormat.CSV) == b'"v"\r\n'
    assert json.loads(exported(store, uri, ExportFormat.JSON)) == []
    assert exported(store, uri, ExportFormat.JSON_LINES) == b""
    assert pq.read_table(io.BytesIO(exported(store, uri, ExportFormat.PARQUET))).num_rows == 0
    sheet = openpyxl.load_workbook(io.BytesIO(exported(store, uri, ExportFormat.XLSX))).worksheets[0]
    assert list(sheet.iter_rows(values_only=True)) == [("v",)]


def test_several_row_groups_and_progress(store: ResultStore, tmp_path: Path) -> None:
    count = 2 * ROWS_PER_GROUP + 7
    uri = written(store, [(n,) for n in range(count)])
    for form in ExportFormat:
        seen: list[int] = []
        target = tmp_path / f"out.{form}"
        assert store.export(uri, form, target, tenant="acme", on_progress=seen.append) == count
        assert seen[-1] == count and seen == sorted(seen)
    assert [int(line) for line in (tmp_path / "out.csv").read_text().split()[1:]] == list(range(count))
    assert [row["v"] for row in json.loads((tmp_path / "out.json").read_text())] == list(range(count))
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    assert [json.loads(line)["v"] for line in lines] == list(range(count))
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").worksheets[0]
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == list(range(count))


@pytest.mark.parametrize("count", [3, 4, 8])
def test_more_rows_than_a_sheet_has(store: ResultStore, count: int) -> None:
    content, out = (
        exported(store, written(store, [(n,) for n in range(count)]), ExportFormat.PARQUET),
        io.BytesIO(),
    )
    source = pa.BufferReader(content)
    write_xlsx(StoredRows(source, pq.ParquetFile(source)), out, lambda rows: None, rows_of_a_sheet=4)
    sheets = openpyxl.load_workbook(out).worksheets
    assert [[row[0] for row in sheet.iter_rows(values_only=True)] for sheet in sheets] == [
        ["v", *range(start, min(start + 3, count))] for start in range(0, count, 3)
    ]
    assert MOST_ROWS == 2**20


def test_decimals_show_their_places(store: ResultStore) -> None:
    uri = written(store, [(Decimal("12.30"), datetime(2024, 1, 2, 3, 4, 5))], ("amount", "at"))
    sheet = openpyxl.load_workbook(io.BytesIO(exported(store, uri, ExportFormat.XLSX))).worksheets[0]
    assert [cell.number_format for cell in sheet[2]] == ["0.00", "yyyy-mm-dd hh:mm:ss"]


@pytest.mark.parametrize("text", ["x" * (MOST_CHARS + 1), "🙂" * (MOST_CHARS // 2 + 1)])
def test_what_excel_cannot_hold_is_refused_and_nothing_is_left(
    store: ResultStore, tmp_path: Path, text: str
) -> None:
    uri = written(store, [("short",), (text,)])
    with warnings.catch_warnings(), pytest.raises(InvalidInput, match="csv or parquet"):
        warnings.simplefilter("error")
        store.export(uri, ExportFormat.XLSX, tmp_path / "out.xlsx", tenant="acme")
    assert [path.name for path in tmp_path.iterdir()] == ["results"]


def test_whole_or_not_at_all(store: ResultStore, tmp_path: Path) -> None:
    uri = written(store, [(n,) for n in range(3 * ROWS_PER_GROUP)])
    target = tmp_path / "out.csv"
    target.write_text("the old one")

    def stop(rows: int) -> None:
        if rows > ROWS_PER_GROUP:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.export(uri, ExportFormat.CSV, target, tenant="acme", on_progress=stop)
    assert target.read_text() == "the old one"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "results"]


def test_a_target_that_cannot_be_written(store: ResultStore, tmp_path: Path) -> None:
    uri = written(store, [(1,)])
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ResultStoreFull):
        store.export(uri, ExportFormat.CSV, tmp_path / "file" / "out.csv", tenant="acme")
