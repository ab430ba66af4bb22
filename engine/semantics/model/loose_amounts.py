"""What a definition in free prose computes, and by which time: quantities with operators between them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from chat2sql.engine.semantics.model.loose_words import PAUSES, Named, Sort

_ASIDE = re.compile(r"[(（][^()（）]*[)）]")
_OPERATORS = (
    ("*", r"[*×xX]|乘以?"),
    ("/", r"[/÷]|除以"),
    ("-", r"[-－−–]|(?:再|要|、)*(?:减去?掉?|扣除?掉?|扣减)"),
    ("+", r"[+＋]|、?(?:加上?|再加)|、?和(?=[㐀-鿿]*组成)?"),
)
_SPELLED = (("-", r"(?:再|要|、)*(?:减去?掉?|扣除?掉?|扣减)"), ("+", r"(?:再|要)*(?:加上?)"))
_STATE = re.compile(r"已|未|没|不|待|成功|通过|完成|只|仅")
"""已退款的 says which rows, and not whose."""
_FILLS = r"[\s,，的了再要]*"
_SCALED = re.compile(r"\s*(?:求和|合计)?\s*(?:[/÷]|除以)\s*(?P<by>1000?0*|60|1\.[0-9]{1,3})(?![0-9])")
_SCALED_LATER = re.compile(r"除以\s*(?P<by>1000?0*|60)(?![0-9])")
_SUMS = re.compile(r"求和|合计|之和|总和|累加|加总|汇总|相加|计算|为准|(?:就)?是|(?:列)?计")
_TELLS = re.compile(r"[=＝:：→]|取的?是?|金额|用|即|按|以|等于|sum|SUM|Σ|∑|由|看|就是|便是|定义")
_LEFT_OUT = re.compile(
    r"不含|不包|不(?:再)?(?:算|计|进|属|是|从)|另计|另收|不在|除外|剔|单列|不参与|不扣|不减|并入|独立"
)
_BY = re.compile(
    r"按|看|以|时间|日期|月份|归|期间|为准|划月|定月|所属|所在|时点|依据|确认|月|营业日|->|→|[:：=＝]|当[天日]"
)
_NOT_BY = re.compile(r"(?:不是|不要用?|不看|不按|不用|不以|而非|非|勿用|别用|与|和)\s*$")
_ONLY_FOR = re.compile(r"^[^，,；;。]{0,4}(?:只|仅)(?:给|供|用于)")


_HALF = re.compile(r"[㐀-鿿A-Za-z)）]\s*[-－−*×/÷+＋]\s*(?:同期|当期|本期)?[㐀-鿿]{0,3}$")
_OTHER_HALF = re.compile(r"\s*[-－−*×÷+＋]\s*[㐀-鿿]")
"""净销额＝实销额－同期退款: the other half of a formula is of something else."""
_LISTED = re.compile(r"\s*(?:、|和|与|及|以及|，)\s*")
_ONE_AND = re.compile(r"\s*(?:[/÷]|除以)\s*[(（]\s*1\s*[+＋]\s*")
_AND = re.compile(r"\s*(?:、|和|与|及|以及)\s*")
_ADDED = re.compile(r"相加|之和|加起来|加一起|加在一起|总和|都算上|组成|构成")
_NEAR = 24


class Amount(NamedTuple):
    """A formula over columns: its pieces in order, operands and operators, and the places that it takes."""

    pieces: tuple[Named | str, ...]
    start: int
    end: int

    @property
    def operands(self) -> tuple[Named, ...]:
        """The columns."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Named))


def amount_in(text: str, words: Sequence[Named], name_end: int) -> Amount | None:
    """The formula that a definition most likely means: the longest, else what stands nearest behind its name.

    Args:
        name_end: where the name of what is defined ends.
    """
    quantities = [word for word in words if word.sort is Sort.QUANTITY]
    chains: list[Amount] = []
    place = 0
    while place < len(quantities):
        chain = _chain(text, quantities, place)
        chains.append(chain)
        place += max(1, len(chain.operands))
    # Before the name only a formula can be meant: 退货退款单 says of what the table is.
    behind = [chain for chain in chains if chain.start >= name_end or len(chain.operands) > 1]
    chains = [chain for chain in behind if not _is_left_out(text, chain)]
    return max(chains, key=lambda chain: _worth(text, chain, name_end), default=None)


def _chain(text: str, quantities: Sequence[Named], place: int) -> Amount:
    first = quantities[place]
    pieces: list[Named | str] = [first]
    last = first
    for following in quantities[place + 1 :]:
        between = _ASIDE.sub("", text[last.end : following.start])
        if following.field == last.field and re.fullmatch(r"[\s(（:：]*", between):
            # 实缴 sjje: one column, said twice.
            last = following
            continue
        operator = _operator(between) or _operator_before(between, quantities, last, following)
        if (
            operator is None
            and _LISTED.fullmatch(between)
            and _ADDED.search(text[following.end : following.end + _NEAR])
        ):
            operator = "+"
        if operator == "+" and pieces[-2:-1] == ["-"] and _AND.fullmatch(between):
            # 减去地接成本和交通成本: both are taken off.
            operator = "-"
        if operator is None:
            break
        pieces += [operator, following]
        last = following
    scaled = _SCALED.match(_skip_aside(text, last.end)) or _SCALED_LATER.search(
        text[last.end : last.end + 30]
    )
    end = last.end
    if scaled is not None:
        pieces += ["/", scaled["by"]]
    rate = _with_tax(text, last.end)
    if rate is not None:
        pieces += ["/", "(", "1", "+", *(word for word in quantities if word.start == rate), ")"]
    opened = text[: first.start].rstrip()[-1:] in ("(", "（")
    return Amount(_bracketed(text, first, pieces) if opened else tuple(pieces), first.start, end)


def _with_tax(text: str, place: int) -> int | None:
    """Where the rate stands that an amount is divided by with one: 除以（1+税率）."""
    match = _ONE_AND.match(text, place)
    return match.end() if match is not None else None


def _skip_aside(text: str, place: int) -> str:
    return re.sub(r"^\s*[(（][^()（）]*[)）]", "", text[place:])


def _operator(between: str) -> str | None:
    bare = re.sub(r"[()（）]", "", between)
    for sign, words in _OPERATORS:
        if re.fullmatch(rf"{_FILLS}(?:{words}){_FILLS}", bare):
            return sign
    return None


def _operator_before(between: str, quantities: Sequence[Named], last: Named, following: Named) -> str | None:
    """，再减去送给客户的: an operator, and whose the quantity behind it is."""
    if any(last.end <= other.start and other.end <= following.start for other in quantities):
        return None
    for sign, words in _SPELLED:
        match = re.fullmatch(
            rf"{_FILLS}(?:折(?:成|合)?(?:人民币|元)?)?{_FILLS}(?:{words}){_FILLS}(?P<whose>[㐀-鿿]{{1,12}}的)?",
            between,
        )
        if match is not None and _STATE.search(match["whose"] or "") is None:
            return sign
    return None


def _bracketed(text: str, first: Named, pieces: Sequence[Named | str]) -> tuple[Named | str, ...]:
    """（成交单价－成本单价）× 数量: brackets around what stands before the one that closes."""
    closing = re.search(r"[)）]", text[first.end :])
    if closing is None:
        return tuple(pieces)
    at = first.end + closing.start()
    inside = [number for number, piece in enumerate(pieces) if isinstance(piece, Named) and piece.end <= at]
    if not inside or inside[-1] == len(pieces) - 1 or inside[-1] == 0:
        return tuple(pieces)
    cut = inside[-1] + 1
    return ("(", *pieces[:cut], ")", *pieces[cut:])


def _clause(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands in the clause before a place, and behind it."""
    return re.split(PAUSES, text[:start])[-1], re.split(PAUSES, text[end:])[0]


def _is_left_out(text: str, chain: Amount) -> bool:
    before, behind = _clause(text, chain.start, chain.end)
    if _HALF.search(before) or _OTHER_HALF.match(behind):
        return True
    if len(chain.operands) > 1:
        return False
    is_noted = re.search(r"(?:不是|不含|不扣|不包括?|而非|另|除)[^，,]{0,6}$", before) is not None
    return (
        is_noted
        or re.match(r"[^，,]{0,6}(?:不含\s*$|不算|不计|不进|不扣|另计|除外|不是|不参与|单列|不在)", behind)
        is not None
    )


def _worth(text: str, chain: Amount, name_end: int) -> tuple[float, int]:
    before, behind = _clause(text, chain.start, chain.end)
    score = 2.0 * (len(chain.operands) - 1) + 0.5 * any(one.written for one in chain.operands)
    score += 1.0 * (_TELLS.search(before) is not None) + 0.7 * (
        _SUMS.match(behind.lstrip(" )）")) is not None
    )
    score += 1.0 * (chain.start >= name_end) - 1.5 * (_LEFT_OUT.search(before + behind) is not None)
    return score, -chain.start


def time_in(text: str, words: Sequence[Named]) -> Named | None:
    """The time that decides, None where none is named, or only such that do not."""
    told = []
    for word in words:
        if word.sort is not Sort.TIME:
            continue
        before, behind = _clause(text, word.start, word.end)
        if _NOT_BY.search(before[-6:]) or _ONLY_FOR.match(behind) or re.match(r"\s*只", behind):
            continue
        told.append((len(_BY.findall(before[-8:] + behind[:8])) + 0.5 * word.written, -word.start, word))
    return max(told, key=lambda one: one[:2])[2] if told else None
