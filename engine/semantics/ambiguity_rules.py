"""The tables behind ``ambiguity``: words that judge without saying by what, rates without a base, short names of
organisations."""

from __future__ import annotations

import re

JUDGING = re.compile(
    r"业绩|绩效|表现|效益|成绩|战绩|\b(?:performance|performing|performed|performs?)\b", re.IGNORECASE
)
"""How well somebody did, which several figures tell."""

BEST = re.compile(
    r"最(?:好|佳|棒|优秀?|强|差|烂)(?!卖|用|评|吃|玩|销|看)|\b(?:the\s+)?(?:best|worst|top)\b(?!-)(?!\s+(?:[0-9]|sell|rated|paid))",
    re.IGNORECASE,
)
"""First or last by something that is not said."""

RATE = re.compile(r"率|比率|\s+rate\b", re.IGNORECASE)
"""Behind an event: how often it happens, in proportion to something that is not said."""

RATE_IS_SAID = re.compile(
    r"[(（=＝÷/]|按|除以|占|\b(?:by|per|divided|over|units?|value|lines?)\b", re.IGNORECASE
)
"""What says in proportion to what."""

PEOPLE = re.compile(r"人|谁|headcount|people|person", re.IGNORECASE)

ORGANISATION_ZH = (
    "有限公司",
    "公司",
    "集团",
    "企业",
    "工厂",
    "银行",
    "学校",
    "大学",
    "学院",
    "医院",
    "酒店",
    "事务所",
    "研究院",
    "基金会",
)
"""What organisations are called after what sets them apart, the longer ones first."""

ORGANISATION_EN = re.compile(
    r"\b(?P<name>[A-Z][\w'&-]*(?:\s+[A-Z][\w'&-]*){1,4})\s+(?P<kind>Company|Co|Corporation|Corp|Group|Inc|Ltd|Bank|Hospital|University)\b\.?"
)

PLAIN_TOTAL = re.compile(r"^(?:总|合计|平均|均)")
