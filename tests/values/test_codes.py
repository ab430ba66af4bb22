"""What comments say codes mean: what is read of them, told of them to a model, and mended by them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from every_database import on_every_database, read_catalogues
from mariadb_server import MariadbServer

from chat2sql.config.vocabulary import Caller, Dialect
from chat2sql.engine.schema.catalogue import Catalogue, Column
from chat2sql.engine.schema.codes import column_codes, introduction, read_codes, spellings
from chat2sql.engine.sql.executors.open import open_executor
from chat2sql.engine.sql.executors.port import Fetched, FetchLimits, RowList
from chat2sql.engine.sql.guard.check import check
from chat2sql.engine.sql.guard.policy import OPEN, Access, Policy
from chat2sql.engine.sql.guard.visible import visible
from chat2sql.engine.sql.repair.repair import repair
from chat2sql.engine.values.codes import link_codes, united
from chat2sql.engine.values.index import ColumnValues, How, LinkedValue, ValueIndex
from chat2sql.engine.values.reading import read_values
from chat2sql.engine.values.rendering import render_values

CODES: dict[str, Any] = yaml.safe_load((Path(__file__).parents[1] / "fixtures/codes.yaml").read_text())
Case = dict[str, Any]


def _statements(dialect: Dialect) -> list[str]:
    """The tables with their comments as each database takes them."""
    made, told = [], []
    for table, content in CODES["tables"].items():
        columns = list(content["columns"].items())
        if dialect is Dialect.MYSQL:
            lines = [f"{name} {type_} COMMENT '{comment}'" for name, (type_, comment) in columns]
            made.append(f"CREATE TABLE {table} ({', '.join(lines)}) COMMENT '{content['comment']}'")
            continue
        if dialect is Dialect.SQLITE:
            lines = [
                f"{name} {type_}{',' if name != columns[-1][0] else ''} -- {comment}"
                for name, (type_, comment) in columns
            ]
            made.append("\n".join([f"CREATE TABLE {table} ( -- {content['comment']}", *lines, ")"]))
            continue
        made.append(f"CREATE TABLE {table} ({', '.join(f'{name} {type_}' for name, (type_, _) in columns)})")
        told.append(f"COMMENT ON TABLE {table} IS '{content['comment']}'")
        told += [
            f"COMMENT ON COLUMN {table}.{name} IS '{comment}'" for name, (_, comment) in columns if comment
        ]
    return [*made, *told, *CODES["rows"]]


@pytest.fixture(scope="module")
def coded_dsns(
    postgres_server: str, mariadb_server: MariadbServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[Dialect, str]]:
    """Tables with codes on every database; never written to by tests."""
    statements = {dialect: _statements(dialect) for dialect in Dialect}
    folder = tmp_path_factory.mktemp("coded")
    with on_every_database("coded", statements, postgres_server, mariadb_server, folder) as dsns:
        yield dsns


@pytest.fixture(scope="module")
def coded_catalogues(coded_dsns: dict[Dialect, str]) -> dict[Dialect, Catalogue]:
    """The catalogues of all of them, as introspection reads them."""
    return read_catalogues(coded_dsns, "coded")


@pytest.mark.parametrize("case", CODES["comments"], ids=lambda case: case["comment"][:40])
def test_codes_of_a_comment(case: Case) -> None:
    codes = read_codes(case["comment"])
    assert [f"{code.code}={code.meaning}" for code in codes] == case["codes"]
    assert (introduction(case["comment"]) == case["comment"]) == (not codes)


@pytest.mark.parametrize(
    ("meaning", "expected"),
    [
        ("已付款", ["已付款"]),
        ("已付款 paid", ["已付款 paid", "已付款", "paid"]),
        ("男/male", ["男/male", "男", "male"]),
        ("paid (已付款)", ["paid (已付款)", "paid", "已付款"]),
        ("minor (no one hurt)", ["minor (no one hurt)", "minor"]),
        ("lost or stolen", ["lost or stolen", "lost", "stolen"]),
    ],
)
def test_what_a_meaning_is_called(meaning: str, expected: list[str]) -> None:
    assert list(spellings(meaning)) == expected


@pytest.mark.parametrize(
    ("type_", "comment", "samples", "expected"),
    [
        ("integer", "0=off,1=on", ("0",), 2),
        ("integer", "0=off,1=on", (), 2),
        ("integer", "00=off,01=on", ("1",), 2),
        ("integer", "0=off,1=on", ("7", "8"), 0),
        ("integer", "A=one thing,B=another", (), 0),
        ("enum('time','date')", "time=时间,date=日期", ("date",), 2),
        ("varchar(4)", "0=off,1=on", ("on",), 0),
        ("varchar(4)", "A=one thing,B=another", ("B", "C"), 2),
        ("boolean", "0=off,1=on", ("true",), 2),
        ("date", "0=off,1=on", (), 0),
        ("jsonb", "size=大小,color=颜色", (), 0),
    ],
)
def test_columns_that_can_hold_their_codes(
    type_: str, comment: str, samples: tuple[str, ...], expected: int
) -> None:
    column = Column(name="c", type=type_, comment=comment, samples=samples)
    assert len(column_codes(column)) == expected


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize(
    "case", CODES["links"], ids=lambda case: f"{case['question']} {case.get('hide', '')}"
)
def test_codes_of_a_question(
    dialect: Dialect, case: Case, coded_catalogues: dict[Dialect, Catalogue]
) -> None:
    policy = Policy(default=Access(hide=tuple(case.get("hide", ()))))
    view = visible(coded_catalogues[dialect], policy, Caller(tenant="t"))
    found = render_values(link_codes(case["question"], view), dialect).splitlines()
    assert found == case.get(dialect.value, case["lines"])


def test_no_more_than_asked_for(coded_catalogues: dict[Dialect, Catalogue]) -> None:
    question, catalogue = "已付款和已取消的订单", coded_catalogues[Dialect.SQLITE]
    many = link_codes(question, catalogue)
    assert len(many) == 2
    assert link_codes(question, catalogue, most=1) == many[:1]


def test_codes_and_values_together() -> None:
    def link(column: str, value: str, mention: str) -> LinkedValue:
        return LinkedValue(table="orders", column=column, value=value, mention=mention, how=How.EXACT)

    code, value = link("status", "2", "已取消"), link("city", "北京", "北京")
    assert united([code], [value]) == (code, value)
    longer = link("campaign", "已取消订单", "已取消订单")
    assert united([code], [longer]) == (longer,)
    same = link("status", "已取消", "已取消")
    assert united([code], [same]) == (same,)


@pytest.mark.parametrize("indexed", [False, True])
@pytest.mark.parametrize("dialect", Dialect)
async def test_meanings_become_codes(
    dialect: Dialect,
    indexed: bool,
    coded_catalogues: dict[Dialect, Catalogue],
    coded_dsns: dict[Dialect, str],
) -> None:
    catalogue = coded_catalogues[dialect]
    index = await read_values(coded_dsns[dialect], catalogue, OPEN) if indexed else None
    for case in CODES["mended"]:
        versions = repair(case["sql"], catalogue, values=index)
        assert versions, case
        kinds = {step.kind.value for step in versions[0].repairs}
        assert (len(versions), kinds) == (1, {"literal_value"}), case
        mended = await _counted(dialect, coded_dsns, check(versions[0].sql, catalogue).executable)
        assert mended == await _counted(dialect, coded_dsns, case["same_as"]), case
    for case in CODES["left"]:
        policy = Policy(default=Access(hide=tuple(case.get("hide", ()))))
        assert repair(case["sql"], catalogue, values=index, policy=policy) == (), case


async def _counted(dialect: Dialect, dsns: dict[Dialect, str], sql: str) -> Counter[str]:
    executor = open_executor(dialect, dsns[dialect])
    try:
        rows = RowList()
        limits = FetchLimits(row_cap=100, timeout_s=20)
        fetched = await executor.fetch(sql, rows, caller=Caller(tenant="t"), limits=limits)
        assert isinstance(fetched, Fetched), (sql, fetched)
        return Counter(map(str, rows.rows))
    finally:
        await executor.aclose()


def test_what_a_mended_literal_is_told_as(coded_catalogues: dict[Dialect, Catalogue]) -> None:
    (version,) = repair("SELECT id FROM orders WHERE status = 'Paid'", coded_catalogues[Dialect.POSTGRESQL])
    assert version.sql == "SELECT id FROM orders WHERE status = 1"
    assert version.repairs[0].explanation == "orders.status has no 'Paid' -> 1"


def test_a_text_that_the_column_has_is_left(coded_catalogues: dict[Dialect, Catalogue]) -> None:
    catalogue = coded_catalogues[Dialect.SQLITE]
    column = ColumnValues(table="tickets", column="state", values=("O", "closed"), complete=False)
    index = ValueIndex(datasource="coded", catalogue_version=catalogue.version, columns=(column,))
    assert repair("SELECT id FROM tickets WHERE state = 'closed'", catalogue, values=index) == ()
