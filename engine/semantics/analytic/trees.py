"""Trees in SQL: what lies at or below a node, and what stands at the top of each."""

from __future__ import annotations

import re

from sqlglot import exp

from chat2sql.engine.semantics.model.semantic_model import Dataset

_CLASSES = re.compile(r"类目|分类|品类|类别|科目|目录|行政区|区域|地区|categor|taxonom|region", re.IGNORECASE)
NODE, TOP_NAME, ABOVE = "node", "top_name", "above"
_BELOW, _TOPS, _CHILD = "below", "tops", "child"


def has_classes(dataset: Dataset | None) -> bool:
    """Whether it is a tree of classes, of which a node stands for all below it: 空调 is every kind of them."""
    if dataset is None or dataset.parent is None or len(dataset.primary_key) != 1:
        return False
    return _CLASSES.search(f"{dataset.label.zh} {dataset.label.en} {dataset.name}") is not None


def below(dataset: Dataset, start: exp.Select, child: exp.Table) -> exp.Subquery:
    """The keys of some nodes and of all below them.

    Args:
        start: the keys of those nodes.
        child: the dataset's table, called ``child``.
    """
    key = dataset.primary_key[0]
    further = (
        exp.select(quoted_of(key, _CHILD))
        .from_(child)
        .join(exp.to_table(_BELOW), on=exp.EQ(this=_parent(dataset), expression=quoted_of(key, _BELOW)))
    )
    whole = exp.select(exp.column(exp.to_identifier(key))).from_(_BELOW)
    return whole.with_(_BELOW, as_=exp.union(start, further, distinct=False), recursive=True).subquery()


def topmost(dataset: Dataset, start: exp.Select, child: exp.Table) -> exp.Select:
    """For every node what stands at the top of its tree is called.

    Args:
        start: the nodes at the top, as ``node`` and ``top_name``.
        child: the dataset's table, called ``child``.
    """
    further = (
        exp.select(quoted_of(dataset.primary_key[0], _CHILD), exp.column(TOP_NAME, table=_TOPS))
        .from_(child)
        .join(exp.to_table(_TOPS), on=exp.EQ(this=_parent(dataset), expression=exp.column(NODE, table=_TOPS)))
    )
    whole = exp.select(NODE, TOP_NAME).from_(_TOPS)
    return whole.with_(_TOPS, as_=exp.union(start, further, distinct=False), recursive=True)


def is_root(dataset: Dataset, parent: exp.Expr, above: exp.Table) -> exp.Expr:
    """Whether a node has none above it: nothing is told of one, or a number that no node has, as 0 is.

    Args:
        parent: what leads from the node to the one above it.
        above: the dataset's table, called ``above``.
    """
    nodes = exp.select(quoted_of(dataset.primary_key[0], ABOVE)).from_(above)
    return exp.or_(
        exp.Is(this=parent, expression=exp.Null()),
        exp.not_(exp.In(this=parent.copy(), query=nodes.subquery())),
    )


def has_children(dataset: Dataset, key: exp.Expr, child: exp.Table) -> exp.Expr:
    """Whether any row leads to a node as the one above it.

    Args:
        key: the node's.
        child: the dataset's table, called ``child``.
    """
    leads = exp.EQ(this=_parent(dataset), expression=key)
    return exp.Exists(this=exp.select(exp.Literal.number(1)).from_(child).where(leads))


def quoted_of(column: str, table: str | exp.Identifier) -> exp.Column:
    """A column of a table, quoted where its dialect needs it."""
    return exp.column(exp.to_identifier(column), table=table)


def _parent(dataset: Dataset) -> exp.Column:
    return quoted_of(dataset.parent or dataset.primary_key[0], _CHILD)
