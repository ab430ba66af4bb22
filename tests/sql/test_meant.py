"""What definitions add to SQL that a model wrote: data in ``fixtures/meant.yaml``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from analytic_databases import Asked, asked_database

from chat2sql.config.vocabulary import Caller
from chat2sql.engine.evaluation.scoring import same_rows
from chat2sql.engine.semantics.model.meant_rows import meant_by
from chat2sql.engine.sql.guard.check import check
from chat2sql.engine.sql.guard.policy import OPEN
from chat2sql.engine.sql.repair.repair import repair
from chat2sql.engine.sql.repair.steps import RepairKind

CASES = yaml.safe_load((Path(__file__).parent.parent / "fixtures" / "meant.yaml").read_text("utf-8"))["cases"]
MEANT = (RepairKind.MEANT_ROWS, RepairKind.MEANT_TIME)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    return asked_database("workshop", tmp_path_factory.mktemp("meant"))


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in CASES])
def test_definitions_are_kept(case: dict[str, Any], workshop: Asked) -> None:
    versions = repair(
        case["sql"],
        workshop.catalogue,
        question=case["question"],
        values=workshop.values,
        meant=meant_by(workshop.model),
    )
    found = [step.kind for step in versions[0].repairs if step.kind in MEANT] if versions else []
    assert [kind.value for kind in found] == case["kinds"], versions
    checked = check(
        versions[0].sql if versions else case["sql"],
        workshop.catalogue,
        policy=OPEN,
        caller=Caller(tenant=""),
    )
    assert checked.ok
    rows = workshop.run(checked.executable)
    assert same_rows(rows, [tuple(row) for row in case["rows"]], ordered=False), (rows, checked.sql)


def test_without_a_model_nothing_is_added(workshop: Asked) -> None:
    assert repair("SELECT COUNT(*) FROM client", workshop.catalogue, question="一共多少客户") == ()
