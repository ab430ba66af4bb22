"""Looking up one column, by the dialect's rules."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.sql.guard import hints
from chat2sql.engine.sql.guard.allowed import allowed
from chat2sql.engine.sql.guard.names import ANY_CASE, effective, folded, match, needs_quotes, spell
from chat2sql.engine.sql.guard.problems import Problem, ProblemKind, mendable
from chat2sql.engine.sql.guard.scopes import Scope

_ROW_ID = {
    Dialect.SQLITE: frozenset({"rowid", "oid", "_rowid_"}),
    Dialect.DUCKDB: frozenset({"rowid"}),
}
_WHOLE_ROWS = frozenset({Dialect.POSTGRESQL, Dialect.DUCKDB})
_INVENTED_NAMES = frozenset({"?column?", "case", "exists", "array", "row", "xmlelement", "ordinality"})
_PLACES_OF_ALIASES = (exp.Ordered, exp.Group, exp.Distinct, exp.Tuple, exp.Paren)
_PLACES_OF_COLUMNS = (exp.Select, exp.Alias, exp.Ordered, exp.Group, exp.Order)
_COMPARISONS = (exp.Binary, exp.In, exp.Between)


@dataclass(frozen=True)
class Unbound:
    """A column that means nothing, or more than one thing, at its place."""

    column: exp.Column
    scope: Scope
    kind: ProblemKind


class ColumnResolver:
    """Finds what a column means, respells it where the case differs, and notes what it does not find."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.dialect = catalogue.dialect
        self.problems: list[Problem] = []
        self.unbound: list[Unbound] = []

    def resolve(self, column: exp.Column, scope: Scope) -> None:
        """Look up one column at its place."""
        known = len(self.problems)
        if column.args.get("table") is not None:
            self._qualified(column, scope)
        elif not isinstance(column.this, exp.Star):
            self._unqualified(column, scope)
        self.unbound += [Unbound(column, scope, problem.kind) for problem in self.problems[known:]]

    def using(self, identifier: exp.Expr, scope: Scope, before: set[str]) -> None:
        """A column of ``USING (...)``: both sides must have it."""
        name = effective(identifier, self.dialect)
        newest_name, newest = list(scope.sources.items())[-1]
        found = newest.find(name, self.dialect)
        if (found is None and not newest.open) or (folded(name) not in before and not scope.is_open):
            side = newest_name if found is None else "the tables before the join"
            hint = self._hint(identifier.name, scope)
            self._note(
                ProblemKind.UNKNOWN_COLUMN, f"USING ({identifier.name}): {side} has no such column.", hint
            )
            return
        scope.merged.add(folded(name))
        if found is not None and found != name:
            identifier.replace(spell(found, self.dialect))

    def _qualified(self, column: exp.Column, scope: Scope) -> None:
        qualifier = column.args["table"]
        source = scope.source(effective(qualifier, self.dialect), self.dialect)
        if source is None and self._is_structure(column, scope):
            return
        if source is None:
            self._unknown_alias(column, scope)
            return
        alias, relation = source
        self._respell(qualifier, alias)
        if isinstance(column.this, exp.Star) or self._is_row_id(column, has_table=relation.is_table):
            return
        found = relation.find(effective(column.this, self.dialect), self.dialect)
        if found is not None:
            self._respell(column.this, found)
        elif not relation.open or not self._may_be_field(column):
            message = f"{column.table} has no column {column.name}."
            self._note(ProblemKind.UNKNOWN_COLUMN, message, self._hint(column.name, scope, besides=alias))

    def _unqualified(self, column: exp.Column, scope: Scope) -> None:
        name = effective(column.this, self.dialect)
        for level in scope.outwards():
            if self._is_alias(column, name, level, own=level is scope) or self._found_in(column, name, level):
                return
            if level.is_open:
                return
            if self._is_row_id(column, has_table=any(source.is_table for source in level.sources.values())):
                return
        if self.dialect in _WHOLE_ROWS and scope.source(name, self.dialect) is not None:
            return  # a whole row, as in count(t)
        if self.dialect is Dialect.SQLITE and self._is_text(column, scope):
            column.replace(exp.Literal.string(column.name))
            return
        hint = self._hint(column.name, scope)
        if self.dialect is Dialect.POSTGRESQL and column.this.args.get("quoted"):
            hint = f"Double quotes mean a column; text takes single quotes: '{column.name}'. {hint}"
        self._note(ProblemKind.UNKNOWN_COLUMN, f"There is no column {column.name} here.", hint)

    def _found_in(self, column: exp.Column, name: str, scope: Scope) -> bool:
        """Whether a FROM item of this very scope has the column; if several have it, that is noted."""
        having = [
            (alias, found)
            for alias, relation in scope.sources.items()
            if (found := relation.find(name, self.dialect)) is not None
        ]
        if self.dialect is Dialect.POSTGRESQL:
            having = [(alias, found) for alias, found in having if found == name] or having
        if not having:
            return False
        if len(having) > 1 and folded(name) not in scope.merged:
            choices = " or ".join(f"{alias}.{column.name}" for alias, _ in having)
            self._note(
                ProblemKind.AMBIGUOUS_COLUMN, f"Column {column.name} is ambiguous.", f"Write {choices}."
            )
        self._respell(column.this, having[0][1])
        return True

    def _is_alias(self, column: exp.Column, name: str, scope: Scope, *, own: bool) -> bool:
        if not scope.aliases_visible:
            return False
        found = match(name, scope.aliases, self.dialect)
        if found is None:
            return False
        if self.dialect is not Dialect.POSTGRESQL:
            self._respell(column.this, found)
            return True
        if own and isinstance(column.parent, _PLACES_OF_ALIASES):
            self._respell(column.this, found)
            return True
        return False

    def _is_row_id(self, column: exp.Column, *, has_table: bool) -> bool:
        return has_table and self.dialect in _ROW_ID and folded(column.name) in _ROW_ID[self.dialect]

    def _may_be_field(self, column: exp.Column) -> bool:
        """Of an item whose columns are not known: PostgreSQL takes ``t.f`` for a call of f if t has no such column, and
        it names columns after functions and types. So only names that may be called may stand there."""
        if self.dialect is not Dialect.POSTGRESQL:
            return True
        rules, name = allowed(self.dialect), effective(column.this, self.dialect)
        return name in rules.functions or name in rules.types or name in _INVENTED_NAMES

    def _is_structure(self, column: exp.Column, scope: Scope) -> bool:
        """``column.field`` or ``alias.column.field``: whether the field is there, DuckDB knows."""
        if self.dialect is not Dialect.DUCKDB:
            return False
        first, *others = [effective(part, self.dialect) for part in column.parts]
        source = scope.source(first, self.dialect)
        if source is not None:
            return source[1].open or source[1].find(others[0], self.dialect) is not None
        return any(
            relation.find(first, self.dialect) is not None
            for level in scope.outwards()
            for relation in level.sources.values()
        )

    def _is_text(self, column: exp.Column, scope: Scope) -> bool:
        """SQLite takes a double-quoted name that it does not find for text. So do we, where it reads like text:
        compared with something, or not like any column there is."""
        parent = column.parent
        if not column.this.args.get("quoted") or isinstance(parent, _PLACES_OF_COLUMNS):
            return False
        if isinstance(parent, _COMPARISONS) and column.arg_key != "this":
            return not isinstance(parent.this, exp.Literal)
        known = {name for level in scope.outwards() for name in level.column_names()}
        elsewhere = any(table.column(column.name) is not None for table in self.catalogue.tables)
        return not elsewhere and not hints.nearest(column.name, known)

    def _unknown_alias(self, column: exp.Column, scope: Scope) -> None:
        known = self._sources(scope)
        parts = [f"In FROM stand: {', '.join(alias for alias, _ in known)}."] if known else []
        table = self.catalogue.table(column.table)
        if table is not None:
            parts.append(f"Table {hints.described(table, self.catalogue)} exists: join it, or use its alias.")
        parts.append(self._hint(column.name, scope))
        message = f"{column.table}.{column.name}: there is no table or alias {column.table} in FROM."
        self._note(ProblemKind.UNKNOWN_ALIAS, message, " ".join(parts).strip())

    def _hint(self, name: str, scope: Scope, besides: str | None = None) -> str:
        sources = self._sources(scope)
        # The columns of the table that was meant come first.
        sources.sort(key=lambda source: source[0] != besides)
        return hints.for_unknown_column(name, sources, self.catalogue)

    @staticmethod
    def _sources(scope: Scope) -> list[tuple[str, tuple[str, ...]]]:
        return [
            (alias, relation.columns)
            for level in scope.outwards()
            for alias, relation in level.sources.items()
            if " #" not in alias
        ]

    def _respell(self, identifier: exp.Expr, name: str) -> None:
        """Make the identifier mean exactly that name, where the database cares about case or takes it for a word."""
        if self.dialect in ANY_CASE:
            if folded(name) in allowed(self.dialect).bare:
                identifier.set("quoted", True)
            return
        is_quoted = identifier.args.get("quoted")
        if effective(identifier, self.dialect) != name or (
            not is_quoted and needs_quotes(name, self.dialect)
        ):
            identifier.replace(spell(name, self.dialect))

    def _note(self, kind: ProblemKind, message: str, hint: str) -> None:
        self.problems.append(mendable(kind, message, hint))
