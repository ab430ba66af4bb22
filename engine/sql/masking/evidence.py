"""What the name of a column says about its values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from chat2sql.engine.sql.guard.policy import MaskKind

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=[\u3400-\u9fff])")
_NOT_WORDS = re.compile(r"[\W_]+")
# What is counted, rated or typed about a telephone is no telephone number.
_ABOUT = re.compile(
    r"\b(?:counts?|cnt|num|sum|total|avg|price|sales|amount|amt|qty|quantity|rate|ratio|type|status|brand|model|is|has|"
    r"verified|length|len|cost|fee|revenue|usage|opens?|clicks?|minutes|duration|flag|bounces?|date|time|at|days?)\b"
    r"|数|量|额|价|率|次|类型|状态|品牌|型号|费|时长|日期|时间|是否|占比|金额"
)
_PERSON = (
    r"customer|client|user|member|employee|staff|contact|person|people|student|teacher|patient|doctor|author|buyer|"
    r"seller|recipient|receiver|recipients|consignee|payee|payer|manager|owner|guardian|parent|child|driver|passenger|"
    r"guest|host|tenant|holder|applicant|candidate|rep|salesperson|agent|nurse|emp|cust|account holder|card holder|"
    r"signer|sender|shipper|borrower|insured|beneficiary|cardholder|attendee|passengers|customers|employees|users|"
    r"members|students|patients|teachers|contacts|authors|drivers|guests"
)
_KINDS: dict[MaskKind, re.Pattern[str]] = {
    MaskKind.PHONE: re.compile(
        r"\b(?:phone|phones|telephone|tel|mobile|cell|cellphone|fax|msisdn|whatsapp|hotline|"
        r"contact (?:no|number|info)|shouji|dianhua)\b"
        r"|手机|电话|联系方式|传真|联系号码"
    ),
    MaskKind.ID_CARD: re.compile(
        r"\b(?:id card|idcard|id number|identity|identity card|ssn|social security|national id|passport|ric|sfz|"
        r"shenfenzheng|id no|cert no|certificate no|driving licen[cs]e|driver licen[cs]e)\b|身份证|证件号|护照|社保号|社会安全号"
    ),
    MaskKind.EMAIL: re.compile(r"\b(?:e ?mail|mail|mailbox|youxiang)\b|邮箱|邮件|电子邮"),
    MaskKind.BANK_CARD: re.compile(
        r"\b(?:card (?:no|number|num)|bank card|bankcard|credit card|debit card|cardno|cc number|pan|iban|"
        r"bank account|account (?:no|number))\b|银行卡|卡号|银行账[号户]|信用卡|储蓄卡"
    ),
    MaskKind.NAME: re.compile(
        r"\b(?:first|last|full|given|family|middle|real|nick|maiden|legal|display) ?name\b|\b(?:surname|fullname|"
        rf"lastname|firstname|realname|xingming)\b|\b(?:{_PERSON}) name\b|^(?:contact|contact person|recipient|"
        r"receiver|consignee|cardholder|card holder|employee|salesperson|sales rep|account manager|doctor|patient|student"
        r"|teacher|author|owner)$|姓名|联系人|收件人|收货人|寄件人|持卡人|负责人|经办人|销售员|业务员|法人代表"
        r"|(?:客户|用户|员工|会员|学生|教师|老师|患者|医生|买家|卖家|申请人|经理|作者|司机|乘客)(?:姓名|名字|名称|名)$"
        r"|^(?:员工|患者|学生|教师|申请人|客户经理)$"
    ),
}
_OF_THINGS = re.compile(
    r"\b(?:orders?|order no|trade|transaction|txn|serial|sku|product|item|goods|invoice|tracking|waybill|logistics|"
    r"barcode|ean|upc|isbn|imei|batch|lot|version|uuid|guid|hash|token|trace|session|code|ref|reference|ticket|contract|"
    r"timestamp|ts|time|epoch|created|updated|amount|amt|price|revenue|sales|gmv|total|sum|balance|cost|quantity|qty|url|"
    r"path|file|filename|part|asset|device|model|sn|seq|sequence|no|number|num|id)\b"
    r"|订单|单号|编号|流水|运单|快递|序列号|条码|批次|商品|产品|货号|发票|合同|金额|价格|销售额|时间|编码|代码|版本|型号"
)


@dataclass(frozen=True)
class Evidence:
    """What a column's name says.

    Attributes:
        kinds: kinds of personal values that it announces.
        of_things: it announces numbers of things (orders, parcels, times, amounts), not of people.
    """

    kinds: frozenset[MaskKind]
    of_things: bool


@lru_cache(maxsize=4096)
def evidence(name: str) -> Evidence:
    """What the name of a column, with or without its table's before it, says about its values."""
    words = " ".join(_NOT_WORDS.sub(" ", _CAMEL.sub(" ", name)).lower().split())
    kinds = frozenset(kind for kind, pattern in _KINDS.items() if pattern.search(words))
    if _ABOUT.search(words):
        kinds = frozenset()
    return Evidence(kinds, not kinds and (_OF_THINGS.search(words) or _ABOUT.search(words)) is not None)
