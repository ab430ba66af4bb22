"""Terms with a word inside them, or behind what was done: 订单平均金额, 没有采购过."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from chat2sql.engine.semantics.analytic.intent import Aggregate
from chat2sql.engine.semantics.analytic.token import Sort, Token
from chat2sql.engine.semantics.model.spoken_forms import says_little
from chat2sql.engine.semantics.model.terms import Kind, TermIndex, units_of
from chat2sql.engine.values.index import How, LinkedValue

_DONE = re.compile(r"(?:没有?|未|有|从未|不曾)(?P<verb>[㐀-鿿]{1,2})过(?P<thing>[假单货款修]?)")
_NAME_HOLDS = re.compile(
    r"(?:名称|名字|店名|品名|姓名|(?<=[品店人])名)(?:里面?|中|内)?(?:有|都)?(?:带有?|含有?|有|包含|包括|出现|叫)了?\s*"
    r"[“\"'「『](?P<v>[^“”\"'「」『』]{1,20})[”\"'」』](?:字样|两个字|这个词)?"
)
_BOTH_GENDERS = re.compile(
    "男女(?=(?:员工|会员|客户|顾客|职工)?(?:的?(?:人数|比例|占比|构成|分布|数量|销售|平均|客单)|各|分别))"
)
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


def each_gender(question: str, index: TermIndex) -> Iterator[Token]:
    """男女人数: of both, by what says which somebody is."""
    for match in _BOTH_GENDERS.finditer(question):
        meant = tuple(one for one in index.meanings("性别") if one.kind is Kind.FIELD) or tuple(
            one.model_copy(update={"kind": Kind.FIELD, "code": ""})
            for one in index.meanings("男")
            if one.kind is Kind.CODE
        )
        sort = Sort.TERM if meant else Sort.UNREAD
        yield Token(sort, match.start(), match.end(), match.group(), meanings=meant)


def names_holding(question: str, index: TermIndex, known: Sequence[Token]) -> Iterator[Token]:
    """店名里带“网吧”的客户: of the thing behind it, or else before it."""
    things = [
        (token, one.dataset)
        for token in known
        for place, one in enumerate(token.meanings)
        if one.kind is Kind.DATASET and (one.weight == 1 or not place) and not token.act
    ]
    for match in _NAME_HOLDS.finditer(question):
        behind = [one for one in things if one[0].start >= match.end()]
        before = [one for one in things if one[0].end <= match.start()]
        thing = min(behind, key=lambda one: one[0].start, default=None)
        thing = thing or max(before, key=lambda one: one[0].end, default=None)
        named = index.called_by(thing[1]) if thing is not None else None
        if named is not None:
            value = LinkedValue(
                table=named.dataset, column=named.name, value=match["v"], mention=match["v"], how=How.PART
            )
            yield Token(Sort.VALUE, match.start(), match.end(), match.group(), values=(value,))
