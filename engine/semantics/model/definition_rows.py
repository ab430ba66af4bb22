"""Which rows a definition counts: 状态为已付款、已发货, status IN (1,2), 不含已取消和已退款, 未删除, 剔除测试单.

Every word that says so is taken out of the text, so that what is left over shows whether all of it was understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chat2sql.engine.schema.lexicon import has_han
from chat2sql.engine.semantics.model.definition_conditions import Rows
from chat2sql.engine.semantics.model.definition_days import said_of_days
from chat2sql.engine.semantics.model.definition_marks import near, unmarked
from chat2sql.engine.semantics.model.definition_numbers import said_of_numbers
from chat2sql.engine.semantics.model.definition_written import (
    YES_OR_NO,
    Written,
    as_stored,
    compared,
    goes_through_states,
    of_others,
    unglossed,
)
from chat2sql.engine.semantics.model.semantic_model import Dataset, Field, Role, SemanticModel
from chat2sql.engine.semantics.model.spelling import spelled
from chat2sql.engine.semantics.model.terms import Kind, Meaning, Mention, Unit
from chat2sql.engine.semantics.model.truth import truth

_OUT = re.compile(
    r"不包含|不包括|不含|不计入?|不算|不统计|不是|剔除|排除|去除|去掉|扣除|除去|除了|除|非|没有|未|excluding|except|without|\bnot\b",
    re.IGNORECASE,
)
_IN = re.compile(r"只|仅|且为|须为|\bonly\b", re.IGNORECASE)
_WITH = re.compile(r"(?<!不)(?:也|均|都)?(?:含|包括|包含)\s*$")
_CONNECTS = re.compile(
    r"^(?:[\s、，,/+＋和与及或且并非已]|以及|还有|的|订单|单据?|状态|记录|数据|and|or|[(（)）]|[0-9]+|['\"])*$"
)
_VALID = re.compile("有效|正常|真实|实际")
_LATER = re.compile(r"及(?:其|之|以)?(?:以后|之后|后续|后|以上)(?:的)?(?:各?状态|阶段)?")
_ENDED = re.compile(
    r"取消|关闭|退|作废|失败|无效|拒|删除|撤|终止|cancel|close|refund|return|void|fail|reject", re.IGNORECASE
)
_EITHER = re.compile(r"或者?|\bor\b", re.IGNORECASE)
_BLANK = " "
_SEPARATED = r"\s*(?:[,，、/|或和及与]|以及)\s*"
_NEGATIVE = r"!=|<>|≠|not\s+in|不等于|不为|不是|不在"
_EQUAL = r"==?|＝|为|是|in|∈|属于|等于|在|取"


_LEFT_OUT = re.compile(r"\s*(?:且|但|均|其中)?(?:不含|不包括|不包含|剔除|排除|除去|不计|不算)")


class _Mark(NamedTuple):
    """Where a condition stands, and the field of which it is a code."""

    start: int
    end: int
    coded: tuple[str, str] | None


class RowsReader:
    """Reads the conditions out of a definition's body: first lists of codes, then words.

    Attributes:
        rows: what has been read so far.
    """

    def __init__(
        self, body: str, dataset: Dataset, model: SemanticModel, *, about: Dataset | None = None
    ) -> None:
        self._dataset, self._model, self._body = dataset, model, body
        self._marks: list[_Mark] = []
        self._left_out: list[tuple[int, int]] = []
        self.rows = Rows(text=body)
        days = said_of_days(body, dataset, model.dialect)
        for said in (*days, *said_of_numbers(body, dataset, model.dialect)):
            self._require(said.condition, negated=self._is_left_out(said.start))
            self.rows.words.append(body[said.start : said.end])
            self._mark(said.start, said.end)
            self._blank(said.start, said.end)
        for written in (*compared(body, dataset, model), *unmarked(body, near(dataset, about, model), model)):
            self._take(written)
        for written in list(of_others(self.rows.text, dataset, model, self._is_left_out)):
            self._take(written)
        for one in dataset.fields:
            if one.codes:
                self._listed(one, dataset)
            else:
                self._equal(one)
        if about is not None:
            for one in about.fields:
                if one.codes:
                    self._listed(one, about)
        for start, end in self._left_out:
            self._blank(start, end)

    def read_words(self, units: Sequence[Unit], mentions: Sequence[Mention]) -> None:
        """Read the words that the model knows, without overlap, each with its best meaning first."""
        last_end, excluding = 0, False
        for mention in mentions:
            start, end = units[mention.first].start, units[mention.after - 1].end
            meaning = mention.meanings[0]
            between = self.rows.text[last_end:start]
            marker = self._marker(between)
            if marker is not None:
                excluding = marker
            elif not _CONNECTS.match(between):
                excluding = False
            excluding = excluding or self._is_listed_as_out(start)
            again = self._is_listed(meaning)
            if self._taken(mention, meaning, excluding=excluding):
                coded = (meaning.dataset, meaning.name) if meaning.kind is Kind.CODE else None
                self._mark(start, end, coded)
                self._blank(start, end)
                self._numbered(meaning, start, end)
                self._blank_marker(last_end, start)
                if again and (with_it := _WITH.search(between)) is not None:
                    # status in (1,2)，含试用: one of those.
                    self._blank(last_end + with_it.start(), start)
            elif meaning.kind is not Kind.DATASET:
                excluding = False
            last_end = end
        self._later()
        self.rows.is_either = self._is_either()
        if self.rows.coded:
            self.rows.text = _VALID.sub(lambda match: _BLANK * len(match.group()), self.rows.text)

    def _is_listed(self, meaning: Meaning) -> bool:
        """Whether a code is among those that count already."""
        inside, _ = self.rows.coded.get((meaning.dataset, meaning.name), ([], []))
        return meaning.kind is Kind.CODE and meaning.code in inside

    def _mark(self, start: int, end: int, coded: tuple[str, str] | None = None) -> None:
        self._marks.append(_Mark(start, end, coded))

    def _is_either(self) -> bool:
        """Whether 或 stands between two conditions that are not codes of one field."""
        for match in _EITHER.finditer(self._body):
            if any(mark.start <= match.start() < mark.end for mark in self._marks):
                continue
            before = max(
                (mark for mark in self._marks if mark.end <= match.start()), key=_place, default=None
            )
            after = min((mark for mark in self._marks if mark.start >= match.end()), key=_place, default=None)
            if (
                before is not None
                and after is not None
                and (before.coded is None or before.coded != after.coded)
            ):
                return True
        return False

    def _later(self) -> None:
        """已付款及以后状态: the codes behind one in their order, but for those that end it early."""
        match = _LATER.search(self.rows.text)
        if match is None or len(self.rows.coded) != 1:
            return
        ((place, (inside, outside)),) = self.rows.coded.items()
        known = self._model.field(*place)
        if known is None or outside or not inside:
            return
        order = [code.code for code in known.codes]
        if len(inside) == 1 and inside[0] in order:
            later = known.codes[order.index(inside[0]) :]
            inside[:] = [code.code for code in later if not _ENDED.search(" ".join(code.words))]
        self._blank(match.start(), match.end())

    def _marker(self, between: str) -> bool | None:
        """Whether what stands before leaves out (True) or takes in (False); None: it says neither."""
        out = [match.end() for match in _OUT.finditer(between)]
        taken = [match.end() for match in _IN.finditer(between)]
        if not out and not taken:
            return None
        last = max(out + taken)
        return last in out if _CONNECTS.match(between[last:]) else None

    def _taken(self, mention: Mention, meaning: Meaning, *, excluding: bool) -> bool:
        known = self._model.field(meaning.dataset, meaning.name)
        if meaning.kind is Kind.CODE:
            inside, outside = self.rows.coded.setdefault((meaning.dataset, meaning.name), ([], []))
            (outside if excluding else inside).append(meaning.code)
            self._said(mention.text, excluding=excluding)
            return True
        if meaning.kind is Kind.SEGMENT:
            self._said(mention.text, excluding=excluding)
            return self._segment(meaning.name, excluding=excluding)
        if meaning.kind is Kind.FIELD and known is not None and known.role is Role.FLAG:
            self._said(mention.text, excluding=excluding)
            column = spelled(meaning.dataset, known.name, self._model.dialect)
            self.rows.others.append((meaning.dataset, f"{column} = {truth(known, holds=not excluding)}"))
            return True
        return False

    def _said(self, text: str, *, excluding: bool) -> None:
        word = text.replace(" ", "") if has_han(text) else text
        self.rows.words.append((f"非{word}" if has_han(word) else f"not {word}") if excluding else word)

    def _segment(self, name: str, *, excluding: bool) -> bool:
        segment = self._model.segment(name)
        if segment is None:
            return False
        if excluding:
            self.rows.others.append((segment.dataset, f"NOT ({segment.condition})"))
        else:
            self.rows.segments.append(name)
        return True

    def _listed(self, one: Field, owner: Dataset) -> None:
        """Codes as they are stored: status in (1,2,3), 状态为 1/2/3, 排除状态 0(待付款)、4(已取消)."""
        code = "|".join(re.escape(code.code) for code in sorted(one.codes, key=lambda code: -len(code.code)))
        element = (
            rf"['\"‘“]?(?<![A-Za-z0-9])(?:{code})(?![A-Za-z0-9])['\"’”]?(?:\s*[(（][^()（）]{{1,8}}[)）])?"
        )
        pattern = re.compile(
            rf"(?:{'|'.join(map(re.escape, self._names(one, owner)))})\s*(?:码|值|代码)?\s*"
            rf"(?:(?P<no>{_NEGATIVE})|(?:{_EQUAL}))?\s*(?P<open>[(（\[])?\s*(?P<codes>{element}(?:{_SEPARATED}{element})*)"
            r"(?(open)\s*[)）\]])",
            re.IGNORECASE,
        )
        for match in pattern.finditer(self.rows.text):
            codes = re.findall(rf"(?<![A-Za-z0-9])(?:{code})(?![A-Za-z0-9])", unglossed(match["codes"]))
            before = self.rows.text[: match.start()]
            excluded = self._marker(before) is True or self._is_left_out(match.start())
            inside, outside = self.rows.coded.setdefault((owner.name, one.name), ([], []))
            leaves_out = excluded != (match["no"] is not None)
            (outside if leaves_out else inside).extend(codes)
            meant = {code.code: code.words[0] for code in one.codes if code.words}
            for word in codes:
                self._said(meant.get(word, word), excluding=leaves_out)
            self._mark(match.start(), match.end(), (owner.name, one.name))
            self._blank(match.start(), match.end())
            self._blank_marker(0, match.start())

    def _require(self, condition: str, *, negated: bool) -> None:
        self.rows.others.append((self._dataset.name, f"NOT ({condition})" if negated else condition))

    def _take(self, written: Written) -> None:
        self.rows.others.append((written.owner, written.condition))
        self._said(written.words, excluding=written.leaves_out)
        self._mark(written.start, written.end)
        self._blank(written.start, written.end)

    def _is_left_out(self, place: int) -> bool:
        """Whether the clause in which a condition stands says what does not count: 不含is_deleted=1的订单."""
        clause = re.split("[，,；;]", self._body[:place])[-1]
        marker = _LEFT_OUT.match(clause)
        if marker is not None:
            begun = place - len(clause)
            self._left_out.append((begun, begun + marker.end()))
        return marker is not None

    def _is_listed_as_out(self, place: int) -> bool:
        """Whether what stands between the beginning of a clause that leaves out and a word names rows and no more:
        不含is_deleted=1 的订单、测试客户的订单."""
        begun = place - len(re.split("[，,；;]", self._body[:place])[-1])
        marker = _LEFT_OUT.match(self._body, begun)
        return marker is not None and _CONNECTS.match(self.rows.text[marker.end() : place]) is not None

    def _equal(self, one: Field) -> None:
        """A column without codes that has to have a value: is_deleted=0, kind = 'web'."""
        name = rf"(?<![A-Za-z0-9_.]){re.escape(one.name)}\s*(?P<no>!=|<>|≠)?(?(no)|(?:==?|＝|为|是))\s*"
        for match in re.finditer(
            name + r"(?P<v>'[^']*'|(?:[0-9]+|[A-Z]{1,3})(?![A-Za-z0-9_]))", self.rows.text
        ):
            column = spelled(self._dataset.name, one.name, self._model.dialect)
            value = match["v"] if match["v"].startswith("'") else as_stored(match["v"], one)
            leaves_out = (match["no"] is not None) != self._is_left_out(match.start())
            condition = f"{column} {'<>' if leaves_out else '='} {value}"
            if one.role is Role.FLAG and match["v"] in YES_OR_NO:
                condition = f"{column} = {truth(one, holds=YES_OR_NO[match['v']] != leaves_out)}"
            self.rows.others.append((self._dataset.name, condition))
            self._said(f"{one.label.zh or one.name} {match['v']}", excluding=leaves_out)
            self._mark(match.start(), match.end())
            self._blank(match.start(), match.end())

    def _names(self, one: Field, owner: Dataset) -> Iterator[str]:
        """What a field with codes may be called in a definition."""
        yield one.name
        yield from (word for word in (one.label.zh, one.label.en) if word)
        yield from ("阶段",) if re.search("stage|phase", one.name, re.IGNORECASE) else ()
        for general in ("状态", "类型", "status", "state", "type"):
            alike = [
                other
                for other in owner.fields
                if other.codes and (other.label.zh.endswith(general) or other.name.lower().endswith(general))
            ]
            if alike == [one] or (not alike and general == "状态" and goes_through_states(one)):
                yield general

    def _numbered(self, meaning: Meaning, start: int, end: int) -> None:
        """The code beside its word, which says the same: 已完成(3), 0(待付款), 3已完成."""
        if meaning.kind is not Kind.CODE:
            return
        code = re.escape(meaning.code)
        behind = re.match(rf"\s*[(（]\s*{code}\s*[)）]|{code}(?![A-Za-z0-9%])", self.rows.text[end:])
        if behind is not None:
            self._blank(end, end + behind.end())
        before = re.search(rf"(?<![0-9A-Za-z]){code}\s*[-:：=(（]?\s*$", self.rows.text[:start])
        if before is not None:
            self._blank(before.start(), start)

    def _blank_marker(self, since: int, start: int) -> None:
        """Take out the word that leaves out or takes in, and what connects."""
        between = self.rows.text[since:start]
        for pattern in (_OUT, _IN):
            for match in pattern.finditer(between):
                if _CONNECTS.match(between[match.end() :]):
                    self._blank(since + match.start(), since + match.end())
        if re.fullmatch(r"[\s、，,/+＋和与及或且并]*", between):
            self._blank(since, start)

    def _blank(self, start: int, end: int) -> None:
        text = self.rows.text
        self.rows.text = text[:start] + _BLANK * (end - start) + text[end:]


def _place(mark: _Mark) -> int:
    return mark.start
