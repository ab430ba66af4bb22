"""Questions to the demo company, each with a SQL that answers it on PostgreSQL.

They are asked as of ``AS_OF``, the last day of the company's data.
"""

from __future__ import annotations

from datetime import date

from chat2sql.config.vocabulary import Bilingual, Frozen, Language
from chat2sql.engine.demo.timeline import LAST_DAY

AS_OF: date = LAST_DAY
"""The day on which the questions are asked."""


class DemoQuestion(Frozen):
    """A question to try.

    Attributes:
        gold_sql: a PostgreSQL SELECT whose rows are right; another SQL is as good if its rows are the same,
            their order aside.
        note: what the question shows.
    """

    id: str
    language: Language
    question: str
    gold_sql: str
    note: Bilingual


DEMO_QUESTIONS: tuple[DemoQuestion, ...] = (
    DemoQuestion(
        id="headcount",
        language=Language.ZH,
        question="列出每个部门的名称和在职员工人数",
        gold_sql="""
            SELECT d.name, count(*) AS employees FROM employees e JOIN departments d ON d.id = e.department_id
            WHERE e.left_on IS NULL GROUP BY d.name""",
        note=Bilingual(
            zh="一次连接，“在职”的含义写在字段注释里", en="A join; a column comment says who counts"
        ),
    ),
    DemoQuestion(
        id="refunds",
        language=Language.EN,
        question="What is the total refund amount for each return reason?",
        gold_sql="SELECT reason, sum(refund_amount) AS refunded FROM returns GROUP BY reason",
        note=Bilingual(zh="英文提问，中文取值", en="An English question about Chinese values"),
    ),
    DemoQuestion(
        id="orders-by-month",
        language=Language.ZH,
        question="统计每个月的订单数量",
        gold_sql="""
            SELECT extract(year FROM ordered_at) AS year, extract(month FROM ordered_at) AS month, count(*) AS orders
            FROM orders GROUP BY 1, 2""",
        note=Bilingual(
            zh="小模型常写错日期字段，需要一轮纠正",
            en="Small models miss the date column: a correction round",
        ),
    ),
)
"""What the demonstration asks: one in Chinese, one in English, one that tends to need a correction round."""

FURTHER_QUESTIONS: tuple[DemoQuestion, ...] = (
    DemoQuestion(
        id="months",
        language=Language.ZH,
        question="统计2024年每个月的订单总金额",
        gold_sql="""
            SELECT extract(year FROM ordered_at) AS year, extract(month FROM ordered_at) AS month,
                   sum(total_amount) AS total_amount
            FROM orders WHERE ordered_at >= '2024-01-01' AND ordered_at < '2025-01-01' GROUP BY 1, 2""",
        note=Bilingual(
            zh="按年月分组的金额",
            en="Amounts by year and month",
        ),
    ),
    DemoQuestion(
        id="pay",
        language=Language.ZH,
        question="2025年6月实发工资总额是多少?",
        gold_sql="SELECT sum(net_pay) AS net_pay FROM payroll WHERE month = '2025-06-01'",
        note=Bilingual(zh="一个数字", en="One number"),
    ),
    DemoQuestion(
        id="reasons",
        language=Language.ZH,
        question="各退货原因的退货次数是多少?",
        gold_sql="SELECT reason, count(*) AS returns FROM returns GROUP BY reason",
        note=Bilingual(zh="分组计数", en="A count by group"),
    ),
    DemoQuestion(
        id="budgets",
        language=Language.ZH,
        question="列出2024年每个部门的名称、预算总额和实际总额",
        gold_sql="""
            SELECT d.name, sum(b.planned_amount) AS planned, sum(b.actual_amount) AS actual
            FROM budgets b JOIN departments d ON d.id = b.department_id
            WHERE b.month >= '2024-01-01' AND b.month < '2025-01-01' GROUP BY d.name""",
        note=Bilingual(zh="两个指标与一个年份", en="Two measures and a year"),
    ),
    DemoQuestion(
        id="tiers",
        language=Language.ZH,
        question="每个会员等级的订单总金额是多少?",
        gold_sql="""
            SELECT c.tier, sum(o.total_amount) AS total_amount
            FROM orders o JOIN customers c ON c.id = o.customer_id GROUP BY c.tier""",
        note=Bilingual(zh="用词与字段注释不同", en="Other words than the comment's"),
    ),
    DemoQuestion(
        id="stock",
        language=Language.ZH,
        question="列出每个仓库的名称和库存总量",
        gold_sql="""
            SELECT w.name, sum(l.quantity) AS quantity
            FROM stock_levels l JOIN warehouses w ON w.id = l.warehouse_id GROUP BY w.name""",
        note=Bilingual(zh="存量，不是流水", en="Stock, not its movements"),
    ),
    DemoQuestion(
        id="suppliers",
        language=Language.ZH,
        question="列出每个供应商的名称和商品数量",
        gold_sql="""
            SELECT s.name, count(*) AS products
            FROM products p JOIN suppliers s ON s.id = p.supplier_id GROUP BY s.name""",
        note=Bilingual(zh="较多的行", en="A longer result"),
    ),
    DemoQuestion(
        id="customers",
        language=Language.ZH,
        question="列出最近注册的5位客户的姓名和注册日期",
        gold_sql="SELECT name, registered_at FROM customers ORDER BY registered_at DESC LIMIT 5",
        note=Bilingual(zh="个人数据", en="Personal data"),
    ),
    DemoQuestion(
        id="regions",
        language=Language.ZH,
        question="2024年各大区的销售额是多少?",
        gold_sql="""
            SELECT r.name, sum(o.total_amount) AS total_amount
            FROM orders o JOIN stores s ON s.id = o.store_id JOIN regions r ON r.id = s.region_id
            WHERE o.ordered_at >= '2024-01-01' AND o.ordered_at < '2025-01-01' GROUP BY r.name""",
        note=Bilingual(
            zh="难题：两次连接，且“销售额”容易与销售目标混淆",
            en="Hard: two joins, and sales are not sales targets",
        ),
    ),
    DemoQuestion(
        id="payments",
        language=Language.EN,
        question="Which payment method collected the most money in 2024?",
        gold_sql="""
            SELECT method, sum(amount) AS amount FROM payments
            WHERE paid_at >= '2024-01-01' AND paid_at < '2025-01-01' GROUP BY method ORDER BY 2 DESC LIMIT 1""",
        note=Bilingual(zh="排名第一", en="The first of a ranking"),
    ),
    DemoQuestion(
        id="hired",
        language=Language.EN,
        question="How many employees were hired in 2024?",
        gold_sql="SELECT count(*) AS employees FROM employees WHERE hired_on >= '2024-01-01' AND hired_on < '2025-01-01'",
        note=Bilingual(zh="年份转换为日期范围", en="A year becomes a range of dates"),
    ),
    DemoQuestion(
        id="average",
        language=Language.EN,
        question="What was the average order amount in May 2025?",
        gold_sql="""
            SELECT avg(total_amount) AS average FROM orders
            WHERE ordered_at >= '2025-05-01' AND ordered_at < '2025-06-01'""",
        note=Bilingual(zh="平均值与月份", en="An average and a month"),
    ),
    DemoQuestion(
        id="channels",
        language=Language.EN,
        question="How many orders were placed through each channel in 2024?",
        gold_sql="""
            SELECT channel, count(*) AS orders FROM orders
            WHERE ordered_at >= '2024-01-01' AND ordered_at < '2025-01-01' GROUP BY channel""",
        note=Bilingual(zh="分组与年份", en="Groups and a year"),
    ),
    DemoQuestion(
        id="products",
        language=Language.EN,
        question="What are the top 10 products by quantity sold?",
        gold_sql="""
            SELECT p.name, sum(i.quantity) AS quantity
            FROM order_items i JOIN products p ON p.id = i.product_id GROUP BY p.name ORDER BY 2 DESC LIMIT 10""",
        note=Bilingual(zh="长尾商品的排名", en="A ranking over a long tail"),
    ),
)
"""More to try, from easy to hard."""
