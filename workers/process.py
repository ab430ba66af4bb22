"""One background process of the embedded stack: started detached, found again by pid, stopped by pid."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import time
from collections.abc import Sequence
from pathlib import Path

import psutil
from pydantic import ValidationError

from chat2sql.config.errors import Misconfigured
from chat2sql.config.settings import child_environment
from chat2sql.config.vocabulary import Frozen


class ProcessRecord(Frozen):
    """Who a process is. The start time guards against a pid that was given to another process since."""

    name: str
    pid: int
    created: float
    port: int | None = None


class ProcessTable:
    """The processes of one home folder, a JSON file each under ``run/``; their logs stand under ``logs/``."""

    def __init__(self, home: Path) -> None:
        self._run = home / "run"
        self._logs = home / "logs"

    def log(self, name: str) -> Path:
        """The log file of a process."""
        return self._logs / f"{name}.log"

    def find(self, name: str) -> ProcessRecord | None:
        """The running process of that name, if there is one."""
        try:
            record = ProcessRecord.model_validate_json((self._run / f"{name}.json").read_text())
            process = psutil.Process(record.pid)
            alive = process.create_time() == record.created and process.status() != psutil.STATUS_ZOMBIE
        except (OSError, ValidationError, psutil.NoSuchProcess):
            return None
        return record if alive else None

    def start(
        self, name: str, argv: Sequence[str], *, port: int | None = None, **environment: str
    ) -> ProcessRecord:
        """Start a process in its own session, its output appended to its log."""
        self._run.mkdir(parents=True, exist_ok=True)
        self._logs.mkdir(parents=True, exist_ok=True)
        log = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        # Not subprocess: this process is to outlive its starter, who therefore keeps no handle to wait on.
        pid = os.posix_spawnp(
            argv[0],
            list(argv),
            child_environment(**environment),
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(self.log(name)), log, 0o644),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
        )
        record = ProcessRecord(name=name, pid=pid, created=psutil.Process(pid).create_time(), port=port)
        (self._run / f"{name}.json").write_text(record.model_dump_json())
        return record

    def stop(self, name: str, *, patience_s: float = 15) -> bool:
        """Ask it to end, and make it end after ``patience_s`` seconds. False: it was not running."""
        record = self.find(name)
        if record is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                psutil.Process(record.pid).send_signal(signal.SIGTERM)
                if not self._ends(name, patience_s):
                    psutil.Process(record.pid).kill()
                    self._ends(name, 5)
        (self._run / f"{name}.json").unlink(missing_ok=True)
        return record is not None

    def _ends(self, name: str, patience_s: float) -> bool:
        # Not psutil's wait: it waits for a zombie too, which goes only when its parent does.
        deadline = time.monotonic() + patience_s
        while (alive := self.find(name)) and time.monotonic() < deadline:
            time.sleep(0.05)
        return alive is None

    def tail(self, name: str, lines: int = 12) -> str:
        """The end of a process's log."""
        try:
            return "\n".join(self.log(name).read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""

    def require(self, name: str) -> None:
        """See that the process still runs.

        Raises:
            Misconfigured: it has ended; the message shows the end of its log.
        """
        if self.find(name) is None:
            raise Misconfigured(
                zh=f"{name} 启动后退出了。日志 {self.log(name)} 的末尾：\n{self.tail(name)}",
                en=f"{name} ended after its start. The end of its log {self.log(name)}:\n{self.tail(name)}",
            )


def free_port(preferred: int | None = None) -> int:
    """The preferred port when nobody listens there, else any free one."""
    for port in (preferred, 0):
        if port is None:
            continue
        with socket.socket() as probe:
            # As servers do: connections that ended a moment ago do not keep the port.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            number: int = probe.getsockname()[1]
            return number
    raise OSError("no free port")
