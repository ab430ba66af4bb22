"""Taking bilingual text apart into terms: English words without their plural, Chinese character pairs."""

from __future__ import annotations

import re
from itertools import pairwise

_RUN = re.compile(r"[㐀-鿿豈-﫿]+|(?:(?![㐀-鿿豈-﫿])[^\W\d_])+|[0-9]+")
_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
_HAN = re.compile(r"[㐀-鿿豈-﫿]")

_SINGLE_HAN_WEIGHT = 0.2
_STEM_WEIGHT = 0.2
_STEM_LETTERS = 5

_STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """a about above after all also am an and any are as at be been before being below between both but by can
    could did do does doing during each every find for from get give had has have having he her him his how i
    if in into is it its just least less let list many may me more most much my no not of on one only or other
    our out over per please return same shall she should show so some such tell than that the their them then
    there these they this those through to too under until up us very was we were what when where which while
    who whom whose why will with would you your""",
    )
)

_STOP_HAN = re.compile(
    "请问|请|帮我|帮忙|告诉|给我|想知道|知道|看一下|一下|查询|查找|查看|列出|显示|统计|计算|找出|分别|各个|每个|每一|所有|全部"
    "|哪些|哪个|哪位|哪种|哪里|哪|什么|多少|几个|几|怎么|怎样|如何|是否|有没有|为什么|以及|或者|并且|而且|其中|之间|按照|根据"
    "|最多|最少|最高|最低|最大|最小|最近|最|超过|大于|小于|等于|至少|不超过|排名|前"
    "|上个月|这个月|本月|去年|今年|前年|昨天|今天|上周|本周|上季度|本季度|季度|年|月|日|天|周"
    "|我们|你们|他们|这些|那些|一个|[的了是在有和与及或从到把被为对中按并吗呢吧啊个都也还每各其该这那我你他她它一二三四五六七八九十不大小多少]"
)


def singular(word: str) -> str:
    """The lower-case English word without a regular plural ending."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def has_han(text: str) -> bool:
    """Whether the text has a Chinese character."""
    return _HAN.search(text) is not None


def words(text: str) -> list[str]:
    """The words of a text that is not Chinese, in the singular; names are split at ``_`` and in camel case.

    Function words of English are left out.
    """
    found = []
    for run in _RUN.findall(text):
        if not _HAN.match(run):
            parts = [part.lower() for part in (_CAMEL.findall(run) if run.isascii() else ())] or [run.lower()]
            found += [singular(part) for part in parts if part not in _STOP_WORDS]
    return found


def stem(word: str) -> str:
    """What stands for a word's family (``employee``, ``employed``): its first letters, marked as a stem."""
    return word[:_STEM_LETTERS] + "~"


def han_runs(text: str) -> list[str]:
    """The unbroken runs of Chinese characters of a text."""
    return [run for run in _RUN.findall(text) if _HAN.match(run)]


def pairs(text: str) -> list[str]:
    """The pairs of neighbouring Chinese characters of a text."""
    return [first + second for run in han_runs(text) for first, second in pairwise(run)]


def terms(text: str) -> dict[str, float]:
    """The terms of a text with their weights: words, their stems, and Chinese pairs; single characters little."""
    found: dict[str, float] = {}
    for word in words(text):
        found[word] = found.get(word, 0) + 1
        if len(word) >= _STEM_LETTERS and word.isascii():
            found[stem(word)] = found.get(stem(word), 0) + _STEM_WEIGHT
    for pair in pairs(text):
        found[pair] = found.get(pair, 0) + 1
    for character in _HAN.findall(_STOP_HAN.sub("", text)):
        found[character] = found.get(character, 0) + _SINGLE_HAN_WEIGHT
    return found


def share_known(text: str, known: frozenset[str]) -> float:
    """Which share of a text's content is among the known terms, from 0 to 1; 0 if it has no content.

    A word counts as much as two Chinese characters. A character is known if a known pair covers it.
    Numbers are no content, nor are the words and phrases that only make a question.
    """
    content = [word for word in words(text) if not word.isdigit()]
    matched = sum(word in known or stem(word) in known for word in content)
    han, han_known = _han_content(text, known)
    total = len(content) + han / 2
    return (matched + han_known / 2) / total if total else 0.0


def _han_content(text: str, known: frozenset[str]) -> tuple[int, int]:
    """How many Chinese characters are content, and how many of them known pairs cover."""
    stopped = {i for match in _STOP_HAN.finditer(text) for i in range(*match.span())}
    covered = {j for i in range(len(text) - 1) if text[i : i + 2] in known for j in (i, i + 1)}
    covered = {i for i in covered if _HAN.match(text[i])}
    content = covered | {i for i, char in enumerate(text) if _HAN.match(char) and i not in stopped}
    return len(content), len(covered)
