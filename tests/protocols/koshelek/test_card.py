"""5.2: `GET /v1/card/{cardNumber}`, a card with its balance and the lots it is made of."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest

from adapter.core import cards, programs
from adapter.core.cards import BarcodeType, CardState
from adapter.core.errors import InvalidBarcode
from adapter.core.members import MemberStatus
from tests.factories import give_points, make_card, make_member, purse_of, reserve_points
from tests.factories import spend_points as spend
from tests.protocols.koshelek.people import CARD, register, register_anna
from tests.protocols.koshelek.wallet import refusal, sample

MOSCOW = ZoneInfo("Europe/Moscow")
ODD_NUMBERS = [
    "КАРТА-0001",
    "№ 12",
    "a b+c&d=1",
    "100%",
    "7%30",
    "q?1#2",
    "..1",
    "Ё" * 49 + "1",
    "'1\"",
    "1;2",
]
BARCODES = [
    ("EAN_8", "96385074"),
    ("EAN_13", "2900000070011"),
    ("UPC_A", "036000291452"),
    ("CODE_128", "AB-12 cd"),
    ("QR_CODE", "КАРТА 1"),
]
NO_BARCODES = [
    ("EAN_8", "96385075"),
    ("EAN_13", "2900000070012"),
    ("EAN_13", "290000007001"),
    ("UPC_A", "036000291453"),
    ("EAN_8", "٩٦٣٨٥٠٧٤"),
    ("CODE_128", "КАРТА"),
    ("CODE_128", "7" * 51),
]


@pytest.fixture
def earn(wallet):
    """A function that gives a member points, their last day included."""

    def earn(member, amount, reason="Покупка", until=None, active_from=None):
        expires_at = until and programs.end_of(until, wallet.program.timezone)
        with wallet.database.unit_of_work() as work:
            purse = purse_of(wallet.program, member)
            give_points(
                work, purse, amount, reason=reason, active_from=active_from, expires_at=expires_at
            )

    return earn


@pytest.fixture
def anna(wallet):
    with wallet.database.unit_of_work() as work:
        return register(work, wallet.program)


def bonus(wallet, number=CARD):
    return wallet.get(f"/v1/card/{number}").json["card"]["bonus"]


def test_the_vendors_example_is_answered_as_it_is_printed(wallet, clock):
    """The example lists its two lots as they came; G8 puts what expires first in front."""
    clock.now = datetime(2025, 3, 1, 9, tzinfo=UTC)
    with wallet.database.unit_of_work() as work:
        purse = purse_of(wallet.program, register_anna(work, wallet.program))
        for amount, reason, day in (
            ("120", "Покупка 14.02", date(2026, 2, 14)),
            ("300", "Подарок ко дню рождения", date(2025, 12, 31)),
        ):
            expires_at = programs.end_of(day, wallet.program.timezone)
            give_points(work, purse, amount, reason=reason, expires_at=expires_at)
        reserve_points(work, purse, "50")

    response = wallet.get(f"/v1/card/{CARD}")

    printed = sample("card")
    printed["card"]["bonus"]["bonuses"].sort(key=lambda portion: portion["validUntil"])
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert response.json == printed


def test_a_card_without_points_has_no_lots(wallet, anna):
    """G8: `bonuses` is there and empty."""
    assert bonus(wallet) == {"total": "0", "available": "0", "bonuses": []}


def test_points_that_never_expire_have_no_last_day_and_stand_last(wallet, anna, earn):
    """G8: for no expiry `validUntil` is left out; ordered by it."""
    earn(anna, "10", "Навсегда")
    earn(anna, "20", "Поздние", date(2027, 1, 31))
    earn(anna, "30", "Ранние", date(2026, 6, 1))

    assert bonus(wallet)["bonuses"] == [
        {"description": "Ранние", "amount": "30", "validUntil": "2026-06-01"},
        {"description": "Поздние", "amount": "20", "validUntil": "2027-01-31"},
        {"description": "Навсегда", "amount": "10"},
    ]


def test_what_was_spent_is_missing_from_the_lots_that_expire_first(wallet, anna, earn):
    earn(anna, "100", "Поздние", date(2027, 1, 31))
    earn(anna, "30", "Ранние", date(2026, 6, 1))
    with wallet.database.unit_of_work() as work:
        spend(work, purse_of(wallet.program, anna), "30.5")

    assert bonus(wallet) == {
        "total": "99.5",
        "available": "99.5",
        "bonuses": [{"description": "Поздние", "amount": "99.5", "validUntil": "2027-01-31"}],
    }


def test_points_are_plain_decimals(wallet, anna, earn):
    """Section 8: no trailing zeros, no exponent, no spaces."""
    for amount in ("1000000", "0.5", "12.50", "0.01"):
        earn(anna, amount)

    found = bonus(wallet)
    assert [portion["amount"] for portion in found["bonuses"]] == ["1000000", "0.5", "12.5", "0.01"]
    assert found["total"] == "1000013.01"


def test_a_program_may_count_in_whole_points(make_wallet):
    wallet = make_wallet(program={"settings": {"points_decimals": 0}})
    with wallet.database.unit_of_work() as work:
        give_points(work, purse_of(wallet.program, register(work, wallet.program)), "420")

    assert bonus(wallet)["total"] == "420"


def test_points_are_valid_to_the_end_of_their_last_day_in_the_programs_time(
    wallet, anna, earn, clock
):
    """`validUntil` is a day of Moscow, and that day belongs to it."""
    earn(anna, "7", until=date(2026, 6, 30))

    clock.now = datetime(2026, 6, 30, 23, 59, 59, 999999, tzinfo=MOSCOW)
    in_time = bonus(wallet)
    clock.now = datetime(2026, 7, 1, tzinfo=MOSCOW)
    too_late = bonus(wallet)

    assert in_time["bonuses"][0]["validUntil"] == "2026-06-30"
    assert in_time["available"] == "7"
    assert too_late == {"total": "0", "available": "0", "bonuses": []}


@pytest.mark.parametrize("timezone", ["Asia/Vladivostok", "UTC", "America/New_York"])
def test_the_last_day_is_one_of_the_programs_own_time_zone(make_wallet, timezone):
    wallet = make_wallet(program={"timezone": timezone})
    expires_at = programs.end_of(date(2026, 6, 30), ZoneInfo(timezone))
    with wallet.database.unit_of_work() as work:
        purse = purse_of(wallet.program, register(work, wallet.program))
        give_points(work, purse, "7", expires_at=expires_at)

    assert bonus(wallet)["bonuses"][0]["validUntil"] == "2026-06-30"


def test_points_that_are_not_active_yet_count_in_the_total_only(wallet, anna, earn, clock):
    """Section 7: `total` with what is pending, `available` without."""
    earn(anna, "100")
    earn(anna, "11", "Завтра", active_from=clock.now + timedelta(days=1))

    before = bonus(wallet)
    clock.advance(timedelta(days=1))
    after = bonus(wallet)

    assert (before["total"], before["available"]) == ("111", "100")
    assert (after["total"], after["available"]) == ("111", "111")


def test_lots_sum_up_to_the_total(wallet, anna, earn):
    for day in (None, date(2026, 6, 1), date(2026, 5, 4)):
        earn(anna, "10.25", until=day)
    with wallet.database.unit_of_work() as work:
        reserve_points(work, purse_of(wallet.program, anna), "15")

    found = bonus(wallet)

    assert (found["total"], found["available"]) == ("30.75", "15.75")
    assert sum(float(portion["amount"]) for portion in found["bonuses"]) == 30.75


@pytest.mark.parametrize("policy", ["forbid", "hide", "show"])
def test_whatever_keeps_a_card_from_being_used_is_inactive(make_wallet, policy):
    """G17: for this method a blocked card is inactive, whatever the policy for searches."""
    wallet = make_wallet(agreed={"blocked_cards": policy})
    kept = [
        (CardState.ACTIVE, MemberStatus.ACTIVE, "active"),
        (CardState.INACTIVE, MemberStatus.ACTIVE, "inactive"),
        (CardState.BLOCKED, MemberStatus.ACTIVE, "inactive"),
        (CardState.ACTIVE, MemberStatus.BLOCKED, "inactive"),
        (CardState.ACTIVE, MemberStatus.INACTIVE, "inactive"),
    ]
    with wallet.database.unit_of_work() as work:
        for turn, (state, status, _) in enumerate(kept):
            member = {"phone": f"7999000000{turn}", "card": f"00{turn}"}
            register(work, wallet.program, state=state, status=status, **member)

    found = [wallet.get(f"/v1/card/00{turn}").json["card"] for turn in range(len(kept))]

    assert [card["cardState"] for card in found] == [sent for _, _, sent in kept]


def test_a_reserved_number_is_shown_as_a_card_of_nobody(wallet):
    number = wallet.get("/v1/card/anonymous").text

    assert wallet.get(f"/v1/card/{number}").json == {
        "card": {
            "cardNumber": number,
            "cardState": "inactive",
            "barcode": {"barcodeNumber": number, "barcodeType": "CODE_128"},
            "bonus": {"total": "0", "available": "0", "bonuses": []},
        }
    }


def test_an_unknown_number_is_refused(wallet, anna):
    """2.4, with our own words: nothing of the request is repeated in them. G35."""
    for number in ("7700000042", CARD + "0", CARD[:-1], "0", "anna", "7" * 51, "7" * 5000):
        response = wallet.get(f"/v1/card/{number}")

        assert refusal(response) == (422, sample("error")["code"])
        assert response.json["description"] == "Карта не найдена"


def test_a_number_whose_reservation_was_swept_is_unknown(wallet, clock):
    number = wallet.get("/v1/card/anonymous").text
    clock.advance(timedelta(hours=1))
    with wallet.database.unit_of_work() as work:
        assert cards.lapse_due(work) == 1

    assert refusal(wallet.get(f"/v1/card/{number}")) == (422, "009")


# The number in the path (G35).


@pytest.fixture
def add_card(wallet):
    """A function that gives somebody a card with this number."""

    def add(number, **barcode):
        with wallet.database.unit_of_work() as work:
            make_card(
                work, wallet.program, make_member(work, wallet.program), number=number, **barcode
            )

    return add


def test_leading_zeros_of_a_number_are_significant(wallet, add_card):
    """G35, and item 11 of section 11."""
    for number in ("0007700041", "7700041"):
        add_card(number)

    for number in ("0007700041", "7700041"):
        assert wallet.get(f"/v1/card/{number}").json["card"]["cardNumber"] == number
    assert refusal(wallet.get("/v1/card/07700041")) == (422, "009")


def test_a_number_of_any_letters_is_percent_decoded(wallet, add_card, subtests):
    """G35: UTF-8; a number that CODE_128 cannot carry has a barcode of its own."""
    for number in ODD_NUMBERS:
        with subtests.test(number):
            add_card(number, barcode_type=BarcodeType.QR_CODE)

            sent = wallet.get(f"/v1/card/{quote(number, safe='')}").json["card"]

            assert sent["cardNumber"] == number
            assert sent["barcode"] == {"barcodeNumber": number, "barcodeType": "QR_CODE"}


def test_letters_differ_by_case_and_by_form(wallet, add_card):
    """G35: compared as text."""
    add_card("Ab1", barcode_type=BarcodeType.QR_CODE)

    for other in ("AB1", "ab1", "Аb1", "Ab1 ", " Ab1", "Ab１"):
        assert refusal(wallet.get(f"/v1/card/{quote(other)}")) == (422, "009"), other


def test_bytes_that_are_no_text_name_no_card(wallet, anna):
    for path in ("%FF", "%C0%AF", "%ED%A0%80", "1%00", "%F0%9F"):
        assert wallet.get(f"/v1/card/{path}").status_code == 422


def test_a_number_with_a_slash_is_a_path_of_its_own(wallet, anna):
    """A slash is a slash, encoded or not: WSGI has decoded it before anybody can look."""
    assert refusal(wallet.get("/v1/card/77%2F41")) == (404, "002")


# Barcodes (G16).


def test_a_barcode_is_apart_from_the_number(wallet, add_card, subtests):
    """G16."""
    for turn, (kind, barcode) in enumerate(BARCODES):
        with subtests.test(kind):
            add_card(f"00{turn}", barcode_type=BarcodeType(kind), barcode_number=barcode)

            sent = wallet.get(f"/v1/card/00{turn}").json["card"]

            assert sent["cardNumber"] == f"00{turn}"
            assert sent["barcode"] == {"barcodeNumber": barcode, "barcodeType": kind}


def test_a_barcode_no_till_could_read_never_becomes_a_card(wallet, add_card, subtests):
    """G16: length and check digit are verified before anything is sent."""
    for kind, barcode in NO_BARCODES:
        with subtests.test(barcode), pytest.raises(InvalidBarcode):
            add_card("0041", barcode_type=BarcodeType(kind), barcode_number=barcode)

    assert refusal(wallet.get("/v1/card/0041")) == (422, "009")


def test_a_barcode_is_the_number_unless_told_otherwise(wallet, add_card):
    """G16: CODE_128 of the number by default."""
    add_card("7700000041")

    assert wallet.get("/v1/card/7700000041").json["card"]["barcode"] == {
        "barcodeNumber": "7700000041",
        "barcodeType": "CODE_128",
    }
