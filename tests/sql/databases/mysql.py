"""The part of MySQL and MariaDB in the contract of executors."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from mariadb_server import MariadbServer
from sql.databases import SEED, Contract, Exact, Fault, Unreachable

from chat2sql.config.errors import DatabaseUnavailable, Misconfigured
from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.sql.executors.port import SqlProblemKind

WRITTEN_FILE = "/tmp/chat2sql-written-by-mysql"
PASSWORD = "hush/p@ss:%"
OWN_SEED = (
    "CREATE SEQUENCE counter",
    "CREATE FUNCTION wipe() RETURNS int MODIFIES SQL DATA BEGIN DELETE FROM orders; RETURN 1; END",
    "CREATE FUNCTION complain() RETURNS int READS SQL DATA BEGIN DECLARE who text;"
    " SELECT name INTO who FROM customers LIMIT 1; SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = who; RETURN 1; END",
    "CREATE PROCEDURE wipe_all() DELETE FROM orders",
    """CREATE TABLE kinds (
        bits bit(12), flag tinyint(1), tiny tinyint, small smallint unsigned, medium mediumint, whole int unsigned,
        large bigint unsigned, price decimal(10,2), long_price decimal(65,30), low decimal(5,1) unsigned, single float,
        fixed char(5), text_ text, long_text longtext, fixed_bytes binary(3), some_bytes varbinary(9), blob_ mediumblob,
        day_ date, no_day date, no_moment datetime, moment datetime(6), stamp timestamp(3) NULL, span time,
        back time(1), year_ year, chosen enum('a', 'b'), chosen_ones set('x', 'y'), document json, place point,
        western varchar(5) CHARACTER SET latin1, empty_text varchar(5), empty_bytes varbinary(5)
    )""",
    "SET sql_mode = ''",  # for the dates that no calendar has
    r"""INSERT INTO kinds VALUES (
        b'101', 1, -1, 65535, -8388608, 4294967295, 18446744073709551615, 12.30,
        12345678901234567890123456789012345.123456789012345678901234567890, 0.5, 1.5, 'ab', '北京', '🙂', 'a', x'00ff',
        x'00', '2024-02-29', '0000-00-00', '2024-02-00 00:00:00', '2024-01-02 03:04:05.000006',
        '2024-01-02 03:04:05.123', '838:59:59', '-01:02:03.5', 2024, 'a', 'x,y', '{"a": 1.10}', Point(1, 2), 'é', '', ''
    )""",
)
STATE = (
    "SELECT * FROM customers ORDER BY id",
    "SELECT * FROM orders ORDER BY id",
    "SELECT * FROM secrets ORDER BY id",
    "SELECT * FROM counter",
    "SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, CREATE_TIME FROM information_schema.TABLES"
    " WHERE TABLE_SCHEMA <> 'information_schema' ORDER BY 1, 2",
    "SELECT ROUTINE_SCHEMA, ROUTINE_NAME FROM information_schema.ROUTINES ORDER BY 1, 2",
    "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA ORDER BY 1",
    "SELECT PLUGIN_NAME, PLUGIN_STATUS FROM information_schema.PLUGINS ORDER BY 1",
    "SELECT Host, User, Priv FROM mysql.global_priv ORDER BY 1, 2",
    "SELECT Host, Db, User, Select_priv, Insert_priv FROM mysql.db ORDER BY 1, 2, 3",
    "SELECT * FROM mysql.tables_priv ORDER BY 1, 2, 3, 4",
    "SELECT * FROM information_schema.USER_VARIABLES",
    "SELECT IS_USED_LOCK('chat2sql')",
    "SELECT VARIABLE_NAME, VARIABLE_VALUE FROM information_schema.GLOBAL_VARIABLES"
    " WHERE VARIABLE_NAME NOT LIKE 'GTID%' ORDER BY 1",
)
EVERYBODY = ", ".join(f"customers {name}" for name in "abcdefghijklmnopqrst")


class Mysql:
    """A database of its own on the test run's MariaDB. The role may read all of it, which is how a datasource's user is
    set up; the secrets are a view of another database, as that user sees it."""

    def __init__(self, server: MariadbServer) -> None:
        self._server = server
        self._name = name = f"contract_{uuid.uuid4().hex[:8]}"
        self._vault = vault = f"{name}_vault"
        self._user = user = f"reader_{name}"
        self.dsn = server.dsn(user, PASSWORD, name)
        self.owner_dsn = server.dsn(database=name)
        server.run(f"CREATE DATABASE {name}", f"CREATE DATABASE {vault}")
        server.run(*SEED, *OWN_SEED, database=name)
        server.run(
            f"RENAME TABLE secrets TO {vault}.secrets",
            f"CREATE SQL SECURITY INVOKER VIEW secrets AS SELECT * FROM {vault}.secrets",
            f"CREATE USER {user} IDENTIFIED BY '{PASSWORD}'",
            f"GRANT SELECT, SHOW VIEW ON {name}.* TO {user}",
            *(f"GRANT EXECUTE ON FUNCTION {name}.{function} TO {user}" for function in ("wipe", "complain")),
            database=name,
        )

    def state(self) -> object:
        return [
            *(self._server.run(query, database=self._name) for query in STATE),
            Path(WRITTEN_FILE).exists(),
            sorted(file.name for file in (self._server.folder / "data" / self._name).iterdir()),
        ]

    def running(self) -> Sequence[str]:
        # The server tells a client of the end of its statement some ms before it takes it off the list.
        for _ in range(20):
            found = [str(info) for _, info in self._sessions() if info is not None]
            if not found:
                break
            time.sleep(0.02)
        return found

    def drop_connections(self) -> None:
        for number, _ in self._sessions():
            self._server.run(f"KILL CONNECTION {number}")

    def remove(self) -> None:
        self._server.run(
            f"DROP USER {self._user}", f"DROP DATABASE {self._vault}", f"DROP DATABASE {self._name}"
        )

    def _sessions(self) -> list[tuple[object, ...]]:
        return self._server.run(
            f"SELECT ID, INFO FROM information_schema.PROCESSLIST WHERE DB = '{self._name}'"
        )


@contextmanager
def opened(request: pytest.FixtureRequest) -> Iterator[Mysql]:
    database = Mysql(request.getfixturevalue("mariadb_server"))
    yield database
    database.remove()


def _kind(column: str, type_: str, value: object) -> Exact:
    return Exact(f"(SELECT {column} FROM kinds)", type_, value)


COUNTING = "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < {most}) "
LONG = Decimal("12345678901234567890123456789012345.123456789012345678901234567890")

CONTRACT = Contract(
    dialect=Dialect.MYSQL,
    opened=opened,
    served=True,
    heavy=f"SELECT COUNT(*) FROM {EVERYBODY}",
    numbers=COUNTING + "SELECT n FROM r",
    wide=COUNTING.replace("most", "rows") + "SELECT REPEAT('x', {width}) AS t FROM r",
    endless=f"SELECT REPEAT('x', 2000) AS t, SLEEP(0.002) AS s FROM {EVERYBODY}",
    literal="SELECT '100%s %(x)s %' AS a, 'O''Neil \\\\ \"q\"' AS b, '北京🙂' AS c",
    exact=(
        _kind("bits", "bit(12)", 5),
        _kind("tiny", "tinyint", -1),
        _kind("medium", "mediumint", -8388608),
        _kind("price", "decimal(10,2)", Decimal("12.30")),
        _kind("long_price", "decimal(65,30)", LONG),
        _kind("low", "decimal(5,1) unsigned", Decimal("0.5")),
        _kind("single", "float", 1.5),
        _kind("fixed", "char(5)", "ab"),
        _kind("long_text", "longtext", "🙂"),
        _kind("fixed_bytes", "binary(3)", b"a\x00\x00"),
        _kind("some_bytes", "varbinary(9)", b"\x00\xff"),
        _kind("blob_", "mediumblob", b"\x00"),
        _kind("day_", "date", date(2024, 2, 29)),
        _kind("no_day", "date", "0000-00-00"),
        _kind("no_moment", "datetime", "2024-02-00 00:00:00"),
        _kind("moment", "datetime(6)", datetime(2024, 1, 2, 3, 4, 5, 6)),
        _kind("stamp", "timestamp(3)", datetime(2024, 1, 2, 3, 4, 5, 123000)),
        _kind("span", "time", timedelta(hours=838, minutes=59, seconds=59)),
        _kind("back", "time(1)", -timedelta(hours=1, minutes=2, seconds=3.5)),
        _kind("year_", "year", 2024),
        _kind("document", "longtext", '{"a": 1.10}'),
        _kind("place", "geometry", bytes.fromhex("000000000101000000000000000000f03f0000000000000040")),
        _kind("western", "varchar(5)", "é"),
        _kind("empty_text", "varchar(5)", ""),
        _kind("empty_bytes", "varbinary(5)", b""),
        Exact("9223372036854775807", "bigint", 9223372036854775807),
        Exact("1.50", "decimal(3,2)", Decimal("1.50")),
        Exact("1e0 + 0.2e0", "double", 1.2),
        Exact("TRUE", "int", 1),
        Exact("'x'", "varchar(1)", "x"),
        Exact("x'00ff'", "varbinary(2)", b"\x00\xff"),
        Exact("NULL", "null", None),
    ),
    faults=(
        Fault("SELECT name + FROM customers", SqlProblemKind.SYNTAX, "syntax"),
        Fault("SELECT 1 UNION SELECT 1, 2", SqlProblemKind.SYNTAX, "number of columns"),
        Fault("SELECT MAX(SUM(id)) FROM orders", SqlProblemKind.SYNTAX, "group function"),
        Fault("SELECT 1 FROM customers c, orders c", SqlProblemKind.SYNTAX, "'c'"),
        Fault("SELECT id FROM (SELECT 1)", SqlProblemKind.SYNTAX),
        Fault("SELECT RANK() OVER w FROM customers", SqlProblemKind.SYNTAX, "'w'"),
        Fault("WITH a AS (SELECT 1), a AS (SELECT 2) SELECT * FROM a", SqlProblemKind.SYNTAX, "`a`"),
        Fault("SELECT c.nam FROM customers c", SqlProblemKind.UNKNOWN_NAME, "c.nam"),
        Fault("SELECT 1 FROM no_such_database.t", SqlProblemKind.PERMISSION, "no_such_database"),
        Fault("SELECT ROW(1, 2)", SqlProblemKind.TYPE, "column"),
        Fault("SELECT UPPER()", SqlProblemKind.TYPE, "parameter count"),
        Fault("SELECT POINT(1, 2) + 1", SqlProblemKind.TYPE, "point"),
        Fault("SELECT (SELECT id FROM orders)", SqlProblemKind.DATA, "more than 1 row"),
        Fault("SELECT ~0 + 1", SqlProblemKind.DATA, "out of range"),
        Fault("SELECT * FROM orders FOR UPDATE", SqlProblemKind.READ_ONLY),
        Fault("SELECT NEXTVAL(counter)", SqlProblemKind.READ_ONLY),
        Fault("SELECT wipe()", SqlProblemKind.READ_ONLY, "READ ONLY"),
        Fault("SET @a = 1", SqlProblemKind.SYNTAX),
    ),
    leaks=(
        "SELECT EXTRACTVALUE(1, CONCAT('~', (SELECT name FROM customers LIMIT 1)))",
        "SELECT UPDATEXML(1, CONCAT('~', (SELECT name FROM customers WHERE id = 3)), 1)",
        "SELECT EXTRACTVALUE(1, CONCAT('''~', (SELECT city FROM customers WHERE id = 2)))",
        "SELECT complain()",
        "SELECT GET_LOCK(REPEAT(name, 100), 1) FROM customers",
        "SELECT j.a FROM customers, JSON_TABLE(name, '$[*]' COLUMNS (a int PATH '$')) AS j",
        "SELECT ST_GEOMFROMTEXT('POINT(1 1)') + (SELECT name FROM customers LIMIT 1)",
        "SELECT EXTRACTVALUE(1, CONCAT('~', (SELECT name FROM customers LIMIT 1))), 'Ann' AS `Ann`",
        "SELECT EXP((SELECT ASCII(name) * 11987 FROM customers LIMIT 1))",
        "SELECT EXP(ASCII(name) * 11987) FROM customers",
    ),
    writes=(
        "INSERT INTO customers (id) VALUES (99)",
        "UPDATE customers SET name = 'x'",
        "DELETE FROM orders",
        "REPLACE INTO orders VALUES (1, 1, 1)",
        "INSERT INTO orders VALUES (9, 9, 9) RETURNING id",
        "DROP TABLE orders",
        "TRUNCATE orders",
        "ALTER TABLE orders ADD COLUMN x int",
        "CREATE TABLE new_one (x int)",
        "CREATE TEMPORARY TABLE new_one (x int)",
        "CREATE TABLE new_one SELECT 1",
        "CREATE USER new_one",
        "GRANT ALL ON *.* TO new_one IDENTIFIED BY 'x'",
        "SET PASSWORD = PASSWORD('x')",
        "SELECT 1; DELETE FROM orders",
        "SELECT 1; COMMIT; DELETE FROM orders",
        "SELECT 1 /*! INTO OUTFILE '" + WRITTEN_FILE + "' */",
        "/*! DELETE FROM orders */",
        "/*!50000 SET GLOBAL max_connections = 7 */",
        "WITH d AS (SELECT 1) DELETE FROM orders",
        "SELECT id FROM orders INTO OUTFILE '" + WRITTEN_FILE + "'",
        "SELECT id FROM orders INTO DUMPFILE '" + WRITTEN_FILE + "'",
        "SELECT id INTO @kept FROM orders LIMIT 1",
        "(SELECT id FROM orders LIMIT 1) INTO @kept",
        "SELECT * FROM orders FOR UPDATE",
        "SELECT NEXTVAL(counter)",
        "SELECT NEXT VALUE FOR counter",
        "SELECT wipe()",
        "SELECT id FROM orders WHERE wipe() = 1",
        "CALL wipe_all()",
        "DO wipe()",
        "EXECUTE IMMEDIATE 'DELETE FROM orders'",
        "PREPARE kept FROM 'DELETE FROM orders'",
        "SET GLOBAL max_connections = 7",
        "SET SESSION tx_read_only = 0",
        "SET @@sql_mode = 'ANSI_QUOTES'",
        "SET STATEMENT max_statement_time = 0 FOR SELECT 1",
        "START TRANSACTION",
        "COMMIT",
        "SAVEPOINT s",
        "XA START 'x'",
        "LOCK TABLES orders WRITE",
        "FLUSH TABLES WITH READ LOCK",
        "FLUSH PRIVILEGES",
        "HANDLER orders OPEN",
        "KILL 1",
        "SHUTDOWN",
        "INSTALL PLUGIN x SONAME 'x'",
        "PURGE BINARY LOGS BEFORE NOW()",
        "RESET QUERY CACHE",
        "ANALYZE TABLE orders",
        "OPTIMIZE TABLE orders",
        "ANALYZE SELECT id FROM orders",
        "EXPLAIN SELECT 1",
        "SHOW GRANTS",
        "USE mysql",
        "HELP 'x'",
        "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE orders",
        "LOAD DATA INFILE '/etc/passwd' INTO TABLE orders",
    ),
    refused=(
        "SELECT * FROM mysql.user",
        "SELECT word FROM secrets",
        "SELECT * FROM mysql.global_priv",
    ),
    harmless=(
        "SELECT @kept := 1",
        "SELECT GET_LOCK('chat2sql', 1)",
        "SELECT LOAD_FILE('/etc/passwd')",
        "SELECT BENCHMARK(10, SHA2('x', 256))",
        "SELECT SLEEP(0.01)",
        "SELECT LAST_INSERT_ID(7)",
        "SELECT RAND(7)",
        "SELECT * FROM orders LOCK IN SHARE MODE",
        "SELECT * FROM information_schema.TABLES",
    ),
    session="SELECT @@sql_mode, @@tx_read_only, @@autocommit, @@lock_wait_timeout, @@max_recursive_iterations,"
    " @kept, IS_USED_LOCK('chat2sql'), LAST_INSERT_ID()",
    runs_in_explain=(
        "DELETE FROM orders",
        "ANALYZE SELECT id FROM orders",
        "(ANALYZE) DELETE FROM orders",
        "SELECT 1; DELETE FROM orders",
        "FOR CONNECTION 1",
        "SELECT id INTO @kept FROM orders LIMIT 1",
        "SELECT id FROM orders INTO OUTFILE '" + WRITTEN_FILE + "'",
        "INTO @kept SELECT 1",
        "UPDATE orders SET id = id + 1",
    ),
    estimates=frozenset({"cost", "rows"}),
    unreachable=(
        Unreachable("mysql://u:hush@127.0.0.1:1/db", DatabaseUnavailable),
        Unreachable("mariadb://u:hush@no-such-host.invalid/db", DatabaseUnavailable),
        Unreachable("mysql://u:hush@/db?unix_socket=/nowhere/hush.sock", DatabaseUnavailable),
        Unreachable("mysql://u:hush@127.0.0.1:1/", Misconfigured),
        Unreachable("mysql://u:hush@127.0.0.1:hush/db", Misconfigured),
        Unreachable("mysql://u:hush@127.0.0.1:1/db?hush=1", Misconfigured),
        Unreachable("mysql://u:hush@127.0.0.1:1/db?ssl_mode=hush", Misconfigured),
        Unreachable("mysql://u:hush@127.0.0.1:1/db?ssl_ca=/nowhere/hush.pem", Misconfigured),
        Unreachable("hush this is no dsn", Misconfigured),
    ),
)
