"""Results are written whole or not at all, and found again."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from chat2sql.config.errors import InvalidInput, Misconfigured, ResultStoreFull
from chat2sql.engine.sql.arrow import to_fetched
from chat2sql.engine.sql.port import ColumnInfo, Fetched
from chat2sql.engine.sql.result_store import ResultKey, ResultStore, preview

KEY = ResultKey(tenant="acme", request_id="q-1", round=0)


def numbers(count: int) -> Fetched:
    """A result with the numbers from 0 on."""
    columns = [ColumnInfo(name="n", type="int4"), ColumnInfo(name="text", type="varchar(9)")]
    return to_fetched(columns, [(n, f"row {n}") for n in range(count)], count)


def files(folder: Path) -> list[str]:
    """All files below a folder, hidden ones too."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_written_and_read_again(tmp_path: Path) -> None:
    store = ResultStore(str(tmp_path / "results"))
    reference = store.write(KEY, numbers(3))
    assert (reference.rows, reference.columns) == (3, numbers(3).columns)
    assert files(tmp_path) == ["results/acme/q-1/0.parquet"]
    assert reference.bytes == (tmp_path / "results/acme/q-1/0.parquet").stat().st_size
    assert store.preview(reference, 2) == store.preview(numbers(3), 2) == preview(numbers(3), 2)
    assert store.read_page(reference.uri, 0, 10).rows == ((0, "row 0"), (1, "row 1"), (2, "row 2"))


def test_a_retry_replaces_and_leaves_nothing_over(tmp_path: Path) -> None:
    store = ResultStore(str(tmp_path))
    first = store.write(KEY, numbers(3))
    killed = tmp_path / "acme/q-1/.0.parquet.deadbeef"
    killed.write_bytes(b"half writ")
    second = store.write(KEY, numbers(5))
    assert first.uri == second.uri
    assert files(tmp_path) == ["acme/q-1/0.parquet"]
    assert len(store.read_page(first.uri, 0, 100).rows) == 5


@pytest.mark.parametrize(
    ("offset", "limit"),
    [
        (0, 10),
        (4990, 20),
        (5000, 1),
        (9999, 5),
        (11990, 100),
        (12000, 5),
        (50_000, 5),
        (0, 0),
        (3, 12_000),
        (-5, 2),
    ],
)
def test_pages_across_row_groups(tmp_path: Path, offset: int, limit: int) -> None:
    store = ResultStore(str(tmp_path))
    reference = store.write(KEY, numbers(12_000))
    page = store.read_page(reference.uri, offset, limit)
    start = max(0, offset)
    assert [row[0] for row in page.rows] == list(range(12_000))[start : start + limit]
    assert [column.name for column in page.columns] == ["n", "text"]


def test_no_rows_have_a_page_too(tmp_path: Path) -> None:
    store = ResultStore(str(tmp_path))
    reference = store.write(KEY, numbers(0))
    assert store.read_page(reference.uri, 0, 10).rows == ()
    assert [column.name for column in store.preview(reference, 5).columns] == ["n", "text"]


CELLS: list[tuple[object, object]] = [
    (None, None),
    ("", ""),
    (True, True),
    (7, 7),
    (1.5, 1.5),
    (float("nan"), "NaN"),
    (float("-inf"), "-Infinity"),
    (Decimal("1E+3"), "1000"),
    (Decimal("0.0000000001"), "0.0000000001"),
    (Decimal("12.30"), "12.30"),
    (date(2024, 2, 29), "2024-02-29"),
    (datetime(2024, 1, 2, 3, 4, 5), "2024-01-02T03:04:05"),
    (datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC), "2024-01-02T03:04:05+00:00"),
    (b"\x00\xff", "\\x00ff"),
    (b"a" * 100, "\\x" + "61" * 32 + "…"),
    ([1, None, "x"], '[1, null, "x"]'),
    ("北京🙂", "北京🙂"),
]


@pytest.mark.parametrize(("value", "cell"), CELLS)
def test_cells_are_the_same_from_memory_and_from_file(tmp_path: Path, value: object, cell: object) -> None:
    store = ResultStore(str(tmp_path))
    fetched = to_fetched([ColumnInfo(name="v", type="its type")], [(value,)], 1)
    shown = store.preview(fetched, 5)
    assert shown.rows == ((cell,),) and type(shown.rows[0][0]) is type(cell)
    assert shown.columns[0].type == "its type"
    assert store.preview(store.write(KEY, fetched), 5) == shown


@pytest.mark.parametrize(
    "name",
    ["..", ".", "../../etc", "/etc/passwd", "a/b", "a\\b", "租户", "a b%2F", ".hidden", "a\x00b", "~root"],
)
def test_names_never_become_paths(tmp_path: Path, name: str) -> None:
    store = ResultStore(str(tmp_path / "in"))
    reference = store.write(ResultKey(tenant=name, request_id=name, round=1), numbers(2))
    (written,) = files(tmp_path)
    assert written.startswith("in/") and written.endswith("/1.parquet") and written.count("/") == 3
    assert ".." not in written.split("/")
    assert len(store.read_page(reference.uri, 0, 5).rows) == 2


def test_different_names_stay_apart(tmp_path: Path) -> None:
    store = ResultStore(str(tmp_path))
    names = ["a", "a.", "a%2E", ".a", "%2Ea", "A b", "A%20b"]
    uris = {store.write(ResultKey(tenant=name, request_id="q", round=0), numbers(1)).uri for name in names}
    assert len(uris) == len(files(tmp_path)) == len(names)


def test_a_name_too_long_is_invalid(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        ResultStore(str(tmp_path)).write(ResultKey(tenant="租" * 200, request_id="q", round=0), numbers(1))
    assert files(tmp_path) == []


def test_only_uris_of_this_store_are_read_or_deleted(tmp_path: Path) -> None:
    inside = ResultStore(str(tmp_path / "in"))
    outside = ResultStore(str(tmp_path / "out")).write(KEY, numbers(2))
    own = inside.write(KEY, numbers(2))
    strange = [
        outside.uri,
        own.uri.replace("/acme/", "/acme/../../out/acme/"),
        own.uri.replace("0.parquet", "9.parquet"),
        own.uri.removesuffix(".parquet"),
        "file:///etc/passwd",
        "s3://bucket/x.parquet",
        "",
        "nonsense",
    ]
    for uri in strange:
        with pytest.raises(InvalidInput):
            inside.read_page(uri, 0, 1)
    for uri in strange[:2]:
        with pytest.raises(InvalidInput):
            inside.delete(uri)
    assert len(files(tmp_path)) == 2


def test_deleted_is_gone_and_again_is_nothing(tmp_path: Path) -> None:
    store = ResultStore(str(tmp_path))
    reference = store.write(KEY, numbers(2))
    store.delete(reference.uri)
    store.delete(reference.uri)
    assert files(tmp_path) == []
    with pytest.raises(InvalidInput):
        store.read_page(reference.uri, 0, 1)


@pytest.mark.parametrize("location", ["s3://bucket/results", "nonsense://x", "file://host/x"])
def test_other_kinds_of_store_are_misconfigured(location: str) -> None:
    with pytest.raises(Misconfigured):
        ResultStore(location)


@pytest.mark.parametrize("as_url", [False, True])
def test_location_with_spaces_as_path_or_url(tmp_path: Path, as_url: bool) -> None:
    folder = tmp_path / "my results 北京"
    store = ResultStore(folder.as_uri() if as_url else str(folder))
    reference = store.write(KEY, numbers(2))
    assert files(folder) == ["acme/q-1/0.parquet"]
    assert len(store.read_page(reference.uri, 0, 5).rows) == 2


def test_a_folder_that_cannot_be_made_is_full(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ResultStoreFull):
        ResultStore(str(tmp_path / "file" / "results")).write(KEY, numbers(1))
    assert files(tmp_path) == ["file"]


# A limit on file sizes fails a write in its middle, as a full disk does, and needs no privilege.
_WRITE_ON_A_FULL_DISK = """
import resource, sys
from chat2sql.config.errors import ResultStoreFull
from chat2sql.engine.sql.arrow import to_fetched
from chat2sql.engine.sql.port import ColumnInfo
from chat2sql.engine.sql.result_store import ResultKey, ResultStore

store = ResultStore(sys.argv[1])
key = ResultKey(tenant="acme", request_id="q-1", round=0)
columns = [ColumnInfo(name="n", type="int4")]
store.write(key, to_fetched(columns, [(1,), (2,)], 2))
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
rows = [(n * 7919 % 1_000_003,) for n in range(200_000)]
try:
    store.write(key, to_fetched(columns, rows, len(rows)))
except ResultStoreFull as error:
    print(error.message.zh, error.message.en, error.__cause__.errno)
    sys.exit(7)
"""


def test_a_full_disk_leaves_the_old_result_and_nothing_half_written(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _WRITE_ON_A_FULL_DISK, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 7, ran.stderr
    assert "磁盘已满" in ran.stdout and "disk is full" in ran.stdout
    assert files(tmp_path) == ["acme/q-1/0.parquet"]
    kept = ResultStore(str(tmp_path)).read_page((tmp_path / "acme/q-1/0.parquet").as_uri(), 0, 9)
    assert kept.rows == ((1,), (2,))
