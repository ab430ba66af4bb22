"""A model's English wording stands for a Chinese question only where it has kept what the question says."""

from __future__ import annotations

import pytest

from chat2sql.engine.semantics.translation import faithful

CASES = {
    "as it is": (
        "每位作者被引用了多少次？",
        "How often is each author cited?",
        "How often is each author cited?",
    ),
    "in marks": ("有多少艘船？", '"How many ships are there?"', "How many ships are there?"),
    "an opening mark": ("有多少艘船？", '"How many ships are there?', "How many ships are there?"),
    "marks that belong to it": ("“A”有多少？", 'How many are "A"', 'How many are "A"'),
    "its first line": ("有多少艘船？", "How many ships?\nSELECT 1", "How many ships?"),
    "a number as a word": ("前3个城市", "The top three cities", "The top three cities"),
    "a number with separators": ("超过12000元", "more than 12,000 yuan", "more than 12,000 yuan"),
    "a quoted Chinese value": ("名字叫「北京」的", 'named "北京"', 'named "北京"'),
    "another number": ("前3个城市", "The top 5 cities", None),
    "no year": ("2023年的订单", "The orders of the year", None),
    "no name": ("Machine Learning 领域的作者", "Authors in the learning domain", None),
    "still Chinese": ("有多少艘船？", "有多少艘船？", None),
    "half Chinese": ("有多少艘船？", "How many 船 are there?", None),
    "a plan instead": ("有多少艘船？", "To find out, join the ships with the harbours " * 4, None),
    "SQL instead": ("有多少艘船？", "```sql SELECT 1```", None),
    "nothing": ("有多少艘船？", '""', None),
}


@pytest.mark.parametrize(("question", "wording", "taken"), CASES.values(), ids=CASES)
def test_only_a_faithful_wording_is_taken(question: str, wording: str, taken: str | None) -> None:
    assert faithful(question, wording) == taken
