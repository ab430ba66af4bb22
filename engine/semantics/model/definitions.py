"""Definitions in comments, taken as they stand: 有效订单=已付款、已发货的订单；销售额=有效订单的订单金额合计.

What a definition says must be made of words that the schema has (fields, codes, names defined before it), of arithmetic
and of the few words that sum up. One that says anything else is left to the owner, never guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from chat2sql.config.vocabulary import Bilingual
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.schema.lexicon import has_han, singular
from chat2sql.engine.semantics.model.definition_figures import Computed, as_sql, computed_in
from chat2sql.engine.semantics.model.definition_rows import Rows, RowsReader
from chat2sql.engine.semantics.model.definition_texts import Definition, definitions
from chat2sql.engine.semantics.model.finer import amount_of, pieces_of
from chat2sql.engine.semantics.model.joins import routes_from
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
from chat2sql.engine.semantics.model.spoken_forms import says_little
from chat2sql.engine.semantics.model.terms import Kind, Meaning, Mention, TermIndex, Unit, units_of

_AMOUNT = re.compile(r"额|金额|费用|支出|收入|成本|GMV|sales|revenue|turnover|amount", re.IGNORECASE)
_FIGURE = re.compile(
    r"[额率价费量]$|费用|天数|时长|工时|金额|收入|支出|成本|利润|毛利|GMV|sales|revenue|turnover|amount",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"[(（][^()（）]*(?:[也都仍还]算|算在内|\w+\.\w+\s*(?:=|为|是)\s*['\"]?\w+['\"]?)[^()（）]*[)）]"
)
_NO_CHANGE = re.compile(
    r"[，,、]\s*(?:(?:不扣|未扣|不减|不另扣)[^，,、；;]*|(?:折|税|优惠)[后前](?=[，,、；;]|$)|(?:不?含税)(?=[，,、；;]|$))"
)
_CODED = re.compile(
    r"(?P<word>[㐀-鿿]{2,8})\s*[(（]\s*(?P<column>[A-Za-z_]\w*)\s*(?:=|＝|为|是)\s*['\"]?(?P<code>\w+)['\"]?\s*[)）]"
)
_UNIT = re.compile(
    r"[，,]\s*(?:单位\s*[:：为]?\s*)?(?:[万亿千百]?元|分|[万千百]?件|个|次|天|小时|分钟|%|％|百分比|小数)\s*$"
)
_AMOUNTS_ASIDE = re.compile(
    r"(?:^|(?<=[，,、；;(（\s]))(?:且|均|也)?(?:不含|不包含|不包括|不计|不算|含|已含|包含|包括)"
    r"(?P<what>[㐀-鿿]{1,6}?)(?=[，,、；;)）]|$)"
)
_FEES = re.compile(
    r"^(?:运费|邮费|配送费|税|税费|税额|押金|手续费|服务费|优惠|折扣|退货|退款|红包|积分抵扣)$"
)
_SAYS_WHICH = re.compile(
    r"[加减乘扣补另只仅不非除未没无前后内外超过满至少多于以上以下大小于等>=<]|平均|去重|累计|比|率|[0-9]"
)
_OF_ROWS = re.compile(r"^\s*[㐀-鿿]{0,4}[行单表条](?=\s+[A-Za-z_]\w*\s*(?:之和|合计|总和|求和|加总|累计))")
"""费用行 amt 之和: the rows are those of the table."""
_BY = re.compile(r"[，,；;][^，,；;]{0,4}按照?[^，,；;]{0,4}$")
_BEHIND = re.compile(
    r"(?<![^，,；;])([^，,；;]{2,40}?)(?:都|均|需|要|须|应|一律|全部)?(?:不(?:计入|计|算|纳入)(?:在内|入)?[^，,；;]{0,6}"
    r"|剔除|排除|除外|去掉|刨除)(?=[，,、；;]|$)"
)
_BY_TIME = re.compile(r"(?:按照?|以)(?P<time>(?P<of>[㐀-鿿]{2,6}?)(?:日期|时间|日))")
_TIMED = re.compile(r"天数|时长|工时|小时数|次数|人数$")
_PIECES = re.compile(r"量$|件数$")
_AMOUNT_IS = re.compile(r"(?<![㐀-鿿])(?:金额|数值|数额)(?:统一)?(?:用|取|以|按|为|是)")
_PAUSE = re.compile("[，,。；;、()（）]")
_LENGTH_COUNTS = 1.25
_PASSES = 3
_ROWS = ".rows"
_WEAK = 0.75
"""Up to here a word only resembles what it may stand for."""
_CERTAINTY = 0.9


class _Read(NamedTuple):
    """A definition with what its words mean."""

    definition: Definition
    dataset: Dataset
    rows: Rows
    computed: Computed | None
    """None: it says something that is neither rows nor arithmetic."""


def defined(model: SemanticModel, catalogue: Catalogue) -> SemanticModel:
    """The model with the segments and metrics that the comments of its tables and columns define."""
    waiting = definitions(catalogue)
    index = TermIndex(model)
    for _ in range(_PASSES):
        left = []
        for definition in waiting:
            extended = _with(definition, model, index)
            if extended is None:
                left.append(definition)
            else:
                model, index = extended, TermIndex(extended)
        if len(left) == len(waiting):
            break
        waiting = left
    return model.extended(unclear=tuple(one.name for one in waiting if _is_unclear(one, model, index)))


def _is_unclear(definition: Definition, model: SemanticModel, index: TermIndex) -> bool:
    """Whether a name is one of the business's own that no other entry has: 活跃业主, 逾期账单."""
    if any(one.weight > _WEAK for one in index.meanings(definition.name)) or not has_han(definition.name):
        return False
    read = _read(definition, model, index)
    # What speaks of nothing that the schema has is a remark, no definition.
    return read is not None and (bool(read.rows.conditions(model)) or read.rows.text != definition.body)


def _with(definition: Definition, model: SemanticModel, index: TermIndex) -> SemanticModel | None:
    """The model with what is defined; None: not all of it is understood, or it has a field of that name."""
    if _is_known(definition, model, index):
        return None
    like = _metric_called(definition.like, model)
    if definition.like and like is None:
        return None
    read = _read(definition, model, index)
    if read is None or read.computed is None:
        return None
    if like is not None:
        read = _with_rows_of(like, read, read.computed, model)
    assert read.computed is not None
    conditions = read.rows.conditions(model)
    if not read.computed.expression and not read.computed.ratio and not _FIGURE.search(definition.name):
        segment = _segment(read, conditions, model)
        return model.extended(segments=(segment,)) if segment is not None else None
    rows = tuple(_rows(read, owner, condition) for owner, condition in conditions.items())
    metric = _metric(read, rows, model)
    if metric is None:
        return None
    same = _same(metric, rows, model)
    return (
        model.extended(segments=rows, metrics=(metric,)) if same is None else model.extended(metrics=(same,))
    )


def _metric_called(name: str, model: SemanticModel) -> Metric | None:
    return next((one for one in model.metrics if name and one.label.zh == name and one.expression), None)


def _with_rows_of(like: Metric, read: _Read, computed: Computed, model: SemanticModel) -> _Read:
    """The definition over the rows that another one counts, as far as each of its rows has one of them."""
    reach = routes_from(model, read.definition.dataset)
    known = [segment for name in like.segments if (segment := model.segment(name)) is not None]
    read.rows.segments += [one.name for one in known if one.dataset in reach]
    time = like.time if like.dataset == read.definition.dataset else None
    computed = computed._replace(time=computed.time or time)
    if not computed.expression and not read.definition.body:
        computed = computed._replace(expression="COUNT(*)")
    return read._replace(computed=computed)


def _is_known(definition: Definition, model: SemanticModel, index: TermIndex) -> bool:
    name = f"{definition.dataset}.{definition.name}"
    if model.metric(name) is not None or model.segment(name) is not None or says_little(definition.name):
        return True
    named = [one for one in index.meanings(definition.name) if one.weight == 1]
    blocking = {Kind.DATASET} if definition.counts_only else {Kind.DATASET, Kind.FIELD}
    return any(
        one.kind in blocking or (one.kind is Kind.CODE and one.dataset == definition.dataset) for one in named
    )


def _read(definition: Definition, model: SemanticModel, index: TermIndex) -> _Read | None:
    dataset = model.dataset(definition.dataset)
    if dataset is None:
        return None
    raw = as_sql(_AMOUNT_IS.sub(" ", definition.body), dataset, model)
    body = _UNIT.sub("", _NO_CHANGE.sub("", raw.rest))
    body = _as_coded(body, dataset)
    body = _BEHIND.sub(r"不含\1", _ASIDE.sub(" ", body))
    body = _AMOUNTS_ASIDE.sub(
        lambda match: "" if _is_amount(match["what"], dataset, model, index) else match.group(), body
    )
    reader = RowsReader(body, dataset, model)
    rows = reader.rows
    units = units_of(rows.text)
    mentions = _best(rows.text, units, definition, index, model)
    reader.read_words(units, mentions)
    rows.text = _without_remarks(rows.text, units, mentions, model)
    of_rows = _OF_ROWS.match(rows.text)
    if of_rows is not None:
        rows.text = " " * of_rows.end() + rows.text[of_rows.end() :]
    computed = computed_in(rows.text, units, mentions, dataset, model)
    if raw.expression and computed is not None:
        computed = computed._replace(expression=raw.expression) if not computed.expression else None
    return _Read(definition, dataset, rows, computed)


def _as_coded(body: str, dataset: Dataset) -> str:
    """The text without the conditions in brackets that say a word's code: 外包人员(emp_type=3)."""

    def plain(match: re.Match[str]) -> str:
        field = dataset.field(match["column"].lower())
        codes = field.codes if field is not None else ()
        meant = [word for one in codes if one.code == match["code"] for word in one.words]
        said = [word for word in meant if match["word"].startswith(word)]
        return said[0] if said else match.group()

    return _CODED.sub(plain, body)


def _is_amount(word: str, dataset: Dataset, model: SemanticModel, index: TermIndex) -> bool:
    """Whether what is not in a figure is another amount, and no rows of it: 不含运费, 不含退货."""
    near = [one for one in index.meanings(word) if one.dataset in routes_from(model, dataset.name)]
    if any(one.kind in (Kind.CODE, Kind.SEGMENT) for one in near):
        return False
    fields = [field for one in near if (field := model.field(one.dataset, one.name)) is not None]
    fields += [field for field in dataset.fields if field.label.zh.startswith(word)]
    if any(field.role in (Role.FLAG, Role.CATEGORY) for field in fields):
        return False
    return bool(_FEES.match(word)) or any(field.role is Role.MEASURE for field in fields)


def _without_remarks(text: str, units: list[Unit], mentions: list[Mention], model: SemanticModel) -> str:
    """The text without clauses that name nothing of the schema and restrict nothing (以财务确认为准, 每日更新), or say
    only by what people group it (大区按收货城市)."""
    named = [
        units[mention.first].start
        for mention in mentions
        if not (_BY.search(text[: units[mention.first].start]) and _is_no_time(mention.meanings[0], model))
    ]
    place = 0
    for clause in re.split(r"([，,；;、。()（）])", text)[:]:
        start, place = place, place + len(clause)
        names = any(start <= at < place for at in named)
        if start and not names and clause.strip() and len(clause) > 1 and not _SAYS_WHICH.search(clause):
            text = text[:start] + " " * len(clause) + text[place:]
    return text


def _is_no_time(meaning: Meaning, model: SemanticModel) -> bool:
    field = model.field(meaning.dataset, meaning.name) if meaning.kind is Kind.FIELD else None
    return field is not None and field.role in (Role.KEY, Role.NAME, Role.TEXT, Role.CATEGORY)


def _segment(read: _Read, conditions: dict[str, str], model: SemanticModel) -> Segment | None:
    """Rows that have a name: 有效订单=已付款、已发货."""
    own = read.definition.dataset
    known = [segment for name in read.rows.segments if (segment := model.segment(name)) is not None]
    told = " AND ".join([*(segment.condition for segment in known), *conditions.values()])
    # What other tables hold is no property of these rows.
    is_own = conditions.keys() <= {own} and all(segment.dataset == own for segment in known)
    if not told or read.definition.counts_only or not is_own:
        return None
    return Segment(
        name=f"{read.definition.dataset}.{read.definition.name}",
        label=_label(read.definition.name),
        synonyms=_without_thing(read),
        origin=Origin.COMMENT,
        certainty=_CERTAINTY,
        dataset=read.definition.dataset,
        condition=told,
    )


def _without_thing(read: _Read) -> tuple[str, ...]:
    """在管 for 在管项目."""
    name = read.definition.name
    called = [read.dataset.label.zh, *read.dataset.synonyms]
    stems = {name.removesuffix(thing) for thing in (*called, "单", "订单") if thing and name.endswith(thing)}
    stems = {stem for stem in stems if len(stem) > 1}
    # 有效单 of 运单 are 有效运单.
    whole = {f"{stem}{thing}" for stem in stems for thing in called if has_han(thing)} - {name}
    return tuple(sorted(stems | whole | set(_others(read.definition))))


def _others(definition: Definition) -> tuple[str, ...]:
    """What else is defined: 销售额(=营收、收入)."""
    return tuple(word for word in re.split(r"[、,，/和或\s]+", definition.also) if len(word) > 1)


def _rows(read: _Read, owner: str, condition: str) -> Segment:
    """The rows that a figure counts, where its definition says so itself."""
    return Segment(
        name=f"{owner}.{read.definition.name}{_ROWS}",
        label=_label("、".join(dict.fromkeys(read.rows.words))),
        origin=Origin.COMMENT,
        certainty=_CERTAINTY,
        dataset=owner,
        condition=condition,
    )


def _metric(read: _Read, rows: tuple[Segment, ...], model: SemanticModel) -> Metric | None:
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
        label=_label(read.definition.name),
        synonyms=_others(read.definition),
        origin=Origin.COMMENT,
        certainty=_CERTAINTY,
        dataset=read.definition.dataset,
        expression=expression,
        numerator=numerator,
        denominator=denominator,
        segments=tuple(dict.fromkeys(segments)),
        time=computed.time,
        additivity=Additivity.NON_ADDITIVE if is_ratio else Additivity.ADDITIVE,
    )


def _same(metric: Metric, rows: tuple[Segment, ...], model: SemanticModel) -> Metric | None:
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


def _usual(read: _Read) -> Field | None:
    """What is summed up where only the rows are told: the money, or the pieces."""
    if _PIECES.search(read.definition.name):
        return pieces_of(read.dataset)
    if _TIMED.search(read.definition.name):
        return _called_like(read)
    return amount_of(read.dataset) if _AMOUNT.search(read.definition.name) else None


def _called_like(read: _Read) -> Field | None:
    """The only measure whose name the figure's name has in it: 请假天数 is the 天数 of leave."""
    found = [
        field
        for field in read.dataset.fields
        if field.role is Role.MEASURE and field.label.zh and field.label.zh in read.definition.name
    ]
    return found[0] if len(found) == 1 else None


def _label(name: str) -> Bilingual:
    return Bilingual(zh=name, en="") if has_han(name) else Bilingual(zh="", en=name.lower())


def _best(
    text: str, units: list[Unit], definition: Definition, index: TermIndex, model: SemanticModel
) -> list[Mention]:
    """The words without overlap that explain most of a text, each with its meanings for the definition's dataset."""
    ending: dict[int, list[Mention]] = {}
    for mention in _known_words(text, units, definition, index, model):
        ending.setdefault(mention.after, []).append(mention)
    best: list[tuple[float, tuple[Mention, ...]]] = [(0.0, ())]
    for after in range(1, len(units) + 1):
        choices = [best[-1]]
        for mention in ending.get(after, ()):
            worth, before = best[mention.first]
            choices.append((worth + (after - mention.first) ** _LENGTH_COUNTS, (*before, mention)))
        best.append(max(choices, key=lambda one: one[0]))
    return list(best[-1][1])


def _known_words(
    text: str, units: list[Unit], definition: Definition, index: TermIndex, model: SemanticModel
) -> Iterator[Mention]:
    """Names of columns, and the words to which the dataset, or one that its rows have one of, gives a meaning."""
    own, reach = model.dataset(definition.dataset), routes_from(model, definition.dataset)
    columns = _columns(reach, model)
    for number, unit in enumerate(units):
        if unit.text in columns:
            dataset, name = columns[unit.text]
            named = Meaning(kind=Kind.FIELD, dataset=dataset, name=name)
            yield Mention(number, number + 1, unit.text, (named,))
    yield from _by_first_words(text, units, own, index)
    yield from _times(text, units, own)
    for mention in index.mentions(units):
        near = [one for one in mention.meanings if one.dataset in reach and one.kind is not Kind.JOIN]
        whole = text[units[mention.first].start : units[mention.after - 1].end]
        if near and not _PAUSE.search(whole):
            near.sort(key=lambda one: (len(reach[one.dataset]), not _is_figure(model, one), -one.weight))
            yield mention._replace(meanings=tuple(near))


def _columns(reach: Collection[str], model: SemanticModel) -> dict[str, tuple[str, str]]:
    """The columns that a definition may name, the nearest of each name."""
    found: dict[str, tuple[str, str]] = {}
    for dataset in (known for name in reach if (known := model.dataset(name)) is not None):
        for field in dataset.fields:
            found.setdefault(singular(field.name.lower()), (dataset.name, field.name))
    return found


def _times(text: str, units: list[Unit], own: Dataset | None) -> Iterator[Mention]:
    """按开始日期 for 请假开始日, where one time of the dataset is called so."""
    for match in _BY_TIME.finditer(text):
        alike = [
            field
            for field in (own.fields if own is not None else ())
            if field.role is Role.TIME and match["of"] in field.label.zh
        ]
        place = [
            number for number, unit in enumerate(units) if match.start("time") <= unit.start < match.end()
        ]
        if len(alike) == 1 and own is not None and place:
            named = Meaning(kind=Kind.FIELD, dataset=own.name, name=alike[0].name, weight=0.6)
            yield Mention(place[0], place[-1] + 1, match["time"], (named,))


def _by_first_words(text: str, units: list[Unit], own: Dataset | None, index: TermIndex) -> Iterator[Mention]:
    """基本 for 基本工资, where one quantity of the dataset begins so."""
    measures = [field for field in (own.fields if own is not None else ()) if field.role is Role.MEASURE]
    for number in range(len(units) - 1):
        word = text[units[number].start : units[number + 1].end]
        alike = [field for field in measures if field.label.zh.startswith(word)]
        beside = text[: units[number].start].rstrip()[-1:] + text[units[number + 1].end :].lstrip()[:1]
        in_formula = any(char in "÷/×*＋+－-" for char in beside)
        is_word = len(word) == 2 and has_han(word) and (in_formula or not index.meanings(word))
        if is_word and len(alike) == 1 and own is not None:
            named = Meaning(kind=Kind.FIELD, dataset=own.name, name=alike[0].name, weight=0.6)
            yield Mention(number, number + 2, word, (named,))


def _is_figure(model: SemanticModel, meaning: Meaning) -> bool:
    field = model.field(meaning.dataset, meaning.name) if meaning.kind is Kind.FIELD else None
    return meaning.kind is not Kind.FIELD or (field is not None and field.role is Role.MEASURE)
