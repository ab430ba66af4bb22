"""Shops that are shops: what is none of those on the internet, which alone have a code that says so."""

from __future__ import annotations

import re

from chat2sql.config.vocabulary import Bilingual
from chat2sql.engine.semantics.model.semantic_model import (
    Dataset,
    Field,
    Origin,
    Segment,
    SemanticModel,
)
from chat2sql.engine.semantics.model.spelling import spelled

OFFLINE = ".线下"
"""Ends the names of those segments."""
_SHOPS = re.compile("店|网点|商铺|专柜")
_ONLINE = re.compile("线上|网店|电商|网上|在线")
_OFFLINE = re.compile("线下|实体")
_CERTAINTY = 0.6


def offline_shops(model: SemanticModel) -> tuple[Segment, ...]:
    """线下门店 of 1直营店 2奥莱店 3线上店: all but those that are online."""
    found = []
    for dataset in model.datasets:
        online = [(field, codes) for field in dataset.fields if (codes := _online(field))]
        said = any(_OFFLINE.search("".join(code.words)) for field in dataset.fields for code in field.codes)
        if len(online) == 1 and not said and _SHOPS.search(dataset.label.zh):
            found.append(_others(dataset, *online[0], model))
    return tuple(found)


def _online(field: Field) -> list[str]:
    """The codes of what is online, where there are others beside them."""
    codes = [code.code for code in field.codes if _ONLINE.search("".join(code.words))]
    return codes if len(codes) < len(field.codes) else []


def _others(dataset: Dataset, field: Field, online: list[str], model: SemanticModel) -> Segment:
    is_text = re.search("char|text|string", field.type, re.IGNORECASE) is not None
    codes = ", ".join(f"'{code}'" if is_text else code for code in online)
    return Segment(
        name=f"{dataset.name}{OFFLINE}",
        label=Bilingual(zh="线下", en="offline"),
        synonyms=("实体",),
        origin=Origin.NAME,
        certainty=_CERTAINTY,
        dataset=dataset.name,
        condition=f"NOT {spelled(dataset.name, field.name, model.dialect)} IN ({codes})",
    )
