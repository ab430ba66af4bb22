"""Making a text safe to stand in a prompt as data: it cannot end its block, start another role or hide anything."""

from __future__ import annotations

import re
import unicodedata

_BREAKS_OF_LINES = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES = frozenset({"Cc", "Zl", "Zp"})
_INVISIBLE = frozenset({"Cf", "Cs", "Co"})
# Letters and marks that show nothing; the variation selectors among them can carry any bytes.
_BLANK_LETTERS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)

_OWN = "data|schema|question|conversation|rules?"
_ROLES = "system|assistant|developer|user|human|model|ai|tool|function|bot"
_TAGS = rf"{_OWN}|{_ROLES}|s|bos|eos|unk|pad|sop|eop|sys|think|instructions?|(?:start|end)_of_turn|[a-z_]{{1,24}}_token"
# Chat templates write <|im_start|>, <｜User｜>, <s>, <start_of_turn>, <<SYS>> and <BOS_TOKEN>.
_TEMPLATE_TAG = re.compile(
    rf"[<＜](?P<name>\s*/?\s*(?:[|｜][^<>＜＞]{{0,60}}|(?:{_TAGS})(?:\s+[\w-]+=[^<>＜＞]{{0,60}})?)\s*/?\s*)[>＞]",
    re.IGNORECASE,
)
# One that is not closed here may be closed by what stands behind it.
_OPENING = re.compile("[<＜][|｜]")
_TEMPLATE_BRACKET = re.compile(
    r"\[(?P<name>/?(?:INST|SYS|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT|gMASK|PREFIX|SUFFIX"
    r"|MIDDLE))\]",
    re.IGNORECASE,
)
_HASHES = re.compile(r"#{2,}")
_FENCES = re.compile(r"`{3,}|~{3,}")
_HEADING = re.compile(
    rf"^(?P<role>[\s#*]{{0,4}}(?:{_ROLES}|question|answer|time notes|instructions?|response|input|系统|助手|用户|指令)\s{{0,3}})"
    r"[:：]",
    re.IGNORECASE,
)


def as_data(text: str, longest: int, *, lines: int = 1) -> str:
    """The text as it may stand between ``<data>`` and ``</data>`` in a prompt.

    Control and invisible characters are gone; role headings, code fences, our own delimiters and the special tokens
    of the usual chat templates are spelled so that neither a model server nor a model takes them for its own. Text of
    a person's or a database's normal words comes out as it went in, but for its white space.

    Args:
        longest: most characters; what is longer ends in an ellipsis.
        lines: most lines; further ones are joined to the last.
    """
    found = [" ".join(line.split()) for line in as_code(text).splitlines()]
    kept = [line for line in found if line]
    if len(kept) > lines:
        kept[lines - 1 :] = [" ".join(kept[lines - 1 :])]
    plain = "\n".join(_HEADING.sub(r"\g<role>-", line) for line in kept)
    return plain if len(plain) <= longest else plain[: longest - 1].rstrip() + "…"


def as_code(text: str) -> str:
    """The same for SQL in a code block: white space stays, since a model server knows the text by its every character."""
    text = _BLANK_LETTERS.sub("", _BREAKS_OF_LINES.sub("\n", text))
    visible = "".join(
        character if character in "\t\n" or (kind := unicodedata.category(character)) not in _SPACES | _INVISIBLE
        # A space where a word may end, nothing inside a word that was cut apart to hide.
        else " " if kind in _SPACES else ""
        for character in text
    )  # fmt: skip
    tagless = _OPENING.sub("‹|", _TEMPLATE_TAG.sub(r"‹\g<name>›", visible))
    return _FENCES.sub("'''", _HASHES.sub("#", _TEMPLATE_BRACKET.sub(r"(\g<name>)", tagless)))


def forges_delimiters(text: str) -> bool:
    """Whether a text holds a special token of a chat template, or a delimiter of ours."""
    return bool(_TEMPLATE_TAG.search(text) or _TEMPLATE_BRACKET.search(text))
