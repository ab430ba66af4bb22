"""Reading question sets in the forms in which they are published."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from chat2sql.config.errors import InvalidInput
from chat2sql.config.vocabulary import Dialect, Language
from chat2sql.engine.evaluation.cases import EvalCase, Suite, SuiteDatabase, SuiteFormat
from chat2sql.engine.evaluation.difficulty import spider_difficulty
from chat2sql.engine.semantics.language import detect_language


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Spider(_Row):
    id: str
    db_id: str
    question: str
    query: str
    evidence: str = ""
    difficulty: str = ""


class _Defog(_Row):
    id: str
    db: str
    question_en: str
    question_zh: str
    instructions: str = ""
    category: str = ""
    gold: list[str]


class _Unanswerable(_Row):
    id: str
    db_id: str
    question: str


class _Jsonl(_Row):
    id: str
    question: str
    gold: list[str] = []
    datasource: str
    as_of: str | None = None
    evidence: str = ""
    ordered: bool | None = None
    difficulty: str = ""
    kind: str = ""


def load_suite(path: Path, suite_format: SuiteFormat, *, language: Language = Language.EN) -> Suite:
    """Read a question set.

    Args:
        path: the folder of the set (spider, bird, defog), or a file (jsonl: one question a line).
        suite_format: its form.
        language: which wording is asked where the set has both (defog).

    Raises:
        InvalidInput: the set is not there, or not in that form; the message names the file and the place.
    """
    try:
        suite = _READERS[suite_format](path, language)
    except OSError as error:
        raise _wrong(path, error.strerror or "") from None
    except (ValidationError, ValueError) as error:
        raise _wrong(path, str(error).splitlines()[0]) from None
    ((commonest, times),) = Counter(case.id for case in suite.cases).most_common(1) or [("", 0)]
    if times > 1:
        raise _wrong(path, f"the id {commonest} stands {times} times")
    return suite


def sample(suite: Suite, *, limit: int | None, seed: int) -> Suite:
    """The same set, or as many of its questions drawn at random; the same ones for the same seed."""
    if limit is None or limit >= len(suite.cases):
        return suite
    drawn = set(random.Random(seed).sample(range(len(suite.cases)), limit))  # noqa: S311  # drawing lots, no secret
    return suite.model_copy(
        update={"cases": tuple(case for number, case in enumerate(suite.cases) if number in drawn)}
    )


def _wrong(path: Path, what: str) -> InvalidInput:
    return InvalidInput(
        zh=f"无法读取题集 {path}：{what}。请检查路径与 --format。",
        en=f"The question set {path} cannot be read: {what}. Check the path and --format.",
    )


def _spider_set(path: Path, language: Language) -> Suite:
    suite = _sqlite_set(path, language)
    graded = (
        case.model_copy(update={"difficulty": case.difficulty or spider_difficulty(case.gold[0]) or ""})
        for case in suite.cases
    )
    return suite.model_copy(update={"cases": tuple(graded)})


def _sqlite_set(path: Path, _: Language) -> Suite:
    rows = TypeAdapter(list[_Spider]).validate_json((path / "questions.json").read_bytes())
    cases = [
        EvalCase(
            id=row.id,
            question=row.question,
            gold=(row.query,),
            database=row.db_id,
            language=detect_language(row.question, Language.EN),
            evidence=row.evidence,
            difficulty=row.difficulty,
        )
        for row in rows
    ]
    databases = [
        SuiteDatabase(name=name, dialect=Dialect.SQLITE, path=str(_sqlite_file(path, name)))
        for name in dict.fromkeys(case.database for case in cases)
    ]
    return Suite(name=path.name, cases=tuple(cases), databases=tuple(databases))


def _sqlite_file(path: Path, name: str) -> Path:
    folder = path / "database"
    found = [
        file
        for file in (
            folder / name / f"{name}.sqlite",
            folder / f"{name}.sqlite",
            folder / name / f"{name}.db",
        )
        if file.exists()
    ]
    if not found:
        raise _wrong(folder / name, "no SQLite file")
    return found[0].resolve()


def _defog_set(path: Path, language: Language) -> Suite:
    if path.suffix == ".json":
        return _unanswerable_set(path)
    text = (path / "questions.jsonl").read_text("utf-8")
    rows = [_Defog.model_validate_json(line) for line in text.splitlines() if line.strip()]
    cases = [
        EvalCase(
            id=row.id,
            question=row.question_zh if language is Language.ZH else row.question_en,
            gold=tuple(row.gold),
            database=row.db,
            language=language,
            evidence=row.instructions,
            kind=row.category,
        )
        for row in rows
    ]
    return Suite(name=f"{path.name}-{language}", cases=tuple(cases), databases=_dumps(path, cases))


def _unanswerable_set(path: Path) -> Suite:
    rows = TypeAdapter(list[_Unanswerable]).validate_json(path.read_bytes())
    cases = [
        EvalCase(
            id=row.id,
            question=row.question,
            gold=(),
            database=row.db_id,
            language=detect_language(row.question, Language.EN),
            kind="unanswerable",
        )
        for row in rows
    ]
    return Suite(name=path.stem, cases=tuple(cases), databases=_dumps(path.parent, cases))


def _dumps(path: Path, cases: list[EvalCase]) -> tuple[SuiteDatabase, ...]:
    return tuple(
        SuiteDatabase(
            name=name, dialect=Dialect.POSTGRESQL, path=str((path / name / f"{name}.sql").resolve())
        )
        for name in dict.fromkeys(case.database for case in cases)
    )


def _jsonl_set(path: Path, _: Language) -> Suite:
    cases = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = _Jsonl.model_validate_json(line)
            cases.append(
                EvalCase.model_validate(
                    {
                        **row.model_dump(exclude={"datasource"}),
                        "database": row.datasource,
                        "language": detect_language(row.question, Language.EN),
                    }
                )
            )
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise _wrong(path, f"line {number}: {place}: {first['msg']}") from None
    names = dict.fromkeys(case.database for case in cases)
    return Suite(
        name=path.stem, cases=tuple(cases), databases=tuple(SuiteDatabase(name=name) for name in names)
    )


_READERS: dict[SuiteFormat, Callable[[Path, Language], Suite]] = {
    SuiteFormat.SPIDER: _spider_set,
    SuiteFormat.BIRD: _sqlite_set,
    SuiteFormat.DEFOG: _defog_set,
    SuiteFormat.JSONL: _jsonl_set,
}
