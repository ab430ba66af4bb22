from __future__ import annotations

import pytest

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue, Column, ForeignKey, Table
from chat2sql.engine.schema.index import SchemaIndex
from chat2sql.engine.schema.join_graph import bridge, join_graph
from chat2sql.engine.schema.linking import link, overlap, unlinked_share
from chat2sql.engine.schema.m_schema import estimate_tokens, render


def table(name: str, *targets: str, comment: str = "", columns: int = 3) -> Table:
    """A table with a foreign key to each target."""
    return Table(
        name=name,
        comment=comment,
        columns=(
            Column(name="id", type="bigint", primary_key=True),
            *(Column(name=f"{target}_id", type="bigint") for target in targets),
            *(Column(name=f"field_{n}", type="text") for n in range(columns)),
        ),
        foreign_keys=tuple(
            ForeignKey(columns=(f"{target}_id",), target_table=target, target_columns=("id",))
            for target in targets
        ),
    )


def school(*more: Table) -> Catalogue:
    """student - enrolment - course - teacher, and tables about nothing of that."""
    return Catalogue(
        datasource="school",
        dialect=Dialect.SQLITE,
        tables=(
            table("course", "teacher", comment="课程"),
            table("enrolment", "student", "course", comment="选课"),
            *(table(f"archive_{n:02}", columns=8) for n in range(30)),
            table("student", comment="学生"),
            table("teacher", comment="教师"),
            *more,
        ),
    )


async def test_a_schema_that_fits_is_taken_whole() -> None:
    catalogue = school()
    size = estimate_tokens(render(catalogue))
    linked = await link(catalogue, "anything", budget_tokens=size, index=None)
    assert linked.whole
    assert linked.prompt_tokens == size
    assert linked.tables == tuple(t.name for t in catalogue.tables)
    assert not (await link(catalogue, "student", budget_tokens=size - 1, index=None)).whole


@pytest.mark.parametrize("question", ["Which teacher has most students?", "每位教师有多少学生？"])
async def test_hits_come_with_the_tables_that_join_them(question: str) -> None:
    catalogue = school()
    async with SchemaIndex() as index:
        for place in (None, index):
            linked = await link(catalogue, question, budget_tokens=400, index=place)
            assert linked.tables == ("course", "enrolment", "student", "teacher")
            assert linked.prompt_tokens == estimate_tokens(render(catalogue, linked.tables)) <= 400
            assert not linked.whole


async def test_the_budget_is_kept() -> None:
    catalogue = school()
    for budget in range(40, 1500, 90):
        linked = await link(catalogue, "fields of archive 07 and student", budget_tokens=budget, index=None)
        assert linked.prompt_tokens <= max(budget, 110)
        assert linked.tables
        order = [t.name for t in catalogue.tables]
        assert list(linked.tables) == sorted(linked.tables, key=order.index)


async def test_the_best_hit_is_taken_even_if_it_is_too_large() -> None:
    catalogue = school(table("ledger", columns=200))
    linked = await link(catalogue, "ledger", budget_tokens=300, index=None)
    assert linked.tables == ("ledger",)
    assert linked.prompt_tokens > 300


async def test_where_nothing_is_named_the_most_joined_tables_stand_in() -> None:
    linked = await link(school(), "¿?", budget_tokens=250, index=None)
    assert {"course", "enrolment"} <= set(linked.tables)


def test_a_bridge_is_a_shortest_path_of_at_most_four_joins() -> None:
    chain = Catalogue(
        datasource="chain",
        dialect=Dialect.SQLITE,
        tables=(*(table(f"t{n}", f"t{n + 1}") for n in range(6)), table("t6"), table("t1b", "t0", "t2")),
    )
    graph = join_graph(chain)
    assert graph["t1"] == ("t0", "t2")
    assert bridge(graph, frozenset({"t0"}), "t1") == ()
    assert bridge(graph, frozenset({"t0"}), "t2") == ("t1",)
    assert bridge(graph, frozenset({"t0"}), "t4") == ("t1", "t2", "t3")
    assert bridge(graph, frozenset({"t0"}), "t5") == ()
    assert bridge(graph, frozenset({"t0", "t4"}), "t6") == ("t5",)
    assert bridge(graph, frozenset({"t0"}), "elsewhere") == ()


def test_overlap_tells_whether_a_question_is_about_the_database(large_catalogue: Catalogue) -> None:
    for question in (
        "哪些酒店的投诉还没有解决？",
        "Which hotels have unresolved complaints?",
        "酒店 invoices 的税率",
    ):
        assert overlap(large_catalogue, question) >= 0.6, question
    for question in ("明天会下雨吗", "Write a poem about spring", "红烧肉怎么做", "who won the world cup"):
        assert overlap(large_catalogue, question) <= 0.34, question


def test_overlap_cannot_judge_a_language_the_catalogue_does_not_have() -> None:
    english = Catalogue(datasource="e", dialect=Dialect.SQLITE, tables=(table("orders"),))
    assert overlap(english, "哪些客户下单最多？") == 1
    assert overlap(english, "weather tomorrow") == 0
    assert overlap(english, "orders 的天气") < 1


@pytest.mark.parametrize(
    ("question", "values", "share"),
    [
        ("How many customers are there in total?", "", 0.0),
        # A synonym, and words that only ask.
        ("List the average wages, highest to lowest", "", 0.0),
        ("What is dark matter?", "", 1.0),
        ("Customers of Umbrella?", "", 0.5),
        ("Customers of Umbrella?", "suppliers.name = 'Umbrella Corp' (\"Umbrella\")", 0.0),
        ("2024?", "", 0.0),
    ],
)
def test_words_that_nothing_in_the_database_could_mean(question: str, values: str, share: float) -> None:
    catalogue = Catalogue(
        datasource="e", dialect=Dialect.SQLITE, tables=(table("customers"), table("salaries"))
    )
    assert unlinked_share(catalogue, question, values=values) == pytest.approx(share)
