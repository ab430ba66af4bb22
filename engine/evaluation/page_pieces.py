"""What the sections of a report are made of: headings, tables and figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chat2sql.config.vocabulary import Bilingual, Language
from chat2sql.engine.evaluation.markup import Markup, element
from chat2sql.engine.evaluation.statistics import Share


class Pieces:
    """Pieces in one language, for the runs of these names."""

    def __init__(self, runs: Sequence[str], language: Language) -> None:
        self._names = runs
        self._language = language

    def say(self, text: Bilingual) -> str:
        """The words in the report's language."""
        return text.to(self._language)

    def note(self, text: Bilingual) -> Markup:
        """A remark."""
        return element("p", self.say(text), class_="note")

    def section(self, title: Bilingual | str, *content: Markup) -> Markup:
        """A part of the report below its heading."""
        heading = title if isinstance(title, str) else self.say(title)
        return element("section", element("h2", heading), *content)

    def by_run(self, label: Bilingual, rows: Sequence[Sequence[str]]) -> Markup:
        """A table with a column a run."""
        return self.table([label, *self._names], rows)

    def table(self, heads: Sequence[Bilingual | str], rows: Sequence[Sequence[str]]) -> Markup:
        """A table; all columns but the first hold figures."""
        head = element(
            "tr", *(element("th", head if isinstance(head, str) else self.say(head)) for head in heads)
        )
        body = [element("tr", element("td", row[0]), *map(_figure_cell, row[1:])) for row in rows]
        return element("div", element("table", head, *body), class_="wide")

    def cell(self, shares: Mapping[str, Share], key: str) -> str:
        """A share that not every run has."""
        return shares[key].text if key in shares else ""


def figure(plot: Markup) -> Markup:
    """A plot as the page holds it."""
    return element("figure", plot)


def count_text(count: int, total: int) -> str:
    """A count, and which share of the whole it is."""
    return f"{count} ({count / total:.1%})" if total else "0"


def _figure_cell(text: str) -> Markup:
    return element("td", text, class_="number")
