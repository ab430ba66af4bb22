"""What the draft makes of definitions in free prose: data in ``fixtures/semantic_model/loose_definitions.yaml``."""

from __future__ import annotations

import pytest
import yaml
from semantics.model.catalogues import FIXTURES, catalogue_of

from chat2sql.engine.semantics.model.draft import draft_model
from chat2sql.engine.semantics.model.loosely import IN_PART, WHOLE
from chat2sql.engine.semantics.model.semantic_model import Metric, Origin, SemanticModel

WRITTEN = yaml.safe_load((FIXTURES / "loose_definitions.yaml").read_text())
SURE = {WHOLE: "whole", IN_PART: "in part"}


def _told(metric: Metric, model: SemanticModel) -> list[str | None]:
    segments = [segment for name in metric.segments if (segment := model.segment(name)) is not None]
    rows = " AND ".join(segment.condition for segment in segments)
    return [metric.expression, rows, metric.time, SURE[metric.certainty]]


@pytest.mark.parametrize("comment", WRITTEN["comments"])
def test_definitions_in_free_prose_are_read_in_their_parts(comment: str) -> None:
    catalogue = catalogue_of("loose", WRITTEN["catalogue"])
    orders, *others = catalogue.tables
    catalogue = catalogue.model_copy(
        update={"tables": (orders.model_copy(update={"comment": comment}), *others)}
    )
    model = draft_model(catalogue)
    read = {
        metric.label.zh: _told(metric, model)
        for metric in model.metrics
        if metric.origin is Origin.COMMENT
        and metric.certainty in SURE
        and metric.label.zh
        and metric.time
        and not metric.is_of_lines
    }
    assert read == WRITTEN["comments"][comment]
