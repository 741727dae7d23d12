"""1.2: the key, where the call comes from, and what else a header may say."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.core import partners
from adapter.core.transactions import Transaction
from tests.protocols.callers import OF_THE_SHAPE
from tests.protocols.fidelizacion.people import BY_PHONE, register_ines
from tests.protocols.fidelizacion.till import KEY, Till, add_key, data_of, refusal

SALE = {"transactionId": "R-1", "dateTime": "2026-05-04T08:00:00Z", "totalAmount": 1000}
LONGEST = {"x-branch-id": 255, "x-pos-id": 255, "x-source-type": 64, "x-source-name": 128}


def place_of(till: Till, reference: str) -> tuple[str, str, str]:
    """Branch, terminal and source of a sale, as they were kept."""
    with till.database.reading() as work:
        (sale,) = (
            one for one in work.session.query(Transaction).all() if one.reference == reference
        )
        return sale.outlet_code, sale.terminal, sale.actor


def named(name: str, text: str | None) -> dict[str, Any]:
    return {name.replace("-", "_"): text}


def test_a_call_is_kept_with_the_place_it_came_from(till: Till) -> None:
    till.submit(SALE)
    web = till.with_headers(
        x_branch_id="  BR-7 ",
        x_pos_id="Kasse 1",
        x_source_type="Web",
        x_source_name="Магазин".encode().decode("latin-1"),
        x_source_version=None,
    )
    web.submit(SALE | {"transactionId": "R-2"})

    assert place_of(till, "R-1") == ("BR001", "POS001", "POS Simphony 19.4")
    assert place_of(till, "R-2") == ("BR-7", "Kasse 1", "Web Магазин")


def test_header_names_are_read_in_any_case(till: Till) -> None:
    register_ines(till)
    headers = {name.upper(): text for name, text in till.headers}

    response = till.client.post("/v1/member/details", json={"member": BY_PHONE}, headers=headers)

    assert response.json["status"] == "success"


def test_a_header_may_be_as_long_as_what_keeps_it(till: Till) -> None:
    longest = till
    for header, most in LONGEST.items():
        longest = longest.with_headers(**named(header, "ж".encode().decode("latin-1") * most))
        found = refusal(till.with_headers(**named(header, "x" * (most + 1))).submit(SALE))

        assert found == (
            400,
            "4000003",
            f"{header} header has an invalid value",
            f"headers.{header}",
        )
    longest = longest.with_headers(x_source_version="9" * 60)
    assert longest.submit(SALE).json["status"] == "success"
    assert len(place_of(till, "R-1")[2]) == 254


@OF_THE_SHAPE
def test_control_characters_are_no_part_of_a_name(till: Till) -> None:
    for header in (*LONGEST, "x-source-version"):
        for text in ("a\0b", "a\x7f", "a\x1bb"):
            response = till.with_headers(**named(header, text)).submit(SALE)

            assert refusal(response)[1::2] == ("4000003", f"headers.{header}"), text


@OF_THE_SHAPE
def test_only_the_version_of_the_source_may_be_left_out(till: Till) -> None:
    assert till.with_headers(x_source_version=None).submit(SALE).json["status"] == "success"
    for header in LONGEST:
        for blank in (None, "", "  "):
            response = till.with_headers(**named(header, blank)).submit(SALE)

            assert refusal(response)[1::2] == ("4000001", f"headers.{header}")


JSON_TYPES = [
    "application/json",
    "application/json; charset=utf-8",
    "Application/JSON;charset=windows-1251",
    "application/json;",
]
OTHER_TYPES = [
    "",
    "text/plain",
    "application/jsonp",
    "application/vnd.api+json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "json",
]


@OF_THE_SHAPE
def test_a_body_is_json_and_says_so(till: Till) -> None:
    for content_type in JSON_TYPES:
        response = till.with_headers(content_type=content_type).submit(SALE)
        assert response.json["status"] == "success", content_type
    for content_type in OTHER_TYPES:
        response = till.with_headers(content_type=content_type).submit(SALE)
        assert refusal(response)[:2] == (415, "4150000"), content_type


def test_blanks_around_a_key_do_not_count(till: Till) -> None:
    assert till.with_headers(x_api_key=f"  {KEY} ").submit(SALE).json["status"] == "success"


def test_a_key_may_hold_any_letters(till: Till) -> None:
    with till.database.unit_of_work() as work:
        add_key(work, till.program, key="ключ:ü€😀")

    letters = "ключ:ü€😀".encode().decode("latin-1")

    assert till.with_headers(x_api_key=letters).submit(SALE).json["status"] == "success"


def test_a_key_that_was_revoked_or_has_run_out_is_nobodys(till: Till) -> None:
    """Section 9: one answer for all."""
    with till.database.unit_of_work() as work:
        for number, key in enumerate(("revoked", "expired")):
            add_key(work, till.program, key=key)
            credential = partners.credentials(work)[-1]
            assert number < 2
            if key == "revoked":
                partners.revoke_credential(work, credential.id)
            else:
                credential.expires_at = work.now

    replies = {
        till.with_headers(x_api_key=key).submit(SALE).data
        for key in ("revoked", "expired", "unknown", "", None)
    }

    assert len(replies) == 1


def test_each_key_opens_its_own_business(make_till: Any) -> None:
    """4.1: lookups end where the business does."""
    one = make_till(code="MAIN", key="one")
    two = make_till(code="OTHER", key="two")
    key = register_ines(one)
    code = data_of(one.submit(SALE, member=BY_PHONE))["confirmationCode"]

    assert refusal(two.details({"membershipKey": key}))[1] == "203"
    assert refusal(two.cancel(code))[1] == "4006101"
    assert two.register(phoneNumber="612005544").json["status"] == "success"
    assert two.submit(SALE).json["status"] == "success"


def test_a_key_of_another_protocol_opens_nothing_here(till: Till) -> None:
    with till.database.unit_of_work() as work:
        for credential in partners.credentials(work):
            credential.protocol = "walletcards"

    assert refusal(till.submit(SALE))[:2] == (401, "4010000")


def test_a_branch_nobody_declared_is_taken_unless_there_is_a_list(make_till: Any) -> None:
    """Gap 4: the list is opt-in, and compared as it is written."""
    free = make_till(code="MAIN", key="free")
    listed = make_till(code="OTHER", key="listed", agreed={"branches": ["BR001", "Ü-1", "ЦЕНТР"]})
    none = make_till(code="THIRD", key="none", agreed={"branches": []})

    assert free.with_headers(x_branch_id="anything").submit(SALE).json["status"] == "success"
    known = (branch.encode().decode("latin-1") for branch in ("Ü-1", "ЦЕНТР"))
    for branch in ("BR001", " BR001 ", *known):
        assert listed.with_headers(x_branch_id=branch).submit(SALE).json["status"] == "success"
    for branch in ("BR002", "br001", "BR0011"):
        assert refusal(listed.with_headers(x_branch_id=branch).submit(SALE))[0] == 403
    assert refusal(none.submit(SALE))[:2] == (403, "4030001")


def test_what_a_look_returns_is_a_header_of_that_call_alone(till: Till) -> None:
    """1.2: `x-return-*` on other calls are ignored."""
    wrong = till.with_headers(x_return_assets="x", x_return_benefits="x")

    assert wrong.submit(SALE).json["status"] == "success"
    assert wrong.register(phoneNumber="612005544").json["status"] == "success"
    assert wrong.pay(BY_PHONE, 1).json["error"]["code"] == "407"


@pytest.mark.parametrize("header", ["x-return-assets", "x-return-benefits"])
def test_what_a_look_returns_is_one_of_few_words(till: Till, header: str) -> None:
    register_ines(till)
    good = {"x-return-assets": ["active", "inactive", "all", "", " All "]}
    good["x-return-benefits"] = ["true", "false", "TRUE", "False", "", " true "]

    for text in good[header]:
        response = till.with_headers(**named(header, text)).details(BY_PHONE)
        assert response.json["status"] == "success", text
    for text in ("yes", "1", "active, inactive", "null"):
        response = till.with_headers(**named(header, text)).details(BY_PHONE)
        assert refusal(response) == (
            400,
            "4000003",
            f"{header} header has an invalid value",
            f"headers.{header}",
        )


def test_a_query_is_ignored_and_a_slash_at_the_end_tolerated(till: Till) -> None:
    """Section 1; the path is case-sensitive."""
    register_ines(till)
    body = {"member": BY_PHONE}

    for path in ("/v1/member/details?x=1&x-api-key=2", "/v1/member/details/"):
        assert till.post(path, body).json["status"] == "success"
    for path in ("/v1/Member/details", "/V1/member/details", "/v1/member//details"):
        response = till.post(path, body)
        assert response.status_code == 404
