"""SQL conditions in words: comparisons, ranges, lists, patterns, and how they are joined."""

from __future__ import annotations

import re

from sqlglot import exp

from chat2sql.config.vocabulary import Bilingual, Dialect, Language
from chat2sql.engine.present.cells import printable
from chat2sql.engine.present.naming import Names
from chat2sql.engine.present.values import Values, is_date

_JOINED = 8
_COMPARISONS: dict[type[exp.Expr], Bilingual] = {
    exp.EQ: Bilingual(zh="{0} 等于 {1}", en="{0} is {1}"),
    exp.NEQ: Bilingual(zh="{0} 不等于 {1}", en="{0} is not {1}"),
    exp.GT: Bilingual(zh="{0} 大于 {1}", en="{0} is greater than {1}"),
    exp.GTE: Bilingual(zh="{0} 不小于 {1}", en="{0} is at least {1}"),
    exp.LT: Bilingual(zh="{0} 小于 {1}", en="{0} is less than {1}"),
    exp.LTE: Bilingual(zh="{0} 不大于 {1}", en="{0} is at most {1}"),
}
_DATE_COMPARISONS: dict[type[exp.Expr], Bilingual] = {
    exp.GT: Bilingual(zh="{0} 晚于 {1}", en="{0} is after {1}"),
    exp.GTE: Bilingual(zh="{0} 从 {1} 起（含）", en="{0} is {1} or later"),
    exp.LT: Bilingual(zh="{0} 早于 {1}", en="{0} is before {1}"),
    exp.LTE: Bilingual(zh="{0} 不晚于 {1}", en="{0} is {1} or earlier"),
}


class Phrases(Values):
    """The words for the values and conditions of one SELECT."""

    def __init__(self, names: Names, language: Language, dialect: Dialect) -> None:
        super().__init__(names, language, dialect)
        self.teach(self._compared, tuple(_COMPARISONS), "this expression")
        self.teach(self._junction, (exp.And, exp.Or), "this expression")
        self.teach(self._negated, (exp.Not,))
        self.teach(self._between, (exp.Between,), "this low high")
        self.teach(self._in, (exp.In,), "this expressions query")
        self.teach(self._like, (exp.Like, exp.ILike), "this expression negate")
        self.teach(self._is, (exp.Is,), "this expression")
        self.teach(self._exists, (exp.Exists,))

    def conditions(self, node: exp.Expr) -> list[str]:
        """The conditions that must all hold, a phrase each; two bounds of one column make one phrase."""
        parts = _conjuncts(node)
        phrases: list[str] = []
        used: set[int] = set()
        for index, part in enumerate(parts):
            if index in used:
                continue
            partner = self._upper_bound(part, parts, index)
            if partner is None:
                phrases.append(self.value(part))
            else:
                used.add(partner)
                phrases.append(self._range(part, parts[partner]))
        return phrases

    def _junction(self, node: exp.Connector) -> str:
        word = self.say("，且 ", " and ") if isinstance(node, exp.And) else self.say(" 或 ", " or ")
        other = exp.Or if isinstance(node, exp.And) else exp.And
        parts = [*node.flatten()]
        words = [
            self.bracketed(self.value(part)) if isinstance(part, other) else self.value(part)
            for part in parts[:_JOINED]
        ]
        rest = self.say(f"……（共 {len(parts)} 个条件）", f" ... ({len(parts)} conditions in all)")
        return word.join(words) + (rest if len(parts) > _JOINED else "")

    def _negated(self, node: exp.Not) -> str:
        inner = node.this.unnest() if isinstance(node.this, exp.Paren) else node.this
        if not self.understands(inner):
            return self.sql(node)
        if isinstance(inner, exp.Is) and isinstance(inner.expression, exp.Null):
            return self.say("{0} 不为空", "{0} is not NULL", inner.this)
        if isinstance(inner, exp.Exists):
            return self._exists(inner, negated=True)
        if isinstance(inner, exp.In):
            return self._in(inner, negated=True) or self.sql(node)
        if isinstance(inner, exp.Between):
            return self.say(
                "{0} 不在 {1} 到 {2} 之间",
                "{0} is not between {1} and {2}",
                inner.this,
                inner.args["low"],
                inner.args["high"],
            )
        return self.say("不满足“{0}”", "not ({0})", inner)

    def _between(self, node: exp.Between) -> str:
        low, high = node.args["low"], node.args["high"]
        return self.say(
            "{0} 在 {1} 到 {2} 之间（含两端）", "{0} is from {1} to {2}, both included", node.this, low, high
        )

    def _in(self, node: exp.In, *, negated: bool = False) -> str | None:
        query = node.args.get("query")
        no = self.say("不", "not ") if negated else ""
        if query is not None:
            return self.say(f"{{0}} {no}在{{1}}中", f"{{0}} is {no}in {{1}}", node.this, query)
        values = self.listed([self.value(value) for value in node.expressions])
        if len(node.expressions) == 1:
            return self.fill(_COMPARISONS[exp.NEQ if negated else exp.EQ], node.this, node.expressions[0])
        return self.say("{0} ", "{0} ", node.this) + self.say(
            f"{'不是' if negated else '是'}以下之一：{values}", f"is {no}one of {values}"
        )

    def _like(self, node: exp.Binary) -> str:
        negated = bool(node.args.get("negate"))
        pattern = node.expression.name if isinstance(node.expression, exp.Literal) else None
        core = pattern.strip("%") if pattern else ""
        plain = bool(core) and not re.search(r"[%_\\]", core)
        loose = isinstance(node, exp.ILike) or self._dialect is Dialect.SQLITE
        case = self.say("（不分大小写）", " (any case)") if loose and re.search("[A-Za-z]", core) else ""
        if pattern is not None and plain:
            text = _pattern_words(pattern, core, negated)
        else:
            words = self.value(node.expression)
            no_zh, matches = ("不", "does not match") if negated else ("", "matches")
            text = (f"{no_zh}符合样式 {words}", f"{matches} the pattern {words}")
        return self.value(node.this) + " " + self.say(*text) + case

    def _is(self, node: exp.Is) -> str | None:
        if isinstance(node.expression, exp.Null):
            return self.say("{0} 为空", "{0} is NULL", node.this)
        if isinstance(node.expression, exp.Boolean):
            return self.say("{0} 为{1}", "{0} is {1}", node.this, node.expression)
        return None

    def _exists(self, node: exp.Exists, *, negated: bool = False) -> str:
        source = self.listed(self.names.tables(node), 3)
        if not source:
            return self.sql(node.parent if negated and node.parent is not None else node)
        if negated:
            return self.say(
                f"在{source}中不存在满足子查询的记录", f"no row matching the subquery exists in {source}"
            )
        return self.say(
            f"在{source}中存在满足子查询的记录", f"a row matching the subquery exists in {source}"
        )

    def _compared(self, node: exp.Binary) -> str:
        dated = is_date(node.left) or is_date(node.right)
        words = (_DATE_COMPARISONS if dated else _COMPARISONS).get(type(node), _COMPARISONS[type(node)])
        return self.fill(words, node.left, node.right)

    def _upper_bound(self, part: exp.Expr, parts: list[exp.Expr], index: int) -> int | None:
        """Where the upper bound stands that makes a range with this lower bound."""
        if not isinstance(part, exp.GT | exp.GTE) or not is_date(part.right):
            return None
        fits = [
            other
            for other in range(index + 1, len(parts))
            if isinstance(parts[other], exp.LT | exp.LTE)
            and parts[other].this == part.this
            and is_date(parts[other].args["expression"])
        ]
        return fits[0] if len(fits) == 1 else None

    def _range(self, low: exp.Expr, high: exp.Expr) -> str:
        from_zh, from_en = ("（含）", "") if isinstance(low, exp.GTE) else ("（不含）", " (not included)")
        to_zh, to_en = (
            ("（含）", " (included)") if isinstance(high, exp.LTE) else ("（不含）", " (not included)")
        )
        return self.say(
            f"{{0}} 从 {{1}}{from_zh}到 {{2}}{to_zh}",
            f"{{0}} is from {{1}}{from_en} to {{2}}{to_en}",
            low.this,
            low.args["expression"],
            high.args["expression"],
        )


def _conjuncts(node: exp.Expr) -> list[exp.Expr]:
    whole = node.unnest()
    if not isinstance(whole, exp.And):
        return [whole]
    return [part for one in whole.flatten() for part in _conjuncts(one)]


def _pattern_words(pattern: str, core: str, negated: bool) -> tuple[str, str]:
    text = printable(core, 40)
    no_zh, no_en = ("不", "does not ") if negated else ("", "")
    verb = "" if negated else "s"
    if pattern.startswith("%") and pattern.endswith("%"):
        return f"{no_zh}包含‘{text}’", f"{no_en}contain{verb} “{text}”"
    if pattern.endswith("%"):
        return f"{no_zh}以‘{text}’开头", f"{no_en}start{verb} with “{text}”"
    if pattern.startswith("%"):
        return f"{no_zh}以‘{text}’结尾", f"{no_en}end{verb} with “{text}”"
    return f"{no_zh}等于‘{text}’", f"{'is not' if negated else 'is'} “{text}”"
