"""Figures that business takes for granted, wherever a database has what they are made of."""

from __future__ import annotations

import re
from typing import NamedTuple

from chat2sql.config.vocabulary import Bilingual
from chat2sql.engine.schema.lexicon import has_han
from chat2sql.engine.semantics.model.finer import TURNOVER, scale_of
from chat2sql.engine.semantics.model.semantic_model import (
    Additivity,
    Metric,
    Origin,
    Role,
    SemanticModel,
)
from chat2sql.engine.semantics.model.spelling import spelled
from chat2sql.engine.semantics.model.terms import Kind, Meaning, TermIndex

_CERTAINTY = 0.6
_FULL = 1.0
_A_WORD = 2
"""Characters."""


class _Ratio(NamedTuple):
    """A ratio by its names, and the words for what is above and below the line, the first that is known.

    ``varies``: businesses mean different things by it, so that one whose definition was not read is not taken as usual.
    """

    names: tuple[str, ...]
    english: str
    above: tuple[str, ...]
    below: tuple[str, ...]
    varies: bool = False


_RATIOS = (
    _Ratio(("客单价", "单均金额"), "average order value", ("销售额",), ("有效订单数", "订单数"), varies=True),
    _Ratio(("毛利率",), "gross margin", ("毛利", "毛利额"), ("销售额",)),
    _Ratio(
        ("目标完成率", "销售目标完成率", "目标达成率", "达成率", "完成率"),
        "target attainment",
        ("销售额",),
        ("目标销售额", "销售目标", "目标金额", "目标额", "目标"),
    ),
    _Ratio(("退货率",), "return rate", ("退货数量", "退货件数"), ("销量",), varies=True),
)


VARYING = frozenset(name for ratio in _RATIOS if ratio.varies for name in ratio.names)
"""What figures are called that are not the same everywhere."""


_ATTAINED = re.compile("(?:销售额?|业绩|营收额?)?(?:目标)?(?:达成|完成)率")
_ATTAINMENTS = ("达成率", "完成率", "目标达成率", "目标完成率", "销售目标达成率", "销售目标完成率")
_TARGETS = ("目标额", "目标值", "目标金额", "销售目标", "销售额目标", "业绩目标", "营收目标")


def with_usual_names(model: SemanticModel) -> SemanticModel:
    """The model whose turnover, defined by one of its names, has the others too where nothing else is called so."""
    index = TermIndex(model)
    main = [one for one in model.metrics if one.label.zh in TURNOVER and not one.is_of_lines]
    # 导购业绩另算: of 业绩 it is said that it is something else.
    unclear = "\n".join(model.unclear)
    free = tuple(word for word in TURNOVER if word not in unclear and not index.meanings(word))
    if len(main) != 1 or not free:
        return model
    return model.extended(metrics=(main[0].model_copy(update={"synonyms": (*main[0].synonyms, *free)}),))


def with_names_of_targets(model: SemanticModel) -> SemanticModel:
    """The model whose attainment is called so without its 目标 too, and what it is divided by 目标."""
    index = TermIndex(model)
    told: list[Metric] = []
    for metric in model.metrics:
        below = model.metric(metric.denominator or "")
        if below is None or not _ATTAINED.fullmatch(metric.label.zh):
            continue
        free = tuple(word for word in _ATTAINMENTS if not index.meanings(word) and word != metric.label.zh)
        told.append(metric.model_copy(update={"synonyms": (*metric.synonyms, *free)}))
        if not (below.label.zh or below.label.en) and below.expression:
            # 还没下销售目标的: those are rows, where a table is called so.
            words = tuple(word for word in _TARGETS if not index.things_called(word))
            label = Bilingual(zh="目标", en="target")
            told.append(below.model_copy(update={"label": label, "synonyms": words}))
    return model.extended(metrics=tuple(told)) if len(told) == len({one.name for one in told}) else model


def with_names_of_tables(model: SemanticModel) -> SemanticModel:
    """The model whose figures are also called as their table is: 费用预算执行率 of 部门费用预算."""
    told = []
    for metric in model.metrics:
        dataset = model.dataset(metric.dataset)
        if metric.origin is not Origin.COMMENT or dataset is None or not metric.label.zh:
            continue
        at = dataset.label.zh.find(metric.label.zh[:_A_WORD])
        before = dataset.label.zh[at - _A_WORD : at] if at >= _A_WORD else ""
        if before and has_han(before):
            longer = f"{before}{metric.label.zh}"
            told.append(metric.model_copy(update={"synonyms": (*metric.synonyms, longer)}))
    return model.extended(metrics=tuple(told)) if told else model


def usual_ratios(model: SemanticModel) -> tuple[Metric, ...]:
    """The ratios that a model has both sides of, and the sums that they are made of."""
    index = TermIndex(model)
    taken = {metric.label.zh for metric in model.metrics} | set(model.unclear)
    found: dict[str, Metric] = {}
    for ratio in _RATIOS:
        above, below = _figure(ratio.above, index, model), _figure(ratio.below, index, model)
        defined = any(_ATTAINED.fullmatch(name) for name in taken) and _ATTAINED.fullmatch(ratio.names[0])
        if above is None or below is None or taken & set(ratio.names) or defined:
            continue
        for one in (above, below):
            if model.metric(one.name) is None:
                found[one.name] = one
        found[ratio.names[0]] = Metric(
            name=f"{above.dataset}.{ratio.names[0]}",
            label=Bilingual(zh=ratio.names[0], en=ratio.english),
            synonyms=ratio.names[1:],
            origin=Origin.NAME,
            certainty=_CERTAINTY,
            dataset=above.dataset,
            numerator=above.name,
            denominator=below.name,
            additivity=Additivity.NON_ADDITIVE,
        )
    return tuple(found.values())


def _figure(words: tuple[str, ...], index: TermIndex, model: SemanticModel) -> Metric | None:
    """The metric, or the sum of the measure, that alone is called by one of some words."""
    for word in words:
        meant = [one for one in index.meanings(word) if one.weight == _FULL]
        metrics = [one for one in meant if one.kind is Kind.METRIC]
        measures = [one for one in meant if _is_sum(one, model)]
        if len(metrics) == 1 and not measures:
            return model.metric(metrics[0].name)
        # 退货数量 is what was sent back, before it is how often.
        if len(measures) == 1:
            one = measures[0]
            field = model.field(one.dataset, one.name)
            return Metric(
                name=f"{one.dataset}.{one.name}.total",
                origin=Origin.NAME,
                certainty=_CERTAINTY,
                dataset=one.dataset,
                expression=f"SUM({spelled(one.dataset, one.name, model.dialect)}){scale_of(field)}",
            )
    return None


def _is_sum(meaning: Meaning, model: SemanticModel) -> bool:
    field = model.field(meaning.dataset, meaning.name) if meaning.kind is Kind.FIELD else None
    return field is not None and field.role is Role.MEASURE and field.additivity is Additivity.ADDITIVE
