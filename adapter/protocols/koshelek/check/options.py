"""What the check needs to know about the host it is pointed at."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from adapter.checks import HostOptions, option, personal

VERSIONS = ("1.0.0", "1.1.0", "1.2.0", "1.3.0")
RESERVATION_FORMS = ("any", "bare", "string", "object")

# Groups of methods which are agreed between Koshelek and each partner (section 3), with the API
# version that brought them.
METHODS = {
    "purchases": "1.0.0",
    "reservation": "1.0.0",
    "receipt": "1.1.0",
    "direct": "1.2.0",
    "code": "1.3.0",
}


@dataclass(frozen=True, kw_only=True)
class Options(HostOptions):
    """The host, the credential, and what may be looked at beyond people the check makes up.

    The known phone and card are only read. The pool number, promo code and receipt are used up.
    `without` names the groups of `METHODS` that were not agreed with this partner.
    Raises: ValueError naming what cannot be.
    """

    url: str = option("Where the partner answers, such as https://loyalty.example.com.")
    login: str = option("The login Koshelek was given.")
    password: str = option("The password to it.", secret=True)
    api_version: str = option("The API version agreed.", VERSIONS[-1], choices=VERSIONS)
    phone: str | None = personal("The phone of a customer with purchases; only read.")
    card: str | None = option("The card of a customer with purchases; only read.", None)
    blocked_phone: str | None = personal("The phone of a blocked card's holder; only read.")
    pool_number: str | None = option("A number of the pool; used up.", None)
    promo_code: str | None = option("A promo code; used up.", None, secret=True)
    receipt: str | None = option("The QR text of a receipt; used up.", None, secret=True)
    without: frozenset[str] = option(
        "A group of methods that was not agreed; may be repeated.",
        frozenset(),
        choices=tuple(METHODS),
    )
    unauthorized_status: frozenset[int] = option(
        "A status that bad credentials may be answered with; may be repeated.",
        frozenset({401, 422}),
    )
    reservation_form: str = option(
        "The form of a reserved number (G1).", "any", choices=RESERVATION_FORMS
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if ":" in self.login:
            raise ValueError("a Basic login cannot hold a colon")

    @property
    def authorization(self) -> str:
        """The header value that opens the host."""
        return basic(self.login, self.password)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown or written anywhere."""
        return (*super().secrets, self.authorization.partition(" ")[2])


def basic(login: str, password: str) -> str:
    """The value of a Basic Authorization header (RFC 7617, in UTF-8)."""
    return "Basic " + base64.b64encode(f"{login}:{password}".encode()).decode("ascii")
