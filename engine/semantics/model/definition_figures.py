"""What a definition computes: 订单金额合计, 单价*数量, avg(分数), 销售额/订单数, SUM(CASE WHEN ...), and by which time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from chat2sql.engine.semantics.model.joins import key_to
from chat2sql.engine.semantics.model.semantic_model import Dataset, Field, Metric, Role, SemanticModel
from chat2sql.engine.semantics.model.spelling import spelled
from chat2sql.engine.semantics.model.terms import Kind, Meaning, Mention, Unit

_SUM = re.compile(
    r"合计|总和|之和|总计|求和|加总|汇总|累计|总额|\bsum(?: of)?\b|\btotal(?: of)?\b", re.IGNORECASE
)
_MEAN = re.compile(r"的?平均值?|均值|\b(?:average|avg|mean)(?: of)?\b", re.IGNORECASE)
_COUNT = re.compile(r"(?:去重)?(?:个数|计数|人数|笔数|单数|次数|数量)|\bcount(?: of)?\b", re.IGNORECASE)
_DISTINCT = re.compile(r"去重|distinct", re.IGNORECASE)
_FILLER = re.compile(
    r"[一二两三四五六七八九]种|一律|统一|时间|看(?=\s|$)|脏(?=数据)|认|各?行(?=\s|[，,]|$)|的[人店户](?=\s|[，,]|$)|已(?=\s|$)|折(?:合|算)?(?:成|为)?人民币后?|本表|该表|归属(?:日期|月份|时间|期间|期)?|归[月日年期集到属入]+|单头|主表|头表|同一?批(?:账单|订单|单据)?|当[月期]|本期|统计|计算|核算|确认|为准|口径|金额|表|所有|全部|全体|的|之|和|与|及|或|为|是|等于|在|中|里|时|外|以|按照?|"
    r"均(?=只|仅|按|限|以|\s)|取|用|只|仅|且|并|须|需|必须|状态|这些|部分|记录|单据|单子|数据|业务|净|即|等|也|都|算|计|where|from|those|the|of|and|or|with|ones|who|are|"
    r"which|for|in|all|only|orders?|rows?|订单|日期|时间|月份|单|以?外|之外|以后|之后",
    re.IGNORECASE,
)
_PUNCTUATION = re.compile(r"[\s、，,：:。.；;'\"“”‘’]+")
_BY = re.compile(r"(?:按照?|以|根据|依|看|认|\bby|\bon)\s*[㐀-鿿]{0,3}\s*$")
_EMPTY = re.compile(r"[(]\s*[)]")
_ALONE = re.compile(r"[(]([\ue000-\uf8ff])[)]")
_OPERATORS = {
    said: symbol
    for symbol, words in (
        ("+", ("+", "＋", "加上", "加")),
        ("-", ("-", "－", "−", "减去", "扣掉", "扣减", "减")),
        ("*", ("*", "×", "乘以", "乘")),
        ("/", ("/", "÷", "除以")),
        ("(", ("(", "（")),
        (")", (")", "）")),
    )
    for said in words
}
_OPERATOR = re.compile("|".join(re.escape(one) for one in sorted(_OPERATORS, key=len, reverse=True)))
_PLACE = 0xE000
"""From here on, in a text, characters that no text has stand for what is computed with."""


_HOW_MANY = "去重个数"
"""Written behind what is counted in place of its number."""


class Computed(NamedTuple):
    """What a definition computes.

    Attributes:
        expression: the aggregate; empty: nothing is said of it.
        ratio: two metrics, one over the other.
        segments: what restricts the metrics that it is made of.
        time: the field that places it in time, as ``dataset.field``.
    """

    expression: str = ""
    ratio: tuple[str, str] | None = None
    segments: tuple[str, ...] = ()
    time: str | None = None


def computed_in(
    text: str, units: Sequence[Unit], mentions: Sequence[Mention], dataset: Dataset, model: SemanticModel
) -> Computed | None:
    """Read it from what the conditions have left of a definition; None: it says more than arithmetic.

    Args:
        text: the definition, its conditions blanked.
        mentions: its words that the model knows, each with its best meaning first.
    """
    written = text
    operands: list[Meaning] = []
    times: list[Meaning] = []
    for mention in reversed(mentions):
        start, end = units[mention.first].start, units[mention.after - 1].end
        if not text[start:end].strip():
            continue
        meaning = _things_counted(mention.meanings[0], dataset, model)
        if (
            _is_told_twice(mention, meaning, mentions)
            and model.field(meaning.dataset, meaning.name) is not None
        ):
            # 实付金额 pay_amount names one field twice.
            written = written[:start] + " " + written[end:]
            continue
        known = model.field(meaning.dataset, meaning.name) if meaning.kind is Kind.FIELD else None
        said = " "
        if meaning is not mention.meanings[0]:
            said = f" {chr(_PLACE + len(operands))} {_HOW_MANY}"
            operands.append(meaning)
        elif known is not None and _is_never_summed(known, text):
            pass
        elif meaning.kind is Kind.METRIC or (known is not None and known.role is not Role.TIME):
            said = chr(_PLACE + len(operands))
            operands.append(meaning)
        elif known is not None and _BY.search(text[:start]):
            times.append(meaning)
        elif meaning.kind is not Kind.DATASET:
            return None
        written = written[:start] + said + written[end:]
    if len({(one.dataset, one.name) for one in times}) > 1:
        return None
    time = spelled(times[0].dataset, times[0].name, model.dialect) if times else None
    return _arithmetic(written, operands, time, dataset, model)


def _is_never_summed(known: Field, text: str) -> bool:
    """采购单 is the purchase, whatever column numbers or names it; 已付款、已发货两种状态 says of what the codes are."""
    if known.role is Role.CATEGORY and known.codes:
        return True
    return known.role in (Role.KEY, Role.NAME) and not _COUNT.search(text)


def _is_told_twice(mention: Mention, meaning: Meaning, mentions: Sequence[Mention]) -> bool:
    """Whether the word before it names the same field: 到账时间pay_time."""
    return any(other.after == mention.first and other.meanings[0].name == meaning.name for other in mentions)


def _things_counted(meaning: Meaning, dataset: Dataset, model: SemanticModel) -> Meaning:
    """The number of customers, of the rows of orders, is that of the customers that they name."""
    metric = model.metric(meaning.name) if meaning.kind is Kind.METRIC else None
    if metric is None or metric.expression != "COUNT(*)" or metric.dataset == dataset.name:
        return meaning
    key = key_to(model, dataset.name, metric.dataset)
    return Meaning(kind=Kind.FIELD, dataset=dataset.name, name=key) if key is not None else meaning


def _arithmetic(
    text: str, operands: list[Meaning], time: str | None, dataset: Dataset, model: SemanticModel
) -> Computed | None:
    said = text
    for words in (_SUM, _COUNT, _MEAN, _DISTINCT):
        said = words.sub(" ", said)
    pieces: list[str] = []
    place = 0
    for match in re.finditer(rf"[\ue000-\uf8ff]|{_OPERATOR.pattern}", said):
        if _PUNCTUATION.sub("", _FILLER.sub("", said[place : match.start()])):
            return None
        pieces.append(_OPERATORS.get(match.group(), match.group()))
        place = match.end()
    if _PUNCTUATION.sub("", _FILLER.sub("", said[place:])):
        return None
    written = "".join(pieces)
    while _EMPTY.search(written) or _ALONE.search(written):
        written = _ALONE.sub(r"\1", _EMPTY.sub("", written))
    if not written:
        return Computed(time=time)
    written = _once(written, operands)
    if not _is_formula(written) or _sets_one_against_itself(written, operands):
        return None
    metrics = [_metric_of(operands, char, model) for char in written if ord(char) >= _PLACE]
    if any(metric is not None for metric in metrics):
        told = _with_metrics(written, operands, metrics, dataset, model)
        return told._replace(time=time or told.time) if told is not None else None
    how = "AVG" if _MEAN.search(text) else "COUNT" if _COUNT.search(text) else "SUM"
    spelling = {
        char: spelled(meaning.dataset, meaning.name, model.dialect)
        for char in written
        if ord(char) >= _PLACE
        for meaning in [operands[ord(char) - _PLACE]]
    }
    spaced = re.sub(r"([-+*/])", r" \1 ", written)
    formula = "".join(spelling.get(char, char) for char in spaced)
    return Computed(
        expression=_aggregated(formula, how, is_distinct=_DISTINCT.search(text) is not None), time=time
    )


def _once(written: str, operands: list[Meaning]) -> str:
    """实付金额扣掉运费，即 pay_amt - freight_amt: a formula said in words and then as columns."""
    half = len(written) // 2
    said = [
        (one.dataset, one.name) if ord(char) >= _PLACE and (one := operands[ord(char) - _PLACE]) else char
        for char in written
    ]
    return written[:half] if half > 1 and said[:half] == said[half:] else written


def _is_formula(written: str) -> bool:
    """Whether operands and operators alternate, and brackets close."""
    bare = re.sub(r"[()]", "", written)
    shape = re.fullmatch(r"[\ue000-\uf8ff](?:[-+*/][\ue000-\uf8ff])*", bare)
    return shape is not None and written.count("(") == written.count(")")


def _sets_one_against_itself(written: str, operands: list[Meaning]) -> bool:
    """已付款金额-已退款金额: of one quantity for two kinds of rows."""
    used = [operands[ord(char) - _PLACE] for char in written if ord(char) >= _PLACE]
    alike = len({(one.dataset, one.name) for one in used}) < len(used)
    return alike and re.search("[-/]", written) is not None


def _metric_of(operands: list[Meaning], char: str, model: SemanticModel) -> Metric | None:
    meaning = operands[ord(char) - _PLACE]
    return model.metric(meaning.name) if meaning.kind is Kind.METRIC else None


def _of_metrics(written: str, metrics: list[Metric | None], dataset: Dataset) -> Computed | None:
    """A ratio of two metrics, or a difference of two of the same rows."""
    known = [metric for metric in metrics if metric is not None]
    if len(known) == len(metrics) == 1 and known[0].dataset == dataset.name and known[0].expression:
        return Computed(expression=known[0].expression, segments=known[0].segments, time=known[0].time)
    if len(known) != 2 or len(metrics) != 2 or known[0].dataset != dataset.name:
        return None
    if "/" in written:
        alike = known[0].dataset == known[1].dataset and known[0].time == known[1].time
        return Computed(ratio=(known[0].name, known[1].name), time=known[0].time if alike else None)
    operator = "-" if "-" in written else "+"
    alike = known[0].dataset == known[1].dataset and known[0].segments == known[1].segments
    if not alike or not (known[0].expression and known[1].expression) or "*" in written:
        return None
    return Computed(
        expression=f"{known[0].expression} {operator} {known[1].expression}",
        segments=known[0].segments,
        time=known[0].time,
    )


def _with_metrics(
    written: str,
    operands: list[Meaning],
    metrics: list[Metric | None],
    dataset: Dataset,
    model: SemanticModel,
) -> Computed | None:
    """What is made of metrics, or of a metric and the sum of a quantity of the same rows: 已缴合计/应收合计,
    销售额-数量*成本."""
    less = _less_product(written, operands, metrics, dataset, model)
    if less is not None:
        return less
    if len(metrics) != 2 or metrics.count(None) != 1:
        return _of_metrics(written, metrics, dataset)
    plain = next(one for one in operands if one.kind is not Kind.METRIC)
    field = model.field(plain.dataset, plain.name)
    if field is None or field.role is not Role.MEASURE:
        # 销售额/客户数 counts customers, and does not sum up their numbers.
        return None
    metric = next(one for one in metrics if one is not None)
    if metric.dataset != dataset.name or not metric.expression or "*" in written:
        return None
    if "/" not in written:
        return _less_or_more(written, operands, metric, model)
    above, below = (
        metric.expression
        if known is not None
        else f"SUM({spelled(meaning.dataset, meaning.name, model.dialect)})"
        for known, meaning in (
            (known, operands[ord(char) - _PLACE])
            for known, char in zip(metrics, (char for char in written if ord(char) >= _PLACE), strict=True)
        )
    )
    return Computed(
        expression=f"{above} * 1.0 / NULLIF({below}, 0)", segments=metric.segments, time=metric.time
    )


def _less_product(
    written: str,
    operands: list[Meaning],
    metrics: list[Metric | None],
    dataset: Dataset,
    model: SemanticModel,
) -> Computed | None:
    """A metric less the sum of a product of each of its rows."""
    metric, *others = metrics
    shape = re.fullmatch(r"[\ue000-\uf8ff]([-+])([\ue000-\uf8ff](?:\*[\ue000-\uf8ff])+)", written)
    if shape is None or metric is None or not metric.expression or any(one is not None for one in others):
        return None
    product = [operands[ord(char) - _PLACE] for char in shape.group(2) if ord(char) >= _PLACE]
    if metric.dataset != dataset.name or any(one.dataset != dataset.name for one in product):
        return None
    summed = " * ".join(spelled(one.dataset, one.name, model.dialect) for one in product)
    return Computed(
        expression=f"{metric.expression} {shape.group(1)} COALESCE(SUM({summed}), 0)",
        segments=metric.segments,
        time=metric.time,
    )


def _less_or_more(
    written: str, operands: list[Meaning], metric: Metric, model: SemanticModel
) -> Computed | None:
    """A metric less the sum of a quantity of the same rows, or with it: 毛利=销售额-成本."""
    other = next(
        operands[ord(char) - _PLACE]
        for char in written
        if ord(char) >= _PLACE and operands[ord(char) - _PLACE].kind is not Kind.METRIC
    )
    if other.dataset != metric.dataset or not _is_metric(written[0], operands):
        return None
    operator = "-" if "-" in written else "+"
    summed = f"COALESCE(SUM({spelled(other.dataset, other.name, model.dialect)}), 0)"
    return Computed(
        expression=f"{metric.expression} {operator} {summed}", segments=metric.segments, time=metric.time
    )


def _is_metric(char: str, operands: list[Meaning]) -> bool:
    return ord(char) >= _PLACE and operands[ord(char) - _PLACE].kind is Kind.METRIC


def _aggregated(formula: str, how: str, *, is_distinct: bool) -> str:
    if how == "COUNT":
        return f"COUNT(DISTINCT {formula})" if is_distinct else f"COUNT({formula})"
    if how == "SUM" and " / " in formula and "(" not in formula:
        above, _, below = formula.partition(" / ")
        if "/" not in below:
            return f"SUM({above}) * 1.0 / NULLIF(SUM({below}), 0)"
    return f"{how}({formula})"
