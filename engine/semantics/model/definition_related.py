"""Rows that have a name by what other rows lead to them: 活跃会员=近90天内有过有效订单的会员, 沉睡客户=超过半年没下单的."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from chat2sql.config.vocabulary import Bilingual
from chat2sql.engine.semantics.model.definition import Definition
from chat2sql.engine.semantics.model.definition_entries import DEFINED_CERTAINTY, label_of_name, segment_of
from chat2sql.engine.semantics.model.definition_reading import is_known, read_definition
from chat2sql.engine.semantics.model.definition_words import known_words
from chat2sql.engine.semantics.model.finer import TURNOVER, are_lines
from chat2sql.engine.semantics.model.joins import key_to
from chat2sql.engine.semantics.model.related import Related
from chat2sql.engine.semantics.model.semantic_model import (
    PER_PERIOD,
    Additivity,
    Dataset,
    Metric,
    Origin,
    Role,
    Segment,
    SemanticModel,
)
from chat2sql.engine.semantics.model.spelling import spelled
from chat2sql.engine.semantics.model.terms import Kind, Meaning, Mention, TermIndex, units_of

_COUNTED = re.compile(r"(?<=[㐀-鿿]{3})(?:人数|数量|户数|家数|数)$")
_HOW_LONG = re.compile(
    r"(?:最近|近|过去|往前推?|向前推?|前推|前|连续|满|超过?|以来)?\s*(?P<n>[0-9]{1,4}|半|一|两|三|六|十二)\s*个?(?P<unit>天|日|周|月|年)(?:[之以]?内|及?以上|以来|以?来)?"
)
_SINCE = re.compile(
    r"(?P<how>>=|≥|大于等于|不早于|>|晚于|从|自|即)?\s*(?:今天|当天|当日|今日|统计日|CURRENT_DATE)\s*(?:减去?|-|－)\s*(?P<n>[0-9]{1,4})\s*天?(?:起|开始)?",
    re.IGNORECASE,
)
"""下单日期>=今天-90天: that day counts as well; 支付日期>今天-90天: it does not."""
_PUSHED = re.compile(
    r"(?:统计日|当天|今天|查询日)?(?:往|向)前推?(?P<n>[0-9]{1,4})天(?:起|开始)?(?:至|到)(?:统计日|当天|今天|查询日)(?:当天)?"
)
"""统计日往前推89天至统计日当天"""
_UP_TO = re.compile(
    r"(?:<=?|≤|早于|小于|不晚于)\s*(?:今天|当天|当日|今日|统计日|CURRENT_DATE)\s*(?:减去?|-|－)",
    re.IGNORECASE,
)
_DAYS = {"天": 1, "日": 1, "周": 7, "月": 365 / 12, "年": 365}
_NUMBERS = {"一": 1, "两": 2, "三": 3, "六": 6, "十二": 12}
_IN_PERIOD = re.compile(
    r"(?:在|于)?(?:统计(?:周?期|区?间)|当?个?自然月|查询期|当期|本期|期间|当月|所选期间?)(?:之?内|间)?"
)
"""统计期内至少有1笔有效订单: asked of each period anew."""
_OF_TIME = re.compile(r"日期|时间|日(?!常|均)")
_NOT_ANY = re.compile(r"没有?过?|未曾?|从未|无(?!效)|不曾")
_BOUGHT = re.compile(r"消费|下单|购买|成交|交易|买")
_IDLE = re.compile(
    r"不分[㐀-鿿]{2}|第1天|往前数|数|[0-9]{1,4}天$|[-<>=≥≤减从看]|说明|含|共|付过款|统计日?|截[至止]|当[前天日]|今[天日]|查询日?|时点|之前|往前|以?内|期间|至少|任意|任何|成功|仍|都|也|且|并|曾经?"
    r"|[有过一1]|里|取|[笔单次张条个]|及?以上|(?:大于|不少于|>=?|≥)[1一]?|产生|发生|存在|下|做|按|以|为准|算|计|的|会员|客户|用户|人|者|记录|行为|即|视?为|口径|归属?|时间|日期|是|在|中|[、，,：:。\s]"
)
_SEES = re.compile(
    r"[(（][^()（）]{0,12}见\s*[A-Za-z_]\w*(?:表)?[)）]|[，,][^，,；;()（）]{0,8}(?:口径|定义)?(?:详|参)?见\s*[A-Za-z_]\w*(?:表)?"
)


@dataclass
class _Clause:
    """What the words of one clause say: rows, times and states of what leads to the dataset, and its own rows."""

    rows: list[Meaning] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)


class _Said(NamedTuple):
    """Of which rows a definition asks for any."""

    dataset: Dataset
    segments: tuple[str, ...]
    time: str | None


def as_related(definition: Definition, model: SemanticModel, index: TermIndex) -> SemanticModel | None:
    """The model with rows that are named by what leads to them; None: the definition says no such thing, or more."""
    dataset = model.dataset(definition.dataset)
    name = _COUNTED.sub("", definition.name)
    definition = definition._replace(name=name)
    if dataset is None or definition.counts_only or is_known(definition, model, index):
        return None
    body = _SEES.sub("", definition.body)
    in_period = _IN_PERIOD.search(body) is not None
    body = _IN_PERIOD.sub("", body)
    clauses = [clause for clause in re.split(r"[，,；;()（）]|且", body) if clause.strip()]
    for leading in _leading_to(dataset, model):
        reader = _Reader(dataset, leading, model, index)
        own = [clause for clause in clauses if not reader.takes(clause)]
        if in_period:
            active = reader.active() if not own else None
            if active is not None:
                return _with_number(definition, dataset, active, model)
            continue
        related = reader.related()
        condition = _own_condition(definition, own, reader.segments, model, index)
        if related is not None and condition is not None:
            return _with_rows(definition, dataset, condition, related, model)
    return None


def _with_number(
    definition: Definition, dataset: Dataset, said: _Said, model: SemanticModel
) -> SemanticModel | None:
    """The model with how many different ones the rows of a period lead to: 活跃客户 of each month."""
    key = key_to(model, said.dataset.name, dataset.name)
    if key is None:
        return None
    column = spelled(said.dataset.name, key, model.dialect)
    number = Metric(
        name=f"{said.dataset.name}.{definition.name}{PER_PERIOD}",
        label=Bilingual(zh=f"{definition.name}数", en=""),
        synonyms=tuple(f"{definition.name}{ending}" for ending in ("数量", "人数", "家数")),
        origin=Origin.COMMENT,
        certainty=DEFINED_CERTAINTY,
        dataset=said.dataset.name,
        expression=f"COUNT(DISTINCT {column})",
        segments=said.segments,
        time=said.time,
        additivity=Additivity.NON_ADDITIVE,
    )
    return model.extended(metrics=(number,))


def _leading_to(dataset: Dataset, model: SemanticModel) -> list[Dataset]:
    """The datasets whose rows lead to those of another, first what has a turnover."""
    sources = dict.fromkeys(join.source for join in model.relationships if join.target == dataset.name)
    found = [one for name in sources if (one := model.dataset(name)) is not None and not are_lines(one)]
    sold = {one.dataset for one in model.metrics if one.label.zh in TURNOVER}
    return sorted((one for one in found if one is not dataset), key=lambda one: one.name not in sold)


def _with_rows(
    definition: Definition, dataset: Dataset, condition: str, related: Related, model: SemanticModel
) -> SemanticModel:
    """The model with the rows, and their number."""
    name = definition.name
    segment = Segment(
        name=f"{dataset.name}.{name}",
        label=label_of_name(name),
        origin=Origin.COMMENT,
        certainty=DEFINED_CERTAINTY,
        dataset=dataset.name,
        condition=condition,
        related=related,
    )
    number = Metric(
        name=f"{segment.name}_count",
        label=Bilingual(zh=f"{name}数", en=""),
        synonyms=tuple(f"{name}{ending}" for ending in ("数量", "人数")),
        origin=Origin.COMMENT,
        certainty=DEFINED_CERTAINTY,
        dataset=dataset.name,
        expression="COUNT(*)",
        segments=(segment.name,),
        time=dataset.time,
    )
    return model.extended(segments=(segment,), metrics=(number,))


class _Reader:
    """Takes the clauses of a definition that speak of the rows of one dataset which lead to those of another.

    Attributes:
        segments: the rows of the dataset itself that are named beside it: 有效会员中….
    """

    def __init__(self, dataset: Dataset, leading: Dataset, model: SemanticModel, index: TermIndex) -> None:
        self._dataset, self._leading, self._model, self._index = dataset, leading, model, index
        self.segments: list[str] = []
        self._rows: list[Meaning] = []
        self._times: list[str] = []
        self._days: set[int] = set()
        self._since: int | None = None
        self._is_bought = self._is_negated = False

    def takes(self, clause: str) -> bool:
        """Whether all that a clause says is of such rows, of when they were, or names rows of the dataset itself."""
        left, said = clause, _Clause()
        units = units_of(clause)
        for mention in reversed(known_words(clause, units, self._leading.name, self._index, self._model)):
            start, end = units[mention.first].start, units[mention.after - 1].end
            if self._is_about(mention, said, is_time=_OF_TIME.match(clause, end) is not None):
                left = left[:start] + " " + left[end:]
        left = re.sub(rf"\b{re.escape(self._leading.table)}\b", " ", left)
        if _UP_TO.search(left):
            # 支付时间<今天-180天 is the contrary.
            return False
        pushed = _PUSHED.search(left)
        if pushed is not None:
            self._since = int(pushed["n"]) + 1
            left = left[: pushed.start()] + " " + left[pushed.end() :]
        since = _SINCE.search(left)
        if since is not None:
            self._since = int(since["n"]) + (since["how"] not in (">", "晚于"))
            left = left[: since.start()] + " " + left[since.end() :]
        days = {_days(long) for long in _HOW_LONG.finditer(left)}
        left = _HOW_LONG.sub("", left)
        if not all(self._is_said_by(said.rows, state) for state in said.states):
            return False
        if _IDLE.sub("", _NOT_ANY.sub("", _BOUGHT.sub("", left))):
            return False
        self._rows, self._times = [*self._rows, *said.rows], [*self._times, *said.times]
        self.segments += said.own
        self._days |= days
        self._is_bought = self._is_bought or _BOUGHT.search(left) is not None
        self._is_negated = self._is_negated or _NOT_ANY.search(left) is not None
        return True

    def _is_about(self, mention: Mention, said: _Clause, *, is_time: bool) -> bool:
        """Whether a word is about those rows, or names the dataset itself; what it says is put with the rest."""
        best, leading = mention.meanings[0], self._leading.name
        named = self._model.field(best.dataset, best.name) if best.kind is Kind.FIELD else None
        if is_time:
            # 支付日期, of which 支付 is what happened then.
            said.times += [
                one.name
                for one in mention.meanings
                if one.dataset == leading
                and (known := self._model.field(one.dataset, one.name)) is not None
                and known.role is Role.TIME
            ][:1]
        elif best.dataset == self._dataset.name and best.kind is Kind.SEGMENT:
            said.own.append(best.name)
        elif best.kind in (Kind.SEGMENT, Kind.DATASET, Kind.METRIC):
            said.rows += [best] if best.dataset == leading else []
        elif named is not None and named.role is Role.TIME and best.dataset == leading:
            said.times.append(best.name)
        elif best.kind is Kind.CODE and best.dataset == leading:
            said.states.append(best.name)
        else:
            own = (one for one in mention.meanings if one.kind is Kind.DATASET)
            return any(one.dataset == self._dataset.name for one in own)
        return True

    def _is_said_by(self, rows: list[Meaning], field: str) -> bool:
        """已付款的有效订单: whether the rows with a name are told by that very state."""
        known = [self._model.segment(one.name) for one in rows if one.kind is Kind.SEGMENT]
        return any(re.search(rf"\b{field}\b", one.condition) for one in known if one is not None)

    def related(self) -> Related | None:
        """What the clauses ask for; None: they speak of no such rows."""
        said = self._said()
        if said is None or len(self._days) > 1 or not (self._days or self._since or self._is_negated):
            return None
        time = said.time or said.dataset.time
        if (self._days or self._since) and time is None:
            return None
        return Related(
            dataset=said.dataset.name,
            segments=said.segments,
            time=time if self._days or self._since else None,
            days=self._since or next(iter(self._days), None),
            negated=self._is_negated,
        )

    def active(self) -> _Said | None:
        """The rows of a period that are asked for; None: the clauses speak of none, or of their absence."""
        return None if self._is_negated or self._days or self._since else self._said()

    def _said(self) -> _Said | None:
        """Of which rows it asks for any: those of a segment or of a table that lead to the dataset, or what was sold."""
        for kind in (Kind.SEGMENT, Kind.METRIC, Kind.DATASET):
            found = next((one for one in self._rows if one.kind is kind), None)
            if found is not None:
                return self._of(found)
        known = (one for one in self._model.metrics if one.label.zh in TURNOVER)
        sold = next((one for one in known if one.dataset == self._leading.name), None)
        return self._of_figure(sold) if sold is not None and self._is_bought else None

    def _of(self, found: Meaning) -> _Said | None:
        if found.kind is Kind.METRIC:
            metric = self._model.metric(found.name)
            return self._of_figure(metric) if metric is not None else None
        time = self._times[0] if self._times else _time_of_sold(self._leading, self._model)
        return _Said(self._leading, (found.name,) if found.kind is Kind.SEGMENT else (), time)

    def _of_figure(self, metric: Metric) -> _Said | None:
        """The rows that count for a figure."""
        if metric.numerator or metric.less:
            return None
        owner, _, field = (metric.time or "").rpartition(".")
        own = field if field and owner in ("", metric.dataset) else None
        return _Said(self._leading, metric.segments, self._times[0] if self._times else own)


def _days(long: re.Match[str]) -> int:
    number = 0.5 if long["n"] == "半" else float(_NUMBERS.get(long["n"], 0) or long["n"])
    return int(number * _DAYS[long["unit"]])


def _time_of_sold(dataset: Dataset, model: SemanticModel) -> str | None:
    """By which time the figures of a dataset are placed, where that is one."""
    placed = {
        one.time.rpartition(".")[2]
        for one in model.metrics
        if one.dataset == dataset.name and one.time and one.label.zh in TURNOVER
    }
    return next(iter(placed)) if len(placed) == 1 else None


def _own_condition(
    definition: Definition,
    clauses: list[str],
    segments: list[str],
    model: SemanticModel,
    index: TermIndex,
) -> str | None:
    """The condition on the rows themselves; empty: there is none; None: what is said of them is not understood."""
    known = [one for name in segments if (one := model.segment(name)) is not None]
    if any(one.related is not None for one in known):
        return None
    told = [one.condition for one in known]
    body = "，".join(clauses)
    if _IDLE.sub("", body):
        read = read_definition(definition._replace(body=body), model, index)
        if read is None or read.computed is None or read.computed.expression or read.computed.ratio:
            return None
        segment = segment_of(read, read.rows.conditions(model), model)
        if segment is None:
            return None
        told.append(segment.condition)
    return " AND ".join(dict.fromkeys(told))
