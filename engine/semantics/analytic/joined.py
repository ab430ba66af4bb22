"""The joins of one SELECT, in the order in which they build on each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chat2sql.engine.semantics.model.joins import Route, route, routes_from
from chat2sql.engine.semantics.model.semantic_model import Relationship, SemanticModel


class NotExpressible(Exception):  # a value for the reader of the intent, never shown as an error
    """The intent asks for what cannot be had from its dataset without repeating rows; ``reason`` says what."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Joins:
    """The joins that lead from a dataset to others that each of its rows has one of."""

    def __init__(self, model: SemanticModel, base: str) -> None:
        self._model, self._base = model, base
        self._taken: dict[str, Relationship | None] = {base: None}

    def add(self, dataset: str) -> None:
        """Lead to a dataset.

        Raises:
            NotExpressible: no chain of foreign keys leads to it from the base.
        """
        if dataset in self._taken:
            return
        way = route(self._model, self._base, dataset)
        if way is None:
            raise NotExpressible(f"{dataset} cannot be had from {self._base} without repeating rows")
        for step in self._by_way_of_taken(dataset, way):
            self._taken.setdefault(step.target, step)

    def add_nearest_first(self, datasets: Iterable[str]) -> None:
        """Lead to several datasets; to what is further away by way of what is nearer, where that is no detour.

        Raises:
            NotExpressible: no chain of foreign keys leads to one of them.
        """
        ways = routes_from(self._model, self._base)
        for dataset in sorted(set(datasets), key=lambda one: (len(ways.get(one, ())), one)):
            self.add(dataset)

    def taken(self) -> Iterator[tuple[str, Relationship]]:
        """The datasets, each with the join that leads to it."""
        for dataset, step in self._taken.items():
            if step is not None:
                yield dataset, step

    def _by_way_of_taken(self, dataset: str, way: Route) -> Route:
        """Of ways of the same length that by what is at hand already: the region of the store that is named."""
        for near in self._taken:
            first, further = route(self._model, self._base, near), route(self._model, near, dataset)
            if near != self._base and first and further and len(first) + len(further) <= len(way):
                return further
        return way
