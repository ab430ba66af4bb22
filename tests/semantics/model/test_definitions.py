"""What the draft makes of definitions in comments: data in ``fixtures/semantic_model/definitions.yaml``."""

from __future__ import annotations

import pytest
import yaml
from semantics.model.catalogues import FIXTURES, catalogue_of

from chat2sql.engine.schema.catalogue import Catalogue
from chat2sql.engine.semantics.model.definition_codes import groups_of_codes
from chat2sql.engine.semantics.model.draft import draft_model
from chat2sql.engine.semantics.model.loosely import WHOLE
from chat2sql.engine.semantics.model.semantic_model import Metric, Origin, SemanticModel

NAMES_OF_CODES = yaml.safe_load((FIXTURES / "names_of_codes.yaml").read_text())
WRITTEN = yaml.safe_load((FIXTURES / "definitions.yaml").read_text())


def _with_comment(comment: str) -> Catalogue:
    catalogue = catalogue_of("definitions", WRITTEN["catalogue"])
    orders, *others = catalogue.tables
    return Catalogue(
        datasource=catalogue.datasource,
        dialect=catalogue.dialect,
        tables=(orders.model_copy(update={"comment": comment}), *others),
    )


def _told(metric: Metric, model: SemanticModel) -> list[str]:
    segments = [segment for name in metric.segments if (segment := model.segment(name)) is not None]
    told = [metric.expression, " AND ".join(segment.condition for segment in segments)]
    return [*told, metric.time] if metric.time is not None else told


@pytest.mark.parametrize("comment", WRITTEN["comments"])
def test_definitions_are_taken_as_they_stand(comment: str) -> None:
    model = draft_model(_with_comment(comment))
    defined = {
        metric.label.zh or metric.label.en: _told(metric, model)
        for metric in model.metrics
        if metric.origin is Origin.COMMENT
        and metric.expression != "COUNT(*)"
        and not metric.is_of_lines
        # What was read loosely is told apart by its certainty.
        and metric.certainty > WHOLE
    }
    assert defined == WRITTEN["comments"][comment]


@pytest.mark.parametrize("comment", WRITTEN["segments"])
def test_rows_that_have_a_name(comment: str) -> None:
    model = draft_model(_with_comment(comment))
    named = {one.label.zh: one.condition for one in model.segments if one.origin is Origin.COMMENT}
    assert named == WRITTEN["segments"][comment]


@pytest.mark.parametrize("comment", NAMES_OF_CODES)
def test_names_of_several_codes(comment: str) -> None:
    assert dict(groups_of_codes(comment)) == NAMES_OF_CODES[comment]
