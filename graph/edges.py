"""The routing functions: where each result leads. Those of the graph are coroutines, since workflow code may run no
threads."""

from __future__ import annotations

from chat2sql.config.policies import CORRECTION_ROUNDS
from chat2sql.config.vocabulary import Intent
from chat2sql.graph.state import AskState, Ruling


def escalates(state: AskState) -> bool:
    """Whether what was answered is doubtful, or wrong to the end, and a larger model was not asked yet."""
    verdict, larger = state.get("verdict"), state["route"].larger
    if verdict is None or not larger or state["draft"].model in larger:
        return False
    return verdict.is_doubtful or (verdict.ruling is Ruling.WRONG and state["round"] >= CORRECTION_ROUNDS)


async def after_understand(state: AskState) -> str:
    """A question goes on, an ambiguous one asks back, the rest ends."""
    intent = state["understanding"].intent
    if intent is Intent.AMBIGUOUS:
        return "clarify"
    return "retrieve_schema" if intent in (Intent.QUERY, Intent.FOLLOW_UP) else "conclude"


async def after_retrieve_schema(state: AskState) -> str:
    """What the data has goes on, what may be several things in it asks back, what it does not have ends."""
    found = state["schema_context"]
    if found.missing is not None:
        return "conclude"
    return "clarify" if found.question_back is not None else "route_model"


async def after_clarify(state: AskState) -> str:
    """An answered question back is understood again; an unanswered one ends with the question back."""
    return "understand" if state.get("clarification") else "conclude"


def asks_which(state: AskState) -> bool:
    """Whether the votes split between readings of the question, and there is somebody to ask which is meant."""
    asker_waits = state["request"].clarify_within_s > 0
    return asker_waits and bool(state["verdict"].readings) and not state.get("asked_which")


async def after_self_correct(state: AskState) -> str:
    """Sound SQL runs (after approval where the policy asks for it); wrong SQL goes back while rounds are left.

    An undecided vote goes back for more candidates, what is doubtful or stays wrong to a larger model, once; what is
    doubtful still, to the asker.
    """
    if escalates(state):
        return "generate"
    if asks_which(state):
        return "choose"
    match state["verdict"].ruling:
        case Ruling.SOUND:
            asks = state["schema_context"].needs_approval or state["request"].require_approval
            over = state["verdict"].approval_reason is not None
            return "approve" if asks or over else "execute"
        case Ruling.UNDECIDED:
            return "generate"
        case Ruling.WRONG:
            return "generate" if state["round"] < CORRECTION_ROUNDS else "conclude"
        case _:
            return "conclude"


async def after_approve(state: AskState) -> str:
    """Only an approved SQL runs."""
    approval = state.get("approval")
    return "execute" if approval is not None and approval.approved else "conclude"


async def after_execute(state: AskState) -> str:
    """Rows are presented; a failure of the SQL itself goes back to self-correct with the exact error."""
    execution = state.get("execution")
    return "present" if execution is not None and execution.error is None else "self_correct"
