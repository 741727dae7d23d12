"""How many requests a minute a credential is granted, and how each platform hears of it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from adapter.core.partners import Credential
from adapter.web.throttle import WINDOW, Quota
from tests.protocols.callers import OF_THE_SHAPE
from tests.security.doors import DOORS

TOLD = {
    "koshelek": (422, {"code": "090"}, None),
    "fidelizacion": (429, {"status": "error"}, "20"),
    "swip": (429, {"code": 1006}, "20"),
}
WALLET, TILL, PLUGIN = DOORS


def statuses(door, client, times):
    return [door.ask(client).status_code for _ in range(times)]


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.protocol)
@OF_THE_SHAPE
def test_who_sends_too_much_hears_in_the_vendors_words_when_to_come_again(
    make_app, program, door, seconds
):
    client = make_app(REQUESTS_PER_MINUTE=3).test_client()
    assert statuses(door, client, 3) == [200, 200, 200]

    refused = door.ask(client)

    status, words, wait = TOLD[door.protocol]
    assert refused.status_code == status
    assert words.items() <= refused.json.items()
    assert refused.headers.get("Retry-After") == wait
    seconds[0] = 20.0
    assert statuses(door, client, 2) == [200, status]


@OF_THE_SHAPE
def test_one_platform_is_not_refused_for_another(make_app, program, seconds):
    client = make_app(REQUESTS_PER_MINUTE=2).test_client()
    statuses(TILL, client, 5)

    assert statuses(WALLET, client, 2) == [200, 200]
    assert TILL.ask(client).status_code == 429


@OF_THE_SHAPE
def test_by_default_nobody_is_refused(make_app, program, seconds):
    assert set(statuses(TILL, make_app().test_client(), 50)) == {200}


@OF_THE_SHAPE
@pytest.mark.parametrize(("agreed", "granted"), [(5, 5), (0, 20)])
def test_what_was_agreed_with_one_goes_before_what_holds_for_all(
    make_app, program, database, seconds, agreed, granted
):
    with database.unit_of_work() as work:
        mine = work.session.scalar(select(Credential).where(Credential.protocol == TILL.protocol))
        mine.settings = {"requests_per_minute": agreed}
    client = make_app(REQUESTS_PER_MINUTE=3).test_client()

    assert statuses(TILL, client, 20).count(200) == granted


class Asking:
    """A caller, as far as a quota looks at one."""

    def __init__(self):
        self.credential_id, self.settings = "c", {}


def test_a_minutes_worth_may_come_at_once_and_then_an_even_pace():
    now = [100.0]
    quota = Quota(60, timer=lambda: now[0])

    assert [quota.take(Asking()) for _ in range(60)] == [0.0] * 60
    assert quota.take(Asking()) == pytest.approx(1.0)
    now[0] += 1.0
    assert (quota.take(Asking()) > 0, quota.take(Asking()) > 0) == (False, True)
    now[0] += 2 * WINDOW
    assert [quota.take(Asking()) for _ in range(60)] == [0.0] * 60
