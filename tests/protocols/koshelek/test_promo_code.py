"""5.9: `POST /v1/promo/code` (1.3.0), a code the user typed."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from adapter.core import programs
from adapter.core.cards import CardState
from adapter.core.members import MemberStatus
from tests.factories import make_code, make_member
from tests.protocols.koshelek.people import CARD, EMAIL, PHONE, points, register
from tests.protocols.koshelek.wallet import is_empty
from tests.protocols.state import rows

PATH = "/v1/promo/code"
# Ways to name the holder of the card, and ways to name nobody, each with its code.
WHO = [
    {"cardNumber": CARD},
    {"phone": PHONE},
    {"phone": "8 (999) 555-01-42"},
    {"phone": int(PHONE)},
    {"msisdn": PHONE},
    {"email": " ANNA@example.com"},
    {"cardnumber": CARD},
    {"cardNumber": CARD, "phone": "79990000009", "email": "nobody@example.com"},
    {"cardNumber": "", "phone": None, "msisdn": PHONE},
    {"phone": PHONE, "email": "nobody@example.com"},
]
NOBODY = [
    ({"cardNumber": "7700000042"}, "009"),
    ({"cardNumber": "7700000042", "phone": PHONE}, "009"),
    ({"phone": "79990000009"}, "010"),
    ({"phone": "79990000009", "email": EMAIL}, "010"),
    ({"email": "nobody@example.com"}, "010"),
    ({"email": "nonsense"}, "010"),
    ({"phone": "12"}, "005"),
    ({}, "005"),
    ({"cardNumber": "", "phone": " "}, "005"),
    ({"phone": ["79995550142"]}, "005"),
]


@pytest.fixture
def anna(wallet):
    with wallet.database.unit_of_work() as work:
        return register(work, wallet.program, email=EMAIL)


@pytest.fixture
def code(wallet):
    """A function that makes a promo code of fifty points."""

    def make(code="SPRING25", **changes):
        with wallet.database.unit_of_work() as work:
            make_code(work, wallet.program, code=code, **changes)

    return make


def promo_of(wallet):
    return wallet.get(f"/v1/card/{CARD}").json["card"]["bonus"]


def test_the_points_of_a_code_are_credited_to_whoever_is_named(wallet, anna, code, subtests):
    """G5: the user as in G4, the card before the phone before the rest."""
    for turn, who in enumerate(WHO, start=1):
        with subtests.test(who):
            code(f"CODE{turn}")

            assert is_empty(wallet.post(PATH, {"code": f"CODE{turn}"} | who))

            assert points(wallet.database) == str(50 * turn)


@pytest.mark.parametrize("name", ["code", "promoCode", "PROMOCODE"])
def test_a_code_has_either_of_two_names(wallet, anna, code, name):
    """G5."""
    code()

    assert is_empty(wallet.post(PATH, {name: "SPRING25", "phone": PHONE}))

    assert points(wallet.database) == "50"


def test_the_code_is_what_the_lot_is_called(wallet, anna, code):
    code("ВЕСНА-25", amount="12.5")

    assert is_empty(wallet.post(PATH, {"promoCode": " весна-25 ", "phone": PHONE}))

    assert promo_of(wallet) == {
        "total": "12.5",
        "available": "12.5",
        "bonuses": [{"description": "ВЕСНА-25", "amount": "12.5"}],
    }


def test_points_of_a_code_expire_as_the_program_says(make_wallet, clock):
    wallet = make_wallet(program={"settings": {"points_expire_after_days": 30}})
    with wallet.database.unit_of_work() as work:
        register(work, wallet.program)
        make_code(work, wallet.program)

    wallet.post(PATH, {"code": "SPRING25", "phone": PHONE})

    assert clock.now.date().isoformat() == "2026-05-04"
    assert promo_of(wallet)["bonuses"][0]["validUntil"] == "2026-06-03"


def test_a_code_may_be_of_digits_and_sent_as_a_number(wallet, anna, code):
    code("20250101")

    assert is_empty(wallet.post(PATH, {"code": 20250101, "phone": PHONE}))


def test_a_code_without_points_is_accepted(wallet, anna, code):
    code(amount=0)

    assert is_empty(wallet.post(PATH, {"code": "SPRING25", "phone": PHONE}))
    assert points(wallet.database) == "0"


def refused(wallet, body):
    """The refusal of a code, after which everything is as it was."""
    before = rows(wallet.database)
    response = wallet.post(PATH, body)
    assert response.status_code == 422
    assert rows(wallet.database) == before
    return response.json["code"], response.json["description"]


def test_a_code_that_was_used_is_refused(wallet, anna, code):
    """G5: used; so a repeat by the same person is told, too."""
    code()
    wallet.post(PATH, {"code": "SPRING25", "phone": PHONE})

    found = refused(wallet, {"code": "spring25", "phone": PHONE})

    assert found == ("022", "Промокод уже использован")
    assert points(wallet.database) == "50"


def test_a_code_for_one_is_used_up_by_one(wallet, anna, code):
    code(uses=1)
    with wallet.database.unit_of_work() as work:
        make_member(work, wallet.program, phone="79990000002")
    wallet.post(PATH, {"code": "SPRING25", "phone": "79990000002"})

    assert refused(wallet, {"code": "SPRING25", "phone": PHONE})[0] == "022"


def test_a_code_for_all_is_used_by_each(wallet, anna, code):
    code()
    with wallet.database.unit_of_work() as work:
        make_member(work, wallet.program, phone="79990000002")

    for phone in (PHONE, "79990000002"):
        assert is_empty(wallet.post(PATH, {"code": "SPRING25", "phone": phone}))
        assert points(wallet.database, phone) == "50"


def test_an_unknown_code_is_refused(wallet, anna):
    for text in ("NOTHING", "x" * 255, "Ω" * 64, "' OR 1=1 --"):
        assert refused(wallet, {"code": text, "phone": PHONE}) == ("020", "Промокод не найден")


def test_a_code_is_valid_to_the_end_of_its_last_day(wallet, anna, code, clock):
    """G5: expired."""
    moscow = ZoneInfo("Europe/Moscow")
    code(expires_at=programs.end_of(datetime(2026, 6, 30).date(), moscow))
    clock.now = datetime(2026, 7, 1, tzinfo=moscow)
    late = refused(wallet, {"code": "SPRING25", "phone": PHONE})
    clock.now -= timedelta(microseconds=1)

    assert late == ("021", "Срок действия промокода истёк")
    assert is_empty(wallet.post(PATH, {"code": "SPRING25", "phone": PHONE}))


def test_a_code_for_another_is_refused(wallet, anna, code):
    """G5: not the user's."""
    with wallet.database.unit_of_work() as work:
        other = make_member(work, wallet.program, phone="79990000002")
    code(member_id=other.id)

    found = refused(wallet, {"code": "SPRING25", "phone": PHONE})

    assert found == ("023", "Промокод предназначен другому участнику программы")
    assert is_empty(wallet.post(PATH, {"code": "SPRING25", "phone": "79990000002"}))


def test_nobody_known_gets_nothing(wallet, anna, code, subtests):
    """G4, G5: unknown user."""
    code()

    for who, number in NOBODY:
        with subtests.test(who):
            assert refused(wallet, {"code": "SPRING25"} | who)[0] == number


def test_without_a_code_nothing_is_redeemed(wallet, anna):
    for body in ({}, {"code": ""}, {"promoCode": None}, {"code": ["A"]}):
        assert refused(wallet, body | {"phone": PHONE})[0] == "005"


def test_an_email_that_several_share_names_nobody(wallet, anna, code):
    code()
    with wallet.database.unit_of_work() as work:
        make_member(work, wallet.program, email=EMAIL)

    assert refused(wallet, {"code": "SPRING25", "email": EMAIL})[0] == "007"


def test_a_blocked_member_gets_nothing(wallet, code):
    code()
    with wallet.database.unit_of_work() as work:
        register(work, wallet.program, status=MemberStatus.BLOCKED)

    found = refused(wallet, {"code": "SPRING25", "phone": PHONE})

    assert found == ("008", "Участник программы заблокирован или неактивен")


def test_a_blocked_card_does_not_keep_its_holder_from_a_code(wallet, code):
    code()
    with wallet.database.unit_of_work() as work:
        register(work, wallet.program, state=CardState.BLOCKED)

    assert is_empty(wallet.post(PATH, {"code": "SPRING25", "cardNumber": CARD}))


def test_codes_of_another_program_are_unknown(wallet, make_wallet, anna):
    other = make_wallet(code="OTHER", login="other")
    with other.database.unit_of_work() as work:
        make_code(work, other.program)

    assert refused(wallet, {"code": "SPRING25", "phone": PHONE})[0] == "020"


def test_the_form_of_the_body_is_logged_and_nothing_of_its_content(wallet, anna, code, log_lines):
    """G4, G5: the form is the only way to learn what the vendor really sends."""
    code()
    wallet.post(PATH, {"code": "SPRING25", "phone": PHONE, "имя": "Анна"})

    (line,) = (line for line in log_lines() if line["event"] == "promotion")
    assert line["promotion"] == "code"
    assert line["form"] == '{"aaaa": "aaaaaa99", "aaaaa": "99999999999", "aaa": "aaaa"}'
