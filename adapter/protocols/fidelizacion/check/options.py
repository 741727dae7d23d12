"""What the check needs to know about the host it is pointed at."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field
from typing import Any
from urllib.parse import urlsplit

REGISTRATIONS = ("open", "strict")
SWITCH = ("off", "on")


def _option(
    says: str, default: Any = MISSING, *, choices: tuple[str, ...] = (), secret: bool = False
) -> Any:
    """A field that a command line can offer: what it means, and what it may be."""
    return field(default=default, repr=not secret, metadata={"says": says, "choices": choices})


@dataclass(frozen=True, kw_only=True)
class Options:
    """The host, the key, and what may be looked at beyond members the check makes up.

    The member with points pays and gets everything back; the one with an asset uses it in a sale
    which is then cancelled.
    Raises: ValueError naming what cannot be.
    """

    url: str = _option("Where the host answers, without /v1: https://loyalty.example.com.")
    api_key: str = _option("The key the terminal was given.", secret=True)
    branch: str = _option("The branch to speak for.", "CHECK-1")
    pos: str = _option("The terminal to speak as.", "CHECK-POS")
    other_branch: str = _option("Another branch of the business.", "CHECK-2")
    other_api_key: str | None = _option("A key of another business there.", None, secret=True)
    phone_prefix: str = _option("The digits made-up phones begin with.", "999")
    member_with_points: str | None = _option("The phone of a member who can pay.", None)
    member_with_asset: str | None = _option("The phone of a member with an active asset.", None)
    inactive_member: str | None = _option("The phone of a member who is not active.", None)
    registration: str = _option("What a registration must hold.", "open", choices=REGISTRATIONS)
    payment_codes: str = _option("Whether payments need a code.", "off", choices=SWITCH)
    amount: int = _option("An amount the business lets its members pay.", 100)
    point_value: int = _option("What a unit of points is worth when paying.", 1)
    sale_total: int = _option("The total of a sale that earns enough to pay.", 1_000_000)
    timeout: float = _option("Seconds to wait for an answer.", 10.0)
    verify: bool | str = _option("Whether to check the certificate: yes, no, or a CA file.", True)
    limit: int = _option("The most requests to send.", 3_000)

    def __post_init__(self) -> None:
        address = urlsplit(self.url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ValueError("the URL must begin with http:// or https:// and name a host")
        if "@" in address.netloc or address.query or address.fragment:
            raise ValueError("the URL must hold no credentials, no query and no fragment")
        for name in ("api_key", "branch", "pos", "other_branch"):
            text = getattr(self, name)
            if not text or text != text.strip() or not (text.isascii() and text.isprintable()):
                raise ValueError(f"{name} must be printable ASCII without blanks around it")
        if self.branch == self.other_branch:
            raise ValueError("the other branch must be another one")
        if not (self.phone_prefix.isdecimal() and len(self.phone_prefix) <= 8):
            raise ValueError("the phone prefix must be 1 to 8 digits")
        if self.registration not in REGISTRATIONS or self.payment_codes not in SWITCH:
            raise ValueError("registration is open or strict, payment codes are off or on")
        if min(self.amount, self.point_value, self.sale_total) < 1:
            raise ValueError("amounts must be positive")

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown or written anywhere."""
        phones = (self.member_with_points, self.member_with_asset, self.inactive_member)
        known = (self.api_key, self.other_api_key, *phones)
        return tuple(secret for secret in known if secret)
