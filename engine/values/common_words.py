"""Words that mean themselves rather than a value of a database, and what the catalogue itself is called by."""

from __future__ import annotations

import re
from functools import lru_cache

from chat2sql.engine.schema.catalogue import Catalogue, Column, Table
from chat2sql.engine.schema.lexicon import has_han
from chat2sql.engine.schema.lexicon import words as lexicon_words
from chat2sql.engine.values.keys import key, words

_ENGLISH = frozenset(
    word
    for word in words(
        """a about above account across activity add address after again against age ago all almost along
    already also alone always am among amount an and another any anybody anyone anything are area around as ask at
    average avg away back bad base be because become been before begin being below best better between big
    both bottom but by call came can category change cheap city class code column come common compare contain
    cost could count country current customer data database date day default define department description
    detail did differ different display distinct do does done down during each early earn easy either else end
    enough entire equal even ever every everyone everything exact except exist false far fast few field
    figure file final find first follow for former found frequent from further gave general get give given go
    good got great group had half has have he help her here high highest him his history home hour how however i id if
    important in include information inside instead into is issue it item its itself join just keep kind know known
    label large largest last late later latest least leave left length less let level like limit line list little live
    location long look lot low lower lowest made main make man many mark match max maximum may me mean member men
    mid middle might min minimum minute miss mode model money month more most move much must my name near need
    neither never new newest next nice no nobody none not note nothing now null number of off office often old
    oldest on once one only option or order other our out outside over overall own page part past pay people
    per percent percentage period person place plan please point position possible present previous price private
    product put quantity quarter question quick range rank rate rather real reason recent record region regular
    related report result return right role row rule sale same sample say second section see select sell separate
    set several shall she short should show side simple since single size small smaller smallest so some someone
    something sort source standard start state status stay still stop store such sum table take tell ten term
    test than that the their them then there these they thing this those three through time title to today together
    tomorrow too top total toward true try two type under unit unknown until up update upon us use used user usual
    value various version very view want was way we week well went were what when where whether which while who
    whole whom whose why wide will with within without word work world would write wrong year yes
    yesterday yet you young your zero"""
    )
)
_CHINESE = frozenset(
    re.findall(
        r"\w+",
        """其他 其它 全部 所有 未知 没有 合计 总计 小计 平均 数量 金额 名称 编号 代码 类型 类别 状态 日期 时间 时候 今天
    昨天 明天 本周 上周 本月 上月 今年 去年 前年 季度 年度 月份 最高 最低 最大 最小 最多 最少 增长 下降 排名 比例 占比
    分别 每个 各个 哪些 哪个 多少 什么 我们 他们 你们 是否 可以 需要 列出 查询 统计 显示 情况 信息 数据 记录 问题""",
    )
)
_NUMBER = re.compile(r"[\d ]+")


def is_common(spelled: str, catalogue: Catalogue) -> bool:
    """Whether a key alone says too little to be a value: a number, a single letter or character, words of every
    question, or what a table or column of the catalogue is called."""
    return _is_common(spelled, _called(catalogue))


def is_common_meaning(spelled: str, catalogue: Catalogue) -> bool:
    """The same for what a code is said to mean, which may well be a word of a name: orders are paid, and have a
    ``paid_at``."""
    return _is_common(spelled, _named(catalogue))


def _is_common(spelled: str, called: frozenset[str]) -> bool:
    if _NUMBER.fullmatch(spelled) or len(spelled) == 1:
        return True
    if has_han(spelled):
        return spelled in _CHINESE or spelled in called
    return spelled in called or all(
        len(word) == 1 or word in _ENGLISH or word in called for word in spelled.split(" ")
    )


@lru_cache(maxsize=16)
def _called(catalogue: Catalogue) -> frozenset[str]:
    """The words of the catalogue's names, and the names and short comments in their whole."""
    return _named(catalogue) | {word for part in _parts(catalogue) for word in lexicon_words(part.name)}


@lru_cache(maxsize=16)
def _named(catalogue: Catalogue) -> frozenset[str]:
    """What tables and columns are called, by name or comment, in their whole."""
    return frozenset(key(text) for part in _parts(catalogue) for text in (part.name, part.comment) if text)


def _parts(catalogue: Catalogue) -> list[Table | Column]:
    return [*catalogue.tables, *(column for table in catalogue.tables for column in table.columns)]
