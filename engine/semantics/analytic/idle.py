"""What of a question says nothing beside what it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from chat2sql.engine.semantics.analytic.acts import Act
from chat2sql.engine.semantics.analytic.operators import idle_spans, says_nothing
from chat2sql.engine.semantics.analytic.token import Sort, Token
from chat2sql.engine.semantics.model.terms import Kind
from chat2sql.engine.values.index import ELEMENT

_A_PHRASE = 5
_BEING = re.compile("(?:支持|配有|具[备有]|标[为有注]为?)$")
_HOLDING = re.compile(
    r"(?:(?:里面?|中|内|同时|其中)?(?:包含|含有?|带有?|支持|适配|适用于?|配有|具[备有]|可以?选择?|有)了?|标[为有注]为?|贴[有着])(?:[“\"「'])?$"
)
_TO_CHOOSE, _MARK_OPEN = re.compile("可选的?|的?(?:选项|成分|字样|标签)"), re.compile("[”\"」']")
_SILENT = re.compile(
    "(?:注册|入会|入职|开户|开业|上市)(?:以?后|之后|以来|至今)(?=从|一直|至今|还|没|未)"
    "|[，,。；;？?]\\s*没有?(?:任何)?(?:成交|销售|订单|记录|数据|发生|交易)(?:额|过)?的?[㐀-鿿]{0,3}(?:不用|不必|别|不要|可以?不)再?(?:列|显示|统计|展示)出?来?(?=$|[。？?])"
)
_BY_TIME = re.compile(
    r"[，,、]?(?:并|再)?按(?:照)?(?:日期|时间|月份|年份|季度|周|日|月)(?:的)?(?:先后|顺序|升序|早晚|从[早前]到[晚后])+"
    r"(?:顺序)?(?:排列?|排序|列出?|列|给出)?(?=[，,。？?]|$)"
)


def idle_tokens(question: str, found: Sequence[Token]) -> Iterator[Token]:
    """What says nothing, and what is left of it where a word that says something shares characters with it.

    里面 says nothing, and neither does 里 where 面积 begins behind it. A phrase with a word in it that chooses rows says
    something after all.

    Args:
        found: the tokens that say something, overlapping as they may.
    """
    spans = [
        *idle_spans(question),
        *silent_spans(question, found),
        *_around_values(question, found),
    ]
    for start, end in dict.fromkeys(spans):
        sharing = [
            one for one in found if one.sort is not Sort.NUMBER and one.start < end and one.end > start
        ]
        parts = {part for one in sharing for part in ((start, one.start), (one.end, end))}
        left = {part for part in parts if part[0] < part[1] and says_nothing(question[slice(*part)])}
        for span in sorted({(start, end)} | left):
            idle = Token(Sort.NOISE, *span, question[slice(*span)])
            if not _restricts(idle, found):
                yield idle


def silent_spans(question: str, found: Sequence[Token]) -> list[tuple[int, int]]:
    """What says nothing though a word in it could: 注册后 of those who have never bought anything."""
    return [*(match.span() for match in _SILENT.finditer(question)), *_of_order(question, found)]


def _around_values(question: str, found: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """过敏原里含鸡蛋, 颜色有墨绿可选, 支持主动降噪: what only says that a list has it, or that it is so."""
    for token in found:
        in_list = any(value.part.endswith(ELEMENT) for value in token.values)
        is_field = bool(token.meanings) and token.meanings[0].kind is Kind.FIELD
        # 包含运费的销售额 has more in it than 运费 says.
        before = (_HOLDING if in_list else _BEING).search(question, 0, token.start)
        if before is not None and (in_list or is_field):
            yield before.span()
        if in_list:
            for pattern in (_TO_CHOOSE, _MARK_OPEN):
                behind = pattern.match(question, token.end)
                if behind is not None:
                    yield behind.span()


def _of_order(question: str, found: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """每天多少单，按日期先后列: times come in their order anyway."""
    if any(one.act is Act.GRAIN for one in found):
        yield from (match.span() for match in _BY_TIME.finditer(question))


def _restricts(idle: Token, found: Sequence[Token]) -> bool:
    return len(idle.text) >= _A_PHRASE and any(
        idle.start <= one.start
        and one.end <= idle.end
        and (one.values or any(meaning.kind in (Kind.CODE, Kind.SEGMENT) for meaning in one.meanings[:1]))
        for one in found
    )
