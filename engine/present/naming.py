"""What tables and columns are called in words: labels from comments, found through the scopes of a query."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlglot import exp

from chat2sql.config.vocabulary import Bilingual, Language
from chat2sql.engine.present.cells import printable
from chat2sql.engine.schema.catalogue import Catalogue

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_DETAIL = re.compile(r"[:：;；,，。(（\n]|\.\s|(?<=[\u3400-\u9fff]{2})\s+(?=[\u3400-\u9fff])")
"""What ends a label; 付款时间 未付款为空 has its detail behind a space."""
_LABEL_LIMIT = 40


def label_of_comment(comment: str) -> Bilingual:
    """The label in a comment such as ``状态 / status: 0=open 1=paid``; details after it are left out.

    Where the comment has one language only, both sides carry it; an empty comment gives empty labels.
    """
    parts = re.split(r"\s+[/|]\s+|[／｜]", comment.strip(), maxsplit=1)
    if len(parts) == 1:
        parts = _split_at_script(comment.strip())
    labels = [_DETAIL.split(part.strip(), maxsplit=1)[0].strip() for part in parts]
    chinese = next((label for label in labels if _CHINESE.search(label)), "")
    english = next((label for label in labels if label and not _CHINESE.search(label)), "")
    if len(labels) > 1 and "=" in english:
        english = ""
    return Bilingual(
        zh=printable(chinese or english, _LABEL_LIMIT), en=printable(english or chinese, _LABEL_LIMIT)
    )


def labels_of(catalogue: Catalogue) -> dict[str, Bilingual]:
    """Human names from a schema's comments, by ``table`` and ``table.column``."""
    labels = {table.name: label_of_comment(table.comment) for table in catalogue.tables if table.comment}
    for table in catalogue.tables:
        for column in table.columns:
            if column.comment:
                labels[f"{table.name}.{column.name}"] = label_of_comment(column.comment)
    return labels


def _split_at_script(comment: str) -> list[str]:
    """Split at a bare slash, but only between the two scripts: 'km/h' and '元/件' stay whole."""
    before, slash, after = comment.partition("/")
    if slash and bool(_CHINESE.search(before)) != bool(_CHINESE.search(_DETAIL.split(after, maxsplit=1)[0])):
        return [before, after]
    return [comment]


class Names:
    """The names in one SELECT: which table an alias stands for, and what its columns are called."""

    def __init__(
        self,
        labels: Mapping[str, Bilingual],
        language: Language,
        derived: frozenset[str] = frozenset(),
        sources: Mapping[str, str | None] | None = None,
    ) -> None:
        self._labels = {key.lower(): label for key, label in labels.items()}
        self._language = language
        self._derived = derived
        self._sources = dict(sources or {})

    def within(self, select: exp.Select, derived: frozenset[str]) -> Names:
        """The names inside ``select``; ``derived`` are the names of intermediate results, lower case."""
        source = select.args.get("from_")
        joins = [join.this for join in select.args.get("joins") or ()]
        sources: dict[str, str | None] = {}
        for relation in ([source.this] if source is not None else []) + joins:
            is_table = isinstance(relation, exp.Table) and relation.name.lower() not in derived
            sources[relation.alias_or_name.lower()] = _full_name(relation) if is_table else None
        return Names(self._labels, self._language, derived, sources)

    def table(self, relation: exp.Expr) -> str:
        """A table, CTE or derived table in words."""
        if isinstance(relation, exp.Table):
            known = relation.name.lower() not in self._derived
            label = self._label(_full_name(relation)) if known else None
            return self._quoted(label or relation.name)
        return self._quoted(relation.alias_or_name)

    def tables(self, query: exp.Expr) -> list[str]:
        """The tables that a subquery reads, in words, each once; its own intermediate results are none."""
        own = {cte.alias.lower() for cte in query.find_all(exp.CTE)}
        read = [table for table in query.find_all(exp.Table) if table.name.lower() not in own]
        return list(dict.fromkeys(self.table(table) for table in read))

    def column(self, column: exp.Column, *, qualified: bool = False) -> str:
        """A column in words; ``qualified`` puts its table before it, as does a label that two tables share."""
        source, label = self._column_label(column)
        if label is None or source is None:
            plain = printable(column.name, _LABEL_LIMIT)
            return f"{printable(column.table)}.{plain}" if qualified and column.table else plain
        table = self._label(source) if qualified or self._is_shared(label, source) else None
        if table is None:
            return label
        return f"{table}的{label}" if self._language is Language.ZH else f"{label} of {table}"

    def reads_column(self, name: str) -> bool:
        """Whether a table of the SELECT is known to have the column."""
        return any(self._label(f"{source}.{name}") for source in self._sources.values() if source)

    def _is_shared(self, label: str, source: str) -> bool:
        others = {_bare(other) for other in self._sources.values() if other} - {_bare(source)}
        return any(
            _bare(key.rpartition(".")[0]) in others and other.to(self._language) == label
            for key, other in self._labels.items()
        )

    def _column_label(self, column: exp.Column) -> tuple[str | None, str | None]:
        if column.table:
            source = self._sources.get(column.table.lower())
            return source, self._label(f"{source}.{column.name}") if source else None
        if None in self._sources.values():
            return None, None
        owners = {s for s in self._sources.values() if s and self._label(f"{s}.{column.name}")}
        if len(owners) != 1:
            return None, None
        owner = owners.pop()
        return owner, self._label(f"{owner}.{column.name}")

    def _label(self, name: str) -> str | None:
        """The label of ``table`` or ``table.column``, with and without the schema before it."""
        key = name.lower()
        parts = key.split(".")
        candidates = [key] + [".".join(parts[start:]) for start in range(1, len(parts))]
        for candidate in candidates:
            label = self._labels.get(candidate)
            if label is not None and label.to(self._language):
                return label.to(self._language)
        return None

    def _quoted(self, name: str) -> str:
        clean = printable(name, _LABEL_LIMIT)
        return f"「{clean}」" if self._language is Language.ZH else clean


def _full_name(table: exp.Expr) -> str:
    schema = table.text("db")
    return f"{schema}.{table.name}" if schema else table.name


def _bare(name: str) -> str:
    return name.rpartition(".")[2].lower()
