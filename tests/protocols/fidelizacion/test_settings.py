"""What may be chosen of a key."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import ValidationError

from adapter.config import Config
from adapter.protocols.fidelizacion.settings import Agreement, CredentialSettings
from adapter.web.agreements import AnyCredential
from tests.protocols.fidelizacion.till import Till, refusal
from tests.protocols.house import SECRET_KEY

SALE = {"transactionId": "R-1", "dateTime": "2026-05-04T08:00:00Z", "totalAmount": 1000}


def test_a_key_may_say_each_of_them() -> None:
    given = {"branches": ["BR001"], "strict_registration": True, "verify_payments": True}

    assert CredentialSettings().load(given) == given
    assert CredentialSettings().load({"branches": None}) == {"branches": None}
    every = {*Agreement.__slots__, *AnyCredential().fields}
    assert set(CredentialSettings().fields) == every


@pytest.mark.parametrize(
    "given",
    [
        {"branches": "BR001"},
        {"branches": [5]},
        {"branches": [""]},
        {"branches": ["x" * 256]},
        {"strict_registration": "yes"},
        {"verify_payments": 1},
        {"verifyPayments": True},
    ],
    ids=str,
)
def test_a_setting_of_a_key_that_cannot_be_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CredentialSettings().load(given)


def test_two_keys_of_one_process_have_agreements_of_their_own(make_till: Any) -> None:
    one = make_till(code="ONE", key="one", agreed={"branches": ["BR009"]})
    two: Till = make_till(code="TWO", key="two")

    assert refusal(one.submit(SALE))[1] == "4030001"
    assert two.submit(SALE).json["status"] == "success"


def test_the_protocol_may_be_moved_and_switched_off_like_any_other() -> None:
    environ = {"ADAPTER_SECRET_KEY": SECRET_KEY, "ADAPTER_FIDELIZACION_ENABLED": "no"}

    served = {one.protocol.name: one for one in Config.from_environ(environ).protocols}

    assert not served["fidelizacion"].enabled
    assert served["fidelizacion"].prefix == "/fidelizacion"
