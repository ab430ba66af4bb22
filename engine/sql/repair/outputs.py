"""Giving a query's outputs in the order in which the question asks for them."""

from __future__ import annotations

import re

from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.sql.repair.likeness import words
from chat2sql.engine.sql.repair.steps import Repair, RepairKind

_SAID: dict[type[exp.AggFunc], re.Pattern[str]] = {
    kind: re.compile(words, re.IGNORECASE)
    for kind, words in {
        exp.Min: r"\b(?:minim(?:um|al)|min|lowest|smallest|least|youngest|earliest|shortest|cheapest)\b|最小|最低|最少|最早|最短",
        exp.Max: r"\b(?:maxim(?:um|al)|max|highest|largest|biggest|greatest|oldest|latest|longest)\b|最大|最高|最多|最晚|最长",
        exp.Avg: r"\b(?:average|avg|mean)\b|平均|均值",
        exp.Sum: r"\b(?:total|sum|overall)\b|总|合计|之和",
        exp.Count: r"\b(?:how many|number|count)\b|多少|数量|个数|几",
    }.items()
}

_EACH = re.compile(r"\b(?:each|every|per|by|different)\s+(?:[\w']+\s+){0,2}$", re.IGNORECASE)

_LISTED = re.compile(r"(?:^|[.?!;]\s*)(?:only )?(?:return|list|show|give(?: me)?)\b", re.IGNORECASE)


def order_outputs(tree: exp.Expr, dialect: Dialect, question: str) -> list[Repair]:
    """Put several aggregates of a query in the order of the question; in place.

    "The lowest and the average price" is two columns in that order, and "list the average price and the brand" begins
    with the price. It is done where each aggregate is asked for by its own word, once, and each group by its column's
    name; "for each brand" says how to group, and not where the brand stands.
    """
    if not isinstance(tree, exp.Select) or len(tree.expressions) < 2:
        return []
    # An ORDER BY or GROUP BY may name an output by its number.
    if any(tree.args[part].find(exp.Literal) for part in ("order", "group") if tree.args.get(part)):
        return []
    is_grouped = tree.args.get("group") is not None
    # What is said to be given counts for the order, and not what was said before.
    listed = list(_LISTED.finditer(question))
    question = question[listed[-1].end() :] if listed else question
    found = [_place(item.unalias(), question, is_grouped) for item in tree.expressions]
    places = [place for place in found if place is not None]
    if len(places) < len(found):
        return []
    if len(set(places)) < len(places) or places == sorted(places):
        return []
    was = ", ".join(item.sql(dialect) for item in tree.expressions)
    ordered = [
        item for _, item in sorted(zip(places, tree.expressions, strict=True), key=lambda pair: pair[0])
    ]
    tree.set("expressions", ordered)
    now = ", ".join(item.sql(dialect) for item in ordered)
    return [Repair(kind=RepairKind.OUTPUT_ORDER, explanation=f"{was} -> {now}")]


def _place(output: exp.Expr, question: str, is_grouped: bool) -> int | None:
    """Where the question asks for an output; None where it does not tell."""
    if is_grouped and isinstance(output, exp.Column):
        name = r"[ _-]?".join(map(re.escape, words(output.name)))
        named = re.search(rf"\b{name}", question, re.IGNORECASE)
        return None if named is None or _EACH.search(question[: named.start()]) else named.start()
    said = _SAID.get(type(output)) if isinstance(output, exp.AggFunc) else None
    found = list(said.finditer(question)) if said is not None else []
    # "How many pets has each owner" asks for the owners first.
    if len(found) != 1 or (is_grouped and found[0][0].lower() == "how many"):
        return None
    return found[0].start()
