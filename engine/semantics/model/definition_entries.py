"""What a definition that has been read becomes: rows that have a name, or a figure with the rows that count for it."""

from __future__ import annotations

import re
from typing import NamedTuple

from chat2sql.config.vocabulary import Bilingual
from chat2sql.engine.schema.lexicon import has_han
from chat2sql.engine.semantics.model.definition import Definition
from chat2sql.engine.semantics.model.definition_conditions import Rows
from chat2sql.engine.semantics.model.definition_figures import Computed
from chat2sql.engine.semantics.model.finer import amount_of, pieces_of
from chat2sql.engine.semantics.model.semantic_model import (
    Additivity,
    Dataset,
    Field,
    Metric,
    Origin,
    Role,
    Segment,
    SemanticModel,
)
from chat2sql.engine.semantics.model.spelling import spelled

_AMOUNT = re.compile(
    r"额|金额|费用|支出|收入|成本|[收付回退]款|实收|GMV|sales|revenue|turnover|amount", re.IGNORECASE
)
_TIMED = re.compile(r"天数|时长|工时|小时数|次数|人数$")
_PIECES = re.compile(r"量$|件数$")
_ROWS = ".rows"
DEFINED_CERTAINTY = 0.9


class ReadDefinition(NamedTuple):
    """A definition with what its words mean."""

    definition: Definition
    dataset: Dataset
    rows: Rows
    computed: Computed | None
    """None: it says something that is neither rows nor arithmetic."""


def segment_of(read: ReadDefinition, conditions: dict[str, str], model: SemanticModel) -> Segment | None:
    """Rows that have a name: 有效订单=已付款、已发货."""
    own = read.definition.dataset
    known = [segment for name in read.rows.segments if (segment := model.segment(name)) is not None]
    told = " AND ".join([*(segment.condition for segment in known), *conditions.values()])
    # What other tables hold is no property of these rows.
    is_own = conditions.keys() <= {own} and all(
        segment.dataset == own and segment.related is None for segment in known
    )
    if not told or read.definition.counts_only or not is_own:
        return None
    return Segment(
        name=f"{read.definition.dataset}.{read.definition.name}",
        label=label_of_name(read.definition.name),
        synonyms=_without_thing(read),
        origin=Origin.COMMENT,
        certainty=DEFINED_CERTAINTY,
        dataset=read.definition.dataset,
        condition=told,
    )


def _without_thing(read: ReadDefinition) -> tuple[str, ...]:
    """在管 for 在管项目."""
    name = read.definition.name
    called = [read.dataset.label.zh, *read.dataset.synonyms]
    stems = {
        name.removesuffix(thing)
        for thing in (*called, "单", "订单", "人员")
        if thing and name.endswith(thing)
    }
    # 在职 for 在职人数.
    stems |= {name.removesuffix(number) for number in ("人数", "家数", "户数") if name.endswith(number)}
    stems = {stem for stem in stems if len(stem) > 1}
    # 有效单 of 运单 are 有效运单.
    whole = {f"{stem}{thing}" for stem in stems for thing in called if has_han(thing)} - {name}
    # 有效单 are those of 收费单.
    whole |= {f"{stem}单" for stem in stems if name.endswith("单")} - {name}
    return tuple(sorted(stems | whole | set(other_names(read.definition))))


def other_names(definition: Definition) -> tuple[str, ...]:
    """What else is defined: 销售额(=营收、收入)."""
    return tuple(word for word in re.split(r"[、,，/和或\s]+", definition.also) if len(word) > 1)


def rows_of(read: ReadDefinition, owner: str, condition: str) -> Segment:
    """The rows that a figure counts, where its definition says so itself."""
    return Segment(
        name=f"{owner}.{read.definition.name}{_ROWS}",
        label=label_of_name("、".join(dict.fromkeys(read.rows.words))),
        origin=Origin.COMMENT,
        certainty=DEFINED_CERTAINTY,
        dataset=owner,
        condition=condition,
    )


def metric_of(read: ReadDefinition, rows: tuple[Segment, ...], model: SemanticModel) -> Metric | None:
    """The figure that a definition says, of the rows that count; None: it does not say what is computed."""
    computed = read.computed
    assert computed is not None
    segments = (*computed.segments, *read.rows.segments, *(one.name for one in rows))
    expression = computed.expression
    if not expression and not computed.ratio:
        amount = _usual(read)
        if amount is None or not segments:
            return None
        expression = f"SUM({spelled(read.definition.dataset, amount.name, model.dialect)})"
    numerator, denominator = computed.ratio or (None, None)
    is_ratio = computed.ratio or "NULLIF" in expression or expression.startswith("AVG")
    return Metric(
        name=f"{read.definition.dataset}.{read.definition.name}",
        label=label_of_name(read.definition.name),
        synonyms=other_names(read.definition),
        origin=Origin.COMMENT,
        certainty=DEFINED_CERTAINTY,
        dataset=read.definition.dataset,
        expression=expression,
        numerator=numerator,
        denominator=denominator,
        segments=tuple(dict.fromkeys(segments)),
        time=computed.time,
        additivity=Additivity.NON_ADDITIVE if is_ratio else Additivity.ADDITIVE,
    )


def same_metric(metric: Metric, rows: tuple[Segment, ...], model: SemanticModel) -> Metric | None:
    """The metric that another language has defined so already, with both names."""
    for known in model.metrics:
        alike = known.origin is Origin.COMMENT and known.dataset == metric.dataset and bool(known.expression)
        segments = [segment for name in known.segments if (segment := model.segment(name)) is not None]
        alike = alike and [one.condition for one in segments] == [one.condition for one in rows]
        label = Bilingual(zh=known.label.zh or metric.label.zh, en=known.label.en or metric.label.en)
        one_each = bool(known.label.zh) != bool(metric.label.zh)
        if alike and known.expression == metric.expression and one_each:
            return known.model_copy(update={"label": label})
    return None


def _usual(read: ReadDefinition) -> Field | None:
    """What is summed up where only the rows are told: the money, or the pieces."""
    if _PIECES.search(read.definition.name):
        return pieces_of(read.dataset)
    if _TIMED.search(read.definition.name):
        return _called_like(read)
    return amount_of(read.dataset) if _AMOUNT.search(read.definition.name) else None


def _called_like(read: ReadDefinition) -> Field | None:
    """The only measure whose name the figure's name has in it: 请假天数 is the 天数 of leave."""
    found = [
        field
        for field in read.dataset.fields
        if field.role is Role.MEASURE and field.label.zh and field.label.zh in read.definition.name
    ]
    return found[0] if len(found) == 1 else None


def label_of_name(name: str) -> Bilingual:
    """A defined name in the language that it is in."""
    return Bilingual(zh=name, en="") if has_han(name) else Bilingual(zh="", en=name.lower())
