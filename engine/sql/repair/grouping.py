"""Adding what GROUP BY must name, for databases that insist on it."""

from __future__ import annotations

from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.sql.repair.steps import Repair, RepairKind

_INSISTENT = frozenset({Dialect.POSTGRESQL, Dialect.DUCKDB})


def mend_grouping(tree: exp.Expr, dialect: Dialect) -> list[Repair]:
    """Group by every output that is not an aggregate, where others are; in place.

    Only for databases that refuse the query otherwise. It does what the others do by themselves as long as the added
    columns depend on those grouped by, which is what such a query means.
    """
    if dialect not in _INSISTENT:
        return []
    done = []
    for select in tree.find_all(exp.Select):
        missing = _missing(select)
        if missing:
            for column in missing:
                select.group_by(column.copy(), copy=False)
            names = ", ".join(column.sql(dialect) for column in missing)
            done.append(Repair(kind=RepairKind.GROUP_BY, explanation=f"GROUP BY: added {names}"))
    return done


def _missing(select: exp.Select) -> list[exp.Expr]:
    group = select.args.get("group")
    if group is not None and any(
        group.args.get(kind) for kind in ("all", "cube", "grouping_sets", "rollup", "totals")
    ):
        return []
    outputs = [item.unalias() for item in select.expressions]
    if not any(_aggregates(output) for output in outputs) and group is None:
        return []
    grouped = set(group.expressions) if group is not None else set()
    names = {key.name.lower() for key in grouped if isinstance(key, exp.Column)}
    positions = {int(key.name) for key in grouped if isinstance(key, exp.Literal) and not key.is_string}
    aliases = {item.alias.lower(): number for number, item in enumerate(select.expressions, 1) if item.alias}
    positions |= {aliases[name] for name in names if name in aliases}
    return [
        output
        for number, output in enumerate(outputs, 1)
        if number not in positions
        and output not in grouped
        and not _aggregates(output)
        and not output.find(exp.Query, exp.Window, exp.Star)
        and output.find(exp.Column) is not None
        and not (isinstance(output, exp.Column) and output.name.lower() in names)
    ]


def _aggregates(output: exp.Expr) -> bool:
    return any(
        aggregate.find_ancestor(exp.Window) is None and not _inside_subquery(aggregate, output)
        for aggregate in output.find_all(exp.AggFunc)
    )


def _inside_subquery(node: exp.Expr, output: exp.Expr) -> bool:
    query = node.find_ancestor(exp.Query)
    return query is not None and query is not output.parent_select
