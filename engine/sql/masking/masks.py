"""How one personal value is masked: enough stays to tell rows apart, never enough to tell who it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal

import phonenumbers

from chat2sql.engine.sql.guard.policy import MaskKind
from chat2sql.engine.sql.masking.surnames import COMPOUND_SURNAMES

HIDDEN = "***"
"""What stands for a value of which nothing may be shown."""

_HAN = re.compile(r"[\u3400-\u9fff]")
_PROVINCES = (
    "北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 "
    "云南 陕西 甘肃 青海 台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门"
).replace(" ", "|")
_REGION = re.compile(
    rf"\s*(?:中国)?((?:{_PROVINCES})(?:省|市|(?:壮族|回族|维吾尔)?自治区|特别行政区)?)?"
    r"\s*([\u3400-\u9fff]{2,8}?(?:自治州|地区|市|盟|州))?"
)
_WITH_DIGIT = re.compile(r"\S*\d\S*")


def mask(kind: MaskKind, value: object) -> str | None:
    """The masked text of a value; equal values give equal masks, NULL stays NULL.

    A value that is not what its kind says is hidden altogether.
    """
    if value is None:
        return None
    return _MASKS[kind](_text(value))


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    # Full-width digits and letters are digits and letters.
    return unicodedata.normalize("NFKC", str(value)).strip()


def _phone(text: str) -> str:
    """``138****5678``, ``+44****0958``; of shorter numbers less is shown."""
    digits = _digits(text)
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    elif text.startswith("+") and len(digits) >= 9:
        return f"{_country(text)}****{digits[-4:]}"
    if len(digits) >= 11:
        return f"{digits[:3]}****{digits[-4:]}"
    if len(digits) >= 7:
        return f"****{digits[-2:]}"
    return HIDDEN


def _country(text: str) -> str:
    try:
        return f"+{phonenumbers.parse(text).country_code}"
    except phonenumbers.NumberParseException:
        return ""


def _id_card(text: str) -> str:
    """``110********123X``: region and birthday stay hidden; of shorter numbers the last digits only."""
    characters = "".join(character for character in text if character.isalnum())
    if len(characters) >= 15:
        return f"{characters[:3]}********{characters[-4:]}"
    return f"*****{characters[-4:]}" if len(characters) >= 9 else HIDDEN


def _email(text: str) -> str:
    """``a***@example.com``."""
    local, at, domain = text.rpartition("@")
    return f"{local[:1]}***@{domain}" if at and local and domain else HIDDEN


def _bank_card(text: str) -> str:
    """``**** 5678``."""
    digits = "".join(character for character in text if character.isalnum())
    return f"**** {digits[-4:]}" if len(digits) >= 12 else HIDDEN


def _name(text: str) -> str:
    """``张**``, ``欧阳**``, ``J*** S***``: surname, or first letters of the first and the last word."""
    if _HAN.match(text):
        surname = text[:2] if text[:2] in COMPOUND_SURNAMES else text[:1]
        return f"{surname}**"
    words = [word for word in re.split(r"[\s,.]+", text) if word[:1].isalpha()]
    if not words:
        return HIDDEN
    return " ".join(f"{word[0]}***" for word in (words if len(words) < 2 else (words[0], words[-1])))


def _address(text: str) -> str:
    """``广东省深圳市***``, ``***, London``: province and city, or what stands last, without digits."""
    if _HAN.search(text):
        region = _REGION.match(text)
        return "".join(part for part in region.groups("")) + HIDDEN if region else HIDDEN
    parts = [" ".join(_WITH_DIGIT.sub(" ", part).split()) for part in text.split(",")]
    kept = [part for part in parts[1:] if part]
    return f"{HIDDEN}, {kept[-1]}" if kept else HIDDEN


def _secret(_text: str) -> str:
    return HIDDEN


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdecimal())


_MASKS: dict[MaskKind, Callable[[str], str]] = {
    MaskKind.NAME: _name,
    MaskKind.PHONE: _phone,
    MaskKind.ID_CARD: _id_card,
    MaskKind.EMAIL: _email,
    MaskKind.BANK_CARD: _bank_card,
    MaskKind.ADDRESS: _address,
    MaskKind.SECRET: _secret,
}
