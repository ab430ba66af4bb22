"""Step 5: may this SQL run, and if not, what does the model have to know to mend it."""

from __future__ import annotations

from chat2sql.activities.execute_sql import not_permitted
from chat2sql.activities.parts import Parts
from chat2sql.config.vocabulary import Bilingual
from chat2sql.engine.sql.check import Check, Severity, check
from chat2sql.engine.sql.executor import Estimate, SqlProblem, SqlProblemKind
from chat2sql.graph.state import (
    Attempt,
    Ruling,
    SelfCorrectInput,
    Verdict,
)

NO_SQL = "The reply held no SQL. Answer with one SELECT statement in a ```sql block."


async def self_correct(parts: Parts, ask: SelfCorrectInput) -> Verdict:
    """Parse, policy, bind to the catalogue, EXPLAIN; then, if it has run and failed, the database's error.

    Raises:
        DatabaseUnavailable: EXPLAIN could not reach the datasource.
    """
    draft, context = ask.draft, ask.schema_context
    if draft.sql is None:
        return Verdict(ruling=Ruling.CANNOT_ANSWER) if draft.reason is not None else _wrong("", NO_SQL)
    if ask.execution_error:
        return _wrong(draft.sql, ask.execution_error)
    datasource = await parts.datasource(context.datasource)
    checked = check(draft.sql, await parts.catalogue(datasource, context.catalogue_version))
    if not checked.ok:
        return _ruling_of(draft.sql, checked)
    executor = await parts.executor(datasource)
    plan = await executor.explain(checked.sql, parts.settings.statement_timeout_s)
    if isinstance(plan, SqlProblem):
        if plan.kind is SqlProblemKind.PERMISSION:
            message = not_permitted(datasource.name).message
            return Verdict(ruling=Ruling.REFUSED, sql=checked.sql, message=message)
        return _wrong(draft.sql, plan.message)
    return _sound(checked.sql, plan)


def _sound(sql: str, plan: Estimate) -> Verdict:
    return Verdict(ruling=Ruling.SOUND, sql=sql, estimated_rows=plan.rows, estimated_cost=plan.cost)


def _wrong(sql: str, problem: str) -> Verdict:
    return Verdict(ruling=Ruling.WRONG, sql=sql, attempt=Attempt(sql=sql, problem=problem))


def _ruling_of(sql: str, checked: Check) -> Verdict:
    refused = [problem for problem in checked.problems if problem.severity is Severity.REFUSED]
    if refused:
        message = Bilingual(
            zh=" ".join(problem.user_message.zh for problem in refused),
            en=" ".join(problem.user_message.en for problem in refused),
        )
        return Verdict(ruling=Ruling.REFUSED, sql=sql, message=message)
    problems = (f"{problem.message} {problem.hint}".strip() for problem in checked.problems)
    return _wrong(sql, "\n".join(problems))
