"""Drafting fields: what a column is for, what it is called and what its values mean, from its type, keys and comment."""

from __future__ import annotations

import re

from chat2sql.config.vocabulary import Bilingual
from chat2sql.engine.present.naming import label_of_comment
from chat2sql.engine.schema.catalogue import Column
from chat2sql.engine.schema.codes import Code, column_codes, introduction, is_amount, is_truth, spellings
from chat2sql.engine.schema.lexicon import has_han
from chat2sql.engine.semantics.model.identifier_names import chinese_name
from chat2sql.engine.semantics.model.semantic_model import Additivity, CodeMeaning, Field, Origin, Role
from chat2sql.engine.semantics.model.truth import says_yes_or_no

_TIME = re.compile(r"date|time(?!.*interval)", re.IGNORECASE)
_INTERVAL = re.compile(r"interval", re.IGNORECASE)
_DOCUMENT = re.compile(r"json|xml", re.IGNORECASE)
_LIST = re.compile(r"\[\]|array", re.IGNORECASE)
_KEY_NAME = re.compile(r"(?:^|_)(?:id|uuid|guid|no|code|key|sn)$|(?:Id|No|Code)$")
_KEY_LABEL = re.compile(r"(?:编号|编码|主键|工号|单号|号码|代码|序号|ID|id)$")
_NAME_NAME = re.compile(r"(?:^|_)(?:name|title|fullname)(?:_zh|_cn)?$|Name$", re.IGNORECASE)
_NAME_IN_SHORT = re.compile(r"(?:^|_)nm$", re.IGNORECASE)
_NAME_LABEL = re.compile(r"(?:名称?|姓名|标题)$")
_ONE_CODE = re.compile(r"^\s*1\s*(?:[=＝:：-]|表示|代表|为|是)\s*([㐀-鿿]{2,8})\s*$")
_MARKED = re.compile(r"^\s*1\s*([㐀-鿿]{2,8}?)\s*(?:$|[。，,；;(（])")
"""1测试单, of a column that holds 0 and 1."""
_QUANTITY = re.compile(r"[额数量年楼号价费率]|小时|库存|以[上下内]")
_FLAG_NAME = re.compile(r"^(?:is|has)_|_flag$", re.IGNORECASE)
_ZERO_OR_ONE = frozenset({"0", "1"})
_TWO_MARKS = re.compile(
    r"^(?P<what>[㐀-鿿]{2,8}?)\s*[(（:：，,]?\s*(?P<marks>0\s*/\s*1|1\s*/\s*0|T\s*/\s*F|F\s*/\s*T|Y\s*/\s*N|N\s*/\s*Y)\s*[)）]?(?=$|[，,。；;])"
)
"""赠品 1/0, 作废(T/F)."""
_FLAG_LABEL = re.compile(r"^是否")
_PRICED = re.compile(
    r"单价|价格|标价|售价|均价|成本价|单位成本|率|比例|折扣|评级|评分|得分|等级|级别|职级|年龄|温度|汇率|占比|百分比|面积|容量|经度|纬度"
    r"|price|rate|ratio|percent|pct|score|rating|grade|level|age$|discount|unit_cost|latitude|longitude|temperature",
    re.IGNORECASE,
)
_HELD = re.compile(r"库存|余额|结存|存量|balance|stock|inventory|on_hand", re.IGNORECASE)
_NOT_A_FIGURE = re.compile(
    r"(?:^|_)(?:year|month|day|week|quarter|sort|seq|order_no|version|level)$|年份|月份|排序|版本"
)
_UNSET_BEFORE = re.compile(
    r"([未无非不]\S{1,5}|至今\S{1,4})(?:则|时)?为空"
    r"|(?<=[，,;；(（\s])(?!.{0,4}(?:部分|可|允许|默认|暂|一般|通常|历史|老|多数|少数|其他|其余|字段))([㐀-鿿]{1,4}?(?![类级层区顶根司部])[㐀-鿿])(?:订?单|的?人员)?(?:均|都|则|时)?为空"
)
"""会员,散客为空"""
_UNSET = re.compile(
    r"(?:(?<![可非不])(?:为空|空值|空)|\bNULL)\s*(?:=|:|：|表示|代表|则为|即为|即|为|则|是)\s*"
    r"([^\s,，;；。.)）/=]{1,12}(?: [a-z]+)?)",
    re.IGNORECASE,
)
_UNIT_SAID = re.compile(r"单位\s*(?:[:：]|为|是)\s*(万元|千元|亿元|元|分|公斤|千克|吨|件|台|天|小时|分钟)")
_UNIT = re.compile(r"[(（]([^()（）]{1,8})[)）]|[，,\s]([万亿千]元|元)(?=$|[，,；;。\s/])")
_DETAIL = re.compile(
    r"\s+(?:[万亿千]?元|分|吨|公斤|千克|克|件|个|次|天|小时|分钟|度|℃|㎡|%)(?:\s*[/／][㐀-鿿/／]*)?$|[(（][^()（）]*[)）]|\s*[=＝].*$|\s*[0-9]+\s*[-~～到至]\s*[0-9]+$|\s*[yY]{4}-?[mM]{2}(?:-?[dD]{2})?$"
)
_LEADS_TO = re.compile(r"(?<=[㐀-鿿)）])\s*[A-Za-z]+(?:[_.][A-Za-z]+)+$")
"""Behind what a column is called, the column that it leads to: 店长 emp_id."""
_ID_ENDING = re.compile(
    r"(?<=[㐀-鿿])\s*(?:的(?:员工|用户|人员|部门|组织)?|(?<=[长人级导员理师者管])(?:员工|用户))?\s*(?:ID|Id|id|编号|工号)$"
)
_SHORTEST_WORD = 2
_SURE, _LIKELY, _GUESSED = 0.9, 0.7, 0.5


def draft_field(column: Column, *, is_key: bool, few_values: bool, table: str = "") -> Field:
    """The field that a column is likely to be.

    Args:
        table: the table's name where the database speaks Chinese: then a column that is not commented is called by its
            identifier's words in Chinese.
        is_key: whether it is of the primary key or a foreign key.
        few_values: whether it holds few distinct texts.
    """
    label = label_of(column.comment, column.name)
    flag = _one_mark(column)
    if flag is not None:
        label = label.model_copy(update={"zh": flag.group(1)})
    if table and not label.zh:
        label = label.model_copy(update={"zh": chinese_name(column.name, table)})
    codes = _codes(column)
    marks = _TWO_MARKS.match(column.comment)
    if marks is not None and not codes:
        label = label.model_copy(update={"zh": marks["what"]})
        yes, no = sorted(marks["marks"].replace(" ", "").split("/"), key="1TY".find, reverse=True)
        codes = (CodeMeaning(code=no, words=("否",)), CodeMeaning(code=yes, words=("是",)))
    yes_or_no = says_yes_or_no(codes)
    role, certainty = _role(
        column,
        label,
        is_flag=flag is not None
        or yes_or_no
        or (_is_zero_or_one(column) and not codes and not column.comment),
        is_key=is_key,
        has_codes=bool(codes) and not yes_or_no,
        few_values=few_values,
    )
    unit = _UNIT.search(introduction(column.comment))
    said = _UNIT_SAID.search(column.comment)
    return Field(
        name=column.name,
        label=label,
        synonyms=names_in(column.name),
        origin=Origin.COMMENT if column.comment else Origin.NAME,
        certainty=certainty,
        role=role,
        type=column.type,
        codes=codes,
        unset_words=unset_words(column.comment, is_key=is_key) if column.nullable else (),
        additivity=_additivity(column, label) if role is Role.MEASURE else Additivity.NON_ADDITIVE,
        unit=_unit(unit, said, column.name) if role is Role.MEASURE else "",
    )


def _one_mark(column: Column) -> re.Match[str] | None:
    """What a 1 says, where a comment tells that and nothing else: 1=赠品, 1测试单."""
    if not is_amount(column.type):
        return None
    told = _MARKED.match(column.comment)
    held = set(column.samples)
    is_mark = (bool(held) and held <= _ZERO_OR_ONE) or _FLAG_NAME.search(column.name) is not None
    if told is not None and (not is_mark or _QUANTITY.search(told.group(1)) or "." in "".join(held)):
        told = None
    return _ONE_CODE.match(column.comment) or told


def _is_zero_or_one(column: Column) -> bool:
    """Whether a column is called a mark and holds 0 and 1: is_cur."""
    held = set(column.samples)
    return bool(held) and held <= _ZERO_OR_ONE and _FLAG_NAME.search(column.name) is not None


_NOW = re.compile("^(?:当前|现在?|目前|最新)")


def with_thing(field: Field, thing: str) -> Field:
    """A field that only its identifier names, also called with what it is of: 退款原因 for the 原因 of 退款申请."""
    if field.origin is not Origin.NAME and field.label.zh and not field.codes:
        return field
    # 当前等级 of members is 会员等级.
    plain = _NOW.sub("", field.label.zh)
    if field.role is not Role.CATEGORY or len(plain) != _SHORTEST_WORD or len(thing) < _SHORTEST_WORD:
        return field
    called = dict.fromkeys((f"{thing}{plain}", f"{thing[:_SHORTEST_WORD]}{plain}"))
    return field.model_copy(update={"synonyms": (*field.synonyms, *called)})


def _unit(unit: re.Match[str] | None, said: re.Match[str] | None, name: str) -> str:
    """The unit beside a column's name, or that its comment tells, or its identifier: target_wan."""
    if unit is not None:
        return unit.group(1) or unit.group(2)
    if said is not None:
        return said.group(1)
    return "万元" if name.lower().endswith("_wan") else ""


_LETTERS = re.compile(r"(?<=[㐀-鿿])[\s:：]*[A-Z]{1,2}(?:\s*[/、]\s*[A-Z]{1,2}){1,9}(?=$|[，,;；（(。\s])")


def label_of(comment: str, name: str) -> Bilingual:
    """What a comment calls a table or column; the words of its name stand in for English."""
    # 门店等级 S/A/B/C: the letters are what it holds.
    comment = _LETTERS.sub("", comment) if has_han(comment) else comment
    label = label_of_comment(introduction(comment)) if comment else Bilingual(zh="", en="")
    zh = _LEADS_TO.sub("", _DETAIL.sub("", label.zh).strip())
    zh = _ID_ENDING.sub("", zh) if has_han(label.zh) else ""
    en = "" if has_han(label.en) else _DETAIL.sub("", label.en).strip()
    return Bilingual(zh=zh, en=en.lower() or spoken(name))


def spoken(name: str) -> str:
    """The words of an identifier: ``unit_price`` and ``unitPrice`` are 'unit price'."""
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ").split()
    return " ".join(parts).lower()


def names_in(name: str) -> tuple[str, ...]:
    """What people who know the schema may call it."""
    return tuple(dict.fromkeys((name.lower(), spoken(name))))


def unset_words(comment: str, *, is_key: bool = False) -> tuple[str, ...]:
    """What a comment says it means that there is no value: ``离职日,空=在职 / leaving day, NULL=employed``.

    Args:
        is_key: whether the column leads to other rows: 会员,散客为空 says who those without one are, 付款时间,到付为空 does
            not say of what is not paid that it is 到付.
    """
    before = (
        word
        for denied, kind in _UNSET_BEFORE.findall(comment)
        for word in (denied, kind if is_key else "")
        if word
    )
    return tuple(dict.fromkeys(word.strip() for word in (*_UNSET.findall(comment), *before)))


def _codes(column: Column) -> tuple[CodeMeaning, ...]:
    return tuple(CodeMeaning(code=code.code, words=_spellings(code)) for code in column_codes(column))


def _spellings(code: Code) -> tuple[str, ...]:
    """What a code is called; one that is a word itself may be said too."""
    spoken_itself = (code.code.lower(),) if code.code.isalpha() and len(code.code) > _SHORTEST_WORD else ()
    # B2B线上平台 is written with its code by some.
    both = (
        (f"{code.code}{code.meaning}",) if has_han(code.meaning) and re.search("[A-Za-z]", code.code) else ()
    )
    return (*spellings(code.meaning), *spoken_itself, *both)


def _role(
    column: Column, label: Bilingual, *, is_flag: bool, is_key: bool, has_codes: bool, few_values: bool
) -> tuple[Role, float]:
    by_type = Role.FLAG if is_flag else _role_of_type(column, label, has_codes=has_codes)
    if by_type is not None and (by_type is not Role.FLAG or not is_key):
        return by_type, _SURE
    if is_key or has_codes:
        # A key of several columns may hold a kind: the expense of a month's budget.
        return (Role.CATEGORY if has_codes else Role.KEY), _SURE
    is_number = bool(_KEY_NAME.search(column.name) or _KEY_LABEL.search(label.zh))
    if is_amount(column.type):
        figure = not is_number and not _NOT_A_FIGURE.search(f"{column.name} {label.zh}")
        return (Role.MEASURE if figure else Role.KEY if is_number else Role.CATEGORY), _LIKELY
    in_short = _NAME_IN_SHORT.search(column.name) is not None and not column.comment
    if in_short or _NAME_NAME.search(column.name) or _NAME_LABEL.search(label.zh):
        return Role.NAME, _LIKELY
    if few_values:
        return Role.CATEGORY, _LIKELY
    return (Role.KEY if is_number else Role.TEXT), _GUESSED


def _role_of_type(column: Column, label: Bilingual, *, has_codes: bool) -> Role | None:
    """What a type alone says."""
    kind = column.type
    if _LIST.search(kind):
        return Role.LIST
    if _DOCUMENT.search(kind):
        return Role.DOCUMENT
    if _TIME.search(kind) and not _INTERVAL.search(kind):
        return Role.TIME
    if is_truth(kind) or (_FLAG_LABEL.search(label.zh) and not has_codes):
        return Role.FLAG
    return None


def _additivity(column: Column, label: Bilingual) -> Additivity:
    said = f"{column.name} {label.zh} {label.en}"
    if _PRICED.search(said):
        return Additivity.NON_ADDITIVE
    return Additivity.SEMI_ADDITIVE if _HELD.search(said) else Additivity.ADDITIVE
