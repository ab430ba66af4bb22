"""A FROM clause that is a list of tables, taken apart: which tables, under which names, joined by which equalities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from chat2sql.engine.schema.catalogue import Catalogue, Table
from chat2sql.engine.sql.guard.names import effective, referenced_cte, source_name
from chat2sql.engine.sql.repair.likeness import same_words


@dataclass(eq=False)
class Source:
    """One table of it.

    Attributes:
        node: where the table stands.
        join: the JOIN that it stands in; None for the first one.
        links: the conditions of that join that equate two columns.
        others: its other conditions.
    """

    alias: str
    table: Table
    node: exp.Table
    join: exp.Join | None = None
    links: list[exp.EQ] = field(default_factory=list)
    others: list[exp.Expr] = field(default_factory=list)


class FromClause:
    """The tables of one SELECT, in order."""

    def __init__(self, select: exp.Select, catalogue: Catalogue, sources: Sequence[Source]) -> None:
        self.select, self.sources = select, tuple(sources)
        self._catalogue, self.dialect = catalogue, catalogue.dialect

    def keys(self) -> list[str]:
        """The tables, as ``Catalogue.key`` names them."""
        return [self._catalogue.key(source.table) for source in self.sources]

    def end(self, side: exp.Expr) -> tuple[Source | None, str | None]:
        """Whose column it is, and its name as the catalogue has it; None where that is not known."""
        qualifier = side.args.get("table")
        if qualifier is None:
            owners = [source for source in self.sources if source.table.column(side.name) is not None]
            owner = owners[0] if len(owners) == 1 else None
        else:
            name = effective(qualifier, self._catalogue.dialect)
            owner = next((source for source in self.sources if source.alias == name), None)
        column = owner.table.column(side.name) if owner is not None else None
        return owner, column.name if column is not None else None

    def owners(self, node: exp.Expr) -> set[Source | None]:
        """Whose columns stand in an expression; None among them where that is not known of one."""
        return {self.end(column)[0] for column in node.find_all(exp.Column)}

    def readers(self, source: Source, without: Sequence[exp.Expr] = ()) -> list[exp.Column]:
        """The columns that may be read from a table, in the SELECT and all that stands in it.

        A column that the table has not is none of them: it will be bound to another.

        Args:
            without: conditions that do not count.
        """
        left_out = {id(node) for node in without}
        return [
            column
            for column in self.select.find_all(exp.Column)
            if self._may_read(source, column) and not any(id(above) in left_out for above in _upwards(column))
        ]

    def _may_read(self, source: Source, column: exp.Column) -> bool:
        qualifier = column.args.get("table")
        if qualifier is not None and effective(qualifier, self._catalogue.dialect) != source.alias:
            return False
        return isinstance(column.this, exp.Star) or any(
            same_words(column.name, known.name, context=source.table.name) for known in source.table.columns
        )

    def text(self) -> str:
        """The clause as it stands in the SELECT now."""
        dialect = self._catalogue.dialect
        joins = (join.sql(dialect).strip() for join in self.select.args.get("joins") or [])
        return " ".join((self.select.args["from_"].sql(dialect).strip(), *joins))


def conjuncts(condition: exp.Expr) -> Iterator[exp.Expr]:
    """The conditions that must all hold, without parentheses."""
    plain = condition.unnest()
    if isinstance(plain, exp.And):
        for part in plain.flatten():
            yield from conjuncts(part)
    else:
        yield plain


def read_from(select: exp.Select, catalogue: Catalogue, *, outer: bool = False) -> FromClause | None:
    """The FROM clause of a SELECT; None where it is no list of tables of the catalogue, joined by conditions.

    Args:
        outer: also with LEFT JOIN; else with inner joins only.
    """
    from_ = select.args.get("from_")
    joins: Sequence[exp.Join] = select.args.get("joins") or []
    if from_ is None or not joins:
        return None
    sources: list[Source] = []
    for node, join in ((from_.this, None), *((join.this, join) for join in joins)):
        source = _source(node, join, catalogue, sides_taken=("", "LEFT") if outer else ("",))
        if source is None:
            return None
        sources.append(source)
    if len({source.alias for source in sources}) < len(sources):
        return None
    return FromClause(select, catalogue, sources)


def sides(link: exp.EQ) -> tuple[exp.Expr, exp.Expr]:
    """What an equality equates, without parentheses."""
    return link.this.unnest(), link.expression.unnest()


def _source(
    node: exp.Expr, join: exp.Join | None, catalogue: Catalogue, *, sides_taken: Sequence[str]
) -> Source | None:
    if not isinstance(node, exp.Table) or referenced_cte(node, catalogue.dialect) is not None:
        return None
    table = catalogue.table(".".join(part.name for part in node.parts))
    if table is None or node.args.get("joins"):
        return None
    source = Source(source_name(node, catalogue.dialect), table, node, join)
    if join is None:
        return source
    on = join.args.get("on")
    # A comma or a JOIN without a condition may be meant: WHERE has the condition then.
    if on is None or join.args.get("method") or join.side not in sides_taken:
        return None
    if join.kind not in ("", "INNER", "OUTER"):
        return None
    for plain in conjuncts(on):
        if isinstance(plain, exp.EQ) and all(isinstance(side, exp.Column) for side in sides(plain)):
            source.links.append(plain)
        else:
            source.others.append(plain)
    return source


def _upwards(node: exp.Expr) -> Iterator[exp.Expr]:
    above: exp.Expr | None = node
    while above is not None:
        yield above
        above = above.parent
