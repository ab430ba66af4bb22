"""Queries over tables of two tenants, made by a grammar: deterministic by seed, valid SQL for the most part, and at every
turn with some trick to get at the other tenant's rows."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from chat2sql.config.vocabulary import Dialect

MOST_SOURCES = 6
"""FROM items after which a query gets no further joins: ever more of them only multiply rows."""
TENANTS = ("acme", "zeta")
REGIONS = ("north", "south", "east")

CUSTOMERS = ("id", "tenant_id", "name", "city", "credit")
ORDERS = ("id", "tenant_id", "customer_id", "note", "total")
ITEMS = ("id", "org", "order_id", "sku", "qty")
TABLES = {"customers": CUSTOMERS, "orders": ORDERS, "items": ITEMS, "regions": ("id", "label")}
_NUMBERS = frozenset({"id", "customer_id", "order_id", "credit", "total", "qty"})

SCHEMA = (
    "CREATE TABLE customers (id INTEGER PRIMARY KEY, tenant_id VARCHAR(20), name VARCHAR(40), city VARCHAR(40),"
    " credit INTEGER)",
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, tenant_id VARCHAR(20), customer_id INTEGER, note VARCHAR(40),"
    " total INTEGER)",
    "CREATE TABLE items (id INTEGER PRIMARY KEY, org VARCHAR(20), order_id INTEGER, sku VARCHAR(40), qty INTEGER)",
    "CREATE TABLE regions (id INTEGER PRIMARY KEY, label VARCHAR(40))",
)
POLICY = """
[tenants]
by = "{by}"
tables = ["customers", "orders", "items.org"]
shared = ["regions"]
"""


def rows(tenants: tuple[str, ...] = TENANTS) -> list[str]:
    """INSERTs with the rows of these tenants. Every text bears its tenant; ids of the two are mixed and joinable."""
    statements = [f"INSERT INTO regions VALUES ({n}, '{label}')" for n, label in enumerate(REGIONS, 1)]
    for tenant in tenants:
        odd = TENANTS.index(tenant)
        for n in range(1, 5):
            own = 2 * n + odd
            city = "NULL" if n == 3 else f"'{REGIONS[n % 3]}~{tenant}'"
            statements += [
                f"INSERT INTO customers VALUES ({own}, '{tenant}', 'name{n}~{tenant}', {city}, {n * 10 + odd})",
                f"INSERT INTO orders VALUES ({own}, '{tenant}', {2 * (n % 4 + 1) + odd}, 'note{n}~{tenant}', {n * 7 + odd})",
                f"INSERT INTO items VALUES ({own}, '{tenant}', {2 * (n % 5 + 1)}, 'sku{n}~{tenant}', {n + odd})",
                f"INSERT INTO items VALUES ({own + 20}, '{tenant}', {own}, 'sku{n + 4}~{tenant}', {n + 3})",
            ]
    return statements


def _is_number(column: str) -> bool:
    return column in _NUMBERS or re.fullmatch(r"n\d+", column) is not None


@dataclass
class _Source:
    """A FROM item: how it is called, and its columns."""

    name: str
    columns: tuple[str, ...]

    def column(self, random: random.Random, number: bool | None = None) -> str | None:
        fitting = [one for one in self.columns if number is None or _is_number(one) is number]
        return f"{self.name}.{random.choice(fitting)}" if fitting else None


@dataclass
class _Scope:
    sources: list[_Source] = field(default_factory=list)
    outer: _Scope | None = None


class TenantQueries:
    """Makes queries for one dialect.

    Attributes:
        other: the tenant whose rows nobody may get at, named in the queries.

    ``schema`` is where the tables are; ``lateral``: the database knows LATERAL.
    """

    def __init__(self, dialect: Dialect, seed: int, own: str, *, schema: str, lateral: bool = True) -> None:
        self._dialect = dialect
        self._schema = schema
        self._random = random.Random(seed)
        self._own = own
        self.other = next(tenant for tenant in TENANTS if tenant != own)
        self._lateral = lateral and dialect is not Dialect.SQLITE
        self._names = 0
        self._ctes: list[_Source] = []
        self._budget = 0
        self._avoided: set[str] = set()
        self._inner = ""

    def query(self) -> str:
        """The next query."""
        self._names, self._ctes, self._budget = 0, [], MOST_SOURCES
        prefix = self._with() if self._chance(0.25) else ""
        kind = self._random.random()
        if kind < 0.15:
            body = self._set_operation()
        elif kind < 0.4:
            body = self._aggregate(_Scope(), 2)
        else:
            body = self._select(_Scope(), 2, width=None)
        return prefix + body

    # -- chances -----------------------------------------------------------------------------------------------

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _pick(self, *choices: Callable[[], str]) -> str:
        return self._random.choice(choices)()

    def _fresh(self) -> str:
        self._names += 1
        return f"q{self._names}"

    # -- names -------------------------------------------------------------------------------------------------

    def _quote(self, name: str) -> str:
        mark = "`" if self._dialect is Dialect.MYSQL else '"'
        return f"{mark}{name}{mark}"

    def _spelled(self, table: str) -> str:
        """A table's name in one of the spellings that mean it."""
        schema = self._schema
        choices = [
            table,
            table,
            self._quote(table),
            f"{schema}.{table}",
            f"{self._quote(schema)}.{self._quote(table)}",
        ]
        if self._dialect is not Dialect.MYSQL:
            choices += [table.upper(), table.capitalize()]
        if self._dialect in (Dialect.SQLITE, Dialect.DUCKDB):
            choices.append(self._quote(table.upper()))
        return self._random.choice(choices)

    def _is_shadowed(self, table: str) -> bool:
        return table in self._avoided or any(cte.name == table for cte in self._ctes)

    # -- WITH --------------------------------------------------------------------------------------------------

    def _with(self) -> str:
        # Names that shadow tables, the way models like to write them.
        names = self._random.sample(
            ["customers", "orders", "ITEMS", "q_one", "q_two"], self._random.randint(1, 2)
        )
        recursive = self._chance(0.2)
        if recursive or self._dialect is Dialect.SQLITE:
            # Here a CTE sees itself and its neighbours, so a table of that name needs its schema.
            self._avoided = {name.lower() for name in names}
        parts = []
        for name in names:
            body, columns = self._columns_of(_Scope(), 1)
            self._ctes.append(_Source(name.lower(), columns))
            parts.append(f"{name} AS ({body})")
        self._avoided = set()
        if recursive:
            parts.append("steps(n1) AS (SELECT 1 UNION ALL SELECT n1 + 1 FROM steps WHERE n1 < 5)")
            self._ctes.append(_Source("steps", ("n1",)))
            schema = self._schema
            parts.append(
                f"walk(n1, t1) AS (SELECT id, note FROM {schema}.orders WHERE {self._naming_of('tenant_id')} UNION "
                f"SELECT x.id, x.note FROM {schema}.orders AS x JOIN walk ON x.customer_id = walk.n1)"
            )
            self._ctes.append(_Source("walk", ("n1", "t1")))
        return f"WITH {'RECURSIVE ' if recursive else ''}{', '.join(parts)} "

    def _columns_of(self, scope: _Scope, depth: int) -> tuple[str, tuple[str, ...]]:
        """A SELECT with named columns, and those names."""
        inner = _Scope(outer=scope.outer)
        from_ = self._from(inner, depth)
        columns, names = [], []
        for number in range(self._random.randint(2, 4)):
            is_number = self._chance(0.4)
            name = f"{'n' if is_number else 't'}{number + 1}"
            value = self._number(inner, depth) if is_number else self._text(inner, depth)
            columns.append(f"{value} AS {name}")
            names.append(name)
        where = f" WHERE {self._condition(inner, depth)}" if self._chance(0.4) else ""
        return f"SELECT {', '.join(columns)} FROM {from_}{where}", tuple(names)

    # -- FROM --------------------------------------------------------------------------------------------------

    def _from(self, scope: _Scope, depth: int) -> str:
        text = self._source(scope, depth)
        most = 2 if depth else 1
        for _ in range(min(self._random.choice([0, 0, 0, 1, 1, 2]), most)):
            if self._budget <= 0:
                break
            text += self._join(scope, depth)
        return text

    def _join(self, scope: _Scope, depth: int) -> str:
        left = scope.sources[-1]
        if self._lateral and depth > 0 and self._chance(0.15):
            inner = _Scope(outer=scope)
            body = self._lookup(inner, depth - 1)
            name = self._fresh()
            scope.sources.append(_Source(name, ("t1", "n1")))
            return f" CROSS JOIN LATERAL ({body}) AS {name}"
        kind = self._random.choice(
            [
                "JOIN",
                "JOIN",
                "LEFT JOIN",
                "LEFT JOIN",
                "RIGHT JOIN",
                "FULL JOIN",
                "CROSS JOIN",
                ",",
                "NATURAL JOIN",
                "USING",
            ]
        )
        if kind == "USING":
            before = len(scope.sources)
            text = self._table(scope)
            shared = [one for one in scope.sources[before].columns if one in left.columns]
            if before == 1 and shared:
                return f" JOIN {text} USING ({self._random.choice(shared)})"
            return f" CROSS JOIN {text}"
        before = {column for source in scope.sources for column in source.columns}
        text = self._source(scope, depth)
        if kind == "NATURAL JOIN" and before.isdisjoint(scope.sources[-1].columns):
            kind = ","
        if kind in (",", "CROSS JOIN", "NATURAL JOIN"):
            return f"{kind if kind == ',' else ' ' + kind} {text}"
        if kind == "FULL JOIN":  # which MariaDB lacks, and PostgreSQL has for equalities only
            kind = "LEFT JOIN" if self._dialect is Dialect.MYSQL else kind
            return f" {kind} {text} ON {self._equality(scope, left)}"
        return f" {kind} {text} ON {self._join_condition(scope, left)}"

    def _equality(self, scope: _Scope, left: _Source) -> str:
        right = scope.sources[-1]
        one, other = left.column(self._random, True), right.column(self._random, True)
        return f"{one} = {other}" if one and other else "1 = 1"

    def _join_condition(self, scope: _Scope, left: _Source) -> str:
        equal = self._equality(scope, left)
        return self._random.choice(
            [equal, equal, f"{equal} OR 1 = 1", f"{equal} AND {self._naming(scope)}", "1 = 1"]
        )

    def _source(self, scope: _Scope, depth: int) -> str:
        self._budget -= 1
        choice = self._random.random()
        if self._ctes and choice < 0.35:
            cte = self._random.choice(self._ctes)
            name = self._fresh()
            scope.sources.append(_Source(name, cte.columns))
            return f"{cte.name} AS {name}"
        if depth > 0 and choice < 0.5 and self._budget > 0:
            body, columns = self._columns_of(_Scope(outer=None), depth - 1)
            name = self._fresh()
            scope.sources.append(_Source(name, columns))
            if self._chance(0.2):
                inner = self._fresh()
                body = f"WITH {inner} AS ({body}) SELECT * FROM {inner}"
            return f"({body}) AS {name}"
        return self._table(scope)

    def _table(self, scope: _Scope) -> str:
        table = self._random.choice(["customers", "orders", "orders", "items", "customers", "regions"])
        spelled = self._spelled(table)
        shadowed = self._is_shadowed(table)
        if shadowed:
            spelled = f"{self._schema}.{table}"
        columns = TABLES[table]
        bare = not shadowed and "." not in spelled and spelled == table
        if bare and self._chance(0.3) and not any(source.name == table for source in scope.sources):
            scope.sources.append(_Source(table, columns))
            return table
        # An alias that is another table's name shadows nothing but in this query.
        decoys = [name for name in TABLES if all(source.name != name for source in scope.sources)]
        name = self._random.choice(decoys) if decoys and self._chance(0.1) else self._fresh()
        if self._chance(0.1) and self._dialect in (Dialect.POSTGRESQL, Dialect.DUCKDB):
            renamed = tuple(f"{'n' if _is_number(column) else 't'}{n}" for n, column in enumerate(columns))
            scope.sources.append(_Source(name, renamed))
            return f"{spelled} AS {name}({', '.join(renamed)})"
        scope.sources.append(_Source(name, columns))
        return f"{spelled}{self._random.choice([' AS ', ' '])}{name}"

    # -- SELECT ------------------------------------------------------------------------------------------------

    def _select(self, scope: _Scope, depth: int, width: int | None) -> str:
        from_ = self._from(scope, depth)
        if width is not None:
            items = [self._text(scope, depth) for _ in range(width)]
        elif self._chance(0.25):
            items = ["*"] if self._chance(0.5) else [f"{self._random.choice(scope.sources).name}.*"]
        else:
            items = [self._value(scope, depth) for _ in range(self._random.randint(1, 4))]
        distinct = "DISTINCT " if self._chance(0.1) else ""
        where = f" WHERE {self._condition(scope, depth)}" if self._chance(0.5) else ""
        order = ""
        if width is None and self._chance(0.1) and "*" not in items[0]:
            # Ordered by all that it shows, so that the rows within the limit are the same each time.
            places = ", ".join(str(number + 1) for number in range(len(items)))
            order = f" ORDER BY {places} LIMIT {self._random.randint(1, 4)}"
        elif width is None and not distinct and self._chance(0.25):
            order = f" ORDER BY {self._number(scope, depth)}"
        return f"SELECT {distinct}{', '.join(items)} FROM {from_}{where}{order}"

    def _aggregate(self, scope: _Scope, depth: int) -> str:
        from_ = self._from(scope, depth)
        numbers = [self._total(scope) for _ in range(self._random.randint(1, 3))]
        where = f" WHERE {self._condition(scope, depth)}" if self._chance(0.4) else ""
        if self._chance(0.4):
            return f"SELECT {', '.join(numbers)} FROM {from_}{where}"
        key = self._random.choice(scope.sources).column(self._random) or "1"
        having = f" HAVING {self._having(scope, depth)}" if self._chance(0.3) else ""
        return f"SELECT {key} AS k, {', '.join(numbers)} FROM {from_}{where} GROUP BY {key}{having}"

    def _total(self, scope: _Scope) -> str:
        source = self._random.choice(scope.sources)
        number, text = source.column(self._random, True), source.column(self._random, False)
        choices = ["count(*)"]
        if number:
            choices += [f"sum({number})", f"count(DISTINCT {number})", f"max({number})"]
            if self._dialect is not Dialect.MYSQL:
                choices.append(f"count(*) FILTER (WHERE {number} > 3)")
        if text:
            choices += [
                f"min({text})",
                f"max({text})",
                f"sum(CASE WHEN {text} LIKE '%{self.other}%' THEN 1 ELSE 0 END)",
            ]
        return self._random.choice(choices)

    def _having(self, scope: _Scope, depth: int) -> str:
        inner = f"count(*) >= (SELECT count(*) - 20 FROM {self._from(_Scope(), 0)})"
        return self._random.choice(
            ["count(*) > 0", inner if depth else "count(*) > 0", f"{self._total(scope)} IS NOT NULL"]
        )

    def _set_operation(self) -> str:
        width = self._random.randint(1, 3)
        parts = [self._select(_Scope(), 1, width) for _ in range(self._random.randint(2, 3))]
        kinds = ["UNION", "UNION ALL", "UNION ALL", "EXCEPT", "INTERSECT"]
        text = parts[0]
        for part in parts[1:]:
            text += f" {self._random.choice(kinds)} {part}"
        return f"{text} ORDER BY 1" if self._chance(0.3) else text

    # -- values ------------------------------------------------------------------------------------------------

    def _value(self, scope: _Scope, depth: int) -> str:
        return self._number(scope, depth) if self._chance(0.4) else self._text(scope, depth)

    def _any(self, scope: _Scope, number: bool) -> str | None:
        """A column of this query, or now and then of one around it."""
        level = scope
        while level.outer is not None and level.outer.sources and self._chance(0.2):
            level = level.outer
        return self._random.choice(level.sources).column(self._random, number)

    def _text(self, scope: _Scope, depth: int) -> str:
        column = self._any(scope, number=False) or "'none'"
        choices: list[Callable[[], str]] = [lambda: column] * 6
        choices += [
            lambda: f"upper({column})",
            lambda: f"coalesce({column}, '{self.other}?')",
            lambda: f"CASE WHEN {self._condition(scope, 0)} THEN {column} END",
        ]
        if self._dialect is Dialect.POSTGRESQL:
            choices.append(lambda: f"{self._random.choice(scope.sources).name}::text")
        if depth > 0:
            choices += [
                lambda: f"(SELECT max({self._inner_text()}) FROM {self._inner_from()})",
                lambda: self._window("min", column, scope),
            ]
        return self._pick(*choices)

    def _number(self, scope: _Scope, depth: int) -> str:
        column = self._any(scope, number=True) or "1"
        choices: list[Callable[[], str]] = [lambda: column] * 4
        choices += [lambda: f"{column} + 1", lambda: f"coalesce({column}, 0)"]
        if depth > 0:
            choices += [
                lambda: f"(SELECT count(*) FROM {self._correlated(scope)})",
                lambda: self._window("count", "*", scope),
                lambda: self._window("sum", column, scope),
            ]
        return self._pick(*choices)

    def _window(self, function: str, argument: str, scope: _Scope) -> str:
        by = self._any(scope, number=self._chance(0.5))
        return f"{function}({argument}) OVER ({f'PARTITION BY {by}' if by else ''})"

    def _inner_from(self) -> str:
        return self._inner

    def _inner_text(self) -> str:
        """Begins a subquery of its own; its FROM is remembered for ``_inner_from``."""
        scope = _Scope()
        self._inner = self._from(scope, 0)
        texts = [text for source in scope.sources if (text := source.column(self._random, False)) is not None]
        return self._random.choice(texts) if texts else "1"

    def _correlated(self, scope: _Scope) -> str:
        inner = _Scope(outer=scope)
        from_ = self._from(inner, 0)
        own = self._random.choice(inner.sources).column(self._random, True)
        outer = self._random.choice(scope.sources)
        around = outer.column(self._random, True)
        if own and around and all(source.name != outer.name for source in inner.sources):
            return f"{from_} WHERE {own} <= {around}"
        return from_

    # -- conditions --------------------------------------------------------------------------------------------

    def _condition(self, scope: _Scope, depth: int) -> str:
        parts = [self._test(scope, depth) for _ in range(self._random.choice([1, 1, 1, 2]))]
        text = self._random.choice([" AND ", " OR "]).join(parts)
        return f"NOT ({text})" if self._chance(0.1) else text

    def _test(self, scope: _Scope, depth: int) -> str:
        number = self._any(scope, number=True) or "1"
        text = self._any(scope, number=False) or "'none'"
        choices: list[Callable[[], str]] = [
            lambda: f"{number} > {self._random.randint(0, 9)}",
            lambda: f"{number} BETWEEN 2 AND 30",
            lambda: f"{text} LIKE '%~%'",
            lambda: f"{text} IS NOT NULL",
            lambda: f"{text} <> '{self._own}'",
            lambda: self._naming(scope),
            lambda: f"({self._naming(scope)} OR 1 = 1)",
            lambda: self._probe(scope),
        ]
        if depth > 0:
            choices += [
                lambda: f"{number} IN (SELECT {self._inner_number()} FROM {self._inner_from()})",
                lambda: f"{number} NOT IN (SELECT {self._inner_number()} FROM {self._inner_from()})",
                lambda: (
                    f"{self._any_or_all(number)} (SELECT {self._inner_number()} FROM {self._inner_from()})"
                ),
                lambda: f"EXISTS (SELECT 1 FROM {self._correlated(scope)})",
                lambda: f"NOT EXISTS (SELECT 1 FROM {self._correlated(scope)})",
                lambda: f"{text} <= (SELECT max({self._inner_text()}) FROM {self._inner_from()})",
                lambda: (
                    f"EXISTS (SELECT 1 FROM {self._schema}.orders AS x WHERE {self._naming_of('x.tenant_id')})"
                ),
            ]
        return self._pick(*choices)

    def _any_or_all(self, number: str) -> str:
        if self._dialect is Dialect.SQLITE:
            return f"{number} IN"
        return self._random.choice([f"{number} = ANY", f"{number} >= ALL"])

    def _inner_number(self) -> str:
        scope = _Scope()
        self._inner = self._from(scope, 0)
        numbers = [one for source in scope.sources if (one := source.column(self._random, True)) is not None]
        return self._random.choice(numbers) if numbers else "1"

    def _naming(self, scope: _Scope) -> str:
        """A condition on the other tenant's name."""
        for source in scope.sources:
            for column in ("tenant_id", "org"):
                if column in source.columns:
                    return self._naming_of(f"{source.name}.{column}")
        return "1 = 1"

    def _probe(self, scope: _Scope) -> str:
        """A condition that divides by zero on a row of the other tenant, and on none of the own."""
        totals = [source.name for source in scope.sources if "total" in source.columns]
        return f"100 / ({totals[0]}.total - {14 + TENANTS.index(self.other)}) <> 50" if totals else "1 = 1"

    def _naming_of(self, column: str) -> str:
        both = f"{column} IN ('{self._own}', '{self.other}')"
        return self._random.choice(
            [
                both,
                both,
                f"{column} >= 'a'",
                f"{column} <> 'x'",
                f"{column} = '{self.other}'",
                f"{column} <> '{self._own}'",
            ]
        )

    def _lookup(self, scope: _Scope, depth: int) -> str:
        """The inside of a LATERAL: one text and one number."""
        from_ = self._from(scope, 0)
        assert scope.outer is not None
        around = self._random.choice(scope.outer.sources)
        inner = scope.sources[-1]
        text, number = inner.column(self._random, False) or "'none'", inner.column(self._random, True) or "1"
        own_names = {source.name for source in scope.sources}
        bound = around.column(self._random, True) if around.name not in own_names else None
        where = f" WHERE {number} <= {bound} + 8" if bound else ""
        return f"SELECT {text} AS t1, {number} AS n1 FROM {from_}{where}"
