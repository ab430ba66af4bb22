"""Follow-ups: put together with the question before them by rule where that is safe, else by a prompt."""

from __future__ import annotations

import re
from datetime import date

from chat2sql.config.prompts import prompt
from chat2sql.config.vocabulary import Frozen, Language
from chat2sql.engine.llm.prompt_data import as_data
from chat2sql.engine.semantics.periods import MONTHS_IN, TimeKind
from chat2sql.engine.semantics.time_expressions import TimeExpression, resolve_time

TURNS_IN_PROMPT = 5
"""How many of the latest turns a model gets to see."""
_TURN_CHARS = 1000
_QUESTION_CHARS = 12_000
_FILLER = re.compile(
    r"^(?:那么?|那|换成|改成|再看看?|看看?|如果是|要是|(?:and|but|then|so|ok|okay|now)\b|(?:what|how)\s+about|for|in|the|on"
    r"|是|的话|的|呢|怎么样|如何|\s|[,，。.?？!！])*$",
    re.ASCII | re.IGNORECASE,
)
_BY_ZH = re.compile(r"^(?:那么?)?(?:再)?(?P<by>按[^，,。？?的呢]{1,10}?)(?:呢|看看?|来看|吧)?\s*[？?。]?$")
_BY_EN = re.compile(
    r"^(?:(?:and|now|then|what about|how about)\s+)?(?P<by>by\s+[^,;.?]{1,30}?)(?:\s+(?:please|instead))?\s*[?.]?$",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"按|[每各]个?[㐀-鿿]|\b(?:by|per|each|every)\b", re.IGNORECASE)
_FINAL = re.compile(r"[\s。.?？!！]+$")


class Turn(Frozen):
    """One earlier question of the conversation: as asked, as understood, and the SQL that answered it, if any."""

    question: str
    standalone: str
    sql: str | None = None


class Merged(Frozen):
    """A follow-up with what it refers to; ``needs_rewrite`` when only a model can put the two together well."""

    standalone: str
    needs_rewrite: bool


def merge(previous: str, question: str, *, as_of: date, language: Language) -> Merged:
    """Put a follow-up together with the question before it.

    '那上个月呢' takes the place of the one period in the question before, or is added where there is none; '按地区呢'
    is added where nothing is grouped yet. In every other case the two are only put side by side.
    """
    merged = _other_period(previous, question, as_of, language) or _other_grouping(previous, question)
    if merged is not None:
        return Merged(standalone=merged, needs_rewrite=False)
    note = f"（追问：{question}）" if language is Language.ZH else f" (follow-up: {question})"
    return Merged(standalone=_FINAL.sub("", previous) + note, needs_rewrite=True)


def _other_period(previous: str, question: str, as_of: date, language: Language) -> str | None:
    new = resolve_time(question, as_of, language)
    if len(new) != 1 or new[0].comparison_of or not _is_filler(question, new[0].span):
        return None
    old = resolve_time(previous, as_of, language)
    if not old:
        return _appended(previous, new[0].text, language)
    if len(old) > 1 or _is_coarser(new[0], old[0]):
        return None
    start, end = old[0].span
    words = _with_year(new[0], old[0], as_of, language)
    if _spoken_in_words(words) and previous[:start].endswith(" in "):
        start -= len("in ")
    return previous[:start] + words + previous[end:]


def _spoken_in_words(words: str) -> bool:
    """'last month' takes no 'in' before it, 'March 2024' does."""
    return words.lower().startswith(
        ("last ", "this ", "next ", "yesterday", "today", "since ", "before ", "after ")
    )


def _is_filler(question: str, span: tuple[int, int]) -> bool:
    return bool(_FILLER.match(question[: span[0]]) and _FILLER.match(question[span[1] :]))


def _is_coarser(new: TimeExpression, old: TimeExpression) -> bool:
    """'那2023年呢' after a question about March 2024 can mean March 2023: not for a rule to say."""
    if new.kind is TimeKind.YEAR:
        return old.kind not in {TimeKind.YEAR, TimeKind.ROLLING, TimeKind.TO_DATE}
    return new.kind in MONTHS_IN and old.kind in MONTHS_IN and MONTHS_IN[new.kind] > MONTHS_IN[old.kind]


def _with_year(new: TimeExpression, old: TimeExpression, as_of: date, language: Language) -> str:
    """'那4月呢' after a question about March 2023 is April 2023."""
    together = resolve_time(f"{old.text}; {new.text}", as_of, language)
    if len(together) != 2 or together[1].start == new.start or together[1].start is None:
        return new.text
    year = together[1].start.year
    return f"{year}年{new.text}" if re.search(r"[月日号季半]", new.text) else f"{new.text} {year}"


def _other_grouping(previous: str, question: str) -> str | None:
    found = _BY_ZH.match(question) or _BY_EN.match(question)
    if found is None or _GROUPED.search(previous):
        return None
    return _appended(previous, found["by"], Language.ZH if found.re is _BY_ZH else Language.EN)


def _appended(previous: str, words: str, language: Language) -> str:
    return _FINAL.sub("", previous) + (f"，{words}" if language is Language.ZH else f" {words}")


def rewrite_prompt(turns: tuple[Turn, ...], question: str, language: Language) -> tuple[str, str]:
    """System and user message that have a model rewrite a follow-up into a question of its own.

    The latest turns are given, each cut at a thousand characters; none of their text can close the marks around it.
    """
    system, user = prompt("rewrite").split("\n---\n", 1)
    earlier = "\n".join(f"- {as_data(turn.standalone, _TURN_CHARS)}" for turn in turns[-TURNS_IN_PROMPT:])
    written = "Chinese" if language is Language.ZH else "English"
    asked = as_data(question, _QUESTION_CHARS)
    return system.format(language=written), user.format(conversation=earlier, question=asked).strip()
