"""Calls and looks that several scenarios have in common."""

from __future__ import annotations

from adapter.demo.calls import Reply
from adapter.demo.people import Person
from adapter.demo.rules import WELCOME_POINTS, WELCOMED
from adapter.demo.wallet import Wallet

BOTH = {"allow": ["sms", "push"], "deny": ["call"]}


def profile(person: Person) -> dict[str, str]:
    """What the app tells of a person (4.3)."""
    return {
        "phone": person.phone,
        "email": person.email,
        "surname": person.last_name,
        "firstname": person.first_name,
        "patronymic": person.patronymic,
        "sex": person.gender,
        "birthDate": person.birth_date.isoformat(),
        "countryCode": "RU",
        "locality": person.locality,
    }


def nobody(wallet: Wallet, person: Person) -> None:
    """No card is found."""
    query = {"msisdn": person.phone, "email": person.email}
    found = wallet.call("Is there a card already?", "GET", "/v1/card", query=query)
    wallet.expect("no: 200 and zero bytes", found.text == "", seen=found.text)


def issue_on(wallet: Wallet, number: str, person: Person) -> None:
    """The card on a number is issued and shown."""
    path = f"/v1/card/anonymous/{number}"
    wallet.call("Issue the card on it", "POST", path, body=profile(person), moves=WELCOMED)
    channels(wallet, number)
    first_display(wallet, number)


def channels(wallet: Wallet, number: str) -> None:
    """The user ticks channels."""
    wallet.call(
        "Say which channels are allowed", "PUT", f"/v1/card/{number}/communication", body=BOTH
    )


def first_display(wallet: Wallet, number: str) -> None:
    """A new card is shown for the first time."""
    shown = wallet.call("Show the card for the first time", "GET", f"/v1/card/{number}")
    card = shown.at("card") or {}
    usable = card.get("cardNumber") == number and card.get("cardState") == "active"
    wallet.expect(f"card {number} is active and has a barcode", usable and card.get("barcode"))
    expect_balance(wallet, shown, total=WELCOME_POINTS, available=WELCOME_POINTS)


def expect_balance(wallet: Wallet, shown: Reply, *, total: str, available: str) -> None:
    """A shown card has these points."""
    bonus = shown.at("card", "bonus") or {}
    seen = (bonus.get("total"), bonus.get("available"))
    words = f"{total} points in all, {available} to be spent"
    wallet.expect(words, seen == (total, available), seen=seen)


def expect_refusal(wallet: Wallet, reply: Reply, code: str) -> None:
    """A refusal is of the vendor's form and says what it should."""
    said = reply.document if isinstance(reply.document, dict) else {}
    well = said.keys() == {"code", "description"} and said["code"] == code
    wallet.expect(f"refused with our code {code} and a description", well, seen=reply.text)
