"""The house: folders against packages, the path in its three places, the drawings and the generated documents."""

from __future__ import annotations

import ast
import inspect
import tomllib
from pathlib import Path

from chat2sql.config.policies import POLICIES
from chat2sql.graph.answer import StepName
from chat2sql.graph.build import build
from chat2sql.graph.fakes import FakeSteps
from chat2sql.graph.steps import Steps

ROOT = Path(__file__).parents[1]
ROOMS = ("activities", "config", "engine", "graph", "workers", "workflows")
PATH = ["understand", "retrieve_schema", "route_model", "generate", "self_correct", "execute"]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def _folders() -> set[str]:
    found = {path.parent for room in ROOMS for path in (ROOT / room).rglob("__init__.py")}
    return {".".join(("chat2sql", *folder.relative_to(ROOT).parts)) for folder in found}


def test_every_folder_is_packaged() -> None:
    setuptools = PYPROJECT["tool"]["setuptools"]
    assert set(setuptools["packages"]) == _folders()
    mapped = {name: folder.replace("/", ".") for name, folder in setuptools["package-dir"].items()}
    assert mapped == {name: name.removeprefix("chat2sql.") for name in _folders()}


def test_every_folder_is_typed() -> None:
    folders = [ROOT / name.removeprefix("chat2sql.").replace(".", "/") for name in _folders()]
    assert [str(folder) for folder in folders if not (folder / "py.typed").exists()] == []


def test_path_stands_in_the_same_order_in_three_places() -> None:
    protocol = [name for name, _ in inspect.getmembers(Steps, inspect.isfunction) if not name.startswith("_")]
    source = (ROOT / "graph/steps.py").read_text()
    in_protocol = sorted(protocol, key=lambda name: source.index(f"def {name}("))
    in_graph = [name for name in build(FakeSteps()).nodes if name in PATH]
    in_policies = [name for name in POLICIES if name in PATH]
    assert in_protocol[:6] == PATH
    assert in_graph == PATH
    assert in_policies == PATH
    assert [step.value for step in StepName][:6] == PATH


def test_only_settings_read_the_environment() -> None:
    readers = [
        str(path.relative_to(ROOT))
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if "os.environ" in path.read_text() or "os.getenv" in path.read_text()
    ]
    assert readers == ["config/settings.py"]


def test_modules_stay_readable() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if (lines := len(path.read_text().splitlines())) > 340
    }
    assert long == {}


def test_no_import_inside_a_function() -> None:
    # Workflow code may not import late; the command line does, so that it starts fast.
    found = []
    for room in set(ROOMS) - {"workers"}:
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    inner = [
                        child for child in ast.walk(node) if isinstance(child, ast.Import | ast.ImportFrom)
                    ]
                    found += [f"{path.relative_to(ROOT)}:{child.lineno}" for child in inner]
    assert found == []
