"""Reading DSNs: which kind of database one names, and what the parts of it say.

No error repeats anything of a DSN: it may hold a password.
"""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from urllib.parse import unquote

from pydantic import Field, SecretStr, ValidationError
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from chat2sql.config.errors import InvalidInput, Misconfigured
from chat2sql.config.vocabulary import Dialect, Frozen

MYSQL_SCHEMES = ("mysql", "mariadb")
DUCKDB_MAGIC = b"DUCK"
_MAGIC_AT = 8
_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+._-]*)://")
_REFERENCE = re.compile(r"(\$\{[A-Za-z_][A-Za-z0-9_]*\})+")
_SCHEMES = {
    "postgres": Dialect.POSTGRESQL,
    "postgresql": Dialect.POSTGRESQL,
    "mysql": Dialect.MYSQL,
    "mariadb": Dialect.MYSQL,
    "sqlite": Dialect.SQLITE,
    "duckdb": Dialect.DUCKDB,
}
_KEYWORDS = re.compile(r"(^|\s)(host|hostaddr|port|dbname|user|service)\s*=")
_SQLITE_SUFFIXES = frozenset({".db", ".db3", ".sqlite", ".sqlite3", ".s3db", ".sl3"})
_DUCKDB_SUFFIXES = frozenset({".duckdb", ".ddb"})
_IN_MEMORY = frozenset({"", ":memory:"})


class TlsMode(StrEnum):
    """How a MySQL connection is encrypted; the names are those of MySQL's own ``--ssl-mode``."""

    DISABLED = "disabled"
    PREFERRED = "preferred"
    REQUIRED = "required"
    VERIFY_CA = "verify_ca"
    VERIFY_IDENTITY = "verify_identity"


class MysqlAddress(Frozen):
    """The parts of a MySQL or MariaDB DSN, percent-decoded.

    Attributes:
        unix_socket: connect by this socket instead of host and port.
        tls: None: encrypted where the server can, and verified where ``ssl_ca`` says against what.
        ssl_ca: file with the authorities that may have signed the server's certificate.
        ssl_cert: file with the client's certificate.
        ssl_key: file with its key.
        ssl_key_password: the key's password.
    """

    host: str = "localhost"
    port: int = Field(3306, ge=1, le=65535)
    user: str | None = None
    password: SecretStr = SecretStr("")
    database: str = Field(min_length=1)
    unix_socket: str | None = None
    tls: TlsMode | None = None
    ssl_ca: str | None = None
    ssl_cert: str | None = None
    ssl_key: str | None = None
    ssl_key_password: SecretStr | None = None


_MYSQL_PARAMETERS = frozenset(
    {"unix_socket", "ssl_mode", "ssl_ca", "ssl_cert", "ssl_key", "ssl_key_password", "charset"}
)


def dialect_of(dsn: str) -> Dialect:
    """Which kind of database a DSN names.

    =============================================  ==========
    ``postgresql://``, ``postgres://``, keywords   PostgreSQL
    ``mysql://``, ``mariadb://``                   MySQL
    ``sqlite:///``, a path                         SQLite
    ``duckdb:///``, ``*.duckdb``, ``*.ddb``        DuckDB
    =============================================  ==========

    A driver suffix (``mysql+pymysql://``) does not matter. A path to a file that is there is told by what the file
    is, and only then by its suffix: ``sales.db`` may be either.

    Raises:
        InvalidInput: no database that is known here, one in memory, or nothing but a ``${NAME}``.
    """
    scheme = _SCHEME.match(dsn)
    if scheme is not None:
        dialect = _SCHEMES.get(scheme[1].lower().partition("+")[0])
        if dialect is None:
            raise _unknown_form()
        if dialect in (Dialect.SQLITE, Dialect.DUCKDB) and _file_name(dsn) in _IN_MEMORY:
            raise _in_memory()
        return dialect
    if _REFERENCE.fullmatch(dsn):
        raise InvalidInput(
            zh="DSN 只有一个 ${变量}，看不出是哪种数据库。请写出前缀，例如 mysql://用户:${密码变量}@主机/数据库。",
            en="The DSN is nothing but a ${NAME}, which does not tell what kind of database it is. Write its scheme, "
            "for example mysql://user:${PASSWORD_VARIABLE}@host/database.",
        )
    if _KEYWORDS.search(dsn):
        return Dialect.POSTGRESQL
    if dsn.strip() in _IN_MEMORY:
        raise _in_memory()
    return _dialect_of_path(Path(dsn).expanduser())


def _dialect_of_path(path: Path) -> Dialect:
    if is_duckdb_file(path):
        return Dialect.DUCKDB
    if path.suffix.lower() in _DUCKDB_SUFFIXES:
        return Dialect.DUCKDB
    # A single word is more likely a database's name than a file without a suffix.
    if path.suffix.lower() in _SQLITE_SUFFIXES or len(path.parts) > 1 or _is_file(path):
        return Dialect.SQLITE
    raise _unknown_form()


def is_duckdb_file(path: Path) -> bool:
    """Whether there is a DuckDB database at that path, by the mark at its beginning."""
    try:
        with path.open("rb") as file:
            return file.read(_MAGIC_AT + len(DUCKDB_MAGIC))[_MAGIC_AT:] == DUCKDB_MAGIC
    except (OSError, ValueError):
        return False


def duckdb_file(dsn: str) -> Path:
    """The file of a DuckDB DSN: ``duckdb:////abs/path``, ``duckdb:///relative`` or a plain path.

    It is absolute, so that DuckDB cannot take the beginning of a name for the name of an extension (``sqlite:x``).

    Raises:
        Misconfigured: the DSN cannot be read, is one in memory, or there is no such file, or it is no DuckDB database.
    """
    name = _file_name(dsn)
    if name is None:
        raise _unreadable()
    if name in _IN_MEMORY:
        raise Misconfigured(zh=_in_memory().message.zh, en=_in_memory().message.en)
    path = Path(name).expanduser()
    if not _is_file(path):
        raise Misconfigured(
            zh="找不到 DuckDB 数据库文件。请检查数据源的路径和文件权限。",
            en="The DuckDB database file is missing. Check the datasource's path and the file's rights.",
        )
    if not is_duckdb_file(path):
        raise Misconfigured(
            zh="数据源所指的文件不是可读的 DuckDB 数据库。请检查路径和权限，或从备份恢复该文件。",
            en="The datasource's file is not a readable DuckDB database. Check its path and rights, or restore the "
            "file from a backup.",
        )
    return path.absolute()


def mysql_address(dsn: str) -> MysqlAddress:
    """The parts of ``mysql://user:password@host:port/database?parameters``, or of the same with ``mariadb://``.

    Parameters: ``unix_socket``, ``ssl_mode`` (MySQL's names), ``ssl_ca``, ``ssl_cert``, ``ssl_key``,
    ``ssl_key_password``; ``charset`` may be given and is utf8mb4 in any case. ``-`` in a name is as good as ``_``.

    Raises:
        Misconfigured: the DSN cannot be read, names no database, or has a parameter that is not known.
    """
    url = _url(dsn)
    if url is None or url.get_backend_name() not in MYSQL_SCHEMES:
        raise _unreadable()
    given = {name.replace("-", "_").lower(): value for name, value in url.query.items()}
    mode = given.pop("ssl_mode", None)
    if not given.keys() <= _MYSQL_PARAMETERS or not all(isinstance(value, str) for value in given.values()):
        raise _unreadable()
    fields = {
        "host": url.host,
        "port": url.port,
        "user": url.username,
        "password": url.password,
        "database": unquote(url.database or ""),
        "tls": mode.lower() if isinstance(mode, str) else mode,
        **given,
    }
    try:
        return MysqlAddress.model_validate(
            {name: value for name, value in fields.items() if value is not None}
        )
    except ValidationError:
        raise _unreadable() from None


def _url(dsn: str) -> URL | None:
    try:
        return make_url(dsn)
    except (ArgumentError, ValueError):
        return None


def _file_name(dsn: str) -> str | None:
    """The file that a URL or a plain path names; None: neither."""
    if _SCHEME.match(dsn) is None:
        return dsn.strip()
    url = _url(dsn)
    if url is None or url.host or url.query:
        return None
    return url.database or ""


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _unreadable() -> Misconfigured:
    return Misconfigured(
        zh="数据源的连接串无法解析。请用 chat2sql datasource add 重新登记，形如 "
        "mysql://用户:密码@主机:3306/库名 或 duckdb:////绝对路径；特殊字符要写成 %XX。",
        en="The datasource's DSN cannot be read. Register it again with `chat2sql datasource add`, in the form "
        "mysql://user:password@host:3306/database or duckdb:////absolute/path; special characters as %XX.",
    )


def _unknown_form() -> InvalidInput:
    return InvalidInput(
        zh="看不出 DSN 是哪种数据库。可用的形式：postgresql://、mysql://、mariadb://、sqlite:///路径、"
        "duckdb:///路径，或 .db、.sqlite、.duckdb 文件的路径。",
        en="The DSN does not tell what kind of database it is. Known forms: postgresql://, mysql://, mariadb://, "
        "sqlite:///path, duckdb:///path, or the path of a .db, .sqlite or .duckdb file.",
    )


def _in_memory() -> InvalidInput:
    return InvalidInput(
        zh="内存数据库里没有可查询的数据。请写出数据库文件的路径，例如 duckdb:////data/sales.duckdb。",
        en="A database in memory holds no data to ask about. Name a database file, for example "
        "duckdb:////data/sales.duckdb.",
    )
