"""The conformance check is pleased with our own server and names the faults of wrong ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from adapter.app import create_app
from adapter.config import Config
from adapter.core import programs
from adapter.db import Database
from adapter.protocols.swip import check
from tests.checks.contract import Case, CheckContract
from tests.checks.hosts import (
    Reply,
    Request,
    answers_of,
    assert_found_out,
    faults,
    in_process,
    together,
)
from tests.factories import findings
from tests.protocols.house import SECRET_KEY
from tests.protocols.swip.people import (
    BLOCKED_PHONE,
    FIRST_NAME,
    LAST_NAME,
    PASS,
    PHONE,
    add_people,
)
from tests.protocols.swip.plugin import PROFILE, Plugin, add_token
from tests.protocols.swip.wrong_hosts import WRONG, Host

AGREED = {"orders": True, "stores": ["Store 1"]}
KOFE = {"merchant": "KOFE", "token": "the token of a merchant"}
CHAI = {"merchant": "CHAI", "token": "the token of another one"}
CASE = Case(
    client=check,
    host=Host,
    needed=CHAI,
    known=KOFE
    | {
        "phone": PHONE,
        "wallet_pass": PASS,
        "blocked_phone": BLOCKED_PHONE,
        "other_merchant": CHAI["merchant"],
        "other_token": CHAI["token"],
        "foreign_store": "Store 2",
        "orders": True,
    },
    unseen={"1a", "4.8e", "8a", "8n"},
    odd=(
        b'{"points": 1}',
        b'{"points": -1, "balance": "1", "name": [], "phone": null, "discountCard": 1}',
        b'{"id": "1", "status": "OPEN", "orders": [1], "points": 1e999999999999}',
        b'{"@type": "ApiError", "code": 1.5, "fieldErrors": [1], "description": {}}',
    ),
    impossible=({"merchant": " "}, {"token": "ключ"}, {"other_merchant": "MORE"}),
    secrets=(KOFE["token"], CHAI["token"], PHONE, PASS, BLOCKED_PHONE),
    environ={"CHECK_TOKEN": CHAI["token"]},
    arguments=("--merchant", CHAI["merchant"]),
)


def open_for_business(app: Any, database: Database) -> Plugin:
    """Two merchants, the first of which agreed to everything and has people to be looked at."""
    with database.unit_of_work() as work:
        for code, named, agreed in (("OTHER", CHAI, None), ("MAIN", KOFE, AGREED)):
            program = programs.put(work, code=code, settings={})
            terms = {"points_per_unit": "1"}
            programs.put_rule(work, program.id, code="base", kind="spending", terms=terms)
            add_token(work, program.terms(), **named, agreed=agreed)
        plugin = Plugin(app, app.test_client(), database, program.terms())
    add_people(plugin)
    return plugin


@pytest.fixture(scope="module", autouse=True)
def our_server(sqlite_copies, tmp_path_factory) -> Iterator[None]:
    """Our own server, of which every host of this module is made."""
    folder = tmp_path_factory.mktemp("swip")
    database = Database(sqlite_copies.make(folder), sqlite_synchronous="OFF")
    config = Config.from_environ({"ADAPTER_SECRET_KEY": SECRET_KEY})
    app = create_app(config, database=database)
    open_for_business(app, database)
    Host.ours = staticmethod(answers_of(app))
    yield
    with database.reading() as work:
        assert list(findings(work)) == []
    database.dispose()


class TestCheck(CheckContract):
    case = CASE


@pytest.mark.parametrize("engine_name", ["postgresql"])
def test_our_server_keeps_every_clause_on_the_other_engine(
    make_app: Callable[..., Any], database: Database
):
    app = make_app()
    open_for_business(app, database)

    with in_process(answers_of(app)):
        report = check.run(CASE.options(**CASE.known))

    assert faults(report) == set()
    with database.reading() as work:
        assert list(findings(work)) == []


@pytest.mark.parametrize("group", together(WRONG, Host))
def test_wrong_hosts_are_found_out(group):
    assert_found_out(group, lambda host: CASE.play(host, **CASE.known))


def test_nobody_real_is_shown():
    class Unreadable(Host):
        def answer(self, request: Request) -> Reply:
            reply = super().answer(request)
            is_of_maria = request.path == PROFILE and PHONE in request.query
            return Reply(reply.status, reply.body, {} if is_of_maria else reply.headers)

    report = CASE.play(Unreadable(), **CASE.known)

    shown = json.dumps([result.as_dict() for result in report.results], ensure_ascii=False)
    assert '\\"name\\": \\"***\\"' in shown
    assert not [text for text in (PHONE, BLOCKED_PHONE, FIRST_NAME, LAST_NAME) if text in shown]


def test_every_clause_that_can_be_seen_was_seen_to_fail():
    broken = set().union(*(clauses for _, clauses in WRONG))

    # How long an answer takes is nothing a host in memory can get wrong.
    assert {clause.id for clause in check.CLAUSES} - broken == CASE.unseen | {"1f"}
