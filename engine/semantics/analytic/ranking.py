"""The order that a question asks for, and how many of the first."""

from __future__ import annotations

import re
from typing import NamedTuple

from chat2sql.engine.semantics.analytic.acts import NTH_ASC, NTH_DESC, Act
from chat2sql.engine.semantics.analytic.grouping import Grouping
from chat2sql.engine.semantics.analytic.intent import Figure, Group, Ranking
from chat2sql.engine.semantics.analytic.phrase import Phrase, Piece
from chat2sql.engine.semantics.model.semantic_model import Role

_DEAR = re.compile("贵|便宜|expensive|cheap", re.IGNORECASE)


class Ranked(NamedTuple):
    """A ranking, the groups with what is ranked among them, and whether there is nothing to rank by."""

    ranking: Ranking | None
    groups: tuple[Group, ...]
    by_nothing: bool = False


def ranked_by(
    phrase: Phrase,
    grouping: Grouping,
    groups: tuple[Group, ...],
    figures: tuple[Figure, ...],
    first: Figure | None = None,
) -> Ranked:
    """The ranking of a phrase, by its figures or by what each row has.

    Args:
        first: the figure that is named first.
    """
    marks = [
        piece for piece in phrase if piece.token.act in (Act.TOP, Act.MOST, Act.RANKED) and not piece.used
    ]
    if not marks:
        return Ranked(None, groups)
    mark = next((piece for piece in marks if piece.token.act is not Act.RANKED), marks[0])
    for piece in marks:
        piece.used = True
    only = mark.token.detail in (NTH_DESC, NTH_ASC)
    descending = mark.token.detail not in ("asc", NTH_ASC)
    plain = Ranking(
        descending=descending, limit=_limit(mark, phrase), only=only, told=_tells_place(phrase, mark)
    )
    thing = phrase.thing_ranked(mark) if mark.token.act is not Act.RANKED or not groups else None
    if not figures:
        return _of_rows(phrase, plain, groups, thing)
    place = phrase.name_of(thing) if thing is not None else None
    within = 0
    if thing is not None and place is not None and Group(place=place) not in groups:
        before = phrase.before(thing)
        within, groups = len(groups), (*groups, grouping.of(place, before, thing))
        thing.used = True
    by = figures.index(first) if first in figures else 0
    return Ranked(plain.model_copy(update={"figure": by, "within": within}), groups)


def _tells_place(phrase: Phrase, mark: Piece) -> bool:
    """列出门店、销售额和名次: whether a list behind the ranking names the place."""
    lists = phrase.list_begins()
    behind = mark.number if lists is None else max(lists, mark.number)
    said = "".join(piece.token.text for piece in phrase if lists is not None and piece.number > behind)
    return re.search("[、和及与]的?(?:名次|排名)(?![前第靠])", said) is not None


def _limit(mark: Piece, phrase: Phrase) -> int | None:
    if mark.token.act is Act.TOP:
        return int(mark.token.number or 1)
    return (phrase.number_of_things() or 1) if mark.token.act is Act.MOST else None


def _of_rows(phrase: Phrase, plain: Ranking, groups: tuple[Group, ...], thing: Piece | None) -> Ranked:
    """The first rows by a quantity or a time of their own."""
    measure = phrase.row_field(Role.MEASURE)
    own = measure is not None and (thing is None or thing.dataset == measure.dataset)
    place = measure if own else (phrase.row_field(Role.TIME) if thing is not None else None)
    dear = any(_DEAR.search(piece.token.text) for piece in phrase if piece.token.act in (Act.TOP, Act.MOST))
    asked = thing or phrase.thing_asked_for()
    if place is None and asked is not None and dear:
        place = phrase.price_of(asked.dataset)
    if place is None:
        return Ranked(None, groups, by_nothing=True)
    return Ranked(plain.model_copy(update={"place": place, "within": len(groups)}), groups)
