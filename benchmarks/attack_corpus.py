"""Other people's attack statements, and our own, on real databases: with the guard alone, and with the role alone.

Usage: attack_corpus.py [FOLDER] [--control] [--dialects postgres,sqlite,mysql,duckdb]

FOLDER holds ``libinjection_sqli.txt`` and ``libinjection_false_positive.txt`` (a line each), ``p2sql_prompts.json``
(``prompt``, ``sql``) and ``purplellama_prompt_injection.json`` (``user_input``). A line that is no statement by itself is
tried in three places: as the whole statement, behind ``id =``, and between the quotes of a text. Lines count as they are
and URL-decoded; names of tables that such lists are fond of become one that the database has, or every rule but one
would be idle. Rounds, effects and databases are those of ``tests/sql/attack_rounds.py``. ``--control`` also runs all
control statements of ours with neither guard nor role: each has to leave a trace.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import time
from pathlib import Path
from urllib.parse import unquote_plus

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from sql.attack_arena import POLICY, Arena, catalogue
from sql.attack_cases import cases_of, classes
from sql.attack_rounds import ARENAS, CALLER, Named, guard_alone, neither, role_alone

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.sql.guard.check import check

_FAVOURITES = re.compile(r"\b(users?|members?|admins?|accounts?)\b(?! *\()", re.IGNORECASE)
_BRACES = re.compile(r'^\{"(.*)"\}$', re.DOTALL)


def _tried(lines: list[str]) -> Named:
    """Each text once, in each of its places."""
    texts = dict.fromkeys(text for line in lines for text in (line, unquote_plus(line)))
    places = {
        "whole": "{}",
        "number": "SELECT name FROM customers WHERE id = {}",
        "text": "SELECT name FROM customers WHERE name = '{}'",
    }
    return [
        (f"{name} {number}", place.replace("{}", _FAVOURITES.sub("customers", text)))
        for name, place in places.items()
        for number, text in enumerate(texts)
    ]


def _lines(path: Path) -> list[str]:
    return [
        line
        for line in path.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        if line.strip()
    ]


def _written_by_models(path: Path) -> Named:
    """What models wrote when they obeyed: SQL, at times in braces and with quotes escaped."""
    found = {sql for row in json.loads(path.read_text(encoding="utf-8")) for sql in row["sql"]}
    bare = sorted({_BRACES.sub(r"\1", sql).replace('\\"', '"') for sql in found})
    both = dict.fromkeys(text for sql in bare for text in (sql, _FAVOURITES.sub("customers", sql)))
    return [(f"sql {number}", text) for number, text in enumerate(both)]


def _sets(folder: Path | None, dialect: Dialect) -> dict[str, Named]:
    own = [(f"{name}/{case.id}", case.template) for name in classes() for case in cases_of(name, dialect)]
    if folder is None:
        return {"own": own}
    p2sql = folder / "p2sql_prompts.json"
    purple = json.loads((folder / "purplellama_prompt_injection.json").read_text(encoding="utf-8"))
    return {
        "own": own,
        "p2sql, SQL": _written_by_models(p2sql),
        "p2sql, prompts": _tried([row["prompt"] for row in json.loads(p2sql.read_text(encoding="utf-8"))]),
        "purplellama": _tried([row["user_input"] for row in purple]),
        "false positives": _tried(_lines(folder / "libinjection_false_positive.txt")),
        "sqli": _tried(_lines(folder / "libinjection_sqli.txt")),
    }


def _honest(path: Path, dialect: Dialect) -> str:
    """How many harmless lines pass as what they are: a text that somebody looks for."""
    lines, whole = _lines(path), catalogue(dialect)
    backslash = dialect is Dialect.MYSQL
    refused = []
    for line in lines:
        literal = (line.replace("\\", "\\\\") if backslash else line).replace("'", "''")
        ruling = check(
            f"SELECT name FROM customers WHERE name = '{literal}'", whole, policy=POLICY, caller=CALLER
        )
        if not ruling.ok:
            refused.append(f"{line!r}: {ruling.problems[0].message}")
    return "\n".join([f"| {dialect} | {len(lines)} | {len(lines) - len(refused)} |", *refused])


def _attacked(arena: Arena, name: str, statements: Named) -> bool:
    """Run both rounds of a set, and print its row; whether there was no effect."""
    started = time.monotonic()
    guarded = guard_alone(arena, statements)
    arena.reset()
    fetched = asyncio.run(role_alone(arena, statements))
    arena.reset()
    rules = ", ".join(f"{rule} {count}" for rule, count in guarded.rules.most_common())
    print(
        f"| {arena.dialect} | {name} | {len(statements)} | {len(guarded.refused)} | {len(guarded.ran)}"
        f" | {len(guarded.faults)} | {len(fetched.refused)} | {len(fetched.ran)} | {len(fetched.faults)}"
        f" | {time.monotonic() - started:.0f} | {rules} |",
        flush=True,
    )
    for fault in (*guarded.faults, *fetched.faults):
        print("FAULT", fault, flush=True)
    return not guarded.faults and not fetched.faults


def _controlled(arena: Arena) -> bool:
    controls = [
        (f"{name}/{case.id}", case.template)
        for name in classes()
        for case in cases_of(name, arena.dialect)
        if case.is_control(arena.dialect)
    ]
    outcome = neither(arena, controls)
    arena.reset()
    print(
        f"{arena.dialect}: {len(controls)} control statements, {len(outcome.faults)} without a trace",
        flush=True,
    )
    for fault in outcome.faults:
        print("FAULT", fault, flush=True)
    return not outcome.faults


def main() -> None:
    """Run, print the tables, and fail if there was an effect."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--control", action="store_true")
    parser.add_argument("--dialects", default=",".join(Dialect))
    chosen = parser.parse_args()
    folder: Path | None = chosen.folder
    if folder is not None and not (folder / "p2sql_prompts.json").is_file():
        print(f"No attack statements (p2sql_prompts.json) in {folder}: only our own are tried.")
        folder = None
    clean = True
    print(
        "| database | set | statements | guard refused | executed | effects | role refused | executed | effects"
        " | seconds | refused by |\n|---|---|---|---|---|---|---|---|---|---|---|"
    )
    for dialect in map(Dialect, chosen.dialects.split(",")):
        arena = ARENAS[dialect]()
        try:
            for name, statements in _sets(folder, dialect).items():
                clean &= _attacked(arena, name, statements)
            if chosen.control:
                clean &= _controlled(arena)
        finally:
            arena.close()
    if folder is not None:
        print("\n| database | honest lines | pass as a text |\n|---|---|---|")
        for dialect in map(Dialect, chosen.dialects.split(",")):
            print(_honest(folder / "libinjection_false_positive.txt", dialect))
    sys.exit(not clean)


if __name__ == "__main__":
    main()
