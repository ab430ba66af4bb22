"""A definition in a comment, as it stands there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_OF_ALL = re.compile(r"[，,]\s*(?:以上)?(?:均|都)(?=只|仅|按|以|不含|限)[^；;。]{2,60}$")
"""，均只算有效订单: behind the last of several definitions."""


class Definition(NamedTuple):
    """What a comment defines.

    Attributes:
        dataset: the table whose comment it is in.
        name: what is defined.
        also: what else it is called: 实收(回款).
        body: of what it is made.
        counts_only: whether only the rows that count are told.
        like: another definition, whose rows count too.
        as_above: whether nothing more is said of what is computed.
        about: the table whose comment has it, where it is read of the rows of another.
    """

    dataset: str
    name: str
    body: str
    counts_only: bool = False
    also: str = ""
    like: str = ""
    as_above: bool = False
    about: str = ""


def said_of_all(told: Iterable[Definition]) -> list[Definition]:
    """The definitions of one sentence, what its end says of all of them said of each."""
    found = list(told)
    shared = _OF_ALL.search(found[-1].body) if len(found) > 1 else None
    if shared is None:
        return found
    return [*(one._replace(body=f"{one.body}{shared.group()}") for one in found[:-1]), found[-1]]
