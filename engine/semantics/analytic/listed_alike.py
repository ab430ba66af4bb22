"""Words of a list are of one kind: 小程序 in 直营、加盟、小程序 is a type of shop, and not where members come from."""

from __future__ import annotations

from collections.abc import Sequence

from chat2sql.engine.semantics.analytic.acts import Act
from chat2sql.engine.semantics.analytic.token import Sort, Token
from chat2sql.engine.semantics.model.terms import Kind, Meaning

_JOINS = frozenset({"、", "和", "与", "及", "以及", "and"})


def with_lists_alike(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The tokens, what could be a code of several columns taken as that of the column of what it is listed with."""
    told = list(tokens)
    for place, token in enumerate(tokens):
        if token.sort is not Sort.TERM or token.meanings[:1] == () or token.meanings[0].kind is not Kind.CODE:
            continue
        columns = {_column(one) for one in token.meanings if one.kind is Kind.CODE}
        beside = [_of_code(tokens, place + step) for step in (-2, 2) if _joined(tokens, place + step // 2)]
        shared = [column for column in beside if column in columns]
        if len(columns) > 1 and shared:
            own = tuple(one for one in token.meanings if one.kind is Kind.CODE and _column(one) == shared[0])
            told[place] = token._replace(meanings=own)
    return tuple(told)


def _joined(tokens: Sequence[Token], place: int) -> bool:
    return (
        0 <= place < len(tokens)
        and tokens[place].act is Act.ALSO
        and tokens[place].text.strip().lower() in _JOINS
    )


def _of_code(tokens: Sequence[Token], place: int) -> tuple[str, str] | None:
    """The column of which a token is a code; None: it is none, or of several columns."""
    if not 0 <= place < len(tokens) or tokens[place].sort is not Sort.TERM:
        return None
    columns = {_column(one) for one in tokens[place].meanings if one.kind is Kind.CODE}
    return columns.pop() if len(columns) == 1 else None


def _column(meaning: Meaning) -> tuple[str, str]:
    return meaning.dataset, meaning.name
