"""Runs as one HTML page that needs nothing else: no network, no script, readable in light and dark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import fmean, median

from chat2sql.config.vocabulary import Bilingual, Frozen, Language
from chat2sql.engine.evaluation import plots
from chat2sql.engine.evaluation import wording as words
from chat2sql.engine.evaluation.markup import Markup, element
from chat2sql.engine.evaluation.outcomes import EvalRecord, OutcomeClass
from chat2sql.engine.evaluation.page_pieces import Pieces, count_text, figure
from chat2sql.engine.evaluation.page_questions import QuestionList
from chat2sql.engine.evaluation.run_folder import Plan
from chat2sql.engine.evaluation.statistics import quantile
from chat2sql.engine.evaluation.style import OUTCOME_COLOURS, style
from chat2sql.engine.evaluation.summary import Comparison, compare, confidence_bands, summarise
from chat2sql.engine.evaluation.taxonomy import Mistake

_COSTS: tuple[tuple[Bilingual, Callable[[EvalRecord], float], str], ...] = (
    (words.SECONDS, lambda record: record.seconds, ",.1f"),
    (words.CALLS, lambda record: record.usage.calls, ",.1f"),
    (words.TOKENS_IN, lambda record: record.usage.prompt_tokens, ",.0f"),
    (words.TOKENS_OUT, lambda record: record.usage.completion_tokens, ",.0f"),
    (words.DOLLARS, lambda record: float(record.usage.cost_usd), ".4f"),
)
# No page may load or run anything, whatever found its way into a question.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


class Run(Frozen):
    """A run with what came of it.

    Attributes:
        name: how the report calls it; no two runs have the same.
    """

    name: str
    plan: Plan
    records: tuple[EvalRecord, ...]


def page(runs: Sequence[Run], language: Language) -> str:
    """The report of one or several runs; the others are compared with the first.

    Raises:
        Chat2SQLError: a plot cannot be drawn.
    """
    return _Page(runs, language).text()


class _Page(Pieces):
    def __init__(self, runs: Sequence[Run], language: Language) -> None:
        super().__init__([run.name for run in runs], language)
        self._runs = runs
        self._summaries = {run.name: summarise(run.records) for run in runs}
        self._against = [compare(runs[0].records, run.records) for run in runs[1:]]
        self._questions = [
            QuestionList(number, run.records, against, language)
            for number, (run, against) in enumerate(zip(runs, [None, *self._against], strict=True))
        ]

    def text(self) -> str:
        title = self.say(words.TITLE)
        head = element(
            "head",
            element("meta", charset="utf-8"),
            element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
            element("meta", name="viewport", content="width=device-width"),
            element("title", title),
            element("style", Markup(style())),
        )
        sections = [
            self._overview(),
            *(self._group(name, label) for name, label in words.GROUPS.items()),
            self._outcomes(),
            self._mistakes(),
            self._calibration(),
            self._cost(),
            self._curve(),
            self._paired(),
            *self._lists(),
        ]
        body = element("body", element("h1", title), *sections)
        lang = "zh-CN" if self._language is Language.ZH else "en"
        return "<!DOCTYPE html>\n" + element("html", head, body, lang=lang)

    # -- sections --------------------------------------------------------------------------------------

    def _overview(self) -> Markup:
        voted = any(summary.best_of_candidates for summary in self._summaries.values())
        heads = [
            words.RUN,
            words.SUITE,
            words.MODEL,
            words.SETTINGS,
            words.ACCURACY,
            *([words.BEST] if voted else []),
        ]
        rows = []
        for run in self._runs:
            summary = self._summaries[run.name]
            settings = ", ".join(
                f"{name}={value}" for name, value in run.plan.settings.items() if value is not None
            )
            cells = [run.name, _suite(run.plan), run.plan.model or self.say(words.ROUTED), settings]
            cells.append(summary.accuracy.text)
            if voted:
                cells.append(summary.best_of_candidates.text if summary.best_of_candidates else "")
            rows.append(cells)
        points = [
            plots.Measured(run=name, label=name, share=summary.accuracy)
            for name, summary in self._summaries.items()
        ]
        plot = plots.accuracies(points, self.say(words.ACCURACY))
        return self.section(words.RUNS, self.table(heads, rows), self.note(words.INTERVAL), figure(plot))

    def _group(self, name: str, label: Bilingual) -> Markup:
        found = {run: summary.groups.get(name, {}) for run, summary in self._summaries.items()}
        keys = sorted({key for shares in found.values() for key in shares})
        if not keys:
            return Markup("")
        shown = {key: key or self.say(words.NONE) for key in keys}
        rows = [[shown[key], *(self.cell(shares, key) for shares in found.values())] for key in keys]
        points = [
            plots.Measured(run=run, label=shown[key], share=shares[key])
            for key in keys
            for run, shares in found.items()
            if key in shares
        ]
        title = words.ACCURACY_BY.to(self._language).format(label.to(self._language))
        plot = plots.accuracies(points, self.say(words.ACCURACY))
        return self.section(title, self.by_run(label, rows), figure(plot))

    def _outcomes(self) -> Markup:
        def rows(name: OutcomeClass) -> list[str]:
            return [
                count_text(summary.outcomes.get(name.value, 0), summary.accuracy.total)
                for summary in self._summaries.values()
            ]

        names = [
            name for name in OutcomeClass if any(name.value in s.outcomes for s in self._summaries.values())
        ]
        parts = [
            plots.Portion(
                run=run,
                label=self._outcome(name),
                value=summary.outcomes[name.value] / summary.accuracy.total,
            )
            for run, summary in self._summaries.items()
            for name in names
            if name.value in summary.outcomes
        ]
        colours = {self._outcome(name): colour for name, colour in OUTCOME_COLOURS.items()}
        plot = plots.stacked(parts, self.say(words.SHARE_OF_QUESTIONS), colours)
        table = self.by_run(words.OUTCOME, [[self._outcome(name), *rows(name)] for name in names])
        return self.section(words.OUTCOMES, table, figure(plot))

    def _mistakes(self) -> Markup:
        wrong = {
            run: summary.outcomes.get(OutcomeClass.WRONG.value, 0) for run, summary in self._summaries.items()
        }
        names = [name for name in Mistake if any(name.value in s.mistakes for s in self._summaries.values())]
        if not names:
            return Markup("")
        counts = {
            name: {run: summary.mistakes.get(name.value, 0) for run, summary in self._summaries.items()}
            for name in names
        }
        rows = [
            [
                self.say(words.MISTAKE_NAMES[name]),
                *(count_text(counts[name][run], wrong[run]) for run in wrong),
            ]
            for name in names
        ]
        parts = [
            plots.Portion(run=run, label=self.say(words.MISTAKE_NAMES[name]), value=counts[name][run] / total)
            for name in names
            for run, total in wrong.items()
            if total
        ]
        plot = plots.bars(parts, self.say(words.SHARE_OF_WRONG))
        return self.section(words.MISTAKES, self.by_run(words.MISTAKE, rows), figure(plot))

    def _calibration(self) -> Markup:
        bands = list(
            dict.fromkeys(band for summary in self._summaries.values() for band in summary.calibration)
        )
        if not bands:
            return Markup("")
        rows = [
            [band, *(self.cell(summary.calibration, band) for summary in self._summaries.values())]
            for band in sorted(bands)
        ]
        points = [
            plots.Measured(
                run=run.name,
                x=fmean(record.confidence or 0 for record in inside),
                share=self._summaries[run.name].calibration[band],
            )
            for run in self._runs
            for band, inside in confidence_bands(run.records).items()
        ]
        plot = plots.calibration(points, self.say(words.STATED), self.say(words.ACCURACY))
        table = self.by_run(words.STATED, rows)
        return self.section(words.CALIBRATION, table, self.note(words.ON_THE_LINE), figure(plot))

    def _cost(self) -> Markup:
        heads = [words.PER_QUESTION, words.RUN, words.MEAN, words.MEDIAN, words.SLOWEST, words.LARGEST]
        rows = []
        for label, read, form in _COSTS:
            for run in self._runs:
                values = [read(record) for record in run.records]
                figures = (fmean(values), median(values), quantile(values, 0.95), max(values))
                rows.append([self.say(label), run.name, *(format(figure, form) for figure in figures)])
        points = [
            plots.Point(run=run.name, x=seconds, y=number / len(run.records))
            for run in self._runs
            for number, seconds in enumerate([0.0, *sorted(record.seconds for record in run.records)])
        ]
        plot = plots.cumulative(points, self.say(words.SECONDS), self.say(words.AT_MOST))
        return self.section(words.COST, self.table(heads, rows), figure(plot), self._steps())

    def _steps(self) -> Markup:
        names = list(
            dict.fromkeys(step for run in self._runs for record in run.records for step in record.steps)
        )
        rows = [
            [
                name,
                *(f"{fmean(record.steps.get(name, 0) for record in run.records):.2f}" for run in self._runs),
            ]
            for name in names
        ]
        heading = element("h3", self.say(words.SECONDS_BY_STEP))
        return element("div", heading, self.by_run(words.STEP, rows)) if names else Markup("")

    def _curve(self) -> Markup:
        if len(self._runs) < 2:
            return Markup("")
        points = [
            plots.Measured(run=name, x=summary.seconds, share=summary.accuracy)
            for name, summary in self._summaries.items()
        ]
        plot = plots.cost_curve(points, self.say(words.SECONDS_PER_QUESTION), self.say(words.ACCURACY))
        return self.section(words.CURVE, figure(plot))

    def _paired(self) -> Markup:
        if not self._against:
            return Markup("")
        heads = [
            words.RUN,
            words.BOTH,
            words.FIRST,
            words.SECOND,
            words.DIFFERENCE,
            words.WON,
            words.LOST,
            words.P,
        ]
        rows = []
        for run, found in zip(self._runs[1:], self._against, strict=True):
            points = 100 * (found.second.value - found.first.value)
            cells = [run.name, str(found.questions), f"{found.first.value:.1%}", f"{found.second.value:.1%}"]
            rows.append(
                [*cells, f"{points:+.1f}", str(len(found.won)), str(len(found.lost)), f"{found.p:.4f}"]
            )
        changed = [
            self._changed(run.name, found, questions)
            for run, found, questions in zip(self._runs[1:], self._against, self._questions[1:], strict=True)
        ]
        return self.section(words.PAIRED, self.table(heads, rows), *changed)

    def _changed(self, run: str, found: Comparison, questions: QuestionList) -> Markup:
        lines = [
            element(
                "p", f"{self.say(label)}: ", *(text for name in ids for text in (questions.link(name), " "))
            )
            for label, ids in ((words.WON, found.won), (words.LOST, found.lost))
            if ids
        ]
        return element("details", element("summary", run), *lines) if lines else Markup("")

    def _lists(self) -> list[Markup]:
        first = self.say(words.QUESTIONS)
        return [
            element(
                "details",
                element("summary", element("b", f"{first}: {run.name}")),
                questions.table(),
                # The lists are long: one is open, unless there are others to choose from.
                open=len(self._runs) == 1,
            )
            for run, questions in zip(self._runs, self._questions, strict=True)
        ]

    def _outcome(self, name: OutcomeClass) -> str:
        return self.say(words.OUTCOME_NAMES[name])


def _suite(plan: Plan) -> str:
    drawn = "" if plan.limit is None else f", {plan.limit} / seed {plan.seed}"
    return f"{plan.suite} ({plan.format}, {plan.language}{drawn})"
