"""From a question to its analytic intent, by rules alone.

What every word means is settled by ``resolve``; here its place says what it does: 各门店 groups, 销售额最高的门店 ranks,
门店数 counts, 华东的门店 restricts. A question that says more than the intent can hold comes with what was left unread,
so that nothing is answered as if it had not been said.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.schema.lexicon import has_han
from chat2sql.engine.semantics.analytic.acts import Act
from chat2sql.engine.semantics.analytic.below import beside_levels, childless_of, without_tops
from chat2sql.engine.semantics.analytic.by_default import rows_by_default
from chat2sql.engine.semantics.analytic.counted_groups import counted_groups
from chat2sql.engine.semantics.analytic.defined_figures import of_no_period, rows_alike
from chat2sql.engine.semantics.analytic.each_period import EachPeriod, each_of_periods
from chat2sql.engine.semantics.analytic.figures import counts_rows
from chat2sql.engine.semantics.analytic.figures_of import Asked
from chat2sql.engine.semantics.analytic.grouping import Grouping
from chat2sql.engine.semantics.analytic.held import (
    NOW,
    as_it_was,
    as_of_today,
    held_of,
    held_then,
    held_today,
    of_record,
)
from chat2sql.engine.semantics.analytic.intent import (
    Aggregate,
    AnalyticIntent,
    Figure,
    Group,
    Held,
    Place,
    Presence,
    SegmentUse,
    Window,
)
from chat2sql.engine.semantics.analytic.left_over import each_of_nothing, unread, unused
from chat2sql.engine.semantics.analytic.listed import Listed
from chat2sql.engine.semantics.analytic.listed_alike import with_lists_alike
from chat2sql.engine.semantics.analytic.of_record import of_which_kind
from chat2sql.engine.semantics.analytic.one_over_other import is_of_other
from chat2sql.engine.semantics.analytic.parted import parted, share_in_doubt
from chat2sql.engine.semantics.analytic.parts_of_names import tokens_with_names
from chat2sql.engine.semantics.analytic.periods_of import comparison_of, windows_of
from chat2sql.engine.semantics.analytic.phrase import Phrase
from chat2sql.engine.semantics.analytic.presences import once_denied
from chat2sql.engine.semantics.analytic.ranking import Ranked, ranked_by
from chat2sql.engine.semantics.analytic.resolve import ground
from chat2sql.engine.semantics.analytic.restrictions import Restrictions, restrictions_of
from chat2sql.engine.semantics.analytic.subordinates import subordinates_of, whose_subordinates
from chat2sql.engine.semantics.analytic.token import Sort
from chat2sql.engine.semantics.analytic.told_besides import told_besides
from chat2sql.engine.semantics.model.semantic_model import SemanticModel
from chat2sql.engine.semantics.model.spelling import unset
from chat2sql.engine.semantics.model.terms import Kind
from chat2sql.engine.semantics.time_expressions import TimeExpression
from chat2sql.engine.values.index import LinkedValue, ValueIndex

_A_WORD = 2
"""Chinese characters that may stay unread in a question that is nearly understood."""


class ReadIntent(Frozen):
    """What a question was read as.

    Attributes:
        intent: None where nothing of the semantic model is spoken of.
        doubts: why it may not be what was meant, in words for the trail; empty: everything was understood.
    """

    intent: AnalyticIntent | None
    doubts: tuple[str, ...] = ()

    @property
    def is_near(self) -> bool:
        """Whether all that is in doubt is a word of two characters."""
        if self.intent is None or len(self.doubts) != 1:
            return False
        unread = "".join(self.intent.unread)
        return bool(unread) and len(unread) <= _A_WORD and has_han(unread)


def read_intent(
    question: str,
    model: SemanticModel,
    *,
    times: Sequence[TimeExpression] = (),
    values: Sequence[LinkedValue] = (),
    known: ValueIndex | None = None,
    as_of: date,
) -> ReadIntent:
    """Read a question by the semantic model.

    Args:
        question: standing for itself, in either language.
        times: its periods, as ``resolve_time`` has them.
        values: the values that it mentions, as ``link_values`` has them.
        known: all values that may be looked through for shortened names.
        as_of: the day of asking.
    """
    tokens = with_lists_alike(tokens_with_names(question, model, times, values, known))
    grounded = ground(tokens, model)
    if grounded is None:
        return ReadIntent(intent=None, doubts=("nothing of the semantic model is named",))
    phrase = Phrase(grounded, model)
    return _Reader(phrase, model, as_of).read()


def _beside_groups(presences: tuple[Presence, ...], groups: tuple[Group, ...]) -> tuple[Presence, ...]:
    """Without those of rows that are grouped by, of which nothing else is said: they are there anyway."""
    grouped = {group.place.dataset for group in groups if group.place is not None}
    return tuple(
        one
        for one in presences
        if one.dataset not in grouped or one.negated or one.conditions or one.segments or one.placed
    )


def _placed_by(windows: tuple[Window, ...], place: Place | None) -> tuple[Window, ...]:
    """The periods, by the time that a question says they go by."""
    if place is None:
        return windows
    return tuple(one.model_copy(update={"place": one.place or place}) for one in windows)


def _counts(figure: Figure, model: SemanticModel) -> bool:
    """Whether a figure is a number of rows, or of what they name."""
    return figure.aggregate is Aggregate.DISTINCT or counts_rows(figure, model)


class _Reader:
    def __init__(self, phrase: Phrase, model: SemanticModel, as_of: date) -> None:
        self._phrase, self._model, self._as_of = phrase, model, as_of

    def read(self) -> ReadIntent:
        phrase, model = self._phrase, self._model
        grouping, asked = Grouping(phrase, model), Asked(phrase, model)
        below, childless = subordinates_of(phrase, model), childless_of(phrase, model)
        restricted = restrictions_of(phrase, model)
        groups = grouping.groups()
        figures = asked.figures(restricted.compared)
        ranked = ranked_by(phrase, grouping, groups, figures, asked.first)
        groups = ranked.groups
        base = self._base(figures)
        if not restricted.limits:
            figures = figures or asked.counted(base, groups)
        thresholds, figures = restricted.thresholds_over(figures, model)
        number = counted_groups(figures, thresholds, groups, model)
        if number is not None:
            figures, thresholds, groups = number.figures, number.thresholds, number.groups
            restricted = restricted._replace(
                segments=(*restricted.segments, *number.segments),
                doubts=(*restricted.doubts, *number.doubts),
            )
        if thresholds and not groups:
            groups = grouping.things_listed()
        if figures and number is None:
            groups = told_besides(groups, phrase, model)
        base = figures[0].dataset if figures else base
        windows, presences = windows_of(phrase, model, _beside_groups(restricted.presences, groups))
        comparison, windows = comparison_of(phrase, _placed_by(windows, grouping.placed_by), self._as_of)
        periods = EachPeriod(phrase, windows, groups, has_figures=bool(figures) and comparison is None)
        groups = (*groups, *periods.groups)
        segments = tuple(use for use in restricted.segments if use.segment not in grouping.topmost)
        segments = (*segments, *self._held_now(figures, segments, windows))
        segments = (*segments, *rows_alike(figures, phrase, model))
        conditions, segments, part = parted(phrase, restricted, segments, groups)
        conditions = (
            *beside_levels(conditions, groups, grouping.levels, base),
            *without_tops(groups, figures, model),
        )
        segments = (*segments, *rows_by_default(base, figures, segments, conditions, model))
        held: tuple[Held, ...] = ()
        if figures and figures[0].aggregate is Aggregate.COUNT:
            held, segments, windows = held_of(segments, windows, model)
        if not figures or (not held and (_counts(figures[0], model) or of_record(figures, phrase, model))):
            groups, conditions = as_it_was(groups, conditions, windows, self._as_of, model)
            places = [base, *(group.place.dataset for group in groups if group.place is not None)]
            places += [one.place.dataset for one in conditions]
            held, windows = held_then(places, windows, phrase, model)
        named = (*(use.segment for use in segments), *self._segments_of(figures))
        windows, of_another_day = as_of_today(windows, named, base, self._as_of, model)
        if not (held or segments or windows):
            held = held_today(base, figures, phrase, self._as_of, model)
        asked.settle_sums(figures)
        listed = Listed(phrase, model, base)
        shown = () if figures else listed.shown()
        kinds_of = listed.only_kinds(shown) if ranked.ranking is None else ()
        doubts = (
            share_in_doubt(phrase, restricted, groups)
            + each_of_periods(phrase, presences)
            + periods.doubts
            + grouping.doubts
            + whose_subordinates(phrase, below, conditions, model)
            + of_no_period(figures, windows, groups)
            + of_another_day
            + of_which_kind(held, figures, conditions, model)
            + self._never_together(figures)
            + self._doubts(
                base,
                restricted,
                ranked,
                nothing_compared=comparison is not None and not figures,
                each_of_nothing=each_of_nothing(phrase),
                counts_no_thing=asked.counts_no_thing(base),
                lists_nameless=not figures
                and (ranked.ranking is not None or not shown)
                and self._is_nameless(base),
            )
        )
        of_other = is_of_other(phrase, figures, part)
        intent = AnalyticIntent(
            base=base,
            figures=figures,
            groups=groups,
            conditions=conditions,
            segments=segments,
            windows=windows,
            held=held,
            presences=once_denied(presences, model),
            subordinates=(below,) if below is not None else (),
            childless=childless,
            thresholds=thresholds,
            shown=kinds_of or shown,
            distinct=bool(kinds_of),
            ranking=ranked.ranking,
            comparison=comparison,
            share=not of_other and any(piece.token.act is Act.SHARE and not piece.used for piece in phrase),
            of_other=of_other,
            part=part,
            running=phrase.has(Act.RUNNING) and phrase.has(Act.GRAIN),
            moving=self._moving(),
            counts_groups=number is not None,
            unread=unread(phrase, model),
        )
        return ReadIntent(intent=intent, doubts=doubts)

    def _doubts(
        self,
        base: str,
        restricted: Restrictions,
        ranked: Ranked,
        *,
        nothing_compared: bool,
        each_of_nothing: bool,
        counts_no_thing: bool,
        lists_nameless: bool,
    ) -> tuple[str, ...]:
        """Why the intent may not be what was meant."""
        found = list(restricted.doubts)
        if ranked.by_nothing:
            found.append("ranked by nothing")
        if nothing_compared:
            found.append("a comparison of nothing")
        if unread(self._phrase, self._model):
            found.append(f"not understood: {' '.join(unread(self._phrase, self._model))}")
        if counts_no_thing:
            found.append("how much of what is not said")
        if lists_nameless:
            found.append("rows without a name, of which nothing was said")
        if each_of_nothing:
            found.append("each of nothing that is grouped by")
        left = unused(self._phrase, self._model, base)
        if left:
            found.append(f"without a place: {' '.join(left)}")
        return tuple(found)

    def _held_now(
        self, figures: tuple[Figure, ...], segments: tuple[SegmentUse, ...], windows: tuple[Window, ...]
    ) -> tuple[SegmentUse, ...]:
        """现在有多少人 counts those that are there: rows whose validity has no end."""
        counted = [figure.dataset for figure in figures if figure.aggregate is Aggregate.COUNT]
        named = [one for use in segments if (one := self._model.segment(use.segment)) is not None]
        if (
            any(one.dataset in counted for one in named)
            or windows
            or not counted
            or not any(NOW.search(piece.token.text) for piece in self._phrase)
        ):
            return ()
        dataset = self._model.dataset(counted[0])
        if dataset is None or dataset.validity is None:
            return ()
        condition = unset(dataset.name, dataset.validity.end, self._model.dialect)
        return tuple(
            SegmentUse(segment=one.name) for one in self._model.segments if one.condition == condition
        )[:1]

    def _segments_of(self, figures: tuple[Figure, ...]) -> list[str]:
        """The segments whose rows figures count by their definition."""
        known = [one for figure in figures if (one := self._model.metric(figure.metric or "")) is not None]
        return [name for metric in known for name in metric.segments]

    def _moving(self) -> int | None:
        """Over how many units of time a moving mean goes."""
        numbers = [piece.token.number or 0 for piece in self._phrase if piece.token.act is Act.MOVING]
        return next((int(number) for number in numbers if number > 1), None)

    def _is_nameless(self, base: str) -> bool:
        """Whether rows are asked for that nobody named and that have no name: of prices, where products are meant."""
        dataset = self._model.dataset(base)
        return dataset is not None and dataset.display is None and not self._is_named(base)

    def _never_together(self, figures: tuple[Figure, ...]) -> tuple[str, ...]:
        """What must not stand in one answer, by convention."""
        named = {figure.metric for figure in figures}
        return tuple(
            f"{first} and {second} must not be combined"
            for first, second in self._model.conventions.never_combine
            if {first, second} <= named
        )

    def _base(self, figures: tuple[Figure, ...]) -> str:
        if figures:
            return figures[0].dataset
        thing = self._phrase.thing_asked_for()
        own = self._phrase.names_row() or self._is_history(self._phrase.base)
        return thing.dataset if thing is not None and not own else self._phrase.base

    def _is_history(self, name: str) -> bool:
        """Whether rows only say what held from when to when, of what is asked for: where somebody was."""
        dataset = self._model.dataset(name)
        days = [one.token.time for one in self._phrase if one.token.time is not None]
        on_day = len(days) == 1 and days[0].is_day
        is_record = dataset is not None and dataset.is_record
        return on_day and is_record and not self._is_named(name)

    def _is_named(self, name: str) -> bool:
        return any(
            piece.kind is Kind.DATASET and piece.dataset == name and piece.token.sort is Sort.TERM
            for piece in self._phrase
        )
