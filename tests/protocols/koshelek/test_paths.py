"""Which paths and verbs there are, and what anything else is answered with (G12, G29, G34)."""

from __future__ import annotations

import itertools

import pytest

from tests.protocols.koshelek.people import CARD, PHONE, register
from tests.protocols.koshelek.wallet import is_empty, refusal
from tests.protocols.state import rows

UNKNOWN = [
    f"/v1/card/{CARD}/balance",
    f"/v1/card/{CARD}/operations",
    f"/v1/card/{CARD}/communication/sms",
    "/v1/card/anonymous/1/2",
    "/v1/card//",
    "/v1/promo",
    "/v1/promo/",
    "/v1/promo/qrcode",
    "/v1/promo/Code",
]
# A verb, a path, and the verbs it has.
WRONG_VERBS = [
    ("POST", "/v1/card", {"GET", "HEAD", "OPTIONS"}),
    ("DELETE", f"/v1/card/{CARD}", {"GET", "HEAD", "OPTIONS", "POST", "PUT"}),
    ("PATCH", f"/v1/card/{CARD}", {"GET", "HEAD", "OPTIONS", "POST", "PUT"}),
    ("GET", f"/v1/card/{CARD}/communication", {"OPTIONS", "PUT"}),
    ("POST", f"/v1/card/{CARD}/purchases", {"GET", "HEAD", "OPTIONS"}),
    ("GET", f"/v1/card/anonymous/{CARD}", {"OPTIONS", "POST", "PUT"}),
    ("GET", "/v1/promo/code", {"OPTIONS", "POST"}),
    ("PUT", "/v1/promo/qrCode", {"OPTIONS", "POST"}),
]


@pytest.fixture(autouse=True)
def anna(wallet):
    with wallet.database.unit_of_work() as work:
        return register(work, wallet.program)


def test_an_unknown_path_is_404_with_the_error_object(wallet, subtests):
    """G12; G29: exact case."""
    for prefix, path in itertools.product(("", "/koshelek"), UNKNOWN):
        with subtests.test(prefix + path):
            for method in ("GET", "POST"):
                response = wallet.client.open(prefix + path, method=method, data=b"{}")

                assert response.status_code == 404
                assert response.json == {"code": "002", "description": "Метод не найден"}


def test_a_wrong_verb_is_405_with_the_error_object(wallet, subtests):
    """G12."""
    words = "Метод не поддерживает этот глагол HTTP"
    for method, path, allowed in WRONG_VERBS:
        with subtests.test(method=method, path=path):
            response = wallet.client.open(path, method=method, data=b"{}")

            assert response.status_code == 405
            assert response.json == {"code": "003", "description": words}
            assert set(response.allow) == allowed


def test_a_trailing_slash_is_tolerated_without_a_redirect(wallet):
    """G29."""
    for path in (
        f"/v1/card/?msisdn={PHONE}",
        f"/v1/card/{CARD}/",
        f"/v1/card/{CARD}/purchases/?startDate=2025-01-01",
        "/v1/card/anonymous/",
    ):
        assert wallet.client.get(path).status_code == 200
        assert wallet.client.get(f"/koshelek{path}").status_code == 200


def test_a_trailing_slash_does_not_lose_the_body(wallet):
    """G29: a redirect would make a GET of it."""
    assert is_empty(wallet.put(f"/v1/card/{CARD}/communication/", {"allow": ["sms"]}))
    assert wallet.post("/v1/card/anonymous/", {"phone": "79990000002"}).status_code == 200


def test_other_letters_are_other_paths(wallet):
    """G29: exact case; at the root such a path is nobody's."""
    for path in ("/V1/card", "/v1/Card", f"/v1/CARD/{CARD}", "/v1/cards", "/v2/card"):
        assert wallet.get(path, msisdn=PHONE).data == b'{"error": "not found"}'
        assert refusal(wallet.get(f"/koshelek{path}", msisdn=PHONE)) == (404, "002")


@pytest.mark.parametrize("word", ["anonymous", "getAllUsers", "getAllUsersExtended"])
def test_a_literal_is_never_read_as_a_card_number(wallet, word):
    """Item 10 of section 11, for every path that has a card number in it."""
    before = rows(wallet.database)

    replies = [
        wallet.put(f"/v1/card/{word}/communication", {"allow": ["sms"]}),
        wallet.get(f"/v1/card/{word}/purchases", startDate="2025-01-01"),
        wallet.post(f"/v1/card/anonymous/{word}", {"phone": "79990000002"}),
        wallet.client.delete(f"/v1/card/{word}"),
    ]

    assert {reply.status_code for reply in replies} == {422, 405}
    assert rows(wallet.database) == before


def test_a_literal_in_other_letters_is_a_card_number_nobody_has(wallet):
    for word in ("Anonymous", "ANONYMOUS", "getallusers"):
        assert refusal(wallet.get(f"/v1/card/{word}")) == (422, "009")


def test_head_is_get_without_a_body(wallet):
    """G34: elsewhere as the framework does."""
    for path in ("/v1/card", f"/v1/card/{CARD}"):
        assert is_empty(wallet.client.head(path, query_string={"msisdn": PHONE}))


def test_options_names_the_verbs(wallet):
    """G34."""
    for path in ("/v1/card", f"/v1/card/{CARD}", f"/v1/card/{CARD}/communication"):
        response = wallet.client.options(path)

        assert is_empty(response)
        assert "OPTIONS" in response.allow


def test_a_word_that_is_no_verb_is_a_wrong_verb(wallet):
    for method in ("FOO", "TRACE", "PROPFIND"):
        assert refusal(wallet.client.open(f"/v1/card/{CARD}", method=method)) == (405, "003")
