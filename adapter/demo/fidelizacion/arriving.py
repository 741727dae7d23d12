"""Story 1: a card of the wallet is held before a till, and a kiosk tells of a visit."""

from __future__ import annotations

from adapter.demo.cast import Cast
from adapter.demo.receipts import now
from adapter.demo.retailer import POOL, pooled
from adapter.demo.rules import GIFT, VISIT_POINTS
from adapter.demo.till import Till


def at_the_door(till: Till, cast: Cast) -> None:
    """Who it is, by the number and by the barcode of a card that Koshelek issued."""
    till.screen.chapter(
        "1",
        "A wallet's card at a till",
        "Koshelek issued Maria's card in C and Gleb's in D; at a till they are members at once. It "
        "counts points and money in hundredths, and one of the first pays one of the second.",
    )
    till.introduce()
    till.serve(cast.gleb)
    scanned = {"externalId": pooled(POOL[0])["barcode"]["number"]}
    found = till.call("Identify Gleb by his barcode", "member/details", {"member": scanned})
    till.expect("it is he", found.at("member", "firstName") == "Глеб", seen=found.text)
    till.serve(cast.maria)
    maria = {"externalId": cast.marias_card}
    found = till.call(
        "Identify Maria by the number of her card", "member/details", {"member": maria}
    )
    till.expect("it is she", found.at("member", "firstName") == "Мария", seen=found.text)
    _visit(till, cast, maria)


def _visit(till: Till, cast: Cast, maria: dict[str, str]) -> None:
    event = {"type": "visit", "subType": "kiosk", "dateTime": now(), "payload": {"zone": "A"}}
    body = {"member": maria, "event": event}
    title = f"A kiosk tells that she came: {VISIT_POINTS} points once a day, and a gift once"
    till.call(title, "event", body, moves=(("bonus", VISIT_POINTS),))
    till.call("It tells so again: kept, and not rewarded", "event", body)
    shown = till.call("What she has by now", "member/details", {"member": maria})
    gifts = shown.at("member", "assets") or []
    cast.gift_key = str(shown.at("member", "assets", 0, "key"))
    seen = [(one.get("name"), one.get("redeemable")) for one in gifts]
    till.expect("one gift, which can be used", seen == [(GIFT, True)], seen=seen)
