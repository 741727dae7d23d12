"""Story 9: an order from its first line to its last refund."""

from __future__ import annotations

from adapter.demo.cast import Cast
from adapter.demo.orders import Order, order_of
from adapter.demo.plugin import ORDERS, Plugin

COFFEE, LOAF = "K-0250", "B-0002"
REFERENCE = "S-9001"
# Of 638.00: a tenth off the loaf, 50 in points, and the rest by card; the last two come back.
LOAF_OFF, PAID, COFFEE_BACK, REST_BACK = 18.9, 569.1, 400, 169.1
WRONG_STATE, TOO_MUCH = 1030, 1031
SPENT = (("capture", "0"), ("accrual", "48.47"))
FIRST_BACK = (("reversal", "35.14"), ("reversal", "-34.06"))
LAST_BACK = (("reversal", "14.86"), ("reversal", "-14.41"))


def order(plugin: Plugin, cast: Cast) -> None:
    """Created, bound, points set aside, closed, refunded."""
    maria = cast.maria
    plugin.screen.chapter(
        "9",
        "An order",
        "Coffee and a loaf for Maria. An order stays open until it is paid: its points are set "
        "aside meanwhile, and spent when it is closed. These paths are ours, and off unless "
        "agreed; of the answers only what is new in them is shown.",
    )
    plugin.serve(maria)
    body = order_of(REFERENCE, [COFFEE, LOAF])
    taken = Order(plugin, "The cash desk opens an order", body)
    plugin.call("The answer got lost: the same again", ORDERS, body=body)
    bound = taken.bind("It is Maria's, by her phone: her points, and what is off the loaf", maria)
    plugin.expect("18.90 ₽ off", bound.at("discount") == LOAF_OFF, seen=bound.text)
    plugin.refused(
        "More points than she has",
        f"{taken.path}/loyalty",
        status=422,
        code=TOO_MUCH,
        body={"points": 600},
    )
    taken.set_aside("Set 60 points aside for it", 60, moves=(("reservation", "-60"),))
    instead = (("release", "60"), ("reservation", "-50"))
    held = taken.set_aside("She would rather keep ten: 50 instead", 50, moves=instead)
    state = (held.at("status"), held.at("pointsApplied"))
    plugin.expect("50 are applied", state == ("LOYALTY_CALCULATION", 50), seen=state)
    taken.close("She pays the rest: 50 spent, and the money earns", PAID, moves=SPENT)
    closed = taken.close("The answer got lost: the same again", PAID)
    state = (closed.at("status"), closed.at("amount"))
    plugin.expect("closed once", state == ("CLOSED", PAID), seen=state)
    _refunded(plugin, taken)


def _refunded(plugin: Plugin, taken: Order) -> None:
    title = "She brings the coffee back: points spent and earned go back in proportion"
    taken.refund(title, COFFEE_BACK, moves=FIRST_BACK)
    last = taken.refund("And the loaf, which settles the rest", REST_BACK, moves=LAST_BACK)
    plugin.expect("all of it is refunded", last.at("refunded") == PAID, seen=last.text)
    plugin.refused(
        "There is nothing left to refund",
        f"{taken.path}/refund",
        status=422,
        code=WRONG_STATE,
        body={"amount": 1},
    )
