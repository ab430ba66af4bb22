"""Definitions of two parts, each a figure of its own rows: ratios (退费率=已完成退费金额÷营收) and what is left of a figure
(净销售额=销售额-同期退款金额)."""

from __future__ import annotations

import re

from chat2sql.config.vocabulary import Bilingual
from chat2sql.engine.semantics.model.definition import Definition
from chat2sql.engine.semantics.model.definition_entries import (
    DEFINED_CERTAINTY,
    label_of_name,
    other_names,
    rows_of,
)
from chat2sql.engine.semantics.model.definition_reading import is_known, read_definition
from chat2sql.engine.semantics.model.definition_sides import (
    HOW_MANY,
    halves_of,
    of_one_sort,
    scale_of_sum,
    sides_of,
    whose,
    without_number,
)
from chat2sql.engine.semantics.model.finer import TURNOVER
from chat2sql.engine.semantics.model.joins import routes_from
from chat2sql.engine.semantics.model.semantic_model import Additivity, Metric, Origin, Role, SemanticModel
from chat2sql.engine.semantics.model.spelling import spelled
from chat2sql.engine.semantics.model.terms import Kind, TermIndex

_SIDES = (".above", ".below")
_DIFFERENT = re.compile(
    r"(?:下单|购买|消费|成交|付款|购物)的?(?P<who>[㐀-鿿]{2,4}?)(?:人?数|数量)(?:\s*[(（]\s*按?[㐀-鿿]{0,4}去重[)）])?"
)
_TARGET = re.compile("(?:当月|月度?|同期|当期)?(?:目标|任务)(?:额|金额|值|数)?")
_PLAIN_TARGET = re.compile(
    "(?:月度?|年度?)?(?:销售额?|营收额?|业绩)?目标(?:额|金额|值)?(?:[(（][^()（）]*[)）])?"
)
_OF_ROWS = re.compile(r"(?P<rows>[㐀-鿿]{2,8}?)(?:所)?(?:对应|相应|关联|产生)的?(?P<figure>[㐀-鿿]{2,8})")
NAMELESS = Bilingual(zh="", en="")


def as_ratio(definition: Definition, model: SemanticModel, index: TermIndex) -> SemanticModel | None:
    """The model with a ratio each side of which is read for itself; None: it is none, or a side is not understood."""
    sides = sides_of(definition)
    if sides is None or is_known(definition, model, index):
        return None
    made: list[Metric] = []
    for number, side in enumerate(sides):
        named = [one for one in index.meanings(side) if one.kind is Kind.METRIC and one.weight == 1]
        known = model.metric(named[0].name) if len(named) == 1 else None
        if known is None:
            own = definition._replace(name=f"{definition.name}{_SIDES[number]}", body=side)
            extended = (
                _of_target(own, made, model)
                or _of_different(own, made, model, index)
                or _side(own._replace(dataset=whose(side, definition, model)), model, index)
            )
            if extended is None:
                return None
            model, known = extended, extended.metrics[-1]
        if known.less:
            return None
        made.append(known)
    above, below = of_one_sort(made, sides, model)
    model = model.extended(metrics=(above, below))
    if above.time and above.time != below.time and above.time.rpartition(".")[0] == below.dataset:
        # Orders are counted when their sales are.
        below = _without_name(below, f"{definition.dataset}.{definition.name}{_SIDES[1]}", time=above.time)
    return model.extended(
        metrics=(
            below,
            Metric(
                name=f"{definition.dataset}.{definition.name}",
                label=label_of_name(definition.name),
                synonyms=other_names(definition),
                origin=Origin.COMMENT,
                certainty=DEFINED_CERTAINTY,
                dataset=above.dataset,
                numerator=above.name,
                denominator=below.name,
                time=above.time if above.dataset == below.dataset else None,
                additivity=Additivity.NON_ADDITIVE,
            ),
        )
    )


def _of_target(definition: Definition, above: list[Metric], model: SemanticModel) -> SemanticModel | None:
    """The model with the sum of the target that a figure has: 目标额 for 销售额目标, beside other targets."""
    dataset = model.dataset(definition.dataset)
    if dataset is None or not above or not _TARGET.fullmatch(definition.body):
        return None
    targets = [field for field in dataset.fields if field.role is Role.MEASURE and "目标" in field.label.zh]
    own = [field for field in targets if above[0].label.zh and above[0].label.zh in field.label.zh]
    plain = [field for field in targets if _PLAIN_TARGET.fullmatch(field.label.zh)]
    meant = own if len(own) == 1 else plain
    if len(meant) != 1:
        return None
    summed = f"SUM({spelled(dataset.name, meant[0].name, model.dialect)})"
    return model.extended(metrics=(_side_of(definition, summed, model),))


def _without_name(metric: Metric, name: str, **changes: object) -> Metric:
    """A figure as a side of another, which is called by no name of its own."""
    return metric.model_copy(update={"name": name, "label": NAMELESS, "synonyms": (), **changes})


def _side_of(
    definition: Definition,
    expression: str,
    model: SemanticModel,
    segments: tuple[str, ...] = (),
    time: str | None = None,
) -> Metric:
    """A side of a ratio or a difference, scaled as what it sums up is written."""
    return Metric(
        name=f"{definition.dataset}.{definition.name}",
        origin=Origin.COMMENT,
        certainty=DEFINED_CERTAINTY,
        dataset=definition.dataset,
        expression=f"{expression}{scale_of_sum(expression, model)}",
        segments=tuple(dict.fromkeys(segments)),
        time=time,
    )


def _of_different(
    definition: Definition, above: list[Metric], model: SemanticModel, index: TermIndex
) -> SemanticModel | None:
    """The model with how many different ones the rows above the line name: 下单客户数(去重); None: it is none of that."""
    said = _DIFFERENT.fullmatch(definition.body)
    if said is None or not above or above[0].dataset != definition.dataset:
        return None
    if above[0].label.zh not in TURNOVER:
        # 取消金额/下单会员数: those who ordered are not those who cancelled.
        return None
    things = {
        one.dataset for one in index.meanings(said["who"]) if one.kind is Kind.DATASET and one.weight == 1
    }
    joins = [join for join in model.joins_from(definition.dataset) if join.target in things]
    if len(joins) != 1 or len(joins[0].source_columns) != 1:
        return None
    column = spelled(definition.dataset, joins[0].source_columns[0], model.dialect)
    name = f"{definition.dataset}.{definition.name}"
    below = _without_name(above[0], name, expression=f"COUNT(DISTINCT {column})")
    return model.extended(metrics=(below,))


def as_difference(definition: Definition, model: SemanticModel, index: TermIndex) -> SemanticModel | None:
    """The model with a figure from which another is taken off that is of rows of its own; None: it is none, or a part is
    not understood."""
    halves = halves_of(definition, model)
    if halves is None or is_known(definition, model, index):
        return None
    first, second = halves
    whole = _figure_called(first, model, index)
    if whole is None:
        own = definition._replace(name=f"{definition.name}{_SIDES[0]}", body=first)
        extended = _side(own, model, index)
        whole = extended.metrics[-1] if extended is not None else None
        model = extended or model
    told = _taken_off(second, definition, model, index)
    if whole is None or told is None or not whole.expression or whole.less or told[1].less:
        return None
    model, less = told
    _, less = of_one_sort([whole, less], halves, model)
    if less.dataset == whole.dataset or not less.expression.startswith("SUM("):
        return None
    net = Metric(
        name=f"{definition.dataset}.{definition.name}",
        label=label_of_name(definition.name),
        synonyms=other_names(definition),
        origin=Origin.COMMENT,
        certainty=min(whole.certainty, less.certainty),
        dataset=whole.dataset,
        expression=whole.expression,
        segments=whole.segments,
        time=whole.time,
        less=less.name,
    )
    return model.extended(metrics=(less, net))


def _figure_called(said: str, model: SemanticModel, index: TermIndex) -> Metric | None:
    named = [one for one in index.meanings(said) if one.kind is Kind.METRIC and one.weight == 1]
    return model.metric(named[0].name) if named else None


def _taken_off(
    said: str, definition: Definition, model: SemanticModel, index: TermIndex
) -> tuple[SemanticModel, Metric] | None:
    """The model with what is taken off, a figure that has a name or is read of the rows that it names."""
    home = whose(said, definition, model)
    # so_refund beside 退款成功的金额 says whose it is, and nothing more.
    body = re.sub(rf"(?<![A-Za-z0-9_.]){re.escape(home)}(?![A-Za-z0-9_.])", "", said).strip()
    known = _figure_called(body, model, index)
    if known is not None:
        return model, known
    of_rows = _OF_ROWS.fullmatch(body)
    if of_rows is not None:
        return _of_those(of_rows, definition, model, index)
    own = definition._replace(name=f"{definition.name}{_SIDES[1]}", dataset=home, body=body)
    extended = _side(own, model, index)
    return (extended, extended.metrics[-1]) if extended is not None else None


def _of_those(
    said: re.Match[str], definition: Definition, model: SemanticModel, index: TermIndex
) -> tuple[SemanticModel, Metric] | None:
    """有效订单对应的退款额: a figure of those of its rows that lead to rows with a name."""
    known = _figure_called(said["figure"], model, index)
    rows = next((one for one in index.meanings(said["rows"]) if one.kind is Kind.SEGMENT), None)
    if known is None or rows is None or rows.dataset not in routes_from(model, known.dataset):
        return None
    name = f"{definition.dataset}.{definition.name}{_SIDES[1]}"
    less = _without_name(known, name, segments=(*known.segments, rows.name))
    return model.extended(metrics=(less,)), less


def _side(definition: Definition, model: SemanticModel, index: TermIndex) -> SemanticModel | None:
    """The model with one side of a ratio, a figure without a name, as its last metric."""
    read = read_definition(definition._replace(body=without_number(definition.body, index)), model, index)
    if read is None or read.computed is None or read.computed.ratio is not None:
        return None
    conditions = read.rows.conditions(model)
    rows = tuple(rows_of(read, owner, condition) for owner, condition in conditions.items())
    segments = (*read.computed.segments, *read.rows.segments, *(one.name for one in rows))
    counts = bool(segments) or HOW_MANY.search(definition.body) is not None
    expression = read.computed.expression or ("COUNT(*)" if counts else "")
    # 销售额/客户数: of all customers, or of those of these orders?
    if not expression or expression.startswith("COUNT(DISTINCT"):
        return None
    side = _side_of(definition, expression, model, segments, read.computed.time)
    return model.extended(segments=rows, metrics=(side,))
