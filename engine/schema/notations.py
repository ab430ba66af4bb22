"""The notations in which a comment lists codes and their meanings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from chat2sql.engine.schema.lexicon import has_han


class _Link(NamedTuple):
    """What stands between a code and its meaning.

    Attributes:
        pattern: of the link; empty: nothing does.
        is_plain: whether nothing but a definition is written so.
        han: characters of a meaning at most.
        words: words of a meaning at most.
        for_words: whether a code may be a word.
    """

    pattern: str
    is_plain: bool
    han: int
    words: int
    for_words: bool = False


class Entry(NamedTuple):
    """A code of a list, and where in the comment it begins."""

    start: int
    code: str
    meaning: str


_ANY_SPACE = r"\s*"
_EQUALS = r"\s*(?:=+>?|-+>|→)\s*"
_COLON = r"\s*:\s*"
_HYPHEN = r"\s*-+\s*"
_BRACKET = r"\s*[(\[]\s*"
_SPACE = r"\s+"
_NOTHING = ""
_LINKS = (
    _Link(_EQUALS, is_plain=True, han=20, words=6, for_words=True),
    _Link(_COLON, is_plain=True, han=20, words=6, for_words=True),
    _Link(r"\s+(?:for|is|means?|stands for|denotes|represents|indicates)\s+", is_plain=True, han=20, words=6),
    _Link(r"\s*(?:表示|代表|意为|是|为|即|指)\s*", is_plain=True, han=20, words=6, for_words=True),
    _Link(_HYPHEN, is_plain=False, han=12, words=4, for_words=True),
    _Link(_BRACKET, is_plain=False, han=12, words=4, for_words=True),
    _Link(r"\s*[.、)\]]\s*", is_plain=False, han=6, words=2),
    _Link(_SPACE, is_plain=False, han=8, words=3),
    _Link(_NOTHING, is_plain=False, han=10, words=1, for_words=True),
)
_NUMBER = r"(?:(?<![\w.])-\d{1,4}|(?<![A-Za-z0-9_.])\d{1,4})(?![A-Za-z0-9_%]|\.\d)"
_PAGE = re.compile(r"H5|B2B|B2C|C2C|O2O|C2M|4S")
_BEFORE_CAPITALS = r"(?<![A-Za-z0-9_.])[0-9](?=[A-Z][A-Z0-9])"
_CAPITALS = r"(?<![A-Za-z0-9_.-])[A-Z][A-Z0-9]{0,2}(?![A-Za-z0-9_])"
_WORD = r"(?<![A-Za-z0-9_.-])[A-Za-z][A-Za-z0-9_]{1,23}(?![A-Za-z0-9_])"
_QUOTE = r"[\"'`]?"

# Signs that say the same, character by character, so that places stay what they are.
_SIGNS = str.maketrans("【】〔〕“”‘’「」『』—–，。", '[][]""\'\'""""--,.')
_ASIDE = re.compile(r"(?<=[㐀-鿿])\([^()A-Za-z0-9]*[,、;][^()A-Za-z0-9]*\)")
"""A remark in brackets that lists something else."""
_ENDS_MEANING = re.compile(
    r"[,;|\n→]|、|->|=>|\.(?:\s|$)|\s/\s|默认|缺省|\bdefaults?\b|(?<=[㐀-鿿])\s+(?=[㐀-鿿])", re.IGNORECASE
)
_BETWEEN = re.compile(r"[\s,;|/、→>=.\-\"'`(\[)\]]*(?:\b(?:and|or)\b|[和或及])?[\s\"'`(\[]*", re.IGNORECASE)
_BEFORE_MEANING = re.compile(r"[,;|/、\n:(\[)\]]|(?<=[㐀-鿿])\s+(?=[㐀-鿿])")
_AND = re.compile(r"(?:\s(?:and|or)\s+|[和或及])$", re.IGNORECASE)
_CLOSED = re.compile(r"[)\]]\s*(?:[,;|/、.)\]]|$)")
_MARK = re.compile(r"[,;|/\n]")
_INTRODUCED = re.compile(r"(?:^|[:(\[.\-/=\n])[ \"'`]*$")
_SEPARATED = re.compile(r"(?:^|[\s,;|/、→.:(\[)\]\"'`]|[-=]>)$")
_NULL = re.compile(r"null|none|nil|empty|not|and|or", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
_RANGE = re.compile(
    r"(?:of|to|and|or|per|from|until|through|by)\b.|[至~/%和或]|到(?![店家货付账期场院岗站手达诊])",
    re.IGNORECASE,
)
_UNITS = re.compile(
    r"[元角分万千百个件次名位人条张份台米克吨斤天日月年周季时秒岁倍号楼层页级期阶]"
    r"|(?:[kcm]?m|[km]?g|ml|k|px|usd|eur|cny|rmb|yuan|dollar|euro|cent|percent|day|hour|minute|min|second|sec|week|month"
    r"|year|item|piece|unit|time|people|person|star|mile|row|character|char|byte|digit|decimal)s?\b",
    re.IGNORECASE,
)
_EXAMPLES = re.compile(
    r"(?:例如|比如|譬如|诸如|示例|举例|范例|例|如|格式|\be\.?g|\bfor example|\bfor instance|\bexamples?|\bsuch as|\blike"
    r"|\bformat)\W*$",
    re.IGNORECASE,
)
_RULES = re.compile(
    r"(?:注|注意|备注|规则|步骤|要求|流程|条件|\bnotes?|\brules?|\bsteps?|\brequirements?|\bto ?do)\W*$",
    re.IGNORECASE,
)
_SETTING = re.compile(
    r"min|max|minimum|maximum|defaults?|length|len|size|width|height|scale|precision|step|offset|limit|count|version"
    r"|最[小大低高少多]值?|默认值?|缺省值?|长度|精度|步长|大小|版本|单位",
    re.IGNORECASE,
)
_REMARK = re.compile(r"\s*\([^()]*\)?$")
DEFINES_BEHIND = re.compile(
    r"[;；]\s*(?=[㐀-鿿]{2,8}\s*[=＝:：]\s*(?:[0-9]+|[A-Z])\s*(?:[和及与或、,/]\s*(?:[0-9]+|[A-Z])\s*)+$)"
)
"""1门店 2自营商城 3第三方平台；电商=2和3"""
_LONGEST_COMMENT = 4_000
_LONGEST_MEANING = 60


@lru_cache(maxsize=8192)
def code_list(comment: str) -> tuple[Entry, ...]:
    """The entries of the first notation by which a comment is a list of codes; empty: it is none.

    A comment in two languages may have each code twice.
    """
    comment = comment[:_LONGEST_COMMENT]
    narrow = "".join(
        plain if len(plain := unicodedata.normalize("NFKC", character)) == 1 else character
        for character in comment
    )
    text = _ASIDE.sub(lambda aside: " " * len(aside.group()), narrow.translate(_SIGNS))
    # What follows a full stop is another sentence: 1已付款 2已退款。退款率＝…
    stop = comment.find("。")
    defines = DEFINES_BEHIND.search(text)
    ends = (defines.start() if defines is not None else 0, stop)
    # 5天猫店 6抖音店；5、6为电商: what follows is no code, where with it there are none.
    behind = [at for at, char in enumerate(text) if char == ";"][::-1]
    sentences = (*(text[:end] for end in ends if end > 0), text, *(text[:end] for end in behind))
    for entries in (found for sentence in sentences for found in _readings(sentence)):
        if entries:
            return tuple(entries) if _EXAMPLES.search(text[: entries[0].start]) is None else ()
    return ()


def _readings(text: str) -> Iterator[list[Entry]]:
    for link in _LINKS:
        yield _read(text, link, _NUMBER)
        letters = _read(text, link, _CAPITALS)
        words = _read(text, link, _WORD) if link.for_words else []
        # WALK到店 WX微信: some of the codes are longer than the others.
        are_longer = len(words) > len(letters) > 0 and all(one.code.isupper() for one in words)
        yield from (words, letters) if are_longer else (letters, words)
        # The other way round comes before the vaguer notations, to which its headings look like meanings.
        for shape in (_NUMBER, _CAPITALS) if link.pattern in (_EQUALS, _COLON, _BRACKET) else ():
            yield _read_reversed(text, link.pattern, shape)


# -- code, then meaning --------------------------------------------------------------------------------


def _read(text: str, link: _Link, shape: str) -> list[Entry]:
    follows = r"(?=[㐀-鿿])" if link.pattern == _NOTHING else r"(?=\S)"
    if link.pattern == _NOTHING and shape == _NUMBER:
        # 3APP is a code and what it means, as 3小程序 is.
        shape, follows = rf"(?:{_NUMBER}|{_BEFORE_CAPITALS})", "(?=[㐀-鿿]|[A-Z][A-Z0-9])"
    found = [
        match
        for match in re.finditer(rf"[(\[]?{_QUOTE}(?P<code>{shape}){_QUOTE}{link.pattern}{follows}", text)
        if _NULL.fullmatch(match["code"]) is None
    ]
    entries: list[Entry] = []
    for match, after in zip(found, [*found[1:], None], strict=False):
        body = text[match.end() : after.start() if after else len(text)]
        meaning = _unremarked(_meaning(_AND.sub("", body) if after else body), link)
        if not _is_meaning(meaning, link):
            return []
        if not link.is_plain:
            rest = body[body.index(meaning) + len(meaning) :]
            if (after and _BETWEEN.fullmatch(rest) is None) or not _begins(text, match, link, entries):
                return []
            if link.pattern == _SPACE and not has_han(meaning) and after and _MARK.search(rest) is None:
                return []
        entries.append(Entry(match.start(), match["code"], meaning))
    return entries if _is_list(entries, text, link, shape) else []


def _meaning(body: str) -> str:
    """A meaning without what follows it."""
    body = body.lstrip(" \t\"'`")
    end = _ENDS_MEANING.search(body)
    body = body[: end.start()] if end else body
    depth = 0
    for place, character in enumerate(body):
        depth += (character in "([") - (character in ")]")
        if depth < 0:
            body = body[:place]
            break
    return body.strip(" \t\"'`/-:!?").rstrip("(. ")


def _unremarked(meaning: str, link: _Link) -> str:
    """A meaning without the remark in brackets behind it that makes it too long: 已取消(可能付过款又取消)."""
    plain = _REMARK.sub("", meaning)
    return plain if plain and sum(map(has_han, meaning)) > link.han else meaning


def _is_meaning(meaning: str, link: _Link) -> bool:
    if len(meaning) > _LONGEST_MEANING or "://" in meaning or not any(map(str.isalpha, meaning)):
        return False
    if (len(meaning) == 1 and meaning.isascii()) or (meaning[0].isdigit() and "=" not in link.pattern):
        return False
    han = sum(map(has_han, meaning))
    words = len(re.findall(r"[A-Za-z][\w'-]*", meaning))
    if han > link.han or words > link.words + (han == 0 and link.is_plain):
        return False
    if link.is_plain:
        return True
    # 3H5 among others is a page, and no size.
    plain = bool(han) or not any(map(str.isdigit, meaning)) or _PAGE.fullmatch(meaning) is not None
    return _RANGE.match(meaning) is None and plain


def _begins(text: str, match: re.Match[str], link: _Link, before: list[Entry]) -> bool:
    """Whether an entry may begin where a code was found: behind a separator, or behind Chinese where none are used."""
    head = text[: match.start("code")]
    if _SEPARATED.search(head) is None:
        if link.pattern == _NOTHING and len(match["code"]) > 1 and not match["code"].isdigit():
            # PDF文件 in the middle of a sentence is a file.
            return False
        return has_han(head[-1:]) and (not before or link.pattern == _NOTHING)
    # A number in the middle of an English sentence counts something.
    return link.pattern != _SPACE or bool(before) or has_han(head) or _INTRODUCED.search(head) is not None


def _is_list(entries: list[Entry], text: str, link: _Link, shape: str) -> bool:
    first = _first_run(entries)
    if len(first) < 2 or not _fits(first, link, shape):
        return False
    if link.is_plain:
        return True
    head = text[: first[0].start]
    heading = head.rstrip()[-2:]
    # "参数1名称,参数2类型" numbers its own heading.
    repeats = (
        len(heading) == 2 and has_han(heading) and any(one.meaning.endswith(heading) for one in first[:-1])
    )
    return not repeats and _RULES.search(head) is None


def _fits(entries: list[Entry], link: _Link, shape: str) -> bool:
    """Whether codes of that shape are written with these meanings in that notation."""
    codes = [entry.code for entry in entries]
    is_chinese = all(has_han(entry.meaning) for entry in entries)
    if shape == _WORD:
        # An English word explained in English is prose, unless it is written as a code.
        if link.pattern == _NOTHING:
            return is_chinese and all(map(str.isupper, codes))
        return is_chinese or (link.is_plain and all(map(str.isupper, codes)))
    if shape == _CAPITALS:
        return link.is_plain or is_chinese or _is_initial(entries)
    if link.is_plain:
        return not all(map(_YEAR.fullmatch, codes))
    return _counts_up(codes, link, is_chinese) and not all(_UNITS.match(entry.meaning) for entry in entries)


def _first_run(entries: list[Entry]) -> list[Entry]:
    """The entries up to where codes come again, as in a comment in two languages; empty: they are not the same ones,
    or two have one meaning."""
    codes = [entry.code for entry in entries]
    length = len(dict.fromkeys(codes))
    runs = [entries[start : start + length] for start in range(0, len(entries), length or 1)]
    for run in runs:
        if sorted(entry.code for entry in run) != sorted(codes[:length]):
            return []
        if len({entry.meaning for entry in run}) < length:
            return []
    return runs[0] if runs else []


def _counts_up(codes: list[str], link: _Link, is_chinese: bool) -> bool:
    """Whether numbers are those of a list: from 0, 1, 10 or so upwards, the last ones for what is left over."""
    numbers = [int(code) for code in codes]
    if link.pattern == _HYPHEN and is_chinese:
        return True
    kept = [number for number in numbers if number >= 0]
    if is_chinese and sorted(kept) in (list(range(len(kept))), list(range(1, len(kept) + 1))):
        # 1正常 0注销
        return True
    return numbers[0] in {-1, 0, 1, 10, 100} and kept == sorted(kept)


def _is_initial(entries: list[Entry]) -> bool:
    return all(entry.meaning[:1].upper() == entry.code[:1] for entry in entries)


# -- meaning, then code --------------------------------------------------------------------------------


def _read_reversed(text: str, sign: str, shape: str) -> list[Entry]:
    entries: list[Entry] = []
    end = 0
    for match in re.finditer(
        rf"{sign.removeprefix(_ANY_SPACE)}{_QUOTE}(?P<code>{shape}){_QUOTE}(?=\s*(?:[,;|/、.)\]]|\s|$))", text
    ):
        said = _BEFORE_MEANING.split(text[end : match.start()])[-1].strip(" \"'`")
        if not _is_meaning(said, _LINKS[6]) or _SETTING.fullmatch(said):
            return []
        entries.append(Entry(text.index(said, end), match["code"], said))
        end = match.end()
    if len(_first_run(entries)) != len(entries) or len(entries) < 2:
        return []
    if sign == _BRACKET and _CLOSED.match(text, end) is None:
        return []
    if shape == _CAPITALS:
        is_list = all(has_han(entry.meaning) for entry in entries) or _is_initial(entries)
        return entries if is_list and all(len(entry.code) < 3 for entry in entries) else []
    numbers = sorted(int(entry.code) for entry in entries if not entry.code.startswith("-"))
    return entries if numbers in (list(range(len(numbers))), list(range(1, len(numbers) + 1))) else []
