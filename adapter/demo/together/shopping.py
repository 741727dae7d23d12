"""What she does on the day: joins, buys, pays with points twice, brings back, and looks."""

from __future__ import annotations

from datetime import timedelta

from adapter.core.programs import local_day
from adapter.demo.cast import Cast
from adapter.demo.koshelek.looks import expect_balance, profile
from adapter.demo.orders import Order, order_of
from adapter.demo.plugin import POINTS
from adapter.demo.receipts import line, payment, receipt
from adapter.demo.rules import POINTS_LIVE, WELCOMED

COFFEE, CHEESE, BUTTER, HONEY = "K-1000", "M-0003", "M-0004", "G-0001"
FIRST, SECOND, THIRD, BACK = "R-3001", "R-3002", "S-3003", "R-3004"
# Each lot that is left, with how it came to that.
LEFT = {
    FIRST: "38.45",  # 129.90 − 30 at the till − 99 + 49.50 in the order − 11.95 for the butter
    SECOND: "23.9",
    THIRD: "7.5",  # 15 − 7.50 for what was refunded
}
TOTAL = "69.85"


def joined(cast: Cast) -> str:
    """The number of her card, which Koshelek issues."""
    cast.wallet.serve(cast.olga)
    issued = cast.wallet.call(
        "Koshelek issues her card",
        "POST",
        "/v1/card/anonymous",
        body=profile(cast.olga),
        moves=WELCOMED,
    )
    return str(issued.at("card", "cardNumber"))


def bought(cast: Cast, number: str) -> None:
    """At the till: coffee for points, which SWiP sees, then cheese and butter paid with some."""
    till, member = cast.till, {"externalId": number}
    coffee = receipt(FIRST, [line(COFFEE)], card=129900)
    earned = (("accrual", "129.9"),)
    title = "The till sells her coffee for 1299 ₽, by the number of her card"
    till.call(title, "transaction", {"member": member, "transaction": coffee}, moves=earned)
    phone = {"phone": cast.olga.phone}
    cast.plugin.call("SWiP sees them, by her phone and in whole points", POINTS, query=phone)
    dairy = receipt(SECOND, [line(CHEESE), line(BUTTER)], points=5000, card=47800)
    title = "Back at the till she pays 50 ₽ of 528 ₽ in points: her oldest first"
    till.call(title, "payment", payment(member, dairy, 5000), moves=(("redemption", "-50"),))
    earned = (("accrual", "23.9"),)
    title = "The till reports the sale: 478 ₽ of money earn"
    till.call(title, "transaction", {"member": member, "transaction": dairy}, moves=earned)


def ordered(cast: Cast) -> None:
    """At SWiP's: honey, of which she pays 99 ₽ in points."""
    order = Order(cast.plugin, "SWiP opens an order for honey", order_of(THIRD, [HONEY]))
    order.bind("It is hers, by her phone", cast.olga)
    order.set_aside("She uses 99 points", 99, moves=(("reservation", "-99"),))
    spent = (("capture", "0"), ("accrual", "15"))
    order.close("And pays 300 ₽, which earn", 300, moves=spent)
    back = (("reversal", "49.5"), ("reversal", "-7.5"))
    title = "Half of it is refunded: half the points come back, half of those earned go"
    order.refund(title, 150, moves=back)


def brought_back(cast: Cast, number: str) -> None:
    """The butter, at the till."""
    butter = receipt(BACK, [line(BUTTER, is_return=True)], back_of=SECOND, card=-23900)
    body = {"member": {"externalId": number}, "transaction": butter}
    title = "At the till she brings the butter back"
    cast.till.call(title, "transaction", body, moves=(("return", "-11.95"),))


def shown(cast: Cast, number: str) -> None:
    """The card in her app says all of it."""
    wallet = cast.wallet
    with cast.database.reading() as work:
        today = local_day(work.now, cast.terms.timezone)
    until = (today + timedelta(days=POINTS_LIVE)).isoformat()
    card = wallet.call("Koshelek shows her card", "GET", f"/v1/card/{number}")
    expect_balance(wallet, card, total=TOTAL, available=TOTAL)
    seen = card.at("card", "bonus", "bonuses") or []
    lots = [
        {"description": f"Purchase {reference}", "amount": amount, "validUntil": until}
        for reference, amount in LEFT.items()
    ]
    wallet.expect("in three lots, each with what is left of it", seen == lots, seen=seen)
    day = {"startDate": today.isoformat()}
    listed = wallet.call("And what she bought", "GET", f"/v1/card/{number}/purchases", query=day)
    names = [one.get("item") for one in listed.document or []]
    words = "coffee, cheese and honey, whoever sold them"
    wanted = {"Кофе зерновой 1 кг", "Сыр полутвёрдый 200 г", "Мёд липовый 350 г"}
    wallet.expect(words, wanted <= set(names), seen=names)
