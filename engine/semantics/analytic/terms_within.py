"""Terms with a word inside them, or behind what was done: 订单平均金额, 没有采购过."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chat2sql.engine.semantics.analytic.intent import Aggregate
from chat2sql.engine.semantics.analytic.token import Sort, Token
from chat2sql.engine.semantics.model.spoken_forms import says_little
from chat2sql.engine.semantics.model.terms import TermIndex, units_of

_DONE = re.compile(r"(?:没有?|未|有|从未|不曾)(?P<verb>[㐀-鿿]{1,2})过(?P<thing>[假单货款修]?)")
_SUMMED = re.compile("平均|总")
_WHEN_DONE = re.compile(
    r"(?:是)?(?:什么时候|几时|何时|几号|哪年哪月)(?P<verb>[㐀-鿿]{1,2}?)(?:的|了)(?=[，,。？?]|$)"
)


def done_before(question: str, index: TermIndex) -> Iterator[Token]:
    """没有采购过, 请过假: rows that are called after what was done."""
    for match in _DONE.finditer(question):
        meant = index.called_after(match["verb"] + (match["thing"] or ""))
        if meant:
            yield Token(
                Sort.TERM,
                match.start("verb"),
                match.end(),
                question[match.start("verb") : match.end()],
                meant,
            )


def summed_inside(question: str, index: TermIndex) -> Iterator[Token]:
    """Names with the word that sums up inside: 订单平均金额, 预算总额."""
    for match in _SUMMED.finditer(question):
        without = question[: match.start()] + question[match.end() :]
        units = units_of(without)
        for mention in index.mentions(units):
            start, end = units[mention.first].start, units[mention.after - 1].end
            if says_little(without[start:end]):
                # 总金额 is that of whatever is spoken of.
                continue
            if start < match.start() < end:
                end += match.end() - match.start()
                how = Aggregate.MEAN if match.group() == "平均" else Aggregate.SUM
                yield Token(Sort.TERM, start, end, question[start:end], meanings=mention.meanings, detail=how)


def moments(question: str, index: TermIndex) -> Iterator[Token]:
    """什么时候关的, 哪天开的: the time that is called after what happened."""
    for match in _WHEN_DONE.finditer(question):
        meant = index.times_of(match["verb"])
        if meant:
            yield Token(Sort.TERM, match.start(), match.end(), match.group(), meanings=meant)
