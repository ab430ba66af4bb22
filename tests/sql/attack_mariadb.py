"""The arena on MariaDB: a server of its own, since the control run changes users, variables and files of the server."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pymysql
from mariadb_server import ROOT_PASSWORD, running_mariadb
from pymysql.constants import CLIENT
from sql.attack_arena import (
    ROW_CANARY,
    ROW_CAP,
    SEED,
    Listener,
    Ran,
    State,
    digest,
    files_below,
    lay_canaries,
)

from chat2sql.config.vocabulary import Dialect

OWN_SEED = (
    "CREATE SEQUENCE tickets",
    "CREATE FUNCTION log_visit(what varchar(200)) RETURNS integer MODIFIES SQL DATA"
    " BEGIN INSERT INTO shop.visits VALUES (what); RETURN 1; END",
    "CREATE PROCEDURE empty_orders() DELETE FROM shop.orders",
    "CREATE DATABASE other_shop",
    f"CREATE TABLE other_shop.vault AS SELECT '{ROW_CANARY}' AS token",
    "CREATE USER thief@localhost",
    "CREATE USER reader@'%' IDENTIFIED BY 'reads'",
    *(
        f"GRANT SELECT ON shop.{name} TO reader@'%'"
        for name in ("customers", "orders", "employees", "visits")
    ),
    "GRANT SELECT ON shop.city_totals TO reader@'%'",
)
SYSTEM = ("information_schema", "performance_schema", "mysql", "sys")
RIGHTS = ("global_priv", "db", "tables_priv", "columns_priv", "procs_priv", "roles_mapping", "proc", "event", "servers",
          "plugin", "func")  # fmt: skip
NOT_BY_STATEMENTS = (
    "timestamp", "rand_seed1", "rand_seed2", "identity", "last_insert_id", "warning_count", "error_count",
    "innodb_buffer_pool_load_now", "pseudo_thread_id", "last_gtid", "in_transaction",
)  # fmt: skip
"""Variables that differ from one look to the next."""
SESSION = (
    "SELECT variable_name, variable_value FROM information_schema.session_variables WHERE variable_name NOT IN"
    f" {NOT_BY_STATEMENTS} ORDER BY 1",
    "SELECT @@in_transaction",
    "SELECT @stolen, @a, @b, @x, @r",
    "SELECT DATABASE()",
    "SELECT CURRENT_ROLE()",
)
SERVER = (
    "SELECT variable_name, variable_value FROM information_schema.global_variables WHERE variable_name NOT IN"
    f" {NOT_BY_STATEMENTS} AND variable_name NOT LIKE 'gtid%' ORDER BY 1",
    "SELECT schema_name FROM information_schema.schemata ORDER BY 1",
    "SELECT trigger_name, action_statement FROM information_schema.triggers ORDER BY 1",
    "SELECT table_schema, table_name, view_definition FROM information_schema.views ORDER BY 1, 2",
    "SELECT table_schema, table_name, column_name, column_type, column_default FROM information_schema.columns"
    f" WHERE table_schema NOT IN {SYSTEM} ORDER BY 1, 2, ordinal_position",
    "SELECT table_schema, table_name, index_name FROM information_schema.statistics"
    f" WHERE table_schema NOT IN {SYSTEM} ORDER BY 1, 2, 3",
    "SELECT table_schema, table_name, engine, table_comment FROM information_schema.tables"
    f" WHERE table_schema NOT IN {SYSTEM} AND table_type <> 'VIEW' ORDER BY 1, 2",
    "SELECT plugin_name, plugin_status FROM information_schema.plugins ORDER BY 1",
    "SELECT IS_USED_LOCK('owned')",
)


class MariadbArena:
    """See ``Arena``."""

    dialect = Dialect.MYSQL
    probe = "SELECT @@sql_mode, @@max_statement_time, @stolen, @a, @x, @r, DATABASE(), IS_USED_LOCK('owned')"
    role_hides_vault = True

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._server = self._stack.enter_context(running_mariadb())
        self._folder = Path(
            self._stack.enter_context(tempfile.TemporaryDirectory(prefix="chat2sql-attacks-"))
        )
        self._listener = Listener()
        self._stack.callback(self._listener.close)
        self._session: pymysql.Connection | None = None
        self._bystander: pymysql.Connection | None = None
        self.reader_dsn = self._server.dsn("reader", "reads", "shop")
        self._variables = dict(self._ask(SERVER[0]))
        self.reset()

    def _connect(self, database: str | None) -> pymysql.Connection:
        return pymysql.connect(
            unix_socket=str(self._server.socket),
            user="root",
            password=ROOT_PASSWORD.encode(),
            database=database,
            autocommit=True,
            charset="utf8mb4",
            client_flag=CLIENT.MULTI_STATEMENTS,
            local_infile=True,
            read_timeout=10,
            ssl_disabled=True,
        )

    def _ask(self, query: str) -> list[tuple[str, str]]:
        with closing(self._connect(None)) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    def run(self, sql: str) -> Ran:
        """See ``Arena``. The client lets several statements stand in one text."""
        text = []
        try:
            session = self._opened()
            with session.cursor() as cursor:
                cursor.execute(sql)
                while True:
                    text += [_text(value) for row in cursor.fetchmany(ROW_CAP) for value in row]
                    if not cursor.nextset():
                        break
        except (pymysql.Error, UnicodeError, RuntimeError, ValueError) as error:
            return Ran("\n".join([*text, str(error)]), failed=True)
        return Ran("\n".join(text))

    def _opened(self) -> pymysql.Connection:
        if self._session is None or not self._session.open:
            self._session = self._connect("shop")
            with self._session.cursor() as cursor:
                cursor.execute("SET SESSION max_statement_time = 0.2, SESSION lock_wait_timeout = 1")
        return self._session

    def state(self) -> State:
        """See ``Arena``."""
        parts: State = {}
        with closing(self._connect(None)) as connection, connection.cursor() as cursor:
            for query in SERVER:
                cursor.execute(query)
                parts[query] = cursor.fetchall()
            cursor.execute(
                "SELECT table_schema, table_name FROM information_schema.tables"
                f" WHERE table_schema NOT IN {SYSTEM} AND table_type <> 'VIEW' ORDER BY 1, 2"
            )
            for schema, name in [*cursor.fetchall(), *(("mysql", name) for name in RIGHTS)]:
                cursor.execute(f"SELECT * FROM `{schema}`.`{name}`")
                parts[f"{schema}.{name}"] = digest(cursor.fetchall())
        parts |= {f"session: {query}": self._asked_in_session(query) for query in SESSION}
        parts["canaries"] = files_below(self._folder)
        parts["data folder"] = sorted(str(path) for path in (self._server.folder / "data").rglob("*"))
        parts["connections"] = self._listener.connections
        parts["bystander"] = self._bystander is not None and _lives(self._bystander)
        return parts

    def _asked_in_session(self, query: str) -> object:
        with suppress(pymysql.Error), self._opened().cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()
        return "the session is broken"

    def close_session(self) -> None:
        """See ``Arena``."""
        if self._session is not None and self._session.open:
            self._session.close()
        self._session = None

    def reset(self) -> None:
        """See ``Arena``."""
        self.close_session()
        for file in self._folder.iterdir():
            file.unlink()
        self._folder.chmod(0o777)
        with closing(self._connect(None)) as connection, connection.cursor() as cursor:
            for statement in self._undoing():
                cursor.execute(statement)
            cursor.execute("CREATE DATABASE shop")
            cursor.execute("USE shop")
            for statement in (*SEED, *OWN_SEED):
                cursor.execute(statement)
        if self._bystander is not None and self._bystander.open:
            self._bystander.close()
        self._bystander = self._connect(None)
        self.places = lay_canaries(self._folder) | {
            "port": str(self._listener.port),
            "pid": str(self._bystander.thread_id()),
        }

    def _undoing(self) -> list[str]:
        databases = self._ask("SELECT schema_name, '' FROM information_schema.schemata")
        users = self._ask(
            "SELECT user, host FROM mysql.global_priv WHERE user NOT IN ('root', 'mariadb.sys', 'PUBLIC')"
        )
        changed = [
            (name, value) for name, value in self._ask(SERVER[0]) if self._variables.get(name) != value
        ]
        return [
            *(f"DROP DATABASE `{name}`" for name, _ in databases if name not in SYSTEM),
            *(
                f"DROP {'USER' if host else 'ROLE'} `{user}`{f'@`{host}`' if host else ''}"
                for user, host in users
            ),
            *(f"SET GLOBAL {name} = {_literal(self._variables[name])}" for name, _ in changed),
            "DROP SERVER IF EXISTS owned",
            "STOP SLAVE",
            "RESET SLAVE ALL",
        ]

    def close(self) -> None:
        """See ``Arena``."""
        self.close_session()
        if self._bystander is not None and self._bystander.open:
            self._bystander.close()
        self._stack.close()


def _literal(value: str) -> str:
    return value if value.isdigit() else f"'{value}'"


def _text(value: object) -> str:
    return (value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value))[:10_000]


def _lives(connection: pymysql.Connection) -> bool:
    try:
        connection.ping(reconnect=False)
    except pymysql.Error:
        return False
    return True
