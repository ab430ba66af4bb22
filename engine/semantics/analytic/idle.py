"""What of a question says nothing beside what it asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chat2sql.engine.semantics.analytic.operators import idle_spans, says_nothing
from chat2sql.engine.semantics.analytic.token import Sort, Token
from chat2sql.engine.semantics.model.terms import Kind

_A_PHRASE = 5


def idle_tokens(question: str, found: Sequence[Token]) -> Iterator[Token]:
    """What says nothing, and what is left of it where a word that says something shares characters with it.

    里面 says nothing, and neither does 里 where 面积 begins behind it. A phrase with a word in it that chooses rows says
    something after all.

    Args:
        found: the tokens that say something, overlapping as they may.
    """
    for start, end in idle_spans(question):
        sharing = [
            one for one in found if one.sort is not Sort.NUMBER and one.start < end and one.end > start
        ]
        parts = {part for one in sharing for part in ((start, one.start), (one.end, end))}
        left = {part for part in parts if part[0] < part[1] and says_nothing(question[slice(*part)])}
        for span in sorted({(start, end)} | left):
            idle = Token(Sort.NOISE, *span, question[slice(*span)])
            if not _restricts(idle, found):
                yield idle


def _restricts(idle: Token, found: Sequence[Token]) -> bool:
    return len(idle.text) >= _A_PHRASE and any(
        idle.start <= one.start
        and one.end <= idle.end
        and (one.values or any(meaning.kind in (Kind.CODE, Kind.SEGMENT) for meaning in one.meanings[:1]))
        for one in found
    )
