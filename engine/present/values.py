"""SQL values in words: columns, arithmetic, aggregates, windows, dates."""

from __future__ import annotations

import re

from sqlglot import exp

from chat2sql.config.vocabulary import Bilingual, Dialect, Language
from chat2sql.engine.present.cells import printable
from chat2sql.engine.present.naming import Names
from chat2sql.engine.present.speech import Speech

_UNITS = {
    "YEAR": Bilingual(zh="年", en="year"),
    "QUARTER": Bilingual(zh="季度", en="quarter"),
    "MONTH": Bilingual(zh="月", en="month"),
    "WEEK": Bilingual(zh="周", en="week"),
    "DAY": Bilingual(zh="日", en="day"),
    "HOUR": Bilingual(zh="小时", en="hour"),
}
_FORMATS = {
    "%Y": Bilingual(zh="{0}的年份", en="year of {0}"),
    "%Y-%m": Bilingual(zh="{0}的年月", en="year and month of {0}"),
    "%Y/%m": Bilingual(zh="{0}的年月", en="year and month of {0}"),
    "%Y%m": Bilingual(zh="{0}的年月", en="year and month of {0}"),
    "%m": Bilingual(zh="{0}的月份", en="month number of {0}"),
    "%d": Bilingual(zh="{0}是当月几号", en="day of the month of {0}"),
    "%Y-%m-%d": Bilingual(zh="{0}的日期", en="date of {0}"),
}
_ARITHMETIC: dict[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "−", exp.Mul: "×", exp.Div: "÷"}
_AGGREGATES: dict[type[exp.Expr], Bilingual] = {
    exp.Sum: Bilingual(zh="{0}的合计", en="sum of {0}"),
    exp.Avg: Bilingual(zh="{0}的平均值", en="average of {0}"),
    exp.Min: Bilingual(zh="{0}的最小值", en="smallest {0}"),
    exp.Max: Bilingual(zh="{0}的最大值", en="largest {0}"),
    exp.Count: Bilingual(zh="{0}非空的行数", en="number of rows with a value for {0}"),
}
_RANKS: dict[type[exp.Expr], Bilingual] = {
    exp.RowNumber: Bilingual(zh="行号", en="row number"),
    exp.Rank: Bilingual(zh="名次", en="rank"),
    exp.DenseRank: Bilingual(zh="名次（并列不跳号）", en="rank without gaps"),
    exp.Lag: Bilingual(zh="前面某一行的值", en="a value from an earlier row"),
    exp.Lead: Bilingual(zh="后面某一行的值", en="a value from a later row"),
    exp.FirstValue: Bilingual(zh="窗口内第一行的值", en="the value of the window's first row"),
    exp.LastValue: Bilingual(zh="窗口内最后一行的值", en="the value of the window's last row"),
    exp.Ntile: Bilingual(zh="等分组号", en="group number of equal parts"),
}
_NUMBER_TYPES = {exp.DType.DECIMAL, exp.DType.DOUBLE, exp.DType.FLOAT}
_DATE_TEXT = re.compile(r"\d{4}-\d{2}(?:-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?)?")


class Values(Speech):
    """Words for everything that yields a value."""

    def __init__(self, names: Names, language: Language, dialect: Dialect) -> None:
        super().__init__(names, language, dialect)
        self.teach(self._column, (exp.Column,), "this table db catalog")
        self.teach(self._literal, (exp.Literal,), "this is_string")
        self.teach(self._boolean, (exp.Boolean,))
        self.teach(lambda _: self.say("空值", "NULL"), (exp.Null,))
        self.teach(lambda node: self.bracketed(self.value(node.this)), (exp.Paren,))
        self.teach(self._negative, (exp.Neg,))
        self.teach(self._calculated, tuple(_ARITHMETIC), "this expression typed safe")
        self.teach(self._aggregate, tuple(_AGGREGATES), "this big_int")
        self.teach(self._filtered, (exp.Filter,), "this expression")
        self.teach(self._window, (exp.Window,), "this partition_by order spec over")
        self.teach(self._subquery, (exp.Subquery,))
        self.teach(self._subquery, (exp.Select,), " ".join(exp.Select.arg_types))
        self._teach_functions()

    def _teach_functions(self) -> None:
        self.teach(self._round, (exp.Round,), "this decimals")
        self.teach(self._coalesce, (exp.Coalesce,), "this expressions is_nvl")
        self.teach(self._nullif, (exp.Nullif,), "this expression")
        self.teach(lambda node: self.say("{0}的绝对值", "absolute value of {0}", node.this), (exp.Abs,))
        self.teach(self._cast, (exp.Cast,), "this to")
        self.teach(lambda node: self.say("{0}的日期", "date of {0}", node.this), (exp.Date,))
        self.teach(lambda node: self.value(node.this), (exp.TsOrDsToTimestamp, exp.TsOrDsToDate))
        self.teach(self._truncated, (exp.TimestampTrunc, exp.DateTrunc), "this unit")
        self.teach(self._extracted, (exp.Extract,), "this expression")
        self.teach(self._formatted, (exp.TimeToStr,), "this format")
        self.teach(lambda _: self.say("今天", "today"), (exp.CurrentDate,))
        self.teach(lambda _: self.say("此刻", "now"), (exp.CurrentTimestamp,))

    def order(self, order: exp.Order, names: dict[str, str]) -> str:
        """An ORDER BY in words; ``names`` are the words of result columns by position and alias."""
        keys = []
        for key in order.expressions:
            if not isinstance(key, exp.Ordered):
                keys.append(self.sql(key))
                continue
            words = names.get(key.this.name.lower()) if _is_reference(key.this) else None
            if words is None and isinstance(key.this, exp.Literal):
                words = self.say(f"第 {key.this.name} 列", f"column {key.this.name}")
            direction = (
                self.say("从大到小", "descending")
                if key.args.get("desc")
                else self.say("从小到大", "ascending")
            )
            keys.append(f"{words or self.value(key.this)} {direction}")
        return self.listed(keys)

    def _column(self, node: exp.Column) -> str | None:
        if isinstance(node.this, exp.Star):
            return None
        return self.names.column(node, qualified=_between_columns(node))

    def _literal(self, node: exp.Literal) -> str:
        if not node.is_string:
            return node.name
        if _DATE_TEXT.fullmatch(node.name):
            return node.name
        text = printable(node.name, 40)
        return f"‘{text}’" if self._language is Language.ZH else f"“{text}”"

    def _boolean(self, node: exp.Boolean) -> str:
        return self.say("是", "true") if node.this else self.say("否", "false")

    def _negative(self, node: exp.Neg) -> str | None:
        return f"-{self.value(node.this)}" if isinstance(node.this, exp.Literal) else None

    def _calculated(self, node: exp.Binary) -> str | None:
        if isinstance(node.left, exp.Interval) or isinstance(node.right, exp.Interval):
            return None
        return f"{self._operand(node.left)} {_ARITHMETIC[type(node)]} {self._operand(node.right)}"

    def _operand(self, node: exp.Expr) -> str:
        plain = isinstance(node, exp.Column | exp.Literal | exp.Paren | exp.Neg) or type(node) in _ARITHMETIC
        words = self.value(node)
        if plain or words.startswith("`"):
            return words
        return self.bracketed(words)

    def _aggregate(self, node: exp.AggFunc) -> str | None:
        if isinstance(node, exp.Count):
            return self._count(node)
        if isinstance(node.this, exp.Distinct):
            return None
        if isinstance(node, exp.Sum) and isinstance(node.this, exp.Case):
            return self._sum_where(node.this)
        return self.fill(_AGGREGATES[type(node)], node.this)

    def _count(self, node: exp.Count) -> str | None:
        counted = node.this
        if isinstance(counted, exp.Star) or (isinstance(counted, exp.Literal) and not counted.is_string):
            return self.say("行数", "number of rows")
        if isinstance(counted, exp.Distinct):
            if len(counted.expressions) != 1:
                return None
            return self.say("不同{0}的个数", "number of different {0}", counted.expressions[0])
        if isinstance(counted, exp.Case):
            return self._count_where(counted)
        return self.fill(_AGGREGATES[exp.Count], counted)

    def _count_where(self, case: exp.Case) -> str | None:
        branches = case.args.get("ifs") or []
        default = case.args.get("default")
        constant = len(branches) == 1 and isinstance(branches[0].args["true"], exp.Literal)
        if case.this or not constant or not (default is None or isinstance(default, exp.Null)):
            return None
        return self.say("满足“{0}”的行数", "number of rows where {0}", branches[0].this)

    def _sum_where(self, case: exp.Case) -> str | None:
        branches = case.args.get("ifs") or []
        default = case.args.get("default")
        nothing = default is None or isinstance(default, exp.Null) or default.sql() == "0"
        if case.this or len(branches) != 1 or not nothing:
            return None
        summed = branches[0].args["true"]
        if summed.sql() == "1":
            return self.say("满足“{0}”的行数", "number of rows where {0}", branches[0].this)
        return self.say("满足“{0}”时{1}的合计", "sum of {1} where {0}", branches[0].this, summed)

    def _filtered(self, node: exp.Filter) -> str:
        return self.say("{0}（只算满足“{1}”的行）", "{0}, only where {1}", node.this, node.expression.this)

    def _window(self, node: exp.Window) -> str:
        rank = _RANKS.get(type(node.this))
        words = rank.to(self._language) if rank else self.value(node.this)
        parts = [self.value(part) for part in node.args.get("partition_by") or ()]
        details = (
            [self.say(f"按 {self.listed(parts)} 分别计算", f"for each {self.listed(parts)}")] if parts else []
        )
        order = node.args.get("order")
        if order is not None:
            keys = self.order(order, {})
            details.append(self.say(f"按 {keys} 依次计算", f"in order of {keys}"))
        if node.args.get("spec"):
            details.append(self.say("限定了窗口范围", "over a limited window of rows"))
        details = details or [self.say("对全部行计算", "over all rows")]
        inner = ("，" if self._language is Language.ZH else ", ").join(details)
        return words + (self.bracketed(inner) if self._language is Language.ZH else f" ({inner})")

    def _round(self, node: exp.Round) -> str | None:
        digits = node.args.get("decimals")
        if digits is None:
            return self.say("{0}（取整）", "{0} (rounded)", node.this)
        if not isinstance(digits, exp.Literal):
            return None
        return self.say(
            f"{{0}}（保留 {digits.name} 位小数）", f"{{0}} (to {digits.name} decimals)", node.this
        )

    def _coalesce(self, node: exp.Coalesce) -> str | None:
        if len(node.expressions) != 1 or not isinstance(node.expressions[0], exp.Literal):
            return None
        return self.say("{0}（空值按 {1}）", "{0} (NULL as {1})", node.this, node.expressions[0])

    def _nullif(self, node: exp.Nullif) -> str:
        return self.say("{0}（等于 {1} 时算空值）", "{0} (NULL where it is {1})", node.this, node.expression)

    def _cast(self, node: exp.Cast) -> str | None:
        kind = node.to.this
        if is_date_literal(node):
            return str(node.this.name)
        if kind is exp.DType.DATE:
            return self.say("{0}的日期", "date of {0}", node.this)
        if kind in _NUMBER_TYPES and not node.to.expressions:
            return self.value(node.this)
        return None

    def _truncated(self, node: exp.TimestampTrunc) -> str | None:
        unit = _UNITS.get(node.text("unit").upper())
        if unit is None:
            return None
        return self.say(f"{{0}}所在的{unit.zh}", f"{unit.en} of {{0}}", node.this)

    def _extracted(self, node: exp.Extract) -> str | None:
        unit = _UNITS.get(node.this.name.upper())
        if unit is None:
            return None
        if unit.en in ("year", "hour"):
            return self.say(
                f"{{0}}的{unit.zh}{'份' if unit.en == 'year' else ''}", f"{unit.en} of {{0}}", node.expression
            )
        number = {"quarter": "季度（1–4）", "month": "月份（1–12）", "week": "周数", "day": "几号"}[unit.en]
        return self.say(f"{{0}}的{number}", f"{unit.en} number of {{0}}", node.expression)

    def _formatted(self, node: exp.TimeToStr) -> str | None:
        words = _FORMATS.get(node.text("format"))
        return self.fill(words, node.this) if words else None

    def _subquery(self, node: exp.Expr) -> str:
        tables = self.names.tables(node)
        source = self.listed(tables, 3)
        if not tables:
            return self.say("一个子查询的结果", "the result of a subquery")
        return self.say(f"子查询（取自{source}）的结果", f"the result of a subquery on {source}")


def _is_reference(node: exp.Expr) -> bool:
    return (isinstance(node, exp.Column) and not node.table) or (
        isinstance(node, exp.Literal) and not node.is_string
    )


def is_date_literal(node: exp.Expr) -> bool:
    """Whether the node is a date written out with its type: ``DATE '2025-01-31'``."""
    return (
        isinstance(node, exp.Cast)
        and isinstance(node.this, exp.Literal)
        and node.to.this in (exp.DType.DATE, exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ)
        and _DATE_TEXT.fullmatch(node.this.name) is not None
    )


def is_date(node: exp.Expr) -> bool:
    """Whether the node is a date or a moment, not a calculation of one."""
    literal = isinstance(node, exp.Literal) and node.is_string and _DATE_TEXT.fullmatch(node.name) is not None
    return literal or is_date_literal(node) or isinstance(node, exp.CurrentDate | exp.CurrentTimestamp)


def _between_columns(column: exp.Column) -> bool:
    parent = column.parent
    return (
        isinstance(parent, exp.EQ | exp.NEQ | exp.GT | exp.GTE | exp.LT | exp.LTE)
        and isinstance(parent.left, exp.Column)
        and isinstance(parent.right, exp.Column)
    )
