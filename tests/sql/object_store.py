"""A real S3-compatible object store for the tests: SeaweedFS, in a folder of the test run's own."""

from __future__ import annotations

import json
import socket
import subprocess
import sysconfig
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pyarrow import fs

from chat2sql.workers.process import free_port

ACCESS_KEY = "a-key-for-tests"
SECRET_KEY = "a-secret-for-tests"
PATIENCE_S = 60.0
_WEED = str(Path(sysconfig.get_path("scripts")) / "weed")
_ROLES = ("master", "volume", "filer", "s3")


class ObjectStore:
    """A running server with one user.

    Attributes:
        port: where it listens, on this machine.
        environment: what a client needs in its environment.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.environment = {
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        self.files = fs.S3FileSystem(
            access_key=ACCESS_KEY,
            secret_key=SECRET_KEY,
            endpoint_override=f"127.0.0.1:{port}",
            scheme="http",
            region="us-east-1",
            allow_bucket_creation=True,
        )

    def bucket(self) -> str:
        """A fresh bucket."""
        name = f"bucket-{uuid.uuid4().hex[:12]}"
        self.files.create_dir(name)
        return name

    def address(self, place: str, port: int | None = None) -> str:
        """The address of a bucket, or of a prefix in it, as the settings take it; the port of a line to it, if any."""
        return f"s3://{place}?endpoint_override=127.0.0.1:{port or self.port}&scheme=http&region=us-east-1"

    def keys(self, bucket: str) -> list[str]:
        """All objects of a bucket."""
        infos = self.files.get_file_info(fs.FileSelector(bucket, recursive=True))
        return sorted(info.path.removeprefix(f"{bucket}/") for info in infos if info.is_file)


@contextmanager
def object_store(folder: Path) -> Iterator[ObjectStore]:
    """Start a server, wait until it keeps objects, and end it."""
    identity = {
        "name": "tests",
        "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
        "actions": ["Admin", "Read", "Write", "List"],
    }
    users = folder / "users.json"
    users.write_text(json.dumps({"identities": [identity]}))
    ports = {role: free_port() for role in _ROLES}
    argv = [
        _WEED,
        f"-logdir={folder}",
        "server",
        f"-dir={folder}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-master.electionTimeout=1s",
        "-master.volumeSizeLimitMB=64",
        "-volume.max=1000",
        "-s3",
        f"-s3.config={users}",
        "-s3.autoCreateBucket=false",
        "-s3.iam=false",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
    ]
    argv += [f"-{role}.port={port}" for role, port in ports.items()]
    argv += [f"-{role}.port.grpc={free_port()}" for role in _ROLES]
    with (folder / "weed.log").open("wb") as log, subprocess.Popen(argv, stdout=log, stderr=log) as server:
        try:
            yield _ready(ObjectStore(ports["s3"]), server, folder / "weed.log")
        finally:
            server.kill()


def _ready(store: ObjectStore, server: subprocess.Popen[bytes], log: Path) -> ObjectStore:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            with store.files.open_output_stream(f"{store.bucket()}/first") as first:
                first.write(b"1")
            return store
        except OSError:
            assert server.poll() is None and time.monotonic() < deadline, log.read_text()[-3000:]
            time.sleep(0.1)


class BadLine:
    """A line to a server that goes dead once so many bytes went in, hangs up on a few callers, and is well again.

    Attributes:
        port: where it listens, on this machine.
        refused: how many callers it has hung up on.
    """

    def __init__(self, server_port: int, *, dead_after: int, refusals: int) -> None:
        self._server_port = server_port
        self._left = dead_after
        self._refusals = refusals
        self.refused = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._answer, daemon=True).start()

    def close(self) -> None:
        """Answer no more."""
        self._listening.close()

    def _answer(self) -> None:
        with suppress(OSError):  # closed
            while True:
                caller, _ = self._listening.accept()
                if self._left <= 0 and self.refused < self._refusals:
                    self.refused += 1
                    caller.close()
                    continue
                server = socket.create_connection(("127.0.0.1", self._server_port))
                threading.Thread(target=self._carry, args=(caller, server, True), daemon=True).start()
                threading.Thread(target=self._carry, args=(server, caller, False), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        with suppress(OSError):
            while content := source.recv(65536):
                if counted and 0 < self._left <= len(content):
                    self._left = 0
                    break
                self._left -= len(content) if counted else 0
                target.sendall(content)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
                end.close()
