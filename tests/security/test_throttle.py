"""Whoever guesses is not listened to for a while, and nobody else notices."""

from __future__ import annotations

import json

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from adapter.core import partners
from adapter.web.throttle import MOST_COUNTED, WINDOW, Tally, Throttle, address_of, trust_proxies
from tests.protocols.callers import OF_THE_SHAPE
from tests.security.doors import DOORS, NAME, SECRET
from tests.statements import recorded

WALLET, TILL, PLUGIN = DOORS
SHOP, ELSEWHERE = "93.184.216.34", "81.2.69.160"


def at(address, **environ):
    """A request's environment as a server at the door would have it."""
    return {"environ_overrides": {"REMOTE_ADDR": address} | environ}


def guess(door, client, times, address=SHOP, **given):
    """The replies to so many wrong secrets."""
    return [door.ask(client, secret=f"wrong-{n}", **at(address), **given) for n in range(times)]


def request_from(address, **headers):
    environ = EnvironBuilder(headers=headers).get_environ()
    return Request(environ | {"REMOTE_ADDR": address})


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.protocol)
@OF_THE_SHAPE
def test_after_so_many_wrong_secrets_an_address_is_told_the_same_without_a_query(
    door, make_app, database, program
):
    client = make_app(WRONG_PER_ADDRESS=5, WRONG_PER_NAME=1000).test_client()
    guess(door, client, 4)

    with recorded(database) as asked:
        (last,) = guess(door, client, 1)
    with recorded(database) as unasked:
        (refused,) = guess(door, client, 1)

    assert (len(asked), unasked) == (1, [])
    assert refused.status_code == last.status_code == 401
    assert told(refused) == told(last)


def told(response):
    """What a caller is told, without what differs from one reply to the next."""
    headers = {name: text for name, text in response.headers if name not in ("X-Request-ID",)}
    body = {name: text for name, text in response.json.items() if name != "timestamp"}
    return response.status_code, headers, body


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.protocol)
@OF_THE_SHAPE
def test_who_was_valid_before_goes_on_from_an_address_that_is_not_listened_to(
    door, make_app, program, seconds
):
    """Many tills share the address of their shop, and one of them has a wrong key."""
    client = make_app(WRONG_PER_ADDRESS=5, WRONG_PER_NAME=5).test_client()
    assert door.ask(client, **at(SHOP)).status_code == 200

    statuses = []
    for seconds[0] in (1.0, 10.0, 30.0):  # remembered, and twice asked for again
        guess(door, client, 10)
        statuses.append(door.ask(client, **at(SHOP)).status_code)

    assert statuses == [200, 200, 200]


@OF_THE_SHAPE
def test_a_right_guess_is_worth_nothing_until_the_window_has_passed(make_app, program, seconds):
    client = make_app(WRONG_PER_ADDRESS=5).test_client()
    guess(TILL, client, 5)

    statuses = []
    for seconds[0] in (0.0, WINDOW - 0.1, WINDOW + 0.1):
        statuses.append(TILL.ask(client, **at(SHOP)).status_code)

    assert statuses == [401, 401, 200]


@OF_THE_SHAPE
def test_other_addresses_are_listened_to(make_app, program):
    client = make_app(WRONG_PER_ADDRESS=5).test_client()
    guess(TILL, client, 50)

    assert TILL.ask(client, **at(ELSEWHERE)).status_code == 200


@OF_THE_SHAPE
def test_guesses_at_one_login_from_many_addresses_are_counted_together(make_app, database, program):
    client = make_app(WRONG_PER_ADDRESS=100, WRONG_PER_NAME=5).test_client()
    for number in range(5):
        guess(WALLET, client, 1, address=f"93.184.216.{number}")

    with recorded(database) as unasked:
        guess(WALLET, client, 1, address="93.184.216.0")
        right = WALLET.ask(client, **at("93.184.216.1"))

    assert (right.status_code, unasked) == (401, [])
    # Its owner, who has not failed, is not locked out by those who have.
    assert WALLET.ask(client, **at(ELSEWHERE)).status_code == 200


@OF_THE_SHAPE
def test_another_login_is_not_held_to_account(make_app, program):
    client = make_app(WRONG_PER_NAME=5).test_client()
    guess(WALLET, client, 50, name="somebody else")

    assert WALLET.ask(client, **at(SHOP)).status_code == 200


@OF_THE_SHAPE
def test_who_is_revoked_is_a_stranger_from_then_on(make_app, database, program, seconds):
    client = make_app(WRONG_PER_ADDRESS=2).test_client()
    TILL.ask(client, **at(SHOP))
    with database.unit_of_work() as work:
        for credential in partners.credentials(work):
            partners.revoke_credential(work, credential.id)
    seconds[0] = 4.0

    statuses = [TILL.ask(client, **at(SHOP)).status_code for _ in range(3)]
    with recorded(database) as unasked:
        TILL.ask(client, **at(SHOP))

    assert (statuses, unasked) == ([401] * 3, [])


@OF_THE_SHAPE
def test_who_is_remembered_touches_no_counter(make_app, program, monkeypatch):
    client = make_app(WRONG_PER_ADDRESS=1).test_client()
    TILL.ask(client, **at(SHOP))
    monkeypatch.setattr(Throttle, "refuses", None)
    monkeypatch.setattr(Throttle, "failed", None)
    monkeypatch.setattr(Tally, "wait", None)

    assert TILL.ask(client, **at(SHOP)).status_code == 200


@OF_THE_SHAPE
def test_the_limits_can_be_switched_off(make_app, program):
    client = make_app(RATE_LIMITS="off", WRONG_PER_ADDRESS=1, UNKNOWN_LOOKUPS=1).test_client()
    guess(TILL, client, 20)

    assert TILL.ask(client, **at(SHOP)).status_code == 200


@OF_THE_SHAPE
def test_one_line_a_minute_says_so_and_holds_neither_address_nor_name(
    make_app, program, seconds, capsys
):
    client = make_app(WRONG_PER_ADDRESS=3, WRONG_PER_NAME=3).test_client()

    for seconds[0] in (0.0, 1.0, WINDOW + 2):
        guess(WALLET, client, 10)

    text = capsys.readouterr().err
    lines = [line for line in map(json.loads, text.splitlines()) if "throttled" in line["event"]]
    assert [line["by"] for line in lines] == ["address", "address"]
    assert SHOP not in text and NAME not in text and SECRET not in text


# Whose address it is.


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("93.184.216.34", "93.184.216.34"),
        ("::ffff:93.184.216.34", "93.184.216.34"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("127.0.0.1", "127.0.0.1"),
        ("", None),  # a socket of this machine
    ],
)
def test_an_address_is_counted_as_the_least_that_one_caller_has(address, counted):
    assert address_of(request_from(address)) == counted


def test_a_header_does_not_choose_the_address():
    forged = {"X-Forwarded-For": "198.51.100.1", "Forwarded": "for=198.51.100.1"}

    assert address_of(request_from("93.184.216.34", **forged)) == "93.184.216.34"


@pytest.mark.parametrize("proxy", ["127.0.0.1", "10.1.2.3", "::1"])
def test_a_proxy_nobody_told_of_is_not_taken_for_all_its_callers(proxy):
    assert address_of(request_from(proxy, **{"X-Forwarded-For": "93.184.216.34"})) is None


@OF_THE_SHAPE
def test_behind_proxies_the_last_entries_count_and_those_before_are_forgeries(make_app, program):
    app = make_app(WRONG_PER_ADDRESS=5)
    trust_proxies(app, 1)
    client = app.test_client()
    for number in range(5):
        forwarded = f"198.51.100.{number}, {SHOP}"
        TILL.ask(client, secret="wrong", **at("127.0.0.1", HTTP_X_FORWARDED_FOR=forwarded))

    def status(forwarded):
        return TILL.ask(client, **at("127.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)).status_code

    assert status(f"198.51.100.77, {SHOP}") == 401
    assert status(f"{SHOP}, {ELSEWHERE}") == 200


# The count itself.


def test_a_count_is_of_the_window_that_ends_now():
    now = [0.0]
    tally = Tally(2, timer=lambda: now[0])
    waits = []
    for now[0] in (0.0, 40.0, 59.0, 61.0, 99.0, 101.0):
        waits.append(tally.wait("a"))
        if not waits[-1]:
            tally.add("a")

    assert waits == [0.0, 0.0, 1.0, 0.0, 1.0, 0.0]


def test_whoever_has_many_addresses_does_not_fill_the_memory():
    tally = Tally(3)
    for number in range(3 * MOST_COUNTED):
        for _ in range(5):
            tally.add(number)

    assert len(tally._instants) == MOST_COUNTED
    assert {len(instants) for instants in tally._instants.values()} == {3}


def test_a_long_name_is_not_kept():
    throttle = Throttle(per_address=9, per_name=9)
    throttle.failed("wallet", address=None, name="n" * 8000)

    assert "nnn" not in repr(throttle._names._instants)
    assert throttle._names.is_empty("n" * 8000)
