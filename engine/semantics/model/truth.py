"""Columns that say yes or no, however they write it: booleans, 1 and 0, Y and N, 是 and 否."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chat2sql.engine.semantics.model.semantic_model import CodeMeaning, Field

_YES = frozenset({"是", "有", "对", "真", "yes", "y", "true", "t"})
_NO = frozenset({"否", "无", "不是", "没有", "错", "假", "no", "n", "false", "f"})
_BOOLEAN = re.compile(r"bool", re.IGNORECASE)
_NUMBER = re.compile(r"INT|NUM|DEC|BIT", re.IGNORECASE)


def says_yes_or_no(codes: Sequence[CodeMeaning]) -> bool:
    """Whether two codes only mean that something is so, and that it is not."""
    words = [{word.lower() for word in code.words} for code in codes]
    if len(words) != 2:
        return False
    first, second = words
    return bool((first & _YES and second & _NO) or (first & _NO and second & _YES))


def is_yes_or_no(word: str) -> bool:
    """Whether a word says nothing but that."""
    return word.lower() in _YES | _NO


def truth(field: Field, *, holds: bool) -> str:
    """Whether something is so, as SQL, in the way that a field writes it: TRUE, 1, 'Y'."""
    if _BOOLEAN.search(field.type):
        return "TRUE" if holds else "FALSE"
    meant = _YES if holds else _NO
    written = [code.code for code in field.codes if meant & {word.lower() for word in code.words}]
    code = written[0] if written else str(int(holds))
    return code if _NUMBER.search(field.type) else "'" + code.replace("'", "''") + "'"
