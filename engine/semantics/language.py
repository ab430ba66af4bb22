"""Which language a question is in, and the clean text of it."""

from __future__ import annotations

import re
import unicodedata

from chat2sql.config.errors import InvalidInput
from chat2sql.config.vocabulary import Language

_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿\U00020000-\U0003FFFF]")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_QUOTED = re.compile(r"\"[^\"\n]*\"|“[^”\n]*”|「[^」\n]*」|《[^》\n]*》|(?<![A-Za-z])'[^'\n]*'(?![A-Za-z])")
# Words that build a Chinese sentence and hardly ever stand in the name of a place or a company.
_HAN_GRAMMAR = re.compile(
    r"[的吗呢哪几每各最按是查列]|多少|什么|统计|怎[么样]|以及|今[年天]|去年|[本上]个?[月周]|季度|同比|环比|排名|趋势|占比"
)
_ENGLISH_GRAMMAR = re.compile(
    r"\b(?:the|of|in|for|by|from|with|how|many|much|what|which|who|when|where|is|are|was|were|did|does|do"
    r"|show|list|give|count|compare|find|and|me|to|all|at|on|than)\b",
    re.ASCII | re.IGNORECASE,
)
_LINE_BREAKS = re.compile("\r\n?|[\u0085\u2028\u2029]")
# Cc control, Cf format (bidi, zero width), Cs lone surrogates, which no UTF-8 text can carry.
_REMOVED = frozenset({"Cc", "Cf", "Cs"})


_ENOUGH = 1000
"""Characters that tell the language; the rest of an over-long text is not looked at."""


def detect_language(text: str, default: Language) -> Language:
    """The language the asker writes.

    Quoted text does not count: it is data. With Han characters the question is Chinese, unless its grammar is
    English and the Han characters are only a name ("How many orders from 北京?"). Text with neither Han nor Latin
    letters is in the default language.
    """
    text = text[:_ENOUGH]
    bare = _QUOTED.sub(" ", text)
    if not _HAN.search(bare) and not _LATIN.search(bare):
        bare = text
    if _HAN.search(bare):
        english = not _HAN_GRAMMAR.search(bare) and _ENGLISH_GRAMMAR.search(bare)
        return Language.EN if english else Language.ZH
    return Language.EN if _LATIN.search(bare) else default


def validate_question(text: str, max_chars: int) -> str:
    """The text without invisible characters, in Unicode form NFC, stripped.

    Control characters other than tab and newline, bidirectional and zero-width marks, and lone surrogates are
    removed; every kind of line break becomes a newline.

    Raises:
        InvalidInput: nothing is left, it has more than ``max_chars`` characters, or no letter and no digit.
    """
    unbroken = _LINE_BREAKS.sub("\n", text)
    visible = "".join(
        char for char in unbroken if char in "\t\n" or unicodedata.category(char) not in _REMOVED
    )
    clean = unicodedata.normalize("NFC", visible).strip()
    if not clean:
        raise InvalidInput(
            zh="问题是空的。请写出想查询的内容，例如“2024年各地区的销售额”。",
            en="The question is empty. Write what you want to know, for example 'sales by region in 2024'.",
        )
    if len(clean) > max_chars:
        raise InvalidInput(
            zh=f"问题有 {len(clean)} 个字符，最多 {max_chars} 个。请缩短问题，或拆成几个问题。",
            en=f"The question has {len(clean)} characters; at most {max_chars} are taken."
            " Shorten it, or ask several questions.",
        )
    if not any(unicodedata.category(char)[0] in "LN" for char in clean):
        raise InvalidInput(
            zh="问题里只有表情或符号。请用文字写出想查询的内容。",
            en="The question holds only emoji or symbols. Write in words what you want to know.",
        )
    return clean
