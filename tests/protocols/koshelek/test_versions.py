"""1.1: which methods there are at which API version, agreed per partner (G30)."""

from __future__ import annotations

import pytest

from tests.factories import make_code
from tests.protocols.koshelek.people import CARD, PHONE, RECEIPT, register
from tests.protocols.koshelek.wallet import refusal

VERSIONS = ("1.0.0", "1.1.0", "1.2.0", "1.3.0")
SINCE_THE_FIRST = [
    ("GET", f"/v1/card?msisdn={PHONE}", None),
    ("GET", f"/v1/card/{CARD}", None),
    ("POST", f"/v1/card/{CARD}", {}),
    ("PUT", f"/v1/card/{CARD}/communication", {}),
    ("GET", f"/v1/card/{CARD}/purchases?startDate=2025-01-01", None),
    ("GET", "/v1/card/anonymous", None),
    ("POST", f"/v1/card/anonymous/{CARD}", {"phone": PHONE}),
    ("GET", "/v1/card/getAllUsers", None),
    ("GET", "/v1/card/getAllUsersExtended", None),
]
LATER = {
    "1.1.0": ("/v1/promo/qrCode", {"qrCode": RECEIPT, "phone": PHONE}, (404, "002")),
    "1.2.0": ("/v1/card/anonymous", {"phone": PHONE}, (405, "003")),
    "1.3.0": ("/v1/promo/code", {"code": "SPRING25", "phone": PHONE}, (404, "002")),
}


@pytest.fixture
def make_agreed(make_wallet):
    """A function that makes a partner of this version who has agreed to everything else."""

    def make(version):
        agreed = {"special_users": True, "receipt_promo": True}
        wallet = make_wallet(agreed=agreed | ({"api_version": version} if version else {}))
        with wallet.database.unit_of_work() as work:
            register(work, wallet.program)
            make_code(work, wallet.program)
        return wallet

    return make


@pytest.mark.parametrize("version", VERSIONS)
def test_the_methods_of_the_first_version_are_always_there(make_agreed, version):
    wallet = make_agreed(version)

    for method, path, body in SINCE_THE_FIRST:
        response = wallet.client.open(path, method=method, json=body)

        assert response.status_code == 200, path


@pytest.mark.parametrize("version", [*VERSIONS, None])
@pytest.mark.parametrize("since", LATER)
def test_a_method_above_the_version_answers_as_if_it_were_not_there(make_agreed, version, since):
    """G30: unknown where the path has nothing else, a wrong verb where it has; 1.3.0 if not set."""
    wallet = make_agreed(version)
    path, body, refused = LATER[since]

    response = wallet.post(path, body)

    if since <= (version or "1.3.0"):
        assert response.status_code == 200
    else:
        assert refusal(response) == refused


def test_the_verbs_that_are_there_are_named(make_agreed):
    """G12."""
    response = make_agreed("1.1.0").post("/v1/card/anonymous", {"phone": PHONE})

    assert set(response.allow) == {"GET", "PUT"}


def test_a_method_that_is_not_there_does_nothing(make_agreed):
    wallet = make_agreed("1.0.0")

    for path, body, _ in LATER.values():
        wallet.post(path, body)

    assert wallet.get(f"/v1/card/{CARD}").json["card"]["bonus"]["total"] == "0"
