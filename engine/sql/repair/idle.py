"""Leaving out tables that a query joins and does not read: each multiplies rows, or loses those without a match."""

from __future__ import annotations

from itertools import pairwise

from sqlglot import exp

from chat2sql.engine.schema.catalogue import Catalogue, Table
from chat2sql.engine.schema.lexicon import has_han, terms
from chat2sql.engine.schema.lexicon import words as english_words
from chat2sql.engine.sql.repair.from_clause import FromClause, Source, read_from, sides
from chat2sql.engine.sql.repair.likeness import words
from chat2sql.engine.sql.repair.steps import Repair, RepairKind

_STEM = 4
"""Letters by which two forms of a word are known: vote, voters, voted."""


def mend_idle_tables(tree: exp.Expr, catalogue: Catalogue, question: str) -> list[Repair]:
    """Leave out joined tables of which nothing is read and that the question does not name; in place.

    A table that the question names may be there to ask for a match, so it stays. Where the join's own column is all
    that is read of it, also to join another table, the other side's column, which equals it, stands in.
    """
    done = []
    for select in list(tree.find_all(exp.Select)):
        while (clause := read_from(select, catalogue)) is not None:
            repair = _without_one(clause, catalogue, question)
            if repair is None:
                break
            done.append(repair)
    return done


def _without_one(clause: FromClause, catalogue: Catalogue, question: str) -> Repair | None:
    select = clause.select
    stars = list(select.find_all(exp.Star))
    # SELECT * reads every table. COUNT(*) counts the rows of those that were asked for.
    if any(not isinstance(star.parent, exp.Count) for star in stars):
        return None
    for source in clause.sources:
        if source.others or not _is_unasked(source.table, clause, catalogue, question):
            continue
        held = held_by(clause, source)
        if held is None:
            continue
        other, link = held
        readers = clause.readers(source, without=[link])
        mine, theirs = ends(clause, link, source)
        if stars and _may_be_counted(clause, source, mine, question):
            continue
        if any(
            clause.end(column) != clause.end(mine) or column.args.get("table") is None for column in readers
        ):
            continue
        before = clause.text()
        for column in readers:
            column.replace(theirs.copy())
        leave_out(clause, source, other, link)
        return Repair(kind=RepairKind.IDLE_TABLE, explanation=f"{before} -> {clause.text()}")
    return None


def held_by(clause: FromClause, source: Source) -> tuple[Source, exp.EQ] | None:
    """The one condition that joins a table to those before it, or the first one to those after it; and whose join has
    it. None: there are several."""
    held = [
        (other, link)
        for other in ([source] if source.join is not None else clause.sources)
        for link in other.links
        if source in clause.owners(link)
    ]
    return held[0] if len(held) == 1 else None


def ends(clause: FromClause, link: exp.EQ, source: Source) -> tuple[exp.Expr, exp.Expr]:
    """The column of the table, and the one that it is joined to."""
    left, right = sides(link)
    return (left, right) if clause.end(left)[0] is source else (right, left)


def leave_out(clause: FromClause, source: Source, linked: Source, link: exp.EQ) -> None:
    """Take a table out of the clause, with the one condition that joins it; in place.

    Args:
        linked: the table whose join has the condition.
    """
    select = clause.select
    # Where the first table goes, the one that was joined to it takes its place.
    gone = source if source.join is not None else linked
    joins = [join for join in select.args["joins"] if join is not gone.join]
    if gone is not source:
        select.set("from_", exp.From(this=linked.node))
        for condition in (*linked.others, *(other for other in linked.links if other is not link)):
            select.where(condition.copy(), copy=False)
    select.set("joins", joins)


def _is_unasked(table: Table, clause: FromClause, catalogue: Catalogue, question: str) -> bool:
    """Whether no word of the table's name that the other tables do not share stands in the question."""
    asked = set(terms(question))
    known = " ".join((table.name, table.comment))
    if not asked or has_han(question) != has_han(known):
        return False
    others = [words(other.table.name) for other in clause.sources if other.table != table]
    every = set(terms(known))
    own = every - set(terms(" ".join(word for name in others for word in name)))
    if own:
        return not asked & own
    # Of "template types" no word speaks of templates, where there is a table of template types.
    said = english_words(question)
    longer = {pair for name in others for pair in pairwise(name)}
    taken = {place for at, pair in enumerate(pairwise(said)) if pair in longer for place in (at, at + 1)}
    return not any(word in every for place, word in enumerate(said) if place not in taken)


def _may_be_counted(clause: FromClause, source: Source, key: exp.Expr, question: str) -> bool:
    """Whether the question may speak of a table's rows by another form of a word, of votes where somebody voted; or by
    its key, of flights where a destination airport is named."""
    others = {word for other in clause.sources if other is not source for word in words(other.table.name)}
    own = {*words(source.table.name), *(set(words(key.name)) - others)}
    stems = {word[:_STEM] for word in own if len(word) >= _STEM}
    return any(word[:_STEM] in stems for word in english_words(question))
