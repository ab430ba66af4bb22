"""One SQL text on its way through the rules of the guard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TypeVar, cast

from sqlglot import Token, TokenType, exp
from sqlglot.dialects import Dialect as Grammar
from sqlglot.errors import ErrorLevel

from chat2sql.config.vocabulary import Caller, Dialect
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.guard.policy import Policy

LITERALS = frozenset(
    {
        TokenType.STRING, TokenType.NUMBER, TokenType.RAW_STRING, TokenType.HEREDOC_STRING, TokenType.BYTE_STRING,
        TokenType.BIT_STRING, TokenType.HEX_STRING, TokenType.NATIONAL_STRING, TokenType.UNICODE_STRING,
    }
)  # fmt: skip
"""Kinds of token that are values, and never words."""

_Node = TypeVar("_Node", bound=exp.Expr)


@dataclass
class Case:
    """What the rules look at, and what they have found out so far.

    Attributes:
        text: as it came.
        catalogue: what the caller may see.
        caller: for whom it would run.
        statements: the text, parsed.
        nodes: the parts of the first statement by their kind, each kind in the order of the text.
        rendered: the first statement, written anew from its tree; empty until a rule has done so.
        words: the tokens of ``rendered``, or of ``text`` as long as it is empty.
        read: the tokens of ``text``, once ``words`` are those of ``rendered``.
        is_fresh: the tree is that of ``rendered``, and nothing has been written from it yet.
        keeps_words: ``rendered`` has the words of ``text``, AS and casts aside.
        calls_are_listed: every function that ``text`` calls is listed.
        tables: keys of the catalogue's tables that it reads, each once.
        cross_joins: pairs of tables that no condition joins, counted while columns were bound.
        made_rows: most rows that one of its parts makes out of nothing, estimated at the same time.
    """

    text: str
    catalogue: Catalogue
    policy: Policy
    caller: Caller
    statements: tuple[exp.Expr, ...] = ()
    nodes: dict[type[exp.Expr], list[exp.Expr]] = field(default_factory=dict)
    rendered: str = ""
    words: list[Token] = field(default_factory=list)
    read: list[Token] = field(default_factory=list)
    is_fresh: bool = False
    keeps_words: bool = False
    calls_are_listed: bool = False
    tables: tuple[str, ...] = ()
    cross_joins: int = 0
    made_rows: int = 1

    @property
    def dialect(self) -> Dialect:
        """The database's dialect."""
        return self.catalogue.dialect

    @property
    def tree(self) -> exp.Expr:
        """The statement, once it is known to be the only one."""
        return self.statements[0]

    def take(self, tree: exp.Expr) -> None:
        """Go on with this tree as the only statement."""
        self.statements = (tree,)
        self.nodes = {}
        self.nodes = {}
        for node in tree.dfs():
            self.nodes.setdefault(type(node), []).append(node)

    def drop(self) -> None:
        """Cut the parts of the tree apart: while each knows what it is part of, only the collector can free them."""
        for nodes in self.nodes.values():
            for node in nodes:
                node.parent = None
        self.nodes = {}

    def each(self, *kinds: type[_Node]) -> Iterator[_Node]:
        """The parts of these kinds, whatever else may be of a kind derived from them."""
        for kind, nodes in self.nodes.items():
            if issubclass(kind, kinds):
                yield from cast("list[_Node]", nodes)


@cache
def _grammar(dialect: Dialect) -> Grammar:
    return Grammar.get_or_raise(dialect)


def tokens(text: str, dialect: Dialect) -> list[Token]:
    """A text's tokens.

    Raises:
        sqlglot.errors.TokenError: a quote or comment is not closed.
    """
    words: list[Token] = _grammar(dialect).tokenize(text)
    return words


def parsed(text: str, words: list[Token], dialect: Dialect) -> list[exp.Expr | None]:
    """The statements of a text whose tokens are known.

    Raises:
        sqlglot.errors.ParseError: it does not parse.
    """
    statements: list[exp.Expr | None] = _grammar(dialect).parser().parse(words, text)
    return statements


def written(tree: exp.Expr, dialect: Dialect) -> str:
    """The text of a tree, without comments. The tree is used up: it may be another one afterwards.

    Raises:
        sqlglot.errors.UnsupportedError: the dialect has no words for it.
    """
    return tree.sql(
        dialect=_grammar(dialect),
        copy=False,
        comments=False,
        normalize_functions=False,
        unsupported_level=ErrorLevel.RAISE,
    )
