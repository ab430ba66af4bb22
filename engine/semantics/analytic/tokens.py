"""Taking a question apart: which of its words are periods, values, names of the semantic model, numbers and operators.

All candidates are found first, overlapping as they may; then those are kept that together explain most of the question,
longer ones before several short ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from chat2sql.engine.schema.lexicon import has_han
from chat2sql.engine.semantics.analytic.acts import ATTAINMENT, BOUGHT_AT_ALL, MONEY, Act, Row
from chat2sql.engine.semantics.analytic.again import is_each_unit, said_again
from chat2sql.engine.semantics.analytic.idle import idle_tokens, silent_spans
from chat2sql.engine.semantics.analytic.literals_said import literals_said
from chat2sql.engine.semantics.analytic.numbers_said import number_of, numbers_in
from chat2sql.engine.semantics.analytic.operators import OPERATORS
from chat2sql.engine.semantics.analytic.terms_within import (
    done_before,
    each_gender,
    moments,
    summed_inside,
)
from chat2sql.engine.semantics.analytic.token import Sort, Token
from chat2sql.engine.semantics.model.terms import Kind, Meaning, TermIndex, units_of
from chat2sql.engine.semantics.time_expressions import TimeExpression
from chat2sql.engine.values.index import How, LinkedValue

_AMOUNTS = frozenset({"金额", "数额", "总额", "总金额"})
_OURSELVES = frozenset({"公司", "集团", "全公司", "company"})
_ASPECTS = frozenset("过了")
_PAUSE = re.compile("(?<=[㐀-鿿])[、，,；;。？！]")
_PEOPLE = re.compile(r"人|谁|位|headcount|people|staff|who", re.IGNORECASE)
_STANDS_ALONE = re.compile(r"[每家个各哪些几少位名的的间]$")
_COUNTS = re.compile(r"人数|数量|个数|总数|家数|笔数|单数|次数")
_LENGTH_COUNTS = 1.25
_PART_OF_NAME = 0.5
"""How well a name is named by a part of it: 电商 is what a comment calls so, rather than 电商事业部."""


_WORTH = {
    Sort.TIME: 1.3,
    Sort.VALUE: 1.15,
    Sort.TERM: 1.1,
    Sort.OPERATOR: 1.0,
    Sort.NUMBER: 0.9,
    Sort.NOISE: 0.45,
    Sort.UNREAD: 1.1,
}


def tokens_of(
    question: str,
    index: TermIndex,
    times: Sequence[TimeExpression],
    values: Sequence[LinkedValue],
    further: Sequence[Token] = (),
) -> tuple[Token, ...]:
    """The question as tokens in its order; what nothing explains is UNREAD.

    Args:
        further: candidates found elsewhere.
    """
    linked = list(_values(question, values))
    found = [
        *further,
        *(one for one in _periods(question, times) if not _is_within(one, further)),
        *(
            Token(Sort.TIME, *span, question[slice(*span)], time=time)
            for time, span in said_again(question, times)
        ),
        *(one for one in linked if not _names_an_office(one, index)),
        *_without_plain_amounts([_or_office(one, linked) for one in _terms(question, index)]),
        *_operators(question, index),
        *moments(question, index),
        *each_gender(question, index),
        *(
            Token(Sort.NUMBER, start, end, question[start:end], number=number)
            for start, end, number in numbers_in(question)
        ),
        *_unclear(question, index),
    ]
    silent = silent_spans(question, found)
    found = [one for one in found if not any(start <= one.start and one.end <= end for start, end in silent)]
    found += [*literals_said(question, index, found)]
    found += [*idle_tokens(question, found)]
    return tuple(_with_unread(question, _best(len(question), found)))


def _is_within(period: Token, further: Sequence[Token]) -> bool:
    """Whether a period is part of a name: 2024年双十一活动 of the campaign that is called so."""
    return any(
        one.sort is Sort.VALUE and one.start <= period.start and period.end <= one.end for one in further
    )


def _periods(question: str, times: Sequence[TimeExpression]) -> Iterator[Token]:
    for time in times:
        if not is_each_unit(time.text, question):
            yield Token(Sort.TIME, *time.span, time.text, time=time)


def _values(question: str, values: Sequence[LinkedValue]) -> Iterator[Token]:
    by_mention: dict[str, list[LinkedValue]] = {}
    for value in values:
        by_mention.setdefault(value.mention, []).append(value)
    for mention, meant in by_mention.items():
        start = question.find(mention)
        while mention and start >= 0:
            yield Token(Sort.VALUE, start, start + len(mention), mention, values=tuple(meant))
            start = question.find(mention, start + len(mention))


def _names_an_office(value: Token, index: TermIndex) -> bool:
    """Whether what could be a value is what the rows call somebody they name: 业务员 of an order."""
    fields = [one for one in index.meanings(value.text) if one.kind is Kind.FIELD]
    return bool(fields) and any(index.is_key(one) for one in fields)


def _or_office(term: Token, linked: Sequence[Token]) -> Token:
    """What the rows call somebody they name, or whoever has that office: 在职导购."""
    alike = [one for one in linked if (one.start, one.end) == (term.start, term.end)]
    return term._replace(values=alike[0].values) if alike and term.meanings[0].kind is Kind.FIELD else term


def _terms(question: str, index: TermIndex) -> Iterator[Token]:
    whole = units_of(question)
    # 下过单 is 下单.
    units = [unit for unit in whole if unit.text not in _ASPECTS]
    coded: set[int] = set()
    # 过敏原 has no 过 of 下过.
    named = [(whole, mention) for mention in index.mentions(whole) if _ASPECTS & set(mention.text)]
    for within, mention in [*((units, mention) for mention in index.mentions(units)), *named]:
        start, end = within[mention.first].start, within[mention.after - 1].end
        coded |= {end} if mention.meanings[0].kind is Kind.CODE and end - start > 1 else set()
        # 直营店, 每家店.
        if end - start == 1 and not (
            mention.meanings[0].kind is Kind.CODE or start in coded or _STANDS_ALONE.search(question[:start])
        ):
            continue
        said = question[start:end]
        if _PAUSE.search(said):
            # 销售额、目标 are two, and no 销售额目标.
            continue
        if _COUNTS.fullmatch(said) and mention.meanings[0].weight < 1:
            # 人数 counts people, though 可住人数 ends so.
            continue
        if _says_nothing(said, mention.meanings[0], question[:start]):
            continue
        yield Token(Sort.TERM, start, end, said, meanings=mention.meanings)
    yield from summed_inside(question, index)
    yield from done_before(question, index)


def _says_nothing(said: str, meaning: Meaning, before: str) -> bool:
    """公司, of which 企业 is a code, is no more than 我们; 清仓中 has no 中 of 高中低 in it."""
    if meaning.kind is not Kind.CODE:
        return False
    if said == "中":
        return has_han(before[-1:]) and not before.endswith(("为", "是", "度", "级", "和", "、", "与"))
    # 公司 is who asks, unless each or some of several is meant.
    return said in _OURSELVES and (
        meaning.weight < 1 or not before.endswith(("各", "每", "哪", "个", "子", "分"))
    )


def _without_plain_amounts(terms: list[Token]) -> list[Token]:
    """The terms without a bare 金额 where a metric is named: it is that of the metric."""
    named = any(one.kind is Kind.METRIC and one.weight == 1 for term in terms for one in term.meanings)
    return [term for term in terms if not (named and term.text in _AMOUNTS)]


def _operators(question: str, index: TermIndex) -> Iterator[Token]:
    things = any(
        meaning.kind is Kind.DATASET
        for mention in index.mentions(units_of(question))
        for meaning in mention.meanings
    )
    for row in OPERATORS:
        for match in row.pattern.finditer(question):
            number = number_of(match.groupdict().get("n"))
            if match.end() > match.start():
                counts_people = _speaks_of_people(row, match.group())
                meant = index.people if counts_people else ()
                if row.act is Act.COUNT and not counts_people:
                    # 多少单 counts orders where 单 is one.
                    meant = index.things_called(match.group().removesuffix("数")[-1:])
                if row.act is Act.ATTAINED:
                    meant = tuple(one for one in index.meanings(ATTAINMENT) if one.kind is Kind.METRIC)
                    if not meant:
                        continue
                if row.act is Act.SAID or (row.act is Act.DIFFERENCE and row.detail):
                    meant = _said(row.detail, index)
                    if not meant or (match.group().endswith("额") and not things):
                        # An amount of nothing that is named can be any.
                        continue
                yield Token(
                    Sort.OPERATOR,
                    match.start(),
                    match.end(),
                    match.group(),
                    meanings=meant,
                    act=row.act,
                    detail=row.detail,
                    number=number,
                )


def _said(detail: str, index: TermIndex) -> tuple[Meaning, ...]:
    """What is spoken of: money, a thing or figure by its name, or the rows of what was sold."""
    if detail == MONEY:
        return index.money
    if detail != BOUGHT_AT_ALL:
        meant = index.meanings(detail)
        # What is called so itself is meant before what the word may stand for.
        return tuple(one for one in meant if one.weight == 1) or meant
    return tuple(one.model_copy(update={"kind": Kind.DATASET, "name": ""}) for one in index.sales)


def _unclear(question: str, index: TermIndex) -> Iterator[Token]:
    """Names with a meaning of their own that is not known: no part of them means something else."""
    for name in index.unclear:
        start = question.find(name)
        if start >= 0:
            yield Token(Sort.UNREAD, start, start + len(name), name)


def _speaks_of_people(row: Row, text: str) -> bool:
    if row.act is Act.TOP:
        return text.rstrip("的").endswith("人")
    return (
        row.act in (Act.COUNT, Act.WHICH, Act.LIST)
        and "人次" not in text
        and _PEOPLE.search(text) is not None
    )


def _best(length: int, found: list[Token]) -> list[Token]:
    """The tokens without overlap that are worth most together."""
    ending: dict[int, list[Token]] = {}
    for token in found:
        ending.setdefault(token.end, []).append(token)
    worth = [0.0] * (length + 1)
    taken: list[Token | None] = [None] * (length + 1)
    for end in range(1, length + 1):
        worth[end] = worth[end - 1]
        for candidate in ending.get(end, ()):
            here = worth[candidate.start] + _worth(candidate)
            if here > worth[end] + 1e-9:
                worth[end], taken[end] = here, candidate
    chosen: list[Token] = []
    place = length
    while place > 0:
        last = taken[place]
        if last is not None:
            chosen.append(last)
        place = last.start if last is not None else place - 1
    return chosen[::-1]


def _worth(token: Token) -> float:
    # An English letter tells about a third of what a Chinese character does.
    length = sum(1.0 if has_han(char) else 0.35 for char in token.text if not char.isspace())
    best = token.meanings[0].weight if token.meanings else 1.0
    if token.values and all(value.how is How.PART for value in token.values):
        best = _PART_OF_NAME
    return float(length**_LENGTH_COUNTS) * _WORTH[token.sort] * (0.8 + 0.2 * best)


def _with_unread(question: str, chosen: list[Token]) -> Iterator[Token]:
    place = 0
    for token in (*chosen, None):
        start = token.start if token is not None else len(question)
        for match in re.finditer(r"[㐀-鿿豈-﫿]+|[A-Za-z][\w'-]*|[0-9]+(?:\.[0-9]+)?", question[place:start]):
            yield Token(Sort.UNREAD, place + match.start(), place + match.end(), match.group())
        if token is not None:
            yield token
            place = token.end
