"""Operators in English."""

from __future__ import annotations

from chat2sql.engine.semantics.analytic.acts import AFTER, MONEY, Act, Row, row
from chat2sql.engine.semantics.analytic.intent import Aggregate, Grain, Operator
from chat2sql.engine.semantics.numerals import EN_NUMBER

_N = rf"(?P<n>[0-9]+(?:\.[0-9]+)?|{EN_NUMBER})"
_GRAINS = {
    Grain.DAY: ("day|date", "daily"),
    Grain.WEEK: ("week", "weekly"),
    Grain.MONTH: ("month", "monthly"),
    Grain.QUARTER: ("quarter", "quarterly"),
    Grain.YEAR: ("year", "yearly|annual(?:ly)?"),
}
_HIGH = (
    "highest|largest|biggest|most|greatest|maximum|best(?:-selling)?|latest|newest|most recent|longest|deepest|top|"
    "most expensive"
)
_LOW = "lowest|smallest|least|fewest|minimum|worst|earliest|oldest|shortest|cheapest"

EN_OPERATORS: tuple[Row, ...] = (
    *(
        row(
            Act.GRAIN,
            rf"\b(?:(?:for )?(?:each|every|per)|by|group(?:ed)? by|broken down by|in each) (?:calendar )?(?:{unit})\b",
            rf"\bwhich (?:{unit})\b",
            rf"\b(?:{adverb})\b",
            detail=grain,
        )
        for grain, (unit, adverb) in _GRAINS.items()
    ),
    row(
        Act.EACH,
        r"\b(?:for |in |within )?(?:each|every|per)\b",
        r"\b(?:broken down|grouped|split)? ?by\b(?: each)?",
        r"\bacross\b",
    ),
    row(Act.TOP, rf"\btop[ -]?{_N}\b", detail="desc"),
    row(Act.TOP, rf"\b{_N} (?:{_HIGH})\b", detail="desc"),
    row(Act.TOP, rf"\bbottom {_N}\b", detail="asc"),
    row(Act.TOP, rf"\b{_N} (?:{_LOW})\b", detail="asc"),
    row(Act.MOST, rf"\b(?:the )?(?:{_HIGH})\b", detail="desc"),
    row(Act.MOST, rf"\b(?:the )?(?:{_LOW})\b", detail="asc"),
    row(
        Act.RANKED,
        r"(?:in )?descending(?: order)?",
        r"\brank(?:ed|ing)?\b",
        r"\b(?:largest|highest|biggest) first\b",
        detail="desc",
    ),
    row(Act.RANKED, r"(?:in )?ascending(?: order)?", r"\b(?:smallest|lowest) first\b", detail="asc"),
    row(Act.SAID, r"\b(?:units|pieces|items|pairs) (?:did we )?(?:sold|sell)\b", detail="销量"),
    row(
        Act.SAID,
        r"\bhow much(?: money)?\b",
        r"\b(?:total )?(?:value|worth)\b(?: of)?",
        r"\b(?:spent|spend)\b",
        detail=MONEY,
    ),
    row(
        Act.COUNT,
        r"\bhow many(?: people| staff)?\b",
        r"\b(?:total )?(?:number|count) of\b",
        r"\bheadcount\b",
    ),
    row(Act.AGGREGATE, r"\b(?:average|mean|avg)\b", detail=Aggregate.MEAN),
    row(Act.AGGREGATE, r"\b(?:total|sum|overall|altogether|in total)\b", detail=Aggregate.SUM),
    row(
        Act.SHARE,
        r"\b(?:share|percentage|percent|proportion|fraction)(?: of(?: the)?(?: total| overall)?)?\b",
        r"%",
    ),
    row(Act.YEAR_BEFORE, r"\byear[- ]over[- ]year\b", r"\byoy\b"),
    row(
        Act.PERIOD_BEFORE,
        r"\b(?:month|week|quarter)[- ]over[- ](?:month|week|quarter)\b",
        r"\b[mqw]o[mqw]\b",
    ),
    row(Act.GROWTH, r"\bgrowth(?: rate)?\b", r"\bgrow\b", r"\bchange\b"),
    row(Act.DIFFERENCE, r"\bdifference\b"),
    row(Act.RUNNING, r"\b(?:running total|cumulative|running sum)\b"),
    row(
        Act.MOVING,
        rf"\b{_N}[- ](?:day|week|month|quarter|year|period)s? (?:moving|rolling) (?:average|mean)\b",
    ),
    row(
        Act.NOT,
        r"\b(?:never|not|without|no|excluding|except(?: for)?)\b",
        r"\b(?:have|has|had|did|do|does|are|is|were|was)(?:n't| not| never| no)(?: any)?\b",
    ),
    row(
        Act.TREE,
        r"\bincluding (?:all )?(?:its |their )?(?:sub-?)?\w*\b",
        r"\b(?:and|under) (?:its|all) sub-?\w+\b",
        r"\bsub-?(?:categories|departments|units) included\b",
    ),
    row(
        Act.CHILDREN,
        r"\b(?:for each of |by |each of )(?:its |their |the )?(?:sub-?categor(?:y|ies)|sub-?departments?)\b",
    ),
    row(Act.WHICH, r"\b(?:which|who|what)\b"),
    row(Act.LIST, r"\b(?:list|show|display|give|find)\b(?: me)?(?: all)?"),
    row(Act.COMPARE, r"\bat least\b", r"\bno (?:less|fewer) than\b", detail=Operator.AT_LEAST),
    row(Act.COMPARE, r"\bat most\b", r"\bno more than\b", detail=Operator.AT_MOST),
    row(
        Act.COMPARE,
        r"\b(?:more|greater|higher|larger|bigger|longer|older) than\b",
        r"\b(?:over|above|exceed(?:s|ing)?)\b",
        detail=Operator.ABOVE,
    ),
    row(
        Act.COMPARE,
        r"\b(?:less|fewer|lower|smaller|younger) than\b",
        r"\b(?:below|under)\b",
        detail=Operator.BELOW,
    ),
    row(Act.COMPARE, r"\bor (?:more|above|higher)\b", detail=Operator.AT_LEAST + AFTER),
    row(Act.COMPARE, r"\bor (?:less|below|fewer|lower)\b", detail=Operator.AT_MOST + AFTER),
    row(Act.COMPARE, r"\bbetween\b", detail=Operator.BETWEEN),
    row(Act.COMPARE, r"\bequal to\b", r"\bexactly\b", detail=Operator.IS),
    row(Act.ALSO, r"\band\b"),
)

EN_NOISE = (
    r"\b(?:showing|marked as|in our books|please|in total|that was|right now|of ours)\b",
    r"\b(?:with|through|open(?:ed)?|via|using|versus|vs|against|but|ended|up|took|gave|given|got|been|carr(?:y|ies)|sell|sold|spen[dt])\b",
    r"\b(?:pa(?:y|id)|used?|among|first|figures?|new|newly|yuan|rmb|usd|dollars?|still|yet|ever|right|will|being)\b",
    r"\b(?:the|a|an|of|in|on|at|to|for|from|is|are|was|were|be|do|does|did|have|has|had|there|their|its|it|that|those|these)\b",
    r"\b(?:this|all|any|and|or|we|our|us|me|i|please|you|can|could|would|tell|give|show|list|find|get|what|which|who|how|much)\b",
    r"\b(?:many|currently|now|as|so|each|by|per|than|company|made|make|place|placed|come|came|went|go|into|out|only|total)\b",
    r"\b(?:value|amounts?|s|whose|where|when|during|between|within|over|data|number|count|names?|records?|information)\b",
    r"[,.;(]?\s*(?:please )?(?:include|including|list|show|with|keep)? ?(?:all|any|every|everyone|everything|those)?(?: \w+)? ?"
    r"\b(?:ties|tied)\b(?: for \w+(?: place)?)?(?: included)?[)]?(?=[,.;?)]|$)",
    r"\b(?:respectively|not)\b|\b(?:include|including|list|show|with)?(?: all)? ?ties\b",
)
"""What a question in English may say beside what it asks for."""
