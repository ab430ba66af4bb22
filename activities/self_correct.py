"""Step 5: may this SQL run, which of several is the likeliest, and what does the model have to know to mend a wrong one."""

from __future__ import annotations

from chat2sql.activities.election import candidates_of, elected, in_order, read_apart, verdict_on, wrong
from chat2sql.activities.execute_sql import not_permitted
from chat2sql.activities.parts import Parts
from chat2sql.activities.semantics import semantic_model
from chat2sql.engine.present.naming import labels_of
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.semantics.model.meant_rows import meant_by
from chat2sql.engine.sql.cautions.cautions import cautions
from chat2sql.engine.sql.executors.port import FetchLimits
from chat2sql.engine.sql.repair.meant_values import Meant
from chat2sql.engine.sql.trial import Ground, try_sql
from chat2sql.engine.stores.datasources import Datasource
from chat2sql.graph.state import Ruling, SelfCorrectInput, Verdict

NO_SQL = "The reply held no SQL. Answer with one SELECT statement in a ```sql block."

VOTE_ROWS = 2_000
"""Rows by which the results of a vote are compared."""


async def self_correct(parts: Parts, ask: SelfCorrectInput) -> Verdict:
    """The guard, repairs by the schema, the database's own plan against the ceiling and, where the model wrote several
    SQLs, a vote on their results; or, if it has run and failed, the error.

    Raises:
        DatabaseUnavailable: the datasource could not be reached.
    """
    draft, context = ask.draft, ask.schema_context
    if draft.sql is None:
        return Verdict(ruling=Ruling.CANNOT_ANSWER) if draft.reason is not None else wrong("", NO_SQL)
    if ask.execution_error:
        return wrong(draft.sql, ask.execution_error)
    datasource = await parts.datasource(context.datasource)
    votes = bool(draft.others or draft.more)
    limits = FetchLimits(row_cap=VOTE_ROWS, timeout_s=parts.settings.vote_timeout_s)
    catalogue = await parts.catalogue(datasource, context.catalogue_version)
    ground = Ground(
        catalogue=catalogue,
        policy=await parts.policy(datasource),
        caller=ask.request.caller,
        # What was compiled means what it says.
        mends=parts.settings.repair and not draft.compiled,
        runs=limits if votes else None,
        plan_s=parts.settings.statement_timeout_s,
        question=ask.question,
        values=await parts.values(datasource, context.catalogue_version),
        meant=await _meant(parts, ask, datasource) if not draft.compiled else None,
    )
    executor = await parts.executor(datasource)
    candidates = candidates_of(draft)
    refusal = not_permitted(datasource.name).message
    tried = [
        await try_sql(
            one.sql,
            ground.model_copy(update={"mends": False}) if one.compiled else ground,
            executor,
            no_permission=refusal,
        )
        for one in candidates
    ]
    first = verdict_on(draft.sql, tried[0])
    # What is refused is not asked for again until something else passes.
    undisputed = not votes or first.ruling is Ruling.REFUSED
    verdict = first if undisputed else elected(draft, first, candidates, tried)
    # Once: what the model writes again may be meant.
    if parts.settings.plan_check and ask.round == 0 and not draft.compiled:
        verdict = _minded(verdict, catalogue)
    if verdict.ruling is Ruling.SOUND and parts.settings.repair and not draft.compiled:
        verdict = in_order(verdict, ground)
    if not verdict.readings:
        return verdict
    view = await parts.view(datasource, ask.request.caller, context.catalogue_version)
    return read_apart(verdict, context.dialect, labels_of(view), row_cap=parts.settings.row_cap)


async def _meant(parts: Parts, ask: SelfCorrectInput, datasource: Datasource) -> Meant | None:
    """What the business means by the columns that the asker may see."""
    if not parts.settings.semantic_repair:
        return None
    version = ask.schema_context.catalogue_version
    view = await parts.view(datasource, ask.request.caller, version)
    return meant_by(await semantic_model(parts, datasource, view, version))


def _minded(verdict: Verdict, catalogue: Catalogue) -> Verdict:
    """The verdict, unless its SQL runs and its figures are likely wrong: then the reason goes back."""
    found = cautions(verdict.sql, catalogue) if verdict.ruling is Ruling.SOUND else ()
    return wrong(verdict.sql, found[0].hint) if found else verdict
