"""5.9: `POST /v1/promo/qrCode` (1.1.0), the QR code of a cash receipt."""

from __future__ import annotations

import itertools

import pytest

from adapter.core import benefits
from adapter.core.members import MemberStatus
from tests.factories import make_member
from tests.protocols.koshelek.people import CARD, EMAIL, PHONE, RECEIPT, points, register
from tests.protocols.koshelek.wallet import is_empty, refusal
from tests.protocols.state import rows

PATH = "/v1/promo/qrCode"
SOMEBODY = "79990000002"
NO_RECEIPTS = [
    "https://example.com/?q=1",
    "t=20250214T1000&s=1299.00",
    RECEIPT.replace("fp=987654321", "fp="),
    RECEIPT.replace("fp=987654321", "fp=abc"),
    RECEIPT.replace("fp=987654321", "fp=٩٨٧"),
    RECEIPT.replace("fp=987654321", "fp=" + "9" * 21),
    RECEIPT.replace("s=1299.00", "s=much"),
    RECEIPT.replace("s=1299.00", "s=NaN"),
    RECEIPT.replace("s=1299.00", "s=1e999999"),
    RECEIPT + "&a=1" * 30,
    RECEIPT + "&x=" + "я" * 900,
    RECEIPT.replace("12345", "1%002345"),
    "&" * 500,
    "Ω≈ç",
]


@pytest.fixture
def promo(make_wallet):
    """The server of a partner whose receipts are worth 25 points, with two members."""
    wallet = make_wallet(
        agreed={"receipt_promo": True}, program={"settings": {"receipt_points": "25"}}
    )
    with wallet.database.unit_of_work() as work:
        register(work, wallet.program, email=EMAIL)
        make_member(work, wallet.program, phone=SOMEBODY)
    return wallet


def test_it_is_off_unless_agreed(wallet):
    """G4: off by default."""
    response = wallet.post(PATH, {"qrCode": RECEIPT, "phone": PHONE})

    assert response.status_code == 422
    assert response.json == {"code": "025", "description": "Метод не подключён"}


def test_a_receipt_is_taken_under_any_of_its_names_for_any_of_the_users(promo, subtests):
    """G4: the first present of `qrCode`, `qr`, `code`; and of the four ways to name a user."""
    names = ("qrCode", "qr", "code", "QRCODE")
    users = ({"cardNumber": CARD}, {"phone": PHONE}, {"msisdn": PHONE}, {"email": EMAIL})
    for turn, (name, who) in enumerate(itertools.product(names, users), start=1):
        with subtests.test(name=name, who=who):
            text = RECEIPT.replace("i=12345", f"i={turn}")

            assert is_empty(promo.post(PATH, {name: text} | who))

            assert points(promo.database) == str(25 * turn)


def test_the_first_of_several_texts_counts(promo):
    """G4."""
    promo.post(PATH, {"code": "x", "qr": "y", "qrCode": RECEIPT, "phone": PHONE})

    assert points(promo.database) == "25"


def test_the_same_receipt_of_the_same_user_is_a_repeat(promo):
    """G4: a duplicate of the same user gets 200 and nothing more."""
    promo.post(PATH, {"qrCode": RECEIPT, "phone": PHONE})
    before = rows(promo.database)

    assert is_empty(promo.post(PATH, {"qrCode": RECEIPT, "cardNumber": CARD}))

    assert rows(promo.database) == before


def test_the_same_receipt_of_another_user_is_refused(promo):
    """G4: fn, i and fp together are the receipt, whatever else the text says."""
    promo.post(PATH, {"qrCode": RECEIPT, "phone": PHONE})

    for text in (
        RECEIPT,
        "fp=987654321&i=12345&fn=9289000100123456",
        "t=20300101T0000&s=1.00&fn=9289000100123456&i=12345&fp=987654321&n=2",
    ):
        response = promo.post(PATH, {"qrCode": text, "phone": SOMEBODY})

        assert refusal(response) == (422, "024")
    assert points(promo.database, SOMEBODY) == "0"


def test_other_receipts_are_other_receipts(promo):
    for number in range(3):
        text = RECEIPT.replace("i=12345", f"i={number}")
        assert is_empty(promo.post(PATH, {"qrCode": text, "phone": PHONE}))

    assert points(promo.database) == "75"


def test_the_sum_of_the_receipt_is_kept(promo):
    promo.post(PATH, {"qrCode": RECEIPT, "phone": PHONE})

    with promo.database.reading() as work:
        (claim,) = work.session.query(benefits.Claim).all()
        assert claim.amount_minor == 129900


def test_a_partner_may_give_nothing_for_receipts(make_wallet):
    wallet = make_wallet(agreed={"receipt_promo": True})
    with wallet.database.unit_of_work() as work:
        register(work, wallet.program)

    assert is_empty(wallet.post(PATH, {"qrCode": RECEIPT, "phone": PHONE}))
    assert points(wallet.database) == "0"


def test_a_text_that_is_no_receipt_is_refused(promo, subtests):
    """G4: unreadable."""
    before = rows(promo.database)

    for text in NO_RECEIPTS:
        with subtests.test(text):
            response = promo.post(PATH, {"qrCode": text, "phone": PHONE})

            assert refusal(response) == (422, "005")
    assert rows(promo.database) == before


def test_without_a_text_there_is_no_receipt(promo):
    for body in ({}, {"qrCode": ""}, {"qr": None}, {"qrCode": {}}):
        assert refusal(promo.post(PATH, body | {"phone": PHONE})) == (422, "005")


def test_an_unknown_user_is_refused(promo):
    """G4: unknown user."""
    for who, code in (
        ({}, "005"),
        ({"phone": "79990000009"}, "010"),
        ({"cardNumber": "7700000042"}, "009"),
        ({"email": "nobody@example.com"}, "010"),
    ):
        assert refusal(promo.post(PATH, {"qrCode": RECEIPT} | who)) == (422, code)


def test_a_blocked_member_is_refused(promo):
    with promo.database.unit_of_work() as work:
        make_member(work, promo.program, phone="79990000003", status=MemberStatus.BLOCKED)

    response = promo.post(PATH, {"qrCode": RECEIPT, "phone": "79990000003"})

    assert refusal(response) == (422, "008")


def test_the_form_of_the_body_is_logged_and_nothing_of_its_content(promo, log_lines):
    """G4: log the body, it is the only way to learn the real form; ours holds no data."""
    promo.post(PATH, {"qr": RECEIPT, "email": EMAIL})

    (line,) = (line for line in log_lines() if line["event"] == "promotion")
    assert line["promotion"] == "receipt"
    assert line["form"].startswith('{"aa": "a=99999999a9999&a=9999.99&aa=9999999999999999&')
    assert EMAIL not in str(line)
