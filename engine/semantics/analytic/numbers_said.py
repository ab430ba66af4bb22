"""Numbers that a question says, scaled by what stands behind them: 12万, 1万5, 30%, 三成."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chat2sql.engine.semantics.numerals import EN_NUMBER, parse_number

_MEASURES = (
    "千卡|大卡|毫克|千克|公斤|毫升|毫米|厘米|千瓦|英寸|小时|分钟|[瓦克升度寸卡]"
    "|(?:mg|ml|mm|cm|kg|kcal|mAh|GB|kW|[gGWwLV])(?![A-Za-z0-9])|℃"
    "|个月(?=的|及?以[上下]|或更|$|[，,。？?])|年(?=及?以[上下]|或更)"
)
"""Units that only say what the number of a field is in."""
_NUMBER = re.compile(
    rf"(?<![A-Za-z0-9_])(?P<n>(?!an?\b){EN_NUMBER}(?![a-z])|[0-9][0-9,]*(?:\.[0-9]+)?|[零一二两三四五六七八九十百千万亿半]+)(?P<unit>万|亿|千(?![卡瓦克米])|百|[kKmM](?![A-Za-z]))?"
    rf"(?:{_MEASURES}|分钱|毛钱|人次|元|块|人|天|件|个|平米|平方米|平|分|岁|%|％|次|单|笔|份|台|种|家|位|名|款|条|张|项|箱|套|双|部|辆|户|成)?"
)
_SPOKEN_SUM = re.compile(r"(?P<n>[0-9]+)(?P<unit>[万亿千])(?P<rest>[1-9])(?![0-9万千百])(?:元|块)?")
_SCALES = {"万": 1e4, "亿": 1e8, "千": 1e3, "百": 1e2, "k": 1e3, "K": 1e3, "m": 1e6, "M": 1e6}
_NOT_ONE = re.compile(r"一[^，,。0-9]{1,7}?[都也]?(?:没|未)")


def numbers_in(question: str) -> Iterator[tuple[int, int, float]]:
    """Each number, with where it begins and where it ends."""
    for match in _SPOKEN_SUM.finditer(question):
        # 1万5 is fifteen thousand.
        scale = _SCALES[match["unit"]]
        yield match.start(), match.end(), float(match["n"]) * scale + float(match["rest"]) * scale / 10
    for match in _NUMBER.finditer(question):
        if _NOT_ONE.match(question, match.start()) or question.startswith("年", match.end()):
            # 一件都没卖出去 counts nothing; 两年 is compared with years only, and nothing says what a field counts.
            continue
        value = number_of(match["n"])
        if value is not None:
            scaled = value * _SCALES.get(match["unit"] or "", 1)
            scaled = scaled / 100 if match.group().endswith(("%", "％")) else scaled
            scaled = scaled / 10 if match.group().endswith("成") else scaled
            yield match.start(), match.end(), scaled


def number_of(text: str | None) -> float | None:
    """A number as it is written, in digits or words; None: it is none."""
    if text is None:
        return None
    try:
        return float(text.replace(",", ""))
    except ValueError:
        value = parse_number(text)
        return None if value is None else float(value)
