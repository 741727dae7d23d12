"""5.1: `GET /v1/card`, a card by phone, e-mail and birth date, one at most."""

from __future__ import annotations

from datetime import date

import pytest

from adapter.core import cards
from adapter.core.cards import CardState
from adapter.core.members import MemberStatus
from tests.factories import make_card
from tests.protocols.koshelek.people import BIRTH_DATE, CARD, EMAIL, PHONE, register, register_anna
from tests.protocols.koshelek.wallet import is_empty, refusal, sample

SEARCH = "/v1/card"
# Queries that find the holder of the vendor's example, and queries that say nothing.
ANNA = [
    {"msisdn": PHONE},
    {"email": EMAIL},
    {"msisdn": PHONE, "email": "nobody@example.com", "birthDate": "1900-01-01"},
    {"msisdn": "70000000000", "email": EMAIL},
    {"msisdn": "", "email": EMAIL},
    {"MSISDN": PHONE},
    {"Msisdn": PHONE, "birthdate": "1988-11-02"},
]
NOTHING = [{}, {"msisdn": ""}, {"msisdn": "", "email": " "}, {"surname": "Ы"}, {"msisdn": "1" * 16}]
PHONES = ["+7 (999) 555-01-42", "7-999-555-01-42", "89995550142", "9995550142", " 79995550142 "]


@pytest.fixture
def anna(wallet):
    with wallet.database.unit_of_work() as work:
        return register_anna(work, wallet.program)


@pytest.fixture
def add(wallet):
    """A function that registers a member with a card."""

    def add(**person):
        with wallet.database.unit_of_work() as work:
            return register(work, wallet.program, **person)

    return add


def number(response):
    return response.json["card"]["cardNumber"]


def test_the_vendors_example_is_answered_as_it_is_printed(wallet, anna):
    response = wallet.get(SEARCH, msisdn=PHONE, email=EMAIL, birthDate=str(BIRTH_DATE))

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert response.json == sample("search")


def test_parameters_are_combined_with_or_and_named_in_any_case(wallet, anna, subtests):
    for query in ANNA:
        with subtests.test(query):
            assert wallet.get(SEARCH, **query).json == sample("search")


def test_unknown_parameters_are_ignored(wallet, anna):
    response = wallet.get(SEARCH, msisdn=PHONE, loyaltyId="12", surname="Ы", email2="a@b.c")

    assert response.json == sample("search")


def test_nothing_found_is_a_success_of_zero_bytes(wallet, anna):
    """G10: empty is zero bytes, not `{}`."""
    response = wallet.get(SEARCH, msisdn="79990000000", email="nobody@example.com")

    assert is_empty(response)
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert response.content_length == 0


def test_a_member_without_a_card_is_not_found(wallet, add):
    add(card=None)

    assert is_empty(wallet.get(SEARCH, msisdn=PHONE))


def test_a_phone_is_found_however_it_is_written(wallet, anna):
    """G18: only digits count; 8 of eleven digits is 7; ten digits are Russian in a Russian one."""
    for written in PHONES:
        assert wallet.get(SEARCH, msisdn=written).json == sample("search")


def test_ten_digits_stay_ten_digits_in_a_program_of_another_country(make_wallet):
    """G18: a prefix 7 is put in front only if the program is Russian."""
    wallet = make_wallet(program={"country": "KZ"})
    with wallet.database.unit_of_work() as work:
        register(work, wallet.program, phone="9995550142")

    assert number(wallet.get(SEARCH, msisdn="9995550142")) == CARD
    assert is_empty(wallet.get(SEARCH, msisdn="79995550142"))


def test_a_phone_that_cannot_be_one_is_ignored(wallet, anna):
    """G18: more than 15 digits are ignored in a search; so is whatever else nobody has."""
    for msisdn in ("1234567890123456", "7" * 300, "123456", "abc", "\n"):
        assert wallet.get(SEARCH, msisdn=msisdn, email=EMAIL).json == sample("search")


def test_an_email_that_cannot_be_one_is_ignored(wallet, anna):
    for email in ("nonsense", "x" * 300 + "@example.com", "a\tb@example.com"):
        assert wallet.get(SEARCH, msisdn=PHONE, email=email).json == sample("search")


def test_a_birth_date_that_cannot_be_read_is_ignored(wallet, anna):
    for day in ("1988-13-01", "02.11.1988", "19881102", "yesterday"):
        assert wallet.get(SEARCH, msisdn=PHONE, birthDate=day).json == sample("search")


def test_an_email_is_compared_without_case_and_blanks(wallet, anna):
    """G19."""
    for email in (" anna@example.com ", "ANNA@Example.Com", "Anna@example.com"):
        assert wallet.get(SEARCH, email=email).json == sample("search")


def test_a_search_without_a_usable_parameter_is_refused(wallet, anna):
    """G22."""
    for query in NOTHING:
        assert refusal(wallet.get(SEARCH, **query)) == (422, "006")


def test_a_birth_date_alone_shows_nobodys_card(wallet, anna):
    """G21: it would be a stranger's."""
    assert is_empty(wallet.get(SEARCH, birthDate=str(BIRTH_DATE)))
    assert is_empty(wallet.get(SEARCH, birthDate=str(BIRTH_DATE), msisdn="79990000000"))


# Several matches (rule 3, G20).


def test_the_phone_is_stronger_than_the_email(wallet, add):
    """G20: msisdn before email."""
    add(phone="79990000001", card="7700000001", email="first@example.com")
    add(phone="79990000002", card="7700000002", email="second@example.com")

    response = wallet.get(SEARCH, msisdn="79990000002", email="first@example.com")

    assert number(response) == "7700000002"


def test_an_email_that_several_share_is_refused(wallet, add):
    """G20: never a list, and nobody's card by chance."""
    add(phone="79990000001", card="7700000001", email="family@example.com")
    add(phone="79990000002", card="7700000002", email="Family@example.com")

    response = wallet.get(SEARCH, email="family@example.com")

    assert refusal(response) == (422, "007")
    assert response.json["description"] == "Найдено несколько карт, обратитесь в поддержку"


def test_a_birth_date_breaks_the_tie_of_a_shared_email(wallet, add):
    """G21: that is all it does."""
    born = {"7700000001": date(1980, 1, 1), "7700000002": date(2010, 2, 2)}
    for card, day in born.items():
        add(phone=f"7{card}", card=card, email="family@example.com", birth_date=day)
    add(phone="79990000003", card="7700000003", email="family@example.com")

    for card, day in born.items():
        response = wallet.get(SEARCH, email="family@example.com", birthDate=str(day))
        assert number(response) == card
    nobodys = wallet.get(SEARCH, email="family@example.com", birthDate="1999-09-09")
    assert refusal(nobodys) == (422, "007")


def test_twins_who_share_an_email_are_not_told_apart(wallet, add):
    for card in ("7700000001", "7700000002"):
        add(phone=f"7{card}", card=card, email="twins@example.com", birth_date=BIRTH_DATE)

    response = wallet.get(SEARCH, email="twins@example.com", birthDate=str(BIRTH_DATE))

    assert refusal(response) == (422, "007")


def test_of_those_who_share_an_email_only_those_with_a_card_count(wallet, add):
    add(phone="79990000001", card=None, email="family@example.com")
    add(phone="79990000002", card="7700000002", email="family@example.com")

    assert number(wallet.get(SEARCH, email="family@example.com")) == "7700000002"


def test_of_several_cards_of_one_person_the_active_one_is_shown(wallet, add, clock):
    """G20: active before inactive."""
    member = add(card="7700000001", state=CardState.INACTIVE)
    with wallet.database.unit_of_work() as work:
        for card, state in (("7700000002", CardState.BLOCKED), ("7700000003", CardState.ACTIVE)):
            make_card(work, wallet.program, member, number=card, state=state)

    response = wallet.get(SEARCH, msisdn=PHONE)

    assert (number(response), response.json["card"]["cardState"]) == ("7700000003", "active")


def test_of_several_active_cards_the_oldest_is_shown(wallet, add, clock):
    member = add(card="7700000009")
    with wallet.database.unit_of_work() as work:
        make_card(work, wallet.program, member, number="7700000001")

    assert number(wallet.get(SEARCH, msisdn=PHONE)) == "7700000009"


def test_a_card_that_is_not_activated_yet_is_shown_as_inactive(wallet, add):
    """G17: `inactive` is there and not usable yet."""
    add(state=CardState.INACTIVE)

    response = wallet.get(SEARCH, msisdn=PHONE)

    assert response.json["card"]["cardState"] == "inactive"


# Blocked cards (rule 4, G17).


@pytest.fixture
def make_blocked(make_wallet):
    """A function that makes a partner of this policy, with one blocked card or blocked member."""

    def make(policy, kind="card", **person):
        wallet = make_wallet(agreed={"blocked_cards": policy} if policy else None)
        state = CardState.BLOCKED if kind == "card" else CardState.ACTIVE
        status = MemberStatus.BLOCKED if kind == "member" else MemberStatus.ACTIVE
        with wallet.database.unit_of_work() as work:
            register(work, wallet.program, state=state, status=status, email=EMAIL)
        return wallet

    return make


@pytest.mark.parametrize("kind", ["card", "member"])
@pytest.mark.parametrize("policy", [None, "forbid"])
def test_a_blocked_card_is_refused_where_the_partner_forbids_it(make_blocked, policy, kind):
    """G17: `forbid` is the default."""
    wallet = make_blocked(policy, kind)

    for query in ({"msisdn": PHONE}, {"email": EMAIL}, {"msisdn": PHONE, "email": EMAIL}):
        response = wallet.get(SEARCH, **query)

        assert refusal(response) == (422, "008")
        assert response.json["description"] == "Карта заблокирована"


@pytest.mark.parametrize("kind", ["card", "member"])
def test_a_blocked_card_is_not_found_where_the_partner_hides_it(make_blocked, kind):
    """G17: `hide`."""
    assert is_empty(make_blocked("hide", kind).get(SEARCH, msisdn=PHONE, email=EMAIL))


@pytest.mark.parametrize("kind", ["card", "member"])
def test_a_blocked_card_is_inactive_where_the_partner_shows_it(make_blocked, kind):
    """G17: `show`."""
    response = make_blocked("show", kind).get(SEARCH, msisdn=PHONE)

    assert response.json["card"] == {
        "cardNumber": CARD,
        "cardState": "inactive",
        "barcode": {"barcodeNumber": CARD, "barcodeType": "CODE_128"},
    }


@pytest.mark.parametrize(
    "policy, answer", [("forbid", (422, "008")), ("hide", "7700000002"), ("show", CARD)]
)
def test_a_blocked_persons_email_does_not_lead_to_anothers_card(make_blocked, policy, answer):
    """Rule 4: a blocked card matches, so no card is issued, whoever else has the e-mail."""
    wallet = make_blocked(policy)
    with wallet.database.unit_of_work() as work:
        register(
            work, wallet.program, phone="79990000002", card="7700000002", email="wife@example.com"
        )

    response = wallet.get(SEARCH, msisdn=PHONE, email="wife@example.com")

    found = refusal(response) if response.status_code == 422 else number(response)
    assert found == answer


@pytest.mark.parametrize("policy", ["forbid", "hide", "show"])
def test_an_active_card_beside_a_blocked_one_is_shown(make_blocked, policy):
    """G20: a card that was lost and blocked does not stand in the way of its successor."""
    wallet = make_blocked(policy, "nothing")
    with wallet.database.unit_of_work() as work:
        cards.block(work, wallet.program.id, number=CARD)
        member = cards.held_by(work, wallet.program.id, CARD)
        make_card(work, wallet.program, member, number="7700000002")

    response = wallet.get(SEARCH, msisdn=PHONE)

    assert (number(response), response.json["card"]["cardState"]) == ("7700000002", "active")


@pytest.mark.parametrize("policy", ["forbid", "hide"])
def test_of_those_who_share_an_email_a_blocked_one_does_not_count(make_blocked, policy):
    wallet = make_blocked(policy)
    with wallet.database.unit_of_work() as work:
        register(work, wallet.program, phone="79990000002", card="7700000002", email=EMAIL)

    assert number(wallet.get(SEARCH, email=EMAIL)) == "7700000002"


# What a search must never do.


def test_reserved_and_pool_numbers_are_nobodys(wallet, add):
    with wallet.database.unit_of_work() as work:
        make_card(work, wallet.program, number="7700009001")

    assert is_empty(wallet.get(SEARCH, msisdn="7700009001"))


def test_what_a_phone_looks_like_to_sql_does_not_matter(wallet, anna):
    for odd in ("' OR 1=1 --", "%", "_", "\\", '"', "79995550142'--"):
        response = wallet.get(SEARCH, email=odd)

        assert is_empty(response), odd
