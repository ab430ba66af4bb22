"""Mending a wrong SQL by what the catalogue says, without a model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from chat2sql.config.vocabulary import Caller
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.guard.binding import bind
from chat2sql.engine.sql.guard.check import Check, check
from chat2sql.engine.sql.guard.policy import OPEN, Policy
from chat2sql.engine.sql.guard.problems import Severity
from chat2sql.engine.sql.guard.visible import visible
from chat2sql.engine.sql.repair.bounds import mend_bounds
from chat2sql.engine.sql.repair.columns import remedies
from chat2sql.engine.sql.repair.contradictions import mend_contradictions
from chat2sql.engine.sql.repair.counting import mend_counts
from chat2sql.engine.sql.repair.dialects import readings
from chat2sql.engine.sql.repair.division import mend_ratios
from chat2sql.engine.sql.repair.duplicates import mend_duplicates
from chat2sql.engine.sql.repair.grounding import ground_values
from chat2sql.engine.sql.repair.grouping import mend_grouping
from chat2sql.engine.sql.repair.groups import mend_groups
from chat2sql.engine.sql.repair.idle import mend_idle_tables
from chat2sql.engine.sql.repair.keys import mend_joins
from chat2sql.engine.sql.repair.labels import mend_labels
from chat2sql.engine.sql.repair.literals import mend_literals
from chat2sql.engine.sql.repair.meant import mend_meant
from chat2sql.engine.sql.repair.meant_values import Meant
from chat2sql.engine.sql.repair.membership import mend_membership
from chat2sql.engine.sql.repair.negation import mend_negation
from chat2sql.engine.sql.repair.nulls import mend_nulls_first
from chat2sql.engine.sql.repair.outputs import order_outputs
from chat2sql.engine.sql.repair.periods import mend_periods
from chat2sql.engine.sql.repair.precedence import mend_precedence
from chat2sql.engine.sql.repair.steps import Repair, Repaired, RepairKind
from chat2sql.engine.sql.repair.tables import mend_tables
from chat2sql.engine.sql.repair.ties import mend_ties
from chat2sql.engine.sql.repair.values import mend_values
from chat2sql.engine.values.index import ValueIndex

MOST_REPAIRS = 24
"""Most columns that are mended in one text; one with more is not a slip."""

MOST_READINGS = 3
"""Most versions of a text whose mistake can be mended in several ways that are as likely."""


def repair(
    sql: str,
    catalogue: Catalogue,
    *,
    policy: Policy = OPEN,
    caller: Caller | None = None,
    question: str = "",
    values: ValueIndex | None = None,
    meant: Meant | None = None,
) -> tuple[Repaired, ...]:
    """Versions of a SQL text that pass the guard where it does not, that the database may take where it does not, or that
    may be what was meant where it cannot be.

    Deterministic and by the schema alone: columns are bound again to the table that has them, joins are added along the
    foreign keys, names are spelled as the catalogue has them, and other dialects' words are translated. So are joins,
    conditions, counts and literals of SQL that runs. Where several repairs are as likely, each gives a version.

    Args:
        sql: what a model wrote.
        catalogue: the datasource's, whole; what the caller may not see is not used.
        question: what was asked; empty: only what the text itself shows is mended.
        values: by which literals are mended, as ``values.fitness.permitted`` lets it be used; None: by comments alone.
        meant: what the business means by the columns; None: nothing is added by definitions.

    Returns:
        The versions, the likeliest first, all of which pass the guard; empty: it cannot be mended.
    """
    view = visible(catalogue, policy, caller or Caller(tenant=""))

    def judged(text: str) -> Check:
        return check(text, catalogue, policy=policy, caller=caller)

    for text, translated in _versions(sql, view, judged(sql)):
        found = []
        for choice in range(MOST_READINGS):
            mended, alternatives = _mended(text, view, choice, _Ground(question, values, meant))
            if mended is None or choice > alternatives:
                break
            rewritten, repairs = mended
            if (repairs := (*translated, *repairs)) and judged(rewritten).ok:
                found.append(Repaired(sql=rewritten, repairs=repairs, alternatives=alternatives))
        if found:
            return tuple(found)
    return ()


class _Ground(NamedTuple):
    """What is known beside the schema: what was asked, the values that columns hold, and what the business means."""

    question: str
    values: ValueIndex | None
    meant: Meant | None


def _versions(sql: str, view: Catalogue, first: Check) -> Iterator[tuple[str, tuple[Repair, ...]]]:
    """The text itself, then what other dialects read in it. One that is refused stays as it is."""
    if any(problem.severity is Severity.REFUSED for problem in first.problems):
        return
    yield sql, ()
    if first.ok:
        return
    for whose, text in readings(sql, view.dialect):
        told = f"read as {whose}: {text}"
        yield text, (Repair(kind=RepairKind.DIALECT, explanation=told),)


def _mended(
    text: str, view: Catalogue, choice: int, ground: _Ground
) -> tuple[tuple[str, tuple[Repair, ...]] | None, int]:
    """The text with all its mistakes mended, or None; and how many more ways the first doubtful one had.

    Args:
        choice: which way is taken there.
    """
    try:
        trees = sqlglot.parse(text, read=view.dialect, error_level=ErrorLevel.IMMEDIATE)
    except (SqlglotError, RecursionError):
        return None, 0
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        return None, 0
    tree, question, values = trees[0], ground.question, ground.values
    done = [*mend_tables(tree, view), *mend_joins(tree, view), *mend_membership(tree, view)]
    alternatives = 0
    for _ in range(MOST_REPAIRS):
        unbound = bind(tree, view, []).unbound
        if not unbound:
            break
        ways = next((ways for column in unbound if (ways := remedies(column, view))), None)
        if ways is None:
            return None, alternatives
        is_doubtful = len(ways) > 1 and alternatives == 0
        if is_doubtful:
            alternatives = len(ways) - 1
        done.append(ways[choice if is_doubtful and choice < len(ways) else 0].apply())
    else:
        return None, alternatives
    done += [
        *mend_bounds(tree, view, question),
        *mend_periods(tree, view),
        *mend_literals(tree, view),
    ]
    done += ground_values(tree, view, values, question)
    meant, more = mend_values(tree, view, values, 0 if alternatives else choice)
    done += meant
    alternatives = alternatives or more
    done += mend_counts(tree, view.dialect)
    done += mend_labels(tree, view, question) if question else []
    done += mend_grouping(tree, view.dialect)
    done += mend_precedence(tree, view.dialect)
    tree, met = mend_contradictions(tree, view)
    done += met
    done += mend_meant(tree, view, question, ground.meant) if ground.meant is not None else []
    done += [*mend_negation(tree, view, question), *mend_idle_tables(tree, view, question)]
    if question:
        done += mend_duplicates(tree, view, question)
        done += [*mend_groups(tree, view, question), *mend_ratios(tree, view, question)]
    done += mend_nulls_first(tree, text, view)
    done += order_outputs(tree, view.dialect, question)
    tree, kept = mend_ties(tree, question)
    done += kept
    written = tree.sql(dialect=view.dialect, comments=False)
    return (written, tuple(done)), alternatives
