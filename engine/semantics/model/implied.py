"""Joins that nobody declared and comments tell of: 上级部门ID, 直属领导, 客户负责人（员工ID）."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from chat2sql.config.vocabulary import Bilingual
from chat2sql.engine.schema.catalogue import Catalogue, Column, Table
from chat2sql.engine.schema.codes import is_amount
from chat2sql.engine.semantics.model.roles import label_of
from chat2sql.engine.semantics.model.semantic_model import Origin, Relationship

TABLE_ENDING = re.compile(
    r"(?:信息表|数据表|记录表|明细表|主表|基础表|档案表|字典表|维度表|维表|事实表|花名册|名册|拉链表|历史表|快照表|(?<=[㐀-鿿][㐀-鿿])树表?|记录|字典|对照|台账|档案|主档|目录|清单|一览|列表|表|信息|主数据)$"
)
"""What a comment says of every table: 订单表, 客户档案."""
PREFIX = re.compile(r"^(?:所属|所在|当前|对应|关联|归属)")
"""What a comment says before what a key leads to."""
_ABOVE = re.compile(r"^parent|上级|父级|父类|所属上级")
_LEADS_TO = re.compile(r"[(（]([\u4e00-\u9fff]{2,6})\s*(?:ID|id|编号|主键)[)）]")
_PERSON_IN_CHARGE = re.compile(
    r"(?:负责|经办|审批|申请|创建|采购|仓管|拜访|报销|签约|请假|接诊|业务|销售|操作|录入|收银|处理|跟进|维护|执行|审核|复核|验收|登记|对接|开单|下单|发起|提交|质检|检验)(?:人|员)|(?:直属|直接)?(?:领导|上级|主管|经理)$"
)
_IN_CHARGE = re.compile(
    r"^(?:approver|handler|auditor|operator|keeper|creator|manager|leader|mgr|supervisor|owner|buyer|seller|salesman|salesperson"
    r"|inspector|checker|cashier|engineer|agent|reviewer|assignee|director)(?:_emp|_staff|_user)?_(?:id|no|code)$",
    re.IGNORECASE,
)
_LEADER = re.compile(
    r"^(?:leader|manager|mgr|superior|supervisor|boss|report(?:s|_to)?)(?:_emp)?(?:_id|_no|_code)?$",
    re.IGNORECASE,
)
_STAFF = re.compile(r"^(?:员工|职员|人员|雇员|医生|教师|用户)$")


def implied(catalogue: Catalogue, declared: Sequence[Relationship]) -> Iterator[Relationship]:
    """The joins that comments tell of: 上级部门ID, 直属领导, 客户负责人（员工ID）."""
    known = {(one.source, name) for one in declared for name in one.source_columns}
    for table in catalogue.tables:
        source = catalogue.key(table)
        for column in table.columns:
            if column.primary_key or (source, column.name) in known:
                continue
            target = told_of(catalogue, table, column)
            key = target.primary_key if target is not None else ()
            other = target.column(key[0]) if target is not None and len(key) == 1 else None
            if target is None or other is None or _family(other.type) != _family(column.type):
                continue
            label = label_of(column.comment, column.name)
            yield Relationship(
                name=f"{source}_{column.name}",
                label=Bilingual(zh=PREFIX.sub("", label.zh), en=re.sub(r"\s+id$", "", label.en)),
                origin=Origin.COMMENT,
                certainty=0.7,
                source=source,
                target=catalogue.key(target),
                source_columns=(column.name,),
                target_columns=(key[0],),
            )


def told_of(catalogue: Catalogue, table: Table, column: Column) -> Table | None:
    """The table that a column's comment says it leads to; None: it does not say, or says several."""
    if _ABOVE.search(f"{column.name} {column.comment}") and (
        column.name.lower().startswith("parent") or _called(table) in column.comment
    ):
        return table
    if _LEADER.search(column.name) and _STAFF.search(_called(table)):
        return table
    written = [one for one in catalogue.tables if _names_key_of(one, column)]
    if len(written) == 1:
        return written[0]
    named = _LEADS_TO.search(column.comment)
    if named is not None:
        found = [one for one in catalogue.tables if _called(one) == named.group(1)]
        return found[0] if len(found) == 1 else None
    in_charge = _PERSON_IN_CHARGE.search(column.comment) and column.name.lower().endswith(("id", "_by", "no"))
    if in_charge or _IN_CHARGE.search(column.name):
        staff = [one for one in catalogue.tables if _STAFF.search(_called(one))]
        return staff[0] if len(staff) == 1 else None
    return None


def _names_key_of(table: Table, column: Column) -> bool:
    """Whether a comment names a table's key: 介绍人 patient_id."""
    key = table.primary_key
    is_other = len(key) == 1 and key[0] != column.name and len(key[0]) > len("id")
    return (
        is_other
        and re.search(rf"(?<![A-Za-z0-9_]){re.escape(key[0])}(?![A-Za-z0-9_])", column.comment) is not None
    )


def _called(table: Table) -> str:
    zh = label_of(table.comment, table.name).zh
    return TABLE_ENDING.sub("", zh) or zh


def _family(type_: str) -> str:
    return "number" if is_amount(type_) else re.sub(r"\(.*", "", type_.lower())
