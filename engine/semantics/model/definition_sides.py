"""Ratios in definitions, side by side: 退费率=已完成退费金额÷营收, 爽约率=爽约÷(已到诊+爽约), and of whose rows they are."""

from __future__ import annotations

import re

from chat2sql.engine.schema.lexicon import has_han
from chat2sql.engine.semantics.model.definition import Definition
from chat2sql.engine.semantics.model.definition_texts import brackets_open
from chat2sql.engine.semantics.model.finer import amount_of, are_lines, scale_of
from chat2sql.engine.semantics.model.semantic_model import Dataset, Metric, SemanticModel
from chat2sql.engine.semantics.model.spelling import spelled
from chat2sql.engine.semantics.model.terms import Kind, TermIndex

_RATE = re.compile(r"[率比价]$|占比|人均|单均|件均|\brate$|\bratio$|\bmargin$", re.IGNORECASE)
_DIVIDED = re.compile(r"÷|/|除以")
_TAKEN_OFF = re.compile(r"[-－−–]|(?:再|，|,)*(?:减去|减掉|扣掉|扣除|扣减|减)")
_IN_BRACKETS = re.compile(r"[(（][^()（）]*[)）]")
_BY_TIME = re.compile(
    r"[(（，,][^()（）]{0,20}?(?:看|按照?|以)\s*(?P<time>[A-Za-z_]\w*|[㐀-鿿]{2,8}?)\s*"
    r"(?:归期|算|为准|统计|归集|归月|归属(?:期间?)?)?\s*[)）]"
)
_OF_THOSE = re.compile(
    r"(?P<of>[^/÷，,；;]{2,30}?)(?:当中|之中|中|里)[，,]?(?P<those>[^/÷；;]{2,40}?)的?(?:所占)?(?:占比|比例|比率|比重|百分比)"
)
"""全部到货单中arrive_date<=expect_date的占比"""
_OF_ONE = re.compile(r"(?P<whose>[㐀-鿿]{2,6}?)(?:都|一律)?(?P<said>(?:看|按照?|以)[^，,；;]{2,16})")
_OF_BOTH = re.compile(r"(?:两边|双方|两者|两头)(?:都|均)?(?P<said>[^，,；;]{2,20})")
_ASIDE_KNOWN = re.compile(
    r"(?:看|按照?|以)\s*(?:[A-Za-z_]\w*|[㐀-鿿]{2,8}?)\s*(?:归期|算|为准|统计|归集|归月|归属(?:期间?)?)?\s*(?=[)）])|[A-Za-z_]\w*(?:\.\w+)?"
    r"|(?:退货|退款)?[见表]|[㐀-鿿]{0,6}口径"
)
_SAYS_MORE = re.compile("[㐀-鿿]{2}")
_NO_MORE = re.compile(
    r"(?:(?:不?含税|均为不?含税|(?:退货|退款)冲减[^，,]{0,8}|元|单位[^，,]{0,4}|口径同上)[，,]?)*"
)
_SAME_PERIOD = re.compile(r"(?:同期|当期|本期|当月|同月|该月|该期间?)(?:的|内的?)?")
_SAYS_OF_WHAT = re.compile(
    r"[^，,；;]{0,8}不(?:进|计入|算|入|算入|计)分[母子](?=[，,；;]|$)|[^，,；;]{0,20}照样?(?:算|计)[^，,；;]{0,8}(?=[，,；;]|$)"
    r"|[㐀-鿿]{1,6}为空的?(?:月份|门店|行)?不(?:算|计|统计|计算)[^，,；;]{0,8}(?=[，,；;]|$)|先(?:汇总|合计|求和|加总)[再后](?:相)?除(?=[，,；;]|$)"
)
"""取消的不进分母, where the line says what is above it and below; 赠品的成本照样算进毛利, which its parts say."""
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{1,}")
HOW_MANY = re.compile(r"[单笔次张条户人家件]数$|数量$|[单订]量$")
"""Names and formulas that say how many, and not how much."""
_NUMBER_OF = re.compile(r"(?P<state>[㐀-鿿]{2,6}?)[笔]?数(?=[+＋\s)），,]|$)")
_SHORTEST_SIDE = 2


def sides_of(definition: Definition) -> tuple[str, str] | None:
    """What is above and below the line of a ratio; None: the definition is none."""
    if _RATE.search(definition.name) is None or definition.counts_only:
        return None
    share = _OF_THOSE.fullmatch(definition.body)
    if share is not None:
        return f"{share['of']}，{share['those']}", share["of"]
    cuts = [
        match
        for match in _DIVIDED.finditer(definition.body)
        if brackets_open(definition.body, match.start()) == 0
    ]
    if len(cuts) != 1:
        return None
    above, below = definition.body[: cuts[0].start()], definition.body[cuts[0].end() :]
    below, *behind = re.split(r"[，,；;]", below, maxsplit=1)
    # What is said behind both is of both.
    tail = _SAYS_OF_WHAT.sub("", behind[0]).strip("，,；; ") if behind else ""
    sides = (_plain(above), _plain(below))
    if tail:
        sides = (f"{sides[0]}，{tail}", f"{sides[1]}，{tail}")
    return sides if min(map(len, sides)) >= _SHORTEST_SIDE else None


def halves_of(definition: Definition, model: SemanticModel) -> tuple[str, str] | None:
    """What a figure is and what is taken off it, 净销售额=销售额-同期退款金额; None: the definition is no difference.

    What stands in brackets behind the second, a table or by which time it goes, is said of it.
    """
    cuts = [
        match
        for match in _TAKEN_OFF.finditer(definition.body)
        if brackets_open(definition.body, match.start()) == 0
    ]
    if len(cuts) != 1 or definition.counts_only:
        return None
    first, second = definition.body[: cuts[0].start()], definition.body[cuts[0].end() :]
    second, *behind = re.split(r"[，,；;](?![^()（）]*[)）])", second, maxsplit=1)
    told = _of_each_half(behind[0] if behind else "", first, second)
    if told is None:
        return None
    aside = _BY_TIME.search(second)
    if any(_SAYS_MORE.search(_ASIDE_KNOWN.sub("", said.group())) for said in _IN_BRACKETS.finditer(second)):
        # What brackets restrict beside the table and the time is not read.
        return None
    named = {one.name.lower() for one in model.datasets}
    bare = _IN_BRACKETS.sub(
        lambda said: " ".join(word for word in _IDENTIFIER.findall(said.group()) if word.lower() in named),
        second,
    )
    by = f"，按{aside['time']}" if aside is not None else ""
    halves = (f"{_plain(first)}{told[0]}", f"{_plain(bare)}{by}{told[1]}")
    return halves if min(map(len, halves)) >= _SHORTEST_SIDE else None


def _of_each_half(behind: str, first: str, second: str) -> tuple[str, str] | None:
    """What is said behind a difference, of each half: 入库单按入库日期，退货单按退货日期，两边都不含已删除的; None: of which is
    not clear."""
    told = ["", ""]
    for clause in re.split("[，,；;]|、(?=[㐀-鿿]{2,6}(?:看|按|以))", behind):
        own, both = _OF_ONE.fullmatch(clause.strip()), _OF_BOTH.fullmatch(clause.strip())
        if _NO_MORE.fullmatch(clause.strip()):
            continue
        if both is not None:
            told = [f"{one}，{both['said']}" for one in told]
        elif own is not None and (own["whose"] in first) != (own["whose"] in second):
            told[own["whose"] in second] += f"，{own['said']}"
        else:
            return None
    return told[0], told[1]


def _plain(side: str) -> str:
    said = _SAME_PERIOD.sub("", side).strip()
    whole = re.fullmatch(r"[(（]([^()（）]*)[)）]", said)
    return (whole.group(1) if whole is not None else said).strip()


def homes_elsewhere(definition: Definition, model: SemanticModel) -> list[Dataset]:
    """The other datasets of whose rows a definition may be computed: those that refer to its own and have a column that
    it names, or are its lines."""
    own = model.dataset(definition.dataset)
    if own is None:
        return []
    named = {word.lower() for word in _IDENTIFIER.findall(definition.body)}
    unknown = {word for word in named if not any(field.name.lower() == word for field in own.fields)}
    found = []
    for other in model.datasets:
        refers = any(join.target == own.name for join in model.joins_from(other.name))
        has = any(field.name.lower() in unknown for field in other.fields)
        if refers and other.name != own.name and (has or (not unknown and are_lines(other))):
            found.append(other)
    return found


def without_number(side: str, index: TermIndex) -> str:
    """赢单数 as 赢单: how many rows there are in a state."""

    def state(match: re.Match[str]) -> str:
        is_state = any(one.kind in (Kind.CODE, Kind.SEGMENT) for one in index.meanings(match["state"]))
        return match["state"] if is_state else match.group()

    return _NUMBER_OF.sub(state, side)


def whose(side: str, definition: Definition, model: SemanticModel) -> str:
    """Of whose rows one side is: of the table that it names, 正常发票价税合计, else of that whose comment has it."""
    written = [
        one.name for one in model.datasets if one.name.lower() in map(str.lower, _IDENTIFIER.findall(side))
    ]
    if len(written) == 1:
        return written[0]
    named = [one.name for one in model.datasets if _is_named(one, side)] or [
        one.name for one in model.datasets if one.name != definition.dataset and _is_named(one, f"{side}单")
    ]
    # 客户数 of orders are not all customers.
    return named[0] if len(named) == 1 and not HOW_MANY.search(side) else definition.dataset


def _is_named(dataset: Dataset, side: str) -> bool:
    called = (dataset.label.zh, *dataset.synonyms)
    return any(len(word) > 1 and has_han(word) and word in side for word in called)


def of_one_sort(made: list[Metric], sides: tuple[str, str], model: SemanticModel) -> tuple[Metric, Metric]:
    """Both sides, rows that were only named summed up as money where the other side is money: 已认领收款÷价税合计."""
    told = []
    for one, other, side in zip(made, reversed(made), sides, strict=True):
        dataset = model.dataset(one.dataset)
        amount = amount_of(dataset) if dataset is not None else None
        sums = other.expression is not None and other.expression.startswith("SUM(")
        if one.expression != "COUNT(*)" or HOW_MANY.search(side) or not sums or amount is None:
            told.append(one)
            continue
        spelling = spelled(one.dataset, amount.name, model.dialect)
        told.append(one.model_copy(update={"expression": f"SUM({spelling})"}))
    return told[0], told[1]


def scale_of_sum(expression: str, model: SemanticModel) -> str:
    """The scale of the quantity that an expression sums up."""
    summed = re.fullmatch(r"SUM\((\S+)\.(\w+)\)", expression)
    return scale_of(model.field(summed.group(1), summed.group(2)) if summed is not None else None)
