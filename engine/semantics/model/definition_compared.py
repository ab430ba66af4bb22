"""Rows that have a name by what they hold, compared: 缺货=数量<=0, 超支=实际>预算, 低库存=可用库存<safe_qty."""

from __future__ import annotations

import re

from chat2sql.engine.semantics.model.definition import Definition
from chat2sql.engine.semantics.model.definition_entries import DEFINED_CERTAINTY, label_of_name
from chat2sql.engine.semantics.model.definition_reading import is_known
from chat2sql.engine.semantics.model.semantic_model import (
    Dataset,
    Origin,
    Role,
    Segment,
    SemanticModel,
)
from chat2sql.engine.semantics.model.spelling import spelled
from chat2sql.engine.semantics.model.terms import Kind, TermIndex

_SIGNS = {
    "不超过": "<=",
    "不高于": "<=",
    "小于等于": "<=",
    "<=": "<=",
    "≤": "<=",
    "不低于": ">=",
    "不少于": ">=",
    "大于等于": ">=",
    ">=": ">=",
    "≥": ">=",
    "小于": "<",
    "低于": "<",
    "少于": "<",
    "<": "<",
    "大于": ">",
    "高于": ">",
    "超过": ">",
    "超出": ">",
    ">": ">",
}
_COMPARED = re.compile(
    rf"\s*(?:单[仓店品个件])?(?P<left>[㐀-鿿A-Za-z_][㐀-鿿A-Za-z0-9_]*?)\s*(?P<sign>{'|'.join(_SIGNS)})\s*"
    r"(?P<right>[㐀-鿿A-Za-z_][㐀-鿿A-Za-z0-9_]*|[0-9]+(?:\.[0-9]+)?)\s*(?:[(（](?:含|包含|包括|按|未设置?)[^()（）]*[)）])?\s*"
)
"""What stands in brackets behind it may restrict, unless it is 含…, 按仓库+商品 or what has no limit to compare with."""
_SUM = re.compile(r"SUM\((?P<of>[^()]+|\([^()]+\))\)")


def as_compared(definition: Definition, model: SemanticModel, index: TermIndex) -> SemanticModel | None:
    """The model with rows that are named by one comparison of what each of them holds; None: it says anything else."""
    dataset = model.dataset(definition.dataset)
    said = _COMPARED.fullmatch(definition.body)
    if dataset is None or said is None or definition.counts_only or is_known(definition, model, index):
        return None
    left, right = (_operand(said[side], dataset, model, index) for side in ("left", "right"))
    if not left or not right:
        return None
    segment = Segment(
        name=f"{dataset.name}.{definition.name}",
        label=label_of_name(definition.name),
        origin=Origin.COMMENT,
        certainty=DEFINED_CERTAINTY,
        dataset=dataset.name,
        condition=f"{left} {_SIGNS[said['sign']]} {right}",
    )
    return model.extended(segments=(segment,))


def _operand(said: str, dataset: Dataset, model: SemanticModel, index: TermIndex) -> str:
    """A number, a column of the dataset, or what a figure of its rows sums up; empty: none, or one of several."""
    if re.fullmatch(r"[0-9.]+", said):
        return said
    column = dataset.field(said) or dataset.field(said.lower())
    if column is not None:
        return spelled(dataset.name, column.name, model.dialect)
    meant = [one for one in index.meanings(said) if one.dataset == dataset.name]
    for one in meant:
        metric = model.metric(one.name) if one.kind is Kind.METRIC else None
        summed = _SUM.fullmatch(metric.expression) if metric is not None else None
        if metric is not None and summed is not None and not metric.segments:
            return f"({summed['of']})"
    fields = {
        one.name
        for one in meant
        if one.kind is Kind.FIELD
        and (field := dataset.field(one.name)) is not None
        and field.role in (Role.MEASURE, Role.TIME)
    }
    return spelled(dataset.name, fields.pop(), model.dialect) if len(fields) == 1 else ""
