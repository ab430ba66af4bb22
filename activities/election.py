"""Within step 5: the vote among several SQLs for one question, and what the question may mean where it splits."""

from __future__ import annotations

from collections.abc import Mapping

from chat2sql.config.vocabulary import Bilingual, Dialect
from chat2sql.engine.present.readings import tell_apart
from chat2sql.engine.sql.guard.check import check
from chat2sql.engine.sql.reading_order import in_reading_order
from chat2sql.engine.sql.repair.steps import Repair
from chat2sql.engine.sql.trial import Ground, Tried
from chat2sql.engine.sql.voting import Ballot, Election, elect, is_certain, is_settled
from chat2sql.graph.answer import Attempt
from chat2sql.graph.candidates import Candidate, Reading, Vote
from chat2sql.graph.state import Draft, Ruling, Verdict

GREEDY_WEIGHT = 2.0
"""What the SQL that the model writes without sampling counts for, in samples."""

MENDED_WEIGHT = 0.99
"""What a SQL counts for that had to be mended, in such as run as they were written: it loses a tie, and nothing else."""

MOST_READINGS = 3
"""Readings of a question between which an asker is to choose."""


def candidates_of(draft: Draft) -> list[Candidate]:
    """What stands for election: the greedy SQL first, with the samples that say the same."""
    weights = {draft.sql or "": GREEDY_WEIGHT}
    for other in draft.others:
        weights[other.sql] = weights.get(other.sql, 0) + other.weight
    compiled = {other.sql for other in draft.others if other.compiled}
    return [Candidate(sql=sql, weight=weight, compiled=sql in compiled) for sql, weight in weights.items()]


def elected(draft: Draft, first: Verdict, candidates: list[Candidate], tried: list[Tried]) -> Verdict:
    """The verdict on the candidate whose result most of the others share; on the first one where none may run.

    Undecided where too few agree and the model may be asked for more. Its readings carry no words yet.

    Args:
        draft: what the model wrote.
        first: the verdict on its greedy SQL.
        candidates: what stands for election, the greedy SQL first.
        tried: what came of each.
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
    parties = {
        standing[ballot]: number
        for number, party in enumerate(election.parties, start=1)
        for ballot in party.ballots
    }
    votes = tuple(
        Vote(
            sql=one.sql,
            weight=candidate.weight,
            agrees=parties.get(number) == 1,
            runs=one.is_sound,
            repairs=told(one.repairs),
            reading=parties.get(number),
        )
        for number, (candidate, one) in enumerate(zip(candidates, tried, strict=True))
    )
    verdict = verdict_on(chosen.sql, chosen).model_copy(
        update={"confidence": election.confidence, "votes": votes}
    )
    if not verdict.is_doubtful:
        return verdict
    return verdict.model_copy(
        update={"readings": _readings(election, [tried[number] for number in standing])}
    )


def _readings(election: Election, standing: list[Tried]) -> tuple[Reading, ...]:
    """What the heaviest parties return; none where all agree."""
    readings = tuple(
        Reading(
            sql=standing[party.leader].sql,
            share=party.share,
            words=Bilingual(zh="", en=""),
            repairs=told(standing[party.leader].repairs),
        )
        for party in election.parties[:MOST_READINGS]
    )
    # What a person has to approve first is not offered beside what needs no approval.
    free = all(standing[party.leader].approval_reason is None for party in election.parties[:MOST_READINGS])
    return readings if free and len(readings) > 1 else ()


def in_order(verdict: Verdict, ground: Ground) -> Verdict:
    """The verdict, with the groups of its SQL and of its readings in the order in which they are read."""
    sql, repairs = _ordered(verdict.sql, verdict.repairs, ground)
    readings = []
    for reading in verdict.readings:
        its_sql, its_repairs = _ordered(reading.sql, reading.repairs, ground)
        readings.append(reading.model_copy(update={"sql": its_sql, "repairs": its_repairs}))
    return verdict.model_copy(update={"sql": sql, "repairs": repairs, "readings": tuple(readings)})


def _ordered(sql: str, repairs: tuple[str, ...], ground: Ground) -> tuple[str, tuple[str, ...]]:
    ordered = in_reading_order(sql, ground.catalogue)
    # Whoever may not see a column may not see its order either.
    if (
        ordered is None
        or not check(ordered.sql, ground.catalogue, policy=ground.policy, caller=ground.caller).ok
    ):
        return sql, repairs
    return ordered.sql, (*repairs, *told(ordered.repairs))


def read_apart(
    verdict: Verdict, dialect: Dialect, labels: Mapping[str, Bilingual], *, row_cap: int
) -> Verdict:
    """The verdict, with words for what sets its readings apart."""
    sqls = [reading.sql for reading in verdict.readings]
    words = tell_apart(sqls, dialect, labels=labels, row_cap=row_cap)
    return verdict.model_copy(
        update={
            "readings": tuple(
                reading.model_copy(update={"words": said})
                for reading, said in zip(verdict.readings, words, strict=True)
            )
        }
    )


def verdict_on(written: str, tried: Tried) -> Verdict:
    """What a trial of one SQL comes to; ``written`` is its text as the model will know it."""
    if tried.problem is not None:
        return wrong(written, tried.problem).model_copy(update={"rule": tried.rule})
    return Verdict(
        ruling=Ruling.SOUND if tried.refusal is None else Ruling.REFUSED,
        sql=tried.sql,
        rule=tried.rule,
        message=tried.refusal,
        approval_reason=tried.approval_reason,
        estimated_rows=tried.estimate.rows,
        estimated_cost=tried.estimate.cost,
        repairs=told(tried.repairs),
    )


def told(repairs: tuple[Repair, ...]) -> tuple[str, ...]:
    """Repairs as the answer and the trail show them."""
    return tuple(f"{repair.kind}: {repair.explanation}" for repair in repairs)


def wrong(sql: str, problem: str) -> Verdict:
    """The verdict on a SQL that goes back to the model."""
    return Verdict(ruling=Ruling.WRONG, sql=sql, attempt=Attempt(sql=sql, problem=problem))
