"""The rule on functions: only those of the dialect's allow-list are called, whatever way the call is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from sqlglot import Token, TokenType, exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.sql.guard import hints
from chat2sql.engine.sql.guard.allowed import allowed
from chat2sql.engine.sql.guard.case import LITERALS, Case
from chat2sql.engine.sql.guard.names import folded, function_name
from chat2sql.engine.sql.guard.problems import Problem, ProblemKind, Severity, mendable, refused_access

# Words of the grammar itself that may stand before a parenthesis. Unquoted, none of them can be a function's name.
_GRAMMAR = frozenset(
    {
        "all", "and", "any", "array", "as", "asc", "between", "case", "collate", "cube", "desc", "distinct", "else",
        "end", "escape", "except", "exists", "from", "group", "group by", "grouping sets", "having", "ilike", "in",
        "intersect", "is", "join", "lateral", "like", "limit", "not", "offset", "on", "or", "order by", "partition by",
        "rollup", "row", "select", "similar to", "some", "then", "to", "union", "using", "values", "when", "where",
        "window", "with",
    }
)  # fmt: skip
_GRAMMAR_OF = {
    Dialect.POSTGRESQL: frozenset[str](),
    Dialect.SQLITE: frozenset({"glob", "match", "regexp"}),
    Dialect.MYSQL: frozenset({"div", "regexp", "rlike", "xor"}),
    Dialect.DUCKDB: frozenset({"exclude", "glob", "qualify"}),
}
_GRAMMAR_BEHIND = {
    "filter": frozenset({")"}),
    "over": frozenset({")", "nulls"}),
    "sets": frozenset({"grouping"}),
    "materialized": frozenset({"not"}),
    "zone": frozenset({"time"}),
}


def harmless_functions(case: Case) -> list[Problem]:
    """None of the known dangers is called. They are told apart early, so that nobody is asked to mend the rest."""
    found = list(_calls(case))
    case.calls_are_listed = not found
    return _ordered(problem for problem in found if problem.severity is Severity.REFUSED)


def allowed_functions(case: Case) -> list[Problem]:
    """Only listed functions are called. Judged on the words of the text that runs, since one function can hide behind
    many kinds of node, and on the tree that this text means."""
    if case.keeps_words and case.calls_are_listed:
        return _ordered(_bare_words(case))
    return _ordered([*_calls(case), *_bare_words(case)])


def _calls(case: Case) -> Iterator[Problem]:
    own = frozenset(folded(name) for name in case.policy.functions)
    yield from _called(case, own)
    yield from _standing_in_from(case, own)
    yield from _called_as_fields(case, own)


def _ordered(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(
        dict.fromkeys(problems), key=lambda problem: (problem.severity is Severity.MENDABLE, problem.message)
    )


def is_allowed(name: str, dialect: Dialect) -> bool:
    """Whether generated SQL may call a function of that name."""
    return folded(name) in allowed(dialect).functions


def _called(case: Case, own: frozenset[str]) -> Iterator[Problem]:
    """Names before a parenthesis."""
    with_columns = Counter(
        folded(cte.alias) for cte in case.each(exp.CTE) if cte.args["alias"].args.get("columns")
    )
    opening = [place for place, word in enumerate(case.words) if word.token_type is TokenType.L_PAREN]
    for place in [place - 1 for place in opening if place]:
        word = case.words[place]
        if not _is_word(word):
            continue
        name = word.text if _is_quoted(word) else folded(word.text)
        qualifier = _qualifier(case.words, place)
        if not qualifier and _is_no_call(case.words, place, case.dialect):
            continue
        if not qualifier and with_columns[folded(name)] > 0:
            # "WITH t(a, b) AS" looks like a call, once for each such CTE.
            with_columns[folded(name)] -= 1
            continue
        if not _may_be_called(qualifier, name, case.dialect, own):
            yield _problem(qualifier + name, case.dialect)


def _is_word(word: Token) -> bool:
    if word.token_type in LITERALS:
        return False
    return _is_quoted(word) or word.text[0].isalpha() or word.text[0] == "_" or not word.text.isascii()


def _is_quoted(word: Token) -> bool:
    return word.token_type is TokenType.IDENTIFIER


def _is_no_call(words: Sequence[Token], place: int, dialect: Dialect) -> bool:
    """A word of the grammar; or behind AS, where an alias with columns or a type stands, which have rules of their own."""
    before = words[place - 1] if place else None
    if before is not None and before.token_type is TokenType.ALIAS:
        return True
    if _is_quoted(words[place]):
        return False
    word = folded(words[place].text)
    if word in _GRAMMAR or word in _GRAMMAR_OF[dialect]:
        return True
    return before is not None and folded(before.text) in _GRAMMAR_BEHIND.get(word, ())


def _qualifier(words: Sequence[Token], place: int) -> str:
    """What stands before a name with dots between; ``?.`` where it is no name."""
    qualifier = ""
    while place >= 2 and words[place - 1].token_type is TokenType.DOT:
        place -= 2
        qualifier = (folded(words[place].text) if _is_word(words[place]) else "?") + "." + qualifier
    return qualifier


def _may_be_called(qualifier: str, name: str, dialect: Dialect, own: frozenset[str]) -> bool:
    if qualifier + name in own:
        return True
    if qualifier and not (dialect is Dialect.POSTGRESQL and qualifier == "pg_catalog."):
        return False
    return name in allowed(dialect).functions or name in allowed(dialect).types


def _bare_words(case: Case) -> Iterator[Problem]:
    """Functions that are called without parentheses, such as CURRENT_USER."""
    bare = allowed(case.dialect).bare
    text = case.rendered.lower()
    if not any(word in text for word in bare):
        return
    for place, word in enumerate(case.words):
        if word.token_type in LITERALS or _is_quoted(word) or folded(word.text) not in bare:
            continue
        before = case.words[place - 1].token_type if place else None
        if before not in (TokenType.DOT, TokenType.ALIAS):
            yield _problem(folded(word.text), case.dialect)


def _standing_in_from(case: Case, own: frozenset[str]) -> Iterator[Problem]:
    """In FROM only the functions that are made for it: others may take the name of a table or a file there."""
    for item in case.each(exp.Table, exp.Lateral):
        if isinstance(item.this, exp.Func) and not isinstance(item.this, exp.Query):
            name = function_name(item.this, case.dialect)
            if name not in allowed(case.dialect).rows and name not in own:
                yield _problem(name, case.dialect)


def _called_as_fields(case: Case, own: frozenset[str]) -> Iterator[Problem]:
    """PostgreSQL calls a function of one argument when it is written as a field: ``(x).f`` means ``f(x)``."""
    if case.dialect is not Dialect.POSTGRESQL:
        return
    for dot in case.each(exp.Dot):
        if not isinstance(dot.expression, exp.Identifier):
            continue
        name = dot.expression.name
        is_column = any(table.column(name) is not None for table in case.catalogue.tables)
        if not (is_column or name in own or is_allowed(name, case.dialect)) or allowed(case.dialect).danger(
            name
        ):
            yield _problem(folded(name), case.dialect)


def _problem(name: str, dialect: Dialect) -> Problem:
    rules = allowed(dialect)
    danger = None if name in rules.functions else rules.danger(name.rpartition(".")[2])
    if danger is not None:
        message = f"The function {name} is not allowed: it reaches {danger}."
        return refused_access(ProblemKind.FORBIDDEN_FUNCTION, message)
    close = hints.nearest(name.rpartition(".")[2], rules.functions)
    instead = f"Use {' or '.join(close)}, or write it" if close else "Write it"
    message = f"The function {name} is not among those that may be called on this database."
    return mendable(
        ProblemKind.FORBIDDEN_FUNCTION, message, f"{instead} with common functions of the dialect."
    )
