"""Who goes through phones learns nothing of other programs, and may be made to go slowly."""

from __future__ import annotations

import pytest

from adapter.web.throttle import WINDOW
from tests.protocols.callers import OF_THE_SHAPE
from tests.security.doors import DOORS, NOBODY, PHONE, add_member, add_program

WALLET, TILL, PLUGIN = DOORS
EACH_DOOR = pytest.mark.parametrize("door", DOORS, ids=lambda door: door.protocol)


def told(response, phone):
    """What is said of a phone, but for the phone itself and the time."""
    body = response.json if response.data else {}  # the wallet is told nothing of nobody
    said = {name: text for name, text in body.items() if name != "timestamp"}
    return response.status_code, str(said).replace(phone, "…")


@EACH_DOOR
def test_a_customer_of_another_program_is_nobody_here(door, make_app, database, program):
    with database.unit_of_work() as work:
        add_program(work, "OTHER", secret="of-another-program")
    client = make_app().test_client()
    assert door.ask(client, phone=PHONE).status_code == 200

    theirs = door.ask(client, secret="of-another-program", phone=PHONE)
    nobodys = door.ask(client, secret="of-another-program", phone=NOBODY)

    assert told(theirs, PHONE) == told(nobodys, NOBODY)


@EACH_DOOR
@OF_THE_SHAPE
def test_a_stranger_is_told_the_same_of_everybody(door, make_app, database, program):
    client = make_app().test_client()

    replies = {told(door.ask(client, secret="x", phone=phone), phone) for phone in (PHONE, NOBODY)}

    assert len(replies) == 1


@EACH_DOOR
@OF_THE_SHAPE
def test_a_busy_shop_may_ask_for_as_many_strangers_as_it_has(door, make_app, program):
    """Most who stand at a till are no members: without a setting nothing is counted."""
    client = make_app().test_client()

    replies = {told(door.ask(client, phone=NOBODY), NOBODY) for _ in range(150)}

    assert len(replies) == 1
    assert door.ask(client).status_code == 200


@EACH_DOOR
@OF_THE_SHAPE
def test_a_limit_makes_whoever_finds_nobody_wait(door, make_app, program, seconds):
    client = make_app(UNKNOWN_LOOKUPS=3).test_client()
    known = door.ask(client)
    nobody = [told(door.ask(client, phone=NOBODY), NOBODY) for _ in range(3)]

    waiting = door.ask(client)
    seconds[0] = WINDOW + 1
    later = door.ask(client)

    assert len(set(nobody)) == 1
    assert waiting.status_code != 200 and PHONE not in waiting.text
    assert told(waiting, PHONE) != nobody[0]
    assert (later.status_code, later.data) == (known.status_code, known.data)


@OF_THE_SHAPE
def test_each_vendor_is_told_in_its_own_words(make_app, program, seconds):
    """fidelizacion and SWiP have a status for it; Koshelek's list has none, but a code."""
    client = make_app(UNKNOWN_LOOKUPS=1).test_client()
    for door in DOORS:
        door.ask(client, phone=NOBODY)
    seconds[0] = 20.0

    wallet, till, plugin = (door.ask(client) for door in DOORS)

    assert (wallet.status_code, wallet.json["code"]) == (422, "090")
    assert (till.status_code, till.json["error"]["code"]) == (429, "4290000")
    assert (plugin.status_code, plugin.json["code"]) == (429, 1006)
    assert till.headers["Retry-After"] == plugin.headers["Retry-After"] == "40"


@OF_THE_SHAPE
def test_the_limit_is_of_each_credential_and_lookups_that_find_somebody_are_free(
    make_app, database, program
):
    with database.unit_of_work() as work:
        other = add_program(work, "OTHER", secret="of-another-program")
        add_member(work, other)
    client = make_app(UNKNOWN_LOOKUPS=5).test_client()
    for _ in range(10):
        assert TILL.ask(client, secret="of-another-program").json["status"] == "success"
    for _ in range(10):
        TILL.ask(client, phone=NOBODY)

    assert TILL.ask(client).status_code == 429
    assert TILL.ask(client, secret="of-another-program").json["status"] == "success"
    assert WALLET.ask(client).status_code == 200
