"""5.6: `GET /v1/card/anonymous`, a number for a card to come."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from adapter.core import cards
from tests.protocols.koshelek.wallet import is_empty, refusal, sample
from tests.protocols.state import rows

PATH = "/v1/card/anonymous"


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_the_answer_is_the_bare_number(wallet, method):
    """G1: digits, the first of them not 0; `PUT` is an alias."""
    response = wallet.client.open(PATH, method=method)

    assert response.status_code == 200
    assert re.fullmatch(r"77[0-9]{8}", response.text)
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"


def test_the_number_may_be_sent_as_a_string(make_wallet):
    """G1: the form `string`."""
    response = make_wallet(agreed={"reservation_form": "string"}).get(PATH)

    assert re.fullmatch(r'"77[0-9]{8}"', response.text)


def test_the_number_may_be_sent_as_a_card(make_wallet):
    """G1: the form `object`."""
    response = make_wallet(agreed={"reservation_form": "object"}).get(PATH)

    number = response.json["card"]["cardNumber"]
    assert re.fullmatch(r"77[0-9]{8}", number)
    assert response.json == {
        "card": {
            "cardNumber": number,
            "cardState": "inactive",
            "barcode": {"barcodeNumber": number, "barcodeType": "CODE_128"},
        }
    }


def test_the_program_says_what_numbers_look_like(make_wallet):
    numbers = {"prefix": "2900", "length": 13, "barcode_type": "EAN_13"}
    wallet = make_wallet(program={"card_numbers": numbers})

    number = wallet.get(PATH).text

    barcode = wallet.get(f"/v1/card/{number}").json["card"]["barcode"]
    assert re.fullmatch(r"2900[0-9]{9}", number)
    assert barcode == {"barcodeNumber": number, "barcodeType": "EAN_13"}
    assert cards.barcodes.check_digit(number[:-1]) == number[-1]


def test_no_number_is_given_twice(make_wallet):
    """Item 5 of section 11: until none is left, which is said in words."""
    wallet = make_wallet(program={"card_numbers": {"prefix": "77", "length": 3}})

    replies = [wallet.get(PATH) for _ in range(30)]

    given = [reply.text for reply in replies if reply.status_code == 200]
    refused = {refusal(reply) for reply in replies if reply.status_code != 200}
    assert len(given) == len(set(given)) <= 10
    assert refused == {(422, "016")}


def test_a_number_that_lapsed_is_not_given_again(make_wallet, clock):
    """G23: numbers are not reused."""
    wallet = make_wallet(program={"card_numbers": {"prefix": "77", "length": 3}})
    given = {wallet.get(PATH).text for _ in range(3)}
    clock.advance(timedelta(hours=1))
    with wallet.database.unit_of_work() as work:
        assert cards.lapse_due(work) == 3

    later = {reply.text for reply in (wallet.get(PATH) for _ in range(9)) if len(reply.text) == 3}

    assert later
    assert not given & later


@pytest.mark.parametrize("program, minutes", [({}, 60), ({"reservation_minutes": 5}, 5)])
def test_a_number_is_held_for_as_long_as_the_program_says(make_wallet, clock, program, minutes):
    """G23: an hour, a setting; afterwards the issue is refused."""
    wallet = make_wallet(program={"settings": program})
    in_time, too_late = wallet.get(PATH).text, wallet.get(PATH).text

    clock.advance(timedelta(minutes=minutes, seconds=-1))
    issued = wallet.post(f"{PATH}/{in_time}", {"phone": "79990000001"})
    clock.advance(timedelta(seconds=1))
    refused = wallet.post(f"{PATH}/{too_late}", {"phone": "79990000002"})

    assert is_empty(issued)
    assert refusal(refused) == (422, "011")


def test_after_the_sweep_the_number_is_unknown(wallet, clock):
    """G23: a sweeper frees what expired, and nothing else."""
    kept, swept = wallet.get(PATH).text, wallet.get(PATH).text
    wallet.post(f"{PATH}/{kept}", {"phone": "79990000001"})
    clock.advance(timedelta(hours=1))
    with wallet.database.unit_of_work() as work:
        assert cards.lapse_due(work) == 1

    assert wallet.get(f"/v1/card/{kept}").json["card"]["cardState"] == "active"
    assert refusal(wallet.post(f"{PATH}/{swept}", {"phone": "79990000002"})) == (422, "009")


def test_head_reserves_nothing(wallet):
    """G34: what only looks must not reserve."""
    before = rows(wallet.database)

    response = wallet.client.head(PATH)

    assert response.status_code == 405
    assert set(response.allow) == {"GET", "PUT", "POST"}
    assert rows(wallet.database) == before


def test_options_says_what_there_is_and_reserves_nothing(wallet):
    """G34: elsewhere as the framework does."""
    before = rows(wallet.database)

    response = wallet.client.options(PATH)

    assert is_empty(response)
    assert {"GET", "PUT", "POST"} <= set(response.allow)
    assert rows(wallet.database) == before


@pytest.mark.parametrize("method", ["DELETE", "PATCH"])
def test_other_verbs_are_unknown(wallet, method):
    assert refusal(wallet.client.open(PATH, method=method)) == (405, "003")


def test_a_query_changes_nothing(wallet):
    assert wallet.get(PATH, cardNumber="7700000041").text != "7700000041"


def test_nothing_personal_is_reserved_with_it(wallet):
    """ "Anonymous": the card is nobody's until it is issued."""
    wallet.client.put(PATH, data=str(sample("profile")))

    assert rows(wallet.database)["members"] == []
