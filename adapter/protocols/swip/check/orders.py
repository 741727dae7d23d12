"""§8.3 to §8.5: orders, by the adapter's own paths (D26), of customers that were made up."""

from __future__ import annotations

from typing import Any

from adapter.checks import Answer, NotTested
from adapter.checks.people import reference
from adapter.checks.wire import objects
from adapter.protocols.swip.check import expect
from adapter.protocols.swip.check.play import ORDERS, Person, Play

_TOTAL = 1000.0


def order(total: float = _TOTAL, **changes: Any) -> dict[str, Any]:
    """An order of one line."""
    line = {"name": "Латте 0,3", "quantity": 1, "price": total, "amount": total}
    return {
        "merchantOrderId": reference(),
        "merchantCashier": "Ольга",
        "saleDate": 1741944413000,
        "total": total,
        "totalOriginal": total,
        "purchases": [line],
        **changes,
    }


def _open(play: Play, **changes: Any) -> str:
    """The id of a new order."""
    return _id(play.order(body=order(**changes)))


def _id(answer: Answer) -> str:
    found = expect.shown(answer, status="OPEN").get("id")
    if not isinstance(found, str) or not found:
        expect.fail(answer, f"id is {found!r}")
    return str(found)


def _close(play: Play, id: str, amount: float = _TOTAL) -> Answer:
    answer = play.order(f"{id}/close", {"amount": amount})
    expect.shown(answer, status="CLOSED", amount=amount)
    return answer


def _payer(play: Play) -> tuple[str, int, int]:
    """The phone of a new customer, the points an order earned them, and how many they may use."""
    person = play.new_customer()
    _close(play, _bound(play, person.phone))
    have = expect.points(play.stats(phone=person.phone))
    if not have:
        raise NotTested("an order earns no points here, so there are none to be used")
    return person.phone, have, max(1, have // 10)


def _bound(play: Play, phone: str) -> str:
    id = _open(play)
    expect.shown(play.order(f"{id}/bind", {"phone": phone}))
    return id


def _held(play: Play, phone: str, points: int) -> str:
    """The id of an order for which these points are set aside."""
    id = _bound(play, phone)
    answer = play.order(f"{id}/loyalty", {"points": points})
    expect.shown(answer, pointsApplied=float(points), status="LOYALTY_CALCULATION")
    return id


def _left(play: Play, phone: str, wanted: int) -> None:
    answer = play.stats(phone=phone)
    expect.same(answer, "points", expect.points(answer), wanted)


def created(play: Play) -> None:
    told = order(merchantOrderNumber="77")
    answer = play.order(body=told)
    id = _id(answer)
    echoed = {name: told[name] for name in ("merchantOrderId", "merchantCashier", "total")}
    for found in (answer, play.order(id)):
        expect.shown(found, id=id, customer=None, amount=None, **echoed)
    _close(play, id, 0)


def created_again(play: Play) -> None:
    told = order()
    id = _id(play.order(body=told))
    expect.shown(play.order(body=told), id=id)
    expect.refused(play, play.order(body={**told, "merchantCashier": "Иван"}), 1030)
    _close(play, id, 0)


def bad_orders(play: Play) -> None:
    for name in ("merchantOrderId", "merchantCashier", "saleDate", "total", "purchases"):
        told = {key: value for key, value in order().items() if key != name}
        expect.refused(play, play.order(body=told), 1011, name)
    expect.refused(play, play.order(body=order(purchases=[])), 1011, "purchases")


def bound(play: Play) -> None:
    """The customer and what they may spend; nothing moves. Nobody is bound to nothing."""
    person, stranger, id = play.new_customer(), Person().phone, _open(play)
    have = expect.points(play.stats(phone=person.phone))
    customer = {"name": person.name, "phone": person.phone}
    answer = play.order(f"{id}/bind", {"phone": person.phone})
    expect.shown(answer, points=float(have), customer=customer)
    expect.refused(play, play.order(f"{id}/bind", {"phone": stranger}), 9, about=stranger)
    expect.refused(play, play.order(f"{id}/bind", {}), 1011, "phone", "pass")
    _left(play, person.phone, have)
    _close(play, id, 0)


def set_aside(play: Play) -> None:
    """Reserved, replaced, refused where there are too few, and let go again."""
    phone, have, some = _payer(play)
    id = _held(play, phone, some)
    _left(play, phone, have - some)
    for points in (some + 1, 0):
        answer = play.order(f"{id}/loyalty", {"points": points})
        expect.shown(answer, pointsApplied=float(points))
        _left(play, phone, have - points)
    for points in (have + 1, 10**9):
        expect.refused(play, play.order(f"{id}/loyalty", {"points": points}), 1031)
    _close(play, id, 0)


def closed_once(play: Play) -> None:
    """Closing again is answered alike, and no other step is taken any more."""
    phone, _, some = _payer(play)
    id = _held(play, phone, some)
    expect.refused(play, play.order(f"{id}/close", {"amount": -1}), 1011, "amount")
    first = _close(play, id)
    left = expect.points(play.stats(phone=phone))
    again = play.order(f"{id}/close", {"amount": _TOTAL})
    expect.same(again, "the answer", again.document, first.document)
    late = {"close": {"amount": 1}, "loyalty": {"points": 1}, "bind": {"phone": phone}}
    for step, body in late.items():
        expect.refused(play, play.order(f"{id}/{step}", body), 1030)
    _left(play, phone, left)


def cancelled(play: Play) -> None:
    """Closed with nothing: what was set aside is back, and nothing is earned."""
    phone, have, some = _payer(play)
    _close(play, _held(play, phone, some), 0)
    _left(play, phone, have)


def of_nobody(play: Play) -> None:
    expect.shown(_close(play, _open(play)), customer=None)


def refunded(play: Play) -> None:
    """In parts, and never more than was paid; in the end all points are as they were before."""
    phone, have, some = _payer(play)
    id = _held(play, phone, some)
    expect.refused(play, play.order(f"{id}/refund", {"amount": 1}), 1030)
    _close(play, id)
    for part, refunded in ((300, 300.0), (700, 1000.0)):
        expect.shown(play.order(f"{id}/refund", {"amount": part}), refunded=refunded)
    expect.refused(play, play.order(f"{id}/refund", {"amount": 1}), 1030)
    _left(play, phone, have)


def whole_bill(play: Play) -> None:
    """Two checks, bound and paid with points as one, each closed on its own."""
    phone, have, some = _payer(play)
    bill = reference()
    ids = [_open(play, **{name: bill}) for name in ("parentRefId", "parentOrderRef")]
    for step, more in (("bind", {"phone": phone}), ("loyalty", {"points": some})):
        answer = play.order(step, {"parentRefId": bill, **more})
        listed = objects(expect.shown(answer, parentRefId=bill).get("orders"))
        expect.same(answer, "the orders", [each.get("id") for each in listed], ids)
    _left(play, phone, have - some)
    for id in ids:
        _close(play, id, 0)
    _left(play, phone, have)


def unknown_orders(play: Play) -> None:
    for id in ("b7c1b1a0-54d2-4d63-9a1e-0c8a5d2e1f10", "1"):
        expect.refused(play, play.order(id), 1004, about=id)
        expect.refused(play, play.order(f"{id}/close", {"amount": 0}), 1004, about=id)


def order_of_another(play: Play) -> None:
    headers, id = play.other_merchant(), _open(play)
    expect.refused(play, play.client.send("GET", f"{ORDERS}/{id}", headers=headers), 1004)
    _close(play, id, 0)
