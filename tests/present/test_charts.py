"""Which chart a result gets, from a file of shapes; what is written is valid Vega-Lite."""

from __future__ import annotations

import json
import re
from pathlib import Path

import altair
import pytest
import yaml

from chat2sql.config.vocabulary import Cell, Language
from chat2sql.engine.present.chart import ChartSpec, choose_chart
from chat2sql.engine.present.shape import ResultColumn, Role, Shape, roles

CASES = yaml.safe_load((Path(__file__).parents[1] / "fixtures" / "present_charts.yaml").read_text())


def _columns(case: dict) -> tuple[ResultColumn, ...]:
    pairs = case.get("columns_list") or list(case["columns"].items())
    return tuple(ResultColumn(name=str(name), type=kind) for name, kind in pairs)


def _made(template: str, i: int, kind: str) -> Cell:
    text = re.sub(r"\{([^}]+)\}", lambda m: str(_count(m[1], i)), template)
    return int(text) if kind == "integer" else text


def _count(rule: str, i: int) -> int:
    """'i', 'i//5' or 'i%5+1'."""
    match = re.fullmatch(r"i(?:(//|%)(\d+))?(?:\+(\d+))?", rule)
    assert match is not None, rule
    if match[1]:
        i = i // int(match[2]) if match[1] == "//" else i % int(match[2])
    return i + int(match[3] or 0)


def _rows(case: dict, columns: tuple[ResultColumn, ...]) -> tuple[tuple[Cell, ...], ...]:
    if "many" not in case:
        return tuple(tuple(row) for row in case["rows"])
    return tuple(
        tuple(_made(cell, i, column.type) for cell, column in zip(case["many"]["row"], columns, strict=True))
        for i in range(1, case["many"]["count"] + 1)
    )


def _chosen(case: dict, language: Language = Language.ZH) -> tuple[Shape, ChartSpec | None]:
    columns = _columns(case)
    rows = _rows(case, columns)
    shape = roles(columns, rows)
    return shape, choose_chart(shape, columns, rows, language=language, title="问题 question")


def test_there_are_enough_shapes() -> None:
    assert len({case["name"] for case in CASES}) == len(CASES) >= 40


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_chart_fits_the_shape(case: dict) -> None:
    shape, spec = _chosen(case)
    if "roles" in case:
        assert [column.role.value for column in shape.columns] == case["roles"]
    if "grain" in case:
        assert shape.columns[shape.having(Role.TIME)[0]].grain == case["grain"]
    assert (spec.kind.value if spec else "none") == case["kind"]
    if spec is None:
        return
    document = json.loads(spec.vega_lite)
    data = document["data"]["values"]
    assert spec.rows_used == case.get("used", spec.rows_used) > 1
    assert case.get("note", "") in spec.subtitle
    if "horizontal" in case:
        assert (document["encoding"]["y"]["field"] == "x") is case["horizontal"]
    if "labels" in case:
        assert list(spec.labels) == case["labels"]
    if "first" in case:
        assert spec.labels[0] == case["first"]
    if "series" in case:
        assert list(dict.fromkeys(datum["series"] for datum in data)) == case["series"]
    else:
        assert len(spec.labels) == len(spec.values) in (0, len(data))


@pytest.mark.parametrize("case", [case for case in CASES if case["kind"] != "none"], ids=lambda c: c["name"])
@pytest.mark.parametrize("language", Language)
def test_the_document_is_valid_and_loads_nothing(case: dict, language: Language) -> None:
    _, spec = _chosen(case, language)
    assert spec is not None
    document = json.loads(spec.vega_lite)
    altair.Chart.from_dict(document, validate=True)
    assert list(document["data"]) == ["values"]
    without_schema = {name: part for name, part in document.items() if name != "$schema"}
    assert "://" not in json.dumps(without_schema)
    assert '"arc"' not in spec.vega_lite


def test_a_cut_result_says_so() -> None:
    case = next(case for case in CASES if case["name"] == "two regions")
    columns = _columns(case)
    rows = _rows(case, columns)
    spec = choose_chart(
        roles(columns, rows), columns, rows, language=Language.EN, title="Sales", truncated=True
    )
    assert spec is not None
    assert "Only the first 2 rows" in spec.subtitle
    assert spec.subtitle in json.loads(spec.vega_lite)["title"]["subtitle"]
