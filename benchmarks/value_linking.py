"""How long values take to find: ``python benchmarks/value_linking.py``.

50,000 invented values in 50 columns, two in five of them Chinese, and 100 questions in both languages that mention
three of them each. Prints milliseconds of the processor, so that other programs do not count.
"""

from __future__ import annotations

import random
import time

from chat2sql.config.vocabulary import Dialect
from chat2sql.engine.schema.catalogue import Catalogue, Column, Table
from chat2sql.engine.values.index import ColumnValues, ValueIndex
from chat2sql.engine.values.linking import link_values

SYLLABLES = tuple(
    "kalomertinbradofengarhuliskepmonarospelrossattorulvanwesyorzim"[i : i + 3] for i in range(0, 60, 3)
)
HAN = "华北南东西海江山河天地人和信达通泰安康宏图新城工商银科技电子贸易实业发展"
TABLES, COLUMNS, VALUES, QUESTIONS = 10, 5, 1000, 50


def _latin(chance: random.Random) -> str:
    words = ("".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(chance.randint(1, 3)))
    return " ".join(words).title()


def _chinese(chance: random.Random) -> str:
    return "".join(chance.choices(HAN, k=chance.randint(2, 7)))


def _made(chance: random.Random) -> tuple[Catalogue, ValueIndex]:
    names = [f"c{number}" for number in range(COLUMNS)]
    tables = tuple(
        Table(name=f"t{number}", columns=tuple(Column(name=name, type="text") for name in names))
        for number in range(TABLES)
    )
    catalogue = Catalogue(datasource="made", dialect=Dialect.SQLITE, tables=tables)
    columns = tuple(
        ColumnValues(
            table=table.name,
            column=name,
            values=tuple({(_latin if place < 3 else _chinese)(chance) for _ in range(VALUES)}),
            complete=True,
        )
        for table in tables
        for place, name in enumerate(names)
    )
    return catalogue, ValueIndex(datasource="made", catalogue_version=catalogue.version, columns=columns)


def main() -> None:
    """Measure and print."""
    chance = random.Random(1)
    catalogue, index = _made(chance)
    values = [value for column in index.columns for value in column.values]
    asked = []
    for _ in range(QUESTIONS):
        one, other, third = chance.sample(values, 3)
        asked += [
            f"How many orders did {one} and {other} place with {third[:-1]}x in the last quarter, compared with the"
            " Total of all Regions and Departments of last year?",
            f"查询{one}和{other}去年第三季度的销售额、毛利率和同比增长率，按地区和产品类别分组，列出前十名并与{third}比较",
        ]
    took = []
    for question in asked:
        begun = time.process_time()
        link_values(index, question, catalogue)
        took.append((time.process_time() - begun) * 1000)
    first, rest = took[0], sorted(took[1:])
    print(f"{len(values)} values, {len(asked)} questions; the first one took {first:.0f} ms, tables built")
    print(f"others: median {rest[len(rest) // 2]:.1f} ms, most {rest[-1]:.1f} ms")


if __name__ == "__main__":
    main()
