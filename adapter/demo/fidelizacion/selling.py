"""Stories 2 to 4: a sale paid with points in part; all of it undone; another, and a return."""

from __future__ import annotations

from datetime import timedelta

from adapter.core.programs import local_day
from adapter.demo.cast import Cast
from adapter.demo.receipts import line, payment, receipt
from adapter.demo.rules import DEAL, GIFT, POINTS_LIVE
from adapter.demo.till import Till

COFFEE, LOAF, CROISSANT = "K-0250", "B-0002", "P-0001"
FIRST, SECOND, BACK = "R-2001", "R-2002", "R-2003"
# Of 449.00 + 189.00 + 159.00: the loaf's tenth, the croissant, and what is paid how.
LOAF_OFF, GIFT_OFF, IN_POINTS, BY_CARD = 1890, 15900, 5000, 56910
DEAL_AS_GIVEN = {"type": "PROMOTION", "amount": LOAF_OFF, "sourceId": DEAL}
PAID, EARNED = ("redemption", "-50"), ("accrual", "49.08")


def sale(till: Till, cast: Cast) -> None:
    """The usual sale, and the card in the wallet after it."""
    till.screen.chapter(
        "2",
        "A sale",
        "Coffee, a loaf and a croissant. The till asks what is off, takes 50 ₽ in points, and "
        "reports the sale. 100 ₽ earn 10 points for coffee, 5 for the rest, none if points paid.",
    )
    till.serve(cast.maria)
    member = {"externalId": cast.marias_card}
    _preview(till, member, cast.gift_key)
    basket = [line(COFFEE), line(LOAF, off=LOAF_OFF), line(CROISSANT, off=GIFT_OFF)]
    told = receipt(FIRST, basket, points=IN_POINTS, card=BY_CARD)
    cast.payment_code = till.call(
        "Pay 50 ₽ with points", "payment", payment(member, told, IN_POINTS), moves=(PAID,)
    ).at("confirmationCode")
    body = {
        "member": member,
        "transaction": told,
        "usedAssets": [{"key": cast.gift_key}],
        "appliedDeals": [DEAL_AS_GIVEN],
    }
    answer = till.call("Report the sale", "transaction", body, moves=(EARNED,))
    cast.sale_code = answer.at("confirmationCode")
    again = till.call("The answer got lost: the same again", "transaction", body)
    till.expect(
        "the first answer to the letter", again.document == answer.document, seen=again.text
    )
    _in_the_wallet(cast)


def _preview(till: Till, member: dict[str, str], gift: str) -> None:
    basket = receipt(FIRST, [line(COFFEE), line(LOAF), line(CROISSANT)])
    seen = till.call(
        "Preview the basket with her gift",
        "member/details",
        {"member": member, "transaction": basket, "usedAssets": [gift]},
        headers={"x-return-benefits": "true"},
    )
    off = (seen.at("appliedDeals", 0, "amount"), seen.at("usedAssets", 0, "discount", "amount"))
    till.expect("18.90 off the loaf, the croissant free", off == (LOAF_OFF, GIFT_OFF), seen=off)


def _in_the_wallet(cast: Cast) -> None:
    """One person, one balance: what the till did is on the card at once."""
    wallet, number = cast.wallet, cast.marias_card
    with cast.database.reading() as work:
        today = local_day(work.now, cast.terms.timezone)
    until = today + timedelta(days=POINTS_LIVE)
    shown = wallet.call("Koshelek shows her card a second later", "GET", f"/v1/card/{number}")
    lots = shown.at("card", "bonus", "bonuses") or []
    lot = {"description": f"Purchase {FIRST}", "amount": "49.08", "validUntil": until.isoformat()}
    wallet.expect(f"with a lot of 49.08 until {until}", lot in lots, seen=lots)
    day = {"startDate": today.isoformat()}
    bought = wallet.call("And what she bought", "GET", f"/v1/card/{number}/purchases", query=day)
    seen = [(one.get("item"), one.get("bonuses")) for one in bought.document or []]
    told = [("Кофе молотый 250 г", "41.27"), ("Каравай пшеничный", "7.81")]
    wallet.expect("each thing with its points", set(told) <= set(seen), seen=seen)


def undone(till: Till, cast: Cast) -> None:
    """A payment and a sale are cancelled, each by itself, each once."""
    till.screen.chapter(
        "3", "All of it undone", "She changes her mind: the points she paid, then the whole sale."
    )
    member = {"externalId": cast.marias_card}
    action = {"action": "cancel", "confirmationCode": cast.payment_code}
    till.call(
        "Cancel the payment",
        "payment",
        {"member": member, "payment": action},
        moves=(("reversal", "50"),),
    )
    body = {"action": "cancel", "confirmationCode": cast.sale_code}
    till.call("Cancel the sale", "transaction", body, moves=(("reversal", "-49.08"),))
    till.call("Cancel it once more: nothing is left to undo", "transaction", body)
    shown = till.call("What she has again", "member/details", {"member": member})
    gifts = shown.at("member", "assets") or []
    back = [(one.get("name"), one.get("status")) for one in gifts] == [(GIFT, "active")]
    unmade = (shown.at("member", "visit"), shown.at("member", "totalSpent"))
    till.expect("her gift is back, no visit counts", back and unmade == (0, 0), seen=shown.text)


def returned(till: Till, cast: Cast) -> None:
    """Another sale, of which a part comes back under a number of its own."""
    till.screen.chapter(
        "4", "A return", "Coffee and a loaf after all; in the evening the loaf comes back."
    )
    member = {"externalId": cast.marias_card}
    bought = receipt(SECOND, [line(COFFEE), line(LOAF)], card=63800)
    body = {"member": member, "transaction": bought}
    till.call("Report the sale", "transaction", body, moves=(("accrual", "54.35"),))
    brought = receipt(BACK, [line(LOAF, is_return=True)], back_of=SECOND, card=-18900)
    body = {"member": member, "transaction": brought}
    answer = till.call("Report the return", "transaction", body, moves=(("return", "-9.45"),))
    seen = answer.at("earnedPoints")
    till.expect("what the loaf had earned is taken back", seen == -945, seen=seen)
