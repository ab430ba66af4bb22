"""Whatever comes in whatever order is kept exactly: types get wider, values stay the same."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal, localcontext
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat2sql.engine.sql.executors.port import ColumnInfo
from chat2sql.engine.sql.results.column_types import column_type, look
from chat2sql.engine.sql.results.keys import ResultKey
from chat2sql.engine.sql.results.location import open_location
from chat2sql.engine.sql.results.texts import text_of
from chat2sql.engine.sql.results.writer import ResultWriter

KEY = ResultKey(tenant="acme", request_id="q", round=0)
SHANGHAI = ZoneInfo("Asia/Shanghai")
INT, FLOAT, TEXT, BYTES = pa.int64(), pa.float64(), pa.string(), pa.binary()
DAY, CLOCK, MOMENT = pa.date32(), pa.time64("us"), pa.timestamp("us")


@dataclass(frozen=True)
class Case:
    """Batches of one column, the type that they end with, and the values that come back."""

    name: str
    batches: Sequence[Sequence[object]]
    type: pa.DataType
    values: Sequence[object] | None = None
    """None: just what went in."""
    declared: str = "its type"
    json: bool = False


CASES = [
    Case("whole numbers", [[1, -(2**63)], [2**63 - 1, None]], INT),
    Case(
        "beyond 64 bits",
        [[1], [2**63], [-(2**64)]],
        pa.decimal128(38, 0),
        [Decimal(1), Decimal(2**63), Decimal(-(2**64))],
    ),
    Case("beyond 128 bits", [[1], [10**38]], pa.decimal256(76, 0), [Decimal(1), Decimal(10**38)]),
    Case("beyond all numbers", [[1, None], [10**76]], TEXT, ["1", None, str(10**76)]),
    Case("floats join whole numbers", [[2**53], [0.1]], FLOAT, [float(2**53), 0.1]),
    Case("whole numbers join floats", [[0.1], [-(2**53)]], FLOAT, [0.1, float(-(2**53))]),
    Case("a whole number that no float is", [[2**53 + 1], [0.1]], TEXT, [str(2**53 + 1), "0.1"]),
    Case("the same, later", [[0.1], [2**53 + 1]], TEXT, ["0.1", str(2**53 + 1)]),
    Case("no number", [[0.5], [float("inf")], [float("-inf")]], FLOAT),
    Case(
        "the scale grows",
        [[Decimal("1.5")], [Decimal("2.25")], [3]],
        pa.decimal128(38, 2),
        [Decimal("1.50"), Decimal("2.25"), Decimal("3.00")],
    ),
    Case(
        "the digits grow",
        [[Decimal("0.1")], [Decimal(10**37)]],
        pa.decimal256(76, 1),
        [Decimal("0.1"), Decimal(10**37)],
    ),
    Case("more digits than a decimal has", [[Decimal("0.1")], [Decimal(10**75)]], TEXT, ["0.1", str(10**75)]),
    Case(
        "an exponent",
        [[Decimal("1E+20")], [Decimal("1E-10")]],
        pa.decimal128(38, 10),
        [Decimal("1E+20"), Decimal("1E-10")],
    ),
    Case(
        "a decimal that is no number",
        [[Decimal("1.50")], [Decimal("NaN")], [Decimal("-Infinity")]],
        TEXT,
        ["1.50", "NaN", "-Infinity"],
    ),
    Case("decimals and floats", [[Decimal("1.10")], [0.1]], TEXT, ["1.10", "0.1"]),
    Case("truth values", [[True], [False, None]], pa.bool_()),
    Case("truth values and numbers", [[True], [1]], TEXT, ["true", "1"]),
    Case("days", [[date.min], [date.max]], DAY),
    Case(
        "days and moments",
        [[date(2024, 1, 2)], [datetime(2024, 1, 2)]],
        TEXT,
        ["2024-01-02", "2024-01-02 00:00:00"],
    ),
    Case(
        "a day beyond Python's",
        [[date(2024, 1, 2)], ["infinity"], ["4714-11-24 BC"]],
        TEXT,
        ["2024-01-02", "infinity", "4714-11-24 BC"],
    ),
    Case("moments", [[datetime.min], [datetime.max]], MOMENT),
    Case("a zone", [[datetime(2024, 7, 1, 8, tzinfo=SHANGHAI)]], pa.timestamp("us", tz="Asia/Shanghai")),
    Case(
        "two zones are moments all the same",
        [
            [datetime(2024, 7, 1, 8, tzinfo=SHANGHAI)],
            [datetime(2024, 7, 1, 8, tzinfo=timezone(timedelta(hours=-5)))],
        ],
        pa.timestamp("us", tz="UTC"),
        [datetime(2024, 7, 1, 0, tzinfo=UTC), datetime(2024, 7, 1, 13, tzinfo=UTC)],
    ),
    Case(
        "with and without a zone",
        [[datetime(2024, 1, 2, 3, 4, 5, 6)], [datetime(2024, 1, 2, tzinfo=SHANGHAI)]],
        TEXT,
        ["2024-01-02 03:04:05.000006", "2024-01-02 00:00:00+08:00"],
    ),
    Case(
        "a moment that UTC has no day for",
        [[datetime(2024, 1, 2, tzinfo=UTC)], [datetime(1, 1, 1, tzinfo=SHANGHAI)]],
        TEXT,
        ["2024-01-02 00:00:00+00:00", "0001-01-01 00:00:00+08:05:43"],
    ),
    Case("times of day", [[time(0)], [time(23, 59, 59, 999999)]], CLOCK),
    Case("a time with a zone", [[time(8)], [time(8, tzinfo=UTC)]], TEXT, ["08:00:00", "08:00:00+00:00"]),
    Case(
        "intervals",
        [[timedelta(days=35, microseconds=1)], [-timedelta(seconds=1)]],
        TEXT,
        ["840:00:00.000001", "-00:00:01"],
    ),
    Case("NULL is not the empty text", [[None, ""], ["x"]], TEXT),
    Case("bytes", [[b"\x00\xff", b""], [None]], BYTES),
    Case("bytes and text", [[b"\x00\xff"], ["x"]], TEXT, ["\\x00ff", "x"]),
    Case("a UUID", [[uuid.UUID(int=1)]], TEXT, ["00000000-0000-0000-0000-000000000001"]),
    Case(
        "arrays and structures",
        [[[1, None, "北"], {"a": [Decimal("1.10"), float("nan"), b"\x01", date(2024, 1, 2)]}], [None]],
        TEXT,
        ['[1, null, "北"]', '{"a": ["1.10", "NaN", "\\\\x01", "2024-01-02"]}', None],
        json=True,
    ),
    Case("arrays and text", [[[1, 2]], ["x"]], TEXT, ["[1, 2]", "x"]),
    Case("NULL alone, a number by its declaration", [[None]], INT, declared="BIGINT UNSIGNED"),
    Case("NULL alone, a decimal", [[None]], pa.decimal128(38, 2), declared="NUMERIC(12, 2)"),
    Case("NULL alone, a float", [[None]], FLOAT, declared="double precision"),
    Case(
        "NULL alone, a moment", [[None]], pa.timestamp("us", tz="UTC"), declared="timestamp(6) with time zone"
    ),
    Case("NULL alone, bytes", [[None]], BYTES, declared="VARBINARY(16)"),
    Case("NULL alone, an array", [[None]], TEXT, declared="int4[]"),
    Case("NULL alone, anything", [[None]], TEXT, declared="tsvector"),
    Case("a declaration that was wrong", [[None], ["x"]], TEXT, declared="int4"),
    Case("no rows", [], pa.bool_(), declared="bool"),
]


def stored(folder: Path, batches: Sequence[Sequence[object]], declared: str, rows_per_group: int) -> pa.Table:
    """The batches through a writer that begins a row group every few rows."""
    with ResultWriter(open_location(str(folder)), KEY, (), rows_per_group=rows_per_group) as writer:
        writer.begin((ColumnInfo(name="v", type=declared),))
        for batch in batches:
            writer.write([(value,) for value in batch])
        reference = writer.commit()
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files == [folder / "acme/q/0.parquet"] and reference.rows == sum(map(len, batches))
    return pq.read_table(files[0])


@pytest.mark.parametrize("rows_per_group", [1, 1000], ids=["in parts", "at once"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_value_is_kept(tmp_path: Path, case: Case, rows_per_group: int) -> None:
    table = stored(tmp_path, case.batches, case.declared, rows_per_group)
    field = table.schema.field("v")
    given_values = [value for batch in case.batches for value in batch]
    assert field.type == case.type
    assert table.column("v").to_pylist() == list(given_values if case.values is None else case.values)
    assert field.metadata == {b"type": case.declared.encode(), **({b"json": b"yes"} if case.json else {})}


NUMBERS = st.one_of(
    st.integers(),
    st.integers(-(10**80), 10**80),
    st.floats(),
    st.decimals(),
    st.decimals(allow_nan=False, allow_infinity=False, places=3),
)
VALUES = st.one_of(
    st.none(),
    NUMBERS,
    st.booleans(),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.binary(),
    st.dates(),
    st.datetimes(timezones=st.none() | st.just(UTC) | st.just(SHANGHAI)),
    st.times(),
    st.timedeltas(),
)


def same(given_value: object, kept: object) -> bool:
    """Whether a value came through: itself, or its whole text where the column became text."""
    if given_value is None or kept is None:
        return given_value is kept
    if isinstance(kept, str):
        if kept == text_of(given_value):
            return True
        # Numbers and moments may first have been kept with their column's scale, or in its zone.
        if isinstance(given_value, datetime):
            return datetime.fromisoformat(kept) == given_value
        return isinstance(given_value, int | float | Decimal) and Decimal(kept) == Decimal(
            text_of(given_value)
        )
    if isinstance(given_value, float) and given_value != given_value:
        return isinstance(kept, float) and kept != kept
    if isinstance(given_value, datetime) and given_value.tzinfo is not None and isinstance(kept, datetime):
        # A wall clock may never have shown that time (Shanghai, 31 January 1942, 00:30): the moment is what counts.
        return kept.astimezone(UTC) == given_value.astimezone(UTC)
    return kept == given_value and isinstance(kept, bool) is isinstance(given_value, bool)


@settings(max_examples=300, deadline=None)
@given(
    batches=st.lists(st.lists(NUMBERS, max_size=3) | st.lists(VALUES, max_size=3), max_size=6),
    rows=st.integers(1, 4),
)
def test_any_values_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[object]], rows: int
) -> None:
    with localcontext(prec=400):
        kept = stored(tmp_path_factory.mktemp("any"), batches, "any", rows).column("v").to_pylist()
        given_values = [value for batch in batches for value in batch]
        assert len(kept) == len(given_values)
        for given_value, kept_value in zip(given_values, kept, strict=True):
            assert same(given_value, kept_value), (given_value, kept_value)


@settings(max_examples=300, deadline=None)
@given(first=st.lists(VALUES, max_size=5), second=st.lists(VALUES, max_size=5))
def test_the_order_of_values_does_not_matter(first: list[object], second: list[object]) -> None:
    together = column_type(look(first) | look(second), "text")
    assert together == column_type(look(second + first), "text")
