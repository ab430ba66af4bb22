"""Keys that nobody declared, primary and foreign: names propose them, and the values decide."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from sqlglot import exp

from chat2sql.config.vocabulary import Dialect, Frozen
from chat2sql.engine.schema.catalogue import Catalogue, Column, ForeignKey, Table
from chat2sql.engine.schema.lexicon import singular

Query = Callable[[str], Sequence[object] | None]
"""Runs a statement and gives its first row; None where it fails or takes too long."""

MOST_VALUES = 500
"""Distinct values of a column that are looked for in the other one."""

_KEY_WORDS = frozenset({"id", "key", "code", "no", "num", "number", "pk", "uuid", "guid"})
_NUMBERED = re.compile(
    r"(?:号码?|编[号码]|代码|条码|主键|(?<![A-Za-z])(?:ID|SKU))(?![㐀-鿿A-Za-z])", re.IGNORECASE
)
"""What the comment of a column that tells rows apart says: 出库单号, 商品编码."""
_ABOVE = re.compile(r"^parent|^pid$|上级|上一级|(?<![㐀-鿿])父", re.IGNORECASE)
_ABOVE_KEY = r"(?:p|up|par|parent|sup|super|upper|father|pre)_?{}"
"""What leads from a row of a tree to the one above it: p_cat_id, 父类目."""
_ROWS = frozenset(
    ["line", "item", "detail", "row", "entry", "record", "rec", "his", "hist", "history", "log", "seq"]
)
"""What a key may number that many tables have."""
_KINDS = frozenset(
    {"type", "kind", "status", "state", "level", "class", "category", "grade", "mode", "way", "method"}
)
_CERTAIN = 10
_TEXTUAL = re.compile(r"CHAR|TEXT|STRING|UUID", re.IGNORECASE)
_NUMERIC = re.compile(r"INT|NUM|DEC|SERIAL", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+|[㐀-鿿]+")


class _Proposal(Frozen):
    """A column that may refer to another table's key.

    Attributes:
        doubt: 0 where the name alone says so, larger where it only may.
    """

    column: str
    target: Table
    target_column: str
    doubt: int


def with_implicit_keys(catalogue: Catalogue, query: Query) -> Catalogue:
    """The catalogue with the keys that its names and values show, beside the declared ones.

    A table without a primary key has that column as its key which is named as one, if no value of it is missing or there
    twice. A column refers to another table's key when it is named like it (``author_id`` or ``authorId`` for ``id`` of
    ``authors``; ``author``; the same name, with a key's ending, in the table that the name comes from; ``from_airport``
    for the key of ``airports``; ``txcustid`` for ``custid`` where all columns of its table begin with ``tx``; the key's
    own name, or a role before it: ``mbr_id`` and ``reg_mbr_id`` for that of ``crm_member``; the same name where the
    comments of both say that they hold numbers of things, such as ``ckdh``, 出库单号; what leads to the row above in a
    tree), has its kind of type, when that key has no value twice, and all of up to 500 of its values are there. Empty
    tables are judged by their names, where these leave no doubt. Views are left alone.
    """
    unique: dict[tuple[str, str], bool | None] = {}
    known = [_with_key(table, catalogue, query, unique) for table in catalogue.tables]
    by_key = {catalogue.key(table): table for table in known if not table.is_view}
    tables = []
    for table in known:
        found: list[ForeignKey] = []
        for column in table.columns if not table.is_view else ():
            if any(column.name in key.columns for key in table.foreign_keys):
                continue
            for proposal in sorted(_proposals(table, column, by_key.values()), key=lambda one: one.doubt):
                target = catalogue.key(proposal.target)
                place = (target, proposal.target_column)
                if place not in unique:
                    unique[place] = _is_unique(
                        proposal.target, proposal.target_column, catalogue.dialect, query
                    )
                if _holds(table, proposal, unique[place], catalogue.dialect, query):
                    key = ForeignKey(
                        columns=(column.name,), target_table=target, target_columns=(proposal.target_column,)
                    )
                    found.append(key)
                    break
        tables.append(
            table.model_copy(update={"foreign_keys": (*table.foreign_keys, *found)}) if found else table
        )
    return Catalogue(
        datasource=catalogue.datasource,
        dialect=catalogue.dialect,
        default_schema=catalogue.default_schema,
        tables=tuple(tables),
    )


def _with_key(
    table: Table, catalogue: Catalogue, query: Query, unique: dict[tuple[str, str], bool | None]
) -> Table:
    """The table with the primary key that nobody declared, if it shows one.

    Args:
        unique: of columns, each with its table, whether they tell all rows apart; what is found out is added.
    """
    key = _key_of(table)
    if table.is_view or table.primary_key or key is None or _is_of_another(table, key, catalogue):
        return table
    told = _is_unique(table, key.name, catalogue.dialect, query)
    unique[catalogue.key(table), key.name] = told
    if not told:
        return table
    columns = tuple(
        column.model_copy(update={"primary_key": True}) if column == key else column
        for column in table.columns
    )
    return table.model_copy(update={"columns": columns})


def _is_of_another(table: Table, key: Column, catalogue: Catalogue) -> bool:
    """Whether a key is that of a plainer table, or a role of one: cid of domain_conference, where conference has a cid."""
    words = _words(key.name)
    if _stem(words) in ((), _plain(table)):
        return False
    for other in catalogue.tables:
        own = _key_of(other) if other != table else None
        if own is None or not _stem(_words(own.name)):
            continue
        is_plainer = len(_plain(other)) < len(_plain(table)) or _stem(words) == _plain(other)
        if own.name == key.name and is_plainer:
            return True
        if own.name != key.name and words[-len(_words(own.name)) :] == _words(own.name):
            return True
    return False


# -- what names propose --------------------------------------------------------------------------------


def _proposals(table: Table, column: Column, targets: Iterable[Table]) -> Iterator[_Proposal]:
    name, own = _words(column.name), _key_of(table)
    # A plural counts things, and a table's own key refers to nothing.
    if not name or _is_plural(column.name) or (own == column and _numbers_its_own(_stem(name), table)):
        return
    for target in targets:
        key = _key_of(target)
        if key is None or not _same_kind(column, key):
            continue
        if target == table:
            if column != key and _leads_above(column, key):
                yield _Proposal(column=column.name, target=table, target_column=key.name, doubt=0)
            continue
        if own == column and len(_plain(target)) > len(_plain(table)):
            continue
        doubt = _doubt(name, _words(key.name), _plain(target))
        if doubt is None and _is_prefixed(column.name, table, key.name):
            doubt = 2
        if doubt is None and not column.primary_key and _is_called_like(column, key):
            doubt = 3
        if doubt is not None:
            # Of tables that the name may come from, the plainest: publication before publication_keyword.
            doubt = _CERTAIN * doubt + len(_plain(target))
            yield _Proposal(column=column.name, target=target, target_column=key.name, doubt=doubt)


def _numbers_its_own(stem: tuple[str, ...], table: Table) -> bool:
    """Whether a key is called after its table or its rows: the line_id of order_line is none of purchase_line."""
    return stem in ((), _plain(table)) or stem[-1] in _ROWS


def _key_of(table: Table) -> Column | None:
    """The column that tells a table's rows apart: its declared key, else the one that is named as its key."""
    declared = [column for column in table.columns if column.primary_key]
    if declared:
        return declared[0] if len(declared) == 1 else None
    keys = [column for column in table.columns if _is_key_name(_words(column.name))]
    plain = _plain(table)
    fits: tuple[Callable[[Column], bool], ...] = (
        lambda column: _stem(_words(column.name)) in ((), plain),
        lambda column: column == table.columns[0],
        lambda column: _stem(_words(column.name)) == plain[-1:],
        lambda column: _names(_stem(_words(column.name)), plain),
    )
    numbered = table.columns[0] if table.columns and _is_numbered(table.columns[0]) else None
    return next((column for fit in fits for column in keys if fit(column)), numbered)


def _is_key_name(name: tuple[str, ...]) -> bool:
    return bool(name) and (name[-1] in _KEY_WORDS or name[-1].endswith("id"))


def _leads_above(column: Column, key: Column) -> bool:
    called = re.fullmatch(_ABOVE_KEY.format(re.escape(key.name)), column.name, re.IGNORECASE) is not None
    is_key = (
        _is_key_name(_words(column.name)) or _is_numbered(column) or column.name.lower() in ("pid", "parent")
    )
    return called or (is_key and any(_ABOVE.search(text) for text in (column.name, column.comment)))


def _is_called_like(column: Column, key: Column) -> bool:
    """Whether a column is called like a key, a role before it or none, though its table is not: mbr_id and reg_mbr_id of
    crm_member; ckdh where comments say that both hold numbers of things."""
    if column.name == key.name and _is_numbered(column) and _is_numbered(key):
        return True
    name, words = _words(column.name), _words(key.name)
    if column.name != key.name and _stem(words)[-1:] and _stem(words)[-1] in _KINDS:
        # A pay_type_id is no type of rooms.
        return False
    return len(_stem(words)) > 0 and words[-1] in _KEY_WORDS and name[-len(words) :] == words


def _is_numbered(column: Column) -> bool:
    """Whether a comment says that a column holds numbers of things, whatever it is called: ckdh, 出库单号."""
    return _NUMBERED.search(column.comment) is not None


def _doubt(name: tuple[str, ...], key: tuple[str, ...], table: tuple[str, ...]) -> int | None:
    """How far a column's name is from saying that it is this table's key; None: it does not."""
    stem, own = _stem(name), _stem(key)
    if name[-1] in _KEY_WORDS and stem == table and own in ((), table):
        return 0
    if name == key and own and (own == table or own[0] in table or _names(own, table)):
        return 0 if own == table else 1
    # Called like the table itself: a column author of numbers, where authors has a numbered key.
    if name == table:
        return 1
    # A role before it: home_team_id, from_airport.
    longer = len(name) > len(table) and name[-len(table) :] == table
    keyed = bool(own) and len(name) > len(key) and name[-len(key) :] == key and _names(own, table)
    return 2 if longer or keyed else None


def _is_prefixed(name: str, table: Table, key: str) -> bool:
    """Whether a column is called like a key but for what all columns of its table begin with: txcustid and custid."""
    rest = name.lower().removeprefix(table.column_prefix)
    stem = _stem(_words(rest)) if rest else ()
    return (
        bool(table.column_prefix and "".join(stem)) and rest not in _KEY_WORDS and key.lower().endswith(rest)
    )


def _names(stem: tuple[str, ...], table: tuple[str, ...]) -> bool:
    """Whether a key's stem is the table's name or begins it: aid for author, course_id for course."""
    return bool(stem) and "".join(table).startswith("".join(stem))


def _plain(table: Table) -> tuple[str, ...]:
    return _words(table.name)


def _is_plural(name: str) -> bool:
    last = _WORD.findall(name)[-1].lower()
    return singular(last) != last and last not in _KEY_WORDS


def _stem(words: tuple[str, ...]) -> tuple[str, ...]:
    """A key's name without the word that makes it one: (course, id) is (course), (aid) is (a)."""
    last = words[-1]
    if last in _KEY_WORDS:
        return words[:-1]
    return (*words[:-1], last[:-2]) if last.endswith("id") and len(last) > len("id") else words


def _words(name: str) -> tuple[str, ...]:
    return tuple(singular(word.lower()) for word in _WORD.findall(name))


def _same_kind(column: Column, key: Column) -> bool:
    return any(kind.search(column.type) and kind.search(key.type) for kind in (_TEXTUAL, _NUMERIC))


# -- what values decide --------------------------------------------------------------------------------


def _holds(table: Table, proposal: _Proposal, unique: bool | None, dialect: Dialect, query: Query) -> bool:
    if unique is False:
        return False
    distinct = (
        exp.select(exp.alias_(_column(proposal.column), "v"))
        .distinct()
        .from_(_table(table))
        .where(exp.not_(exp.Is(this=_column(proposal.column), expression=exp.null())))
        .limit(MOST_VALUES)
    )
    there = exp.column(exp.to_identifier(proposal.target_column, quoted=True), table="p")
    counts = (
        exp.select(exp.Count(this=exp.Star()), exp.Count(this=there))
        .from_(distinct.subquery("c"))
        .join(
            exp.alias_(_table(proposal.target), "p", table=True),
            on=exp.EQ(this=there.copy(), expression=exp.column("v", table="c")),
            join_type="left",
        )
    )
    row = query(counts.sql(dialect))
    if row is None:
        return False
    values, matched = (int(str(count)) for count in row)
    certain = proposal.doubt < _CERTAIN
    return values == matched if values else certain


def _is_unique(table: Table, name: str, dialect: Dialect, query: Query) -> bool | None:
    """Whether a key has no value twice, and none missing; None: it has none at all."""
    if any(column.name == name and column.primary_key for column in table.columns):
        return True
    values = exp.Count(this=exp.Distinct(expressions=[_column(name)]))
    counts = exp.select(exp.Count(this=exp.Star()), values).from_(_table(table))
    row = query(counts.sql(dialect))
    if row is None:
        return False
    rows, distinct = (int(str(count)) for count in row)
    return rows == distinct if rows else None


def _column(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True))


def _table(table: Table) -> exp.Table:
    return exp.table_(
        exp.to_identifier(table.name, quoted=True),
        db=exp.to_identifier(table.schema_name, quoted=True) if table.schema_name else None,
    )
