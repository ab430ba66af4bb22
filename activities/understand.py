"""Step 1: what is asked."""

from __future__ import annotations

from chat2sql.activities.model_call import CallKey, call_model
from chat2sql.activities.parts import Parts
from chat2sql.config.errors import InvalidInput
from chat2sql.config.vocabulary import Language, TokenUsage
from chat2sql.engine.llm.port import CompletionRequest, Message
from chat2sql.engine.semantics.language import detect_language
from chat2sql.engine.semantics.understand import Turn, rewrite_prompt, time_notes
from chat2sql.engine.semantics.understand import Understanding as Reading
from chat2sql.engine.semantics.understand import understand as read_question
from chat2sql.graph.naming import check_names
from chat2sql.graph.state import Understanding, UnderstandInput

REWRITE_TOKENS = 120


async def understand(parts: Parts, ask: UnderstandInput) -> Understanding:
    """Read the question, with the conversation before it.

    Raises:
        InvalidInput: the question or an id in the request cannot be taken.
    """
    request = ask.request
    language = request.language or detect_language(request.question, parts.settings.language)
    check_names(request)
    await parts.note_asked(request, language)
    turns = await _turns(parts, ask)
    read = _read(parts, ask, request.question, turns)
    asked, usage = read.question, TokenUsage()
    if read.needs_rewrite:
        rewritten, usage = await _rewrite(parts, ask, turns, asked, language)
        # Read once more: the rewritten text has its own dates, and is screened like any other.
        read = _read(parts, ask, rewritten)
    return Understanding(
        language=language,
        intent=read.intent,
        question=asked,
        standalone=read.standalone,
        as_of=ask.as_of,
        time_notes=time_notes(read.times),
        assumptions=read.assumptions,
        question_back=read.question_back,
        reason=read.reason,
        usage=usage,
    )


def _read(parts: Parts, ask: UnderstandInput, question: str, turns: tuple[Turn, ...] = ()) -> Reading:
    return read_question(
        question,
        as_of=ask.as_of,
        default_language=ask.request.language or parts.settings.language,
        max_chars=parts.settings.question_max_chars,
        turns=turns,
        clarification=ask.clarification,
    )


async def _turns(parts: Parts, ask: UnderstandInput) -> tuple[Turn, ...]:
    conversation = ask.request.conversation
    if conversation is None:
        return ()
    stored = await parts.conversations.turns(ask.request.tenant, conversation, last=3)
    return tuple(Turn(question=turn.question, standalone=turn.question, sql=turn.sql) for turn in stored)


async def _rewrite(
    parts: Parts, ask: UnderstandInput, turns: tuple[Turn, ...], question: str, language: Language
) -> tuple[str, TokenUsage]:
    """The follow-up as a question of its own, by the smallest model of the catalogue that can be used."""
    system, user = rewrite_prompt(turns, question, language)
    model = parts.rewriting_model(ask.request.model)
    call = await call_model(
        parts,
        CallKey(tenant=ask.request.tenant, request_id=ask.request.request_id, step="understand", model=model),
        CompletionRequest(
            messages=(Message(role="system", content=system), Message(role="user", content=user)),
            max_tokens=REWRITE_TOKENS,
        ),
    )
    lines = call.texts[0].strip().splitlines()
    if not lines:
        raise InvalidInput(
            zh="无法理解这个追问。请把问题完整地写出来。",
            en="The follow-up could not be understood. Write the question in full.",
        )
    return lines[0].strip(), call.usage
