"""The MariaDB of the tests: missing, the tests that want it fail; started, it is gone when the run is over."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
from mariadb_server import MariadbServer

TESTS = Path(__file__).parent
WITHOUT_SERVER = """
import sys
import mariadb_server, pytest

def refused():
    raise mariadb_server.NoServer("none here")

mariadb_server.find_mariadbd = lambda: None
mariadb_server.install_mariadbd = refused
sys.exit(pytest.main(sys.argv[1:]))
"""


FAILING = """
from pathlib import Path
def test_failing(mariadb_server):
    Path("server").write_text((mariadb_server.folder / "server.pid").read_text() + str(mariadb_server.folder))
    (tmp,), = mariadb_server.run("SELECT @@tmpdir")
    assert tmp == str(mariadb_server.folder / "tmp")
    raise SystemExit(3)
"""


def _run(folder: Path, program: list[str], tests: str) -> subprocess.CompletedProcess[str]:
    wanting = folder / "test_wanting.py"
    wanting.write_text(tests)
    return subprocess.run(
        [*program, "-q", "-p", "server_fixtures", "--rootdir", str(folder), str(wanting)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_its_server_a_test_fails_and_says_why(tmp_path: Path) -> None:
    tests = "def test_one(mariadb_server): pass\ndef test_two(): pass\n"
    run = _run(tmp_path, [sys.executable, "-c", WITHOUT_SERVER], tests)
    assert "no MariaDB: none here" in run.stdout, run.stdout + run.stderr
    assert "1 passed, 1 error" in run.stdout
    assert run.returncode == 1


def test_the_server_is_gone_after_a_run_that_broke_off(tmp_path: Path, mariadb_server: MariadbServer) -> None:
    run = _run(tmp_path, [sys.executable, "-m", "pytest"], FAILING)
    assert "SystemExit: 3" in run.stdout, run.stdout + run.stderr
    number, folder = (tmp_path / "server").read_text().split("\n")
    assert not psutil.pid_exists(int(number))
    assert not Path(folder).exists()
    assert mariadb_server.run("SELECT 1") == [(1,)]
