"""5.7: `POST /v1/card/anonymous/{cardNumber}`, a reserved or pool number becomes a card."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapter.core.cards import CardState
from adapter.core.members import MemberStatus
from tests.factories import make_card, make_member
from tests.protocols.koshelek.people import CARD, PETR, PHONE, holder_of, register
from tests.protocols.koshelek.wallet import is_empty, refusal, sample
from tests.protocols.state import rows

PATH = "/v1/card/anonymous"
NO_PROFILES = [
    {},
    {"phone": ""},
    {"phone": None},
    {"email": "petr@example.com"},
    {"phone": "79995550177", "email": "nonsense"},
    {"phone": "79995550177", "birthDate": "1979-02-30"},
    {"phone": "1234567890123456"},
    {"phone": {}},
]


@pytest.fixture
def reserve(wallet):
    """A function that reserves a number."""
    return lambda: wallet.get(PATH).text


@pytest.fixture
def add(wallet):
    """A function that registers a member with a card."""

    def add(**person):
        with wallet.database.unit_of_work() as work:
            return register(work, wallet.program, **person)

    return add


def state(wallet, number):
    return wallet.get(f"/v1/card/{number}").json["card"]["cardState"]


def test_the_vendors_example_becomes_a_member_with_an_active_card(wallet, reserve):
    """Item 7 of section 11: Cyrillic survives byte for byte; G2: zero bytes are the answer."""
    number = reserve()

    response = wallet.post(f"{PATH}/{number}", sample("profile"))

    assert is_empty(response)
    assert holder_of(wallet.database, number) == PETR
    assert state(wallet, number) == "active"


def test_put_is_an_alias(wallet, reserve):
    """G2."""
    number = reserve()

    assert is_empty(wallet.put(f"{PATH}/{number}", sample("profile")))

    assert state(wallet, number) == "active"


def test_a_pool_number_is_taken_as_well_and_does_not_expire(wallet, clock):
    """5.7, G23."""
    with wallet.database.unit_of_work() as work:
        make_card(work, wallet.program, number="КАРТА 0001", barcode_type="QR_CODE")
    clock.advance(timedelta(days=4000))

    assert is_empty(wallet.post(f"{PATH}/КАРТА 0001", sample("profile")))

    assert state(wallet, "КАРТА 0001") == "active"


def test_only_the_phone_is_mandatory(wallet, reserve):
    """G9."""
    number = reserve()

    assert is_empty(wallet.post(f"{PATH}/{number}", {"Phone": "8 (999) 555-01-77"}))

    assert holder_of(wallet.database, number) == {"phone": "79995550177"}


def test_a_profile_that_cannot_be_is_refused_and_nothing_written(wallet, reserve, subtests):
    """G9."""
    number = reserve()
    before = rows(wallet.database)

    for body in NO_PROFILES:
        with subtests.test(body):
            assert refusal(wallet.post(f"{PATH}/{number}", body)) == (422, "005")
    assert rows(wallet.database) == before


def test_a_customer_known_by_phone_is_given_the_card_and_brought_up_to_date(wallet, reserve, add):
    add(phone="79995550177", card=None, first_name="Пётр", gender="m", locality="Торжок")
    number = reserve()

    wallet.post(f"{PATH}/{number}", {"phone": "+79995550177", "locality": "Тверь"})

    assert holder_of(wallet.database, number) == {
        "phone": "79995550177",
        "first_name": "Пётр",
        "gender": "m",
        "locality": "Тверь",
    }
    assert len(rows(wallet.database)["members"]) == 1


def test_a_customer_known_by_email_alone_is_the_same_person(wallet, reserve, add):
    """5.7: an existing customer is found by e-mail, too."""
    add(phone=None, email="Petr@Example.com", card=None, last_name="Ёлкин")
    number = reserve()

    assert is_empty(wallet.post(f"{PATH}/{number}", sample("profile")))

    assert holder_of(wallet.database, number) == PETR
    assert len(rows(wallet.database)["members"]) == 1


def test_an_email_of_somebody_with_another_phone_is_refused(wallet, reserve, add):
    """G25: nothing written, and the number is still free."""
    add(email="petr@example.com")
    number = reserve()
    before = rows(wallet.database)

    response = wallet.post(f"{PATH}/{number}", sample("profile"))

    assert refusal(response) == (422, "014")
    assert rows(wallet.database) == before
    assert is_empty(wallet.post(f"{PATH}/{number}", {"phone": "79995550177"}))


# What cannot be issued on.


def test_an_unknown_number_is_refused(wallet):
    before = rows(wallet.database)

    for number in ("7700000042", "0", "anna", "getAllUsers", "7" * 60):
        assert refusal(wallet.post(f"{PATH}/{number}", sample("profile"))) == (422, "009")
    assert rows(wallet.database) == before


def test_a_number_that_is_taken_is_refused(wallet, reserve):
    """Item 5 of section 11: a number cannot be issued twice."""
    number = reserve()
    wallet.post(f"{PATH}/{number}", {"phone": PHONE})
    before = rows(wallet.database)

    response = wallet.post(f"{PATH}/{number}", sample("profile"))

    assert refusal(response) == (422, "017")
    assert rows(wallet.database) == before


def test_an_active_card_of_nobody_was_never_reserved(wallet):
    with wallet.database.unit_of_work() as work:
        make_card(work, wallet.program, number=CARD, state=CardState.ACTIVE)

    assert refusal(wallet.post(f"{PATH}/{CARD}", sample("profile"))) == (422, "011")


# One person, one card (G24).


def test_the_same_person_on_the_same_number_is_a_repeat(wallet, reserve):
    """G24, G14: the same data again gets the same 200 and leaves the same."""
    number = reserve()
    first = wallet.post(f"{PATH}/{number}", sample("profile"))
    after = rows(wallet.database)
    second = wallet.post(f"{PATH}/{number}", sample("profile"))

    assert is_empty(first)
    assert is_empty(second)
    assert rows(wallet.database) == after


def test_a_repeat_is_one_after_the_reservation_would_have_ended(wallet, reserve, clock):
    """G24, G23: what is issued does not expire."""
    number = reserve()
    wallet.post(f"{PATH}/{number}", sample("profile"))
    clock.advance(timedelta(days=1))

    assert is_empty(wallet.post(f"{PATH}/{number}", sample("profile")))


def test_a_person_who_holds_another_card_is_refused(wallet, reserve, add):
    """G24: one to one."""
    add(phone="79995550177")
    number = reserve()
    before = rows(wallet.database)

    response = wallet.post(f"{PATH}/{number}", sample("profile"))

    assert refusal(response) == (422, "012")
    assert rows(wallet.database) == before


@pytest.mark.parametrize(
    "policy, answer",
    [("forbid", (422, "008")), ("show", (422, "008")), ("hide", None)],
)
def test_a_person_whose_card_is_blocked_gets_no_other_unless_it_is_hidden(
    make_wallet, policy, answer
):
    """Rule 4 of 5.1, G17: forbidden by default; hidden, it counts as none."""
    wallet = make_wallet(agreed={"blocked_cards": policy})
    with wallet.database.unit_of_work() as work:
        register(work, wallet.program, phone="79995550177", state=CardState.BLOCKED)
    number = wallet.get(PATH).text

    response = wallet.post(f"{PATH}/{number}", sample("profile"))

    if answer:
        assert refusal(response) == answer
    else:
        assert is_empty(response)


@pytest.mark.parametrize("policy", ["forbid", "hide", "show"])
def test_a_blocked_person_gets_no_card(make_wallet, policy):
    wallet = make_wallet(agreed={"blocked_cards": policy})
    with wallet.database.unit_of_work() as work:
        make_member(work, wallet.program, phone="79995550177", status=MemberStatus.BLOCKED)
    number = wallet.get(PATH).text

    assert refusal(wallet.post(f"{PATH}/{number}", sample("profile"))) == (422, "008")


def test_a_number_of_another_program_is_unknown(wallet, make_wallet, reserve):
    other = make_wallet(code="OTHER", login="other")
    number = reserve()

    assert refusal(other.post(f"{PATH}/{number}", sample("profile"))) == (422, "009")
    assert is_empty(wallet.post(f"{PATH}/{number}", sample("profile")))
