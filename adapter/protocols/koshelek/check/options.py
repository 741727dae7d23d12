"""What the check needs to know about the host it is pointed at."""

from __future__ import annotations

import base64
from dataclasses import MISSING, dataclass, field
from typing import Any
from urllib.parse import urlsplit

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


def _option(
    says: str, default: Any = MISSING, *, choices: tuple[str, ...] = (), secret: bool = False
) -> Any:
    """A field that a command line can offer: what it means, and what it may be."""
    return field(default=default, repr=not secret, metadata={"says": says, "choices": choices})


@dataclass(frozen=True, kw_only=True)
class Options:
    """The host, the credential, and what may be looked at beyond people the check makes up.

    The known phone and card are only read. The pool number, promo code and receipt are used up.
    `without` names the groups of `METHODS` that were not agreed with this partner.
    Raises: ValueError naming what cannot be.
    """

    url: str = _option("Where the partner answers, such as https://loyalty.example.com.")
    login: str = _option("The login Koshelek was given.")
    password: str = _option("The password to it.", secret=True)
    api_version: str = _option("The API version agreed.", VERSIONS[-1], choices=VERSIONS)
    phone: str | None = _option("The phone of a customer with purchases; only read.", None)
    card: str | None = _option("The card of a customer with purchases; only read.", None)
    blocked_phone: str | None = _option("The phone of a blocked card's holder; only read.", None)
    pool_number: str | None = _option("A number of the pool; used up.", None)
    promo_code: str | None = _option("A promo code; used up.", None, secret=True)
    receipt: str | None = _option("The QR text of a receipt; used up.", None, secret=True)
    without: frozenset[str] = _option(
        "A group of methods that was not agreed; may be repeated.",
        frozenset(),
        choices=tuple(METHODS),
    )
    unauthorized_status: frozenset[int] = _option(
        "A status that bad credentials may be answered with; may be repeated.",
        frozenset({401, 422}),
    )
    reservation_form: str = _option(
        "The form of a reserved number (G1).", "any", choices=RESERVATION_FORMS
    )
    timeout: float = _option("Seconds to wait for an answer.", 10.0)
    verify: bool | str = _option("Whether to check the certificate: yes, no, or a CA file.", True)
    limit: int = _option("The most requests to send.", 1_000)

    def __post_init__(self) -> None:
        address = urlsplit(self.url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ValueError("the URL must begin with http:// or https:// and name a host")
        if "@" in address.netloc or address.query or address.fragment:
            raise ValueError("the URL must hold no credentials, no query and no fragment")
        if ":" in self.login:
            raise ValueError("a Basic login cannot hold a colon")
        if self.api_version not in VERSIONS:
            raise ValueError(f"the API version must be one of {', '.join(VERSIONS)}")
        if self.reservation_form not in RESERVATION_FORMS:
            raise ValueError(f"the form must be one of {', '.join(RESERVATION_FORMS)}")
        if unknown := self.without - METHODS.keys():
            raise ValueError(f"no such methods: {', '.join(sorted(unknown))}")

    @property
    def authorization(self) -> str:
        """The header value that opens the host."""
        return basic(self.login, self.password)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown or written anywhere."""
        token = self.authorization.partition(" ")[2]
        known = (self.password, token, self.promo_code, self.receipt, self.phone)
        return tuple(secret for secret in (*known, self.blocked_phone) if secret)


def basic(login: str, password: str) -> str:
    """The value of a Basic Authorization header (RFC 7617, in UTF-8)."""
    return "Basic " + base64.b64encode(f"{login}:{password}".encode()).decode("ascii")
