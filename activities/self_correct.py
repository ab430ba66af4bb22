"""Step 5: may this SQL run, and if not, what does the model have to know to mend it."""

from __future__ import annotations

from chat2sql.activities.execute_sql import not_permitted
from chat2sql.activities.parts import Parts
from chat2sql.config.vocabulary import Bilingual
from chat2sql.engine.sql.executors.port import Estimate, SqlProblem, SqlProblemKind
from chat2sql.engine.sql.gate import Passage, weigh
from chat2sql.engine.sql.guard.check import Check, Severity, check
from chat2sql.engine.sql.guard.policy import Ceiling
from chat2sql.engine.sql.guard.problems import told
from chat2sql.graph.state import (
    Attempt,
    Ruling,
    SelfCorrectInput,
    Verdict,
)

NO_SQL = "The reply held no SQL. Answer with one SELECT statement in a ```sql block."


async def self_correct(parts: Parts, ask: SelfCorrectInput) -> Verdict:
    """The guard, then the database's own plan against the ceiling; or, if it has run and failed, the error.

    Raises:
        DatabaseUnavailable: EXPLAIN could not reach the datasource.
    """
    draft, context = ask.draft, ask.schema_context
    if draft.sql is None:
        return Verdict(ruling=Ruling.CANNOT_ANSWER) if draft.reason is not None else _wrong("", NO_SQL)
    if ask.execution_error:
        return _wrong(draft.sql, ask.execution_error)
    datasource = await parts.datasource(context.datasource)
    catalogue = await parts.catalogue(datasource, context.catalogue_version)
    policy, caller = parts.policy(datasource), ask.request.caller
    checked = check(draft.sql, catalogue, policy=policy, caller=caller)
    if not checked.ok:
        return _ruling_of(draft.sql, checked)
    executor = await parts.executor(datasource)
    plan = await executor.explain(
        checked.executable, caller=caller, timeout_s=parts.settings.statement_timeout_s
    )
    if isinstance(plan, SqlProblem):
        if plan.kind is SqlProblemKind.PERMISSION:
            return _refused(checked.sql, "permission", not_permitted(datasource.name).message)
        return _wrong(draft.sql, plan.message)
    return _weighed(checked.sql, plan, policy.ceiling)


def _weighed(sql: str, plan: Estimate, ceiling: Ceiling) -> Verdict:
    gate = weigh(plan, ceiling)
    numbers = {"estimated_rows": plan.rows, "estimated_cost": plan.cost}
    if gate.passage is Passage.REFUSE:
        return _refused(sql, "cost_gate", gate.reason).model_copy(update=numbers)
    return Verdict(ruling=Ruling.SOUND, sql=sql, approval_reason=gate.reason).model_copy(update=numbers)


def _wrong(sql: str, problem: str) -> Verdict:
    return Verdict(ruling=Ruling.WRONG, sql=sql, attempt=Attempt(sql=sql, problem=problem))


def _refused(sql: str, rule: str | None, message: Bilingual | None) -> Verdict:
    return Verdict(ruling=Ruling.REFUSED, sql=sql, rule=rule, message=message)


def _ruling_of(sql: str, checked: Check) -> Verdict:
    if any(problem.severity is Severity.REFUSED for problem in checked.problems):
        return _refused(sql, checked.rule, told(checked.problems))
    problems = (f"{problem.message} {problem.hint}".strip() for problem in checked.problems)
    return _wrong(sql, "\n".join(problems)).model_copy(update={"rule": checked.rule})
