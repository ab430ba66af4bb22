"""Beside step 2: whether a name in the question is that of several people, by one bounded look-up."""

from __future__ import annotations

import asyncio

from chat2sql.activities.parts import Parts
from chat2sql.config.errors import DatabaseUnavailable
from chat2sql.config.vocabulary import Caller
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.semantics.absent_reading import Asked
from chat2sql.engine.semantics.ambiguity import QuestionBack
from chat2sql.engine.semantics.ambiguity_people import (
    MOST_ROWS,
    bearers,
    lookup,
    names_of_people,
    people_meant,
    which_person,
)
from chat2sql.engine.sql.executors.port import FetchLimits, RowList, SqlProblem
from chat2sql.engine.sql.guard.check import check
from chat2sql.engine.sql.guard.policy import MaskKind, Policy
from chat2sql.engine.sql.masking.lineage import output_columns
from chat2sql.engine.stores.datasources import Datasource
from chat2sql.graph.state import AskRequest

TIMEOUT_S = 3.0
"""How long a look-up may take; a question is not held up for longer, and then not asked back."""


async def which_person_is_meant(
    parts: Parts, request: AskRequest, asked: Asked, *, datasource: Datasource, version: str, view: Catalogue
) -> QuestionBack | None:
    """The question back where several people bear a name in the question; None: they do not, or it is not for the
    asker, or not for us, to look.

    Args:
        version: of the catalogue that the question began with.
        view: what of it the asker may see; only there it is looked, and only where names are shown in the clear.
        asked: the question.
    """
    names = await asyncio.to_thread(names_of_people, asked)
    kinds = people_meant(asked, view) if names else ()
    policy = await parts.policy(datasource)
    if not kinds or not _may_look(request, datasource, policy):
        return None
    whole = await parts.catalogue(datasource, version)
    sql = permitted(lookup(names, kinds, view), whole, view, policy, request.caller)
    if sql is None:
        return None
    rows = RowList()
    limits = FetchLimits(row_cap=MOST_ROWS * len(kinds), timeout_s=TIMEOUT_S)
    executor = await parts.executor(datasource)
    try:
        fetched = await executor.fetch(sql, rows, caller=request.caller, limits=limits)
    except DatabaseUnavailable:
        # The step that needs the database says so; until then the question goes its way.
        return None
    if isinstance(fetched, SqlProblem):
        return None
    return which_person(asked, names, bearers(rows.rows, kinds))


def _may_look(request: AskRequest, datasource: Datasource, policy: Policy) -> bool:
    """Whether a statement may run before a person has seen it, without a ceiling, for names that are not masked."""
    needs_approval = datasource.approval == "always" or request.require_approval
    has_ceiling = policy.ceiling.cost is not None
    return not needs_approval and not has_ceiling and MaskKind.NAME not in policy.detect


def permitted(sql: str, whole: Catalogue, view: Catalogue, policy: Policy, caller: Caller) -> str | None:
    """The text that may run for the asker; None: the policy refuses it, or masks something that it shows."""
    checked = check(sql, whole, policy=policy, caller=caller)
    if not checked.ok:
        return None
    shown = output_columns(checked.sql, view, policy, caller)
    return checked.executable if all(mask is None for mask in shown.masks) else None
