"""An intent in words, so that a reader can check what was computed: 销售额 = …，2025-05-01 至 2025-05-31，按门店."""

from __future__ import annotations

from chat2sql.config.vocabulary import Bilingual, Language
from chat2sql.engine.semantics.analytic.intent import (
    Against,
    AnalyticIntent,
    Compared,
    Condition,
    Figure,
    Operator,
    SegmentUse,
    Threshold,
    Window,
)
from chat2sql.engine.semantics.analytic.labels import figure_label, group_label, place_label
from chat2sql.engine.semantics.analytic.one_over_other import with_ratio
from chat2sql.engine.semantics.model.semantic_model import SemanticModel
from chat2sql.engine.semantics.periods import Period, TimeKind, describe

_OPERATORS = {
    Operator.IS: Bilingual(zh="为", en="is"),
    Operator.IS_NOT: Bilingual(zh="不为", en="is not"),
    Operator.ABOVE: Bilingual(zh="大于", en="is above"),
    Operator.AT_LEAST: Bilingual(zh="不小于", en="is at least"),
    Operator.BELOW: Bilingual(zh="小于", en="is below"),
    Operator.AT_MOST: Bilingual(zh="不大于", en="is at most"),
    Operator.BETWEEN: Bilingual(zh="介于", en="is between"),
    Operator.CONTAINS: Bilingual(zh="包含", en="contains"),
    Operator.LIKE: Bilingual(zh="含有", en="contains"),
    Operator.STARTS: Bilingual(zh="开头是", en="begins with"),
    Operator.SET: Bilingual(zh="有值", en="has a value"),
    Operator.UNSET: Bilingual(zh="为空", en="has no value"),
}


def in_words(intent: AnalyticIntent, model: SemanticModel) -> Bilingual:
    """What an intent computes, in both languages."""
    intent, model = with_ratio(intent, model)
    return Bilingual(
        zh=_Teller(intent, model, Language.ZH).told(), en=_Teller(intent, model, Language.EN).told()
    )


class _Teller:
    def __init__(self, intent: AnalyticIntent, model: SemanticModel, language: Language) -> None:
        self._intent, self._model, self._language = intent, model, language

    def told(self) -> str:
        intent = self._intent
        parts = [self._figure(figure) for figure in intent.figures] or [self._listed()]
        parts += [self._window(window) for window in intent.windows]
        parts += [
            self._say(
                f"{self._dataset(one.dataset)}在 {one.day} 有效",
                f"{self._dataset(one.dataset)} as of {one.day}",
            )
            for one in intent.held
        ]
        parts += [self._condition(one) for one in intent.conditions]
        parts += [self._segment(use) for use in intent.segments]
        for one in intent.presences:
            name = self._dataset(one.dataset)
            rows = [self._segment(use) for use in one.segments]
            rows += [self._window(one.window)] if one.window is not None else []
            within = f" ({self._say('，', ', ').join(rows)})" if rows else ""
            parts.append(
                self._say(f"没有{name}{within}", f"without {name}{within}")
                if one.negated
                else self._say(f"有{name}{within}", f"with {name}{within}")
            )
        if intent.childless is not None:
            name = self._dataset(intent.childless.dataset)
            has = intent.childless.negated
            zh, en = ("有下级", "with some below them") if has else ("没有下级", "with none below them")
            parts.append(self._say(f"{zh}的{name}", f"{name} {en}"))
        for below in intent.subordinates:
            heads = self._say("，", ", ").join(self._condition(one) for one in below.above)
            led = f"{place_label(below.by, self._model, self._language)} " if below.by is not None else ""
            parts.append(
                self._say(
                    f"{'直接' if below.direct else ''}在其下（{heads}{'：' + led.strip() if led else ''}）",
                    f"{'directly ' if below.direct else ''}below {led}({heads})",
                )
            )
        if intent.groups:
            names = [group_label(group, self._model, self._language) for group in intent.groups]
            parts.append(self._say(f"按{'、'.join(names)}", f"by {', '.join(names)}"))
        parts += [
            f"{figure_label(intent.figures[one.figure], self._model, self._language)} "
            f"{_OPERATORS[one.operator].to(self._language)} {self._limit(one)}"
            for one in intent.thresholds
        ]
        parts += self._shape()
        return self._say("；", "; ").join(parts)

    def _limit(self, threshold: Threshold) -> str:
        """The numbers that a figure is compared with, or what it is set against."""
        if threshold.against is None:
            return " / ".join(f"{value:g}" for value in threshold.values)
        if threshold.against is Against.WHOLE:
            return self._say("整体", "that of all")
        return self._say("各组平均", "the mean of the groups")

    def _shape(self) -> list[str]:
        intent, told = self._intent, []
        if intent.comparison is not None:
            year = intent.comparison.with_ is Compared.YEAR_BEFORE
            base = (
                self._say("同比", "against the year before")
                if year
                else self._say("环比", "against the period before")
            )
            other = (
                f" ({self._window(intent.comparison.window)})" if intent.comparison.window is not None else ""
            )
            told.append(base + other)
        if intent.share:
            told.append(self._say("占全部的比例", "as a share of the whole"))
        if intent.counts_groups:
            told.append(self._say("符合条件的有多少个", "how many of them there are"))
        if intent.running:
            told.append(self._say("逐期累计", "adding up over time"))
        if intent.moving is not None:
            told.append(self._say(f"{intent.moving} 期移动平均", f"mean of the last {intent.moving} periods"))
        if intent.ranking is not None:
            limit = intent.ranking.limit
            way = (
                self._say("从高到低", "highest first")
                if intent.ranking.descending
                else self._say("从低到高", "lowest first")
            )
            told.append(way + self._places(limit, only=intent.ranking.only))
        return told

    def _places(self, limit: int | None, *, only: bool) -> str:
        if limit is None:
            return ""
        if only:
            return self._say(f"，只取第 {limit} 名（并列都算）", f", only place {limit} with ties")
        return self._say(f"，取前 {limit} 名（并列都算）", f", first {limit} with ties")

    def _figure(self, figure: Figure) -> str:
        name = figure_label(figure, self._model, self._language)
        metric = self._model.metric(figure.metric) if figure.metric is not None else None
        if metric is None or metric.expression == "COUNT(*)":
            return name
        if metric.numerator and metric.denominator:
            parts = [self._model.metric(one) for one in (metric.numerator, metric.denominator)]
            return f"{name} = " + " / ".join(
                (one.label.to(self._language) or one.name) if one is not None else "" for one in parts
            )
        segments = [self._segment(SegmentUse(segment=one)) for one in metric.segments]
        only = self._say(f"（{'、'.join(segments)}）", f" ({', '.join(segments)})") if segments else ""
        less = self._model.metric(metric.less or "")
        taken_off = f" - {less.label.to(self._language) or less.name}" if less is not None else ""
        return f"{name} = {metric.expression}{only}{taken_off}"

    def _listed(self) -> str:
        names = [place_label(place, self._model, self._language) for place in self._intent.shown]
        base = self._dataset(self._intent.base)
        return base if not names else f"{base}: {', '.join(names)}"

    def _condition(self, one: Condition) -> str:
        field = self._model.field(one.place.dataset, one.place.field)
        meant = {code.code: code.words[0] for code in field.codes if code.words} if field is not None else {}
        values = self._say("、", ", ").join(meant.get(value, value) for value in one.values)
        if one.other is not None:
            values = place_label(one.other, self._model, self._language)
        name = place_label(one.place, self._model, self._language)
        below = self._say("（含下级）", " (and below)") if one.tree else ""
        if one.strictly:
            below = self._say("（只算下级）", " (only below)")
        denied = self._say("不", "not ") if one.negated else ""
        return f"{name} {denied}{_OPERATORS[one.operator].to(self._language)} {values}{below}".rstrip()

    def _segment(self, use: SegmentUse) -> str:
        segment = self._model.segment(use.segment)
        name = (
            (segment.label.to(self._language) or segment.label.zh or segment.name)
            if segment is not None
            else use.segment
        )
        return self._say(f"不是{name}", f"not {name}") if use.negated else name

    def _window(self, window: Window) -> str:
        if window.start is None and window.end is None:
            return window.words
        told = describe(Period(start=window.start, end=window.end, kind=TimeKind.RANGE)).to(self._language)
        place = (
            f"{place_label(window.place, self._model, self._language)} " if window.place is not None else ""
        )
        return f"{place}{told}"

    def _dataset(self, name: str) -> str:
        dataset = self._model.dataset(name)
        return (dataset.label.to(self._language) or name) if dataset is not None else name

    def _say(self, zh: str, en: str) -> str:
        return zh if self._language is Language.ZH else en
