"""Questions for figures, as SQL: what is computed, by which groups, of which rows."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from chat2sql.config.vocabulary import Language
from chat2sql.engine.semantics.analytic.calendar import period_of
from chat2sql.engine.semantics.analytic.figures import expression_of, segments_of, time_of
from chat2sql.engine.semantics.analytic.intent import (
    Against,
    Aggregate,
    AnalyticIntent,
    Comparison,
    Figure,
    Group,
    Part,
    Place,
    Threshold,
)
from chat2sql.engine.semantics.analytic.joined import NotExpressible
from chat2sql.engine.semantics.analytic.labels import figure_label, group_label
from chat2sql.engine.semantics.analytic.restricted import conditions_of, part_of, window_of
from chat2sql.engine.semantics.analytic.scope import Scope
from chat2sql.engine.semantics.analytic.shapes import (
    COMPARISONS,
    both,
    compare,
    difference,
    distinct_names,
    growth,
    named,
    quoted,
    ratio,
)
from chat2sql.engine.semantics.model.joins import routes_from
from chat2sql.engine.semantics.model.semantic_model import Additivity, SemanticModel

_EACH = "each_group"


class Aggregation:
    """The figures of an intent that come from the rows of one dataset."""

    def __init__(self, intent: AnalyticIntent, model: SemanticModel, language: Language) -> None:
        self._intent, self._model, self._language = intent, model, language

    def select(self, figures: Sequence[Figure]) -> tuple[exp.Select, list[str], list[tuple[str, exp.Expr]]]:
        """The SELECT with its groups, and the names and expressions of what it computes."""
        intent = self._intent
        scope = Scope(self._model, figures[0].dataset)
        scope.join_nearest_first(self._spoken_of(figures[0].dataset))
        groups = [self._group(scope, group) for group in intent.groups]
        names = distinct_names([group_label(group, self._model, self._language) for group in intent.groups])
        computed = self._computed(scope, figures, names)
        shared = segments_of(figures, self._model)
        windows = () if intent.comparison is not None else intent.windows
        conditions = conditions_of(intent, self._model, scope, windows)
        conditions += [scope.segment(use) for use in shared]
        if intent.comparison is not None and intent.comparison.window is not None:
            periods = [
                window_of(one, figures[0], self._model, scope)
                for one in (intent.comparison.window, *intent.windows[:1])
            ]
            conditions.append(exp.or_(*periods))
            conditions += [window_of(one, figures[0], self._model, scope) for one in intent.windows[1:]]
        columns = [exp.alias_(column, name, quoted=True) for column, name in zip(groups, names, strict=True)]
        columns += [exp.alias_(expression, name, quoted=True) for name, expression in computed]
        select = scope.over(exp.select(*columns)).where(*conditions)
        keys = [*groups, *self._keys(scope)]
        if keys:
            select = select.group_by(*(key.copy() for key in keys))
        for threshold in intent.thresholds:
            select = select.having(self._threshold(scope, threshold, figures))
        return select, names, computed

    def _whole(self, figure: Figure, against: Against) -> exp.Expr:
        """The figure of all rows; of what adds up, its mean over the groups.

        Raises:
            NotExpressible: what adds up is set against all of itself, or other rows count for other figures.
        """
        plain = self._intent.model_copy(update={"thresholds": (), "ranking": None, "figures": (figure,)})
        if len(self._intent.figures) > 1 or self._intent.comparison is not None or self._intent.share:
            raise NotExpressible("several figures, one of which is set against all")
        usual = {name for _, name in self._model.conventions.default_segments}
        further = [use for use in self._intent.segments if use.segment not in usual]
        if self._intent.conditions or self._intent.presences or self._intent.held or further:
            # 华东毛利率高于公司整体的: the whole may be of all, or of those.
            raise NotExpressible("some rows, set against a whole that is not told")
        metric = self._model.metric(figure.metric or "")
        adds_up = figure.aggregate in (Aggregate.SUM, Aggregate.COUNT) or (
            metric is not None and metric.additivity is not Additivity.NON_ADDITIVE
        )
        if adds_up and against is Against.WHOLE:
            raise NotExpressible("a sum set against all of itself")
        if not adds_up:
            plain = plain.model_copy(update={"groups": ()})
        select, _, computed = Aggregation(plain, self._model, self._language).select((figure,))
        if not adds_up:
            return select.subquery()
        mean = exp.Avg(this=quoted(computed[0][0], _EACH))
        return exp.select(mean).from_(select.subquery(_EACH)).subquery()

    def _group(self, scope: Scope, group: Group) -> exp.Expr:
        if group.grain is None:
            assert group.place is not None
            return scope.top_of(group.place, group.at) if group.topmost else scope.column(group.place)
        place = group.place or self._time(scope)
        return period_of(scope.column(place), group.grain, self._model.dialect)

    def _time(self, scope: Scope) -> Place:
        return time_of(self._intent.figures[0], self._model, scope)

    def _keys(self, scope: Scope) -> list[exp.Expr]:
        """The keys behind the names that rows are grouped by: two people may have one name."""
        found = []
        for group in self._intent.groups:
            dataset = self._model.dataset(group.place.dataset) if group.place is not None else None
            if group.topmost:
                continue
            if dataset is not None and group.place is not None and group.place.field == dataset.display:
                found += [
                    scope.column(group.place.model_copy(update={"field": key})) for key in dataset.primary_key
                ]
        return found

    def _spoken_of(self, base: str) -> list[str]:
        """The datasets that groups and conditions name: a region is that of the shops that are named."""
        intent, reach = self._intent, routes_from(self._model, base)
        grouped = [group.place.dataset for group in intent.groups if group.place is not None]
        named = [one.place.dataset for one in intent.conditions]
        named += [
            one.dataset for use in intent.segments if (one := self._model.segment(use.segment)) is not None
        ]
        return [*grouped, *(one for one in named if one in reach)]

    def _computed(
        self, scope: Scope, figures: Sequence[Figure], taken: Sequence[str]
    ) -> list[tuple[str, exp.Expr]]:
        intent = self._intent
        found: list[tuple[str, exp.Expr]] = []
        for figure in figures:
            name = figure_label(figure, self._model, self._language)
            only = self._own_segments(scope, figure, figures)
            value = expression_of(figure, self._model, scope, only)
            if intent.comparison is not None and intent.comparison.window is not None:
                found += self._compared(scope, figure, name, only, intent.comparison)
            elif intent.share and (intent.part != Part() or not intent.groups):
                part = part_of(intent.part, scope)
                numerator = expression_of(figure, self._model, scope, both(only, part))
                found.append((named(name, "占比", "share", self._language), ratio(numerator, value)))
            elif intent.share:
                whole = exp.Window(this=exp.Sum(this=value.copy()))
                found += [
                    (name, value),
                    (named(name, "占比", "share", self._language), ratio(value, whole)),
                ]
            elif intent.moving is not None:
                mean = named(
                    name, f"{intent.moving}期移动平均", f"{intent.moving} period mean", self._language
                )
                found += [
                    (name, value),
                    (mean, self._over_time(scope, exp.Avg(this=value.copy()), intent.moving)),
                ]
            elif intent.running:
                total = named(name, "累计", "running total", self._language)
                found += [(name, value), (total, self._over_time(scope, exp.Sum(this=value.copy())))]
            else:
                found.append((name, value))
        names = distinct_names([*taken, *(name for name, _ in found)])[len(taken) :]
        return [(name, expression) for name, (_, expression) in zip(names, found, strict=True)]

    def _own_segments(self, scope: Scope, figure: Figure, figures: Sequence[Figure]) -> exp.Expr | None:
        """The rows that count for one of several figures, where they differ."""
        shared = set(segments_of(figures, self._model))
        own = [use for use in segments_of([figure], self._model) if use not in shared]
        return exp.and_(*(scope.segment(use) for use in own)) if own else None

    def _over_time(self, scope: Scope, summed: exp.Expr, units: int | None = None) -> exp.Expr:
        """What is summed up over the units of time up to each one: all of them, or only the last few."""
        order = [self._group(scope, group) for group in self._intent.groups if group.grain is not None]
        partition = [self._group(scope, group) for group in self._intent.groups if group.grain is None]
        if not order:
            raise NotExpressible("a running total needs a unit of time")
        spec = None
        if units is not None:
            before = exp.Literal.number(units - 1)
            spec = exp.WindowSpec(kind="ROWS", start=before, start_side="PRECEDING", end="CURRENT ROW")
        return exp.Window(
            this=summed,
            partition_by=partition,
            order=exp.Order(expressions=[exp.Ordered(this=key) for key in order]),
            spec=spec,
        )

    def _compared(
        self, scope: Scope, figure: Figure, name: str, only: exp.Expr | None, comparison: Comparison
    ) -> list[tuple[str, exp.Expr]]:
        """A figure of one period, the same of another, and what became of it."""
        if not self._intent.windows or comparison.window is None:
            raise NotExpressible("there is no period to compare")
        now = window_of(self._intent.windows[0], figure, self._model, scope)
        then = window_of(comparison.window, figure, self._model, scope)
        current = expression_of(figure, self._model, scope, both(only, now))
        before = expression_of(figure, self._model, scope, both(only, then))
        told: list[tuple[str, exp.Expr]] = []
        if comparison.values:
            told = [
                (named(name, "本期", "current", self._language), current),
                (named(name, "对比期", "before", self._language), before),
            ]
            told = told[::-1] if comparison.earlier_first else told
        elif comparison.current:
            told = [(named(name, "本期", "current", self._language), current)]
        if comparison.difference:
            told.append(
                (
                    named(name, "差额", "difference", self._language),
                    difference(current, before),
                )
            )
        if comparison.growth:
            told.append((named(name, "增长率", "growth", self._language), growth(current, before)))
        return told

    def _threshold(self, scope: Scope, threshold: Threshold, figures: Sequence[Figure]) -> exp.Expr:
        figure = figures[threshold.figure]
        value = expression_of(figure, self._model, scope, self._own_segments(scope, figure, figures))
        if threshold.against is None:
            return compare(value, threshold)
        whole = self._whole(figure, threshold.against)
        return COMPARISONS[threshold.operator](this=value, expression=whole)
