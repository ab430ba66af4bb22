"""The rows that count for turnover, by the names that people have for them: 有效订单, 成交订单, 计入销售额的订单."""

from __future__ import annotations

from chat2sql.config.vocabulary import Bilingual
from chat2sql.engine.semantics.model.finer import TURNOVER, are_lines
from chat2sql.engine.semantics.model.semantic_model import Metric, Origin, Segment, SemanticModel
from chat2sql.engine.semantics.model.spelling import spelled
from chat2sql.engine.semantics.model.terms import TermIndex

_TURNOVER = (*TURNOVER, "GMV")
_ROWS = ("有效订单", "成交订单", "有效成交订单", "有效单", "成交单", "有效成交单", "有效成交")
_PROFIT = ("毛利", "毛利额", "利润", "毛利率", "毛利润率")
_BELOW = ".below"
_NUMBERS = (
    "成交订单数",
    "有效订单数",
    "成交单数",
    "有效单数",
    "成交笔数",
    "成交单量",
    "有效单量",
    "成交订单量",
)


def with_what_counts_as_sold(model: SemanticModel) -> SemanticModel:
    """The model whose turnover is defined, with the orders that count for it and their number, where nothing else is
    called so."""
    main = [
        one
        for one in model.metrics
        if one.label.zh in _TURNOVER and one.origin is Origin.COMMENT and one.segments and not one.is_of_lines
    ]
    if len({one.label.zh for one in main}) != 1:
        return model
    head = _head(main[0], model)
    if head is None:
        return model
    index = TermIndex(model)
    verbs = ("计入", "算", "算进", "算入", "计")
    called = (
        *_ROWS,
        *(f"{verb}{main[0].label.zh}{of}" for verb in verbs for of in ("的订单", "订单", "的单")),
    )
    rows = tuple(word for word in called if word not in model.unclear and not index.meanings(word))
    numbers = tuple(word for word in _NUMBERS if word not in model.unclear and not index.meanings(word))
    return model.extended(
        segments=(
            Segment(
                name=f"{head}.sold",
                label=Bilingual(zh=f"计入{main[0].label.zh}", en=""),
                synonyms=rows,
                origin=Origin.NAME,
                certainty=main[0].certainty,
                dataset=head,
                condition=" AND ".join(f"({one.condition})" for one in _rows_of(main[0], model)),
            ),
        ),
        metrics=(_number(main[0], head, numbers, model),) if numbers else (),
    )


def profit_as_turnover(model: SemanticModel) -> SemanticModel:
    """The model whose profit, defined without a word of rows or time, is that of what counts for turnover."""
    main = next((one for one in model.metrics if one.label.zh in _TURNOVER and one.time), None)
    if main is None:
        return model
    told = tuple(
        one.model_copy(update={"time": main.time})
        if one.segments
        else one.model_copy(
            update={"segments": main.segments, "time": main.time, "certainty": main.certainty}
        )
        for one in model.metrics
        if one.label.zh in _PROFIT
        and one.origin is Origin.COMMENT
        and one.expression
        and (not one.time or (one.time == main.time and not one.segments))
        and _reaches(one.dataset, main, model)
    )
    return model.extended(metrics=told) if told else model


def ratios_by_time_above(model: SemanticModel) -> SemanticModel:
    """The model whose ratios of the same rows are placed in time by what is above: orders are counted when their sales
    are, whatever was read first."""
    made: list[Metric] = []
    for ratio in model.metrics:
        above, below = model.metric(ratio.numerator or ""), model.metric(ratio.denominator or "")
        if above is None or below is None or above.dataset != below.dataset:
            continue
        if not above.time or above.time == (ratio.time or "") == (below.time or ""):
            continue
        if below.time != above.time:
            if below.expression != "COUNT(*)" or below.origin is Origin.COMMENT:
                continue
            below = below.model_copy(
                update={
                    "name": f"{ratio.name}{_BELOW}",
                    "label": Bilingual(zh="", en=""),
                    "synonyms": (),
                    "time": above.time,
                    "segments": below.segments or above.segments,
                }
            )
        made += [below, ratio.model_copy(update={"denominator": below.name, "time": above.time})]
    return model.extended(metrics=tuple(made)) if made else model


def _rows_of(main: Metric, model: SemanticModel) -> list[Segment]:
    """The segments of the rows that a figure counts."""
    return [segment for name in main.segments if (segment := model.segment(name)) is not None]


def _reaches(dataset: str, main: Metric, model: SemanticModel) -> bool:
    heads = {join.target for join in model.joins_from(dataset)} | {dataset}
    return all(segment.dataset in heads for segment in _rows_of(main, model))


def _head(main: Metric, model: SemanticModel) -> str | None:
    """The dataset of whose rows it is told which count; None: of its lines too, or of several."""
    owners = {segment.dataset for segment in _rows_of(main, model)}
    dataset = model.dataset(next(iter(owners))) if len(owners) == 1 else None
    if dataset is None or (are_lines(dataset) and dataset.time is None):
        return None
    return dataset.name if all(one.related is None for one in _rows_of(main, model)) else None


def _number(main: Metric, head: str, names: tuple[str, ...], model: SemanticModel) -> Metric:
    own = main.time if main.time and main.time.rpartition(".")[0] in ("", head) else None
    dataset = model.dataset(head)
    placed = dataset.time if dataset is not None else None
    return Metric(
        name=f"{head}.sold_count",
        label=Bilingual(zh=names[0], en=""),
        synonyms=names[1:],
        origin=Origin.NAME,
        certainty=main.certainty,
        dataset=head,
        expression="COUNT(*)",
        segments=(f"{head}.sold",),
        time=own or (spelled(head, placed, model.dialect) if placed else None),
    )
