"""What a model says to a person: why it cannot answer, as plain words."""

from __future__ import annotations

import re
from functools import cache

from chat2sql.config.prompts import prompt
from chat2sql.engine.llm.prompt_data import as_data

_LONGEST = 300
_ECHO_WORDS = 7
"""So many words of a rule in a row are no coincidence."""

_TERMINAL_SEQUENCE = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[PX^_\\]]|[\x90\x9d-\x9f]).*?(?:\x07|\x1b\\\\|\x9c|$)|\x1b.",
    re.DOTALL,
)
_LINK = re.compile(r"!?\[(?P<text>[^\[\]]{0,300})\]\([^()]{0,2000}\)")
_ADDRESS = re.compile(
    r"\b(?:[a-z][a-z0-9+.-]{1,20}://|www\.|(?:javascript|data|mailto|file):)\S+", re.IGNORECASE
)
_TAG = re.compile(r"<[!/?a-zA-Z][^<>]{0,2000}>")
_EMPHASIS = re.compile(r"[*`|~]+|^[#>\s-]+|(?<!\w)_+|_+(?!\w)")
_ANGLES = str.maketrans({"<": "‹", ">": "›"})
_WORD = re.compile(r"\w+")


def plain_reason(text: str) -> str:
    """A model's reason as it may be shown: one short line without links, markup and terminal sequences.

    Empty where it repeats our own rules: then it was talked into telling them, and gives no reason.
    """
    unlinked = _ADDRESS.sub("…", _LINK.sub(r"\g<text>", _TERMINAL_SEQUENCE.sub("", text)))
    plain = _EMPHASIS.sub("", _TAG.sub("", unlinked).strip()).translate(_ANGLES)
    return "" if _runs(plain) & _rules() else as_data(plain, _LONGEST)


@cache
def _rules() -> frozenset[tuple[str, ...]]:
    return frozenset().union(*(_runs(prompt(name)) for name in ("generate", "correct", "rewrite")))


def _runs(text: str) -> frozenset[tuple[str, ...]]:
    words = [word.lower() for word in _WORD.findall(text)]
    return frozenset(tuple(words[i : i + _ECHO_WORDS]) for i in range(len(words) - _ECHO_WORDS + 1))
