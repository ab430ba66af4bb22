"""Shares: what restricts the whole, and what only the part."""

from __future__ import annotations

from collections.abc import Callable

from chat2sql.engine.semantics.analytic.acts import Act
from chat2sql.engine.semantics.analytic.intent import Condition, Group, Part, SegmentUse
from chat2sql.engine.semantics.analytic.phrase import Phrase, Piece
from chat2sql.engine.semantics.analytic.restrictions import Restrictions
from chat2sql.engine.semantics.analytic.token import Sort
from chat2sql.engine.semantics.model.terms import Kind


def parted(
    phrase: Phrase, restricted: Restrictions, segments: tuple[SegmentUse, ...], groups: tuple[Group, ...]
) -> tuple[tuple[Condition, ...], tuple[SegmentUse, ...], Part]:
    """在职员工里女员工占多少: what stands before 里 restricts the whole, what stands behind it is the part."""
    marks = [piece.number for piece in phrase if piece.token.act is Act.SHARE]
    if not marks or any(group.grain is None for group in groups):
        return restricted.conditions, segments, Part()
    whole = max(
        (
            piece.number
            for piece in phrase
            if piece.number < marks[0]
            and piece.token.text in ("里", "中", "中的", "里面", "among", "of")
            and not _is_behind_figure(phrase, piece)
        ),
        default=max(
            _named_before_part(phrase, restricted, marks[0]),
            _clause_before_part(phrase, restricted, marks[0]),
        ),
    )
    part = Part(
        conditions=tuple(one for one in restricted.conditions if restricted.at.get(one.place, 0) > whole),
        segments=tuple(use for use in segments if restricted.segment_at.get(use.segment, 0) > whole),
    )
    named = Part(
        conditions=tuple(one for one in part.conditions if restricted.at.get(one.place, 0) < marks[0]),
        segments=tuple(use for use in part.segments if restricted.segment_at.get(use.segment, 0) < marks[0]),
    )
    if named != Part() and any(
        piece.number == marks[0] and piece.token.text.startswith("占") for piece in phrase
    ):
        # 到家订单占有效订单的比例: what stands behind it is the whole.
        part = named
    return (
        tuple(one for one in restricted.conditions if one not in part.conditions),
        tuple(use for use in segments if use not in part.segments),
        part,
    )


def _is_behind_figure(phrase: Phrase, piece: Piece) -> bool:
    """自有品牌在总销售额里占多少: the whole is all of the figure, and no rows that are named before."""
    before = phrase.before(piece)
    return before is not None and (before.kind is Kind.METRIC or phrase.is_measure(before))


def _clause_before_part(phrase: Phrase, restricted: Restrictions, mark: int) -> int:
    """计入销售额的订单，从线上来的占多少: what the clause before says is of the whole."""
    return _closing(
        phrase, restricted, mark, lambda one: one.token.act is Act.ALSO and one.token.text in "，,"
    )


def _named_before_part(phrase: Phrase, restricted: Restrictions, mark: int) -> int:
    """在职员工女的占几成: the thing that is named between two restrictions closes the whole."""
    return _closing(
        phrase, restricted, mark, lambda one: one.kind is Kind.DATASET and one.token.sort is Sort.TERM
    )


def _closing(phrase: Phrase, restricted: Restrictions, mark: int, closes: Callable[[Piece], bool]) -> int:
    """The last piece of a sort that has a restriction before it, if the part has one behind it; -1: there is none."""
    said = [*restricted.at.values(), *restricted.segment_at.values()]
    for piece in reversed(list(phrase)):
        if closes(piece) and piece.number < mark and any(at < piece.number for at in said):
            return piece.number if any(piece.number < at < mark for at in said) else -1
    return -1


def share_in_doubt(phrase: Phrase, restricted: Restrictions, groups: tuple[Group, ...]) -> tuple[str, ...]:
    """各部门女员工占在职员工的比例: a part within each group, of a whole that is told too."""
    marks = [piece.number for piece in phrase if piece.token.act is Act.SHARE]
    if not marks or not any(group.grain is None for group in groups):
        return ()
    said = [*restricted.at.values(), *restricted.segment_at.values()]
    within = [
        piece.number
        for piece in phrase
        if piece.number < marks[0] and piece.token.text in ("里", "中", "中的", "里面", "among", "of")
    ]
    behind = any(at > marks[0] for at in said) and any(at < marks[0] for at in said)
    both_sides = any(
        any(at < place for at in said) and any(place < at < marks[0] for at in said) for place in within
    )
    return ("a share within each group",) if behind or both_sides else ()
