"""Trying one SQL: the guard, repairs by the schema, the database's plan, and a run that stops early."""

from __future__ import annotations

from collections.abc import Sequence

from chat2sql.config.vocabulary import Bilingual, Caller, Frozen
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.executors.port import (
    Estimate,
    Executor,
    Fetched,
    FetchLimits,
    RowList,
    SqlProblem,
    SqlProblemKind,
)
from chat2sql.engine.sql.gate import Passage, weigh
from chat2sql.engine.sql.guard.check import Check, check
from chat2sql.engine.sql.guard.policy import Policy
from chat2sql.engine.sql.guard.problems import Severity, told
from chat2sql.engine.sql.repair.meant_values import Meant
from chat2sql.engine.sql.repair.repair import repair
from chat2sql.engine.sql.repair.steps import MATTERS_OF_FORM, Repair
from chat2sql.engine.sql.voting import result_key
from chat2sql.engine.values.index import ValueIndex

PERMISSION_RULE, GATE_RULE = "permission", "cost_gate"


class Ground(Frozen):
    """What a SQL is tried against.

    Attributes:
        catalogue: the datasource's, whole.
        mends: whether a wrong SQL is mended by the schema.
        runs: how far a run for the vote goes; None: nothing is run.
        plan_s: longest time for a plan, in seconds.
        question: what the SQL is to answer.
        values: the text values by which literals are mended; None: they are not.
        meant: what the business means by the columns; None: nothing is added by definitions.
    """

    catalogue: Catalogue
    policy: Policy
    caller: Caller
    mends: bool
    runs: FetchLimits | None
    plan_s: float
    question: str = ""
    values: ValueIndex | None = None
    meant: Meant | None = None


class Tried(Frozen):
    """What came of it.

    Attributes:
        sql: the text that may run, as it is shown; the text that was tried where none may.
        problem: what is wrong with it, for the model; None: nothing, or it is refused.
        rule: the rule of the guard, or ``permission`` or ``cost_gate``, that found it.
        refusal: what the user is told where it is refused for good.
        approval_reason: why a person has to approve it first.
        repairs: how it was mended.
        result: what its rows are, as ``result_key`` has it; None: it has not run to its end.
        has_rows: whether it has run and given any.
        is_blank: whether it has run and given nothing: no row, or one without a value.
    """

    sql: str
    problem: str | None = None
    rule: str | None = None
    refusal: Bilingual | None = None
    approval_reason: Bilingual | None = None
    estimate: Estimate = Estimate()
    repairs: tuple[Repair, ...] = ()
    result: str | None = None
    has_rows: bool = False
    is_blank: bool = False

    @property
    def was_wrong(self) -> bool:
        """Whether what was mended puts the rest in doubt."""
        return any(repair.kind not in MATTERS_OF_FORM for repair in self.repairs)

    @property
    def is_sound(self) -> bool:
        """Whether it may run."""
        return self.problem is None and self.refusal is None


async def try_sql(sql: str, ground: Ground, executor: Executor, *, no_permission: Bilingual) -> Tried:
    """Try a SQL and what the schema makes of it, where it is wrong or cannot be what was meant.

    Args:
        sql: what a model wrote.
        no_permission: what the user is told where the database refuses its role.

    Raises:
        DatabaseUnavailable: the datasource does not answer.
    """
    tried = await _try(sql, ground, executor, no_permission)
    if tried.refusal is not None or not ground.mends:
        return tried
    for version in repair(
        sql,
        ground.catalogue,
        policy=ground.policy,
        caller=ground.caller,
        question=ground.question,
        values=ground.values,
        meant=ground.meant,
    ):
        mended = await _try(version.sql, ground, executor, no_permission)
        if mended.is_sound:
            return mended.model_copy(update={"repairs": version.repairs})
    return tried


async def _try(sql: str, ground: Ground, executor: Executor, no_permission: Bilingual) -> Tried:
    checked = check(sql, ground.catalogue, policy=ground.policy, caller=ground.caller)
    if not checked.ok:
        return _not_ok(sql, checked)
    plan = await executor.explain(checked.executable, caller=ground.caller, timeout_s=ground.plan_s)
    if isinstance(plan, SqlProblem):
        return _failed(sql, checked.sql, plan, no_permission)
    gate = weigh(plan, ground.policy.ceiling)
    tried = Tried(sql=checked.sql, estimate=plan, approval_reason=gate.reason)
    if gate.passage is Passage.REFUSE:
        return tried.model_copy(update={"rule": GATE_RULE, "refusal": gate.reason, "approval_reason": None})
    if ground.runs is None or gate.passage is not Passage.OPEN:
        return tried
    rows = RowList()
    fetched = await executor.fetch(checked.executable, rows, caller=ground.caller, limits=ground.runs)
    return _ran(sql, tried, rows, fetched, no_permission)


def _ran(
    sql: str, tried: Tried, rows: RowList, fetched: Fetched | SqlProblem, no_permission: Bilingual
) -> Tried:
    if isinstance(fetched, SqlProblem):
        # Too slow or too large for a vote is no mistake.
        if fetched.kind in (SqlProblemKind.TIMEOUT, SqlProblemKind.TOO_LARGE):
            return tried
        return _failed(sql, tried.sql, fetched, no_permission)
    is_blank = len(rows.rows) < 2 and all(value is None for row in rows.rows for value in row)
    return tried.model_copy(
        update={"result": result_key(rows.rows), "has_rows": bool(rows.rows), "is_blank": is_blank}
    )


def _failed(sql: str, shown: str, problem: SqlProblem, no_permission: Bilingual) -> Tried:
    if problem.kind is SqlProblemKind.PERMISSION:
        return Tried(sql=shown, rule=PERMISSION_RULE, refusal=no_permission)
    return Tried(sql=sql, problem=problem.message)


def _not_ok(sql: str, checked: Check) -> Tried:
    if any(problem.severity is Severity.REFUSED for problem in checked.problems):
        return Tried(sql=sql, rule=checked.rule, refusal=told(checked.problems))
    return Tried(sql=sql, rule=checked.rule, problem=_for_model(checked))


def _for_model(checked: Check) -> str:
    problems: Sequence[str] = [f"{found.message} {found.hint}".strip() for found in checked.problems]
    return "\n".join(problems)
