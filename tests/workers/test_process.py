from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from chat2sql.workers.process import ProcessTable

SLEEP = "import time; print('up', flush=True); time.sleep(600)"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEP
STOP = """
import sys, pathlib
from chat2sql.workers.process import ProcessTable
sys.exit(not ProcessTable(pathlib.Path(sys.argv[1])).stop("sleeper", patience_s=1))
"""


@pytest.mark.parametrize("program", [SLEEP, DEAF], ids=["sleep", "deaf"])
def test_another_program_stops_it_while_its_starter_runs_on(tmp_path: Path, program: str) -> None:
    """Its starter stays its parent, so it is a zombie from then on, and not gone."""
    processes = ProcessTable(tmp_path)
    processes.start("sleeper", [sys.executable, "-c", program])
    while "up" not in processes.tail("sleeper"):
        pass
    subprocess.run([sys.executable, "-c", STOP, str(tmp_path)], check=True)
    assert processes.find("sleeper") is None
    assert not processes.stop("sleeper")
