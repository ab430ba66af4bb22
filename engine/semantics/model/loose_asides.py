"""What stands in a definition in free prose and is not of the figure, or makes it one of two tables."""

from __future__ import annotations

import re

from chat2sql.engine.semantics.model.finer import are_lines
from chat2sql.engine.semantics.model.semantic_model import Dataset, SemanticModel

_OTHER = re.compile(r"(?<![㐀-鿿A-Za-z])[㐀-鿿A-Za-z]{0,8}(?:率|客单价|均价|套数|户数)\s*[=＝:：][^；;。\n]*")
_IN_CENTS = re.compile(
    r"(?:[，,]?\s*(?:单位)?\s*[:：为是]?\s*分[，,]?\s*[)）]?\s*)?(?:折|换)(?:合|算)?(?:成|为|到)?元"
)
"""(单位分，折成元): a column of cents stands for its amount in yuan anyway."""
_TWO_PARTS = re.compile(r"[两二]块|[两二](?:个)?部分|一块是|[两二]者相?加|(?:组成|构成)(?=[：:，,。]|$)")
_NEGATIVE = re.compile(
    r"[，,；;。]\s*[^，,；;。]{2,10}(?:以负数|以负|为负|记负|负数)[^，,；;。]{0,8}(?:[，,]?(?:一并|直接|照常|一起)?(?:相加|累加|汇总|入表))+[^，,；;。]{0,4}"
)
"""红票以负数入表照常相加: rows that take off what they are of, and count like the others."""


def without_asides(text: str) -> str:
    """The text with blanks in place of other figures, of units, and of rows that count like the others."""
    for aside in (_OTHER, _IN_CENTS, _NEGATIVE):
        text = aside.sub(lambda said: " " * len(said.group()), text)
    return text


def is_of_two(said: str, dataset: Dataset, model: SemanticModel) -> bool:
    """Whether a figure is put together of the rows of two tables: 减去当月退款成功的退款金额（refund_apply表）."""
    named = {one.name.lower() for one in model.datasets if one.name != dataset.name}
    referring = (model.dataset(join.source) for join in model.relationships if join.target == dataset.name)
    heads = (model.dataset(join.target) for join in model.joins_from(dataset.name))
    lines = {one.name.lower() for one in (*referring, *heads) if one is not None and are_lines(one)}
    if _TWO_PARTS.search(said):
        return True
    told = {word.lower() for word in re.findall(r"(?<![\w.])[A-Za-z_]\w+(?![\w.])", said)}
    return bool(told & (named - lines)) and re.search(r"[-－−]|减|相加|加上|两块", said) is not None
