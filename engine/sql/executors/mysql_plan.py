"""Reading EXPLAIN FORMAT=JSON of MySQL and MariaDB: what a query is estimated to cost, and how many rows it gives."""

from __future__ import annotations

import json
import math
from typing import TypeAlias

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.sql.executors.port import Estimate

_Json: TypeAlias = "dict[str, _Json] | list[_Json] | str | float | bool | None"


def read_plan(text: str, sql: str) -> Estimate:
    """The estimate that a plan holds.

    Cost is, by server:

    - MySQL: the optimizer's ``query_cost`` (format 1) or ``estimated_total_cost`` (format 2);
    - MariaDB 11 and later: its ``cost``, about milliseconds, of the query and all members of a union;
    - MariaDB 10, whose plan has no cost: the rows that it expects to read. Along the join order each table is read once
      for each row that the tables before it leave (rows times ``filtered``); materialised and dependent subqueries
      count once.

    Rows are those that the joins give, and only where they are the result's: one for an aggregate without GROUP BY, no
    more than a LIMIT; None behind GROUP BY, DISTINCT and set operations, of which neither server says how many rows
    they leave (MySQL's format 2 does).

    Args:
        text: what EXPLAIN gave.
        sql: the statement that was explained.
    """
    document: _Json = json.loads(text)
    if not isinstance(document, dict):
        return Estimate(text=text)
    tree = document.get("query_plan", document)
    if isinstance(tree, dict) and "estimated_total_cost" in tree:
        rows = _number(tree.get("estimated_rows"))
        cost = _number(tree["estimated_total_cost"])
        return Estimate(cost=cost, rows=None if rows is None else math.ceil(rows), text=text)
    examined, joined = _examined(document, 1)
    cost = _cost(document.get("query_block"))
    return Estimate(cost=examined if cost is None else cost, rows=_rows(sql, joined), text=text)


def _number(value: _Json) -> float | None:
    return float(value) if isinstance(value, str | int | float) else None


def _cost(block: _Json) -> float | None:
    """The optimizer's cost of a query block, of a union the sum over its members."""
    if not isinstance(block, dict):
        return None
    info = block.get("cost_info")
    own = info.get("query_cost") if isinstance(info, dict) else block.get("cost")
    union = block.get("union_result")
    if own is not None or not isinstance(union, dict):
        return _number(own)
    members = union.get("query_specifications")
    costs = [
        _cost(member.get("query_block"))
        for member in (members if isinstance(members, list) else [])
        if isinstance(member, dict)
    ]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if known else None


def _examined(node: _Json, outer: float) -> tuple[float, float]:
    """Rows read below a node of MariaDB's plan, and rows that it hands on, for so many rows handed to it."""
    if isinstance(node, list):
        parts = [_examined(each, 1) for each in node]
        return sum(read for read, _ in parts), sum(left for _, left in parts)
    if not isinstance(node, dict):
        return 0, outer
    read, left = 0.0, outer
    if "access_type" in node:
        rows = _number(node.get("rows_examined_per_scan", node.get("rows"))) or 0
        read = outer * rows
        left = read * (_number(node.get("filtered")) or 100) / 100
    for name, below in node.items():
        if name == "nested_loop" and isinstance(below, list):
            for step in below:
                more, left = _examined(step, left)
                read += more
        elif name in ("materialized", "subqueries", "recursive_union"):
            read += _examined(below, 1)[0]
        elif isinstance(below, dict) or name == "query_specifications":
            more, left = _examined(below, left)
            read += more
    return read, left


def _rows(sql: str, joined: float) -> int | None:
    """How many rows the result has, if the joins give so many."""
    try:
        query = sqlglot.parse_one(sql, dialect=Dialect.MYSQL.value)
    except SqlglotError:
        return None
    if not isinstance(query, exp.Select) or query.args.get("group") or query.args.get("distinct"):
        return None
    if any(_aggregates(projection) for projection in query.expressions):
        return 1
    limit = query.args.get("limit")
    most = limit.expression if isinstance(limit, exp.Limit) else None
    if limit is not None and not (isinstance(most, exp.Literal) and most.is_int):
        return None
    return math.ceil(joined) if most is None else min(math.ceil(joined), int(most.name))


def _aggregates(projection: exp.Expression) -> bool:
    """Whether it is an aggregate over all rows: not one in a subquery, nor one with a window."""
    within = projection.find_all(exp.AggFunc)
    return any(
        not isinstance(found.parent, exp.Window)
        and found.find_ancestor(exp.Subquery, exp.Select)
        is projection.find_ancestor(exp.Subquery, exp.Select)
        for found in within
    )
