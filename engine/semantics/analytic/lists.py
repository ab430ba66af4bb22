"""Questions for rows rather than figures, as SQL."""

from __future__ import annotations

from sqlglot import exp

from chat2sql.config.vocabulary import Language
from chat2sql.engine.semantics.analytic.intent import AnalyticIntent, Group, Place
from chat2sql.engine.semantics.analytic.labels import place_label
from chat2sql.engine.semantics.analytic.phrase import called_by
from chat2sql.engine.semantics.analytic.restricted import conditions_of
from chat2sql.engine.semantics.analytic.scope import Scope
from chat2sql.engine.semantics.analytic.shapes import distinct_names, first_places, ranked
from chat2sql.engine.semantics.model.semantic_model import SemanticModel


class Listing:
    """The rows of a dataset, by what they are called and the fields that are asked for."""

    def __init__(self, intent: AnalyticIntent, model: SemanticModel, language: Language) -> None:
        self._intent, self._model, self._language = intent, model, language

    def select(self) -> exp.Select:
        """The SELECT.

        Raises:
            NotExpressible: a field cannot be had from the dataset.
        """
        intent, scope = self._intent, Scope(self._model, self._intent.base, keeps_all=True)
        shown = list(intent.shown)
        ranking = intent.ranking
        own = called_by(intent.base, self._model)
        if ranking is not None and ranking.place is not None and ranking.place not in shown:
            shown = [*shown, ranking.place]
        named = own is not None and not any(self._names_row(place) for place in shown)
        if own is not None and named and (not intent.shown or ranking is not None):
            shown = [own, *(place for place in shown if place != own)]
        groups = [group.place for group in intent.groups if group.place is not None and not group.besides]
        besides = [group.place for group in intent.groups if group.place is not None and group.besides]
        if besides and own is not None and own not in shown:
            shown = [own, *shown]
        shown = [*(place for place in groups if place not in shown), *shown, *besides]
        if not shown:
            dataset = self._model.dataset(intent.base)
            shown = [
                Place(dataset=intent.base, field=field.name) for field in (dataset.fields if dataset else ())
            ]
        names = distinct_names([place_label(place, self._model, self._language) for place in shown])
        above = {group.place: group for group in intent.groups if group.topmost}
        columns = [
            exp.alias_(self._column(scope, place, above.get(place)), name, quoted=True)
            for place, name in zip(shown, names, strict=True)
        ]
        conditions = conditions_of(intent, self._model, scope, intent.windows)
        if ranking is None or ranking.place is None:
            told = scope.over(exp.select(*columns)).where(*conditions)
            return told.distinct() if intent.distinct else told
        by = scope.column(ranking.place)
        ordered = exp.Ordered(this=by, desc=ranking.descending, nulls_first=False)
        if ranking.limit is None and not ranking.told:
            return scope.over(exp.select(*columns)).where(*conditions).order_by(ordered)
        partition = [scope.column(place) for place in groups[: ranking.within]]
        place_ = ranked(ordered, partition, only=ranking.only)
        inner = scope.over(exp.select(*columns, place_)).where(
            *conditions, exp.not_(exp.Is(this=by.copy(), expression=exp.Null()))
        )
        return first_places(inner, names, ranking, [*names[: len(partition)]], self._language)

    def _column(self, scope: Scope, place: Place, above: Group | None) -> exp.Expr:
        """A field of each row, or what stands above it in its tree."""
        return scope.column(place) if above is None else scope.top_of(place, above.at)

    def _names_row(self, place: Place) -> bool:
        dataset = self._model.dataset(place.dataset)
        return (
            dataset is not None
            and place.dataset == self._intent.base
            and not place.via
            and (place.field == dataset.display or (place.field,) == dataset.primary_key)
        )
