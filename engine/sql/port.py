"""The port of query execution: what every executor takes and gives."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

import pyarrow as pa
from pydantic import ConfigDict, Field

from chat2sql.config.vocabulary import Frozen

OnProgress = Callable[[int], None]
"""Called with the number of rows fetched so far, after each batch."""


class SqlProblemKind(StrEnum):
    """Why a statement did not run, where the statement itself is the reason."""

    SYNTAX = "syntax"
    UNKNOWN_NAME = "unknown_name"
    TYPE = "type"
    DATA = "data"
    TIMEOUT = "timeout"
    PERMISSION = "permission"
    READ_ONLY = "read_only"
    TOO_LARGE = "too_large"
    OTHER = "other"


class SqlProblem(Frozen):
    """An error that is the SQL's fault, as a value.

    Attributes:
        message: the database's own words, in one line, without values from rows.
        sqlstate: the SQLSTATE, or SQLite's error name; None if there is none.
    """

    kind: SqlProblemKind
    message: str
    sqlstate: str | None = None


def unsendable(sql: str) -> SqlProblem | None:
    """Text that no database takes: a NUL character would cut it off, half a surrogate pair has no encoding."""
    if "\x00" in sql or any("\ud800" <= character <= "\udfff" for character in sql):
        return SqlProblem(
            kind=SqlProblemKind.SYNTAX, message="The SQL holds characters that no database takes."
        )
    return None


class Estimate(Frozen):
    """What the database thinks a query will take; None where it does not say.

    Attributes:
        cost: total cost in the planner's units.
        rows: rows of the result.
        text: the plan, for people.
    """

    cost: float | None = None
    rows: int | None = None
    text: str = ""


class ColumnInfo(Frozen):
    """A column of a result; ``type`` in the database's own words."""

    name: str
    type: str


class Fetched(Frozen):
    """Rows of a query, in memory.

    Attributes:
        row_count: rows in ``table``, at most the row cap.
        truncated: the query has more rows than that.
        table: the rows. Numerics are decimals where they fit into 76 digits, else text; arrays and JSON are
            JSON text; types without an Arrow counterpart are text as the database writes it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    columns: tuple[ColumnInfo, ...]
    row_count: int = Field(ge=0)
    truncated: bool
    table: pa.Table


class Executor(Protocol):
    """Runs queries against one datasource, read-only. Cancelling a call stops the statement in the database."""

    async def explain(self, sql: str, timeout_s: float) -> Estimate | SqlProblem:
        """Plan a query without running it.

        Raises:
            DatabaseUnavailable: the database cannot be reached, or dropped the connection.
            Misconfigured: it refuses the login, or the DSN is wrong.
        """
        ...

    async def fetch(
        self,
        sql: str,
        *,
        row_cap: int,
        timeout_s: float,
        tenant: str,
        on_progress: OnProgress | None = None,
    ) -> Fetched | SqlProblem:
        """Run a query and fetch up to ``row_cap`` rows.

        Args:
            sql: text that ``check`` has rendered.
            row_cap: most rows to fetch, 1 or more.
            timeout_s: longest time for the whole fetch, in seconds; beyond it the result is a TIMEOUT.
            tenant: whom the rows are for; PostgreSQL's row-level security finds it in ``chat2sql.tenant``.
            on_progress: called after each batch.

        Raises:
            DatabaseUnavailable: the database cannot be reached, or dropped the connection.
            Misconfigured: it refuses the login, or the DSN is wrong.
        """
        ...

    async def aclose(self) -> None:
        """Close all connections."""
        ...
