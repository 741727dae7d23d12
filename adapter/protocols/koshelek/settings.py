"""What may be chosen: per process (where errors are answered before anybody is known), and per
credential, as agreed with one partner."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import fields as shapes
from marshmallow import validate

from adapter.web import agreements
from adapter.web.agreements import AnyCredential
from adapter.web.settings import route_path, setting
from adapter.web.shapes import StrictBoolean

NAME = "koshelek"
VERSIONS = ("1.0.0", "1.1.0", "1.2.0", "1.3.0")
CONTENT_TYPE = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class ProcessSettings:
    """Settings of the process: `ADAPTER_KOSHELEK_…`."""

    unauthorized_status: int = setting(
        401,
        "status without valid credentials; a strict reading of 2.3 wants 422",
        choices=(401, 422),
    )
    content_type: str = setting(
        CONTENT_TYPE,
        "the header of every reply; the vendor prints it with a semicolon at its end",
        choices=(CONTENT_TYPE, CONTENT_TYPE + ";"),
    )
    offers_path: str = setting(
        "", "path of the offers list such as /v1/offers, empty for none", check=route_path
    )
    push_callback_path: str = setting(
        "", "path of the push callback such as /v1/push, empty for none", check=route_path
    )


@dataclass(frozen=True, slots=True)
class Agreement(agreements.Agreement):
    """What was agreed with one partner: the `settings` of a credential."""

    api_version: str = "1.3.0"
    blocked_cards: str = "forbid"  # G17: forbid, hide, show
    special_users: bool = False  # G27
    receipt_promo: bool = False  # G4
    reservation_form: str = "bare"  # G1: bare, string, object

    def includes(self, version: str) -> bool:
        """Whether methods of this API version were agreed."""
        return VERSIONS.index(self.api_version) >= VERSIONS.index(version)


class CredentialSettings(AnyCredential):
    """The shape of a credential's `settings` in the program file."""

    api_version = shapes.String(validate=validate.OneOf(VERSIONS))
    blocked_cards = shapes.String(validate=validate.OneOf(("forbid", "hide", "show")))
    special_users = StrictBoolean()
    receipt_promo = StrictBoolean()
    reservation_form = shapes.String(validate=validate.OneOf(("bare", "string", "object")))
