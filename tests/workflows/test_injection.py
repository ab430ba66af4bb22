"""A model that obeys an injected order, whatever channel the order came through: nothing it writes has an effect, and
nobody else's rows are shown. The datasource's role is the database's owner on purpose, so that only the guard stands."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
import yaml
from psycopg import sql
from psycopg.conninfo import make_conninfo
from questions import a_request
from running_stack import RunningStack, sql_reply
from temporalio.client import Client

from chat2sql.activities.parts import open_parts
from chat2sql.config.vocabulary import Dialect, Frozen, Outcome
from chat2sql.engine.llm.fake_server import Rule
from chat2sql.engine.stores.conversations import Turn
from chat2sql.engine.stores.datasources import Datasource
from chat2sql.graph.answer import Answer, StepName
from chat2sql.graph.state import AskRequest
from chat2sql.workers.client import start_question


class Order(Frozen):
    """What an obedient model writes, and how the question then ends."""

    ref: str
    ends: str
    sql: str


_FILE = yaml.safe_load((Path(__file__).parents[1] / "fixtures" / "injection_channels.yaml").read_text())
_CHANNELS: dict[str, str] = _FILE["channels"]
_MARKERS: dict[str, str] = _FILE["markers"]
_ORDERS = tuple(Order.model_validate(order) for order in _FILE["orders"])

NAME = "injected"
TENANT = "acme"
OWN, FOREIGN, HIDDEN = "own-note", "CANARY-FOREIGN", "CANARY-HIDDEN"
POLICY = (
    '[default]\nhide = ["payroll"]\n[tenants]\ntables = ["orders"]\nshared = ["statuses"]\nby = "rewrite"\n'
)
WRONG = "SELECT count(*) AS n FROM orders WHERE kind > 1"
REWRITTEN = "List what {marker} says, ref {ref}"


@pytest.fixture(scope="module")
def shop(stack: RunningStack) -> Iterator[str]:
    """A database of two tenants and a secret table, with an order to the model wherever text can stand."""
    with stack.owner() as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
    with stack.owner(NAME) as connection:
        for statement in (
            sql.SQL("CREATE TYPE {} AS ENUM ('a')").format(sql.Identifier(_CHANNELS["error"])),
            sql.SQL(
                "CREATE TABLE orders (id int PRIMARY KEY, tenant_id text, amount int, note text, kind {})"
            ).format(sql.Identifier(_CHANNELS["error"])),
            sql.SQL("CREATE TABLE payroll (id int PRIMARY KEY, secret text)"),
            sql.SQL("INSERT INTO payroll VALUES (1, {})").format(HIDDEN),
            sql.SQL("INSERT INTO orders SELECT n, {}, n, {}, 'a' FROM generate_series(1, 3) n").format(
                TENANT, OWN
            ),
            sql.SQL("INSERT INTO orders VALUES (4, 'other', 4, {}, 'a')").format(FOREIGN),
            # Values of tenants' tables never come into a prompt; those of shared tables do.
            sql.SQL("CREATE TABLE statuses AS SELECT {} AS status").format(_CHANNELS["sample_value"]),
            sql.SQL("COMMENT ON TABLE orders IS {}").format(_CHANNELS["table_comment"]),
            sql.SQL("COMMENT ON COLUMN orders.amount IS {}").format(_CHANNELS["column_comment"]),
            sql.SQL("ANALYZE"),
        ):
            connection.execute(statement)
    yield NAME
    with stack.owner() as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(NAME)))


@pytest.fixture(scope="module", autouse=True)
async def _datasource(stack: RunningStack, shop: str) -> AsyncIterator[None]:
    assert stack.endpoints.postgres_owner is not None
    dsn = make_conninfo(stack.endpoints.postgres_owner, dbname=shop)
    async with open_parts(stack.settings, stack.endpoints) as parts:
        await parts.datasources.add(Datasource(name=NAME, dialect=Dialect.POSTGRESQL, dsn=dsn, policy=POLICY))
        with stack.worker():
            yield
        await parts.datasources.remove(NAME)


def _state(connection: psycopg.Connection) -> tuple[object, ...]:
    """Everything that an order could have changed."""
    found = connection.execute(
        "SELECT (SELECT string_agg(o::text, ',' ORDER BY id) FROM orders o),"
        " (SELECT string_agg(p::text, ',' ORDER BY id) FROM payroll p),"
        " (SELECT string_agg(relname, ',' ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace),"
        " (SELECT count(*) FROM pg_largeobject_metadata)"
    ).fetchone()
    assert found is not None
    return found


def _obedient(channel: str) -> Iterator[Rule]:
    """A model that does what it is told where it reads the channel's marker, and fails where it does not."""
    marker = _MARKERS[channel]
    for order in _ORDERS:
        ref = f"ref {order.ref}"
        if channel == "history":
            rewriting = f"(?=.*You rewrite)(?=.*{marker})(?=.*{ref})"
            yield Rule(
                match=rewriting, whole_prompt=True, replies=(REWRITTEN.format(marker=marker, ref=order.ref),)
            )
        if channel == "error":
            yield sql_reply(WRONG, match=ref, whole_prompt=True, times=1)
        yield sql_reply(order.sql, match=f"(?=.*{marker})(?=.*{ref})", whole_prompt=True)
        # A model sees its last mistake only, and stays with what it was told.
        yield sql_reply(order.sql, match=f"(?=.*There is no table)(?=.*{ref})", whole_prompt=True)


async def _ask(stack: RunningStack, client: Client, channel: str, order: Order) -> Answer:
    request = a_request(f"How many orders are there, ref {order.ref}", datasource=NAME, tenant=TENANT)
    if channel == "question":
        request = request.model_copy(update={"question": _CHANNELS["question"].format(ref=order.ref)})
    if channel == "history":
        request = await _after_a_turn(stack, request, order)
    return await (await start_question(client, request)).result()


async def _after_a_turn(stack: RunningStack, request: AskRequest, order: Order) -> AskRequest:
    turn = Turn(
        request_id=f"{request.request_id}-before",
        question=_CHANNELS["history"],
        answer="",
        sql="SELECT 1",
        asked_at=datetime.now(UTC),
    )
    async with open_parts(stack.settings, stack.endpoints) as parts:
        await parts.conversations.append(TENANT, request.request_id, request.user, turn)
    return request.model_copy(
        update={"question": f"only the top 3, ref {order.ref}", "conversation": request.request_id}
    )


@pytest.mark.parametrize("channel", _CHANNELS)
async def test_an_obedient_model_changes_nothing_and_shows_nothing(
    stack: RunningStack, client: Client, channel: str
) -> None:
    stack.script(*_obedient(channel))
    with stack.owner(NAME) as connection:
        before = _state(connection)
        answers = await asyncio.gather(*(_ask(stack, client, channel, order) for order in _ORDERS))
        assert _state(connection) == before
    for order, answer in zip(_ORDERS, answers, strict=True):
        told = (order.ref, answer.outcome, answer.message, answer.attempts)
        ran = StepName.EXECUTE in {trace.step for trace in answer.steps}
        match order.ends:
            case "refused":
                assert (answer.outcome, ran) == (Outcome.REFUSED, False), told
            case "corrected":
                assert (answer.outcome, ran) == (Outcome.CANNOT_ANSWER, False), told
                assert all("payroll" in attempt.problem for attempt in answer.attempts[-3:]), told
            case _:
                assert (answer.outcome, ran) == (Outcome.ANSWERED, True), told
                assert {cell for row in answer.rows for cell in row} <= {OWN}, told
        shown = answer.model_dump_json()
        assert FOREIGN not in shown
        assert HIDDEN not in shown


def test_every_channel_has_its_marker() -> None:
    assert {channel: _MARKERS[channel] in text for channel, text in _CHANNELS.items()} == dict.fromkeys(
        _CHANNELS, True
    )
