"""What may be chosen of a token."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import ValidationError

from adapter.protocols.swip.settings import Agreement, CredentialSettings
from adapter.web.agreements import AnyCredential
from tests.protocols.callers import OF_THE_SHAPE
from tests.protocols.swip.people import PHONE, add_maria
from tests.protocols.swip.plugin import Plugin, add_token, refused


def test_a_token_may_say_each_of_them() -> None:
    given = {"stores": ["Store 7", "Магазин"], "orders": True, "order_minutes": 2}

    assert CredentialSettings().load(given) == given
    assert CredentialSettings().load({"stores": None}) == {"stores": None}
    every = {*Agreement.__slots__, *AnyCredential().fields}
    assert set(CredentialSettings().fields) == every


@pytest.mark.parametrize(
    "given",
    [
        {"stores": "Store 7"},
        {"stores": [7]},
        {"stores": [""]},
        {"stores": ["x" * 256]},
        {"orders": "yes"},
        {"orders": 1},
        {"order_minutes": 0},
        {"order_minutes": 1.5},
        {"order_minutes": 10**6},
        {"Stores": []},
    ],
    ids=str,
)
def test_a_setting_of_a_token_that_cannot_be_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CredentialSettings().load(given)


@OF_THE_SHAPE
def test_two_merchants_of_one_program_have_agreements_of_their_own(make_plugin: Any) -> None:
    """They share their customers, and nothing else."""
    one: Plugin = make_plugin(agreed={"stores": ["Store 9"]})
    add_maria(one)
    with one.database.unit_of_work() as work:
        add_token(work, one.program, merchant="CHAI", token="two")

    two = one.with_headers(authorization="Bearer two", x_merchant_id="CHAI")

    assert refused(one.stats(phone=PHONE)) == (403, 1003)
    assert two.points(phone=PHONE) == 1540
    assert refused(two.with_headers(x_merchant_id="KOFE").stats(phone=PHONE)) == (403, 1003)


@OF_THE_SHAPE
def test_a_setting_nobody_knows_is_left_alone(make_plugin: Any) -> None:
    """As an older process finds one that a newer one wrote."""
    plugin: Plugin = make_plugin(agreed={"colour": "green"})

    assert refused(plugin.stats(phone=PHONE)) == (400, 9)
