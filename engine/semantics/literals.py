"""What a question says literally: quoted text, numbers, and how many rows it wants."""

from __future__ import annotations

import re

from chat2sql.config.vocabulary import Frozen
from chat2sql.engine.semantics.numerals import EN_NUMBER, HAN_NUMERAL, parse_number

_MOST_ROWS = 1_000_000
QUOTED = re.compile(
    r"“([^”\n]{1,200})”|‘([^’\n]{1,200})’|「([^」\n]{1,200})」|『([^』\n]{1,200})』|《([^》\n]{1,200})》"
    r'|"([^"\n]{1,200})"|`([^`\n]{1,200})`'
    # An apostrophe is no quote: customers' orders, John's.
    r"|(?<![A-Za-z0-9])'([^'\n]{1,200})'(?![A-Za-z0-9])"
)
_DIGITS = r"[0-9]{1,20}(?:,[0-9]{3})*(?:\.[0-9]{1,10})?"
_COUNTED = r"[个名位条天月年元笔次家件种倍周季岁人款台度项份号块页]|小时|分钟|公斤|公里"
_NUMBER = re.compile(
    rf"(?P<digits>(?<![A-Za-z0-9_.])(?:{_DIGITS})\s?(?P<scale>[万亿]{{0,2}})(?P<percent>\s?[%％])?(?![A-Za-z_]*[0-9]))"
    rf"|百分之(?P<hundredths>{HAN_NUMERAL}{{1,8}}|{_DIGITS})"
    rf"|(?<!第)(?<!哪)(?<!每)(?P<han>{HAN_NUMERAL}{{2,10}}[万亿]{{0,2}}|[二两三四五六七八九十][万亿]?(?={_COUNTED})"
    rf"|[一两二三四五六七八九十][万亿](?!科|达))",
    re.ASCII,
)
_COUNT_ZH = rf"(?P<n>[0-9]{{1,7}}|{HAN_NUMERAL}{{1,5}})"
_COUNT_EN = rf"(?P<n>[0-9]{{1,7}}|{EN_NUMBER})"
_CLASSIFIER = "[个名位条大强家款种笔项件人单批只台间支部]"
_LIMITS = tuple(
    re.compile(pattern, re.ASCII | re.IGNORECASE)
    for pattern in (
        rf"(?:前|倒数|[后末](?=[0-9一二两三四五六七八九十]+[名位个])){_COUNT_ZH}(?![0-9.]*\s?[%％])"
        r"(?!\s*(?:个?(?:月|季|周|星期|礼拜)|天|日|年|小时|分钟|成|分之))",
        rf"(?:最[㐀-鿿]{{1,4}}?|排名靠[前后])的?(?:前)?{_COUNT_ZH}{_CLASSIFIER}(?!月|季度)",
        rf"最近的?{_COUNT_ZH}[个条笔单批张](?!月|季|完整|自然)",
        rf"\b(?:top|bottom)[\s-]*{_COUNT_EN}(?![0-9.]*\s?(?:%|percent))\b",
        rf"\b(?:first|last|latest)\s+{_COUNT_EN}\b(?!\s*(?:%|percent|(?:full|complete|calendar|whole)\b"
        r"|(?:days?|weeks?|months?|quarters?|years?|hours?|minutes?)\b))",
        rf"\b(?:the\s+)?{_COUNT_EN}\s+(?:most|least|best|worst|largest|biggest|smallest|highest|lowest|cheapest|latest"
        r"|newest|oldest|top)\b",
    )
)


class Literals(Frozen):
    """Literal parts of a text, in its order.

    ``quoted`` without the quotes; ``numbers`` as plain decimals ('3.5万' is '35000'), percentages with their sign
    ('10%'); ``limit`` is N of a top N, None when none is asked for.
    """

    quoted: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    limit: int | None = None


def literals(text: str) -> Literals:
    """The literal parts of a text. A limit beyond a million is none."""
    return Literals(
        quoted=tuple(
            next(part for part in match.groups() if part).strip() for match in QUOTED.finditer(text)
        ),
        numbers=tuple(number for match in _NUMBER.finditer(text) if (number := _plain(match)) is not None),
        limit=_limit(text),
    )


def _plain(match: re.Match[str]) -> str | None:
    hundredths = match["hundredths"]
    value = parse_number(hundredths or match["han"] or match[0].rstrip("%％ ").replace(" ", ""))
    if value is None:
        return None
    return f"{value.normalize():f}" + ("%" if hundredths or match["percent"] else "")


def _limit(text: str) -> int | None:
    found = [match for pattern in _LIMITS if (match := pattern.search(text))]
    for match in sorted(found, key=re.Match.start):
        value = parse_number(match["n"])
        if value is not None and 0 < value <= _MOST_ROWS:
            return int(value)
    return None
