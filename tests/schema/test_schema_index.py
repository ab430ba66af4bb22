from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml
from qdrant_client import AsyncQdrantClient

from chat2sql.config.errors import Outage
from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue, Column, Table
from chat2sql.engine.schema.embedding import BilingualSparse
from chat2sql.engine.schema.index import SchemaIndex
from chat2sql.engine.schema.lexicon import han_runs, pairs, share_known, singular, terms, words
from chat2sql.engine.schema.neighbourhood import ranked

FIXTURES = Path(__file__).parents[1] / "fixtures"
Asked = list[tuple[str, str]]


class Initials:
    """A dense embedder: how often each letter begins a word."""

    name = "initials"
    dimensions: int | None = 26

    async def tables(self, catalogue: Catalogue) -> tuple[tuple[float, ...], ...]:
        return tuple([await self.question(table.name) for table in catalogue.tables])

    async def question(self, text: str) -> tuple[float, ...]:
        initials = [word[0] for word in words(text)]
        return tuple(1e-3 + initials.count(chr(ord("a") + i)) for i in range(26))


@pytest.fixture
async def index() -> AsyncIterator[SchemaIndex]:
    async with SchemaIndex() as opened:
        yield opened


def questions(language: str) -> Asked:
    """One question for each of the 200 tables, with the table it is about."""
    content = yaml.safe_load((FIXTURES / "schema" / "large_catalogue.yaml").read_text())
    return [
        (record["ask"][language].format(b=business[language]), f"{business['en']}_{record['en']}")
        for business in content["businesses"]
        for record in content["records"]
    ]


def tiny(datasource: str = "tiny", comment: str = "") -> Catalogue:
    names = ("customers", "orders", "products")
    columns = (Column(name="id", type="int", comment=comment),)
    return Catalogue(
        datasource=datasource,
        dialect=Dialect.SQLITE,
        tables=tuple(Table(name=name, columns=columns) for name in names),
    )


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_recall_among_200_tables(index: SchemaIndex, large_catalogue: Catalogue, language: str) -> None:
    await index.build(large_catalogue)
    assert len(large_catalogue.tables) == 200
    ranks = []
    for question, table in questions(language):
        hits = [hit.table for hit in await index.search(large_catalogue, question, 10)]
        ranks.append(hits.index(table) if table in hits else 10)
    assert sum(rank < 10 for rank in ranks) == len(ranks)
    assert sum(rank < 1 for rank in ranks) / len(ranks) >= 0.95


async def test_ranks_in_memory_are_those_of_the_index(index: SchemaIndex, large_catalogue: Catalogue) -> None:
    for question in ("上周酒店的加班时长一共是多少？", "overtime hours of hotel shifts"):
        hits = await index.search(large_catalogue, question, 200)
        expected = ranked(large_catalogue, question, 200)
        assert {hit.table: hit.score for hit in hits} == pytest.approx(
            {hit.table: hit.score for hit in expected}, rel=1e-3
        )
        assert hits[0].table == expected[0].table == "hotel_shift"
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


async def test_building_again_changes_nothing_and_drops_older_versions(tmp_path: Path) -> None:
    other, old, new = tiny("other"), tiny(comment="old"), tiny(comment="new")
    folder = tmp_path / "index"
    async with SchemaIndex(folder) as index:
        for catalogue in (other, old, old, new, new):
            await index.build(catalogue)
        before = await index.search(new, "orders", 3)
    client = AsyncQdrantClient(path=str(folder))
    names = [collection.name for collection in (await client.get_collections()).collections]
    counts = [(await client.count(name)).count for name in names]
    await client.close()
    assert sorted(name.rsplit("-", 2)[1] for name in names) == sorted([other.version, new.version])
    assert counts == [3, 3]
    async with SchemaIndex(folder) as again:
        assert await again.search(new, "orders", 3) == before


async def test_an_index_that_was_left_half_built_is_completed(tmp_path: Path) -> None:
    catalogue = tiny()
    async with SchemaIndex(tmp_path) as index:
        await index.build(catalogue)
    client = AsyncQdrantClient(path=str(tmp_path))
    (name,) = [collection.name for collection in (await client.get_collections()).collections]
    await client.delete(name, points_selector=[0, 2])
    await client.close()
    async with SchemaIndex(tmp_path) as index:
        assert [hit.table for hit in await index.search(catalogue, "products", 3)] == ["products"]


async def test_what_is_searched_without_a_build_is_built(index: SchemaIndex) -> None:
    assert [hit.table for hit in await index.search(tiny(), "the customer's name", 5)] == ["customers"]
    assert await index.search(tiny(), "weather in Paris", 5) == ()
    assert await index.search(tiny(), "", 5) == ()
    assert await index.search(tiny(), "orders", 0) == ()
    empty = Catalogue(datasource="empty", dialect=Dialect.SQLITE, tables=())
    assert await index.search(empty, "orders", 5) == ()
    await index.build(empty)


async def test_a_dense_embedder_alone_and_fused_with_the_sparse_one() -> None:
    async with SchemaIndex(embedders=(Initials(),)) as index:
        assert (await index.search(tiny(), "pears", 1))[0].table == "products"
    async with SchemaIndex(embedders=(BilingualSparse(), Initials())) as index:
        hits = await index.search(tiny(), "orders of pears", 2)
        assert {hit.table for hit in hits} == {"orders", "products"}
        assert hits[0].table == "orders"


# The client leaves the file of a lock it did not get to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_folder_in_use_and_a_server_that_is_down_are_outages(tmp_path: Path) -> None:
    async with SchemaIndex(tmp_path) as first, SchemaIndex(tmp_path) as second:
        await first.build(tiny())
        with pytest.raises(Outage, match="Another process"):
            await second.search(tiny(), "orders", 3)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        async with SchemaIndex(f"http://127.0.0.1:{taken.getsockname()[1]}", timeout_s=2) as remote:
            with pytest.raises(Outage, match="cannot be reached"):
                await remote.build(tiny())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("customer_addresses", ["customer", "address"]),
        ("OrderItemID of HTTPServers", ["order", "item", "id", "http", "server"]),
        (
            "categories boxes status analysis glass bus",
            ["category", "box", "status", "analysis", "glass", "bus"],
        ),
        ("How many of the 3 orders", ["3", "order"]),
        ("订单Orders表", ["order"]),
        ("Straße Übersicht", ["straße", "übersicht"]),
    ],
)
def test_words_are_split_and_in_the_singular(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_chinese_counts_by_pairs_and_single_characters_little() -> None:
    assert han_runs("退货金额, 单 x") == ["退货金额", "单"]
    assert pairs("退货金额, 单") == ["退货", "货金", "金额"]
    found = terms("多少退货")
    assert found["退货"] == 1
    assert 0 < found["退"] < found["退货"]
    assert "多" not in found
    assert singular("s") == "s"


def test_the_share_of_known_content() -> None:
    known = frozenset(terms("退货金额 region employees"))
    assert share_known("退货金额是多少", known) == 1
    assert share_known("各 region 的退货金额", known) == 1
    assert share_known("employed in which region", known) == 1
    assert share_known("今天天气怎么样", known) == 0
    assert share_known("退货火星", known) == 0.5
    assert share_known("多少", known) == share_known("", known) == share_known("in 2024", known) == 0
