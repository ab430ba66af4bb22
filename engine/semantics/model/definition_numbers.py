"""What a definition says of quantities: 评分>=4, 实付金额大于0."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.semantics.model.definition_days import Said
from chat2sql.engine.semantics.model.semantic_model import Dataset, Field, Role
from chat2sql.engine.semantics.model.spelling import spelled

_SIGNS = {
    "大于等于": ">=",
    "小于等于": "<=",
    "不低于": ">=",
    "不少于": ">=",
    "不小于": ">=",
    "不高于": "<=",
    "不超过": "<=",
    "不大于": "<=",
    "大于": ">",
    "高于": ">",
    "超过": ">",
    "小于": "<",
    "低于": "<",
    "少于": "<",
    ">=": ">=",
    "≥": ">=",
    "<=": "<=",
    "≤": "<=",
    ">": ">",
    "<": "<",
}
_LIMIT = (
    rf"\s*(?P<sign>{'|'.join(_SIGNS)})\s*(?P<number>[0-9]+(?:\.[0-9]+)?)(?![0-9.%％A-Za-z_])\s*"
    r"(?P<unit>分钟|小时|[㐀-鿿]{0,2}元|[分星件个次条箱天秒月年]|(?=\W|$))?"
)
_SHORTEST = 2


def said_of_numbers(text: str, dataset: Dataset, dialect: Dialect) -> Iterator[Said]:
    """The conditions on quantities of a dataset, each with a number."""
    for word, name in _words(dataset).items():
        said = rf"{re.escape(word)}(?:\s*[(（]\s*{re.escape(name)}\s*[)）])?{_LIMIT}"
        named = rf"(?<![A-Za-z0-9_.])(?:(?<![㐀-鿿])|(?<=[且和与及并或的中含除])){said}"
        for match in re.finditer(named, text):
            field = dataset.field(name)
            if field is None or not _is_of(match["unit"] or "", field):
                continue
            column = spelled(dataset.name, name, dialect)
            yield Said(match.start(), match.end(), f"{column} {_SIGNS[match['sign']]} {match['number']}")


def _is_of(unit: str, field: Field) -> bool:
    """Whether a number with a unit can be compared with a quantity as it is: 30分钟 is not of hours."""
    if not unit or unit == field.unit or unit in field.label.zh:
        return True
    if unit in ("分", "星"):
        return re.search("评分|得分|打分|分数|星级", field.label.zh) is not None
    return not field.unit and unit in ("元", "件", "个", "次", "条", "箱")


def _words(dataset: Dataset) -> dict[str, str]:
    """What each quantity may be called: its column, its label, and the end of that where no other ends so."""
    measures = [field for field in dataset.fields if field.role is Role.MEASURE and not field.expression]
    ends = [
        (field.label.zh[at:], field.name)
        for field in measures
        for at in range(len(field.label.zh) - _SHORTEST + 1)
    ]
    times = Counter(end for end, _ in ends)
    return {field.name: field.name for field in measures} | {
        end: name for end, name in ends if times[end] == 1
    }
