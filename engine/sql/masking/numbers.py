"""Personal numbers and addresses inside a text: telephone, identity card, bank card, e-mail.

What a number looks like only makes it a candidate; libraries decide (phonenumbers, python-stdnum). Precision goes
first: numbers of orders, parcels and times look alike, so words before a number and the column's name are heard.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from stdnum import iban, luhn, numdb
from stdnum.cn import ric
from stdnum.exceptions import ValidationError
from stdnum.us import ssn

from chat2sql.engine.sql.guard.policy import MaskKind
from chat2sql.engine.sql.masking.evidence import Evidence


@dataclass(frozen=True)
class Find:
    """A personal value in a text, from ``start`` to before ``end``."""

    start: int
    end: int
    kind: MaskKind


_BEFORE = r"(?<![A-Za-z0-9_])(?<![A-Za-z0-9][-./])"
_AFTER = r"(?![A-Za-z0-9_]|[-./][A-Za-z0-9])"
_EMAIL = re.compile(
    r"(?<![\w.+'-])[A-Za-z0-9](?:[\w.+'-]{0,62}[\w+-])?@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+"
    r"(?!(?:png|jpe?g|gif|svg|webp|css|js|py|md|txt|pdf|html?)\b)[A-Za-z]{2,24}(?![A-Za-z0-9-])",
    re.ASCII,
)
_ID_CARD = re.compile(rf"{_BEFORE}\d{{6}}[ -]?\d{{8}}[ -]?\d{{3}}[\dXx]{_AFTER}")
_SSN = re.compile(rf"{_BEFORE}\d{{3}}([- ]?)\d{{2}}\1\d{{4}}{_AFTER}")
_BANK_CARD = re.compile(
    rf"{_BEFORE}\d{{4}}(?:([ -])\d{{4}}\1\d{{4}}\1\d{{1,7}}|([ -])\d{{6}}\2\d{{5}}|\d{{9,15}}){_AFTER}"
)
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])")
_PHONE = re.compile(
    r"(?<![A-Za-z0-9_+])(?<![A-Za-z0-9][-./])(?:"
    r"(?P<mobile>(?:(?:\+|00)?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}[- ]?\d{4}))"
    r"|(?P<landline>\(?0(?:10|2\d|[3-9]\d{2})(?:\)[ -]?|[- ])\d{3,4}[ -]?\d{4})"
    r"|(?P<abroad>(?:\+|00(?=[1-9]))\d(?:[ ().-]{0,2}\d){6,14})"
    r"|(?P<american>\(\d{3}\) ?\d{3}[-. ]\d{4}|\d{3}-\d{3}-\d{4}|\d{3}\.\d{3}\.\d{4})"
    rf"){_AFTER}"
)
_ANNOUNCED = (
    (MaskKind.PHONE, re.compile(r"\+?\(?\d(?:[ ().-]{0,2}\d){6,16}(?: ?(?:x|ext\.?|转|-) ?\d{1,5})?")),
    (MaskKind.ID_CARD, re.compile(r"[A-Za-z]{0,3}[ -]?\d(?:[ -]?\d){5,16}[ -]?[\dA-Za-z]?(?:\(\w\))?")),
    (MaskKind.BANK_CARD, re.compile(r"\d(?:[ -]?\d){14,24}")),
)
_OF_A_THING = re.compile(
    r"(?:订单|单号|编号|流水|运单|快递|序列|条码|批次|货号|发票|合同|工单|交易|金额|版本|代码|时间戳"
    r"|\b(?:order|tracking|invoice|sku|ref(?:erence)?|serial|no|number|code|batch|ticket|txn|transaction|id|uuid|isbn|imei|"
    r"parcel|waybill|amount|ts|timestamp|part|item|version)\b)[^\n,;，；。0-9]{0,8}$",
    re.IGNORECASE,
)
_OF_A_PHONE = re.compile(
    r"(?:手机|电话|联系方式|联系|致电|来电|拨打|传真|热线|\b(?:phone|tel|telephone|mobile|cell|call|called|fax|whatsapp|"
    r"contact|reach|dial|text|sms)\b)[^\n,;，；。0-9]{0,12}$",
    re.IGNORECASE,
)
_OF_A_CARD = re.compile(
    r"(?:银行卡|卡号|信用卡|储蓄卡|账号|\b(?:card|visa|mastercard|unionpay|amex|pan|iban|account)\b)[^\n,;，；。0-9]{0,12}$",
    re.IGNORECASE,
)
_OF_A_PERSON = re.compile(
    r"(?:身份证|证件|\b(?:ssn|social security|identity|passport)\b)[^\n;；。]{0,12}$", re.IGNORECASE
)
_ID_BEFORE = re.compile(r"(?:身份证|证件|\bid(?: (?:card|number|no\.?))?)[^\w]{0,4}$", re.IGNORECASE)
_LOOKED_BACK = 32
_FIRST_BIRTH = 1900
# Issuer identification numbers (ISO/IEC 7812) and lengths of the schemes in wide use.
_ISSUERS = re.compile(
    r"62\d{14}(?:\d{3})?|(?:5[1-5]\d\d|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720))\d{12}|4\d{15}|3[47]\d{13}|35(?:2[89]|[3-8]\d)\d{12}"
    r"|3(?:0[0-5]|[68]\d)\d{11}|6(?:011|5\d\d|4[4-9]\d)\d{12}|9558\d{15}"
)


def numbers(text: str, kinds: frozenset[MaskKind], column: Evidence) -> Iterator[Find]:
    """The personal numbers and e-mail addresses of these kinds in a text; they may overlap, the surest come first."""
    if MaskKind.EMAIL in kinds:
        for match in _EMAIL.finditer(text):
            yield Find(*match.span(), MaskKind.EMAIL)
    for kind, pattern, judge in _NUMBERS:
        if kind in kinds:
            for match in pattern.finditer(text):
                if judge(match, column):
                    yield Find(*match.span(), kind)


def _is_id_card(match: re.Match[str], column: Evidence) -> bool:
    """By check digit, birthday and place; a place of any time, since python-stdnum's own ``is_valid`` takes only places
    that had their number already when the person was born."""
    number = _plain(match)
    of_a_thing = _of_a_thing(match, column) and _ID_BEFORE.search(_before(match)) is None
    if of_a_thing or ric.calc_check_digit(number) != number[-1]:
        return False
    try:
        born = ric.get_birth_date(number)
    except ValidationError:
        return False
    return born.year >= _FIRST_BIRTH and any(place for _, place in numdb.get("cn/loc").info(number[:6]))


def _is_ssn(match: re.Match[str], column: Evidence) -> bool:
    """Nine digits are nothing by themselves."""
    announced = MaskKind.ID_CARD in column.kinds or _OF_A_PERSON.search(_before(match)) is not None
    return announced and ssn.is_valid(_plain(match))


def _is_bank_card(match: re.Match[str], column: Evidence) -> bool:
    number = _plain(match)
    if _ISSUERS.fullmatch(number) is None or not luhn.is_valid(number):
        return False
    if MaskKind.BANK_CARD in column.kinds or _OF_A_CARD.search(_before(match)):
        return True
    if _of_a_thing(match, column):
        return False
    # One number in ten passes Luhn: alone in a cell, digits without gaps are only believed of UnionPay.
    alone = match.group() == match.string.strip()
    return not alone or len(number) < len(match.group()) or number.startswith("62")


def _is_iban(match: re.Match[str], column: Evidence) -> bool:
    return not _of_a_thing(match, column) and iban.is_valid(match.group())


def _is_phone(match: re.Match[str], column: Evidence) -> bool:
    announced = MaskKind.PHONE in column.kinds or _OF_A_PHONE.search(_before(match)) is not None
    if not announced and _of_a_thing(match, column):
        return False
    if match["mobile"]:
        return _is_mobile_block(_plain(match)[-11:-4])
    text = match.group()
    region = "US" if match["american"] else "CN"
    text = "+" + text[2:] if match["abroad"] and text.startswith("00") else text
    return _is_valid_phone(text, region)


def announced(text: str, column: Evidence) -> MaskKind | None:
    """What a whole value is, by its shape, in a column whose name announces it: telephone numbers without an area,
    passports, account numbers; None: nothing of the kind."""
    for kind, shape in _ANNOUNCED:
        if kind in column.kinds and shape.fullmatch(text) is not None:
            return kind
    return None


@lru_cache(maxsize=2**16)
def _is_mobile_block(block: str) -> bool:
    """Whether mainland mobile numbers with these first seven digits exist; numbers are given out in such blocks."""
    return _is_valid_phone(f"{block}0000", "CN")


def _is_valid_phone(text: str, region: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, region))
    except phonenumbers.NumberParseException:
        return False


def _of_a_thing(match: re.Match[str], column: Evidence) -> bool:
    return column.of_things or _OF_A_THING.search(_before(match)) is not None


def _before(match: re.Match[str]) -> str:
    return match.string[max(0, match.start() - _LOOKED_BACK) : match.start()]


def _plain(match: re.Match[str]) -> str:
    return match.group().replace(" ", "").replace("-", "").upper()


_Judge = Callable[[re.Match[str], Evidence], bool]
_NUMBERS: tuple[tuple[MaskKind, re.Pattern[str], _Judge], ...] = (
    (MaskKind.ID_CARD, _ID_CARD, _is_id_card),
    (MaskKind.BANK_CARD, _IBAN, _is_iban),
    (MaskKind.BANK_CARD, _BANK_CARD, _is_bank_card),
    (MaskKind.PHONE, _PHONE, _is_phone),
    (MaskKind.ID_CARD, _SSN, _is_ssn),
)
