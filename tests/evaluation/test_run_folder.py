from __future__ import annotations

from pathlib import Path

import pytest

from chat2sql.config.errors import InvalidInput
from chat2sql.config.settings import Settings
from chat2sql.engine.evaluation.cases import SuiteFormat
from chat2sql.engine.evaluation.outcomes import EvalRecord, OutcomeClass
from chat2sql.engine.evaluation.run_folder import (
    RESULTS,
    Plan,
    append_record,
    open_folder,
    plan_of,
    records_of,
    switches,
)


def _plan(**more: object) -> Plan:
    given = {
        "suite": "s",
        "format": SuiteFormat.JSONL,
        "language": "en",
        "limit": None,
        "seed": 0,
        "model": None,
    }
    return Plan.model_validate({**given, "settings": switches(Settings()), **more})


def _record(name: str, outcome: OutcomeClass = OutcomeClass.RIGHT) -> EvalRecord:
    given = {"id": name, "question": "?", "language": "en", "database": "d", "outcome": outcome, "seconds": 1}
    return EvalRecord.model_validate(given)


def test_a_run_keeps_its_key_and_every_run_has_its_own(tmp_path: Path) -> None:
    first = open_folder(tmp_path / "a", _plan())
    assert open_folder(tmp_path / "a", _plan()) == first == plan_of(tmp_path / "a")
    assert open_folder(tmp_path / "b", _plan()).key != first.key


@pytest.mark.parametrize("change", [{"seed": 1}, {"model": "local"}, {"settings": {"samples": 3}}])
def test_another_run_is_not_mixed_in(tmp_path: Path, change: dict[str, object]) -> None:
    open_folder(tmp_path, _plan())
    with pytest.raises(InvalidInput, match="another run") as refused:
        open_folder(tmp_path, _plan(**change))
    assert "--out" in refused.value.message.zh


@pytest.mark.parametrize("content", [None, "[]", "{"])
def test_a_folder_without_a_run(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "run.json").write_text(content, "utf-8")
    with pytest.raises(InvalidInput, match="holds no run"):
        plan_of(tmp_path)


def test_each_question_is_written_once(tmp_path: Path) -> None:
    append_record(tmp_path, _record("a"))
    append_record(tmp_path, _record("a", OutcomeClass.WRONG))
    append_record(tmp_path, _record("b"))
    assert [(record.id, record.outcome.value) for record in records_of(tmp_path)] == [
        ("a", "right"),
        ("b", "right"),
    ]


def test_a_line_that_was_cut_off_is_written_again(tmp_path: Path) -> None:
    append_record(tmp_path, _record("a"))
    whole = (tmp_path / RESULTS).read_bytes()
    with (tmp_path / RESULTS).open("ab") as file:
        file.write(b'{"id":"b","quest')
    assert [record.id for record in records_of(tmp_path)] == ["a"]
    append_record(tmp_path, _record("b"))
    assert (tmp_path / RESULTS).read_bytes() == whole + _record("b").model_dump_json().encode() + b"\n"


def test_a_file_of_something_else(tmp_path: Path) -> None:
    (tmp_path / RESULTS).write_text('{"x": 1}\n', "utf-8")
    with pytest.raises(InvalidInput, match="no file of evaluation results"):
        records_of(tmp_path)
    with pytest.raises(InvalidInput):
        append_record(tmp_path, _record("a"))
    assert (tmp_path / RESULTS).read_text("utf-8") == '{"x": 1}\n'
