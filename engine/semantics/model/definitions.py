"""Definitions in comments, taken as they stand: 有效订单=已付款、已发货的订单；销售额=有效订单的订单金额合计.

What a definition says must be made of words that the schema has (fields, codes, names defined before it), of arithmetic
and of the few words that sum up. One that says anything else is left to the owner, never guessed at.
"""

from __future__ import annotations

import re

from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.lexicon import has_han
from chat2sql.engine.semantics.model.definition import Definition
from chat2sql.engine.semantics.model.definition_compared import as_compared
from chat2sql.engine.semantics.model.definition_entries import (
    ReadDefinition,
    metric_of,
    rows_of,
    same_metric,
    segment_of,
)
from chat2sql.engine.semantics.model.definition_figures import Computed
from chat2sql.engine.semantics.model.definition_parts import as_difference, as_ratio
from chat2sql.engine.semantics.model.definition_reading import FIGURE, is_known, read_definition
from chat2sql.engine.semantics.model.definition_related import as_related
from chat2sql.engine.semantics.model.definition_sides import HOW_MANY, homes_elsewhere
from chat2sql.engine.semantics.model.definition_texts import definitions
from chat2sql.engine.semantics.model.joins import routes_from
from chat2sql.engine.semantics.model.semantic_model import (
    PER_PERIOD,
    Metric,
    Origin,
    SemanticModel,
)
from chat2sql.engine.semantics.model.terms import TermIndex
from chat2sql.engine.semantics.model.usual import VARYING

_PASSES = 3
_WEAK = 0.75
"""Up to here a word only resembles what it may stand for."""


def defined(model: SemanticModel, catalogue: Catalogue) -> SemanticModel:
    """The model with the segments and metrics that the comments of its tables and columns define."""
    waiting = definitions(catalogue)
    # Where a definition can be read of its own table's rows, those are meant.
    for elsewhere in (False, True):
        model, waiting = _as_far_as_read(waiting, model, elsewhere=elsewhere)
    model = _placed_alike(model)
    index = TermIndex(model)
    unclear = [one.name for one in waiting if _is_unclear(one, model, index)]
    # Who is active depends on the period: only how many are is known.
    unclear += [one.label.zh.removesuffix("数") for one in model.metrics if one.name.endswith(PER_PERIOD)]
    return model.extended(unclear=tuple(dict.fromkeys(unclear)))


def _as_far_as_read(
    waiting: list[Definition], model: SemanticModel, *, elsewhere: bool
) -> tuple[SemanticModel, list[Definition]]:
    """The model with the definitions that can be read, and those that are left.

    Args:
        elsewhere: whether they may be of the rows of other tables than that whose comment has them, and ratios of two.
    """
    index = TermIndex(model)
    for _ in range(_PASSES):
        left: list[Definition] = []
        for definition in waiting:
            extended = None
            if not _speaks_of_others(definition, waiting, index):
                extended = (
                    (
                        _anywhere(definition, model, index)
                        or as_difference(definition, model, index)
                        or as_ratio(definition, model, index)
                        or as_related(definition, model, index)
                        or as_compared(definition, model, index)
                    )
                    if elsewhere
                    else _with(definition, model, index)
                )
            if extended is None:
                left.append(definition)
            else:
                model, index = extended, TermIndex(extended)
        if len(left) == len(waiting):
            break
        waiting = left
    return model, waiting


def _placed_alike(model: SemanticModel) -> SemanticModel:
    """The model, figures that are defined without a time placed by that of the others of the same rows: profit as sales."""
    times: dict[str, set[str]] = {}
    for metric in model.metrics:
        if metric.origin is Origin.COMMENT and metric.time:
            times.setdefault(metric.dataset, set()).add(metric.time)
    placed = tuple(
        metric.model_copy(update={"time": next(iter(times[metric.dataset]))})
        for metric in model.metrics
        if metric.origin is Origin.COMMENT
        and not metric.time
        and not metric.numerator
        and metric.label.zh
        and metric.expression != "COUNT(*)"
        and len(times.get(metric.dataset, ())) == 1
        and (own := model.dataset(metric.dataset)) is not None
        and own.time is None
    )
    return model.extended(metrics=placed) if placed else model


def _speaks_of_others(definition: Definition, waiting: list[Definition], index: TermIndex) -> bool:
    """Whether it is made of a name that is defined, and not read yet: 有效订单 would be orders that are valid by chance."""
    return any(
        other.name in definition.body
        and other.name != definition.name
        and not any(one.weight > _WEAK for one in index.meanings(other.name))
        for other in waiting
    )


def _anywhere(definition: Definition, model: SemanticModel, index: TermIndex) -> SemanticModel | None:
    """The model with what is defined, of its table's rows or of those of the only other one that it can be had from."""
    extended = _with(definition, model, index)
    if extended is not None or definition.counts_only or is_known(definition, model, index):
        return extended
    found = [
        told
        for home in homes_elsewhere(definition, model)
        if (told := _with(definition._replace(dataset=home.name, about=definition.dataset), model, index))
        is not None
        # The sum of what each order has, over its lines, would repeat it.
        and re.search(rf"(?<!\w){re.escape(home.name)}\W", told.metrics[-1].expression)
    ]
    return found[0] if len(found) == 1 else None


def _is_unclear(definition: Definition, model: SemanticModel, index: TermIndex) -> bool:
    """Whether a name is one of the business's own that no other entry has: 活跃业主, 逾期账单."""
    if any(one.weight > _WEAK for one in index.meanings(definition.name)) or not has_han(definition.name):
        return False
    if definition.name in VARYING:
        # 客单价 is not what it is elsewhere, where a comment says so.
        return True
    read = read_definition(definition, model, index)
    # What speaks of nothing that the schema has is a remark, no definition.
    thing = read is not None and definition.name.endswith((read.dataset.label.zh, *read.dataset.synonyms))
    return read is not None and (
        thing or bool(read.rows.conditions(model)) or read.rows.text != definition.body
    )


def _with(definition: Definition, model: SemanticModel, index: TermIndex) -> SemanticModel | None:
    """The model with what is defined; None: not all of it is understood, or it has a field of that name."""
    if is_known(definition, model, index):
        return None
    like = _metric_called(definition.like, model)
    if definition.like and like is None:
        return None
    read = read_definition(definition, model, index)
    if read is None or read.computed is None:
        return None
    if like is not None:
        read = _with_rows_of(like, read, read.computed, model)
    assert read.computed is not None
    conditions = read.rows.conditions(model)
    if not read.computed.expression and not read.computed.ratio and not FIGURE.search(definition.name):
        segment = segment_of(read, conditions, model)
        return model.extended(segments=(segment,)) if segment is not None else None
    rows = tuple(rows_of(read, owner, condition) for owner, condition in conditions.items())
    metric = metric_of(read, rows, model)
    if metric is None:
        return None
    same = same_metric(metric, rows, model)
    return (
        model.extended(segments=rows, metrics=(metric,)) if same is None else model.extended(metrics=(same,))
    )


def _metric_called(name: str, model: SemanticModel) -> Metric | None:
    return next((one for one in model.metrics if name and one.label.zh == name and one.expression), None)


def _with_rows_of(
    like: Metric, read: ReadDefinition, computed: Computed, model: SemanticModel
) -> ReadDefinition:
    """The definition over the rows that another one counts, as far as each of its rows has one of them."""
    reach = routes_from(model, read.definition.dataset)
    known = [segment for name in like.segments if (segment := model.segment(name)) is not None]
    read.rows.segments += [one.name for one in known if one.dataset in reach]
    placed = (like.time or "").rpartition(".")[0] or like.dataset
    time = like.time if placed in reach else None
    computed = computed._replace(time=computed.time or time)
    if not computed.expression and read.definition.as_above and HOW_MANY.search(read.definition.name):
        computed = computed._replace(expression="COUNT(*)")
    return read._replace(computed=computed)
