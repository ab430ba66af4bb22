"""Our extensions are JSON: what JSON can say is read, what only YAML can say is not."""

from __future__ import annotations

import json

import pytest
from semantics.model.catalogues import catalogue

from chat2sql.engine.semantics.model.reading import Reading, read_model

FILE = """\
version: 0.2.0.dev0
name: shop
datasets:
- name: orders
  source: orders
  custom_extensions:
  - vendor_name: CHAT2SQL
    data: {data}
"""


def _read(data: str) -> Reading:
    return read_model(FILE.format(data=json.dumps(data)), catalogue("shop"))


@pytest.mark.parametrize(
    "data",
    [
        '{"label": {"zh": "单", "en": "a/b"}}',
        '{\n\t"label": {"zh": "单",\n\t"en": "a\\/b"}\n}',
        '{"label": {"zh": "\\u5355", "en": "a/b"}}',
    ],
)
def test_any_spelling_of_json_is_read(data: str) -> None:
    file = _read(data).file
    assert file is not None
    assert (file.model.datasets[0].label.zh, file.model.datasets[0].label.en) == ("单", "a/b")


@pytest.mark.parametrize(
    "data", ["label: {zh: 单}", "[]", "", "{", "[" * 100_000, '{"label": NaN}', '{"status": 1e999}']
)
def test_what_is_no_such_json_is_a_fault(data: str) -> None:
    reading = _read(data)
    assert reading.file is None and [fault.line for fault in reading.faults] == [8]
