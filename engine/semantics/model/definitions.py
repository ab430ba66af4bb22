"""Definitions in comments, taken as they stand: 有效订单=已付款、已发货的订单；销售额=有效订单的订单金额合计.

What a definition says must be made of words that the schema has (fields, codes, names defined before it), of arithmetic
and of the few words that sum up. One that says anything else is left to the owner, never guessed at.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from chat2sql.config.vocabulary import Bilingual
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.codes import read_codes
from chat2sql.engine.schema.lexicon import has_han
from chat2sql.engine.semantics.model.finer import amount_of
from chat2sql.engine.semantics.model.joins import routes_from
from chat2sql.engine.semantics.model.semantic_model import (
    Additivity,
    Metric,
    Origin,
    Role,
    Segment,
    SemanticModel,
)
from chat2sql.engine.semantics.model.spelling import spelled
from chat2sql.engine.semantics.model.terms import Kind, Meaning, Mention, TermIndex, units_of

_CLAUSE = re.compile(r"[。；;\n]|\.\s|\s/\s")
_DEFINED = re.compile(
    r"^\s*(?:其中|注|说明|口径|定义)?[：:\s]*([^=＝:：，,、\s][^=＝:：，,、]{0,23}?)\s*(?:=|＝|:=|：=|定义为|指的是|是指|即)\s*(.{2,80})$"
)
_COUNTS_ONLY = re.compile(r"^\s*([^，,：:=＝只仅]{2,24}?)(?:只|仅)(?:统计|算|计算|计|包含|含)(.{2,60})$")
_ASIDE = re.compile(r"[(（][^()（）]*[)）]")
_LEFT_OUT = re.compile(r"^(?:不含|不包括|不计|剔除|排除|去除|未)(.*?)$|且?未(.*?)$")
_SUM = re.compile(r"合计|总和|之和|总计|求和|加总|汇总|累计|\bsum(?: of)?\b|\btotal(?: of)?\b", re.IGNORECASE)
_MEAN = re.compile(r"的?平均值?|均值|\baverage(?: of)?\b", re.IGNORECASE)
_COUNT = re.compile(r"(?:去重)?(?:个数|计数|人数|笔数|单数|次数)|\bcount(?: of)?\b", re.IGNORECASE)
_FILLER = re.compile(
    r"^(?:的|之|和|与|及|或|为|是|等于|在|中|、|，|,|\s|those|the|of|and|or|with|ones|who|are|which)*$"
)
_OPERATORS = {
    said: symbol
    for symbol, words in (
        ("+", ("+", "＋", "加")),
        ("-", ("-", "－", "−", "减")),
        ("*", ("*", "×", "乘")),
        ("/", ("/", "÷", "除以")),
        ("(", ("(", "（")),
        (")", (")", "）")),
    )
    for said in words
}
_OPERATOR = re.compile("除以|[-+＋－−*×/÷()（）加减乘]")
_AMOUNT = re.compile(r"额|金额|费用|支出|收入|成本")
_PASSES = 3
_ROWS = ".rows"


class _Definition(NamedTuple):
    """What a comment defines: a name, of what it is made, and what else it says of that."""

    dataset: str
    name: str
    body: str
    also: tuple[str, ...] = ()
    counts_only: bool = False


def defined(model: SemanticModel, catalogue: Catalogue) -> SemanticModel:
    """The model with the segments and metrics that the comments of its tables and columns define."""
    waiting = _definitions(catalogue)
    for _ in range(_PASSES):
        left = []
        for definition in waiting:
            index = TermIndex(model)
            named = index.meanings(definition.name)
            if not definition.counts_only and any(
                one.kind is Kind.FIELD and one.weight == 1 for one in named
            ):
                continue
            segment = _segment(definition, model, index)
            if segment is None or definition.counts_only:
                segment = None
                rows = _rows_of(definition, model, index)
                model = model.extended(segments=(rows,)) if rows is not None else model
            metric = _metric(definition, model, index) if segment is None else None
            if segment is not None:
                model = model.extended(segments=(segment,))
            elif metric is not None:
                model = model.extended(metrics=(metric,))
            else:
                left.append(definition)
        waiting = left
    return model


def _definitions(catalogue: Catalogue) -> list[_Definition]:
    found = []
    for table in catalogue.tables:
        comments = [table.comment, *(column.comment for column in table.columns)]
        for comment in comments:
            if len(read_codes(comment)) > 1:
                continue
            for clause in _CLAUSE.split(comment):
                found += _in_clause(catalogue.key(table), clause)
    return found


def _in_clause(dataset: str, clause: str) -> list[_Definition]:
    """What a clause defines: 销售额=…，不含…; 采购额只统计已下达、已入库的采购单."""
    match = _DEFINED.match(clause)
    if match is not None:
        body, *also = _ASIDE.sub("", match.group(2)).split("，")
        return [_Definition(dataset, match.group(1).strip(), body.strip(), tuple(also))]
    match = _COUNTS_ONLY.match(clause)
    if match is None:
        return []
    body, *also = _ASIDE.sub("", match.group(2)).split("，")
    names = [name.strip() for name in match.group(1).split("、")]
    return [_Definition(dataset, name, body.strip(), tuple(also), counts_only=True) for name in names if name]


def _label(name: str) -> Bilingual:
    return Bilingual(zh=name, en="") if has_han(name) else Bilingual(zh="", en=name.lower())


def _segment(definition: _Definition, model: SemanticModel, index: TermIndex) -> Segment | None:
    """Rows that have one of some codes of one field: 已付款、已发货的订单."""
    mentions = _best(definition, index, model, definition.body)
    condition = _coded(definition, mentions, model)
    firsts = [mention.meanings[0] for mention in mentions]
    coded = {(one.dataset, one.name) for one in firsts if one.kind is Kind.CODE}
    fits = all(
        one.kind is Kind.CODE
        or (one.kind is Kind.FIELD and (one.dataset, one.name) in coded)
        or (one.kind is Kind.DATASET and one.dataset == definition.dataset)
        for one in firsts
    )
    if condition is None or not fits or not _only_filler(definition.body, mentions):
        return None
    return Segment(
        name=f"{definition.dataset}.{definition.name}",
        label=_label(definition.name),
        origin=Origin.COMMENT,
        certainty=0.9,
        dataset=definition.dataset,
        condition=condition,
    )


def _rows_of(definition: _Definition, model: SemanticModel, index: TermIndex) -> Segment | None:
    """The rows that a figure counts, where its definition names them by their codes: 已完成就诊的诊疗费合计."""
    mentions = _best(definition, index, model, definition.body)
    condition = _coded(definition, mentions, model)
    name = f"{definition.dataset}.{definition.name}{_ROWS}"
    has_figure = definition.counts_only or any(
        _is_figure_field(model, mention.meanings[0]) for mention in mentions
    )
    if condition is None or not has_figure or model.segment(name) is not None:
        return None
    words = [mention.text.replace(" ", "") for mention in mentions if mention.meanings[0].kind is Kind.CODE]
    return Segment(
        name=name,
        label=_label("、".join(words)),
        origin=Origin.COMMENT,
        certainty=0.9,
        dataset=definition.dataset,
        condition=condition,
    )


def _coded(definition: _Definition, mentions: list[Mention], model: SemanticModel) -> str | None:
    """The condition on the codes that are named, if they are of one field of the definition's own dataset."""
    codes = [one for mention in mentions for one in mention.meanings[:1] if one.kind is Kind.CODE]
    fields = {(one.dataset, one.name) for one in codes}
    if len(fields) != 1:
        return None
    ((dataset, name),) = fields
    field = model.field(dataset, name)
    if dataset != definition.dataset or field is None:
        return None
    values = ", ".join(f"'{code.code}'" if _is_text(field.type) else code.code for code in codes)
    return f"{spelled(dataset, name, model.dialect)} IN ({values})"


def _is_text(type_: str) -> bool:
    return re.search(r"char|text|enum|string", type_, re.IGNORECASE) is not None


def _metric(definition: _Definition, model: SemanticModel, index: TermIndex) -> Metric | None:
    mentions = _best(definition, index, model, definition.body)
    firsts = [mention.meanings[0] for mention in mentions]
    metrics = [one for one in firsts if one.kind is Kind.METRIC]
    over = model.metric(metrics[0].name) if metrics else None
    is_own = over is not None and over.dataset == definition.dataset
    if is_own and len(metrics) == 2 and len(firsts) == 2 and re.search(r"[/÷]|除以", definition.body):
        return _named_metric(
            definition,
            numerator=metrics[0].name,
            denominator=metrics[1].name,
            additivity=Additivity.NON_ADDITIVE,
        )
    if definition.counts_only:
        return _of_counted_rows(definition, model, firsts)
    segments = tuple(one.name for one in firsts if one.kind is Kind.SEGMENT)
    rows = f"{definition.dataset}.{definition.name}{_ROWS}"
    if model.segment(rows) is not None:
        segments = (*segments, rows)
        firsts = [one for one in firsts if one.kind is not Kind.CODE]
    fields = [one for one in firsts if one.kind is Kind.FIELD]
    if not fields or any(one.kind not in (Kind.FIELD, Kind.SEGMENT, Kind.DATASET) for one in firsts):
        return None
    expression = _arithmetic(definition.body, mentions, model)
    if expression is None:
        return None
    is_ratio = "NULLIF" in expression or expression.startswith("AVG")
    return _named_metric(
        definition,
        expression=expression,
        segments=segments,
        additivity=Additivity.NON_ADDITIVE if is_ratio else Additivity.ADDITIVE,
        time=None,
    )


def _of_counted_rows(definition: _Definition, model: SemanticModel, firsts: list[Meaning]) -> Metric | None:
    """A figure of which only the rows are told: the sum of money of its dataset."""
    rows = f"{definition.dataset}.{definition.name}{_ROWS}"
    dataset = model.dataset(definition.dataset)
    amount = amount_of(dataset) if dataset is not None and _AMOUNT.search(definition.name) else None
    segments = tuple(one.name for one in firsts if one.kind is Kind.SEGMENT)
    segments += (rows,) if model.segment(rows) is not None else ()
    if amount is None or not segments:
        return None
    return _named_metric(
        definition,
        expression=f"SUM({spelled(definition.dataset, amount.name, model.dialect)})",
        segments=segments,
    )


def _named_metric(definition: _Definition, **told: object) -> Metric:
    return Metric.model_validate(
        {
            "name": f"{definition.dataset}.{definition.name}",
            "label": _label(definition.name),
            "origin": Origin.COMMENT,
            "certainty": 0.9,
            "dataset": definition.dataset,
            **told,
        }
    )


def _arithmetic(body: str, mentions: list[Mention], model: SemanticModel) -> str | None:
    """The aggregate that a definition computes from fields; None where it says more than arithmetic."""
    units = units_of(body)
    pieces: list[str] = []
    place = 0
    how = "SUM"
    for mention in mentions:
        meaning = mention.meanings[0]
        between = body[place : units[mention.first].start]
        if not _joined(between, pieces):
            return None
        if meaning.kind is Kind.FIELD:
            pieces.append(spelled(meaning.dataset, meaning.name, model.dialect))
        place = units[mention.after - 1].end
    rest = body[place:]
    if _MEAN.search(body):
        how = "AVG"
    elif _COUNT.search(rest):
        how = "COUNT"
    if not _joined(_COUNT.sub("", _MEAN.sub("", rest)), pieces):
        return None
    text = " ".join(pieces)
    if not text or text.count("(") != text.count(")"):
        return None
    if how == "COUNT":
        return f"COUNT(DISTINCT {text})" if "去重" in body else f"COUNT({text})"
    if how == "SUM" and re.search(r" / ", text) and "(" not in text:
        above, _, below = text.partition(" / ")
        return f"SUM({above}) * 1.0 / NULLIF(SUM({below}), 0)" if "/" not in below else None
    return f"{how}({text})"


def _joined(between: str, pieces: list[str]) -> bool:
    """Whether what stands between two fields is an operator or nothing that matters; the operator joins the pieces."""
    bare = _SUM.sub("", _MEAN.sub("", between))
    operators = [_OPERATORS[found] for found in _OPERATOR.findall(bare)]
    pieces.extend(operators)
    return _FILLER.match(_OPERATOR.sub("", bare)) is not None


def _best(definition: _Definition, index: TermIndex, model: SemanticModel, text: str) -> list[Mention]:
    """The longest phrases that the definition's own dataset, or one that it has one of, gives a meaning."""
    reach = routes_from(model, definition.dataset)
    found: list[Mention] = []
    for mention in sorted(index.mentions(units_of(text)), key=lambda one: one.first - one.after):
        if any(mention.first < other.after and other.first < mention.after for other in found):
            continue
        near = [one for one in mention.meanings if one.dataset in reach and one.kind is not Kind.JOIN]
        if near:
            near.sort(key=lambda one: (len(reach[one.dataset]), not _is_figure(model, one), -one.weight))
            found.append(mention._replace(meanings=tuple(near)))
    return sorted(found, key=lambda one: one.first)


def _is_figure_field(model: SemanticModel, meaning: Meaning) -> bool:
    return meaning.kind is Kind.FIELD and _is_figure(model, meaning)


def _is_figure(model: SemanticModel, meaning: Meaning) -> bool:
    field = model.field(meaning.dataset, meaning.name) if meaning.kind is Kind.FIELD else None
    return meaning.kind is not Kind.FIELD or (field is not None and field.role is Role.MEASURE)


def _only_filler(text: str, mentions: list[Mention]) -> bool:
    units, place, rest = units_of(text), 0, ""
    for mention in mentions:
        rest += text[place : units[mention.first].start]
        place = units[mention.after - 1].end
    return _FILLER.match(rest + text[place:]) is not None
