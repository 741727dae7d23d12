"""What the check needs to know about the host it is pointed at."""

from __future__ import annotations

from dataclasses import dataclass

from adapter.checks import HostOptions, option, personal

REGISTRATIONS = ("open", "strict")
SWITCH = ("off", "on")


@dataclass(frozen=True, kw_only=True)
class Options(HostOptions):
    """The host, the key, and what may be looked at beyond members the check makes up.

    The member with points pays and gets everything back; the one with an asset uses it in a sale
    which is then cancelled.
    Raises: ValueError naming what cannot be.
    """

    url: str = option("Where the host answers, without /v1: https://loyalty.example.com.")
    api_key: str = option("The key the terminal was given.", secret=True)
    branch: str = option("The branch to speak for.", "CHECK-1")
    pos: str = option("The terminal to speak as.", "CHECK-POS")
    other_branch: str = option("Another branch of the business.", "CHECK-2")
    other_api_key: str | None = option("A key of another business there.", None, secret=True)
    phone_prefix: str = option("The digits made-up phones begin with.", "999")
    member_with_points: str | None = personal("The phone of a member who can pay.")
    member_with_asset: str | None = personal("The phone of a member with an active asset.")
    inactive_member: str | None = personal("The phone of a member who is not active.")
    registration: str = option("What a registration must hold.", "open", choices=REGISTRATIONS)
    payment_codes: str = option("Whether payments need a code.", "off", choices=SWITCH)
    amount: int = option("An amount the business lets its members pay.", 100)
    point_value: int = option("What a unit of points is worth when paying.", 1)
    sale_total: int = option("The total of a sale that earns enough to pay.", 1_000_000)
    limit: int = option("The most requests to send.", 3_000)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("api_key", "branch", "pos", "other_branch"):
            text = getattr(self, name)
            if not text or text != text.strip() or not (text.isascii() and text.isprintable()):
                raise ValueError(f"{name} must be printable ASCII without blanks around it")
        if self.branch == self.other_branch:
            raise ValueError("the other branch must be another one")
        if not (self.phone_prefix.isdecimal() and len(self.phone_prefix) <= 8):
            raise ValueError("the phone prefix must be 1 to 8 digits")
        if min(self.amount, self.point_value, self.sale_total) < 1:
            raise ValueError("amounts must be positive")
