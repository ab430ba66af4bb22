"""The wheel and the sdist: complete, the same, and running in an empty environment."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("activities", "config", "engine", "graph", "workers", "workflows")


def _run(*argv: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(word) for word in argv], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist and the wheel that is built from it."""
    folder = tmp_path_factory.mktemp("dist")
    _run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    """The wheel."""
    return next(built.glob("*.whl"))


def test_wheel_holds_every_file(wheel: Path) -> None:
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info" not in name}
    kinds = {".py", ".toml", ".md", ".sql", ".yaml", ".typed"}
    expected = {
        f"chat2sql/{path.relative_to(ROOT)}"
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.is_file() and (path.suffix in kinds or path.name == "py.typed")
    }
    assert inside == expected


def test_sdist_holds_no_rubbish(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = archive.getnames()
    assert [name for name in names if "__pycache__" in name or ".venv" in name] == []
    assert any(name.endswith("/pyproject.toml") for name in names)


def test_runs_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env/bin/python"
    _run(python, "-m", "pip", "install", "--quiet", "-c", ROOT / "constraints.txt", wheel, cwd=tmp_path)
    modules = [
        ".".join(("chat2sql", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if path.name != "env.py"
    ]
    _run(
        python,
        "-c",
        "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)",
        *modules,
        cwd=tmp_path,
    )
    listed = _run(tmp_path / "env/bin/chat2sql", "models", "list", "--json", cwd=tmp_path)
    assert '"name": "local"' in listed
