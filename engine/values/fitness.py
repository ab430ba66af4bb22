"""What may be copied into a value index, and what not.

The index outlives a question and is read for everybody's, so nothing personal or secret goes in. Left out are

- columns that the datasource's policy masks, for whomever, since a mask is for copies above all;
- views, as soon as a policy masks anything: they may show a masked column under another name;
- tables with rows of tenants, and those of which a policy with tenants does not say whose rows they hold;
- columns whose name or comment speaks of people's names, numbers, addresses or accounts, or of secrets, but for names of
  customers of which three in ten are names of firms: those firms are kept;
- columns that hold names of people in all likelihood, and single values with anything personal in them;
- long, structured or padded texts, which nobody quotes, dates, and codes that are made to be unique.

What a policy merely hides from some is in the index; whoever looks something up names the columns that the asker sees.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from functools import lru_cache

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue, Column, Table
from chat2sql.engine.sql.guard.policy import MaskKind, Policy, TenantRows
from chat2sql.engine.sql.guard.tenant_rows import is_shared
from chat2sql.engine.sql.masking.detection import is_personal
from chat2sql.engine.sql.masking.evidence import evidence
from chat2sql.engine.sql.masking.marked import marked
from chat2sql.engine.sql.masking.person_names import is_chinese_name
from chat2sql.engine.values.documents import is_document
from chat2sql.engine.values.index import ValueIndex, keys_of

LONGEST_VALUE = 60
"""Characters; longer texts are prose."""

Places = frozenset[tuple[str, str]]
"""Columns, each as its table's ``Catalogue.key`` and its name."""

_TEXT = re.compile(r"char|text|string|clob|enum|^set\(|^$|^any$", re.IGNORECASE)
_NOT_TEXT = re.compile(r"\[\]|^(?:map|struct|union)\(", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[\W_]+")
_SECRET = re.compile(
    r"\b(?:passwords?|passwd|pwd|passphrase|secrets?|tokens?|credentials?|salt|hash|otp|cookies?|signature|fingerprint"
    r"|(?:api|access|private|public|secret|encryption|license|licence|session|auth) ?keys?|session)\b"
    r"|密码|口令|密钥|秘钥|令牌|验证码|签名"
)
_OF_A_PERSON = re.compile(
    r"\b(?:address(?:es)?|addr|street|birth ?(?:day|date)|dob|user ?names?|logins?|nick ?names?|handle|open ?id|union ?id"
    r"|wechat|weixin|qq|ip|mac|licen[cs]e plate|plate (?:no|number))\b|地址|住址|出生|生日|用户名|昵称|微信|车牌"
)
_A_PERSON = re.compile(
    r"(?:users?|assignee|creator|editor|operator|approver|reviewer|manager|inspector|employee|staff|sales ?man"
    r"|(?:created|updated|modified|approved|assigned|reviewed|handled|signed) (?:by|to))|.{0,4}(?:人|者|员)(?:员|名)?"
)
_HOLDER = re.compile(
    r"member|people|person|\buser|contact|receiv|recipient|address|account|staff|family|guardian|emergency|owner|holder"
    r"|联系|成员|收[货件]|地址|账户|账号|家属|监护|紧急"
)
_CONTACT = re.compile(r"contact|first|last|given|family|middle|nick|full|联系人|姓名|法人|负责人|经理")
_CUSTOMERS = re.compile(r"\b(?:customers?|clients?|cust)\b|客户")
_FIRM = re.compile(
    r"[㐀-鿿A-Za-z&·（）()]{2,}(?:公司|集团|医院|学校|大学|中学|小学|幼儿园|学院|银行|支行|分行|事务所|律所|研究[院所]|合作社|协会|基金会|委员会"
    r"|政府|办公室|管委会|街道办|法院|检察院|供应链|股份|连锁)"
    r"|(?P<called>[㐀-鿿A-Za-z&·（）()]{2,}?)(?:工?厂|商场|酒店|饭店|局|商行|商社|超市|经营部|营业部|门市部|中心|科技|商贸|贸易|实业|物流|电子|机电"
    r"|食品|餐饮|传媒|物业|建材)"
    r"|[A-Za-z&.,' -]+\b(?:inc|ltd|llc|gmbh|corp|plc|limited|company|group|bank|hospital|university|school)\.?",
    re.IGNORECASE,
)
"""In the second line those that may be called after who owns them."""
_IN_BRACKETS = re.compile(r"[（(][^（）()]*[）)]")
_SHARE_OF_FIRMS = 0.3
_UNQUOTED = re.compile(
    r"\d{4}[-/.]\d\d?[-/.]\d\d?.*|\d\d?:\d\d.*|https?://.*|[0-9a-fA-F-]{16,}|[{\[<].*|\S+/\S+/\S+|[A-Za-z0-9+/=_-]{25,}",
    re.DOTALL,
)
_CODE = re.compile(r"(?=.*\d)[\x21-\x7e]+")
_MOST_CODES = 300
"""A column with more texts that look like codes numbers things: nobody asks for one without naming it whole."""
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_FEWEST_NAMES = 3
# Of names that are made as the Chinese are, seven in ten are told; of places and brands one in ten.
_SHARE_OF_NAMES = 0.4
_SHARE_OF_PERSONAL = 0.2


def permitted(index: ValueIndex, catalogue: Catalogue, policy: Policy) -> ValueIndex:
    """The index without what the policy of today keeps out of it, whatever was its word when the index was read.
    Equal arguments give the same object.

    Args:
        catalogue: the datasource's, whole.
    """
    return _permitted(index, indexable(catalogue, policy), _kept_parts(index, catalogue, policy))


def _kept_parts(index: ValueIndex, catalogue: Catalogue, policy: Policy) -> frozenset[tuple[str, str, str]]:
    return frozenset(
        (part.table, part.column, part.name)
        for part in index.parts
        if (table := catalogue.table(part.table)) is not None
        and is_kept_part(table, catalogue, policy, keys_of(part.name))
    )


@lru_cache(maxsize=32)
def _permitted(index: ValueIndex, places: Places, kept_parts: frozenset[tuple[str, str, str]]) -> ValueIndex:
    columns = tuple(
        found
        for found in index.columns
        if (found.table, found.column) in places
        and (not found.part or (found.table, found.column, found.part) in kept_parts)
    )
    parts = tuple(
        found
        for found in index.parts
        if (found.table, found.column) in places and (found.table, found.column, found.name) in kept_parts
    )
    parallels = tuple(
        found for found in index.parallels if all((found.table, column) in places for column in found.columns)
    )
    kept = (columns, parallels, parts)
    if kept == (index.columns, index.parallels, index.parts):
        return index
    return index.model_copy(update={"columns": columns, "parallels": parallels, "parts": parts})


def indexable(catalogue: Catalogue, policy: Policy) -> Places:
    """The columns whose values may be copied, by their types, their names and the policy: texts and documents."""
    return _indexable(catalogue, tuple(policy.masks), policy.tenants)


@lru_cache(maxsize=32)
def _indexable(catalogue: Catalogue, masks: tuple[str, ...], rows: TenantRows | None) -> Places:
    # The kinds do not matter here, only which columns have any.
    names = dict.fromkeys(masks, MaskKind.SECRET)
    return frozenset(
        (catalogue.key(table), column.name)
        for table in catalogue.tables
        if not (table.is_view and masks) and (rows is None or is_shared(table, rows, catalogue))
        if (masked := marked(table, catalogue, names)) is not None
        for column in table.columns
        if column.name not in masked
        and (_is_text(column, catalogue.dialect) or is_document(column))
        and not _speaks_of_people(table, column)
    )


def _is_text(column: Column, dialect: Dialect) -> bool:
    if dialect is Dialect.POSTGRESQL:
        # A type goes by whatever name its author gave it; ``sources`` asks the database which are texts.
        return True
    return _TEXT.search(column.type) is not None and _NOT_TEXT.search(column.type) is None


def _speaks_of_people(table: Table, column: Column) -> bool:
    spelled = (" ".join(_CAMEL.split(name)).lower().strip() for name in (column.name, column.comment))
    if any(
        _SECRET.search(name) or _OF_A_PERSON.search(name) or _A_PERSON.fullmatch(name) for name in spelled
    ):
        return True
    # Of names of customers the values tell whether they are people.
    names = (column.name, f"{table.name}.{column.name}", column.comment)
    return any(evidence(name).kinds for name in names) and not may_name_firms(table, column)


def may_name_firms(table: Table, column: Column) -> bool:
    """Whether a column announces names of customers, which may be firms, and nothing else that is personal."""
    names = (column.name, f"{table.name}.{column.name}", column.comment)
    kinds = {kind for name in names for kind in evidence(name).kinds}
    spelled = " ".join(" ".join(_CAMEL.split(name)).lower() for name in names)
    if kinds != {MaskKind.NAME} or _CONTACT.search(spelled):
        return False
    return _CUSTOMERS.search(spelled) is not None


def is_kept_part(table: Table, catalogue: Catalogue, policy: Policy, keys: Sequence[str]) -> bool:
    """Whether a part of documents may be known: none of the keys that lead to it speaks of people or is masked.

    Args:
        keys: from the outermost.
    """
    told = dict.fromkeys((*keys, " ".join(keys))) if keys else ()
    columns = tuple(Column(name=key, type="text") for key in told)
    if any(_HOLDER.search(key.lower()) for key in keys) or any(
        _speaks_of_people(table, column) or may_name_firms(table, column) for column in columns
    ):
        return False
    names = dict.fromkeys(policy.masks, MaskKind.SECRET)
    as_columns = Table(schema_name=table.schema_name, name=table.name, columns=columns)
    return not marked(as_columns, catalogue, names)


def kept_values(
    table: str, column: str, values: Sequence[str], *, firms_only: bool = False
) -> tuple[str, ...]:
    """Those of a column's distinct values that may be copied and are worth it; empty: the column is left out.

    Args:
        firms_only: whether it may hold names of people beside those of firms, as ``may_name_firms`` has it.
        values: each at most a little longer than ``LONGEST_VALUE``; what was longer is cut there.
    """
    fit = [value for value in values if is_fit(value)]
    if firms_only:
        firms = tuple(value for value in fit if _is_firm(value))
        return firms if len(firms) >= max(_FEWEST_NAMES, len(fit) * _SHARE_OF_FIRMS) else ()
    if len(fit) * 2 < len(values) or _are_codes(fit) or _are_names(fit):
        return ()
    name = f"{table}.{column}"
    clean = tuple(value for value in fit if not is_personal(name, value))
    return () if len(fit) - len(clean) > len(fit) * _SHARE_OF_PERSONAL else clean


def _is_firm(value: str) -> bool:
    """Whether a value is the name of a firm and nothing else: no numbers beside it, and not called after a person."""
    match = _FIRM.fullmatch(value)
    if match is None:
        return False
    called = _IN_BRACKETS.sub("", match["called"] or "")
    return not is_chinese_name(called) and not is_personal("firm", value)


def is_fit(value: str) -> bool:
    """Whether a value is one that people write: short, visible, on one line, and no date or address of a page.

    One with blanks around it is not: nobody writes those, and whether such rows are meant is not for us to say.
    """
    return (
        0 < len(value) <= LONGEST_VALUE
        and value == value.strip()
        and _UNQUOTED.fullmatch(value) is None
        and any(character.isalnum() for character in value)
        and not any(unicodedata.category(character) in _UNSAFE for character in value)
    )


def _are_codes(values: Collection[str]) -> bool:
    codes = sum(_CODE.fullmatch(value) is not None for value in values)
    return codes > _MOST_CODES and codes * 2 > len(values)


def _are_names(values: Collection[str]) -> bool:
    names = sum(is_chinese_name(value) for value in values)
    return names >= _FEWEST_NAMES and names >= len(values) * _SHARE_OF_NAMES
