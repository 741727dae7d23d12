"""What the check needs to know about the host it is pointed at."""

from __future__ import annotations

from dataclasses import dataclass

from adapter.checks import HostOptions, option, personal


@dataclass(frozen=True, kw_only=True)
class Options(HostOptions):
    """The host, the merchant, and what may be looked at beyond customers the check makes up.

    The known customers are only read; the orders are those of made-up ones.
    Raises: ValueError naming what cannot be.
    """

    url: str = option("Where the host answers: https://loyalty.example.com.")
    merchant: str = option("The merchant to speak for.")
    token: str = option("The merchant's token.", secret=True)
    store: str = option("The store to speak for.", "Store 1")
    cash: str = option("The cash desk to speak as.", "1")
    foreign_store: str | None = option("A store that is not on the merchant's list.", None)
    other_merchant: str | None = option("Another merchant, of another program.", None)
    other_token: str | None = option("The token of that merchant.", None, secret=True)
    phone: str | None = personal("The phone of a customer; only read.")
    wallet_pass: str | None = personal("A wallet pass of the customer with that phone; only read.")
    blocked_phone: str | None = personal("The phone of a customer who is blocked; only read.")
    orders: bool = option("Play /pos-orders too; without it they must be switched off.", False)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("merchant", "token", "store", "cash"):
            text = getattr(self, name)
            if not text.strip() or not (text.isascii() and text.isprintable()):
                raise ValueError(f"{name} must be printable ASCII")
        if (self.other_merchant is None) is not (self.other_token is None):
            raise ValueError("the other merchant and its token go together")
