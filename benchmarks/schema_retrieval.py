"""Recall of table retrieval on Spider's English questions: how often the tables of the gold SQL are found.

Usage: schema_retrieval.py FOLDER, where FOLDER holds Spider's ``tables.json`` and a ``questions.json`` of
``{id, db_id, question, query}``. All databases together are searched as one catalogue, and each alone.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import sqlglot
from pydantic import BaseModel
from sqlglot import exp

from chat2sql.config.vocabulary import Dialect, Frozen
from chat2sql.engine.schema.catalogue import Catalogue, Column, ForeignKey, Table
from chat2sql.engine.schema.index import SchemaIndex
from chat2sql.engine.schema.linking import link
from chat2sql.engine.schema.m_schema import estimate_tokens, render

LIMITS = (5, 10, 20)
LINK_BUDGET_TOKENS = 2000


class Database(BaseModel):
    """One database of Spider's ``tables.json``; column and table numbers point into its own lists."""

    db_id: str
    table_names_original: tuple[str, ...]
    column_names_original: tuple[tuple[int, str], ...]
    column_types: tuple[str, ...]
    primary_keys: tuple[int, ...]
    foreign_keys: tuple[tuple[int, int], ...]

    def tables(self) -> tuple[Table, ...]:
        """The tables, in a schema of the database's name; original names only, no comments, no samples."""
        return tuple(self._table(number) for number in range(len(self.table_names_original)))

    def _table(self, number: int) -> Table:
        numbers = [i for i, (table, _) in enumerate(self.column_names_original) if table == number]
        return Table(
            schema_name=self.db_id,
            name=self.table_names_original[number],
            columns=tuple(
                Column(
                    name=self.column_names_original[i][1],
                    type=self.column_types[i],
                    primary_key=i in self.primary_keys,
                )
                for i in numbers
            ),
            foreign_keys=tuple(
                ForeignKey(
                    columns=(self.column_names_original[mine][1],),
                    target_table=f"{self.db_id}.{self.table_names_original[self.column_names_original[other][0]]}",
                    target_columns=(self.column_names_original[other][1],),
                )
                for mine, other in self.foreign_keys
                if mine in numbers
            ),
        )


class Question(Frozen):
    """A question with its gold SQL."""

    id: str
    db_id: str
    question: str
    query: str

    def gold(self) -> frozenset[str]:
        """The qualified names, in lower case, of the tables that the gold SQL reads."""
        tree = sqlglot.parse_one(self.query, dialect="sqlite")
        return frozenset(f"{self.db_id}.{table.name}".lower() for table in tree.find_all(exp.Table))


def catalogue_of(name: str, databases: Iterable[Database]) -> Catalogue:
    """One catalogue over all tables of the databases."""
    tables = tuple(table for database in databases for table in database.tables())
    return Catalogue(datasource=name, dialect=Dialect.SQLITE, tables=tables)


def report(label: str, found: list[tuple[frozenset[str], frozenset[str]]]) -> None:
    """Print recall over gold tables and the share of questions with every gold table found."""
    tables = sum(len(gold & hits) for gold, hits in found) / sum(len(gold) for gold, _ in found)
    whole = sum(gold <= hits for gold, hits in found) / len(found)
    print(f"{label:<34} tables found {tables:6.1%}   questions complete {whole:6.1%}")


async def measure(databases: tuple[Database, ...], questions: tuple[Question, ...]) -> None:
    """Search every question and print the figures."""
    whole = catalogue_of("spider", databases)
    alone = {database.db_id: catalogue_of(database.db_id, [database]) for database in databases}
    print(f"{len(whole.tables)} tables of {len(databases)} databases, {len(questions)} questions")
    sizes = sorted(estimate_tokens(render(catalogue)) / len(catalogue.tables) for catalogue in alone.values())
    print(f"M-Schema text: median {sizes[len(sizes) // 2]:.0f} estimated tokens a table")
    async with SchemaIndex() as index:
        started = time.perf_counter()
        await index.build(whole)
        print(f"index built in {time.perf_counter() - started:.2f} s")
        started = time.perf_counter()
        ranked = [
            (q.gold(), [h.table.lower() for h in await index.search(whole, q.question, max(LIMITS))])
            for q in questions
        ]
        print(f"{(time.perf_counter() - started) / len(questions) * 1000:.1f} ms a search")
        for limit in LIMITS:
            report(
                f"all databases as one, first {limit}", [(g, frozenset(hits[:limit])) for g, hits in ranked]
            )
        linked = [
            (q.gold(), await link(whole, q.question, budget_tokens=LINK_BUDGET_TOKENS, index=index))
            for q in questions
        ]
        report(
            f"linked within {LINK_BUDGET_TOKENS} tokens",
            [(gold, frozenset(name.lower() for name in chosen.tables)) for gold, chosen in linked],
        )
        print(f"{sum(len(chosen.tables) for _, chosen in linked) / len(linked):.1f} tables linked on average")
        own = [
            (q.gold(), [h.table.lower() for h in await index.search(alone[q.db_id], q.question, 3)])
            for q in questions
        ]
        report("own database only, first 3", [(gold, frozenset(hits)) for gold, hits in own])


def main() -> int:
    """Read the folder named on the command line and measure."""
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    folder = Path(sys.argv[1])
    if not (folder / "tables.json").is_file() or not (folder / "questions.json").is_file():
        print(f"No Spider data (tables.json, questions.json) in {folder}: nothing is measured.")
        return 0
    databases = tuple(
        Database.model_validate(row) for row in json.loads((folder / "tables.json").read_text())
    )
    questions = tuple(
        Question.model_validate(row) for row in json.loads((folder / "questions.json").read_text())
    )
    asyncio.run(measure(databases, questions))
    return 0


if __name__ == "__main__":
    sys.exit(main())
