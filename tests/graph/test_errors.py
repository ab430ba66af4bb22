"""The error tree: drawn as it is, complete, and the same on both sides of a process boundary."""

from __future__ import annotations

import inspect

import pytest

from chat2sql.graph import errors
from chat2sql.graph.failure import ErrorDetail

CLASSES = [getattr(errors, name) for name in errors.__all__]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_survives_the_boundary(kind: type[errors.Chat2SQLError]) -> None:
    error = kind(zh="中文", en="English")
    back = ErrorDetail.model_validate_json(ErrorDetail.of(error).model_dump_json()).to_error()
    assert type(back) is kind
    assert back.message == error.message


def test_retry_after_survives() -> None:
    error = errors.RateLimited(zh="稍候", en="wait", retry_after=7)
    back = ErrorDetail.of(error).to_error()
    assert isinstance(back, errors.RateLimited)
    assert back.retry_after == 7


def test_unknown_class_becomes_the_root() -> None:
    newer = ErrorDetail(type="FromTheFuture", message=errors.Chat2SQLError(zh="一", en="one").message)
    assert type(newer.to_error()) is errors.Chat2SQLError


def test_every_class_is_drawn_in_the_tree() -> None:
    drawing = inspect.getdoc(errors) or ""
    assert [kind.__name__ for kind in CLASSES if kind.__name__ not in drawing] == []


def test_tree_is_complete() -> None:
    def below(kind: type) -> set[type]:
        return {kind}.union(
            *(below(child) for child in kind.__subclasses__() if child.__module__.endswith("config.errors"))
        )

    assert below(errors.Chat2SQLError) == set(CLASSES)
