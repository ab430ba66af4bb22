"""Names of people inside a text, in Chinese and English.

A name by itself looks like many other words (jieba takes 华为 and 石家庄 for people too), so one is only believed in a
column that announces names, or beside a word that speaks of a person.
"""

from __future__ import annotations

import logging
import re
import tempfile
from collections.abc import Iterator
from functools import lru_cache

import jieba  # type: ignore[import-untyped]
import jieba.posseg  # type: ignore[import-untyped]

from chat2sql.engine.sql.guard.policy import MaskKind
from chat2sql.engine.sql.masking.evidence import Evidence
from chat2sql.engine.sql.masking.numbers import Find
from chat2sql.engine.sql.masking.surnames import COMPOUND_SURNAMES, has_surname

jieba.setLogLevel(logging.WARNING)

_CHINESE = re.compile(r"[\u3400-\u9fff]{2,4}|[\u3400-\u9fff]{1,8}(?:[·•][\u3400-\u9fff]{1,8}){1,3}")
_GIVEN_NAME = 2
_HAN = re.compile(r"[\u3400-\u9fff]")
_ENGLISH = re.compile(
    r"[^\W\d_][\w'’-]*\.?(?: (?:[^\W\d_][\w'’-]*\.?|de|van|von|der|la|al|bin)){0,3}|[^\W\d_][\w'’-]+, [^\W\d_][\w'’ .-]+"
)
_NOBODY = re.compile(
    r"(?i:匿名|未知|无名|不详|散客|测试|管理员|系统|游客|总部|门店|公司|其他|全部|合计|"
    r".*\b(?:inc|ltd|llc|co|corp|gmbh|plc|company|store|shop|hospital|university|school|bank|group|team|department|dept|"
    r"unknown|none|null|n/?a|admin|administrator|system|test|guest|anonymous|other|total|all|services?|support|sales|"
    r"customers?|clients?|sir|madam|colleagues?|friends?|holdings|foundation|trading|solutions|industries|logistics|labs?|partners)\b.*)"
)
_BEFORE_A_NAME = (
    "联系人|收货人|收件人|寄件人|姓名|经办人|患者|员工|客户|顾客|用户|会员|业务员|申请人|持卡人|负责人|学生|老师|乘客|司机|名叫|"
    "本人|家长|投诉人|业主|买家|卖家|致"
)
_AFTER_A_NAME = (
    "先生|女士|小姐|太太|老师|经理|医生|同学|师傅|教授|主任|总监|律师|护士|阿姨|来电|致电|反馈|投诉|签收|下单|咨询|反映|称|表示|"
    "要求|申请|付款|退货|说"
)
_SPEAKING = re.compile(f"{_BEFORE_A_NAME}|{_AFTER_A_NAME}")
_SPOKEN_OF_BEFORE = re.compile(rf"(?:{_BEFORE_A_NAME})[\s:：，,、\-—是为（(]{{0,3}}$")
_SPEAKS_AFTER = re.compile(_AFTER_A_NAME)
_NAMED_IN_ENGLISH = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Miss|Dr|Prof)\b\.? |\b(?:[Dd]ear|[Aa]ttn:?|[Ss]igned by|[Ss]poke (?:to|with)|[Oo]n behalf of) "
    r"|\b(?i:contact|customer|recipient|name|patient|buyer|client|employee|consignee)(?: name| person)? ?[:：] ?)"
    r"(?!(?:Mr|Mrs|Ms|Miss|Dr|Prof)\b)([A-Z][a-z'’]+(?: (?:[A-Z]\. )?[A-Z][a-z'’]+){0,2})"
)


def person_names(text: str, column: Evidence) -> Iterator[Find]:
    """The names of people in a text."""
    if MaskKind.NAME in column.kinds and is_name(text.strip()):
        yield Find(0, len(text), MaskKind.NAME)
        return
    for match in _NAMED_IN_ENGLISH.finditer(text):
        if _NOBODY.fullmatch(match.group(1)) is None:
            yield Find(*match.span(1), MaskKind.NAME)
    if _SPEAKING.search(text):
        yield from _spoken_of(text)


def is_name(text: str) -> bool:
    """Whether a whole value can be a person's name, where names are expected."""
    if _NOBODY.fullmatch(text):
        return False
    if _CHINESE.fullmatch(text):
        return not text.isalpha() or has_surname(text) or word_tags(text)[0][1].startswith("nr")
    return _HAN.search(text) is None and _ENGLISH.fullmatch(text) is not None


def is_chinese_name(text: str) -> bool:
    """Whether a whole value is a Chinese name in all likelihood, whatever is expected."""
    tags = word_tags(text) if _CHINESE.fullmatch(text) and has_surname(text) else ()
    given = tags[1:] if tags and tags[0][0] in COMPOUND_SURNAMES else tags
    return len(given) == 1 and given[0][1].startswith("nr")


def _spoken_of(text: str) -> Iterator[Find]:
    """Words tagged as names beside a word that speaks of people."""
    words = [word for word, _ in word_tags(text)]
    starts = [0]
    for word in words:
        starts.append(starts[-1] + len(word))
    for position, (word, tag) in enumerate(word_tags(text)):
        if not tag.startswith("nr") or not _CHINESE.fullmatch(word) or not has_surname(word):
            continue
        after = words[position + 1] if position + 1 < len(words) else ""
        spoken_of = _SPEAKS_AFTER.fullmatch(after) or _SPOKEN_OF_BEFORE.search(text[: starts[position]])
        if spoken_of and word not in COMPOUND_SURNAMES:
            yield Find(starts[position], starts[position + 1], MaskKind.NAME)


@lru_cache(maxsize=10_000)
def word_tags(text: str) -> tuple[tuple[str, str], ...]:
    """The words of a Chinese text, each with jieba's tag of its part of speech: ``nr`` a person, ``ns`` a place."""
    return tuple((word.word, word.flag) for word in _tagger().lcut(text))


@lru_cache(maxsize=1)
def _tagger() -> jieba.posseg.POSTokenizer:
    """Loaded at first use; it takes a second and 70 MB."""
    tokenizer = jieba.Tokenizer()
    # jieba would load its cache from a folder that everybody may write to.
    with tempfile.TemporaryDirectory(prefix="chat2sql-jieba-") as folder:
        tokenizer.tmp_dir = folder
        tokenizer.initialize()
    return jieba.posseg.POSTokenizer(tokenizer)


_TWO_CHARACTERS = re.compile(
    r"(?:欧阳|司马|上官|诸葛|皇甫|尉迟|公孙|慕容|令狐|长孙|宇文|司徒|夏侯|端木|东方(?=[㐀-鿿]{2}[在是的哪手]))[㐀-鿿]{1,2}?(?=[，,。、的是在了和手这那哪名家现今去前昨]|$|[0-9])"
)
"""Surnames of two characters, with what follows them up to a word that is no name's."""


def name_words(text: str) -> Iterator[tuple[int, int]]:
    """Where words of a text may be Chinese names of people: what is tagged as one, and a surname with what follows it."""
    tagged, start = word_tags(text), 0
    for number, (word, tag) in enumerate(tagged):
        following = tagged[number + 1][0] if number + 1 < len(tagged) else ""
        whole = word + following if len(word) == 1 and 0 < len(following) <= _GIVEN_NAME else word
        if tag.startswith("nr") and len(whole) > 1 and has_surname(whole) and is_name(whole):
            yield start, start + len(whole)
        start += len(word)
    for match in _TWO_CHARACTERS.finditer(text):
        yield match.span()
