"""Scenarios E to H: what the holder of a card does with it; and what must not work."""

from __future__ import annotations

from datetime import timedelta

from adapter.core.programs import local_day
from adapter.demo.cast import Cast
from adapter.demo.koshelek.looks import expect_balance, expect_refusal
from adapter.demo.receipts import line, payment, receipt
from adapter.demo.retailer import PROMO_CODE
from adapter.demo.rules import RECEIPT_POINTS
from adapter.demo.wallet import Wallet

# The vendor prints no path for offers (G6), so one was set for this demo.
OFFERS_PATH = "/v1/offers"


def serving(wallet: Wallet, cast: Cast) -> None:
    """E: balance and history, before and after a purchase."""
    number = cast.retailer.anna_card
    wallet.screen.chapter(
        "E",
        "Serving",
        "Anna looks at her card, buys coffee, pays a part in points, and looks again.",
    )
    before = wallet.call("Her balance in the shop", "GET", f"/v1/card/{number}")
    expect_balance(wallet, before, total="420", available="370")
    _coffee(cast, number)
    after = wallet.call("Her balance a second later", "GET", f"/v1/card/{number}")
    expect_balance(wallet, after, total="499.85", available="449.85")
    with cast.database.reading() as work:
        today = local_day(work.now, cast.terms.timezone)
    since = {"startDate": (today - timedelta(days=250)).isoformat()}
    bought = wallet.call("Her purchases", "GET", f"/v1/card/{number}/purchases", query=since)
    first = bought.at(0) or {}
    expected = {"item": "Кофе зерновой 1 кг", "amount": "129900", "bonuses": "179.85"}
    wallet.expect("the coffee comes first", expected.items() <= first.items(), seen=first)
    offers = wallet.call(f"Offers, at {OFFERS_PATH} because it was set so", "GET", OFFERS_PATH)
    wallet.expect("there is an offer", offers.at(0, "title"), seen=offers.text)


def _coffee(cast: Cast, number: str) -> None:
    """A bag of coffee at a till, which knows the card by its number."""
    till, member = cast.till, {"externalId": number}
    till.serve(cast.anna)
    sale = receipt("R-1001", [line("K-1000")], points=10000, card=119900)
    paid = payment(member, sale, 10000)
    moves = (("redemption", "-100"),)
    till.call("At the till on Садовая she pays 100 ₽ in points", "payment", paid, moves=moves)
    earned = (("accrual", "179.85"),)
    title = "The sale: 10 points for 100 ₽ of coffee, and half as many again for gold"
    till.call(title, "transaction", {"member": member, "transaction": sale}, moves=earned)
    till.serve(None)


def profile_edited(wallet: Wallet, cast: Cast) -> None:
    """F: what the user changes in the app."""
    number = cast.retailer.anna_card
    wallet.screen.chapter(
        "F", "The profile is edited", "Anna moves to Йошкар-Ола and has a new e-mail."
    )
    changed = {"email": "anna.schukina@example.com", "surname": "Щукина", "locality": "Йошкар-Ола"}
    wallet.call("Change three fields; the others stay", "POST", f"/v1/card/{number}", body=changed)
    found = wallet.call(
        "Find her by the new e-mail", "GET", "/v1/card", query={"email": changed["email"]}
    )
    wallet.expect("it is her card", found.at("card", "cardNumber") == number, seen=found.text)
    taken = wallet.call(
        "Somebody else's phone is refused",
        "POST",
        f"/v1/card/{number}",
        body={"phone": cast.petr.phone},
        status=422,
    )
    expect_refusal(wallet, taken, "013")


def promotions(wallet: Wallet, cast: Cast) -> None:
    """G: a promo code and a receipt, each once."""
    number, maria = cast.marias_card, cast.maria
    wallet.screen.chapter("G", "Promotions", f"{maria.name} types a code and scans a receipt.")
    code = {"code": PROMO_CODE, "cardNumber": number, "phone": maria.phone}
    wallet.call(
        "A promo code for 50 points", "POST", "/v1/promo/code", body=code, moves=(("bonus", "50"),)
    )
    again = wallet.call("The same code again", "POST", "/v1/promo/code", body=code, status=422)
    expect_refusal(wallet, again, "022")
    expired = {"code": "ЛЕТО", "phone": maria.phone}
    late = wallet.call("A code of last summer", "POST", "/v1/promo/code", body=expired, status=422)
    expect_refusal(wallet, late, "021")
    with cast.database.reading() as work:
        receipt = (
            f"t={work.now:%Y%m%dT%H%M}&s=1299.00&fn=9289000100234567&i=14567&fp=2890134567&n=1"
        )
    scanned = {"qrCode": receipt, "cardNumber": number, "phone": maria.phone}
    wallet.call(
        f"A receipt for {RECEIPT_POINTS} points",
        "POST",
        "/v1/promo/qrCode",
        body=scanned,
        moves=(("bonus", RECEIPT_POINTS),),
    )
    wallet.call(
        "The same receipt again: heard, not counted", "POST", "/v1/promo/qrCode", body=scanned
    )
    others = scanned | {"cardNumber": cast.retailer.anna_card, "phone": cast.anna.phone}
    taken = wallet.call(
        "Anna scans Maria's receipt", "POST", "/v1/promo/qrCode", body=others, status=422
    )
    expect_refusal(wallet, taken, "024")
    shown = wallet.call("Her balance", "GET", f"/v1/card/{number}")
    expect_balance(wallet, shown, total="85", available="85")


def staff(wallet: Wallet, cast: Cast) -> None:
    """H: who may have a card of the staff."""
    wallet.screen.chapter("H", "Staff", "Koshelek asks who may issue the employees' card.")
    plain = wallet.call("The phones", "GET", "/v1/card/getAllUsers")
    phones = plain.document or []
    wallet.expect("three, sorted", len(phones) == 3 and phones == sorted(phones), seen=phones)
    extended = wallet.call("The same, with what is known", "GET", "/v1/card/getAllUsersExtended")
    first = extended.at(0, "params", 0)
    wallet.expect(
        "the personnel number", first == {"name": "tabNumber", "value": "0815"}, seen=first
    )


def refusals(wallet: Wallet, cast: Cast) -> None:
    """What must not work."""
    number, blocked = cast.retailer.anna_card, cast.retailer.blocked
    wallet.screen.chapter(
        "!", "Refusals", "What must not work: 401 and 422, nothing learnt, nothing moved."
    )
    path = f"/v1/card/{number}"
    wrong = wallet.call("A wrong password", "GET", path, status=401, password="wrong")  # noqa: S106  # nosec B106
    expect_refusal(wallet, wrong, "001")
    unknown = wallet.call("A card nobody has", "GET", "/v1/card/7799999999999", status=422)
    expect_refusal(wallet, unknown, "009")
    stopped = wallet.call(
        "A person whose card is blocked",
        "GET",
        "/v1/card",
        query={"msisdn": blocked.phone},
        status=422,
    )
    expect_refusal(wallet, stopped, "008")
