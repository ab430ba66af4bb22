"""The machinery of putting SQL into words: which constructs have words, and what stands in for the others.

Every construct states which parts of it are understood. One with a part beyond those, and every construct
without words, is shown as the SQL it is: an explanation may be terse, but it is never wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp
from sqlglot.errors import SqlglotError

from chat2sql.config.vocabulary import Bilingual, Dialect, Language
from chat2sql.engine.present.cells import printable
from chat2sql.engine.present.naming import Names

_SQL_LIMIT = 80
_LISTED = 6
_DEEPEST = 12

Teller = Callable[..., str | None]
"""Words for one construct, or none where this one has no sure words."""


class Speech:
    """Words for expressions of one SELECT, by the construct; subclasses bring the words."""

    def __init__(self, names: Names, language: Language, dialect: Dialect) -> None:
        self.names = names
        self._language = language
        self._dialect = dialect
        self._depth = 0
        self._tellers: dict[type[exp.Expr], tuple[Teller, frozenset[str]]] = {}

    def teach(self, teller: Teller, kinds: tuple[type[exp.Expr], ...], understood: str = "this") -> None:
        """Give constructs their words; ``understood`` names the parts of them that the words tell."""
        for kind in kinds:
            self._tellers[kind] = (teller, frozenset(understood.split()))

    def understands(self, node: exp.Expr) -> bool:
        """Whether there are words for the construct and for every part of it."""
        known = self._tellers.get(type(node))
        return known is not None and all(name in known[1] for name, part in node.args.items() if part)

    def value(self, node: exp.Expr) -> str:
        """An expression or a condition in words; as SQL where there are no sure words for it."""
        if not self.understands(node) or self._depth >= _DEEPEST:
            return self.sql(node)
        self._depth += 1
        try:
            return self._tellers[type(node)][0](node) or self.sql(node)
        finally:
            self._depth -= 1

    def sql(self, node: exp.Expr) -> str:
        """The expression as SQL, or in general words where that is too long to read."""
        try:
            text = printable(node.sql(dialect=self._dialect.value, comments=False))
        except (SqlglotError, RecursionError):
            text = ""
        if text and len(text) <= _SQL_LIMIT:
            return f"`{text}`"
        if isinstance(node, exp.Case):
            return self.say("一个按条件取值的表达式", "a value chosen by conditions")
        if isinstance(node, exp.Predicate | exp.Connector | exp.Not):
            return self.say("一个较复杂的条件（见 SQL）", "a more complex condition (see the SQL)")
        return self.say("一个较复杂的计算（见 SQL）", "a more complex calculation (see the SQL)")

    def listed(self, phrases: list[str], limit: int = _LISTED) -> str:
        """Phrases as a list, the rest counted where there are many."""
        shown = phrases if len(phrases) <= limit else phrases[:limit]
        rest = len(phrases) - len(shown)
        text = ("、" if self._language is Language.ZH else ", ").join(shown)
        return text + self.say(f"等 {len(phrases)} 项", f" and {rest} more") if rest else text

    def say(self, zh: str, en: str, *nodes: exp.Expr) -> str:
        """A sentence in the asker's language, with the words of ``nodes`` in the places {0}, {1}, ..."""
        words = [self.value(node) for node in nodes]
        text = zh if self._language is Language.ZH else en
        return re.sub(r"\{(\d)\}", lambda m: words[int(m[1])], text) if words else text

    def fill(self, sentence: Bilingual, *nodes: exp.Expr) -> str:
        """``say`` with a sentence that stands in a table."""
        return self.say(sentence.zh, sentence.en, *nodes)

    def bracketed(self, words: str) -> str:
        """Words in the brackets of the language."""
        return f"（{words}）" if self._language is Language.ZH else f"({words})"
