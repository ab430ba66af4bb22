"""Results are written whole or not at all, found again by their own tenant only, and deleted in time; in a folder and
in a bucket alike."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sql.object_store import BadLine, ObjectStore, object_store

from chat2sql.config.errors import InvalidInput, Misconfigured, ResultStoreFull, StoreUnavailable
from chat2sql.config.settings import child_environment
from chat2sql.engine.sql.executors.port import ColumnInfo, Row
from chat2sql.engine.sql.results.store import ExportFormat, ResultKey, ResultReference, ResultStore
from chat2sql.engine.sql.results.writer import ROWS_PER_GROUP

KEY = ResultKey(tenant="acme", request_id="q-1", round=0)
COLUMNS = (ColumnInfo(name="n", type="int4"), ColumnInfo(name="text", type="varchar(9)"))


class Place:
    """An empty place for results: its address, and what files are there."""

    def __init__(self, address: str, files: Callable[[], list[str]], put: Callable[[str], None]) -> None:
        self.address = address
        self.files = files
        self.put = put


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with object_store(tmp_path_factory.mktemp("weed")) as store:
        yield store


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    if request.param == "folder":
        root = tmp_path / "my results 北京"
        return folder_place(root)
    server: ObjectStore = request.getfixturevalue("server")
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    bucket = server.bucket()

    def put(path: str) -> None:
        with server.files.open_output_stream(f"{bucket}/in it/{path}") as stream:
            stream.write(b"somebody else's")

    def files() -> list[str]:
        return [key.removeprefix("in it/") for key in server.keys(bucket)]

    return Place(server.address(f"{bucket}/in it"), files, put)


def folder_place(root: Path) -> Place:
    def put(path: str) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"somebody else's")

    return Place(str(root), lambda: files_below(root), put)


def files_below(folder: Path) -> list[str]:
    """All files below a folder, hidden ones too."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def numbers(count: int) -> list[Row]:
    """Rows with the numbers from 0 on."""
    return [(n, f"row {n}") for n in range(count)]


def write(
    store: ResultStore,
    rows: Sequence[Row],
    key: ResultKey = KEY,
    columns: tuple[ColumnInfo, ...] = COLUMNS,
) -> ResultReference:
    with store.open_writer(key) as writer:
        writer.begin(columns)
        writer.write(rows)
        return writer.commit()


def test_written_and_read_again(place: Place) -> None:
    store = ResultStore(place.address)
    reference = write(store, numbers(3))
    assert (reference.rows, reference.columns) == (3, COLUMNS)
    assert place.files() == ["acme/q-1/0.parquet"]
    page = store.read_page(reference.uri, 0, 10, tenant="acme")
    assert page.rows == ((0, "row 0"), (1, "row 1"), (2, "row 2")) and page.columns == COLUMNS
    described = store.describe(reference.uri, tenant="acme")
    assert (described.uri, described.key, described.rows) == (reference.uri, KEY, 3)
    assert described.bytes == reference.bytes > 0
    assert timedelta(minutes=-1) < datetime.now(UTC) - described.created < timedelta(minutes=1)
    assert [(column.name, column.type, column.mask) for column in described.columns] == [
        ("n", "int4", None),
        ("text", "varchar(9)", None),
    ]


def test_nothing_is_there_before_the_commit_nor_after_an_abort(place: Place) -> None:
    store = ResultStore(place.address)
    old = write(store, numbers(3))
    with pytest.raises(KeyError), store.open_writer(KEY) as writer:
        writer.begin(COLUMNS)
        writer.write(numbers(ROWS_PER_GROUP * 2))
        assert store.describe(old.uri, tenant="acme").rows == 3
        raise KeyError
    writer.abort()
    assert place.files() == ["acme/q-1/0.parquet"]
    assert len(store.read_page(old.uri, 0, 10, tenant="acme").rows) == 3


def test_a_retry_replaces(place: Place) -> None:
    store = ResultStore(place.address)
    first, second = write(store, numbers(3)), write(store, numbers(5))
    assert first.uri == second.uri
    assert place.files() == ["acme/q-1/0.parquet"]
    assert len(store.read_page(first.uri, 0, 100, tenant="acme").rows) == 5


def test_bytes_taken_grow_with_the_rows(tmp_path: Path) -> None:
    with ResultStore(str(tmp_path)).open_writer(KEY) as writer:
        writer.begin(COLUMNS)
        taken = [writer.write(numbers(10)) for _ in range(3)]
    assert 0 < taken[0] < taken[1] < taken[2]
    assert taken[0] >= sum(8 + len(text) for _, text in numbers(10) if isinstance(text, str))


PAGES = [
    (0, 10),
    (ROWS_PER_GROUP - 10, 20),
    (ROWS_PER_GROUP, 1),
    (2 * ROWS_PER_GROUP - 1, 5),
    (2 * ROWS_PER_GROUP + 1990, 100),
    (2 * ROWS_PER_GROUP + 2000, 5),
    (10**6, 5),
    (0, 0),
    (3, 2 * ROWS_PER_GROUP),
    (-5, 2),
]


def test_pages_across_row_groups(place: Place) -> None:
    store = ResultStore(place.address)
    count = 2 * ROWS_PER_GROUP + 2000
    reference = write(store, numbers(count))
    for offset, limit in PAGES:
        page = store.read_page(reference.uri, offset, limit, tenant="acme")
        start = max(0, offset)
        assert [row[0] for row in page.rows] == list(range(count))[start : start + limit]
        assert page.columns == COLUMNS


def test_a_page_reads_its_row_groups_only(tmp_path: Path) -> None:
    store = ResultStore(str(tmp_path))
    reference = write(store, numbers(3 * ROWS_PER_GROUP))
    file = tmp_path / "acme/q-1/0.parquet"
    whole = file.read_bytes()
    third = len(whole) // 3
    # Without its first third the file still gives the rows of the last row group, and no others.
    file.write_bytes(b"PAR1" + bytes(third) + whole[third + 4 :])
    last = store.read_page(reference.uri, 3 * ROWS_PER_GROUP - 2, 2, tenant="acme")
    assert [row[0] for row in last.rows] == [3 * ROWS_PER_GROUP - 2, 3 * ROWS_PER_GROUP - 1]
    with pytest.raises((InvalidInput, StoreUnavailable)):
        store.read_page(reference.uri, 0, 2, tenant="acme")


def test_no_rows_have_a_page_too(place: Place) -> None:
    store = ResultStore(place.address)
    reference = write(store, [])
    assert reference.rows == 0
    assert store.read_page(reference.uri, 0, 10, tenant="acme").rows == ()
    assert store.read_page(reference.uri, 0, 10, tenant="acme").columns == COLUMNS


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
    (timedelta(hours=-30, minutes=-5), "-30:05:00"),
    (b"\x00\xff", "\\x00ff"),
    (b"a" * 100, "\\x" + "61" * 32 + "…"),
    ([1, None, "x"], '[1, null, "x"]'),
    ("北京🙂", "北京🙂"),
]


@pytest.mark.parametrize(("value", "cell"), CELLS)
def test_cells_of_a_page(tmp_path: Path, value: object, cell: object) -> None:
    store = ResultStore(str(tmp_path))
    reference = write(store, [(value,)], columns=(ColumnInfo(name="v", type="its type"),))
    shown = store.read_page(reference.uri, 0, 5, tenant="acme")
    assert shown.rows == ((cell,),) and type(shown.rows[0][0]) is type(cell)
    assert shown.columns[0].type == "its type"


@pytest.mark.parametrize("late", [False, True])
def test_masks_are_told_to_readers(tmp_path: Path, late: bool) -> None:
    store = ResultStore(str(tmp_path))
    with store.open_writer(KEY, () if late else (None, "phone")) as writer:
        writer.begin(COLUMNS)
        writer.write([(1, "138****")])
        reference = writer.commit(masks=(None, "phone")) if late else writer.commit()
    described = store.describe(reference.uri, tenant="acme")
    assert [column.mask for column in described.columns] == [None, "phone"]


NAMES = [
    "..",
    ".",
    "../../etc",
    "/etc/passwd",
    "a/b",
    "a\\b",
    "租户",
    "a b%2F",
    ".hidden",
    "a\x00b",
    "~root",
    "a?b#c",
]


def test_names_never_become_paths(place: Place) -> None:
    store = ResultStore(place.address)
    for name in NAMES:
        key = ResultKey(tenant=name, request_id=name, round=1)
        reference = write(store, numbers(2), key)
        (written,) = place.files()
        tenant, request, file = written.split("/")
        assert file == "1.parquet" and tenant == request and not tenant.startswith(".")
        assert store.describe(reference.uri, tenant=name).key == key
        assert store.find(name, tenant=name) == reference.uri
        assert store.delete(reference.uri, tenant=name).files == 1
        assert place.files() == []


def test_different_names_stay_apart(tmp_path: Path) -> None:
    store = ResultStore(str(tmp_path))
    names = ["a", "a.", "a%2E", ".a", "%2Ea", "A b", "A%20b"]
    keys = [ResultKey(tenant=name, request_id="q", round=0) for name in names]
    uris = {write(store, numbers(1), key).uri for key in keys}
    assert len(uris) == len(files_below(tmp_path)) == len(names)


def test_a_name_too_long_is_invalid(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        ResultStore(str(tmp_path)).open_writer(ResultKey(tenant="租" * 200, request_id="q", round=0))
    assert files_below(tmp_path) == []


def test_only_the_tenants_own_uris_are_taken(place: Place, tmp_path: Path) -> None:
    store = ResultStore(place.address)
    own = write(store, numbers(2)).uri
    other_store = ResultStore(str(tmp_path / "elsewhere"))
    foreign = write(store, numbers(2), ResultKey(tenant="other", request_id="q-1", round=0)).uri
    strange = [
        foreign,
        write(other_store, numbers(2)).uri,
        own.replace("/acme/", "/other/"),
        own.replace("/acme/", "/other/../acme/"),
        own.replace("/acme/", "/acme/./"),
        own.replace("/acme/", "//acme/"),
        own.replace("/acme/", "/%61cme/"),
        own.replace("/acme/", "/.acme/"),
        own.replace("0.parquet", "00.parquet"),
        own.replace("0.parquet", "0.svg"),
        own.removesuffix(".parquet"),
        f"{own}?x=1",
        "file:///etc/passwd",
        "s3://bucket/acme/q-1/0.parquet",
        "",
        "nonsense",
        "http://[",
        own.replace("/acme/", "/%ED%A0%80/"),
        own.replace("/acme/", "/\ud800/"),
    ]
    before = place.files()
    for uri in strange:
        for use in (
            lambda uri: store.read_page(uri, 0, 1, tenant="acme"),
            lambda uri: store.describe(uri, tenant="acme"),
            lambda uri: store.delete(uri, tenant="acme"),
            lambda uri: store.write_beside(uri, "svg", b"", tenant="acme"),
            lambda uri: store.read_beside(uri, "svg", tenant="acme"),
            lambda uri: store.export(uri, ExportFormat.CSV, tmp_path / "out.csv", tenant="acme"),
        ):
            with pytest.raises(InvalidInput):
                use(uri)
    assert place.files() == before and not (tmp_path / "out.csv").exists()
    assert [stored.uri for stored in store.list("other")] == [foreign]
    with pytest.raises(InvalidInput):
        store.find("q-1", tenant="nobody")


def test_listed_newest_first_and_the_last_round_is_found(place: Place) -> None:
    store = ResultStore(place.address)
    uris = [
        write(store, numbers(n), ResultKey(tenant="acme", request_id="q-1", round=n)).uri for n in (2, 10, 9)
    ]
    assert store.find("q-1", tenant="acme") == uris[1]
    assert {stored.uri for stored in store.list("acme")} == set(uris)
    assert {stored.rows for stored in store.list("acme")} == {2, 9, 10}
    assert len(store.list("acme", limit=2)) == 2
    assert store.list("nobody") == ()


def test_newest_first(tmp_path: Path) -> None:
    store = ResultStore(str(tmp_path))
    for round_, age in ((0, 5), (1, 50), (2, 0)):
        write(store, [], ResultKey(tenant="acme", request_id="q", round=round_))
        aged(tmp_path / f"acme/q/{round_}.parquet", timedelta(seconds=age))
    assert [stored.key.round for stored in store.list("acme")] == [2, 0, 1]


def test_deleted_is_gone_with_its_chart_and_again_is_nothing(place: Place) -> None:
    store = ResultStore(place.address)
    kept = write(store, numbers(1), ResultKey(tenant="acme", request_id="q-1", round=1))
    gone = write(store, numbers(2))
    for name in ("svg", "png", "vl.json"):
        store.write_beside(gone.uri, name, b"chart", tenant="acme")
    assert store.delete(gone.uri, tenant="acme").files == 4
    assert store.delete(gone.uri, tenant="acme").files == 0
    assert place.files() == ["acme/q-1/1.parquet"]
    with pytest.raises(InvalidInput):
        store.read_page(gone.uri, 0, 1, tenant="acme")
    assert len(store.read_page(kept.uri, 0, 1, tenant="acme").rows) == 1
    assert store.delete_request("q-1", tenant="acme").files == 1
    assert store.delete_request("q-1", tenant="acme").files == 0
    assert place.files() == [] and store.list("acme") == ()


def test_charts_stand_beside(place: Place) -> None:
    store = ResultStore(place.address)
    reference = write(store, numbers(2))
    for content in (b"first", b"second" * 100_000):
        uri = store.write_beside(reference.uri, "vl.json", content, tenant="acme")
        assert store.read_beside(reference.uri, "vl.json", tenant="acme") == content
    assert uri == reference.uri.replace("0.parquet", "0.vl.json")
    assert place.files() == ["acme/q-1/0.parquet", "acme/q-1/0.vl.json"]
    with pytest.raises(InvalidInput):
        store.read_beside(reference.uri, "png", tenant="acme")
    with pytest.raises(ValueError, match="exe"):
        store.write_beside(reference.uri, "exe", b"", tenant="acme")


FOREIGN = [
    "README.md",
    "acme/notes.parquet",
    "acme/q-1/notes.txt",
    "acme/q-1/0.csv",
    "acme/q-1/00.parquet",
    "acme/q-1/deeper/0.parquet",
    "acme/q-1/.0.parquet.swp",
    "a b/q-1/0.parquet",
    ".git/q-1/0.parquet",
]


def test_expiry_takes_old_results_and_no_foreign_file(place: Place) -> None:
    store = ResultStore(place.address)
    for path in FOREIGN:
        place.put(path)
    uri = write(store, numbers(2)).uri
    store.write_beside(uri, "svg", b"chart", tenant="acme")
    other = write(store, numbers(5), ResultKey(tenant="other", request_id="q-2", round=0))
    size = sum(
        store.describe(found, tenant=name).bytes for found, name in ((uri, "acme"), (other.uri, "other"))
    )
    now = datetime.now(UTC)
    assert store.expire(timedelta(hours=1), now).files == 0
    expired = store.expire(timedelta(hours=1), now + timedelta(hours=2))
    assert (expired.files, expired.bytes) == (3, size + len(b"chart"))
    assert place.files() == sorted(FOREIGN)
    assert store.list("acme") == store.list("other") == ()


def aged(file: Path, age: timedelta) -> None:
    """Let a file be so old."""
    moment = (datetime.now(UTC) - age).timestamp()
    os.utime(file, (moment, moment))


def test_expiry_by_age(tmp_path: Path) -> None:
    store = ResultStore(str(tmp_path))
    folder = tmp_path / "acme/q"
    for round_ in range(3):
        uri = write(store, [], ResultKey(tenant="acme", request_id="q", round=round_)).uri
        store.write_beside(uri, "svg", b"chart", tenant="acme")
    aged(folder / "0.parquet", timedelta(days=31))  # and its chart, though that is young
    aged(folder / "1.svg", timedelta(days=31))  # the rows are young, so it stays
    (folder / "2.parquet").unlink()  # a chart without rows goes by its own age
    aged(folder / "2.svg", timedelta(days=31))
    killed, writing = folder / f".0.parquet.{'a' * 32}", folder / f".1.parquet.{'b' * 32}"
    for left in (killed, writing):
        left.write_bytes(b"half")
    aged(killed, timedelta(days=2))
    assert store.expire(timedelta(days=30), datetime.now(UTC)).files == 4
    assert files_below(folder) == [writing.name, "1.parquet", "1.svg"]


def test_expiry_while_others_write(tmp_path: Path) -> None:
    store = ResultStore(str(tmp_path))
    with store.open_writer(KEY) as writer:
        writer.begin(COLUMNS)
        writer.write(numbers(ROWS_PER_GROUP))
        store.expire(timedelta(0), datetime.now(UTC))
        reference = writer.commit()
    assert store.describe(reference.uri, tenant="acme").rows == ROWS_PER_GROUP


def test_empty_folders_go_with_the_last_result(tmp_path: Path) -> None:
    store = ResultStore(str(tmp_path))
    store.delete(write(store, numbers(2)).uri, tenant="acme")
    assert list(tmp_path.iterdir()) == []


NOT_ADDRESSES = [
    "nonsense://x",
    "file://host/x",
    "s3://",
    "s3:///prefix",
    "s3://bucket/../other",
    "s3://bucket/a//b",
    "s3://bucket?unknown=1",
    "http://[",
    "s3://AKIA:hidden@bucket/x",
    "s3://bucket?access_key=AKIA&secret_key=hidden",
    "s3://bucket?session_token=hidden",
]


@pytest.mark.parametrize("location", NOT_ADDRESSES)
def test_other_addresses_are_misconfigured(location: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        ResultStore(location)
    message = refused.value.message
    assert "CHAT2SQL_RESULTS_URL" in message.zh and "CHAT2SQL_RESULTS_URL" in message.en
    assert "hidden" not in message.zh + message.en
    assert ("AWS_SECRET_ACCESS_KEY" in message.en) == ("hidden" in location)


def test_location_as_a_file_url(tmp_path: Path) -> None:
    folder = tmp_path / "my results 北京"
    store = ResultStore(folder.as_uri())
    reference = write(store, numbers(2))
    assert files_below(folder) == ["acme/q-1/0.parquet"]
    assert len(ResultStore(str(folder)).read_page(reference.uri, 0, 5, tenant="acme").rows) == 2


def test_a_folder_that_cannot_be_made_is_full(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ResultStoreFull):
        write(ResultStore(str(tmp_path / "file" / "results")), numbers(1))
    assert files_below(tmp_path) == ["file"]


@pytest.mark.parametrize("trouble", ["no bucket", "wrong key", "nobody there"])
def test_an_object_store_in_trouble_is_an_outage(
    server: ObjectStore, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    address = server.address("no-such-bucket" if trouble == "no bucket" else server.bucket())
    if trouble == "wrong key":
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    if trouble == "nobody there":
        address = "s3://bucket?endpoint_override=127.0.0.1:9&scheme=http&region=us-east-1"
    store = ResultStore(address)
    with pytest.raises(ResultStoreFull):
        write(store, numbers(2))
    if trouble != "no bucket":
        uri = address.partition("?")[0] + "/acme/q-1/0.parquet"
        with pytest.raises(StoreUnavailable):
            store.read_page(uri, 0, 1, tenant="acme")


MEGABYTES_OF_NOISE = 30


def test_an_upload_that_loses_a_part_is_not_seen(
    server: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    bucket = server.bucket()
    uri = write(ResultStore(server.address(bucket)), numbers(3)).uri
    # The client tries a part three times, and would go on well with what comes after it.
    line = BadLine(server.port, dead_after=15 * 2**20, refusals=2)
    noise = [(n, random.Random(n).randbytes(2**20)) for n in range(MEGABYTES_OF_NOISE)]
    with pytest.raises(ResultStoreFull):
        write(ResultStore(server.address(bucket, line.port)), noise)
    line.close()
    assert line.refused == 2
    assert server.keys(bucket) == ["acme/q-1/0.parquet"]
    store = ResultStore(server.address(bucket))
    assert len(store.read_page(uri, 0, 10, tenant="acme").rows) == 3
    write(store, noise)
    assert server.keys(bucket) == ["acme/q-1/0.parquet"]
    assert store.describe(uri, tenant="acme").rows == MEGABYTES_OF_NOISE


# A limit on file sizes fails a write in its middle, as a full disk does, and needs no privilege.
_WRITE_ON_A_FULL_DISK = """
import resource, sys
from chat2sql.config.errors import ResultStoreFull
from chat2sql.engine.sql.executors.port import ColumnInfo
from chat2sql.engine.sql.results.store import ResultKey, ResultStore

store = ResultStore(sys.argv[1])
key = ResultKey(tenant="acme", request_id="q-1", round=0)
for rows in ([(1,), (2,)], [(n * 7919 % 1_000_003,) for n in range(200_000)]):
    try:
        with store.open_writer(key) as writer:
            writer.begin((ColumnInfo(name="n", type="int4"),))
            writer.write(rows)
            writer.commit()
    except ResultStoreFull as error:
        print(error.message.zh, error.message.en, error.__cause__.errno)
        sys.exit(7)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
"""


def run_python(code: str, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *words],
        capture_output=True,
        text=True,
        check=False,
        env=child_environment(**environment),
    )


def test_a_full_disk_leaves_the_old_result_and_nothing_half_written(tmp_path: Path) -> None:
    ran = run_python(_WRITE_ON_A_FULL_DISK, str(tmp_path))
    assert ran.returncode == 7 and ran.stderr == "", ran.stderr
    assert "磁盘已满" in ran.stdout and "disk is full" in ran.stdout
    assert files_below(tmp_path) == ["acme/q-1/0.parquet"]
    uri = (tmp_path / "acme/q-1/0.parquet").as_uri()
    assert ResultStore(str(tmp_path)).read_page(uri, 0, 9, tenant="acme").rows == ((1,), (2,))


_KILLED_WHILE_WRITING = """
import os, signal, sys
from chat2sql.engine.sql.executors.port import ColumnInfo
from chat2sql.engine.sql.results.store import ResultKey, ResultStore

writer = ResultStore(sys.argv[1]).open_writer(ResultKey(tenant="acme", request_id="q-1", round=0))
writer.begin((ColumnInfo(name="n", type="int4"), ColumnInfo(name="text", type="varchar(9)")))
writer.write([(n, f"row {n}") for n in range(50_000)])
writer.write([("wider", "row")] * 50_000)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_attempt_leaves_goes_with_the_next(place: Place, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    ran = run_python(_KILLED_WHILE_WRITING, place.address, TMPDIR=str(scratch))
    assert ran.returncode == -signal.SIGKILL, ran.stderr
    left = place.files()
    if place.address.startswith("s3:"):
        assert left == []
    else:
        assert len(left) == 2 and all(path.startswith("acme/q-1/.0.parquet.") for path in left)
    assert files_below(scratch) == []
    store = ResultStore(place.address)
    assert store.list("acme") == ()
    reference = write(store, numbers(2))
    assert place.files() == ["acme/q-1/0.parquet"]
    assert len(store.read_page(reference.uri, 0, 5, tenant="acme").rows) == 2


def test_an_attempt_that_was_overtaken_does_not_come_back(tmp_path: Path) -> None:
    store = ResultStore(str(tmp_path))
    with store.open_writer(KEY) as slow:
        slow.begin(COLUMNS)
        slow.write(numbers(ROWS_PER_GROUP))
        newer = write(store, numbers(7))
        with pytest.raises(ResultStoreFull):
            slow.commit()
    assert files_below(tmp_path) == ["acme/q-1/0.parquet"]
    assert store.describe(newer.uri, tenant="acme").rows == 7


_WRITE_A_LOT = """
import resource, sys
from chat2sql.engine.sql.executors.port import ColumnInfo
from chat2sql.engine.sql.results.store import ResultKey, ResultStore

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

store = ResultStore(sys.argv[1])
for batches in (2, 300):
    idle = peak()
    with store.open_writer(ResultKey(tenant="acme", request_id="q", round=batches)) as writer:
        writer.begin((ColumnInfo(name="n", type="int4"), ColumnInfo(name="text", type="text")))
        for batch in range(batches):
            taken = writer.write([(n, f"{batch}-{n} " * 100) for n in range(1000)])
        writer.write([("wider", "")])
        writer.commit()
print(taken // 2**20, peak() - idle)
"""


def test_memory_does_not_grow_with_the_result(tmp_path: Path) -> None:
    ran = run_python(_WRITE_A_LOT, str(tmp_path))
    assert ran.returncode == 0, ran.stderr
    taken, grown = map(int, ran.stdout.split())
    assert taken > 200 and grown < 120
