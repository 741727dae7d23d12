"""What may be chosen, per process and per login, and the forms nothing else is tested with."""

from __future__ import annotations

import pytest
from marshmallow import ValidationError

from adapter.config import Config, ConfigError
from adapter.protocols.koshelek.settings import Agreement, CredentialSettings, ProcessSettings
from adapter.web.agreements import AnyCredential
from tests.protocols.house import SECRET_KEY
from tests.protocols.koshelek.people import CARD, register


@pytest.mark.parametrize(
    "setting, sent",
    [
        (None, "application/json; charset=utf-8"),
        ("application/json; charset=utf-8", "application/json; charset=utf-8"),
        ("application/json; charset=utf-8;", "application/json; charset=utf-8;"),
    ],
)
def test_the_header_may_be_the_one_the_vendor_prints(make_wallet, setting, sent):
    """G15: with the semicolon at its end, on every reply, the empty and the refusing ones too."""
    wallet = make_wallet(process={"KOSHELEK_CONTENT_TYPE": setting} if setting else None)
    with wallet.database.unit_of_work() as work:
        register(work, wallet.program)

    replies = [
        wallet.get(f"/v1/card/{CARD}"),
        wallet.get("/v1/card", msisdn="79990000000"),
        wallet.get("/v1/card/anonymous"),
        wallet.get("/v1/card/nothing"),
        wallet.get("/v1/card/a/b/c"),
        wallet.client.delete("/v1/card"),
        wallet.post(f"/v1/card/{CARD}", b"{"),
        wallet.client.options("/v1/card"),
        wallet.client.get("/v1/card", headers={"Authorization": "x"}),
    ]

    assert {reply.headers["Content-Type"] for reply in replies} == {sent}


def test_two_programs_of_one_process_have_agreements_of_their_own(make_wallet):
    """G1, G17, G27, G30 are settings of the login, not of the process."""
    one = make_wallet(code="ONE", login="one")
    two = make_wallet(code="TWO", login="two", agreed={"reservation_form": "string"})

    assert one.get("/v1/card/anonymous").data[:1] == b"7"
    assert two.get("/v1/card/anonymous").data[:1] == b'"'


@pytest.mark.parametrize(
    "variable, value",
    [
        ("KOSHELEK_UNAUTHORIZED_STATUS", "403"),
        ("KOSHELEK_CONTENT_TYPE", "text/html"),
        ("KOSHELEK_OFFERS_PATH", "offers"),
        ("KOSHELEK_OFFERS_PATH", "/v1/offers?x=1"),
        ("KOSHELEK_PUSH_CALLBACK_PATH", "/a b"),
        ("KOSHELEK_PUSH_CALLBACK_PATH", "/healthz"),
        ("KOSHELEK_PREFIX", "koshelek"),
    ],
)
def test_a_setting_that_cannot_be_is_named_before_anything_starts(variable, value):
    name = f"ADAPTER_{variable}"

    with pytest.raises(ConfigError, match=name):
        Config.from_environ({name: value, "ADAPTER_SECRET_KEY": SECRET_KEY})


def test_what_is_not_said_is_as_the_documentation_says():
    """G1, G4, G6, G11, G15, G17, G27, G30."""
    process, agreement = ProcessSettings(), Agreement()

    assert process.unauthorized_status == 401
    assert process.content_type == "application/json; charset=utf-8"
    assert process.offers_path == process.push_callback_path == ""
    assert agreement.api_version == "1.3.0"
    assert agreement.blocked_cards == "forbid"
    assert agreement.reservation_form == "bare"
    assert not agreement.special_users
    assert not agreement.receipt_promo


def test_a_login_may_say_each_of_them():
    given = {
        "api_version": "1.0.0",
        "blocked_cards": "hide",
        "reservation_form": "object",
        "special_users": True,
        "receipt_promo": True,
    }

    assert CredentialSettings().load(given) == given
    every = {*Agreement.__slots__, *AnyCredential().fields}
    assert set(CredentialSettings().fields) == every


@pytest.mark.parametrize(
    "given",
    [
        {"api_version": "1.4.0"},
        {"api_version": 1.3},
        {"blocked_cards": "allow"},
        {"reservation_form": ""},
        {"special_users": "yes"},
        {"receipt_promo": 1},
        {"apiVersion": "1.3.0"},
    ],
    ids=str,
)
def test_a_setting_of_a_login_that_cannot_be_is_refused(given):
    with pytest.raises(ValidationError):
        CredentialSettings().load(given)
