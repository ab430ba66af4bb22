"""Which rows a definition in free prose counts: codes and marks, each as its clause says, in or out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.semantics.model.definition_written import as_stored
from chat2sql.engine.semantics.model.loose_words import PAUSES, Named, Sort
from chat2sql.engine.semantics.model.semantic_model import Dataset, Field, Role
from chat2sql.engine.semantics.model.spelling import spelled
from chat2sql.engine.semantics.model.truth import truth

_PAUSE = re.compile(rf"{PAUSES}|$")
_OUT_BEHIND = re.compile(
    r"(?:别|不|勿|未)(?:再|要|能|作|应|该|另|予|进|许)*(?:算|计|统计|包|含|纳|入|取|进|要|参与|属|作数|确认|认|是|收|列|得|在(?:其)?内)"
    r"|视[同为作]未|剔|排除|除外|去掉|去除|刨|跳过|另外?(?:核算|统计|计算)|单独(?:核算|统计|计算|算)|过滤|扔掉|拿掉|拿出|撤销确认|无(?:收入|效)|没有|扣掉|移除|滤掉|抹掉|另统计|remove|exclude",
    re.IGNORECASE,
)
_OUT_BEFORE = re.compile(
    r"(?:不含|不包括?|剔除?|排除|除去?|去掉|扣除|非|不是|不要|过滤掉?|去除|不算|不计|没有|未|不等于|<>|!=|≠|不为|不在|不看|不按|不用|不取|exclude|没)\s*(?:已经?|被)?[“\"'「（(]?\s*$",
    re.IGNORECASE,
)
_OUT_WRITTEN = re.compile(r"\s*(?:!=|<>|≠|∉|非|除(?=[^，,；;。]{1,20}外)|not\s+in)", re.IGNORECASE)
_OUT_NEXT = re.compile(
    r"[，,]\s*(?:(?:其|这些|此类|该类?)[㐀-鿿]{0,3}?)?(?:须|应|要|需|这儿|这里|此处|本表|也|都|均|一律|故|所以)*"
    r"(?:不(?:是|算|计|统计|产生|进|作|纳|属|再|确认|参与|在(?:这里?|此|本|其)?(?:处|表)?(?:内|统计|计))|剔除?|排除|除外)[^，,；;。]{0,6}(?=[，,；;。]|$)"
)
_IN_BEHIND = re.compile(
    r"(?:也|都|均|仍|照|才|一并|一起|照样|照常|照旧|保留)+[^，,；;。不别未无没]{0,6}(?:算|计|入|统计|要(?!剔|排|扣|除|减|刨|过滤|删|拿|去)|确认|作数|在内|相加|累加|汇总)|计入|算入|才算"
)
_ALL_OF_THEM = re.compile(r"(?<!也)都(?:算|计|在内|统计|包括|包含)")
_PAID_SO = re.compile(r"按票面|不扣|不减|不另|不冲减|不倒扣")
_GOES_ON = re.compile(
    r"(?:这里|这儿|此处|本表|这边|也|都|均|一律|全部|统统|就|则|故|所以|因此|须|应|需|要|一并|自然|当然)*"
    r"(?:不(?:予|再|能|可|许|用|要|会|作|得|应)*(?:算|计|统计|纳入?|进|含|包括|放|列|认|确认)|剔除?|排除|除外|扣除|去掉)"
    r"(?:进去?|入|在内|在里面|上|掉|的|收入|营收|业绩)*"
)
"""，这里不算: what is left out is what the clause before it names."""
_COUNTS_TOO = re.compile(r"^\s*(?:其中|并且?|且|也|但)?(?:含|包含|包括|连同?|不管|无论|不论|不分)")
"""含未付款的: what a clause begins with that restricts nothing."""
_LISTED_BEFORE = re.compile(
    r"(?:\s*(?:已|被)?\x00+(?:\s|[㐀-鿿]){0,4}?(?:[、和及与或/跟]|以及|还有)\s*(?:已|被)?)+$"
)
_AS_WELL = re.compile(
    r"(?:也|都|仍|照|一并|一起|照样|照常|照旧)[^，,；;。]{0,6}(?:算|计|入|统计|要|确认|相加|累加|汇总)"
)
_SAYS_WHICH = re.compile("只|仅|才|限|须|必须")
_IN_PART = re.compile(r"一半|折半|[0-9]+%|[0-9一二三四五六七八九]成(?:计|算)|按比例")
"""渠道代理的单按一半计: rows that count for less than they are."""
_AMOUNT = re.compile(r"[费税款率额价金]|时间|日期|积分|补贴|券|单位|本表|报表|口径|重复|同步")
"""What is said of amounts and times leaves out no rows: 运费不在其内."""
_REMARK = re.compile(
    r"同步|更新|单位|备注|口径|负责|说明|[费税款率额价金]|时间|日期|月份|本表|报表|维护|整理|补充|另见|详见|系统|归属|归月|归期|为准|统计|无关|没有?关系"
    r"|(?:照[样常旧]?|也|都)算|不(?:在这里)?(?:再|另)?扣|冲减|沿用|含今天"
)
_LITERAL = r"['\"]?[A-Za-z0-9]+['\"]?"
_WRITTEN_BEHIND = re.compile(
    r"\s*(?:字段|列|码|值)?\s*(?:==?|＝|为|是|in|IN|属于|取|必须是|须为|:|：|!=|<>|≠|∈|∉|非|除|not\s+in)?\s*[(（\[{“\"']?\s*"
    rf"(?P<codes>{_LITERAL}(?:\s*[,，、/或和]\s*{_LITERAL})*)"
)
_BOUND = re.compile(r"\s*(?P<sign>>=|<=|>|<)\s*(?P<value>[0-9]+(?:\.[0-9]+)?)")
_CODE = r"[A-Z0-9]{1,4}"
_IN_BRACKETS = re.compile(rf"[(（]\s*(?P<codes>{_CODE}(?:\s*[,，、/]\s*{_CODE})*)\s*[)）]")
_GLOSSED = rf"{_CODE}(?:\s*[(（][^()（）]*[)）])?"
_OF_STATE = re.compile(
    rf"状态\s*(?:必须|须|要)?\s*(?:==?|＝|为|是|在|：|:|in|IN)?\s*[(（]?\s*(?P<codes>{_GLOSSED}(?:\s*[,，、/或和]\s*{_GLOSSED})*)(?![A-Za-z0-9])"
)
_STATE = re.compile(r"状态|进度|结果|阶段|stat|(?:^|_)(?:st|zt|state|stage)(?:$|_)", re.IGNORECASE)
_ENDED = re.compile(r"删除|作废|注销|撤销|取消")
_GIVEN = "given"
"""In place of a code: that a time has come, as of 删除时间 for rows that are deleted."""
_REACH = 40


class Rows(NamedTuple):
    """Conditions by dataset, as SQL, and how many clauses say which rows count without a word that is known."""

    conditions: dict[str, tuple[str, ...]]
    unread: int


class _Told(NamedTuple):
    """A code or mark that a clause names, and where."""

    named: Named
    place: int


class RowsFinder:
    """Finds the conditions of one definition.

    Args:
        text: what is said.
        words: its words that the tables have.
        datasets: the tables, that of the definition first.
        taken: the places that say what is computed and when.
        begins: where the name of what is defined ends.
    """

    def __init__(
        self,
        text: str,
        words: Sequence[Named],
        datasets: Sequence[Dataset],
        *,
        taken: Sequence[tuple[int, int]],
        begins: int,
    ) -> None:
        self._text, self._datasets, self._taken, self._begins = text, datasets, taken, begins
        self._words = [word for word in words if not self._is_taken(word.start)]

    def rows(self, dialect: Dialect) -> Rows:
        """The conditions, clause by clause."""
        inside: dict[tuple[str, str], list[str]] = {}
        outside: dict[tuple[str, str], list[str]] = {}
        fields: dict[tuple[str, str], Field] = {}
        unread = place = 0
        was_told = False
        for pause in _PAUSE.finditer(self._text):
            start, end, place = place, pause.start(), pause.end()
            told = self._without_things([*self._named(start, end), *self._numbered(start, end)])
            is_said = self._restricts(start, end) or self._is_unknown(start, end)
            unread += _IN_PART.search(self._text[start:end]) is not None
            unread += not told and is_said and not (was_told and self._only_goes_on(start, end))
            was_told = bool(told) or self._is_computed(start, end)
            for one in told:
                is_out = self._is_out(one, start, end)
                if is_out is not None and one.named.denied:
                    is_out = not is_out
                if is_out is not None:
                    key = (one.named.dataset, one.named.field.name)
                    fields[key] = one.named.field
                    (outside if is_out else inside).setdefault(key, []).append(one.named.code)
        found: dict[str, list[str]] = {}
        for key, field in fields.items():
            left_out = outside.get(key, [])
            chosen = [code for code in inside.get(key, ()) if code not in left_out]
            found.setdefault(key[0], []).append(_condition(key[0], field, chosen, left_out, dialect))
        conditions = {owner: tuple(filter(None, parts)) for owner, parts in found.items()}
        return Rows(conditions, unread)

    def _restricts_nothing(self, told: _Told, start: int, end: int) -> bool:
        """Whether a clause says what counts as well, or how much: 含未付款的, 承兑按票面不扣贴息."""
        clause = self._text[start:end]
        as_well = _COUNTS_TOO.match(self._text[start : told.place])
        if as_well and _OUT_BEHIND.search(self._text[told.named.end : end]) is None:
            return True
        return _PAID_SO.search(clause) is not None and _SAYS_WHICH.search(clause) is None

    def _before(self, told: _Told, start: int) -> str:
        """What stands in the clause before a word, without what is listed with it: 剔除刷单订单和已删除订单."""
        before = self._text[start : told.place]
        for word in self._words:
            if start <= word.start and word.end <= told.place and word.sort in (Sort.CODE, Sort.FLAG):
                blank = "\x00" * (word.end - word.start)
                before = before[: word.start - start] + blank + before[word.end - start :]
        return _LISTED_BEFORE.sub("", before) if "\x00" in before else before

    def _is_listed_in_brackets(self, told: _Told) -> bool:
        """Whether a word is one of several in brackets that list all that count: 支付成功的订单（待发货、已发货都在内）."""
        opened = max(self._text.rfind(sign, 0, told.place) for sign in "(（")
        closed = min(
            (at for at in (self._text.find(sign, told.place) for sign in ")）") if at >= 0), default=-1
        )
        if opened < 0 or closed < 0 or re.search("[)）]", self._text[opened : told.place]):
            return False
        inside = self._text[opened + 1 : closed]
        alike = {
            word.code
            for word in self._words
            if opened < word.start < closed and word.sort is Sort.CODE and word.field == told.named.field
        }
        return len(alike) > 1 and _ALL_OF_THEM.search(inside) is not None

    def _without_things(self, told: Sequence[_Told]) -> list[_Told]:
        """服务类备件: of two codes of one column the first, where the second says what it is a kind of."""
        things = {
            second.place
            for first, second in pairwise(told)
            if first.named.field == second.named.field
            and self._text[first.named.end : second.place] in ("类", "类的", "型", "性质的")
        }
        return [one for one in told if one.place not in things]

    def _is_taken(self, place: int) -> bool:
        return any(start <= place < end for start, end in self._taken)

    def _is_computed(self, start: int, end: int) -> bool:
        """Whether a clause says what is computed, or when."""
        return any(first < end and start < last for first, last in self._taken)

    def _restricts(self, start: int, end: int) -> bool:
        """Whether a clause says which rows count."""
        said = self._text[start:end]
        speaks_of_amounts = _AMOUNT.search(said) is not None or any(
            start <= word.start < end and word.sort in (Sort.QUANTITY, Sort.TIME) for word in self._words
        )
        restricts = _OUT_BEHIND.search(said) or _SAYS_WHICH.search(said)
        return not (self._is_computed(start, end) or speaks_of_amounts) and restricts is not None

    def _only_goes_on(self, start: int, end: int) -> bool:
        """取消的，这里不算: what a short clause leaves out is what the one before it names."""
        return _GOES_ON.fullmatch(self._text[start:end].strip()) is not None

    def _is_unknown(self, start: int, end: int) -> bool:
        """Whether a clause behind the figure's name says something of which nothing is known: 已开票."""
        said = self._text[start:end]
        is_known = self._is_computed(start, end) or any(start <= word.start < end for word in self._words)
        return (
            start >= self._begins
            and not is_known
            and len(re.findall("[㐀-鿿]", said)) > 1
            and not _REMARK.search(said)
        )

    def _named(self, start: int, end: int) -> Iterator[_Told]:
        """The codes by their words, and what is written behind columns."""
        for word in self._words:
            if not start <= word.start < end:
                continue
            if word.sort is Sort.CODE and word.code:
                yield _Told(word, word.start)
                continue
            if word.sort is Sort.TIME:
                if _ENDED.search(word.field.label.zh):
                    yield _Told(word._replace(code=_GIVEN), word.start)
                continue
            codes = _written_behind(self._text[word.end : min(end, word.end + _REACH)], word)
            if word.sort is Sort.FLAG and not codes and not word.written:
                codes = ["1"]
            for code in codes:
                yield _Told(word._replace(code=code), word.start)

    def _numbered(self, start: int, end: int) -> Iterator[_Told]:
        """Codes without their column: 已退(T), 状态 2/3."""
        known = {word.code for word in self._words if start <= word.start < end and word.code}
        for pattern in (_IN_BRACKETS, _OF_STATE):
            for match in pattern.finditer(self._text, start, end):
                for code in re.findall(_CODE, re.sub(r"[(（][^()（）]*[)）]", " ", f"{match['codes']} ")):
                    field = self._field_with(code, is_state=pattern is _OF_STATE)
                    if field is not None and code not in known:
                        known.add(code)
                        own = self._datasets[0].name
                        named = Named(match.start(), match.end(), Sort.CODE, own, field, code=code)
                        yield _Told(named, match.start())

    def _field_with(self, code: str, *, is_state: bool) -> Field | None:
        """The only column of the definition's own table that has a code."""
        found = [
            field
            for field in self._datasets[0].fields
            if any(one.code == code for one in field.codes)
            and (not is_state or _STATE.search(field.name) or _STATE.search(field.label.zh))
        ]
        return found[0] if len(found) == 1 else None

    def _is_out(self, told: _Told, start: int, end: int) -> bool | None:
        """Whether a clause leaves out what it names; None: that counts as well, which restricts nothing."""
        if self._is_listed_in_brackets(told):
            return False
        if self._restricts_nothing(told, start, end):
            return None
        before = self._before(told, start)
        # 付了钱、没有取消的: what stands behind has a denial of its own.
        behind = re.split("、(?=没|未|非|不)", self._text[max(told.place, told.named.end) : end])[0]
        taken_in, left_out = _IN_BEHIND.search(behind), _OUT_BEHIND.search(behind)
        if _OUT_BEFORE.search(before) or _OUT_WRITTEN.match(self._text, told.named.end):
            # 未发行的不确认: those that are.
            return None if left_out is not None else True
        if left_out is not None and (taken_in is None or left_out.start() <= taken_in.start()):
            return True
        if taken_in is None:
            return _OUT_NEXT.match(self._text, end) is not None
        return None if _AS_WELL.search(behind) else False


def _written_behind(text: str, word: Named) -> list[str]:
    """What is written behind a column: in (1,2), =1, 2/3, C、D, >=30."""
    bound = _BOUND.match(text) if word.written else None
    if bound is not None:
        return [f"{bound['sign']} {bound['value']}"]
    listed = _WRITTEN_BEHIND.match(text)
    if listed is None or not (word.written or word.sort is Sort.CODE):
        return []
    known = {code.code for code in word.field.codes}
    known |= {"0", "1", "Y", "N"} if word.sort is Sort.FLAG else set()
    codes = re.findall(r"[A-Za-z0-9]+", listed["codes"])
    return [code for code in codes if code in known or (word.written and not word.field.codes)]


def _condition(owner: str, field: Field, inside: list[str], outside: list[str], dialect: Dialect) -> str:
    column = spelled(owner, field.name, dialect)
    if field.role is Role.FLAG:
        return f"{column} = {truth(field, holds=bool(inside) == ((inside or outside)[0] in ('1', 'Y')))}"
    if _GIVEN in (*inside, *outside):
        return f"{column} IS {'NOT ' if inside else ''}NULL"
    told = [f"{column} {code}" for code in inside if code[:1] in "<>"]
    told += [f"NOT ({column} {code})" for code in outside if code[:1] in "<>"]
    if told:
        told += [f"{column} <> {as_stored(code, field)}" for code in outside if code[:1] not in "<>"]
        return " AND ".join(dict.fromkeys(told))
    listed = ", ".join(as_stored(code, field) for code in dict.fromkeys(inside or outside))
    return f"{column} {'IN' if inside else 'NOT IN'} ({listed})" if listed else ""
