"""Step one as a whole: from a raw question to its language, intent, standalone text, periods and literals."""

from __future__ import annotations

import re
from datetime import date

from chat2sql.config.vocabulary import Bilingual, Frozen, Intent, Language
from chat2sql.engine.semantics.follow_up import Merged, Turn, merge, rewrite_prompt
from chat2sql.engine.semantics.intent import IntentReading, classify, refusal
from chat2sql.engine.semantics.language import detect_language, validate_question
from chat2sql.engine.semantics.literals import Literals, literals
from chat2sql.engine.semantics.periods import Period, describe
from chat2sql.engine.semantics.time_expressions import TimeExpression, resolve_time

_CLARIFICATION_ZH, _CLARIFICATION_EN = "（补充说明：", " (clarification: "
_CHOICES = (
    re.compile(r"^(?:1|一|a|第一[个种]?|前者|前一个|(?:the\s+)?(?:first|former)(?:\s+one)?)$", re.IGNORECASE),
    re.compile(
        r"^(?:2|二|b|第二[个种]?|后者|后一个|(?:the\s+)?(?:second|latter)(?:\s+one)?)$", re.IGNORECASE
    ),
)
_BY_EACH_ROW = re.compile(
    r"(?:[每各当本该](?:个|一)?(?:月|周|天|日|季度?|年|期)份?(?:与|和|跟|及|以及|加上?|连同)(?:它的?|其|之)?"
    r"|\b(?:each|every|that|the)\s+(?:day|week|month|quarter|year)\s+(?:and|plus|with)\s+(?:its\s+|the\s+)?)$",
    re.IGNORECASE,
)
_ANSWERABLE = frozenset({Intent.QUERY, Intent.FOLLOW_UP})


class Understanding(Frozen):
    """What step one makes of a question.

    ``question`` is the clean text, ``standalone`` the same so that it can be understood alone, with the conversation
    and the clarification; the spans of ``times`` are places in it. ``needs_rewrite``: let a model write it better,
    with ``rewrite_prompt``. ``reason`` says why nothing is answered, ``question_back`` what to ask the user,
    ``assumptions`` how each period was read.
    """

    language: Language
    intent: Intent
    question: str
    standalone: str
    times: tuple[TimeExpression, ...]
    literals: Literals
    needs_rewrite: bool
    question_back: Bilingual | None
    reason: Bilingual | None
    assumptions: tuple[Bilingual, ...]


def understand(
    question: str,
    *,
    as_of: date,
    default_language: Language,
    max_chars: int,
    turns: tuple[Turn, ...] = (),
    clarification: str | None = None,
) -> Understanding:
    """Read a question by rules alone.

    ``turns`` is the conversation so far, oldest first; ``clarification`` is what the asker answered to a question
    back: with it nothing is asked back again.

    Raises:
        InvalidInput: question or clarification is empty, too long or without any letter and digit.
    """
    clean = validate_question(question, max_chars)
    language = detect_language(clean, default_language)
    added = validate_question(clarification, max_chars) if clarification is not None else None
    reading = _intent(clean, added, language, has_history=bool(turns))
    merged = _standalone(clean, reading.intent, turns, as_of=as_of, language=language)
    standalone = _clarified(merged.standalone, added, language)
    times = _of_the_asker(_settled(resolve_time(standalone, as_of, language), standalone), standalone)
    if added is None and reading.intent in _ANSWERABLE:
        reading = _asking_which(reading, times)
    return Understanding(
        language=language,
        intent=reading.intent,
        question=clean,
        standalone=standalone,
        times=times,
        literals=literals(standalone),
        needs_rewrite=merged.needs_rewrite and reading.intent is Intent.FOLLOW_UP,
        question_back=reading.question_back,
        reason=reading.reason,
        assumptions=tuple(_assumption(time) for time in times if not time.ambiguous),
    )


def time_notes(times: tuple[TimeExpression, ...]) -> str:
    """The periods for a prompt that writes SQL, one line each: ``上个月: >= '2025-05-01' and < '2025-06-01'``."""
    return "\n".join(f"{' '.join(time.text.split())}: {_condition(time)}" for time in times)


def _intent(clean: str, added: str | None, language: Language, *, has_history: bool) -> IntentReading:
    reading = classify(clean, language, has_history=has_history)
    if added is None:
        return reading
    refused = refusal(added)
    if refused is not None:
        return refused
    return IntentReading(intent=Intent.QUERY) if reading.intent is Intent.AMBIGUOUS else reading


def _standalone(
    clean: str, intent: Intent, turns: tuple[Turn, ...], *, as_of: date, language: Language
) -> Merged:
    folded = " ".join(clean.split())
    if intent is not Intent.FOLLOW_UP or not turns:
        return Merged(standalone=folded, needs_rewrite=False)
    previous = " ".join(turns[-1].standalone.split())
    return merge(previous, folded, as_of=as_of, language=language)


def _clarified(standalone: str, added: str | None, language: Language) -> str:
    if added is None:
        return standalone
    folded = " ".join(added.split())
    if language is Language.ZH:
        return f"{standalone}{_CLARIFICATION_ZH}{folded}）"
    return f"{standalone}{_CLARIFICATION_EN}{folded})"


def _settled(times: tuple[TimeExpression, ...], standalone: str) -> tuple[TimeExpression, ...]:
    """Ambiguous periods as the clarification in the text settles them: by a choice, or by naming another period."""
    place = max(standalone.rfind(_CLARIFICATION_ZH), standalone.rfind(_CLARIFICATION_EN))
    if place < 0:
        return times
    mark = _CLARIFICATION_ZH if standalone.startswith(_CLARIFICATION_ZH, place) else _CLARIFICATION_EN
    answer = standalone[place + len(mark) :].rstrip(")）").strip()
    for number, choice in enumerate(_CHOICES):
        if choice.match(answer):
            return tuple(
                time.chosen(time.candidates[number]) if number < len(time.candidates) else time
                for time in times
            )
    if any(time.span[0] > place and not time.ambiguous for time in times):
        return tuple(time for time in times if not time.ambiguous)
    return times


def _of_the_asker(times: tuple[TimeExpression, ...], standalone: str) -> tuple[TimeExpression, ...]:
    """The periods without those that are unclear because they go by each row: 每月和前两个月的平均."""
    return tuple(
        time
        for time in times
        if not time.ambiguous or _BY_EACH_ROW.search(standalone, 0, time.span[0]) is None
    )


def _asking_which(reading: IntentReading, times: tuple[TimeExpression, ...]) -> IntentReading:
    for time in times:
        if time.ambiguous:
            zh = "，还是 ".join(each.zh for each in time.readings)
            en = ", or ".join(each.en for each in time.readings)
            asked = Bilingual(zh=f"“{time.text}”是指 {zh}？", en=f"Does '{time.text}' mean {en}?")
            return IntentReading(intent=Intent.AMBIGUOUS, question_back=asked)
    return reading


def _assumption(time: TimeExpression) -> Bilingual:
    read = describe(Period(start=time.start, end=time.end, kind=time.kind))
    zh, en = f"{time.text} = {read.zh}", f"{time.text} = {read.en}"
    if time.comparison_of is None:
        return Bilingual(zh=zh, en=en)
    base = describe(time.comparison_of)
    return Bilingual(zh=f"{zh}（对应 {base.zh}）", en=f"{en} (compared with {base.en})")


def _condition(time: TimeExpression) -> str:
    if time.ambiguous:
        return "unclear, " + " or ".join(each.en for each in time.readings)
    lower = f">= '{time.start}'" if time.start else ""
    upper = f"< '{time.end}'" if time.end else ""
    return " and ".join(part for part in (lower, upper) if part)


__all__ = ["Turn", "Understanding", "rewrite_prompt", "time_notes", "understand"]
