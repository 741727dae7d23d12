"""§2 and §3: the five headers, and which versions each call has."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from adapter.core import partners
from adapter.core.ledger import Entry
from adapter.core.members import Member
from tests.protocols.callers import OF_THE_SHAPE
from tests.protocols.swip.people import PHONE, POINTS, add_maria
from tests.protocols.swip.plugin import (
    PROFILE,
    SIGNUPS,
    STATS,
    TOKEN,
    Plugin,
    fields_of,
    refusal,
    refused,
)

UNAUTHORIZED = (401, 1001, "Unauthorized")
FORBIDDEN = (403, 1003, "Forbidden")


def over_the_wire(text: str, charset: str = "utf-8") -> str:
    """A header's value as a WSGI server hands over its bytes."""
    return text.encode(charset).decode("latin-1")


@OF_THE_SHAPE
def test_a_token_is_compared_exactly_and_its_scheme_in_any_case(
    plugin: Plugin, maria: Member
) -> None:
    """D4."""
    for good in (f"bearer {TOKEN}", f"BEARER   {TOKEN} "):
        assert plugin.with_headers(authorization=good).points(phone=PHONE) == POINTS
    for bad in (TOKEN, f"Bearer {TOKEN.upper()}", f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN} x"):
        response = plugin.with_headers(authorization=bad).stats(phone=PHONE)

        assert refusal(response) == UNAUTHORIZED
        assert fields_of(response) is None
    assert refusal(plugin.with_headers(authorization=f"Token {TOKEN}").stats()) == UNAUTHORIZED


def test_a_token_need_not_look_like_one_of_the_vendors(make_plugin: Any) -> None:
    """D4: opaque; as long and with whatever letters it was given."""
    for number, token in enumerate(("x", "a b", "токен", "t" * 500)):
        plugin: Plugin = make_plugin(code=f"P{number}", token=token)
        shown = plugin.with_headers(authorization=over_the_wire(f"Bearer {token}"))

        assert refused(shown.stats(phone=PHONE)) == (400, 9)


def test_a_revoked_token_opens_nothing(plugin: Plugin) -> None:
    with plugin.database.unit_of_work() as work:
        (credential,) = partners.credentials(work)
        partners.revoke_credential(work, credential.id)

    assert refusal(plugin.stats(phone=PHONE)) == UNAUTHORIZED


@OF_THE_SHAPE
def test_a_header_that_is_missing_or_blank_is_a_401(plugin: Plugin, maria: Member) -> None:
    for name in ("x_merchant_id", "x_store_id", "x_cash_id"):
        for text in (None, "", "  ", "\u00a0"):
            response = plugin.with_headers(**{name: text}).stats(phone=PHONE)

            assert refusal(response) == UNAUTHORIZED, (name, text)


@OF_THE_SHAPE
def test_a_merchant_is_compared_to_the_letter(plugin: Plugin, maria: Member) -> None:
    """D5: no length is wrong, any other merchant is."""
    for merchant in ("kofe", "KOF", "KOFEE", "K" * 300, "КОFE", "*"):
        response = plugin.with_headers(x_merchant_id=over_the_wire(merchant)).stats(phone=PHONE)

        assert refusal(response) == FORBIDDEN, merchant
        assert fields_of(response) is None


def test_a_token_opens_its_own_merchant_alone(
    plugin: Plugin, maria: Member, elsewhere: Plugin
) -> None:
    crossed = plugin.with_headers(x_merchant_id="CHAI")

    for response in (crossed.stats(phone=PHONE), crossed.profile(), crossed.sign_up(phone="1")):
        assert refusal(response) == FORBIDDEN
    assert refused(elsewhere.stats(phone=PHONE)) == (400, 9)


@OF_THE_SHAPE
def test_any_store_and_any_cash_desk_may_call(plugin: Plugin, maria: Member) -> None:
    """D6: free texts."""
    for text in ("Test storeID", "7", "Магазин на углу", "a,b;c", "S" * 255):
        sent = plugin.with_headers(x_store_id=over_the_wire(text), x_cash_id=over_the_wire(text))

        assert sent.points(phone=PHONE) == POINTS
        latin = plugin.with_headers(x_store_id="Café", x_cash_id="n°1")
        assert latin.points(phone=PHONE) == POINTS


@OF_THE_SHAPE
def test_of_a_list_of_stores_only_those_may_call(make_plugin: Any) -> None:
    """D6: whether the bytes are UTF-8 or Latin-1."""
    plugin: Plugin = make_plugin(agreed={"stores": ["Store 7", "Магазин", "Café"]})
    add_maria(plugin)

    for store in ("Store 7", " Store 7 ", over_the_wire("Магазин"), over_the_wire("Café"), "Café"):
        assert plugin.with_headers(x_store_id=store).points(phone=PHONE) == POINTS, store
    for store in ("store 7", "Store 8", over_the_wire("Магазин", "cp1251"), "Cafe", "S" * 300):
        response = plugin.with_headers(x_store_id=store).stats(phone=PHONE)

        assert refusal(response) == FORBIDDEN, store


@OF_THE_SHAPE
def test_no_store_may_call_where_the_list_is_empty(make_plugin: Any) -> None:
    plugin: Plugin = make_plugin(agreed={"stores": []})

    assert refusal(plugin.stats(phone=PHONE)) == FORBIDDEN
    anybody: Plugin = make_plugin(code="OTHER", token="other", agreed={"stores": None})
    assert refused(anybody.stats(phone=PHONE)) == (400, 9)


@OF_THE_SHAPE
def test_what_cannot_be_recorded_of_a_store_or_a_cash_desk_is_a_bad_request(
    plugin: Plugin, maria: Member
) -> None:
    for name, header in (("x_store_id", "X-Store-ID"), ("x_cash_id", "X-Cash-ID")):
        for text in ("x" * 256, over_the_wire("я" * 256), "a\x01b", "a\x7f", "a\u0085b"):
            response = plugin.with_headers(**{name: text}).stats(phone=PHONE)

            assert refused(response) == (400, 1011)
            assert fields_of(response) == [header]
    assert plugin.with_headers(x_cash_id=over_the_wire("я" * 255)).points(phone=PHONE) == POINTS


def test_store_and_cash_desk_are_written_to_the_entries_of_a_call(make_plugin: Any) -> None:
    """D29."""
    plugin: Plugin = make_plugin(settings={"welcome_points": "50"})

    till = plugin.with_headers(x_store_id=over_the_wire("Магазин"), x_cash_id=" 12 ")
    assert till.sign_up(phone=PHONE).json["balance"] == 50

    with plugin.database.reading() as work:
        (entry,) = work.session.scalars(select(Entry))
        written = (entry.channel, entry.outlet_code, entry.terminal)
        assert written == ("swip", "Магазин", "12")


# §3.
VERSIONS = {STATS: {3}, SIGNUPS: {3}, PROFILE: {2, 3}}


@OF_THE_SHAPE
def test_a_call_has_the_versions_of_its_page(plugin: Plugin, maria: Member) -> None:
    """D8; 2 and 3 are answered alike."""
    for path, accepted in VERSIONS.items():
        answers = set()
        for number in range(5):
            till = plugin.with_headers(api_version=str(number))
            response = till.post(path, {"phone": "12"} if path == SIGNUPS else {"phone": PHONE})

            if number in accepted:
                answers.add((response.status_code, response.data))
            else:
                said = f"Unsupported Api-Version[{number}]"
                assert refusal(response) == (400, 1010, said), path
                assert fields_of(response) is None
        assert len(answers) == 1


@OF_THE_SHAPE
def test_no_version_is_that_of_the_page(plugin: Plugin, maria: Member) -> None:
    for text in (None, "", "   ", " 3 ", "3\t"):
        assert plugin.with_headers(api_version=text).points(phone=PHONE) == POINTS, text
        assert plugin.with_headers(api_version=text).profile(phone=PHONE).status_code == 200


@OF_THE_SHAPE
def test_what_is_no_whole_number_is_no_version(plugin: Plugin, maria: Member) -> None:
    for text in ("three", "3.0", "v3", "3,3", "-3", "3 3", "0x3", "²", "٣", "3" * 5000):
        response = plugin.with_headers(api_version=over_the_wire(text)).stats(phone=PHONE)

        assert refusal(response) == (400, 1010, f"Unsupported Api-Version[{text}]")
