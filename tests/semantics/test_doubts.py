"""What the data does not have, and what in it has several senses: the case file, over a schema of its own."""

from __future__ import annotations

import sqlite3
import time
from datetime import date
from pathlib import Path

import pytest
import yaml

from chat2sql.activities.ambiguous_names import permitted
from chat2sql.config.vocabulary import Caller, Dialect, Language
from chat2sql.engine.schema.catalogue import Catalogue, Column, ForeignKey, Table
from chat2sql.engine.semantics.absent import missing_data
from chat2sql.engine.semantics.absent_reading import LONGEST, Asked, asked
from chat2sql.engine.semantics.ambiguity import which_meaning
from chat2sql.engine.semantics.ambiguity_people import (
    MOST_ROWS,
    bearers,
    lookup,
    names_of_people,
    people_meant,
    which_person,
)
from chat2sql.engine.semantics.language import detect_language
from chat2sql.engine.sql.guard.policy import OPEN, MaskKind, Policy
from chat2sql.engine.sql.guard.visible import visible
from chat2sql.engine.values.index import ColumnValues, ValueIndex

FILE = yaml.safe_load((Path(__file__).parents[1] / "fixtures/doubts.yaml").read_text(encoding="utf-8"))


def _column(name: str, told: list[str]) -> Column:
    return Column(name=name, type=told[0], comment=told[1], primary_key=told[2:] == ["key"])


def _keys(columns: dict[str, list[str]]) -> tuple[ForeignKey, ...]:
    targets = {name: told[2].split(".") for name, told in columns.items() if told[2:] and "." in told[2]}
    return tuple(
        ForeignKey(columns=(name,), target_table=table, target_columns=(column,))
        for name, (table, column) in targets.items()
    )


CLINIC = Catalogue(
    datasource="clinic",
    dialect=Dialect.SQLITE,
    tables=tuple(
        Table(
            name=table["name"],
            comment=table["comment"],
            columns=tuple(_column(name, told) for name, told in table["columns"].items()),
            foreign_keys=_keys(table["columns"]),
        )
        for table in FILE["tables"]
    ),
)
VALUES = ValueIndex(
    datasource="clinic",
    catalogue_version=CLINIC.version,
    columns=tuple(
        ColumnValues(table=place.split(".")[0], column=place.split(".")[1], values=tuple(held), complete=True)
        for place, held in FILE["values"].items()
    ),
)


def _asked(question: str, *, catalogue: Catalogue = CLINIC, said: str = "") -> Asked:
    language = detect_language(question, Language.EN)
    taken = asked(question, language, date(2025, 6, 30), catalogue, VALUES, said=said)
    assert taken is not None
    return taken


@pytest.mark.parametrize("question", FILE["answer"])
def test_what_is_there_is_not_stopped(question: str) -> None:
    missing = missing_data(_asked(question))
    assert missing is None, missing
    assert which_meaning(_asked(question)) is None


@pytest.mark.parametrize("case", FILE["cannot_answer"], ids=lambda case: case["question"])
def test_what_is_missing_is_named(case: dict) -> None:
    told = missing_data(_asked(case["question"]))
    assert told is not None
    for word in case["missing"]:
        assert f"“{word}”" in told.zh
        assert f"'{word}'" in told.en


@pytest.mark.parametrize("case", FILE["ask_back"], ids=lambda case: case["question"])
def test_several_senses_are_offered(case: dict) -> None:
    assert missing_data(_asked(case["question"])) is None
    back = which_meaning(_asked(case["question"]))
    assert back is not None
    offered = {side for choice in back.choices for side in (choice.zh, choice.en)}
    assert set(case["choices"]) <= offered
    assert all(
        f"{number}. {choice.zh}" in back.question_back.zh for number, choice in enumerate(back.choices, 1)
    )


def test_what_the_asker_defines_is_not_missing_and_has_one_sense() -> None:
    assert missing_data(_asked("床位利用率是多少", said="床位 = 处方数量")) is None
    assert which_meaning(_asked("5月份金额一共多少", said="金额 = 就诊金额")) is None


def test_a_schema_that_says_nothing_in_a_language_is_left_to_the_model() -> None:
    tables = tuple(
        Table(
            name=table.name,
            columns=tuple(Column(name=column.name, type=column.type) for column in table.columns),
        )
        for table in CLINIC.tables
    )
    silent = Catalogue(datasource="clinic", dialect=Dialect.SQLITE, tables=tables)
    for case in FILE["cannot_answer"][:6]:
        assert missing_data(_asked(case["question"], catalogue=silent)) is None


@pytest.mark.parametrize(
    "text",
    [
        "到",
        "从下单到",
        "金额的",
        "Ab Cd ",
        "days from a ",
        "苏州公司",
        "王小明",
        "our best ",
        "a",
        "率",
        "最好的患者",
    ],
)
def test_hostile_texts_take_no_time(text: str) -> None:
    for length in (LONGEST, 20 * LONGEST):
        question = (text * length)[:length]
        began = time.monotonic()
        taken = asked(question, Language.ZH, date(2025, 6, 30), CLINIC, VALUES)
        if taken is not None:
            missing_data(taken)
            which_meaning(taken)
            names_of_people(taken)
        assert time.monotonic() - began < 2


# -- people of one name --------------------------------------------------------------------------------


@pytest.fixture
def clinic() -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    for table in CLINIC.tables:
        database.execute(f"CREATE TABLE {table.name} ({', '.join(column.name for column in table.columns)})")
    database.executemany("INSERT INTO departments VALUES (?, ?)", [(1, "内科"), (2, "外科")])
    database.executemany(
        "INSERT INTO doctors VALUES (?, ?, ?, ?, 50)",
        [
            (1, "王建国", 1, "chief"),
            (2, "王建国", 2, "resident"),
            (3, "李秀英", 1, "chief"),
            (4, "张伟", 1, "chief"),
        ],
    )
    database.executemany(
        "INSERT INTO patients VALUES (?, ?, ?, NULL, NULL)",
        [(1, "张伟", "北京"), (2, "张伟", "北京"), *((number, "李秀英", "上海") for number in range(3, 13))],
    )
    return database


def _back(clinic: sqlite3.Connection, question: str) -> list[str] | None:
    taken = _asked(question)
    names, kinds = names_of_people(taken), people_meant(taken, CLINIC)
    if not names:
        return None
    rows = clinic.execute(lookup(names, kinds, CLINIC)).fetchall()
    assert len(rows) <= MOST_ROWS * len(kinds)
    back = which_person(taken, names, bearers(rows, kinds))
    return [choice.zh for choice in back.choices] if back is not None else None


def test_two_of_one_name_are_told_apart_by_what_is_not_personal(clinic: sqlite3.Connection) -> None:
    told = _back(clinic, "王建国的挂号费是多少")
    assert told == ["科室：内科，职称：主任医师", "科室：外科，职称：住院医师"]


def test_who_else_is_said_of_them_decides(clinic: sqlite3.Connection) -> None:
    assert _back(clinic, "内科王建国的挂号费是多少") is None
    assert _back(clinic, "李秀英的挂号费是多少") is None


def test_those_who_look_alike_are_told_apart_by_their_keys(clinic: sqlite3.Connection) -> None:
    assert _back(clinic, "患者张伟看了几次病") == ["城市：北京，编号：1", "城市：北京，编号：2"]


def test_everybody_of_a_name_is_clear(clinic: sqlite3.Connection) -> None:
    assert _back(clinic, "叫张伟的患者有多少") is None
    assert _back(clinic, "上个月的就诊人次") is None


@pytest.mark.parametrize(
    ("policy", "may"),
    [
        (OPEN, True),
        (Policy(masks={"doctors.name": MaskKind.NAME}), False),
        (Policy(masks={"departments.name": MaskKind.SECRET}), False),
    ],
    ids=["open", "the name is masked", "what tells them apart is masked"],
)
def test_nothing_is_looked_up_that_is_masked(policy: Policy, may: bool) -> None:
    caller = Caller(tenant="default", user="u")
    view = visible(CLINIC, policy, caller)
    taken = _asked("王建国的挂号费是多少", catalogue=view)
    sql = lookup(names_of_people(taken), people_meant(taken, view), view)
    assert (permitted(sql, CLINIC, view, policy, caller) is not None) is may


def test_where_names_are_hidden_nobody_is_looked_for() -> None:
    policy = Policy.model_validate({"default": {"hide": ["doctors.name", "patients.name"]}})
    view = visible(CLINIC, policy, Caller(tenant="default", user="u"))
    assert people_meant(_asked("王建国的挂号费是多少", catalogue=view), view) == ()


def test_a_name_cannot_break_out_of_the_look_up(clinic: sqlite3.Connection) -> None:
    kinds = people_meant(_asked("患者张伟"), CLINIC)
    assert clinic.execute(lookup(["x') OR 1=1 --"], kinds, CLINIC)).fetchall() == []
