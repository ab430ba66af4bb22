"""What libraries make of the time expressions in our case file: ``python benchmarks/time_libraries.py``.

Run it in an environment of its own, not in the project's: ``python -m venv /tmp/libraries && /tmp/libraries/bin/pip
install jionlp dateparser cn2an pyyaml``. Each library gets the bare expression, already cut out of its question, and the
day that is today. Right is the same first and last day; near is at most one day off at either end, which forgives other
conventions for 近30天. Left out is what no library can be asked: an expression that only its question explains
(去年同期, 12月 beside 2024年), one that has two meanings, and other conventions than the calendar's. Questions without any
time are put to the search of each library; right is to find nothing.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import cn2an
import dateparser.search
import jionlp
import yaml
from dateparser.date import DateDataParser

CASES = Path(__file__).parents[1] / "tests/fixtures/time_expressions.yaml"
SHOWN = re.compile(r"(?P<text>.+) \[(?P<start>\S+), (?P<end>\S+)\) (?P<kind>\w+)")
HAN = re.compile("[一-鿿]")
DAY = timedelta(days=1)
Bounds = tuple[date | None, date | None]


class Case(NamedTuple):
    """An expression, today, and its first day and the first day after it."""

    text: str
    as_of: date
    bounds: Bounds


def _day(text: str) -> date | None:
    return None if text == ".." else date.fromisoformat(text)


def read_cases() -> tuple[list[Case], list[tuple[str, date]]]:
    """Expressions with what they mean, and questions that name no time."""
    cases, silent = [], []
    for block in yaml.safe_load(CASES.read_text(encoding="utf-8")):
        if "conventions" in block:
            continue
        for question, expected in block["cases"].items():
            if not expected:
                silent.append((question, block["as_of"]))
            elif len(expected) == 1 and " ambiguous " not in expected[0]:
                found = SHOWN.fullmatch(expected[0])
                if found:
                    bounds = _day(found["start"]), _day(found["end"])
                    cases.append(Case(found["text"], block["as_of"], bounds))
    return cases, silent


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12)


def by_jionlp(text: str, as_of: date) -> Bounds | None:
    """The span that jionlp reads."""
    try:  # It raises whatever its rules run into, not one class of errors.
        found = jionlp.parse_time(text, time_base=time.mktime(_noon(as_of).timetuple()))
    except Exception:
        return None
    if found.get("type") not in {"time_point", "time_span"}:
        return None
    start, end = (_moment(each) for each in found["time"])
    return start, end + DAY if end else None


def _moment(text: str) -> date | None:
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None


def by_dateparser(text: str, as_of: date) -> Bounds | None:
    """The day, month or year that dateparser reads."""
    settings = {"RELATIVE_BASE": _noon(as_of), "PREFER_DATES_FROM": "past"}
    languages = ["zh"] if HAN.search(text) else ["en"]
    found = DateDataParser(languages=languages, settings=settings).get_date_data(text)
    if found.date_obj is None:
        return None
    day = found.date_obj.date()
    if found.period == "year":
        return date(day.year, 1, 1), date(day.year + 1, 1, 1)
    if found.period == "month":
        return day.replace(day=1), (day.replace(day=28) + 4 * DAY).replace(day=1)
    if found.period == "week":
        return day - day.weekday() * DAY, day + (7 - day.weekday()) * DAY
    return day, day + DAY


def by_cn2an(text: str, as_of: date) -> Bounds | None:
    """Chinese numerals made figures by cn2an, then dateparser."""
    with suppress(ValueError):
        text = cn2an.transform(text, "cn2an")
    return by_dateparser(text, as_of)


def _finds_jionlp(text: str, as_of: date) -> bool:
    try:
        return bool(jionlp.ner.extract_time(text, time_base=time.mktime(_noon(as_of).timetuple())))
    except Exception:
        return False


def _finds_dateparser(text: str, as_of: date) -> bool:
    languages = ["zh"] if HAN.search(text) else ["en"]
    settings = {"RELATIVE_BASE": _noon(as_of)}
    return bool(dateparser.search.search_dates(text, languages=languages, settings=settings))


def _near(one: date | None, other: date | None) -> bool:
    return one == other or (one is not None and other is not None and abs(one - other) <= DAY)


def main() -> None:
    """Measure and print."""
    cases, silent = read_cases()
    readers: tuple[
        tuple[str, Callable[[str, date], Bounds | None], Callable[[str, date], bool] | None], ...
    ] = (
        ("jionlp", by_jionlp, _finds_jionlp),
        ("dateparser", by_dateparser, _finds_dateparser),
        ("cn2an + dateparser", by_cn2an, None),
    )
    han = sum(bool(HAN.search(case.text)) for case in cases)
    print(f"{len(cases)} expressions, {han} of them Chinese; {len(silent)} questions without any time")
    for name, read, finds in readers:
        tally: Counter[str] = Counter()
        for case in cases:
            language = "zh" if HAN.search(case.text) else "en"
            got = read(case.text, case.as_of)
            near = got is not None and all(map(_near, got, case.bounds))
            tally[language, "right"] += got == case.bounds
            tally[language, "near"] += near
            tally[language, "nothing"] += got is None
        parts = []
        for language, count in (("zh", han), ("en", len(cases) - han)):
            shares = [f"{tally[language, each] / count:.0%} {each}" for each in ("right", "near", "nothing")]
            parts.append(f"{language}: {', '.join(shares)}")
        whole = (tally["zh", "right"] + tally["en", "right"]) / len(cases)
        print(f"{name}: {whole:.1%} right; {'; '.join(parts)}")
        if finds:
            quiet = sum(not finds(text, as_of) for text, as_of in silent)
            print(f"  {quiet} of {len(silent)} questions without a time left alone")


if __name__ == "__main__":
    main()
