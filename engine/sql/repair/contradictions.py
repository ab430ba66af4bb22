"""Mending conditions that no row can meet: what a small model writes for "both" and for "without"."""

from __future__ import annotations

from sqlglot import exp

from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.guard.names import effective, source_name
from chat2sql.engine.sql.repair.from_clause import conjuncts
from chat2sql.engine.sql.repair.steps import Repair, RepairKind

_WHOLE = ("group", "having", "order", "limit", "offset", "qualify", "windows", "into")


def mend_contradictions(tree: exp.Query, catalogue: Catalogue) -> tuple[exp.Query, list[Repair]]:
    """The query with conditions that can be met; in place but for its root.

    Two mistakes. ``city = 'a' AND city = 'b'``, over rows that are joined to what is asked for, means those that are in
    both sets: an INTERSECT. And a table that is joined by a column that is then to be NULL means the rows without a
    match: an outer join, whose condition has all that is said of that table.
    """
    done: list[Repair] = []
    for select in list(tree.find_all(exp.Select)):
        done += _without_match(select, catalogue)
    for select in list(tree.find_all(exp.Select)):
        both = _in_both(select)
        if both is None:
            continue
        was = select.args["where"].sql(catalogue.dialect).strip()
        done.append(_mended(f"{was} -> INTERSECT"))
        if select is tree:
            tree = both
        else:
            select.replace(both)
    return tree, done


def _in_both(select: exp.Select) -> exp.Query | None:
    """The rows that meet one and the rows that meet the other of two conditions that exclude each other."""
    where = select.args.get("where")
    if where is None or any(select.args.get(part) for part in _WHOLE) or _counts(select):
        return None
    parts = list(conjuncts(where.this))
    clash = _clash(parts)
    if clash is None:
        return None
    whole: exp.Query | None = None
    for kept in clash:
        version = select.copy()
        left = [part.copy() for part in parts if part not in clash or part is kept]
        version.set("where", exp.Where(this=exp.and_(*left, copy=False)))
        whole = version if whole is None else exp.Intersect(this=whole, expression=version, distinct=True)
    return whole


def _clash(parts: list[exp.Expr]) -> list[exp.Expr] | None:
    """The conditions that want one column to equal different values; None: there are none."""
    wanted: dict[str, list[exp.Expr]] = {}
    for part in parts:
        if (
            isinstance(part, exp.EQ)
            and isinstance(part.this, exp.Column)
            and isinstance(part.expression, exp.Literal)
        ):
            wanted.setdefault(part.this.sql().lower(), []).append(part)
    for same in wanted.values():
        if len({part.expression.sql() for part in same}) > 1:
            return same
    return _apart(parts)


def _apart(parts: list[exp.Expr]) -> list[exp.Expr] | None:
    """Two bounds of one column between which there is nothing: before 2003 and after 2003."""
    lower = [part for part in parts if isinstance(part, (exp.GT, exp.GTE)) and _bound(part) is not None]
    upper = [part for part in parts if isinstance(part, (exp.LT, exp.LTE)) and _bound(part) is not None]
    for low in lower:
        for high in upper:
            least, most = _bound(low), _bound(high)
            if low.this != high.this or least is None or most is None or least[0] != most[0]:
                continue
            both = isinstance(low, exp.GTE) and isinstance(high, exp.LTE)
            if least > most or (least == most and not both):
                return [low, high]
    return None


def _bound(part: exp.Expr) -> tuple[bool, float, str] | None:
    """What a column is compared with, as what can be put in order: texts, dates among them, or numbers."""
    literal = part.expression
    if not isinstance(part.this, exp.Column) or not isinstance(literal, exp.Literal):
        return None
    return (True, 0, literal.name) if literal.is_string else (False, float(literal.name), "")


def _counts(select: exp.Select) -> bool:
    return any(item.find(exp.AggFunc) for item in select.expressions)


def _without_match(select: exp.Select, catalogue: Catalogue) -> list[Repair]:
    """Outer joins where the join's own column is to be NULL."""
    done = []
    where = select.args.get("where")
    for join in select.args.get("joins") or []:
        if where is None or not isinstance(join.this, exp.Table) or join.args.get("on") is None:
            continue
        if join.side not in ("", "LEFT") or join.kind not in ("", "INNER", "OUTER"):
            continue
        alias = source_name(join.this, catalogue.dialect)
        keys = {
            side.sql().lower()
            for link in join.args["on"].find_all(exp.EQ)
            for side in (link.this, link.expression)
            if isinstance(side, exp.Column)
        }
        parts = list(conjuncts(where.this))
        empty = [part for part in parts if _wants_null(part, keys) and _is_of(part, alias, catalogue)]
        moved = [part for part in parts if part not in empty and _is_of(part, alias, catalogue)]
        if not empty or (join.side == "LEFT" and not moved):
            continue
        was = join.sql(catalogue.dialect).strip()
        join.set("side", "LEFT")
        join.set("kind", "")
        for part in moved:
            join.on(part.copy(), copy=False)
        left = [part.copy() for part in parts if part not in moved]
        select.set("where", exp.Where(this=exp.and_(*left, copy=False)))
        where = select.args["where"]
        done.append(_mended(f"{was} -> {join.sql(catalogue.dialect).strip()}"))
    return done


def _wants_null(part: exp.Expr, keys: set[str]) -> bool:
    return (
        isinstance(part, exp.Is) and isinstance(part.expression, exp.Null) and part.this.sql().lower() in keys
    )


def _is_of(part: exp.Expr, alias: str, catalogue: Catalogue) -> bool:
    """Whether the condition speaks of that table alone, by its name."""
    columns = list(part.find_all(exp.Column))
    return bool(columns) and all(
        (qualifier := column.args.get("table")) is not None
        and effective(qualifier, catalogue.dialect) == alias
        for column in columns
    )


def _mended(explanation: str) -> Repair:
    return Repair(kind=RepairKind.CONTRADICTION, explanation=explanation)
