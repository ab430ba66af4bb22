"""Which periods of a comparison are told: 今年和去年分别多少，增长多少 both, 销售额多少，同比增长多少 only the present one."""

from __future__ import annotations

import re
from typing import NamedTuple

from chat2sql.engine.semantics.analytic.acts import Act
from chat2sql.engine.semantics.analytic.phrase import Phrase
from chat2sql.engine.semantics.model.terms import Kind

_ASKS_FOR_BOTH = re.compile(
    r"(?:和|及|以及|还有|、|与|并|\band\b)\s*(?:(?:[0-9]{2,4}年|今年|去年|本[期月年季])的?)?(?:[每各]个?(?:季度?|月|周|天))?的?(?:其|它的|算出?|给出|计算)?\s*"
    r"(?:对应的?|相应的?|各自的?)?(?:与?(?:去年|上年)同期(?:相?比)?的?)?(?:(?:和|与|跟|比|较)[^，,。]{2,12}?(?:相比|比)的?)?"
    r"(?:同比|环比|增长|增幅|增速|涨幅|涨跌|变化|差额|差异|差多少|(?:its |the )?(?:growth|change|yoy|mom))"
    r"|对比|分别是?多少|各是?多少|各自?为?多少|同期(?:的)?(?:值|数|金额|销售额)",
    re.IGNORECASE,
)
"""The figures themselves, beside what became of them."""
_ASKS_FOR_CURRENT = re.compile(
    r"(?:(?![比较]|增长|增幅|涨|跌|变化|差)[^，,；;？?。])*(?:是多少|多少钱|多少|几[个家人笔单])(?:(?![比较]|增长)[^，,；;？?。])*"
    r"[，,；;？?。]\s*(?:且|并|那|它|又)?[^，,；;？?。]{0,8}(?:比|较|同比|环比)"
)
"""客单价是多少，比去年同期涨了百分之几: the figure itself, beside what became of it."""
_ASKS_FOR_OTHER = re.compile(
    r"同期(?:的)?(?:值|数|金额|销售额)|对比|两[个期年]|(?:分别|各自?)(?:是|为)?多少|\b(?:versus|vs|both|compared)\b",
    re.IGNORECASE,
)
"""What the other period had, too."""
_OTHER_ITSELF = re.compile(
    r"同期(?:的)?[㐀-鿿]{0,4}?(?:分别)?(?:是|为)多少|[本当]期[^，,。]{0,6}同期"
    r"|(?<![比较跟与]去年)(?<![比较跟与]上年)同期的?(?:(?![多少增减高低涨跌变相])[㐀-鿿]){0,4}?(?:多少|几)[人个单笔元家件台]?(?![㐀-鿿])"
)


class Told(NamedTuple):
    """Whether the figures of both periods are asked for beside what became of them, or that of the period itself."""

    both: bool
    current: bool


def periods_told(phrase: Phrase) -> Told:
    """What a question asks for beside the comparison."""
    said = "".join(piece.token.text for piece in phrase)
    if phrase.has(Act.EACH) and not (listed_together(phrase) or _growth_beside(phrase)):
        # 各大类分别是多少 are several classes, and not both periods.
        said = said.replace("分别", "")
    beside = _ASKS_FOR_BOTH.search(said) is not None
    both = beside and (_ASKS_FOR_OTHER.search(said) is not None or _named_twice(phrase))
    both = both or _OTHER_ITSELF.search(said) is not None or (beside and listed_together(phrase))
    current = (beside or _ASKS_FOR_CURRENT.match(said) is not None) and not both
    return Told(both=both, current=current)


def _growth_beside(phrase: Phrase) -> bool:
    """各自的销售额，同比增幅分别多少: the figure, and what became of it."""
    for piece in phrase:
        pause = phrase.after(piece) if piece.kind is Kind.METRIC or phrase.is_measure(piece) else None
        then = phrase.after(pause) if pause is not None and pause.token.act is Act.ALSO else None
        if then is not None and then.token.act in (Act.YEAR_BEFORE, Act.PERIOD_BEFORE, Act.GROWTH):
            return True
    return False


def listed_together(phrase: Phrase) -> bool:
    """今年一季度和去年一季度的销售额，还有同比增幅: of both periods."""
    for piece in phrase:
        between = phrase.after(piece) if piece.token.time is not None else None
        if between is not None and between.token.act is Act.ALSO:
            then = phrase.after(between)
            if then is not None and then.token.time is not None:
                return True
    return False


def _named_twice(phrase: Phrase) -> bool:
    """2024年销售额、2023年销售额以及同比增长率: both are asked for."""
    named = [piece.meaning for piece in phrase if piece.kind is Kind.METRIC or phrase.is_measure(piece)]
    return any(named.count(one) > 1 for one in named)
