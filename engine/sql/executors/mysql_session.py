"""Sessions on MySQL and MariaDB: read-only, limited, one statement at a time."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import pymysql
from pymysql import Connection

from chat2sql.config.errors import DatabaseUnavailable, Misconfigured
from chat2sql.engine.schema.dsn import MysqlAddress, TlsMode
from chat2sql.engine.sql.executors.mysql_errors import connection_failure, unavailable
from chat2sql.engine.sql.executors.mysql_types import CONVERSIONS

CONNECT_TIMEOUT_S = 5.0
GRACE_S = 5.0
"""How much longer than the statement's own limit the client waits for a server that says nothing."""
LOCK_WAIT_S = 10.0
MOST_RECURSIONS = 1_000_000
"""MariaDB silently ends a recursion at 1000 rounds, MySQL with an error: too few for a calendar of three years."""

_VERIFYING = (TlsMode.VERIFY_CA, TlsMode.VERIFY_IDENTITY)


@contextmanager
def open_session(address: MysqlAddress, timeout_s: float) -> Iterator[Connection]:
    """A session in a READ ONLY transaction, in which no statement runs longer than ``timeout_s``; dropped at the end.

    Raises:
        DatabaseUnavailable: the server cannot be reached.
        Misconfigured: it refuses the login, or the DSN is wrong.
    """
    connection = _connect(address)
    with closing(connection):
        try:
            _limit(connection, timeout_s)
        except pymysql.Error as error:
            raise connection_failure(error) from None
        # PyMySQL takes one read timeout for the login and for statements; a login has to be faster.
        connection._read_timeout = timeout_s + GRACE_S  # type: ignore[attr-defined]
        yield connection


def kill_query(address: MysqlAddress, connection: Connection) -> None:
    """End the statement that runs on a connection, over another connection of the same user. What goes wrong there is
    left to the statement's own time limit."""
    number: int = connection.thread_id()  # type: ignore[no-untyped-call]
    with (
        suppress(pymysql.Error, DatabaseUnavailable, Misconfigured),
        closing(_connect(address)) as other,
        other.cursor() as cursor,
    ):
        cursor.execute(f"KILL QUERY {number:d}")


def _connect(address: MysqlAddress) -> Connection:
    try:
        connection = _Session(
            host=address.host,
            port=address.port,
            user=address.user,
            # As bytes: PyMySQL would encode a text as Latin-1.
            password=address.password.get_secret_value().encode(),
            database=address.database,
            charset="utf8mb4",
            conv=CONVERSIONS,  # type: ignore[arg-type]  # bits come as bytes, whatever the stubs say
            connect_timeout=CONNECT_TIMEOUT_S,
            read_timeout=CONNECT_TIMEOUT_S,
            write_timeout=CONNECT_TIMEOUT_S,
            autocommit=True,
            local_infile=False,
            program_name="chat2sql",
            ssl=_tls(address),
            ssl_disabled=address.tls is TlsMode.DISABLED,
            defer_connect=True,
        )
        connection.connect(_unix_socket(address))
    except (pymysql.Error, RuntimeError) as error:
        raise connection_failure(error) from None
    return connection


def _unix_socket(address: MysqlAddress) -> socket.socket | None:
    """The server's socket, connected; None: it is reached by host and port. PyMySQL would leave one open that refuses."""
    if address.unix_socket is None:
        return None
    made = socket.socket(socket.AF_UNIX)
    made.settimeout(CONNECT_TIMEOUT_S)
    try:
        made.connect(address.unix_socket)
    except OSError:
        made.close()
        raise unavailable() from None
    return made


class _Session(Connection):
    def _create_ssl_ctx(self, given: object) -> ssl.SSLContext:
        # PyMySQL would read the system's certificate authorities at each login, only to ignore them.
        return given if isinstance(given, ssl.SSLContext) else _unverified()


def _tls(address: MysqlAddress) -> ssl.SSLContext | None:
    """How to encrypt; None: where the server offers it, unverified."""
    mode = address.tls or (TlsMode.VERIFY_CA if address.ssl_ca else TlsMode.PREFERRED)
    if mode is TlsMode.DISABLED or (mode is TlsMode.PREFERRED and address.ssl_cert is None):
        return None
    try:
        if mode in _VERIFYING:
            context = ssl.create_default_context(cafile=address.ssl_ca)
            context.check_hostname = mode is TlsMode.VERIFY_IDENTITY
            # MySQL's own certificates lack an extension that Python 3.13 asks for.
            context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        else:
            context = _unverified()
        if address.ssl_cert is not None:
            password = address.ssl_key_password
            context.load_cert_chain(
                address.ssl_cert,
                keyfile=address.ssl_key,
                password=password.get_secret_value() if password is not None else "",
            )
    except (OSError, ValueError):
        raise Misconfigured(
            zh="数据源的 TLS 证书或密钥文件无法读取。请检查 ssl_ca、ssl_cert、ssl_key 和 ssl_key_password。",
            en="The datasource's TLS certificate or key file cannot be read. Check ssl_ca, ssl_cert, ssl_key and "
            "ssl_key_password.",
        ) from None
    return context


def _unverified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def limit_time(connection: Connection, seconds: float) -> None:
    """Let no later statement of this connection run longer than that."""
    limit = (
        f"max_statement_time = {max(0.001, seconds):.3f}"
        if _is_mariadb(connection)
        else f"max_execution_time = {max(1, round(seconds * 1000))}"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SET SESSION {limit}")


def _is_mariadb(connection: Connection) -> bool:
    version: str = connection.get_server_info()  # type: ignore[no-untyped-call]
    return "mariadb" in version.lower()


def _limit(connection: Connection, timeout_s: float) -> None:
    lock_wait_s = max(1, round(min(timeout_s, LOCK_WAIT_S)))
    recursions = "max_recursive_iterations" if _is_mariadb(connection) else "cte_max_recursion_depth"
    settings = {
        # What changes the meaning of a text (ANSI_QUOTES, NO_BACKSLASH_ESCAPES, ...) is off, whatever the server
        # has: the guard has read the SQL without it.
        "sql_mode": "IF(FIND_IN_SET('ONLY_FULL_GROUP_BY', @@sql_mode),"
        " 'STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY', 'STRICT_ALL_TABLES')",
        "lock_wait_timeout": lock_wait_s,
        "innodb_lock_wait_timeout": lock_wait_s,
        "net_write_timeout": max(60, round(timeout_s + GRACE_S)),
        recursions: MOST_RECURSIONS,
    }
    limit_time(connection, timeout_s)
    with connection.cursor() as cursor:
        cursor.execute("SET " + ", ".join(f"SESSION {name} = {value}" for name, value in settings.items()))
        cursor.execute("SET SESSION TRANSACTION READ ONLY")
        cursor.execute("START TRANSACTION READ ONLY")
