"""May this SQL run? Rules in order; what passes is re-rendered from the syntax tree, fenced in, and only that text runs."""

from __future__ import annotations

import gc
from collections.abc import Callable

from sqlglot import exp

from chat2sql.config.errors import Refusal
from chat2sql.config.vocabulary import Caller, Frozen
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.guard.binding import bind
from chat2sql.engine.sql.guard.case import Case, parsed, written
from chat2sql.engine.sql.guard.casts import allowed_types
from chat2sql.engine.sql.guard.fence import fence, needs_fence
from chat2sql.engine.sql.guard.functions import allowed_functions, harmless_functions
from chat2sql.engine.sql.guard.limits import is_series, limits, too_many_joins
from chat2sql.engine.sql.guard.nodes import WRITTEN_WHOLE
from chat2sql.engine.sql.guard.policy import OPEN, Policy
from chat2sql.engine.sql.guard.problems import Problem, ProblemKind, Severity, mendable, refused_probe
from chat2sql.engine.sql.guard.rendering import reads_back, renders
from chat2sql.engine.sql.guard.statements import one_statement, parses, query_at_root, reads_only
from chat2sql.engine.sql.guard.tables import known_tables
from chat2sql.engine.sql.guard.visible import visible
from chat2sql.engine.sql.masking.marked import marked_by_table
from chat2sql.engine.sql.masking.probing import probed

__all__ = ["RULES", "Check", "Problem", "ProblemKind", "Severity", "check"]

_NOBODY = Caller(tenant="")


class Check(Frozen):
    """The ruling on one SQL text.

    Attributes:
        ok: it may run.
        sql: the text to show to people, rendered from the syntax tree without comments; empty where it does not parse.
        executable: the same fenced in for this caller: the only text that runs; empty unless ok.
        problems: what is wrong, in the order found; empty if ok.
        rule: the name of the rule that found it; None if ok.
        tables: the catalogue's tables that it reads, by ``Catalogue.key``, each once.
    """

    ok: bool
    sql: str
    executable: str = ""
    problems: tuple[Problem, ...] = ()
    rule: str | None = None
    tables: tuple[str, ...] = ()


def check(sql: str, catalogue: Catalogue, *, policy: Policy = OPEN, caller: Caller | None = None) -> Check:
    """Decide whether a SQL text may run against a database with this catalogue, and make the text that does.

    The rules run in their order; the first one that finds something ends the check, with all that it found. Tables and
    columns that the policy hides from the caller do not exist for them.

    Args:
        policy: the datasource's.
        caller: for whom it would run; None: for nobody in particular, who sees what people without a role see.

    Raises:
        Misconfigured: the policy does not fit the datasource.
    """
    caller = caller or _NOBODY
    case = Case(sql, visible(catalogue, policy, caller), policy, caller)
    # A collector that runs while the syntax tree is in use finds nothing to free, takes it for something that stays, and
    # goes through all objects of the process the sooner: that costs more than all rules together.
    collects = gc.isenabled()
    gc.disable()
    try:
        return _checked(case, catalogue)
    finally:
        case.drop()
        if collects:
            gc.enable()


def _checked(case: Case, whole: Catalogue) -> Check:
    for rule in RULES:
        try:
            problems = rule(case)
        except RecursionError:
            problems = [
                mendable(ProblemKind.SYNTAX, "The SQL is nested too deeply.", "Write it more simply.")
            ]
        if problems:
            return Check(
                ok=False, sql=case.rendered, problems=tuple(problems), rule=rule.__name__, tables=case.tables
            )
    executable = case.rendered
    try:
        if needs_fence(whole, case.policy, case.caller):
            fenced = fence(_tree_of_rendered(case), whole, case.policy, case.caller)
            executable = written(fenced, case.dialect)
    except Refusal as refusal:
        problem = Problem(
            kind=ProblemKind.SYSTEM_CATALOGUE,
            severity=Severity.REFUSED,
            message=refusal.message.en,
            user_message=refusal.message,
        )
        return Check(ok=False, sql=case.rendered, problems=(problem,), rule="fence", tables=case.tables)
    return Check(ok=True, sql=case.rendered, executable=executable, tables=case.tables)


def _tree_of_rendered(case: Case) -> exp.Expr:
    """The syntax tree of the text that was judged. Writing it may have used up parts of the one there was."""
    if case.is_fresh or (case.keeps_words and case.nodes.keys() <= WRITTEN_WHOLE):
        return case.tree
    case.drop()
    case.take(next(filter(None, parsed(case.rendered, case.words, case.dialect))))
    return case.tree


def known_columns(case: Case) -> list[Problem]:
    """Every column is one of what stands in FROM at its place."""
    if not isinstance(case.tree, exp.Query) or too_many_joins(case):
        return []
    found = bind(
        case.tree, case.catalogue, [function for function in case.each(exp.Func) if is_series(function)]
    )
    case.cross_joins, case.made_rows = found.cross_joins, found.made_rows
    return found.problems


def masked_columns(case: Case) -> list[Problem]:
    """No column that is masked for the caller is asked about in a way that tells what it holds, as by a pattern."""
    if marked_by_table(case.catalogue, case.policy, case.caller).keys().isdisjoint(case.tables):
        return []
    return [refused_probe(column) for column in probed(case.tree, case.catalogue, case.policy, case.caller)]


RULES: tuple[Callable[[Case], list[Problem]], ...] = (
    parses,
    one_statement,
    query_at_root,
    reads_only,
    known_tables,
    harmless_functions,
    allowed_types,
    known_columns,
    masked_columns,
    limits,
    renders,
    reads_back,
    allowed_functions,
)
"""All rules, in order. The last ones judge what has been written anew, which is what runs."""
