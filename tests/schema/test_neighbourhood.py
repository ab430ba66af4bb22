from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from chat2sql.config.vocabulary import Dialect, Frozen
from chat2sql.engine.schema.catalogue import Catalogue, Column, ForeignKey, Table
from chat2sql.engine.schema.index import SchemaIndex
from chat2sql.engine.schema.neighbourhood import TableHit, ranked

FIXTURE = Path(__file__).parents[1] / "fixtures" / "schema" / "retrieval.yaml"


class Written(Frozen):
    columns: tuple[str, ...]
    joins: tuple[str, ...] = ()
    comment: str = ""


class Asked(Frozen):
    question: str
    first: tuple[str, ...] | None = None
    within: tuple[str, ...] = ()


class Case(Frozen):
    what: str
    tables: dict[str, Written]
    ask: tuple[Asked, ...]

    def catalogue(self) -> Catalogue:
        tables = []
        for name, written in self.tables.items():
            schema, _, bare = name.partition(".")
            tables.append(
                Table(
                    schema_name=schema,
                    name=bare,
                    comment=written.comment,
                    columns=tuple(Column(name=column, type="text") for column in written.columns),
                    foreign_keys=tuple(
                        ForeignKey(columns=(column,), target_table=target, target_columns=("id",))
                        for column, target in zip(written.columns, written.joins, strict=False)
                    ),
                )
            )
        return Catalogue(datasource=self.what, dialect=Dialect.SQLITE, tables=tuple(tables))


CASES = [Case.model_validate(case) for case in yaml.safe_load(FIXTURE.read_text("utf-8"))]


@pytest.mark.parametrize(
    ("case", "asked"),
    [pytest.param(case, asked, id=asked.question) for case in CASES for asked in case.ask],
)
async def test_what_a_question_finds(case: Case, asked: Asked) -> None:
    catalogue = case.catalogue()
    async with SchemaIndex() as index:
        for hits in (
            ranked(catalogue, asked.question, 20),
            await index.search(catalogue, asked.question, 20),
        ):
            found = [hit.table for hit in hits]
            assert set(found[: len(asked.within)]) == set(asked.within)
            if asked.first is not None:
                assert found[: len(asked.first) or None] == list(asked.first)


def test_what_an_index_found_counts_beside_what_is_around() -> None:
    catalogue = CASES[0].catalogue()
    alone = TableHit(table="club.bar", score=0.9)
    assert [hit.table for hit in ranked(catalogue, "¿?", 3, (alone,))] == ["club.bar"]
    hits = {hit.table: hit.score for hit in ranked(catalogue, "song", 9, (alone,))}
    assert hits["club.bar"] == 1
    assert hits["choir.song"] > hits["choir.sings"] > hits["choir.member"] > 0
    assert len(ranked(catalogue, "member", 2)) == 2


def test_a_term_that_is_nearly_everywhere_tells_nothing_of_neighbours() -> None:
    tables = tuple(
        Table(schema_name=f"s{n % 2}", name=f"box_{n}", columns=(Column(name="id", type="int"),))
        for n in range(80)
    )
    lonely = Table(schema_name="s0", name="shelf", columns=(Column(name="metres", type="int"),))
    catalogue = Catalogue(datasource="boxes", dialect=Dialect.SQLITE, tables=(*tables, lonely))
    assert "s0.shelf" not in {hit.table for hit in ranked(catalogue, "boxes", 100)}
    beside = {hit.table: hit.score for hit in ranked(catalogue, "shelf", 100)}
    assert max(beside, key=beside.__getitem__) == "s0.shelf"
    assert {name.partition(".")[0] for name in beside} == {"s0"}
