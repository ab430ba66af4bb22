"""The rule on size: how complicated a query may be, and how much it may make out of nothing.

What a query costs on the data is the EXPLAIN gate's and the timeout's business; here stands what can be told from the
text alone, before any database is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.sql.guard.case import Case
from chat2sql.engine.sql.guard.names import effective, folded
from chat2sql.engine.sql.guard.problems import Problem, ProblemKind, mendable

MOST_MADE_ROWS = 1_000_000
"""Most rows that a query may make without reading them from a table."""

LONGEST_MADE_TEXT = 10_000
"""Greatest length, in characters, that ``repeat``, ``lpad`` and the like may be asked for."""

_UNKNOWN_ROWS = 1_000
_SERIES = frozenset({"generate_series", "range"})
_LENGTH_AT = {"repeat": 1, "pad": 1, "lpad": 1, "rpad": 1, "space": 0, "zeroblob": 0, "randomblob": 0}
_FORMATS = frozenset({"format", "printf"})
_SERIES_NODES = (exp.GenerateSeries, exp.ExplodingGenerateSeries)
_JUDGED = frozenset({exp.Anonymous, exp.Repeat, exp.Pad, exp.Space, exp.Format, *_SERIES_NODES})
_DAYS = {"day": 1, "week": 7, "month": 28, "mon": 28, "quarter": 90, "year": 365, "hour": 1 / 24}
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d{1,4})?")
_PERIOD = re.compile(r"\s*(\d+(?:\.\d+)?)\s+([a-z]+?)s?\s*")


def limits(case: Case) -> list[Problem]:
    """Joins, nesting and recursion as the policy has them; rows and text made out of nothing within bounds."""
    return [_too_complex(message, hint) for message, hint in _found(case)]


def too_many_joins(case: Case) -> bool:
    """Whether there are more joins than the policy allows: then nothing else need be looked at."""
    return sum(1 for _ in case.each(exp.Join)) > case.policy.limits.joins


def _too_complex(message: str, hint: str) -> Problem:
    return mendable(ProblemKind.TOO_COMPLEX, message, hint)


def _found(case: Case) -> Iterator[tuple[str, str]]:
    most = case.policy.limits
    joins = sum(1 for _ in case.each(exp.Join))
    if joins > most.joins:
        yield f"There are {joins} joins; {most.joins} are allowed.", "Read fewer tables."
    nesting = _nesting(case)
    if nesting > most.nesting:
        yield (
            f"Queries stand {nesting} deep in each other; {most.nesting} are allowed.",
            "Write it more simply.",
        )
    if case.cross_joins > most.cross_joins:
        yield (
            f"{case.cross_joins} pairs of tables are joined without a condition; {most.cross_joins} are allowed.",
            "Join each table with ON, along its foreign key.",
        )
    yield from _recursion(case)
    yield from _made(case)


def _nesting(case: Case) -> int:
    depths: dict[int, int] = {}
    # In the order of the text, so that what stands around a query comes before it.
    for select in case.each(exp.Select):
        around = select.find_ancestor(exp.Select)
        depths[id(select)] = depths.get(id(around), 0) + 1
    return max(depths.values(), default=0)


# -- recursion -----------------------------------------------------------------------------------------


def _recursion(case: Case) -> Iterator[tuple[str, str]]:
    for cte in case.each(exp.CTE):
        if not isinstance(cte.this, exp.SetOperation):
            continue
        name = effective(cte.args["alias"].this, case.dialect)
        steps = [select for select in cte.this.find_all(exp.Select) if _reads(select, name, case.dialect)]
        if not steps:
            continue
        if not case.policy.limits.recursive:
            yield "Recursive queries are not allowed.", "Write it without WITH RECURSIVE."
        for step in steps:
            if not _ends(step):
                yield (
                    f"The recursion of {cte.alias} has no end that can be seen.",
                    f"Give the recursive part a WHERE with a bound below {MOST_MADE_ROWS}, or join a table with ON.",
                )


def _reads(select: exp.Select, name: str, dialect: Dialect) -> bool:
    items = [select.args.get("from_"), *(select.args.get("joins") or [])]
    return any(
        isinstance(item, exp.Expr)
        and isinstance(item.this, exp.Table)
        and isinstance(item.this.this, exp.Identifier)
        and not item.this.args.get("db")
        and folded(effective(item.this.this, dialect)) == folded(name)
        for item in items
    )


def _ends(step: exp.Select) -> bool:
    """A condition over columns bounds it: a table that it runs through, or a number that is not out of reach."""
    joins = step.args.get("joins") or []
    conditions = [join.args["on"] for join in joins if join.args.get("on") is not None]
    conditions += [step.args["where"].this] if step.args.get("where") is not None else []
    conditions += [using for join in joins for using in join.args.get("using") or []]
    if not any(isinstance(part, exp.Identifier) or part.find(exp.Column) for part in conditions):
        return False
    numbers = [
        number(literal) for part in conditions for literal in part.find_all(exp.Literal, exp.Pow, exp.Mul)
    ]
    return all(value is None or abs(value) <= MOST_MADE_ROWS for value in numbers)


# -- what is made out of nothing -----------------------------------------------------------------------


def _made(case: Case) -> Iterator[tuple[str, str]]:
    for function in case.each(exp.Func):
        if type(function) not in _JUDGED:
            continue
        name, arguments = named_arguments(function)
        if name in _SERIES and series_rows(function) is None:
            yield (
                f"{name} has no bound that can be seen.",
                f"Give its ends as values, or as LEAST(..., 1000); at most {MOST_MADE_ROWS} rows.",
            )
        place = _LENGTH_AT.get(name)
        if place is not None and len(arguments) > place:
            length = number(arguments[place])
            if length is None or length > LONGEST_MADE_TEXT:
                yield (
                    f"The length that {name} makes is not bounded by {LONGEST_MADE_TEXT}.",
                    "Give the length as a number, or as LEAST(..., 100).",
                )
        if name in _FORMATS and case.dialect is not Dialect.MYSQL and not _is_short_format(arguments):
            yield (
                f"{name} needs its format as text, without * and with widths below 1000.",
                "Write it with ||.",
            )
    if case.made_rows > MOST_MADE_ROWS:
        yield (
            f"It makes about {case.made_rows} rows without reading them; {MOST_MADE_ROWS} are allowed.",
            "Join with conditions.",
        )


def _is_short_format(arguments: list[exp.Expr]) -> bool:
    text = arguments[0] if arguments else None
    return (
        isinstance(text, exp.Literal)
        and "*" not in text.name
        and all(len(digits) < 4 for digits in re.findall(r"\d+", text.name))
    )


def is_series(function: exp.Expr) -> bool:
    """Whether it makes a series of numbers or dates."""
    return isinstance(function, _SERIES_NODES) or (
        isinstance(function, exp.Anonymous) and folded(function.name) in _SERIES
    )


def named_arguments(function: exp.Expr) -> tuple[str, list[exp.Expr]]:
    """A function's name in lower case, and its arguments in order."""
    if isinstance(function, exp.Anonymous):
        return folded(function.name), function.expressions
    name = (
        folded(type(function).sql_name()).removeprefix("exploding_") if isinstance(function, exp.Func) else ""
    )
    values = (function.args.get(key) for key in type(function).arg_types)
    return name, [value for value in values if isinstance(value, exp.Expr)]


def series_rows(function: exp.Expr) -> int | None:
    """How many rows a series makes, estimated where its ends are dates that are not given; None: no bound is seen."""
    _, arguments = named_arguments(function)
    if len(arguments) < 2:
        return None
    step: Decimal | float | None
    start, end = number(arguments[0]), number(arguments[1])
    if start is not None and end is not None:
        step = number(arguments[2]) if len(arguments) > 2 else Decimal(1)
        return _steps(float(end - start), float(step)) if step else None
    days = _days(arguments[2]) if len(arguments) > 2 else None
    first, last = _date(arguments[0]), _date(arguments[1])
    if days is None or any(_is_far(end) for end in arguments[:2]):
        return None
    if first is not None and last is not None:
        return _steps((last - first).total_seconds() / 86_400, days)
    # From one date of the data to another: at a row a day or less that stays in reach.
    return _UNKNOWN_ROWS if days >= 1 else None


def _steps(distance: float, step: float) -> int | None:
    rows = int(abs(distance / step)) + 1
    return rows if rows <= MOST_MADE_ROWS else None


def _is_far(end: exp.Expr) -> bool:
    """A date that is written out but is none, such as ``infinity``; or anything with a number of more than four digits."""
    written_out = isinstance(end.this if isinstance(end, exp.Cast) else end, exp.Literal)
    if written_out:
        return _date(end) is None
    return any(re.search(r"\d{5}", literal.name) for literal in end.find_all(exp.Literal))


def number(node: exp.Expr | None) -> Decimal | None:
    """The value of a number that is written out, or the bound that LEAST sets; None: it is not known here."""
    match node:
        case exp.Literal():
            return Decimal(node.name) if _NUMBER.fullmatch(node.name) else None
        case exp.Paren() | exp.Cast():
            return number(node.this)
        case exp.Neg():
            value = number(node.this)
            return None if value is None else -value
        case exp.Least():
            bounds = (number(part) for part in [node.this, *node.expressions])
            return min((bound for bound in bounds if bound is not None), default=None)
        case exp.Mul() | exp.Pow():
            return _computed(number(node.this), number(node.expression), is_power=isinstance(node, exp.Pow))
    return None


def _computed(left: Decimal | None, right: Decimal | None, *, is_power: bool) -> Decimal | None:
    if left is None or right is None:
        return None
    try:
        return left**right if is_power else left * right
    except ArithmeticError:
        return None


def _days(step: exp.Expr) -> float | None:
    """The length of an interval in days, at least; None: it is not written out."""
    if isinstance(step, exp.Cast):
        step = step.this
    if isinstance(step, exp.Interval):
        text = f"{step.this.name if step.this is not None else ''} {step.text('unit')}"
    else:
        text = step.name if isinstance(step, exp.Literal) else ""
    found = _PERIOD.fullmatch(folded(text))
    if found is None or found[2] not in _DAYS:
        return None
    return float(found[1]) * _DAYS[found[2]]


def _date(node: exp.Expr) -> datetime | None:
    if isinstance(node, exp.Cast):
        node = node.this
    try:
        return (
            datetime.fromisoformat(node.name).replace(tzinfo=None) if isinstance(node, exp.Literal) else None
        )
    except ValueError:
        return None
