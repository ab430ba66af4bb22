"""The questions of a run, one a row of its report: what was asked, answered and accepted."""

from __future__ import annotations

from collections import Counter

from chat2sql.config.vocabulary import Bilingual, Language
from chat2sql.engine.evaluation import wording as words
from chat2sql.engine.evaluation.markup import Markup, element, joined
from chat2sql.engine.evaluation.outcomes import CandidateOutcome, EvalRecord, OutcomeClass
from chat2sql.engine.evaluation.summary import Comparison


class QuestionList:
    """The questions of one run.

    Args:
        number: the run's place in the report, from 0; part of the ids of its rows.
        against: how it differs from the first run; None for that one itself.
    """

    def __init__(
        self, number: int, records: tuple[EvalRecord, ...], against: Comparison | None, language: Language
    ) -> None:
        self._number = number
        self._records = records
        self._language = language
        self._changed = (
            {name: "won" for name in against.won} | {name: "lost" for name in against.lost} if against else {}
        )
        self._anchors = {record.id: f"q{number}-{place}" for place, record in enumerate(records)}

    def link(self, question: str) -> Markup:
        """A link to a question's row."""
        return element("a", question, href=f"#{self._anchors[question]}")

    def table(self) -> Markup:
        """All rows, below the choice of those that are shown."""
        heads = (words.QUESTION, words.ANSWER, words.OUTCOME, words.CONFIDENCE, words.ROUNDS, words.SECONDS)
        head = element("tr", *(element("th", self._say(word)) for word in heads))
        rows = element("table", head, *map(self._row, self._records), class_="questions")
        return element("div", *self._choices(), element("div", rows, class_="wide"), class_="filter")

    def _say(self, text: Bilingual) -> str:
        return text.to(self._language)

    def _choices(self) -> list[Markup]:
        found = Counter(record.outcome for record in self._records)
        choices = [("all", self._say(words.ALL), len(self._records))]
        choices += [
            (name.value, self._say(words.OUTCOME_NAMES[name]), found[name])
            for name in OutcomeClass
            if found[name]
        ]
        changes = Counter(self._changed.values())
        labels = {"won": words.WON, "lost": words.LOST}
        choices += [
            (name, self._say(label), changes[name]) for name, label in labels.items() if changes[name]
        ]
        group = f"filter{self._number}"
        written = []
        for name, label, count in choices:
            button = f"{group}-{name}"
            written.append(
                element(
                    "input", type="radio", name=group, id=button, class_=f"f-{name}", checked=name == "all"
                )
            )
            written.append(element("label", f"{label} {count}", for_=button))
        return written

    def _row(self, record: EvalRecord) -> Markup:
        about = " · ".join(
            part for part in (record.id, record.database, record.difficulty, record.kind) if part
        )
        outcome = element(
            "span", self._say(words.OUTCOME_NAMES[record.outcome]), class_=f"badge {record.outcome.value}"
        )
        confidence = "" if record.confidence is None else f"{record.confidence:.0%}"
        return element(
            "tr",
            element("td", record.question, element("br"), element("small", about)),
            element("td", element("code", record.sql), self._details(record)),
            element("td", outcome),
            element("td", confidence, class_="number"),
            element("td", str(record.corrections), class_="number"),
            element("td", f"{record.seconds:.1f}", class_="number"),
            id=self._anchors[record.id],
            class_=f"q {record.outcome.value} {self._changed.get(record.id, '')}".strip(),
        )

    def _details(self, record: EvalRecord) -> Markup:
        golds = [element("code", gold) for gold in record.gold] or [Markup(self._say(words.NO_GOLD))]
        parts = [
            (words.GOLD, joined(element("div", gold) for gold in golds)),
            (words.TOLD, record.message),
            (words.REPAIRS, "; ".join(record.repairs)),
            (
                words.MISTAKE,
                ", ".join(self._say(words.MISTAKE_NAMES[mistake]) for mistake in record.mistakes),
            ),
            (words.CANDIDATES, self._candidates(record.candidates) if record.candidates else ""),
            (
                words.SECONDS_BY_STEP,
                ", ".join(f"{step} {seconds:.2f}" for step, seconds in record.steps.items()),
            ),
        ]
        told = [element("div", element("b", self._say(name)), ": ", text) for name, text in parts if text]
        return element("details", element("summary", self._say(words.DETAILS)), *told)

    def _candidates(self, candidates: tuple[CandidateOutcome, ...]) -> Markup:
        head = element(
            "tr", *(element("th", self._say(word)) for word in (words.VOTES, words.VERDICT, words.ANSWER))
        )
        rows = [
            element(
                "tr",
                element("td", f"{candidate.votes:g}", class_="number"),
                element("td", self._say(_verdict(candidate))),
                element("td", element("code", candidate.sql)),
            )
            for candidate in candidates
        ]
        return element("table", head, *rows)


def _verdict(candidate: CandidateOutcome) -> Bilingual:
    if candidate.right is None:
        return words.NOT_RUN
    return words.OUTCOME_NAMES[OutcomeClass.RIGHT if candidate.right else OutcomeClass.WRONG]
