"""A real MariaDB for the tests: found on the machine, or installed from Debian where that may be done; private, with
users, rights and TLS, in a folder of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote

import pymysql
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PACKAGE = "mariadb-server-core"
"""Debian's smallest package with the server in it: no service, no questions, no client."""
ROOT_PASSWORD = "root's p@ss/word:%?#北京"
_START_LIMIT_S = 60
_SYSTEM_TABLES = (
    "mysql_system_tables.sql",
    "mysql_performance_tables.sql",
    "mysql_system_tables_data.sql",
    "mysql_sys_schema.sql",
)
_QUICK = (
    "--innodb-data-file-path=ibdata1:4M:autoextend",
    "--innodb-log-file-size=8M",
    "--innodb-buffer-pool-size=32M",
    "--innodb-flush-log-at-trx-commit=0",
)


class NoServer(Exception):
    """There is no MariaDB, and it could not be installed; says why."""


class MariadbServer:
    """A running server. It listens on a socket and on a free port of the loopback interface."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.socket = folder / "server.sock"
        self.ca_file = folder / "ca.pem"

    def dsn(
        self, user: str = "root", password: str = ROOT_PASSWORD, database: str = "mysql", options: str = ""
    ) -> str:
        """A DSN over TCP."""
        secret = quote(password, safe="")
        return f"mysql://{user}:{secret}@127.0.0.1:{self.port}/{quote(database, safe='')}{options}"

    def run(self, *statements: str, database: str | None = None) -> list[tuple[object, ...]]:
        """Run statements as root; the rows of the last one."""
        rows: list[tuple[object, ...]] = []
        with (
            closing(
                pymysql.connect(
                    unix_socket=str(self.socket),
                    user="root",
                    password=ROOT_PASSWORD.encode(),
                    database=database,
                    autocommit=True,
                    ssl_disabled=True,
                )
            ) as connection,
            connection.cursor() as cursor,
        ):
            for statement in statements:
                cursor.execute(statement)
                rows = list(cursor.fetchall())
        return rows


@contextmanager
def running_mariadb() -> Iterator[MariadbServer]:
    """A fresh server, stopped at the end.

    Raises:
        NoServer: there is none, and none can be installed.
    """
    binary = find_mariadbd() or install_mariadbd()
    # Not below pytest's own folder: the path of a socket may have some hundred characters only.
    with tempfile.TemporaryDirectory(prefix="chat2sql-mariadb-") as name:
        folder = Path(name)
        options = _options(binary, folder)
        _bootstrap(binary, folder, options)
        log = folder / "server.log"
        with log.open("wb") as output:
            port = _free_port()
            process = subprocess.Popen(
                [*options, *_listening(folder, port)], stdout=output, stderr=output, stdin=subprocess.DEVNULL
            )
        try:
            _wait_until_ready(process, log)
            yield MariadbServer(folder, port)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def find_mariadbd() -> Path | None:
    """The server's binary, if this machine has it; a MySQL of that name does not count."""
    places = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", "/usr/libexec"])
    for name in ("mariadbd", "mysqld"):
        found = shutil.which(name, path=places)
        if found is not None:
            version = subprocess.run(
                [found, "--no-defaults", "--version"], check=False, capture_output=True, text=True
            )
            if "MariaDB" in version.stdout:
                return Path(found)
    return None


def install_mariadbd() -> Path:
    """Install Debian's package, where this process may.

    Raises:
        NoServer: it may not, or that fails.
    """
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        raise NoServer("no mariadbd on PATH, and only root may install it with apt-get")
    install = [
        apt,
        "install",
        "-y",
        "-q",
        "--no-install-recommends",
        "-o",
        "DPkg::Lock::Timeout=120",
        PACKAGE,
    ]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (install, [apt, "update", "-q"], install):
        done = subprocess.run(
            command, check=False, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        if done.returncode == 0 and command is install:
            break
    binary = find_mariadbd()
    if binary is None:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise NoServer(f"apt-get could not install {PACKAGE}: {reason}")
    return binary


def _options(binary: Path, folder: Path) -> list[str]:
    data, own_tmp = folder / "data", folder / "tmp"
    data.mkdir()
    own_tmp.mkdir()
    as_root = ["--user=root"] if os.geteuid() == 0 else []
    # At its start a server deletes whatever looks like its own in the temporary folder, another server's files too.
    return [
        str(binary),
        "--no-defaults",
        *as_root,
        f"--datadir={data}",
        f"--tmpdir={own_tmp}",
        *_QUICK,
    ]


def _bootstrap(binary: Path, folder: Path, options: list[str]) -> None:
    """What mariadb-install-db does, whose package is a larger one: the system tables, with a password for root."""
    shares = [prefix / "share" / name for prefix in binary.parents for name in ("mysql", "mariadb")]
    share = next((share for share in shares if (share / _SYSTEM_TABLES[0]).is_file()), None)
    if share is None:
        raise NoServer(f"{binary} has no {_SYSTEM_TABLES[0]} beside it")
    secret = pymysql.converters.escape_string(ROOT_PASSWORD)
    script = "\n".join(
        [
            "CREATE DATABASE mysql;",
            "USE mysql;",
            "SET NAMES utf8mb4;",
            "SET @auth_root_socket=NULL;",
            *((share / name).read_text() for name in _SYSTEM_TABLES),
            "DELETE FROM global_priv WHERE User = 'root' AND Host <> 'localhost';",
            "FLUSH PRIVILEGES;",
            f"ALTER USER root@localhost IDENTIFIED BY '{secret}';",
            f"CREATE USER root@'%' IDENTIFIED BY '{secret}';",
            "GRANT ALL PRIVILEGES ON *.* TO root@'%' WITH GRANT OPTION;",
            "",
        ]
    )
    done = subprocess.run(
        [*options, "--bootstrap", "--max-allowed-packet=8M"],
        check=False,
        input=script.encode(),
        capture_output=True,
    )
    if done.returncode != 0:
        raise NoServer(
            "mariadbd could not make its system tables: " + done.stderr.decode(errors="replace")[-300:]
        )


def _listening(folder: Path, port: int) -> list[str]:
    _make_certificates(folder)
    return [
        f"--socket={folder / 'server.sock'}",
        f"--pid-file={folder / 'server.pid'}",
        "--bind-address=127.0.0.1",
        f"--port={port}",
        "--skip-name-resolve",
        "--character-set-server=utf8mb4",
        f"--ssl-ca={folder / 'ca.pem'}",
        f"--ssl-cert={folder / 'cert.pem'}",
        f"--ssl-key={folder / 'key.pem'}",
    ]


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def _wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_LIMIT_S
    while b"ready for connections" not in log.read_bytes():
        if process.poll() is not None or time.monotonic() > deadline:
            raise NoServer("mariadbd did not start: " + log.read_text(errors="replace")[-300:])
        time.sleep(0.02)


def _make_certificates(folder: Path) -> None:
    """An authority, and a certificate of it for 127.0.0.1."""
    now = datetime.now(UTC)
    names = {"ca": "chat2sql test authority", "cert": "127.0.0.1"}
    subjects = {of: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for of, name in names.items()}
    keys = {of: ec.generate_private_key(ec.SECP256R1()) for of in names}
    for of in names:
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subjects[of])
            .issuer_name(subjects["ca"])
            .public_key(keys[of].public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=of == "ca", path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
            )
            .sign(keys["ca"], hashes.SHA256())
        )
        (folder / f"{of}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        keys["cert"].private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
