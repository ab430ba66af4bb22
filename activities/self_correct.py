"""Step 5: may this SQL run, which of several is the likeliest, and what does the model have to know to mend a wrong one."""

from __future__ import annotations

from chat2sql.activities.execute_sql import not_permitted
from chat2sql.activities.parts import Parts
from chat2sql.config.vocabulary import Bilingual
from chat2sql.engine.sql.executors.port import Executor, FetchLimits
from chat2sql.engine.sql.trial import Ground, Tried, try_sql
from chat2sql.engine.sql.voting import Ballot, Election, elect
from chat2sql.graph.candidates import Candidate, Vote
from chat2sql.graph.state import (
    Attempt,
    Draft,
    Ruling,
    SelfCorrectInput,
    Verdict,
)

NO_SQL = "The reply held no SQL. Answer with one SELECT statement in a ```sql block."

GREEDY_WEIGHT = 2.0
"""What the SQL that the model writes without sampling counts for, in samples."""

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
    # Nothing runs, not even for a vote, before a person has seen it where one has to.
    votes = bool(draft.others) and not (ask.request.require_approval or context.needs_approval)
    limits = FetchLimits(row_cap=VOTE_ROWS, timeout_s=parts.settings.vote_timeout_s)
    ground = Ground(
        catalogue=await parts.catalogue(datasource, context.catalogue_version),
        policy=await parts.policy(datasource),
        caller=ask.request.caller,
        mends=parts.settings.repair,
        runs=limits if votes else None,
        plan_s=parts.settings.statement_timeout_s,
    )
    executor = await parts.executor(datasource)
    refusal = not_permitted(datasource.name).message
    first = await try_sql(draft.sql, ground, executor, no_permission=refusal)
    return await _elected(draft, first, ground, executor, refusal) if votes else _verdict(draft.sql, first)


async def _elected(
    draft: Draft, first: Tried, ground: Ground, executor: Executor, refusal: Bilingual
) -> Verdict:
    """The verdict on the candidate whose result most of the others share; on the first one where none may run."""
    candidates = _united(draft)
    tried = [first]
    for candidate in candidates[1:]:
        tried.append(await try_sql(candidate.sql, ground, executor, no_permission=refusal))
    standing = [number for number, one in enumerate(tried) if one.is_sound]
    # What had to be mended is a guess: it counts where nothing ran as it was written.
    as_written = [number for number in standing if not tried[number].repairs] or standing
    ballots = [
        Ballot(
            sql=tried[number].sql,
            weight=candidates[number].weight,
            result=tried[number].result,
        )
        for number in as_written
    ]
    election = elect(ballots)
    if election is None:
        return _verdict(candidates[0].sql, first)
    chosen = tried[as_written[election.winner]]
    verdict = _verdict(chosen.sql, chosen)
    return verdict.model_copy(
        update={
            "confidence": _confidence(election, ballots, candidates),
            "votes": tuple(
                Vote(
                    sql=one.sql,
                    weight=candidate.weight,
                    agrees=one.is_sound and (one.result or one.sql) == (chosen.result or chosen.sql),
                    runs=one.is_sound,
                    repairs=_told(one),
                )
                for candidate, one in zip(candidates, tried, strict=True)
            ),
        }
    )


def _confidence(election: Election, ballots: list[Ballot], candidates: list[Candidate]) -> float:
    """The winner's share of everything that was written: what does not run speaks against it too."""
    standing = sum(ballot.weight for ballot in ballots)
    return election.confidence * standing / sum(candidate.weight for candidate in candidates)


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
        repairs=_told(tried),
    )


def _told(tried: Tried) -> tuple[str, ...]:
    return tuple(f"{repair.kind}: {repair.explanation}" for repair in tried.repairs)


def _wrong(sql: str, problem: str) -> Verdict:
    return Verdict(ruling=Ruling.WRONG, sql=sql, attempt=Attempt(sql=sql, problem=problem))
