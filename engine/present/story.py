"""The lines that tell a query: what it reads, which rows it keeps, what it computes, in which order."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from chat2sql.config.vocabulary import Bilingual, Dialect, Language
from chat2sql.engine.present.cells import printable
from chat2sql.engine.present.naming import Names
from chat2sql.engine.present.phrases import Phrases

_DEEPEST = 3
_MOST_PARTS = 4
_TOLD = frozenset(
    {
        *("with_", "from_", "joins", "where", "group", "having", "order", "limit", "offset"),
        *("distinct", "expressions", "operation_modifiers"),
    }
)
_PLAIN_TABLE = frozenset({"this", "db", "catalog", "alias", "only"})

OPAQUE = Bilingual(
    zh="这条 SQL 的写法较特殊，无法逐句说明，请直接看 SQL。",
    en="This SQL is written in a way that cannot be told in words; please read the SQL itself.",
)
_MORE = Bilingual(
    zh="另外：查询还用了较复杂的写法，细节见 SQL。",
    en="Also: the query uses more complex constructs; see the SQL for details.",
)


def heading(language: Language, zh: str, en: str, text: str) -> str:
    """One line of an explanation: its heading and a sentence."""
    if language is Language.ZH:
        return f"{zh}：{text.rstrip('。')}。"
    return f"{en}: {text.rstrip('.')}."


class Story:
    """Tells queries within queries, each part in a line of its own."""

    def __init__(
        self, labels: Mapping[str, Bilingual], language: Language, dialect: Dialect, row_cap: int
    ) -> None:
        self._labels = labels
        self._language = language
        self._dialect = dialect
        self._row_cap = row_cap

    def query(self, node: exp.Expr, names: Names, derived: frozenset[str], depth: int) -> list[str]:
        """The lines of a query; ``derived`` are the intermediate results it may read, lower case."""
        if depth >= _DEEPEST:
            return [self._say("一个嵌套较深的子查询（见 SQL）。", "A deeply nested subquery (see the SQL).")]
        lines: list[str] = []
        with_ = node.args.get("with_")
        if with_ is not None:
            derived = derived | {cte.alias.lower() for cte in with_.expressions}
            lines += self._intermediate(with_, names, derived, depth)
        if isinstance(node, exp.Select):
            return lines + self._select(node, names, derived, depth)
        if isinstance(node, exp.SetOperation):
            return lines + self._set_operation(node, names, derived, depth)
        if isinstance(node, exp.Subquery) and not any(
            node.args.get(part) for part in ("order", "limit", "offset")
        ):
            return lines + self.query(node.this, names, derived, depth)
        return [*lines, OPAQUE.to(self._language)]

    def _say(self, zh: str, en: str) -> str:
        return zh if self._language is Language.ZH else en

    def _heading(self, zh: str, en: str, text: str) -> str:
        return heading(self._language, zh, en, text)

    def _inside(self, name: str, lines: list[str]) -> str:
        clean = printable(name, 40)
        text = self._say("", " ").join(lines)
        return self._say(f"先算「{clean}」：{text}", f"First, {clean}: {text}")

    def _intermediate(self, with_: exp.Expr, names: Names, derived: frozenset[str], depth: int) -> list[str]:
        if with_.args.get("recursive"):
            shown = "、".join(printable(cte.alias, 40) for cte in with_.expressions)
            return [
                self._say(
                    f"先用递归查询逐层展开「{shown}」（见 SQL）。",
                    f"First, {shown} is built level by level with a recursive query (see the SQL).",
                )
            ]
        return [
            self._inside(cte.alias, self.query(cte.this, names, derived, depth + 1))
            for cte in with_.expressions
        ]

    def _set_operation(
        self, node: exp.SetOperation, names: Names, derived: frozenset[str], depth: int
    ) -> list[str]:
        parts = _parts(node)
        count = len(parts)
        kept = node.args.get("distinct") is False
        if isinstance(node, exp.Union):
            zh, en = f"把 {count} 个查询的结果合在一起", f"the results of {count} queries put together"
        elif isinstance(node, exp.Intersect):
            zh, en = "只留两个查询结果都有的行", "the rows that both queries return"
        else:
            zh, en = "第 1 个查询有、第 2 个查询没有的行", "the rows of query 1 that query 2 does not return"
        zh += "（保留重复的行）" if kept else "（去掉重复的行）"
        en += " (duplicates kept)" if kept else " (duplicates removed)"
        lines = [self._heading("合并", "Combined", self._say(zh, en))]
        if count <= _MOST_PARTS:
            for number, part in enumerate(parts, 1):
                inner = self._say("", " ").join(self.query(part, names, derived, depth + 1))
                lines.append(self._say(f"第 {number} 个查询：{inner}", f"Query {number}: {inner}"))
        phrases = Phrases(names, self._language, self._dialect)
        lines += self._order(node, phrases, {})
        if count > _MOST_PARTS or any(node.args.get(part) for part in ("by_name", "side", "kind", "on")):
            lines.append(_MORE.to(self._language))
        return lines

    def _select(self, node: exp.Select, outer: Names, derived: frozenset[str], depth: int) -> list[str]:
        names = outer.within(node, derived)
        phrases = Phrases(names, self._language, self._dialect)
        lines = self._derived_tables(node, outer, derived, depth)
        lines.append(self._heading("取数", "Data", self._source(node, phrases)))
        where, having = node.args.get("where"), node.args.get("having")
        between = self._say("；", "; ")
        if where is not None:
            lines.append(self._heading("条件", "Conditions", between.join(phrases.conditions(where.this))))
        lines.append(self._heading("结果", "Result", self._result(node, phrases)))
        if having is not None:
            kept = between.join(phrases.conditions(having.this))
            lines.append(self._heading("只保留的分组", "Groups kept", kept))
        lines += self._order(node, phrases, _result_names(node, phrases))
        if any(part for name, part in node.args.items() if name not in _TOLD) or _special_tables(node):
            lines.append(_MORE.to(self._language))
        return lines

    def _derived_tables(
        self, node: exp.Select, names: Names, derived: frozenset[str], depth: int
    ) -> list[str]:
        return [
            self._inside(
                relation.alias or self._say("子查询", "subquery"),
                self.query(relation.this, names, derived, depth + 1),
            )
            for relation in _relations(node)
            if isinstance(relation, exp.Subquery)
        ]

    def _source(self, node: exp.Select, phrases: Phrases) -> str:
        relations = _relations(node)
        if not relations:
            return self._say("不读任何表", "no table is read")
        parts = [self._relation(relations[0], phrases)]
        parts += [self._join(join, phrases) for join in node.args.get("joins") or ()]
        return self._say("，", ", ").join(parts)

    def _relation(self, relation: exp.Expr, phrases: Phrases) -> str:
        if isinstance(relation, exp.Table) and isinstance(relation.this, exp.Identifier):
            return phrases.names.table(relation)
        if isinstance(relation, exp.Subquery):
            return (
                phrases.names.table(relation)
                if relation.alias
                else self._say("上面的子查询", "the subquery above")
            )
        return self._say("一个由函数或列表产生的表", "a table made by a function or a list")

    def _join(self, join: exp.Join, phrases: Phrases) -> str:
        other = self._relation(join.this, phrases)
        side, kind = join.side.upper(), join.kind.upper()
        if join.method or kind not in ("", "INNER", "OUTER", "CROSS"):
            return self._say(f"与{other}关联（方式见 SQL）", f"joined with {other} (see the SQL for how)")
        on = join.args.get("on")
        using = [printable(key.name, 40) for key in join.args.get("using") or ()]
        if on is not None:
            match = self._say("，且 ", " and ").join(phrases.conditions(on))
        elif using:
            match = self._say(f"{'、'.join(using)} 相同", f"they share {', '.join(using)}")
        else:
            return self._say(f"与{other}的每一行组合", f"combined with every row of {other}")
        kept = {
            "LEFT": self._say("，没有匹配的也保留", ", keeping rows without a match"),
            "RIGHT": self._say(f"，{other}中没有匹配的也保留", f", keeping rows of {other} without a match"),
            "FULL": self._say("，两边没有匹配的都保留", ", keeping rows of both sides without a match"),
        }.get(side, "")
        return self._say(f"关联{other}（{match}{kept}）", f"joined with {other} where {match}{kept}")

    def _result(self, node: exp.Select, phrases: Phrases) -> str:
        projections = _projections(node, phrases)
        group = node.args.get("group")
        keys = [_resolved(key, node, phrases) for key in group.expressions] if group is not None else []
        subtotals = group is not None and _has_subtotals(group)
        shown = [item for inner, words, item in projections if words not in keys]
        listed = phrases.listed(shown, 8)
        if subtotals:
            text = self._say(
                f"按多种分组和小计列出：{listed}", f"with several groupings and subtotals: {listed}"
            )
        elif keys:
            by = phrases.listed(keys)
            text = self._say(f"按 {by} 分组", f"for each {by}")
            text += self._say(f"，计算 {listed}", f": {listed}") if shown else ""
        elif any(_aggregated(inner) for inner, _, _ in projections):
            which = ("全部", "all") if node.args.get("where") is None else ("全部符合条件的", "all matching")
            text = self._say(f"对{which[0]}行计算 {listed}", f"over {which[1]} rows: {listed}")
        else:
            text = self._say(f"列出 {listed}", listed)
        return text + self._distinct(node, phrases)

    def _distinct(self, node: exp.Select, phrases: Phrases) -> str:
        distinct = node.args.get("distinct")
        if distinct is None:
            return ""
        on = distinct.args.get("on")
        if on is None:
            return self._say("，去掉重复的行", ", duplicate rows removed")
        keys = phrases.listed([phrases.value(key) for key in (on.expressions or [on])])
        return self._say(f"，每个不同的 {keys} 只留一行", f", one row for each {keys}")

    def _order(self, node: exp.Query, phrases: Phrases, names: dict[str, str]) -> list[str]:
        order, limit = node.args.get("order"), node.args.get("limit")
        offset = node.args.get("offset")
        parts = []
        if order is not None:
            keys = phrases.order(order, names)
            parts.append(self._say(f"按 {keys}", f"by {keys}"))
        if offset is not None:
            skipped = phrases.value(offset.expression)
            parts.append(self._say(f"跳过前 {skipped} 行", f"the first {skipped} rows skipped"))
        if limit is not None:
            parts += self._limit(limit, order is not None)
        return [self._heading("排序和取舍", "Order", self._say("，", ", ").join(parts))] if parts else []

    def _limit(self, limit: exp.Expr, ordered: bool) -> list[str]:
        count = limit.args.get("count") if isinstance(limit, exp.Fetch) else limit.args.get("expression")
        options = limit.args.get("limit_options")
        special = options is not None and (options.args.get("percent") or options.args.get("with_ties"))
        if special or limit.args.get("expressions") or not isinstance(count, exp.Literal):
            return [self._say("只取一部分行（见 SQL）", "only part of the rows (see the SQL)")]
        if count.name == str(self._row_cap + 1):
            return []
        if ordered:
            return [self._say(f"最多取 {count.name} 行", f"at most {count.name} rows")]
        return [
            self._say(
                f"最多取 {count.name} 行（没有指定顺序）", f"at most {count.name} rows, in no given order"
            )
        ]


def _relations(node: exp.Select) -> list[exp.Expr]:
    source = node.args.get("from_")
    first = [source.this] if source is not None else []
    return first + [join.this for join in node.args.get("joins") or ()]


def _special_tables(node: exp.Select) -> bool:
    """Whether a table is read in a way the words leave out: sampled, pivoted, joined within brackets."""
    return any(
        any(part for name, part in relation.args.items() if name not in _PLAIN_TABLE)
        for relation in _relations(node)
        if isinstance(relation, exp.Table)
    )


def _parts(node: exp.Expr) -> list[exp.Expr]:
    """The queries of a chain of one set operation, in order."""
    if not isinstance(node, exp.SetOperation):
        return [node]
    same = isinstance(node, exp.Union) and type(node.left) is type(node)
    chained = same and node.left.args.get("distinct") == node.args.get("distinct")
    bare = not any(node.left.args.get(part) for part in ("order", "limit", "offset", "with_"))
    left = _parts(node.left) if chained and bare else [node.left]
    return [*left, node.right]


def _projections(node: exp.Select, phrases: Phrases) -> list[tuple[exp.Expr, str, str]]:
    """Each result column: its expression, its words, and its words together with its heading."""
    found = []
    for projection in node.expressions:
        inner = projection.this if isinstance(projection, exp.Alias) else projection
        words = phrases.say("全部列", "all columns") if isinstance(inner, exp.Star) else phrases.value(inner)
        heading = printable(projection.alias, 40)
        item = words
        if heading and heading.lower() != words.lower():
            item = heading + phrases.say(f"（{words}）", f" ({words})")
        found.append((inner, words, item))
    return found


def _result_names(node: exp.Select, phrases: Phrases) -> dict[str, str]:
    """What ORDER BY may call a result column: its position or its heading."""
    names: dict[str, str] = {}
    for position, (projection, (_, words, _)) in enumerate(
        zip(node.expressions, _projections(node, phrases), strict=True), 1
    ):
        heading = printable(projection.alias, 40)
        names[str(position)] = heading or words
        if heading:
            names[projection.alias.lower()] = heading
    return names


def _resolved(key: exp.Expr, node: exp.Select, phrases: Phrases) -> str:
    """A grouping key in words; a position or a heading stands for the result column it names."""
    if isinstance(key, exp.Literal) and not key.is_string and key.name.isdigit():
        place = int(key.name) - 1
        if 0 <= place < len(node.expressions):
            return phrases.value(node.expressions[place].unalias())
    if isinstance(key, exp.Column) and not key.table:
        for projection in node.expressions:
            if isinstance(projection, exp.Alias) and projection.alias.lower() == key.name.lower():
                return phrases.value(key if _hides_column(projection, phrases) else projection.this)
    return phrases.value(key)


def _has_subtotals(group: exp.Expr) -> bool:
    several = any(isinstance(key, exp.Rollup | exp.Cube | exp.GroupingSets) for key in group.expressions)
    return several or any(part for name, part in group.args.items() if name != "expressions")


def _hides_column(projection: exp.Alias, phrases: Phrases) -> bool:
    """Whether GROUP BY means a table's column and not the result column of that name: the table's goes first."""
    name = projection.alias
    used = any(column.name.lower() == name.lower() for column in projection.this.find_all(exp.Column))
    return used or phrases.names.reads_column(name)


def _aggregated(node: exp.Expr) -> bool:
    """Whether the expression condenses rows: an aggregate that is neither windowed nor in a subquery."""
    home = node.find_ancestor(exp.Query)
    return any(found.find_ancestor(exp.Window, exp.Query) is home for found in node.find_all(exp.AggFunc))
