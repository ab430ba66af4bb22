"""Estimating how many tokens a text takes, without a tokenizer.

The text is cut as byte-pair tokenizers of the Qwen family cut it before they merge; the weights of the
pieces are fitted to the tokenizer of Qwen2.5-Coder over English and Chinese questions, SQL and schema text.
On such text the estimate is within a fifth of the true count.
"""

from __future__ import annotations

import math
import re

_HAN = re.compile(r"[㐀-鿿豈-﫿]")
_CASED_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_PIECE = re.compile(
    r"(?P<letters>(?:[^\r\n\w]|_)?[^\W\d_]+)"
    r"|(?P<digit>\d)"
    r"|(?P<marks> ?(?:[^\s\w]|_)+[\r\n]*)"
    r"|(?P<space>\s*[\r\n]+|\s+)"
)

_PER_PIECE = {"digit": 1.0, "marks": 1.1, "space": 1.1}
_PER_HAN_RUN, _PER_HAN = 1.25, 0.53
_PER_WORD, _PER_FURTHER_CASED_PART = 1.04, 1.3
_LETTERS_IN_ONE, _PER_FURTHER_LETTER = 9, 0.2
_PER_OTHER_LETTER = 0.5


def estimate_tokens(text: str) -> int:
    """About how many tokens a Qwen-like tokenizer makes of the text; 0 for an empty one."""
    return math.ceil(sum(_weigh(piece) for piece in _PIECE.finditer(text)))


def _weigh(piece: re.Match[str]) -> float:
    if piece.lastgroup != "letters":
        return _PER_PIECE[piece.lastgroup or "marks"]
    letters = piece[0]
    han = len(_HAN.findall(letters))
    parts = _CASED_PART.findall(letters)
    weight = _PER_HAN_RUN + _PER_HAN * han if han else 0.0
    if parts:
        further = sum(max(0, len(part) - _LETTERS_IN_ONE) for part in parts)
        weight += _PER_WORD + _PER_FURTHER_CASED_PART * (len(parts) - 1) + _PER_FURTHER_LETTER * further
    others = sum(char.isalpha() and not char.isascii() for char in letters) - han
    return weight + _PER_OTHER_LETTER * others
