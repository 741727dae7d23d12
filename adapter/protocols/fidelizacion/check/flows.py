"""Sections 5.7 and 6: events, and the calls of a terminal in the order in which it makes them."""

from __future__ import annotations

from adapter.checks import NotTested
from adapter.protocols.fidelizacion.check import documents, expect
from adapter.protocols.fidelizacion.check.play import Play, line, sale
from adapter.protocols.fidelizacion.check.purses import purse
from adapter.protocols.fidelizacion.check.selling import code_of, counted, worth
from adapter.protocols.fidelizacion.check.short_codes import shown
from adapter.protocols.fidelizacion.check.transport import same_sale


def event(play: Play) -> None:
    """Of a member and of nobody, and nothing is told back."""
    payload = {"zone": "A", "deep": {"list": [1, "2", None]}}
    for member in (play.anna.by_phone, None):
        for fields in ({}, {"subType": "kiosk", "payload": payload, "tags": ["morning"]}):
            answer = play.event(member, **fields)
            expect.same(answer, "data", expect.success(answer), {})


def any_event(play: Play) -> None:
    for type in ("visit", "birthday party", "x" * 128):
        expect.success(play.event(play.anna.by_phone, type=type))


def event_repeated(play: Play) -> None:
    for _ in range(2):
        expect.success(play.event(play.anna.by_phone))


def usual_sale(play: Play) -> None:
    """Not found, registered, verified, previewed, sold."""
    person = play.person()
    member = {"phoneNumber": person.phone}
    expect.refused(play.details(member), "203")
    expect.success(play.register(person.profile()))
    answer = play.short_code("get", member=member)
    code = documents.text(expect.success(answer).get("shortCode"))
    expect.success(play.short_code("verify", member=member, shortCode=code))
    told = sale()
    expect.success(play.details(member, {"x-return-benefits": "true"}, transaction=told))
    code_of(play.submit(told, member))
    counted(play, member, 1, 2400)


def changed_mind(play: Play) -> None:
    """Paid, taken back, and another amount paid under the same id."""
    mine = purse(play)
    told = worth(mine.amount * 10)
    code = code_of(play.pay(mine.member, mine.amount, transaction=told))
    expect.success(play.cancel_payment(mine.member, code))
    answer = play.pay(mine.member, mine.amount * 2, transaction=told)
    code_of(answer)
    expect.balances(answer, **mine.after(mine.amount * 2))


def finished_sale_cancelled(play: Play) -> None:
    """The payment first, then the sale; the other order is clause 5.6r."""
    mine = purse(play)
    told = worth(mine.amount * 10)
    paid = code_of(play.pay(mine.member, mine.amount, transaction=told))
    code = code_of(play.submit(told, mine.member))
    expect.success(play.cancel_payment(mine.member, paid))
    expect.success(play.cancel_sale(code))
    mine.expect_now()


def partial_refund(play: Play) -> None:
    """A sale of its own, with returned lines and the id of the first."""
    member, told = play.new_member(), sale()
    code_of(play.submit(told, member.by_phone))
    back = [line(action="return", quantity=1, grossAmount=-1200, netAmount=-1200)]
    refund = sale(totalAmount=-1200, items=back, relatedTransactionId=told["transactionId"])
    code_of(play.submit(refund, member.by_phone))
    counted(play, member, 1, 1200)


def answer_lost(play: Play) -> None:
    """Repeated twice, and once more later: one sale."""
    member, told = play.new_member(), sale()
    first = expect.success(play.submit(told, member.by_phone))
    for _ in range(3):
        same_sale(play.submit(told, member.by_phone), first)
    counted(play, member, 1, 2400)


def identified_by_code(play: Play) -> None:
    """The code on the customer's screen stands for the customer, and the sale follows."""
    member = play.new_member()
    answer = play.details({"shortCode": shown(play, member)})
    expect.success(answer)
    key = documents.text(documents.member(answer).get("membershipKey"))
    if not key:
        raise NotTested("the host shows no membershipKey")
    code_of(play.submit(sale(), {"membershipKey": key}))
    counted(play, member, 1, 2400)
