"""Spelling texts so that those are equal that mean the same."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pypinyin import lazy_pinyin

from chat2sql.engine.schema.lexicon import has_han, singular

HAN = "㐀-鿿豈-﫿"
WORD = re.compile(rf"(?:(?![{HAN}])[^\W_])+(?:['’](?:(?![{HAN}])[^\W_])+)*")
"""A word of a script that puts something between words, with what an apostrophe ties to it."""

_POSSESSIVE = re.compile("['’]s?$")
_APOSTROPHES = str.maketrans("", "", "'’")
_HAN_SUFFIX = re.compile(
    "(?:股份有限公司|有限责任公司|有限公司|集团公司|公司|集团|特别行政区|(?:维吾尔|壮族|回族)?自治区|自治州|地区|省|市|区|县)$"
)
_COMPANY_SUFFIXES = frozenset(
    {"inc", "incorporated", "ltd", "limited", "llc", "plc", "gmbh", "co", "company", "corp", "corporation"}
)
_SHORTEST_STEM = 2


def folded(text: str) -> str:
    """The text in lower case, in normal width and without accents."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(character for character in apart if unicodedata.category(character) != "Mn")


def words(text: str) -> list[str]:
    """The words of a text in lower case and in the singular; Chinese is no word."""
    return [_plain(word) for word in WORD.findall(folded(text))]


def _plain(word: str) -> str:
    return singular(_POSSESSIVE.sub("", word).translate(_APOSTROPHES))


def key(text: str) -> str:
    """What is left of a text when spelling is taken away: Chinese without anything between characters, else words in
    the singular with a space between them. Empty: nothing but punctuation."""
    plain = folded(text)
    if has_han(plain):
        return "".join(character for character in plain if character.isalnum())
    return " ".join(map(_plain, WORD.findall(plain)))


def stem(spelled: str) -> str | None:
    """A key without the suffix that people leave out: 北京 of 北京市, ``acme`` of ``acme inc``; None: it has none."""
    if has_han(spelled):
        bare = _HAN_SUFFIX.sub("", spelled)
        return bare if bare != spelled and len(bare) >= _SHORTEST_STEM else None
    parts = spelled.split(" ")
    kept = len(parts)
    while kept > 1 and parts[kept - 1] in _COMPANY_SUFFIXES:
        kept -= 1
    return " ".join(parts[:kept]) if kept < len(parts) else None


def letters(spelled: str) -> str:
    """A key that is not Chinese without the spaces: ``newyork``."""
    return spelled.replace(" ", "")


@lru_cache(maxsize=50_000)
def reading(spelled: str) -> str | None:
    """How a Chinese key sounds, in pinyin without tones and spaces; None: it is not Chinese alone, or too short or
    long for a name."""
    if not 2 <= len(spelled) <= 8 or not all(has_han(character) for character in spelled):
        return None
    return "".join(lazy_pinyin(spelled)).replace("ü", "v")
