"""Within step 4: the metric path. A business question becomes an analytic intent, and that SQL, without a model."""

from __future__ import annotations

import asyncio

from chat2sql.activities.execute_sql import not_permitted
from chat2sql.activities.parts import Parts
from chat2sql.activities.semantics import semantic_model
from chat2sql.config.vocabulary import Language
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.semantics.analytic.question import Compiled, compiled_question
from chat2sql.engine.sql.executors.port import FetchLimits
from chat2sql.engine.sql.trial import Ground, try_sql
from chat2sql.engine.stores.datasources import Datasource
from chat2sql.graph.state import GenerateInput

RETURNS_NOTHING = "it returns nothing"
_ROWS = 2


async def compiled(parts: Parts, ask: GenerateInput, catalogue: Catalogue, *, wording: str = "") -> Compiled:
    """The question by the semantic model of what the asker may see.

    What is understood and returns nothing at all is in doubt: more often a word was taken for the wrong column than
    there is nothing to tell. It is near then, so that it stands for election beside what a model writes.

    Args:
        wording: the question in Chinese; empty: as it stands.

    Raises:
        DatabaseUnavailable: the datasource does not answer.
    """
    datasource = await parts.datasource(ask.schema_context.datasource)
    version = ask.schema_context.catalogue_version
    values = await parts.values(datasource, version)
    model = await semantic_model(parts, datasource, catalogue, version)
    # The first question after a refresh makes the model's look-up tables, which takes a second.
    found = await asyncio.to_thread(
        compiled_question,
        wording or ask.understanding.standalone,
        model,
        catalogue,
        values,
        language=Language.ZH if wording else ask.understanding.language,
        as_of=ask.understanding.as_of,
    )
    if found.sql is None or found.doubts or not await _is_blank(parts, ask, datasource, found.sql):
        return found
    return found.model_copy(update={"doubts": (RETURNS_NOTHING,), "is_near": True})


async def _is_blank(parts: Parts, ask: GenerateInput, datasource: Datasource, sql: str) -> bool:
    # Where a person has to approve it, nothing runs before.
    if ask.request.require_approval or ask.schema_context.needs_approval:
        return False
    ground = Ground(
        catalogue=await parts.catalogue(datasource, ask.schema_context.catalogue_version),
        policy=await parts.policy(datasource),
        caller=ask.request.caller,
        mends=False,
        runs=FetchLimits(row_cap=_ROWS, timeout_s=parts.settings.vote_timeout_s),
        plan_s=parts.settings.statement_timeout_s,
    )
    executor = await parts.executor(datasource)
    tried = await try_sql(sql, ground, executor, no_permission=not_permitted(datasource.name).message)
    return tried.is_blank
