"""A model's wording stands for a question in the other language only where it has kept what the question says."""

from __future__ import annotations

from datetime import date

import pytest

from chat2sql.engine.semantics.translation import faithful, faithful_in_chinese

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


IN_CHINESE = {
    "as it is": ("How many members are frozen?", "冻结的会员有多少？", True),
    "a period in other words": ("Sales in the first quarter of this year", "今年一季度的销售额", True),
    "a number as a word": ("The 3 best-selling products", "卖得最好的三款商品", True),
    "a number with separators": ("Stores with sales above 70,000 yuan", "销售额超过70000元的门店", True),
    "a code in other letters": ("The standard cost of P10063", "p10063的标准成本", True),
    "another year": ("Sales in 2024", "2023年的销售额", False),
    "a month that was a number": ("Our 5 oldest members of 2024", "2024年5月最早的5位会员", False),
    "no year": ("The lowest margin in 2024", "最低的毛利率", False),
    "no limit": ("Suppliers with more than 8 orders", "有多个订单的供应商", False),
    "no denial": ("Products that were never sold", "卖出过的商品", False),
    "no order": ("The store with the lowest sales", "门店的销售额", False),
    "no mean": ("The average response time", "响应时间", False),
    "a mean of its own": ("The standard cost of P10063", "P10063的平均成本", False),
    "no groups": ("Sales for each store", "门店的销售额", False),
    "no name": ("Members of 金卡 level", "会员等级", False),
    "no code": ("Items that are not RoHS compliant", "不合规的商品", False),
    "the contrary order": ("Which store had the highest sales?", "销售额最低的门店是哪家？", False),
    "a number in a year": ("Top 3 stores by sales in 2023", "2023年销售额最高的门店", False),
    "a number in another": ("Top 5 stores by sales", "销售额前15的门店", False),
    "no groups told by": ("Sales by store in 2024", "2024年的销售额是多少？", False),
    "a denial of its own": (
        "Which members placed an order in 2024?",
        "2024年没有下过单的会员有哪些？",
        False,
    ),
    "no denial but 别": ("Which members have not ordered, by level?", "各级别分别有哪些会员下过单？", False),
    "the contrary limit": ("Orders above 100 yuan", "不超过100元的订单", False),
    "another limit": ("Stores with sales below 1000", "线下门店销售额1000", False),
    "another letter": ("Orders of level B members", "等级C会员的订单", False),
    "no number of times": ("Members who bought more than twice", "买过的会员", False),
    "what is open": ("How many tickets are still open?", "还未关闭的工单有多少？", True),
    "still English": ("How many members?", "How many members?", False),
    "SQL instead": ("How many members?", "```sql SELECT 会员```", False),
    "an explanation": ("How many members?", "会员有多少？" * 20, False),
}


@pytest.mark.parametrize(("question", "wording", "taken"), IN_CHINESE.values(), ids=IN_CHINESE)
def test_only_a_faithful_chinese_wording_is_taken(question: str, wording: str, taken: bool) -> None:
    assert faithful_in_chinese(question, wording, date(2025, 6, 18)) == (wording if taken else None)
