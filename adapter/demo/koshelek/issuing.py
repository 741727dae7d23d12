"""Scenarios A to D: how a card comes into the app."""

from __future__ import annotations

from adapter.demo.cast import Cast
from adapter.demo.koshelek.looks import (
    channels,
    expect_balance,
    first_display,
    issue_on,
    nobody,
    profile,
)
from adapter.demo.retailer import POOL
from adapter.demo.rules import WELCOME_POINTS, WELCOMED
from adapter.demo.wallet import Wallet


def existing_card(wallet: Wallet, cast: Cast) -> None:
    """A: somebody who has a card adds it to the app."""
    anna, number = cast.anna, cast.retailer.anna_card
    wallet.screen.chapter(
        "A",
        "An existing card",
        f"{anna.name} has held a card for years; now she wants it in the app.",
    )
    query = {"msisdn": anna.phone, "email": anna.email, "birthDate": anna.birth_date.isoformat()}
    found = wallet.call(
        "Find her card by what the app knows of her", "GET", "/v1/card", query=query
    )
    seen = found.at("card", "cardNumber")
    wallet.expect(f"her card {number} is found", seen == number, seen=seen)
    channels(wallet, number)
    wallet.call("Hand her profile over", "POST", f"/v1/card/{number}", body=profile(anna))
    shown = wallet.call("Show the card for the first time", "GET", f"/v1/card/{number}")
    expect_balance(wallet, shown, total="420", available="370")
    lots = shown.at("card", "bonus", "bonuses") or []
    wallet.expect(
        "420 points in three lots, what expires first in front", len(lots) == 3, seen=lots
    )


def reserved_first(wallet: Wallet, cast: Cast) -> None:
    """B: a number is set aside, then issued."""
    petr = cast.petr
    wallet.screen.chapter(
        "B",
        "A number reserved first",
        f"{petr.name} is new. API 1.0.0 and 1.1.0. Whoever joins is given {WELCOME_POINTS} points.",
    )
    nobody(wallet, petr)
    number = wallet.call("Reserve a number", "GET", "/v1/card/anonymous").text
    wallet.expect("the number is of the program's range", number.startswith("77"), seen=number)
    issue_on(wallet, number, petr)


def assigned_by_partner(wallet: Wallet, cast: Cast) -> None:
    """C: one call, and the partner picks the number."""
    maria = cast.maria
    wallet.screen.chapter(
        "C", "A number assigned by the partner", f"{maria.name} is new. API 1.2.0."
    )
    nobody(wallet, maria)
    issued = wallet.call(
        "Issue a card in one call",
        "POST",
        "/v1/card/anonymous",
        body=profile(maria),
        moves=WELCOMED,
    )
    number = str(issued.at("card", "cardNumber"))
    cast.marias_card = number
    wallet.expect(
        "the card is active", issued.at("card", "cardState") == "active", seen=issued.text
    )
    again = wallet.call(
        "The answer got lost: the same call again",
        "POST",
        "/v1/card/anonymous",
        body=profile(maria),
    )
    wallet.expect("it is the same card, not a second", again.at("card", "cardNumber") == number)
    channels(wallet, number)
    first_display(wallet, number)


def from_the_pool(wallet: Wallet, cast: Cast) -> None:
    """D: a number that was handed over as a file before."""
    gleb = cast.gleb
    wallet.screen.chapter(
        "D",
        "A number from the pool",
        f"{gleb.name} is new; Koshelek has {len(POOL)} numbers in a file.",
    )
    nobody(wallet, gleb)
    issue_on(wallet, POOL[0], gleb)
