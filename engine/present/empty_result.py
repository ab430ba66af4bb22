"""Why there is nothing in a result, as a sentence."""

from __future__ import annotations

from collections.abc import Mapping

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from chat2sql.config.vocabulary import Bilingual, Dialect, Language
from chat2sql.engine.present.naming import Names
from chat2sql.engine.present.phrases import Phrases
from chat2sql.engine.sql.emptiness import Cause, Emptiness, Part
from chat2sql.engine.sql.meant_values import FEW_VALUES


def told(found: Emptiness, dialect: Dialect, labels: Mapping[str, Bilingual]) -> Bilingual | None:
    """The sentence that names the conditions to blame; None: they cannot be told in words.

    Args:
        dialect: that of the query.
        labels: human names by ``table`` and ``table.column``, from the schema's comments.
    """
    try:
        return Bilingual(
            zh=_sentence(found, [_Telling(part, dialect, labels, Language.ZH) for part in found.parts]),
            en=_sentence(found, [_Telling(part, dialect, labels, Language.EN) for part in found.parts]),
        )
    except (SqlglotError, RecursionError):
        return None


class _Telling:
    """A part of the query in one language."""

    def __init__(
        self, part: Part, dialect: Dialect, labels: Mapping[str, Bilingual], language: Language
    ) -> None:
        self._part = part
        self._select = sqlglot.parse_one(part.query, dialect=dialect.value, into=exp.Select)
        derived = frozenset(cte.alias.lower() for cte in self._select.find_all(exp.CTE))
        self._phrases = Phrases(Names(labels, language).within(self._select, derived), language, dialect)
        self.say = self._phrases.say

    def condition(self, clause: str) -> str:
        """The conditions of WHERE or HAVING."""
        return self.say("，且 ", " and ").join(self._phrases.conditions(self._select.args[clause].this))

    def tables(self) -> str:
        """What is read."""
        items = [self._select.args["from_"], *(self._select.args.get("joins") or [])]
        tables = self._phrases.listed([self._table(item.this) for item in items])
        return tables + (self.say("关联后", ", joined,") if len(items) > 1 else "")

    def _table(self, item: exp.Expr) -> str:
        return self._phrases.names.table(item) if item.alias_or_name else self.say("子查询", "a subquery")

    def values(self) -> str:
        """What may have been meant, as the end of a sentence."""
        meant = self._part.meant
        words = [self._phrases.value(exp.Literal.string(value)) for value in meant.values]
        if not words:
            return ""
        values = self._phrases.listed(words, FEW_VALUES)
        if meant.are_all:
            return self.say(f"，该列只有：{values}", f"; that column has only {values}")
        return self.say(f"，该列有相近的值：{values}", f"; that column has {values}")


def _sentence(found: Emptiness, parts: list[_Telling]) -> str:
    first = parts[0]
    say = first.say
    match found.cause:
        case Cause.TABLES:
            tables = first.tables()
            return say(
                f"不加任何条件，{tables}也没有你能看到的行",
                f"even without any condition {tables} has no row that you may see",
            )
        case Cause.GROUPS:
            having = first.condition("having")
            return say(
                f"有符合条件的行，但没有一组满足：{having}", f"there are rows, but no group where {having}"
            )
        case Cause.TOGETHER if len(parts) == found.conditions > 2:
            return say(
                "每个条件单独都有行满足，但没有行同时满足全部条件",
                "each condition is met by some row, but no row meets all of them",
            )
        case Cause.TOGETHER:
            one, other = (part.condition("where") for part in parts)
            return say(
                f"有行满足“{one}”，也有行满足“{other}”，但没有行同时满足两者",
                f"there are rows where {one}, and rows where {other}, but none with both",
            )
    alone = say("（单看它也没有）", ", even without the other conditions") if found.conditions > 1 else ""
    return say("；", "; ").join(
        say(
            f"没有任何行满足：{one.condition('where')}{alone}",
            f"there is no row where {one.condition('where')}{alone}",
        )
        + one.values()
        for one in parts
    )
