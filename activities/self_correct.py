"""Step 5: may this SQL run, which of several is the likeliest, and what does the model have to know to mend a wrong one."""

from __future__ import annotations

from chat2sql.activities.execute_sql import not_permitted
from chat2sql.activities.parts import Parts
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.cautions.cautions import cautions
from chat2sql.engine.sql.executors.port import FetchLimits
from chat2sql.engine.sql.guard.check import check
from chat2sql.engine.sql.reading_order import in_reading_order
from chat2sql.engine.sql.repair.steps import Repair
from chat2sql.engine.sql.trial import Ground, Tried, try_sql
from chat2sql.engine.sql.voting import Ballot, elect, is_certain, is_settled
from chat2sql.graph.answer import Attempt
from chat2sql.graph.candidates import Candidate, Vote
from chat2sql.graph.state import Draft, Ruling, SelfCorrectInput, Verdict

NO_SQL = "The reply held no SQL. Answer with one SELECT statement in a ```sql block."

GREEDY_WEIGHT = 2.0
"""What the SQL that the model writes without sampling counts for, in samples."""

MENDED_WEIGHT = 0.99
"""What a SQL counts for that had to be mended, in such as run as they were written: it loses a tie, and nothing else."""

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
        return Verdict(ruling=Ruling.CANNOT_ANSWER) if draft.reason is not None else _wrong("", NO_SQL)
    if ask.execution_error:
        return _wrong(draft.sql, ask.execution_error)
    datasource = await parts.datasource(context.datasource)
    votes = bool(draft.others or draft.more)
    limits = FetchLimits(row_cap=VOTE_ROWS, timeout_s=parts.settings.vote_timeout_s)
    catalogue = await parts.catalogue(datasource, context.catalogue_version)
    ground = Ground(
        catalogue=catalogue,
        policy=await parts.policy(datasource),
        caller=ask.request.caller,
        mends=parts.settings.repair,
        runs=limits if votes else None,
        plan_s=parts.settings.statement_timeout_s,
        question=ask.question,
        values=await parts.values(datasource, context.catalogue_version),
    )
    executor = await parts.executor(datasource)
    candidates = _united(draft)
    refusal = not_permitted(datasource.name).message
    tried = [await try_sql(one.sql, ground, executor, no_permission=refusal) for one in candidates]
    first = _verdict(draft.sql, tried[0])
    # What is refused is not asked for again until something else passes.
    undisputed = not votes or first.ruling is Ruling.REFUSED
    verdict = first if undisputed else _elected(draft, first, candidates, tried)
    # Once: what the model writes again may be meant.
    if parts.settings.plan_check and ask.round == 0:
        verdict = _minded(verdict, catalogue)
    return _ordered(verdict, ground) if parts.settings.repair else verdict


def _ordered(verdict: Verdict, ground: Ground) -> Verdict:
    """The verdict, with its SQL's groups in the order in which they are read."""
    ordered = in_reading_order(verdict.sql, ground.catalogue) if verdict.ruling is Ruling.SOUND else None
    # Whoever may not see a column may not see its order either.
    if (
        ordered is None
        or not check(ordered.sql, ground.catalogue, policy=ground.policy, caller=ground.caller).ok
    ):
        return verdict
    return verdict.model_copy(
        update={"sql": ordered.sql, "repairs": (*verdict.repairs, *_told(ordered.repairs))}
    )


def _minded(verdict: Verdict, catalogue: Catalogue) -> Verdict:
    """The verdict, unless its SQL runs and its figures are likely wrong: then the reason goes back."""
    found = cautions(verdict.sql, catalogue) if verdict.ruling is Ruling.SOUND else ()
    return _wrong(verdict.sql, found[0].hint) if found else verdict


def _elected(draft: Draft, first: Verdict, candidates: list[Candidate], tried: list[Tried]) -> Verdict:
    """The verdict on the candidate whose result most of the others share; on the first one where none may run.

    Undecided where too few agree and the model may be asked for more.
    """
    undecided = first.model_copy(update={"ruling": Ruling.UNDECIDED, "attempt": None})
    if not draft.others:
        certain = is_certain(draft.certainty) and tried[0].has_rows and not tried[0].was_wrong
        return first if certain else undecided
    standing = [number for number, one in enumerate(tried) if one.is_sound]
    ballots = [
        Ballot(
            sql=tried[number].sql,
            weight=candidates[number].weight * (MENDED_WEIGHT if tried[number].was_wrong else 1),
            result=tried[number].result,
        )
        for number in standing
    ]
    election = elect(ballots, electorate=sum(candidate.weight for candidate in candidates))
    if draft.more and not (election and is_settled(election)):
        return undecided
    if election is None:
        return first
    chosen = tried[standing[election.winner]]
    verdict = _verdict(chosen.sql, chosen)
    return verdict.model_copy(
        update={
            "confidence": election.confidence,
            "votes": tuple(
                Vote(
                    sql=one.sql,
                    weight=candidate.weight,
                    agrees=one.is_sound and (one.result or one.sql) == (chosen.result or chosen.sql),
                    runs=one.is_sound,
                    repairs=_told(one.repairs),
                )
                for candidate, one in zip(candidates, tried, strict=True)
            ),
        }
    )


def _united(draft: Draft) -> list[Candidate]:
    """The greedy SQL first, with the samples that say the same."""
    weights = {draft.sql or "": GREEDY_WEIGHT}
    for other in draft.others:
        weights[other.sql] = weights.get(other.sql, 0) + other.weight
    return [Candidate(sql=sql, weight=weight) for sql, weight in weights.items()]


def _verdict(written: str, tried: Tried) -> Verdict:
    if tried.problem is not None:
        return _wrong(written, tried.problem).model_copy(update={"rule": tried.rule})
    return Verdict(
        ruling=Ruling.SOUND if tried.refusal is None else Ruling.REFUSED,
        sql=tried.sql,
        rule=tried.rule,
        message=tried.refusal,
        approval_reason=tried.approval_reason,
        estimated_rows=tried.estimate.rows,
        estimated_cost=tried.estimate.cost,
        repairs=_told(tried.repairs),
    )


def _told(repairs: tuple[Repair, ...]) -> tuple[str, ...]:
    return tuple(f"{repair.kind}: {repair.explanation}" for repair in repairs)


def _wrong(sql: str, problem: str) -> Verdict:
    return Verdict(ruling=Ruling.WRONG, sql=sql, attempt=Attempt(sql=sql, problem=problem))
