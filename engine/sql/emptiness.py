"""Why a query gives nothing: which of its conditions leaves no row, and which values may have been meant.

Found out by asking the database whether a part of the conditions leaves any row of the same tables. Each of these
questions goes through the guard as the query itself did: with the caller's rows only, their columns, the rules for masked
ones and the cost gate. So what they tell about rows is what the caller could ask in a query of their own, and no more.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from enum import StrEnum
from itertools import combinations

import sqlglot
from pydantic import Field
from sqlglot import exp
from sqlglot.errors import SqlglotError

from chat2sql.config.vocabulary import Caller, Cell, Frozen
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.deciding_select import Deciding, deciding
from chat2sql.engine.sql.executors.port import Executor, FetchLimits, RowList, SqlProblem
from chat2sql.engine.sql.gate import Passage, weigh
from chat2sql.engine.sql.guard.check import check
from chat2sql.engine.sql.guard.policy import Policy
from chat2sql.engine.sql.guard.visible import visible
from chat2sql.engine.sql.meant_values import Meant, compares_text, meant_values
from chat2sql.engine.values.index import ValueIndex

_ZERO = re.compile(r"-?0+(?:\.0+)?")


class Cause(StrEnum):
    """What leaves nothing: each of some conditions by itself; conditions that have rows one by one, together; the
    conditions on groups; the tables, as they are joined, without any condition."""

    CONDITION = "condition"
    TOGETHER = "together"
    GROUPS = "groups"
    TABLES = "tables"


class Part(Frozen):
    """A part of a query that has to do with it.

    Attributes:
        query: a SELECT over the query's tables with this condition and no other; with none for ``Cause.TABLES``.
        meant: values that may have been meant by the condition.
    """

    query: str
    meant: Meant = Meant()


class Emptiness(Frozen):
    """Why there is nothing.

    Attributes:
        parts: the conditions to blame; one part for groups and tables.
        conditions: how many there are in all that choose rows.
    """

    cause: Cause
    parts: tuple[Part, ...]
    conditions: int


class ProbeLimits(Frozen):
    """How much the database may be asked.

    Attributes:
        queries: at most so many.
        each_s: longest time for one, in seconds.
        total_s: longest time for all, in seconds.
    """

    queries: int = Field(6, ge=1)
    each_s: float = Field(1.0, gt=0)
    total_s: float = Field(2.0, gt=0)


PROBE_LIMITS = ProbeLimits()
"""What is asked while somebody waits for an answer that is there."""


async def why_empty(
    sql: str,
    rows: Sequence[Sequence[Cell]],
    executor: Executor,
    *,
    catalogue: Catalogue,
    policy: Policy,
    caller: Caller,
    values: ValueIndex | None = None,
    limits: ProbeLimits = PROBE_LIMITS,
) -> Emptiness | None:
    """Find what is to blame for a result without rows, or with the one row of NULL and 0 that sums up no rows.

    Args:
        sql: the query, as it is shown.
        rows: its first rows.
        catalogue: the datasource's, whole.
        values: as ``values.fitness.permitted`` lets it be used; None: no values are told.

    Returns:
        None: the result is not empty, or the reason is not found within the limits. What cannot be asked, such as a
        condition that takes too long, is never blamed.

    Raises:
        DatabaseUnavailable: the datasource does not answer.
        Misconfigured: the policy does not fit the datasource.
    """
    if rows and not (len(rows) == 1 and all(cell is None or _ZERO.fullmatch(str(cell)) for cell in rows[0])):
        return None
    try:
        query = deciding(sqlglot.parse_one(sql, dialect=catalogue.dialect.value), catalogue.dialect)
        if query is None or (rows and not query.is_total):
            return None
        async with asyncio.timeout(limits.total_s):
            asker = _Asker(executor, catalogue, policy, caller, limits)
            return await _Search(query, asker, visible(catalogue, policy, caller), values).cause()
    except (SqlglotError, RecursionError, TimeoutError):
        return None


# -- asking --------------------------------------------------------------------------------------------


class _Asker:
    """Asks the database for a caller, a few times."""

    def __init__(
        self, executor: Executor, catalogue: Catalogue, policy: Policy, caller: Caller, limits: ProbeLimits
    ) -> None:
        self._executor, self._catalogue, self._policy, self._caller = executor, catalogue, policy, caller
        self._left, self._each_s = limits.queries, limits.each_s

    def text(self, query: exp.Select) -> str:
        """A query in the dialect."""
        return query.sql(self._catalogue.dialect.value, comments=False)

    async def has_row(self, query: exp.Select) -> bool | None:
        """Whether a query gives any row; None: it may not run, takes too long, or one too many was asked."""
        if self._left == 0:
            return None
        self._left -= 1
        checked = check(self.text(query), self._catalogue, policy=self._policy, caller=self._caller)
        if not checked.ok:
            return None
        run, ceiling = checked.executable, self._policy.ceiling
        if ceiling.cost is not None or ceiling.rows is not None:
            plan = await self._executor.explain(run, caller=self._caller, timeout_s=self._each_s)
            if isinstance(plan, SqlProblem) or weigh(plan, ceiling).passage is not Passage.OPEN:
                return None
        rows, limits = RowList(), FetchLimits(row_cap=1, timeout_s=self._each_s)
        fetched = await self._executor.fetch(run, rows, caller=self._caller, limits=limits)
        return None if isinstance(fetched, SqlProblem) else bool(rows.rows)


class _Search:
    """The questions about one SELECT, and what the answers say."""

    def __init__(self, query: Deciding, asker: _Asker, seen: Catalogue, values: ValueIndex | None) -> None:
        self._query, self._asker, self._seen, self._values = query, asker, seen, values
        # A text is the likeliest to be wrong.
        self._conditions = sorted(query.conditions, key=lambda one: not compares_text(one))

    async def cause(self) -> Emptiness | None:
        """See ``why_empty``."""
        have_rows: bool | None = None
        blamed, unknown = [], False
        for one in self._conditions:
            met = await self._are_met(one)
            if met is False and have_rows is None:
                # Where the tables have no rows, no condition is to blame.
                have_rows = await self._are_met()
                if have_rows is not True:
                    return self._found(Cause.TABLES) if have_rows is False else None
            have_rows = have_rows or met
            unknown = unknown or met is None
            blamed += [one] if met is False else []
        if blamed:
            return self._blamed(Cause.CONDITION, blamed)
        return await self._together() if not unknown else None

    async def _together(self) -> Emptiness | None:
        """The cause where each condition has rows."""
        some = await self._are_met(*self._conditions)
        if some and self._query.select.args.get("having") is not None:
            group = self._query.one_group()
            return self._found(Cause.GROUPS, group) if await self._asker.has_row(group) is False else None
        if some is not False:
            return None
        if not self._conditions:
            return self._found(Cause.TABLES)
        for pair in combinations(self._conditions, 2) if len(self._conditions) > 2 else ():
            if await self._are_met(*pair) is False:
                return self._blamed(Cause.TOGETHER, pair)
        return self._blamed(Cause.TOGETHER, self._conditions)

    async def _are_met(self, *conditions: exp.Expr) -> bool | None:
        return await self._asker.has_row(self._query.with_only([*self._query.links, *conditions]))

    def _found(self, cause: Cause, query: exp.Select | None = None) -> Emptiness:
        part = Part(query=self._asker.text(query or self._query.with_only([])))
        return Emptiness(cause=cause, parts=(part,), conditions=len(self._conditions))

    def _blamed(self, cause: Cause, conditions: Sequence[exp.Expr]) -> Emptiness:
        parts = tuple(self._part(one, looks=cause is Cause.CONDITION) for one in conditions)
        return Emptiness(cause=cause, parts=parts, conditions=len(self._conditions))

    def _part(self, condition: exp.Expr, *, looks: bool) -> Part:
        query = self._asker.text(self._query.with_only([condition]))
        if not looks or self._values is None:
            return Part(query=query)
        return Part(query=query, meant=meant_values(condition, self._seen, self._values))
