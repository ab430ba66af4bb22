"""What columns of a compiled query are called, in the asker's language."""

from __future__ import annotations

from chat2sql.config.vocabulary import Bilingual, Language
from chat2sql.engine.semantics.analytic.intent import Aggregate, Figure, Grain, Group, Place
from chat2sql.engine.semantics.model.semantic_model import SemanticModel
from chat2sql.engine.semantics.model.spoken_forms import says_little

_GRAINS = {
    Grain.DAY: Bilingual(zh="日期", en="day"),
    Grain.WEEK: Bilingual(zh="周", en="week"),
    Grain.MONTH: Bilingual(zh="月份", en="month"),
    Grain.QUARTER: Bilingual(zh="季度", en="quarter"),
    Grain.YEAR: Bilingual(zh="年份", en="year"),
}
_AGGREGATES = {
    Aggregate.SUM: Bilingual(zh="合计", en="total"),
    Aggregate.MEAN: Bilingual(zh="平均", en="average"),
    Aggregate.COUNT: Bilingual(zh="数量", en="count"),
    Aggregate.DISTINCT: Bilingual(zh="数量", en="count"),
    Aggregate.MIN: Bilingual(zh="最小", en="minimum"),
    Aggregate.MAX: Bilingual(zh="最大", en="maximum"),
}


def place_label(place: Place, model: SemanticModel, language: Language) -> str:
    """What a field is called; one that says little, with its dataset."""
    dataset, field = model.dataset(place.dataset), model.field(place.dataset, place.field)
    if dataset is None or field is None:
        return place.field
    if place.via:
        return place_label(Place(dataset=place.dataset, field=place.via), model, language)
    own = field.label.to(language) or field.name
    owner = dataset.label.to(language)
    if field.name == dataset.display and owner:
        return owner
    if says_little(own) and owner:
        return f"{owner}{own}" if language is Language.ZH else f"{owner} {own}"
    return own


def group_label(group: Group, model: SemanticModel, language: Language) -> str:
    """What a group is called."""
    if group.grain is not None:
        return _GRAINS[group.grain].to(language)
    assert group.place is not None
    return place_label(group.place, model, language)


def figure_label(figure: Figure, model: SemanticModel, language: Language) -> str:
    """What a figure is called."""
    if figure.metric is not None:
        metric = model.metric(figure.metric)
        if metric is None:
            return figure.metric
        return metric.label.to(language) or metric.label.zh or metric.label.en or metric.name
    assert figure.aggregate is not None
    how = _AGGREGATES[figure.aggregate].to(language)
    dataset = model.dataset(figure.dataset)
    if figure.field is None:
        owner = (dataset.label.to(language) or figure.dataset) if dataset is not None else figure.dataset
        return f"{owner}{how}" if language is Language.ZH else f"{owner} {how}"
    named = place_label(Place(dataset=figure.dataset, field=figure.field), model, language)
    return f"{how}{named}" if language is Language.ZH else f"{how} {named}"
