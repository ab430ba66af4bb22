"""Check the demo company's evaluation questions.

    python check.py "dbname=chat2sql_demo user=demo_reader host=..." [--show]

Runs every gold in a read-only session in Asia/Shanghai and reports: golds that fail, golds without a row or
with NULLs only (unless the question says ``"empty_ok": true``), golds of a question that are there twice, ids and
questions that are there twice in all the files, wrong fields, and how many questions there are of each kind.
The exit status is 1 if anything was reported. With ``--show`` every gold's first rows are printed.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg

FOLDER = Path(__file__).resolve().parent
GOLD_FILES = ("questions.jsonl", "held_back.jsonl")
BEHAVIOUR_FILE = "behaviour.jsonl"
KINDS = (
    "lookup",
    "status code",
    "time window",
    "year-over-year",
    "share",
    "group",
    "top-N",
    "ties",
    "having",
    "anti-join",
    "hierarchy",
    "window",
    "slowly-changing",
    "fuzzy literal",
    "jsonb",
    "multi-step",
)
DIFFICULTIES = ("easy", "medium", "hard")
EXPECTATIONS = ("ask_back", "cannot_answer", "refuse")
GOLD_FIELDS = {"id", "question", "gold", "datasource", "as_of", "difficulty", "kind"}
OPTIONAL_FIELDS = {"ordered", "empty_ok"}
BEHAVIOUR_FIELDS = {"id", "question", "datasource", "as_of", "expect", "why"}

Entry = dict[str, Any]
Rows = list[tuple[Any, ...]]


def read(path: Path) -> list[Entry]:
    """The entries of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def language(question: str) -> str:
    """zh if there is any Chinese character in it, en otherwise."""
    return "zh" if re.search(r"[\u4e00-\u9fff]", question) else "en"


def say(line: str) -> None:
    """Write a line of the report."""
    sys.stdout.write(line + "\n")


def normal(question: str) -> str:
    """The question without case, blanks and punctuation, to find those that are there twice."""
    return re.sub(r"\W+", "", question.casefold())


def twice(values: list[str]) -> list[str]:
    """What is there more than once."""
    return [value for value, count in Counter(values).items() if count > 1]


def run(connection: psycopg.Connection, statement: str) -> Rows | str:
    """The rows, or what went wrong."""
    try:
        return connection.execute(statement.encode()).fetchall()
    except psycopg.Error as error:
        return str(error).splitlines()[0]


def field_faults(entry: Entry) -> list[str]:
    """What is wrong with the fields of an entry of the gold files."""
    faults = []
    fields = set(entry)
    if not fields >= GOLD_FIELDS or fields - GOLD_FIELDS - OPTIONAL_FIELDS:
        faults.append(f"fields {sorted(fields ^ GOLD_FIELDS)}")
    if entry["kind"] not in KINDS or entry["difficulty"] not in DIFFICULTIES:
        faults.append(f"kind {entry['kind']!r}, difficulty {entry['difficulty']!r}")
    if not entry["gold"]:
        faults.append("no gold")
    if entry.get("ordered") and not all("ORDER BY" in gold for gold in entry["gold"]):
        faults.append("ordered, but a gold has no ORDER BY")
    faults += [f"gold twice: {gold}" for gold in twice(entry["gold"])]
    return faults


def gold_faults(connection: psycopg.Connection, entry: Entry, *, show: bool) -> list[str]:
    """What is wrong with the golds of an entry."""
    faults = []
    if show:
        say(f"\n{entry['id']} [{entry['difficulty']}] {entry['question']}")
    for n, gold in enumerate(entry["gold"], 1):
        rows = run(connection, gold)
        if isinstance(rows, str):
            faults.append(f"gold {n} fails: {rows}")
            continue
        nothing = all(value is None for row in rows for value in row)
        if nothing and not entry.get("empty_ok"):
            faults.append(f"gold {n} gives no value ({len(rows)} rows)")
        if show:
            say(f"  {n}. {len(rows)} rows: {[tuple(map(str, row)) for row in rows[:4]]}")
    return faults


def check(dsn: str, *, show: bool) -> int:
    """Check all files, and print what was found.

    Returns:
        How many faults there are.
    """
    faults: list[str] = []
    files = {name: read(FOLDER / name) for name in (*GOLD_FILES, BEHAVIOUR_FILE) if (FOLDER / name).exists()}
    everything = [entry for entries in files.values() for entry in entries]
    faults += [f"id twice: {value}" for value in twice([entry["id"] for entry in everything])]
    faults += [
        f"question twice: {value}" for value in twice([normal(entry["question"]) for entry in everything])
    ]
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = on")
        connection.execute("SET TimeZone = 'Asia/Shanghai'")
        connection.execute("SET statement_timeout = '30s'")
        for name in GOLD_FILES:
            for entry in files.get(name, []):
                found = field_faults(entry) + gold_faults(connection, entry, show=show)
                faults += [f"{entry['id']}: {fault}" for fault in found]
    for entry in files.get(BEHAVIOUR_FILE, []):
        if set(entry) != BEHAVIOUR_FIELDS or entry["expect"] not in EXPECTATIONS:
            faults.append(f"{entry['id']}: fields or expectation")
    for name, entries in files.items():
        say(f"\n{name}: {len(entries)} questions")
        say(f"  language: {dict(Counter(language(entry['question']) for entry in entries))}")
        if name == BEHAVIOUR_FILE:
            say(f"  expect: {dict(Counter(entry['expect'] for entry in entries))}")
            continue
        say(f"  difficulty: {dict(Counter(entry['difficulty'] for entry in entries))}")
        say(f"  golds: {sum(len(entry['gold']) for entry in entries)}")
        counts = Counter((entry["kind"], language(entry["question"])) for entry in entries)
        for kind in KINDS:
            zh, en = counts[kind, "zh"], counts[kind, "en"]
            say(f"  {kind:16} {zh + en:3}  zh {zh:2}  en {en:2}")
    say(f"\n{len(faults)} faults")
    for fault in faults:
        say(f"  {fault}")
    return len(faults)


def main() -> None:
    """Read the arguments and check."""
    parser = argparse.ArgumentParser(description="Check the demo company's evaluation questions.")
    parser.add_argument("dsn", help="of the database with the demo company")
    parser.add_argument("--show", action="store_true", help="print every gold's first rows")
    arguments = parser.parse_args()
    sys.exit(1 if check(arguments.dsn, show=arguments.show) else 0)


if __name__ == "__main__":
    main()
