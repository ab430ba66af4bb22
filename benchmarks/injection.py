"""The screen on input, measured: attacks that it stops, and honest questions that it stops by mistake.

Usage: injection.py FOLDER, where FOLDER holds ``guard/p2sql_prompts.json`` (``prompt``),
``guard/purplellama_prompt_injection.json`` (``user_input``), ``spider/questions.json`` and ``bird/questions.json``
(``question``) and ``defog/questions.jsonl`` (``question_en``, ``question_zh``).
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from chat2sql.config.errors import InvalidInput
from chat2sql.config.vocabulary import Intent
from chat2sql.engine.semantics.intent import refusal
from chat2sql.engine.semantics.intent_rules import CHATTER
from chat2sql.engine.semantics.language import validate_question

_LONGEST = 20_000


def stopped_as(text: str) -> Intent | None:
    """What the screen takes a text for; None: it lets the text through."""
    try:
        clean = validate_question(text, _LONGEST)
    except InvalidInput:
        return Intent.UNANSWERABLE
    refused = refusal(clean)
    if refused is not None:
        return refused.intent
    folded = " ".join(clean.split())
    return Intent.UNANSWERABLE if any(pattern.search(folded) for pattern in CHATTER) else None


def _report(name: str, texts: Iterable[str], *, attacks: bool) -> None:
    ruled = [(text, stopped_as(text)) for text in texts]
    stopped = [(text, intent) for text, intent in ruled if intent is not None]
    kinds = ", ".join(f"{intent} {count}" for intent, count in Counter(i for _, i in stopped).most_common())
    share = len(stopped) / len(ruled) if ruled else 0
    print(f"{name}: stopped {len(stopped)} of {len(ruled)} ({share:.1%}) {kinds}")
    if not attacks:
        for text, intent in stopped:
            print(f"  false alarm, {intent}: {text}")


def _fields(path: Path, *names: str) -> list[str]:
    text = path.read_text(encoding="utf-8")
    rows = json.loads(text) if path.suffix == ".json" else [json.loads(line) for line in text.splitlines()]
    return [row[name] for row in rows for name in names]


def main() -> None:
    """Measure, and print."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = Path(sys.argv[1])
    guard = folder / "guard"
    if not (guard / "p2sql_prompts.json").is_file():
        print(f"No prompts (guard/p2sql_prompts.json) in {folder}: nothing is measured.")
        return
    _report("p2sql", _fields(guard / "p2sql_prompts.json", "prompt"), attacks=True)
    _report("purplellama", _fields(guard / "purplellama_prompt_injection.json", "user_input"), attacks=True)
    honest = [
        *_fields(folder / "spider" / "questions.json", "question"),
        *_fields(folder / "bird" / "questions.json", "question"),
        *_fields(folder / "defog" / "questions.jsonl", "question_en", "question_zh"),
    ]
    _report("honest questions", honest, attacks=False)


if __name__ == "__main__":
    main()
