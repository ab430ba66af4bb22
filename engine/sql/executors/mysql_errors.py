"""What an error of MySQL or MariaDB means: the SQL's fault, an outage, or a wrong setting.

The numbers are those of the servers' error references (``ER_...`` from 1000 on, MariaDB's own from 1900 and 4000 on) and
of the client (``CR_...``, 2000 to 2999).
"""

from __future__ import annotations

import re
import ssl

import pymysql

from chat2sql.config.errors import Chat2SQLError, DatabaseUnavailable, Misconfigured
from chat2sql.engine.sql.executors.port import SqlProblem, SqlProblemKind

PLAN_HIDDEN = "1345"
"""``sqlstate`` of EXPLAIN of a view whose own tables the user may not look into; the query itself may run."""

# 1370 is what a user without EXECUTE is told of a function, whether there is one of that name or not.
_KINDS = {
    **dict.fromkeys((1052, 1055, 1056, 1060, 1064, 1065, 1066, 1111, 1140, 1149), SqlProblemKind.SYNTAX),
    **dict.fromkeys((1221, 1222, 1235, 1247, 1248, 1250, 1463, 1583, 4004, 4009, 4015), SqlProblemKind.SYNTAX),
    **dict.fromkeys((1046, 1049, 1051, 1054, 1109, 1146, 1305, 1370, 1128, 1630, 1115, 1273, 1193), SqlProblemKind.UNKNOWN_NAME),
    **dict.fromkeys((1210, 1267, 1270, 1271, 1582, 4078, 4079, 1241), SqlProblemKind.TYPE),
    **dict.fromkeys((1242, 1062, 1365, 1690, 1264, 1292, 1366, 1367, 1411, 1525), SqlProblemKind.DATA),
    **dict.fromkeys((1317, 1969, 3024), SqlProblemKind.TIMEOUT),
    **dict.fromkeys((1044, 1045, 1095, 1142, 1143, 1227, 1345, 1356, 1290), SqlProblemKind.PERMISSION),
    **dict.fromkeys((1207, 1792, 1836), SqlProblemKind.READ_ONLY),
    **dict.fromkeys((1038, 1104, 1114, 1116, 1117, 1118, 1153, 1301, 1436, 3636, 4130), SqlProblemKind.TOO_LARGE),
}  # fmt: skip
_BY_SQLSTATE = {"42": SqlProblemKind.SYNTAX, "22": SqlProblemKind.DATA, "21": SqlProblemKind.SYNTAX}
# Locks, deadlocks, no connection or memory left, shutting down, killed, broken or changed storage; CR_... are all
# about the connection.
_OUTAGES = frozenset(
    {1016, 1020, 1021, 1026, 1030, 1033, 1034, 1037, 1040, 1041, 1053, 1077, 1079, 1129, 1158, 1159, 1160, 1161}
    | {1180, 1184, 1194, 1195, 1203, 1205, 1213, 1226, 1412, 1615, 1927, 3168, 4031}
)  # fmt: skip
_CLIENT = range(2000, 3000)
_LOGIN_REFUSED = frozenset({1044, 1045, 1049, 1130, 1227, 1251, 1275, 1698, 1820, 1862, 2059, 4151})
_TLS_FAILED = 2026
_SAYS_WHO = re.compile(r" (?:to|for) user '[^']*'@'[^']*'(?: \(using password: \w+\))?")
_FROM_A_ROW = re.compile(r"""['"`~].*""", re.DOTALL)
_OWN_WORDS = frozenset(
    {SqlProblemKind.SYNTAX, SqlProblemKind.UNKNOWN_NAME, SqlProblemKind.TYPE, SqlProblemKind.PERMISSION}
)
"""Kinds whose messages, where the number is known above, quote the statement and the schema, never a value."""
_SIGNALLED = 1644
_GENERAL_ERROR = "HY000"


def statement_failure(error: pymysql.Error) -> SqlProblem:
    """The error of a statement as a value.

    Raises:
        DatabaseUnavailable: it is not the statement's fault.
    """
    number, said = _parts(error)
    if number is None or number in _OUTAGES or number in _CLIENT:
        raise unavailable() from None
    sqlstate = str(getattr(error, "sqlstate", None) or _GENERAL_ERROR)
    kind = _KINDS.get(number) or _BY_SQLSTATE.get(sqlstate[:2], SqlProblemKind.OTHER)
    if sqlstate == _GENERAL_ERROR:  # says nothing; the number does
        sqlstate = str(number)
    return SqlProblem(kind=kind, message=_words(number, said, kind), sqlstate=sqlstate)


def _words(number: int, said: str, kind: SqlProblemKind) -> str:
    if number == _SIGNALLED:  # a stored function says what it likes
        return "A function of the database reports an error."
    if number not in _KINDS or kind not in _OWN_WORDS:
        # Error-based injection reads values out of such messages: XPATH syntax error: '~...'
        said = _FROM_A_ROW.sub("…", said)
    return " ".join(_SAYS_WHO.sub("", said).split())


def connection_failure(error: Exception) -> Chat2SQLError:
    """Why a connection was not made: ``Misconfigured`` if no waiting mends it, else ``DatabaseUnavailable``."""
    number, _ = _parts(error)
    cause = getattr(error, "original_exception", None)
    if number == _TLS_FAILED or isinstance(cause, ssl.SSLError):
        return Misconfigured(
            zh="与数据库的 TLS 连接未能建立：服务器不支持，或证书未通过验证。请检查 ssl_mode、ssl_ca 以及服务器的证书。",
            en="No TLS connection to the database came about: the server does not offer it, or its certificate did "
            "not pass. Check ssl_mode, ssl_ca and the server's certificate.",
        )
    if number in _LOGIN_REFUSED or isinstance(error, RuntimeError):
        return Misconfigured(
            zh="数据库拒绝了登录。请检查该数据源的用户、密码和数据库名，以及用户是否可以从本机登录，然后重试。",
            en="The database refused the login. Check user, password and database name of the datasource, and "
            "whether the user may log in from this host, then try again.",
        )
    return unavailable()


def _parts(error: Exception) -> tuple[int | None, str]:
    """Number and words; None where the driver found the fault before the server did."""
    number = error.args[0] if error.args and isinstance(error.args[0], int) else None
    return number, str(error.args[1]) if len(error.args) > 1 else ""


def unavailable() -> DatabaseUnavailable:
    """The database cannot be reached for now."""
    return DatabaseUnavailable(
        zh="数据库暂时无法连接。请检查它是否在运行、网络是否可达；恢复后会自动继续。",
        en="The database cannot be reached for now. Check that it runs and that the network reaches it; "
        "work goes on once it is back.",
    )
