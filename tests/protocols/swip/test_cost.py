"""How often one call asks the database, counted at the driver, whatever there is in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from adapter.core import ledger
from adapter.core.ledger import Opening, OpeningLot, Terms
from adapter.core.members import Identity, IdentityKind, Member
from adapter.db.base import new_id
from tests.factories import PLACE, purse_of
from tests.on_the_wire import on_the_wire
from tests.protocols.swip.people import NOBODY, PASS, PHONE, add_maria
from tests.protocols.swip.plugin import Plugin

DAY = timedelta(days=1)
OTHERS = 1000
Ask = Callable[[Plugin], Any]

# One query, once the token is known: whoever asks, and whatever is said.
LOOKUPS: dict[str, Ask] = {
    "points by phone": lambda till: till.stats(phone=PHONE),
    "points by pass": lambda till: till.stats(pass_=PASS),
    "points by both": lambda till: till.stats(phone=PHONE, pass_=PASS),
    "points by a body": lambda till: till.post("/customer-loyalty-stats", {"phone": PHONE}),
    "a profile": lambda till: till.profile(phone=PHONE, pass_=PASS),
    "nobody": lambda till: till.stats(phone=NOBODY),
}
# What is wrong with the request itself is found without a look.
FREE: dict[str, Ask] = {
    "a phone that is none": lambda till: till.stats(phone="x"),
    "no identifier": lambda till: till.profile(),
    "another version": lambda till: till.with_headers(api_version="9").stats(phone=PHONE),
    "another merchant": lambda till: till.with_headers(x_merchant_id="X").stats(phone=PHONE),
    "no cash desk": lambda till: till.with_headers(x_cash_id=None).stats(phone=PHONE),
    "no token": lambda till: till.with_headers(authorization=None).stats(phone=PHONE),
    "a signup without a phone": lambda till: till.sign_up(firstName="М"),
}


@pytest.fixture(params=[10, 1000], ids=["ten-lots", "a-thousand-lots"])
def regular(request: pytest.FixtureRequest, plugin: Plugin) -> Plugin:
    """A plugin of a merchant with many customers, one of whom has so many lots of points, some of
    them about to expire, some over and some not active yet.
    """
    maria = add_maria(plugin, points=1)
    with plugin.database.unit_of_work() as work:
        now, lots = work.now, []
        for number in range(request.param):
            begins = now + DAY if number % 5 == 4 else None
            ends = now + (DAY if number % 2 else 9 * DAY)
            lots.append(OpeningLot(100, terms=Terms(active_from=begins, expires_at=ends)))
        ledger.open_many(work, [Opening(purse_of(plugin.program, maria), lots)], place=PLACE)
        _add_others(work, plugin)
    plugin.database.clock.advance(2 * DAY)  # type: ignore[attr-defined]
    return plugin


def _add_others(work: Any, plugin: Plugin) -> None:
    told = {"program_id": plugin.program.id, "channel": "", "created_at": work.now}
    member = told | {"status": "active", "updated_at": work.now}
    ids = [new_id() for _ in range(OTHERS)]
    work.session.execute(insert(Member), [member | {"id": one} for one in ids])
    rows = [
        told
        | {"id": new_id(), "member_id": one, "kind": IdentityKind.PHONE}
        | {"value": f"7900{number:07}", "shown": ""}
        for number, one in enumerate(ids)
    ]
    work.session.execute(insert(Identity), rows)


def test_a_lookup_is_one_statement_and_nothing_around_it(
    regular: Plugin, subtests: pytest.Subtests
) -> None:
    regular.profile()

    for name, ask in LOOKUPS.items():
        with subtests.test(name):
            with on_the_wire(regular.database) as sent:
                response = ask(regular)

            assert response.status_code == (400 if name == "nobody" else 200)
            assert len(sent.all) == 1, "\n".join(sent.all)
            assert "FROM identities" in sent.all[0]


def test_a_token_nobody_knows_yet_costs_one_query_more(
    regular: Plugin, subtests: pytest.Subtests
) -> None:
    for name, ask in LOOKUPS.items():
        with subtests.test(name):
            regular.app.extensions["credentials"]._callers.clear()

            with on_the_wire(regular.database) as sent:
                ask(regular)

            assert len(sent.queries) == 2, "\n".join(sent.queries)
            assert "FROM credentials" in sent.queries[0]


def test_what_is_wrong_with_the_request_itself_costs_nothing(plugin: Plugin) -> None:
    plugin.profile()

    with on_the_wire(plugin.database) as sent:
        for ask in FREE.values():
            assert ask(plugin).status_code in (400, 401, 403)

    assert sent.all == []


def test_a_stranger_costs_one_query(plugin: Plugin) -> None:
    stranger = plugin.with_headers(authorization="Bearer of-nobody")

    with on_the_wire(plugin.database) as sent:
        assert stranger.stats(phone=PHONE).status_code == 401

    assert len(sent.queries) == 1, "\n".join(sent.queries)
    assert "FROM credentials" in sent.queries[0]


@pytest.mark.parametrize("welcome, most", [(None, 7), ("50", 16)])
def test_a_signup_asks_no_more_than_it_may(make_plugin: Any, welcome: Any, most: int) -> None:
    plugin: Plugin = make_plugin(settings={"welcome_points": welcome})
    plugin.profile()

    with on_the_wire(plugin.database) as new:
        assert plugin.sign_up(phone=PHONE, firstName="Мария").status_code == 200
    with on_the_wire(plugin.database) as again:
        assert plugin.sign_up(phone=PHONE).status_code == 422

    assert len(new.queries) <= most, "\n".join(new.queries)
    assert len(again.queries) <= 6, "\n".join(again.queries)
