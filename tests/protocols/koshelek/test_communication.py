"""5.4: `PUT /v1/card/{cardNumber}/communication`, channels allowed and denied."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapter.core import members
from adapter.core.cards import CardState
from adapter.core.members import ConsentKind
from adapter.core.origins import Place
from tests.protocols.koshelek.people import CARD, consents, register
from tests.protocols.koshelek.wallet import is_empty, refusal, sample
from tests.protocols.state import rows

PATH = f"/v1/card/{CARD}/communication"
SMS, EMAIL, CALL, PUSH = ConsentKind.SMS, ConsentKind.EMAIL, ConsentKind.CALL, ConsentKind.PUSH
# A body, and what is known of the channels afterwards.
LISTS = [
    ({"allow": ["sms"], "deny": ["sms"]}, {SMS: False}),
    ({"deny": ["sms"]}, {SMS: False}),
    ({"allow": ["sms"]}, {SMS: True}),
    ({"allow": ["sms", "sms"]}, {SMS: True}),
    ({"allow": None, "deny": ["sms"]}, {SMS: False}),
    ({"allow": ["viber", "telegram", "sms"], "deny": ["pigeon"]}, {SMS: True}),
    ({"allow": [], "deny": []}, {}),
    ({}, {}),
    ({"deny": None}, {}),
    ({"allow": ["viber"]}, {}),
    ({"allow": ["gdpr", "terms_of_use"]}, {}),
    ({"forbid": ["sms"]}, {}),
]
NO_LISTS = [
    {"allow": "sms"},
    {"allow": {"sms": True}},
    {"allow": ["sms"], "deny": "call"},
    {"allow": [1]},
    {"allow": [None]},
    {"allow": ["sms", ["email"]]},
    {"deny": True},
    {"deny": 0},
]


@pytest.fixture(autouse=True)
def anna(wallet):
    with wallet.database.unit_of_work() as work:
        return register(work, wallet.program)


def forget(wallet, member):
    """Let a member have said nothing."""
    with wallet.database.unit_of_work() as work:
        for consent in work.session.get(members.Member, member.id).consents:
            work.session.delete(consent)


def test_the_vendors_example_is_taken_over(wallet):
    assert is_empty(wallet.put(PATH, sample("communication")))

    assert consents(wallet.database) == {SMS: True, EMAIL: True, CALL: False}


def test_a_channel_that_is_not_named_keeps_its_state(wallet):
    """Item 6 of section 11: only the named channels are touched."""
    wallet.put(PATH, {"allow": ["sms", "push"], "deny": ["call"]})

    wallet.put(PATH, {"allow": ["call"], "deny": ["sms"]})

    assert consents(wallet.database) == {SMS: False, PUSH: True, CALL: True}


def test_lists_are_read_as_agreed(wallet, anna, subtests):
    """G26: unknown names are ignored, in both means denied, nothing changes nothing."""
    for body, found in LISTS:
        with subtests.test(body):
            assert is_empty(wallet.put(PATH, body))

            assert consents(wallet.database) == found
            forget(wallet, anna)


def test_what_is_no_list_of_texts_is_refused_and_nothing_written(wallet, subtests):
    """G26."""
    before = rows(wallet.database)

    for body in NO_LISTS:
        with subtests.test(body):
            assert refusal(wallet.put(PATH, body)) == (422, "005")
    assert rows(wallet.database) == before


def test_a_repeat_leaves_the_same(wallet, clock):
    """Item 6 of section 11: idempotent, down to the time at which it was said."""
    wallet.put(PATH, sample("communication"))
    before = rows(wallet.database)
    clock.advance(timedelta(days=1))

    assert is_empty(wallet.put(PATH, sample("communication")))

    assert rows(wallet.database) == before


def test_it_is_kept_when_and_through_whom_it_was_said(wallet, clock, anna):
    """Section 7: per-channel consent with time and source."""
    wallet.put(PATH, {"allow": ["sms"]})

    with wallet.database.reading() as work:
        (consent,) = work.session.get(members.Member, anna.id).consents
        assert (consent.changed_at, consent.channel) == (clock.now, "koshelek")


def test_what_another_platform_was_told_is_changed_by_name_only(wallet, anna):
    with wallet.database.unit_of_work() as work:
        member = work.session.get(members.Member, anna.id)
        said = {ConsentKind.GDPR: True, PUSH: True}
        members.give_consents(work, member, said, place=Place(channel="till"))

    wallet.put(PATH, sample("communication"))

    assert consents(wallet.database) == {
        ConsentKind.GDPR: True,
        PUSH: True,
        SMS: True,
        EMAIL: True,
        CALL: False,
    }


def test_an_unknown_card_is_refused(wallet):
    path = "/v1/card/7700000042/communication"

    assert refusal(wallet.put(path, sample("communication"))) == (422, "009")


def test_a_reserved_number_has_no_channels(wallet):
    number = wallet.get("/v1/card/anonymous").text

    assert refusal(wallet.put(f"/v1/card/{number}/communication", {})) == (422, "009")


def test_the_holder_of_a_blocked_card_may_still_deny(wallet):
    with wallet.database.unit_of_work() as work:
        register(work, wallet.program, phone="79990000002", card="0002", state=CardState.BLOCKED)

    assert is_empty(wallet.put("/v1/card/0002/communication", {"deny": ["sms"]}))
    assert consents(wallet.database, "79990000002") == {SMS: False}


def test_only_put_is_known(wallet):
    response = wallet.post(PATH, sample("communication"))

    assert refusal(response) == (405, "003")
    assert "PUT" in response.allow
