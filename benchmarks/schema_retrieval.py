"""Recall of table retrieval on Spider's questions: how often all tables of the gold SQL are found.

Usage: schema_retrieval.py TABLES QUESTIONS [--language en] [--numbered-schemas] [--verbose], where TABLES is Spider's
``tables.json`` and QUESTIONS a list of ``{id, db_id, question, query}`` in the language named. All databases together are
searched as one catalogue, and each alone. A question does not name its database; each database is a schema of its name,
or of a number only.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
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

    def tables(self, schema: str) -> tuple[Table, ...]:
        """The tables, in a schema of that name; original names only, no comments, no samples."""
        return tuple(self._table(number, schema) for number in range(len(self.table_names_original)))

    def _table(self, number: int, schema: str) -> Table:
        numbers = [i for i, (table, _) in enumerate(self.column_names_original) if table == number]
        return Table(
            schema_name=schema,
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
                    target_table=f"{schema}.{self.table_names_original[self.column_names_original[other][0]]}",
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

    def gold(self, schema: str) -> frozenset[str]:
        """The qualified names, in lower case, of the tables that the gold SQL reads."""
        tree = sqlglot.parse_one(self.query, dialect="sqlite")
        return frozenset(f"{schema}.{table.name}".lower() for table in tree.find_all(exp.Table))


def catalogue_of(name: str, databases: Iterable[Database], schemas: dict[str, str]) -> Catalogue:
    """One catalogue over all tables of the databases, in the schema that ``schemas`` has for each."""
    tables = tuple(table for database in databases for table in database.tables(schemas[database.db_id]))
    return Catalogue(datasource=name, dialect=Dialect.SQLITE, tables=tables)


def report(label: str, gold: list[frozenset[str]], found: list[list[str]]) -> None:
    """Print recall over gold tables and the share of questions with every gold table found."""
    pairs = [(wanted, frozenset(hits)) for wanted, hits in zip(gold, found, strict=True)]
    tables = sum(len(wanted & hits) for wanted, hits in pairs) / sum(map(len, gold))
    whole = sum(wanted <= hits for wanted, hits in pairs) / len(pairs)
    print(f"{label:<34} tables found {tables:6.1%}   questions complete {whole:6.1%}")


async def measure(
    databases: tuple[Database, ...], questions: tuple[Question, ...], *, numbered: bool, verbose: bool
) -> None:
    """Search every question and print the figures."""
    schemas = {db.db_id: f"s{number}" if numbered else db.db_id for number, db in enumerate(databases)}
    whole = catalogue_of("spider", databases, schemas)
    alone = {db.db_id: catalogue_of(db.db_id, [db], schemas) for db in databases}
    gold = [q.gold(schemas[q.db_id]) for q in questions]
    print(f"{len(whole.tables)} tables of {len(databases)} databases, {len(questions)} questions")
    async with SchemaIndex() as index:
        started = time.perf_counter()
        await index.build(whole)
        await index.search(whole, questions[0].question, max(LIMITS))
        print(f"index built and warm in {time.perf_counter() - started:.2f} s")
        found, seconds, of_processor = [], [], []
        for q in questions:
            started, processor = time.perf_counter(), time.process_time()
            hits = await index.search(whole, q.question, max(LIMITS))
            seconds.append(time.perf_counter() - started)
            of_processor.append(time.process_time() - processor)
            found.append([hit.table.lower() for hit in hits])
        # On a machine that does other work at once, processor time tells what a search alone would take.
        for kind, taken in (("a search", seconds), ("of it on the processor", of_processor)):
            p50, p95 = (statistics.quantiles(taken, n=20)[i] * 1000 for i in (9, 18))
            print(f"{kind}: p50 {p50:.1f} ms, p95 {p95:.1f} ms, longest {max(taken) * 1000:.1f} ms")
        for limit in LIMITS:
            report(f"all databases as one, first {limit}", gold, [hits[:limit] for hits in found])
        linked = [
            await link(whole, q.question, budget_tokens=LINK_BUDGET_TOKENS, index=index) for q in questions
        ]
        chosen = [[name.lower() for name in schema.tables] for schema in linked]
        report(f"linked within {LINK_BUDGET_TOKENS} tokens", gold, chosen)
        print(f"{sum(map(len, chosen)) / len(chosen):.1f} tables linked on average")
        own = [await index.search(alone[q.db_id], q.question, 3) for q in questions]
        report("own database only, first 3", gold, [[hit.table.lower() for hit in hits] for hits in own])
    if verbose:
        for q, wanted, hits in zip(questions, gold, found, strict=True):
            if not wanted <= set(hits[:10]):
                places = {name: hits.index(name) + 1 if name in hits else None for name in sorted(wanted)}
                print(f"missed {q.id}: {q.question}\n  gold at {places}; first {hits[:3]}")


def main() -> int:
    """Read the files named on the command line and measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tables", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--language", default="en", help="of the questions, for the headline")
    parser.add_argument("--numbered-schemas", action="store_true", help="schemas tell no database's name")
    parser.add_argument("--verbose", action="store_true", help="print the questions that miss a table")
    asked = parser.parse_args()
    absent = [path for path in (asked.tables, asked.questions) if not path.is_file()]
    if absent:
        print(f"No {' and no '.join(map(str, absent))}: nothing is measured.")
        return 0
    databases = tuple(Database.model_validate(row) for row in json.loads(asked.tables.read_text("utf-8")))
    questions = tuple(Question.model_validate(row) for row in json.loads(asked.questions.read_text("utf-8")))
    print(f"language: {asked.language}")
    asyncio.run(measure(databases, questions, numbered=asked.numbered_schemas, verbose=asked.verbose))
    return 0


if __name__ == "__main__":
    sys.exit(main())
