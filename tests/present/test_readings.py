"""What sets the readings of a question apart: the lines that not all of them share, else the SQL."""

from __future__ import annotations

import pytest

from chat2sql.config.vocabulary import Bilingual, Dialect
from chat2sql.engine.present.readings import tell_apart

LABELS = {
    "orders": Bilingual(zh="订单", en="orders"),
    "orders.paid_at": Bilingual(zh="付款时间", en="paid at"),
}
COUNT = "SELECT COUNT(*) AS n FROM orders"
CASES = {
    "a condition": (
        [COUNT, f"{COUNT} WHERE status = 1"],
        ["结果：对全部行计算 n（行数）。", "条件：status 等于 1。 结果：对全部符合条件的行计算 n（行数）。"],
    ),
    "an order": (
        ["SELECT id FROM orders ORDER BY id", "SELECT id FROM orders ORDER BY paid_at DESC"],
        ["排序和取舍：按 id 从小到大。", "排序和取舍：按 付款时间 从大到小。"],
    ),
    "what cannot be told": (
        ["VALUES (1)", COUNT],
        ["VALUES (1)", "取数：「订单」。 结果：对全部行计算 n（行数）。"],
    ),
    "what reads alike": (
        ["SELECT id FROM orders /* a */", "SELECT id FROM orders /* b */", COUNT],
        ["SELECT id FROM orders /* a */", "SELECT id FROM orders /* b */", "结果：对全部行计算 n（行数）。"],
    ),
}


@pytest.mark.parametrize(("sqls", "chinese"), CASES.values(), ids=CASES)
def test_only_what_differs_is_told(sqls: list[str], chinese: list[str]) -> None:
    told = tell_apart(sqls, Dialect.POSTGRESQL, labels=LABELS, row_cap=100)
    assert len({words.zh for words in told}) == len({words.en for words in told}) == len(sqls)
    assert [words.zh for words in told] == chinese
