"""The first net: does a question speak to the system instead of asking about data?

The words are read as they stand, as they look (full-width and foreign letters, digits for letters, letters apart) and
as they decode (Base64, hexadecimal). What slips through meets the policy guard, which asks no words for their meaning.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterator

from chat2sql.engine.llm.prompt_data import forges_delimiters
from chat2sql.engine.semantics.injection_rules import ATTACKS, CLAIM_AND_CONSEQUENCE, InjectionKind

# Cyrillic and Greek letters that look like Latin ones (after Unicode's confusables, UTS 39).
_LOOKALIKES = str.maketrans(
    "асеіјорѕхуАВЕКМНОРСТХαικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aceijopsxyABEKMHOPCTXaiknoptuxABEZHIKMNOPTYX"
)
_DIGIT_LETTERS = str.maketrans("013457@$", "oieastas")
_MIXED_WORD = re.compile(
    r"(?<!\w)(?=\w{0,30}[a-z])(?=[\w@$]{0,30}[013457@$])[a-z0-9@$]{3,30}(?!\w)", re.IGNORECASE
)
_LETTERS_APART = re.compile(r"(?<!\w)(?:[a-z][ .\-_*]){4,60}[a-z](?!\w)", re.IGNORECASE)
_BASE64 = re.compile(r"(?<![\w+/])[A-Za-z0-9+/]{20,4000}={0,2}(?![\w+/])")
_HEX = re.compile(r"(?<!\w)(?:0x)?((?:[0-9a-f]{2}){12,2000})(?!\w)", re.IGNORECASE)
_SENTENCE = re.compile(r"[A-Za-z]{2,}[ ,.:;'\"-]+[A-Za-z]{1,}|[㐀-鿿]{4}")


def injection(text: str) -> InjectionKind | None:
    """The first way found in which a text tries to be more than a question; None: none was found.

    Args:
        text: the question, its line breaks kept: a forged dialogue starts its lines with a speaker.
    """
    if forges_delimiters(text):
        return InjectionKind.DELIMITER
    if any(_SENTENCE.search(decoded) for decoded in _decoded(text)):
        return InjectionKind.ENCODED
    return next((kind for reading in _readings(text) if (kind := _found(reading)) is not None), None)


def _found(text: str) -> InjectionKind | None:
    for kind, table in ATTACKS.items():
        if any(pattern.search(text) for pattern in table):
            return kind
    if all(any(pattern.search(text) for pattern in table) for table in CLAIM_AND_CONSEQUENCE):
        return InjectionKind.AUTHORITY
    return None


def _readings(text: str) -> Iterator[str]:
    """The text line by line and in one line; and, where that differs, with its letters as they look."""
    lines = "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip())
    folded = " ".join(text.split())
    yield folded
    if lines != folded:
        yield lines
    looks = unicodedata.normalize("NFKC", folded).translate(_LOOKALIKES)
    looks = _MIXED_WORD.sub(lambda word: word[0].translate(_DIGIT_LETTERS), looks)
    looks = _LETTERS_APART.sub(lambda run: re.sub(r"[^A-Za-z]", "", run[0]), looks)
    if looks != folded:
        yield looks


def _decoded(text: str) -> Iterator[str]:
    for found in _BASE64.finditer(text):
        run = found[0].rstrip("=")
        try:
            yield base64.b64decode(run + "=" * (-len(run) % 4)).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
    for found in _HEX.finditer(text):
        try:
            yield bytes.fromhex(found[1]).decode()
        except UnicodeDecodeError:
            continue
