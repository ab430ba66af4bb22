"""The report of runs whose figures are known."""

from __future__ import annotations

import re
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from chat2sql.config.vocabulary import Language, TokenUsage
from chat2sql.engine.evaluation.cases import SuiteFormat
from chat2sql.engine.evaluation.outcomes import CandidateOutcome, EvalRecord, OutcomeClass
from chat2sql.engine.evaluation.page import Run, page
from chat2sql.engine.evaluation.run_folder import Plan
from chat2sql.engine.evaluation.taxonomy import Mistake

EVIL = "<script>alert('x')</script>\"&\u202e"
RIGHT, WRONG, BROKEN = OutcomeClass.RIGHT, OutcomeClass.WRONG, OutcomeClass.DID_NOT_EXECUTE


class _Read(HTMLParser):
    """The page as a reader has it: rows of tables as lists of texts, the classes of question rows, and all names."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.questions: list[set[str]] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self._texts: list[str] = []
        self._open_rows: list[list[str]] = []
        self.feed(text)

    @property
    def text(self) -> str:
        return " ".join(self._texts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self.elements.append((tag, named))
        if tag not in {"meta", "input", "br"}:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
            self._open_rows.append(self.rows[-1])
            if "q" in named.get("class", "").split():
                self.questions.append(set(named["class"].split()))
        elif tag in {"td", "th"}:
            self._open_rows[-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag == "tr":
            self._open_rows.pop()

    def handle_data(self, data: str) -> None:
        self._texts.append(data)
        if self._open_rows and self._open_rows[-1]:
            self._open_rows[-1][-1] += data

    def figures(self, *first: str) -> list[list[str]]:
        """What stands in the rows that begin with these cells, without those."""
        return [row[len(first) :] for row in self.rows if tuple(row[: len(first)]) == first]


def _record(number: int, outcome: OutcomeClass, **more: object) -> EvalRecord:
    given = {
        "id": f"q{number}",
        "question": f"question {number}?",
        "language": Language.EN if number % 2 else Language.ZH,
        "database": "bands" if number <= 4 else "ships",
        "difficulty": "easy" if number <= 2 else "hard",
        "outcome": outcome,
        "sql": f"SELECT {number}",
        "gold": ("SELECT 0",),
        "seconds": float(number),
        "steps": {"generate": number / 2},
        "usage": TokenUsage(calls=2, prompt_tokens=1000, completion_tokens=50, cost_usd=Decimal("0.01")),
        **more,
    }
    return EvalRecord.model_validate(given)


def _run(name: str, *records: EvalRecord, **more: object) -> Run:
    plan = {
        "suite": "sets/bands",
        "format": SuiteFormat.SPIDER,
        "language": "en",
        "limit": 10,
        "seed": 7,
        "model": None,
    }
    settings = {"samples": 8, "repair": True}
    return Run(name=name, plan=Plan.model_validate({**plan, "settings": settings, **more}), records=records)


def _first() -> Run:
    candidates = (
        CandidateOutcome(sql="SELECT 3", votes=3, right=False),
        CandidateOutcome(sql="SELECT 30", votes=2, right=True),
        CandidateOutcome(sql="SELECT nothing", votes=1, right=None),
    )
    return _run(
        "plain",
        _record(1, RIGHT, confidence=0.95),
        _record(2, RIGHT, confidence=0.95),
        _record(3, WRONG, confidence=0.4, candidates=candidates, mistakes=(Mistake.TABLES, Mistake.OUTPUT)),
        _record(4, WRONG, mistakes=(Mistake.TABLES,), corrections=2, repairs=("join_added: a -> b",)),
        _record(5, BROKEN, message="no SQL that runs"),
    )


def _second() -> Run:
    outcomes = (RIGHT, WRONG, RIGHT, RIGHT, RIGHT)
    return _run(
        "voted", *(_record(number, outcome, seconds=10.0) for number, outcome in enumerate(outcomes, 1))
    )


@pytest.fixture(scope="module")
def alone() -> _Read:
    """The report of the first run."""
    return _Read(page([_first()], Language.EN))


def test_one_run_in_figures(alone: _Read) -> None:
    read = alone
    overview = ["sets/bands (spider, en, 10 / seed 7)", "routed", "samples=8, repair=True"]
    assert read.figures("plain") == [
        [*overview, "40.0% [11.8%, 76.9%] (2/5)", "100.0% [20.7%, 100.0%] (1/1)"]
    ]
    assert read.figures("bands") == [["50.0% [15.0%, 85.0%] (2/4)"]]
    assert read.figures("ships") == [["0.0% [0.0%, 79.3%] (0/1)"]]
    assert read.figures("easy") == [["100.0% [34.2%, 100.0%] (2/2)"]]
    assert read.figures("zh") == [["50.0% [9.5%, 90.5%] (1/2)"]]
    assert [read.figures(name) for name in ("right", "wrong", "did not execute")] == [
        [["2 (40.0%)"]],
        [["2 (40.0%)"]],
        [["1 (20.0%)"]],
    ]
    assert (read.figures("tables"), read.figures("output")) == ([["2 (100.0%)"]], [["1 (50.0%)"]])
    assert read.figures("0.9 to 1.0") == [["100.0% [34.2%, 100.0%] (2/2)"]]
    assert read.figures("0.3 to 0.5") == [["0.0% [0.0%, 79.3%] (0/1)"]]
    assert read.figures("seconds", "plain") == [["3.0", "3.0", "5.0", "5.0"]]
    assert read.figures("model calls", "plain") == [["2.0", "2.0", "2.0", "2.0"]]
    assert read.figures("tokens in", "plain") == [["1,000", "1,000", "1,000", "1,000"]]
    assert read.figures("US dollars", "plain") == [["0.0100", "0.0100", "0.0100", "0.0100"]]
    assert read.figures("generate") == [["1.50"]]
    # Accuracy, database, difficulty, language, outcomes, mistakes, calibration, cost.
    assert [tag for tag, _ in read.elements].count("svg") == 8
    assert "McNemar" not in read.text and "kind" not in read.text


def test_the_questions_of_a_run(alone: _Read) -> None:
    read = alone
    assert [sorted(classes - {"q"}) for classes in read.questions] == [
        ["right"], ["right"], ["wrong"], ["wrong"], ["did_not_execute"],
    ]  # fmt: skip
    for told in (
        "question 4?",
        "q4 · bands · hard",
        "SELECT 4",
        "SELECT 0",
        "join_added: a -> b",
        "tables, output",
        "no SQL that runs",
    ):
        assert told in read.text
    assert read.figures("3", "wrong") == [["SELECT 3"]]
    assert read.figures("2", "right") == [["SELECT 30"]]
    assert read.figures("1", "does not run") == [["SELECT nothing"]]
    choices = {named["class"]: "checked" in named for tag, named in read.elements if tag == "input"}
    assert choices == {"f-all": True, "f-right": False, "f-wrong": False, "f-did_not_execute": False}


def test_runs_are_compared_with_the_first() -> None:
    read = _Read(page([_first(), _second()], Language.EN))
    assert read.figures("voted", "5") == [["40.0%", "80.0%", "+40.0", "3", "1", "0.6250"]]
    assert read.figures("ships") == [["0.0% [0.0%, 79.3%] (0/1)", "100.0% [20.7%, 100.0%] (1/1)"]]
    assert [sorted(classes - {"q"}) for classes in read.questions[5:]] == [
        ["right"], ["lost", "wrong"], ["right", "won"], ["right", "won"], ["right", "won"],
    ]  # fmt: skip
    links = {named["href"] for tag, named in read.elements if tag == "a"}
    assert links == {"#q1-1", "#q1-2", "#q1-3", "#q1-4"}
    assert links <= {"#" + named.get("id", "") for _, named in read.elements}
    assert [tag for tag, _ in read.elements].count("svg") == 9


def test_whatever_was_asked_and_answered_stays_text() -> None:
    evil = _record(
        1, WRONG, id=EVIL, question=EVIL, database=EVIL, difficulty=EVIL, kind=EVIL, sql=EVIL, gold=(EVIL,), message=EVIL,
        repairs=(EVIL,), candidates=(CandidateOutcome(sql=EVIL, votes=1, right=True),), steps={EVIL: 1.0},
        mistakes=(Mistake.OTHER,),
    )  # fmt: skip
    runs = [
        _run(EVIL, evil, _record(2, RIGHT), suite=EVIL, model=EVIL),
        _run("other", evil.model_copy(update={"outcome": RIGHT}), _record(2, RIGHT)),
    ]
    text = page(runs, Language.EN)
    read = _Read(text)
    assert not {"script", "img", "link", "iframe", "object"} & {tag for tag, _ in read.elements}
    assert not [name for _, named in read.elements for name in named if name.startswith("on")]
    assert "\u202e" not in text
    assert read.text.count("<script>alert('x')</script>\"&") >= 10
    assert read.open == []


@pytest.mark.parametrize("language", list(Language))
def test_the_page_needs_no_network_and_speaks_one_language(language: Language) -> None:
    text = page([_first(), _second()], language)
    assert set(re.findall(r"https?://[^\"' <)]*", text)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert "url(" not in text and "@import" not in text
    assert "default-src &#x27;none&#x27;" in text
    assert ("执行准确率" in text) is (language is Language.ZH)
    assert ("xecution accuracy" in text) is (language is Language.EN)
    assert "color-scheme: light dark" in text and 'fill="currentColor"' in text


def test_a_run_of_one_question_without_a_gold() -> None:
    lonely = _run("alone", _record(1, RIGHT, gold=(), sql="", difficulty="", confidence=None, steps={}))
    read = _Read(page([lonely], Language.EN))
    assert read.figures("right") == [["1 (100.0%)"]]
    assert "The database cannot answer it." in read.text
    assert [tag for tag, _ in read.elements].count("svg") == 3
