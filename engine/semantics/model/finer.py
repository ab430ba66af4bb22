"""Figures that are known at a finer grain too: the sales of orders from the amounts of their lines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import takewhile

from chat2sql.config.vocabulary import Bilingual
from chat2sql.engine.semantics.model.joins import route, routes_from
from chat2sql.engine.semantics.model.semantic_model import (
    Dataset,
    Field,
    Metric,
    Origin,
    Role,
    SemanticModel,
    of_lines,
)
from chat2sql.engine.semantics.model.spelling import spelled

_LINES = re.compile(r"明细|行项|子项|items?$|lines?$|details?$", re.IGNORECASE)
_MONEY = re.compile(
    r"金额|净额|总价|小计|实收|应收|amount|(?:^|_)amt|total|subtotal|price_total", re.IGNORECASE
)
_PIECES = re.compile(r"^(?:quantity|qty|count|num)\b|数量|件数", re.IGNORECASE)
_TURNOVER = re.compile(r"销售额|营业额|营收|销售收入")
TURNOVER = (
    "销售额",
    "营收",
    "营收额",
    "营业额",
    "营业收入",
    "销售收入",
    "销售金额",
    "销售总额",
    "业绩",
    "业绩额",
)
"""What the main figure of a business is called."""
_OF_GOODS = "(?:商品|产品|品类|类目|分类|单品|品牌|SKU|货品)"
_BY_DIMENSION = re.compile(
    r"(?:按|分)?[㐀-鿿/、]{1,8}?(?:维度|层面|粒度|角度|口径|级别?|分析|统计|看|算)(?:时|下)?的?(?=[㐀-鿿]{2,})"
    rf"|{_OF_GOODS}(?:[/、和及]?{_OF_GOODS})*的?(?=[㐀-鿿]{{2,}})"
)
"""商品维度的, 按品类统计的, 品类/商品: from what side of the lines a figure is looked at."""
_PER_PIECE = re.compile(r"单价|unit|折扣|discount|成本|cost|(?<![含价])税|tax", re.IGNORECASE)


def finer_metrics(model: SemanticModel) -> tuple[Metric, ...]:
    """The sums of money that are known of each line too: 销售额 of orders from the amounts of their lines."""
    found = []
    for metric in model.metrics:
        of_money = _is_sum_of_money(metric, model)
        for lines in model.datasets:
            joins = [join for join in model.joins_from(lines.name) if join.target == metric.dataset]
            amount = amount_of(lines)
            told = _told_of_lines(metric, lines, model)
            if told is not None:
                found.append(told)
            elif len(joins) == 1 and amount is not None and are_lines(lines) and of_money:
                found.append(
                    metric.model_copy(
                        update={
                            "name": of_lines(metric.name, lines.name),
                            "dataset": lines.name,
                            "expression": f"SUM({spelled(lines.name, amount.name, model.dialect)})",
                            "synonyms": (),
                        }
                    )
                )
    return tuple(found)


def _told_of_lines(metric: Metric, lines: Dataset, model: SemanticModel) -> Metric | None:
    """What a comment defines as the same figure by what the lines are of: 商品维度的销售额=line_amt 合计."""
    if metric.origin is not Origin.COMMENT or metric.dataset not in routes_from(model, lines.name):
        return None
    told = next(
        (
            one
            for one in model.metrics
            if one.dataset == lines.name != metric.dataset
            and one.origin is Origin.COMMENT
            and (said := _BY_DIMENSION.match(one.label.zh)) is not None
            and is_same_figure(one.label.zh[said.end() :], metric.label.zh)
        ),
        None,
    )
    if told is None:
        return None
    return told.model_copy(
        update={
            "name": of_lines(metric.name, lines.name),
            "label": metric.label,
            "synonyms": (),
            "segments": told.segments or metric.segments,
            "time": told.time or metric.time,
        }
    )


def is_same_figure(one: str, other: str) -> bool:
    """Whether two names are of one figure: that of all that was sold has several."""
    return one == other or (one in TURNOVER and other in TURNOVER)


def _is_sum_of_money(metric: Metric, model: SemanticModel) -> bool:
    """Whether a metric sums up money of its own rows, one amount less another among it."""
    sums = re.fullmatch(r"SUM\(\(?([\w.]+(?: [-+] [\w.]+)*)\)?\)", metric.expression)
    if sums is None:
        return False
    columns = [column.rpartition(".") for column in re.split(" [-+] ", sums.group(1))]
    first = model.field(columns[0][0], columns[0][2])
    money = first is not None and (says_money(first) or _TURNOVER.search(metric.label.zh) is not None)
    return money and all(owner == metric.dataset for owner, _, _ in columns)


_VOLUME = frozenset({"销量", "销售量", "销售数量", "销售件数"})


def volumes(model: SemanticModel) -> tuple[Metric, ...]:
    """How much was sold: the quantities of the lines of what has a turnover, of the same rows."""
    found = []
    for lines in model.datasets:
        quantity = pieces_of(lines)
        owners = {lines.name, *(join.target for join in model.joins_from(lines.name))}
        turnovers = [
            metric
            for metric in model.metrics
            if metric.dataset in owners
            and _TURNOVER.search(metric.label.zh)
            and not (metric.is_of_lines or metric.less or _BY_DIMENSION.match(metric.label.zh))
        ]
        told = [one for one in model.metrics if one.dataset == lines.name and one.label.zh in _VOLUME]
        if len(turnovers) == 1 and told:
            found += [_sold(one, turnovers[0]) for one in told if one.origin is Origin.COMMENT]
        elif are_lines(lines) and quantity is not None and len(turnovers) == 1:
            found.append(
                Metric(
                    name=f"{lines.name}.销量",
                    label=Bilingual(zh="销量", en="units sold"),
                    synonyms=(
                        "销售量",
                        "销售数量",
                        "销售件数",
                        "quantity sold",
                        "sales volume",
                    ),
                    origin=Origin.NAME,
                    certainty=0.6,
                    dataset=lines.name,
                    expression=f"SUM({spelled(lines.name, quantity.name, model.dialect)})",
                    segments=turnovers[0].segments,
                    time=turnovers[0].time,
                )
            )
    return tuple(found)


def _sold(volume: Metric, turnover: Metric) -> Metric:
    """A volume that a comment defines, of the rows that count for turnover: 销量不算赠品."""
    segments = tuple(dict.fromkeys((*volume.segments, *turnover.segments)))
    return volume.model_copy(update={"segments": segments, "time": volume.time or turnover.time})


def says_money(field: Field) -> bool:
    """Whether a quantity is a sum of money, not a price of one piece."""
    said = f"{field.name} {field.label.zh} {field.label.en}"
    return _MONEY.search(said) is not None and _PER_PIECE.search(f"{field.name} {field.label.zh}") is None


def scale_of(field: Field | None) -> str:
    """What is planned is often written in ten thousands, what was done is not: the factor, as SQL."""
    return " * 10000" if field is not None and field.unit.startswith("万") else ""


def amount_of(dataset: Dataset) -> Field | None:
    """The only sum of money that a dataset has."""
    found = [field for field in dataset.fields if field.role is Role.MEASURE and says_money(field)]
    return found[0] if len(found) == 1 else None


def pieces_of(dataset: Dataset) -> Field | None:
    """The only number of pieces that a dataset has."""
    found = [
        field
        for field in dataset.fields
        if field.role is Role.MEASURE and _PIECES.search(f"{field.name} {field.label.zh}")
    ]
    return found[0] if len(found) == 1 else None


def header_of(model: SemanticModel, lines: str) -> str | None:
    """The dataset of whose rows those of another are the lines, as their names say: so_order of so_order_item."""
    dataset = model.dataset(lines)
    if dataset is None or not are_lines(dataset):
        return None
    own = lines.rpartition(".")[2].lower()
    alike = {
        join.target: sum(takewhile(bool, map(str.__eq__, own, join.target.rpartition(".")[2].lower())))
        for join in model.joins_from(lines)
        if join.target != lines
    }
    best = max(alike.values(), default=0)
    found = [name for name, length in alike.items() if length == best > 1]
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=4096)
def lines_between(model: SemanticModel, header: str, target: str) -> str | None:
    """The lines of a dataset that lead to another: those of orders, for products; None: there are none, or several."""
    found = [
        one
        for one in {join.source: None for join in model.relationships if join.target == header}
        if header_of(model, one) == header and route(model, one, target)
    ]
    return found[0] if len(found) == 1 and route(model, header, target) is None else None


def on_the_way(model: SemanticModel, base: str, targets: Iterable[str]) -> set[str]:
    """The datasets by way of which those of ``targets`` are had from ``base``, or from its lines."""
    lines = [join.source for join in model.relationships if header_of(model, join.source) == base]
    starts = [base, *lines]
    return {
        step.target
        for start in starts
        for target in targets
        if target != base
        for step in (routes_from(model, start).get(target) or ())[:-1]
    } - {base}


def are_lines(dataset: Dataset) -> bool:
    """Whether rows are the lines of something."""
    return any(_LINES.search(name) for name in (dataset.name, dataset.label.zh, dataset.label.en) if name)
