"""What can only be checked of a file once all of it is read: names that entries use of each other, words that mean two
things, circles."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError

from chat2sql.config.vocabulary import Bilingual
from chat2sql.engine.semantics.model.extensions import ConventionsPayload, MetricPayload, ModelPayload
from chat2sql.engine.semantics.model.faults import meant
from chat2sql.engine.semantics.model.finer import lines_between
from chat2sql.engine.semantics.model.ground import Ground
from chat2sql.engine.semantics.model.joins import route, routes_from
from chat2sql.engine.semantics.model.owned import FileModel, owned
from chat2sql.engine.semantics.model.places import Path, Written
from chat2sql.engine.semantics.model.restricting import names_in
from chat2sql.engine.semantics.model.semantic_model import Conventions, Metric, Origin, SemanticModel
from chat2sql.engine.semantics.model.terms import key_of
from chat2sql.engine.semantics.time_conventions import TimeConventions
from chat2sql.engine.sql.guard.hints import nearest

_CONVENTIONS = "conventions"


def conventions_of(
    told: ConventionsPayload, ground: Ground, inner: Written
) -> tuple[Conventions, TimeConventions]:
    """The conventions of a file, with datasets as the model calls them.

    Args:
        inner: the values of the model's payload with their lines.
    """
    try:
        calendar = TimeConventions(
            fiscal_year_start_month=told.fiscal_year_start_month,
            fiscal_year_named=told.fiscal_year_named,
            week_start=told.week_start,
            country=told.country,
        )
    except ValidationError:
        calendar = TimeConventions()
        ground.faults.append(
            inner.fault(
                (_CONVENTIONS, "country"),
                zh=f"不知道 {told.country} 的节假日。请写两个字母的国家代码，如 CN、US。",
                en=f"holidays of {told.country} are not known. Write a country in two letters, such as CN or US.",
            )
        )
    conventions = Conventions(
        fiscal_year_start_month=told.fiscal_year_start_month,
        week_start=told.week_start,
        never_combine=tuple((_name(ground, one), _name(ground, other)) for one, other in told.never_combine),
        default_segments=tuple(
            (ground.called.get(dataset, dataset), segment)
            for dataset, segment in told.default_segments.items()
        ),
    )
    return conventions, calendar


def check_whole(ground: Ground, file: FileModel, payload: ModelPayload, inner: Written) -> None:
    """Note what is wrong between entries.

    Args:
        payload: that of the model.
        inner: the values of the model's payload with their lines.
    """
    whole = owned(ground.draft, file)
    for number, entry in enumerate(ground.document.metrics):
        metric = file.model.metric(entry.name)
        if metric is not None:
            _, told = ground.payload(entry.custom_extensions, MetricPayload, ("metrics", number))
            _check_metric(ground, metric, whole, told, ("metrics", number))
    _check_related(ground, whole, payload, inner)
    _check_words(ground, file.model)
    _check_conventions(ground, file.model.conventions, whole, inner)


def _name(ground: Ground, said: str) -> str:
    """A name of the conventions, with its dataset as the model calls it."""
    if said in ground.called:
        return ground.called[said]
    dataset, _, rest = said.rpartition(".")
    return f"{ground.called[dataset]}.{rest}" if dataset in ground.called else said


def _check_metric(ground: Ground, metric: Metric, whole: SemanticModel, inner: Written, path: Path) -> None:
    def wrong(key: Path, said: Bilingual) -> None:
        ground.faults.append(inner.fault(key, zh=said.zh, en=said.en))

    for place, name in enumerate(metric.segments):
        segment = whole.segment(name)
        if segment is None:
            wrong(("segments", place), _missing("segments", name, [one.name for one in whole.segments]))
        elif segment.dataset not in routes_from(whole, metric.dataset):
            wrong(
                ("segments", place),
                Bilingual(
                    zh=f"{name} 是 {segment.dataset} 的，从 {metric.dataset} 连接不到。请换一个，或补上 relationships。",
                    en=f"{name} is of {segment.dataset}, which cannot be had from {metric.dataset} without repeating rows. "
                    "Take another one, or add the join to relationships.",
                ),
            )
    for key in ("numerator", "denominator", "less", "finer"):
        name = getattr(metric, key)
        if name is not None and whole.metric(name) is None:
            wrong((key,), _missing("metrics", name, [one.name for one in whole.metrics]))
    dataset, _, name = (metric.time or "").rpartition(".")
    if metric.time and name not in ground.fields.get(dataset or metric.dataset, {}):
        known = [f"{one}.{field}" for one, fields in ground.fields.items() for field in fields]
        wrong(("time",), _missing("datasets", metric.time, known))
    circle = _circle(metric, whole)
    if circle:
        way = " → ".join(circle)
        ground.fault(
            (*path, "name"),
            zh=f"比率绕成了圈：{way}。请改写其中一个。",
            en=f"the ratios go round in a circle: {way}. Define one of them by an expression.",
        )


def _check_related(ground: Ground, whole: SemanticModel, payload: ModelPayload, inner: Written) -> None:
    """Rows that are to lead to a segment's do so by a join."""
    for number, entry in enumerate(payload.segments):
        segment = whole.segment(entry.name)
        if segment is None or segment.related is None or entry.related is None:
            continue
        source, target = segment.related.dataset, segment.dataset
        if not route(whole, source, target) and lines_between(whole, source, target) is None:
            ground.faults.append(
                inner.fault(
                    ("segments", number, "related", "dataset"),
                    zh=f"{source} 没有连接到 {target}。请换一个，或补上 relationships。",
                    en=f"{source} does not lead to {target}. Take another one, or add the join to relationships.",
                )
            )


def _missing(where: str, name: str, known: list[str]) -> Bilingual:
    close = meant(nearest(name, known, most=1))
    return Bilingual(
        zh=f"{where} 中没有 {name}。{close.zh}请改名或删去。",
        en=f"{where} has no {name}.{close.en} Correct it or remove it.",
    )


def _circle(metric: Metric, whole: SemanticModel) -> tuple[str, ...]:
    """The names that lead from a metric back to it over its parts; empty: none do."""
    ways: list[tuple[str, ...]] = [(metric.name,)]
    while ways:
        way = ways.pop()
        here = whole.metric(way[-1])
        parts = (here.numerator, here.denominator, here.less, here.finer) if here is not None else ()
        for part in parts:
            if part == metric.name:
                return (*way, part)
            if part is not None and part not in way:
                ways.append((*way, part))
    return ()


def _check_words(ground: Ground, model: SemanticModel) -> None:
    """No word that the owner stands for names two figures."""
    known: dict[tuple[str, ...], str] = {}
    for number, entry in enumerate(ground.document.metrics):
        metric = model.metric(entry.name)
        if metric is None or metric.origin not in (Origin.OWNER, Origin.IMPORT) or metric.is_of_lines:
            continue
        for word in dict.fromkeys((metric.label.zh, metric.label.en, *metric.synonyms)):
            key = key_of(word)
            other = known.setdefault(key, metric.name) if key else metric.name
            if other != metric.name:
                ground.fault(
                    ("metrics", number),
                    zh=f"“{word}”同时指 {other} 和 {metric.name}。请从其中一个的名称或同义词里删去。",
                    en=f"'{word}' means {other} and {metric.name}. Take it out of the words of one of them.",
                )


def _check_conventions(ground: Ground, told: Conventions, whole: SemanticModel, inner: Written) -> None:
    names = names_in(whole.datasets, whole.metrics, whole.segments)
    for place, path in _never(told):
        if place not in names:
            close = meant(nearest(place, names, most=1))
            ground.faults.append(
                inner.fault(
                    path,
                    zh=f"没有名为 {place} 的指标、分组、数据集或字段。{close.zh}请改名或删去。",
                    en=f"no metric, segment, dataset or field is called {place}.{close.en} Correct it or remove it.",
                )
            )
    for dataset, name in told.default_segments:
        segment = whole.segment(name)
        if segment is None or segment.dataset != dataset:
            known = [one.name for one in whole.segments if one.dataset == dataset]
            fault = _missing(f"segments ({dataset})", name, known)
            ground.faults.append(inner.fault((_CONVENTIONS, "default_segments"), zh=fault.zh, en=fault.en))


def _never(told: Conventions) -> Iterator[tuple[str, Path]]:
    for number, pair in enumerate(told.never_combine):
        for side, name in enumerate(pair):
            yield name, (_CONVENTIONS, "never_combine", number, side)
