"""What a field is said to be or to hold, though no value is known to be written so: 产地是四川的, 颜色为红, 备注提到“加急”."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from chat2sql.engine.semantics.analytic.terms_within import names_holding
from chat2sql.engine.semantics.analytic.token import Sort, Token
from chat2sql.engine.semantics.model.terms import Kind, Meaning, TermIndex
from chat2sql.engine.values.index import How, LinkedValue

_CODED = re.compile(
    r"(?:号|为|是|:|：|\s)?(?P<v>(?=[A-Za-z0-9-]*[0-9])(?:[A-Z]{1,6}[-_]?[0-9][A-Za-z0-9-]*|[0-9]{6,}))(?![0-9A-Za-z])"
)
_SAID_TO_BE = re.compile(
    r"(?:是|为|叫|等于|:|：|=|\s+is\s+)\s*[“\"'「]?(?P<v>[^\s的，,。？?“”\"'」是为哪什啥谁怎多几]{1,12})[”\"'」]?(?=的|，|,|。|？|\?|$|\s)"
)
_SAID_TO_HOLD = re.compile(
    r"(?:名称?)?(?:里面?|中|内)?(?:有|都)?(?:提到|提及|包含|含有?|带有?|出现|写[有着]|有)[了过]?\s*(?P<q>[“\"'「『])(?P<v>[^“”\"'「」『』]{1,20})[”\"'」』](?:字样|两个字|这个词)?"
)
_SAYS_MORE = re.compile(r"第|首次|没|不|最|超|大于|小于|低于|高于|以上|以下|[多少]|一样|相同|同一")


def literals_said(question: str, index: TermIndex, known: Sequence[Token]) -> Iterator[Token]:
    """What a field is said to be, though no value is known to be written so: 产地是四川的, 颜色为红."""
    yield from names_holding(question, index, known)
    for token in known:
        fields = [one for one in token.meanings if one.kind is Kind.FIELD]
        if token.meanings and token.meanings[0].kind is not Kind.FIELD:
            fields = []
        coded = _CODED.match(question, token.end)
        if coded is not None:
            numbered = tuple(
                LinkedValue(
                    table=place.dataset,
                    column=place.name,
                    value=coded["v"],
                    mention=coded["v"],
                    how=How.EXACT,
                )
                for one in token.meanings
                for place in index.numbered_by(one)
            )
            if numbered:
                yield Token(Sort.VALUE, coded.start("v"), coded.end("v"), coded["v"], values=numbered)
            continue
        holds = _SAID_TO_HOLD.match(question, token.end) if fields else None
        if holds is not None:
            yield from _held(holds, fields, index)
            continue
        match = _SAID_TO_BE.match(question, token.end) if fields else None
        if match is None or any(
            value.start <= match.start("v") < value.end for value in known if value.values
        ):
            continue
        text = match["v"].strip()
        if _SAYS_MORE.search(text):
            continue
        linked = tuple(
            LinkedValue(table=one.dataset, column=one.name, value=text, mention=text, how=How.EXACT)
            for one in fields
            if index.holds_text(one)
        )
        if linked:
            yield Token(Sort.VALUE, match.start("v"), match.end("v"), text, values=linked)


def _held(said: re.Match[str], fields: Sequence[Meaning], index: TermIndex) -> Iterator[Token]:
    """评价内容里提到“推销”: what a text has in it."""
    linked = tuple(
        LinkedValue(table=one.dataset, column=one.name, value=said["v"], mention=said["v"], how=How.PART)
        for one in fields
        if index.holds_text(one)
    )
    if linked:
        yield Token(Sort.VALUE, said.start(), said.end(), said.group(), values=linked)
