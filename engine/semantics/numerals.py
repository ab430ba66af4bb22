"""Numbers as people write them: 1,200, 3.5万, 二十, 两百五, half a dozen words of English."""

from __future__ import annotations

import re
from decimal import Decimal

HAN_DIGITS = {
    char: value
    for value, chars in enumerate(("零〇", "一", "二两", "三", "四", "五", "六", "七", "八", "九"))
    for char in chars
}
_SMALL_UNITS = {"十": 10, "百": 100, "千": 1000}
LARGE_UNITS = {"亿": 10**8, "万": 10**4}
HAN_NUMERAL = "[零〇一二两三四五六七八九十百千]"
_EN_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
EN_WORDS = {word: value for value, word in enumerate(_EN_ONES, 1)} | {
    "a": 1,
    "an": 1,
    "couple of": 2,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "sixty": 60,
    "ninety": 90,
}
EN_NUMBER = "(?:" + "|".join(sorted(EN_WORDS, key=len, reverse=True)) + ")"
_WORDS = {word: Decimal(value) for word, value in EN_WORDS.items()} | {"半": Decimal("0.5")}
_LONGEST = 24
_ARABIC = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?")


def _below_ten_thousand(text: str) -> int:
    total, digit, last_unit = 0, 0, 1
    for char in text:
        if char in _SMALL_UNITS:
            last_unit = _SMALL_UNITS[char]
            total += (digit or 1) * last_unit
            digit = 0
        else:
            digit = HAN_DIGITS[char]
            last_unit = 1 if digit == 0 else last_unit
    # 两百五 is 250: a last digit without a unit counts in tenths of the unit before it.
    return total + digit * max(last_unit // 10, 1)


def _han(text: str) -> Decimal:
    if all(char in HAN_DIGITS for char in text):
        return Decimal("".join(str(HAN_DIGITS[char]) for char in text))
    return Decimal(_below_ten_thousand(text))


def parse_number(text: str) -> Decimal | None:
    """The value of a number in digits, Chinese numerals or an English word, with 万 and 亿; else None.

    二〇二四 reads digit by digit, 半 is one half, 一万五 is 15,000. Longer than 24 characters is no number.
    """
    word = " ".join(text.lower().split())
    if word in _WORDS:
        return _WORDS[word]
    if len(word) > _LONGEST:
        return None
    for unit, factor in LARGE_UNITS.items():
        high, found, low = word.rpartition(unit)
        if found:
            return _with_unit(high, factor, low)
    if _ARABIC.fullmatch(word):
        return Decimal(word.replace(",", ""))
    if re.fullmatch(f"{HAN_NUMERAL}+", word):
        return _han(word)
    return None


def _with_unit(high: str, factor: int, low: str) -> Decimal | None:
    upper, lower = parse_number(high), parse_number(low) if low else Decimal(0)
    if upper is None or lower is None:
        return None
    return upper * factor + (lower * (factor // 10) if len(low) == 1 else lower)
