"""Sections 4.6 to 4.8, 5.6 and 7.1: a finished sale, what it earns, and its cancelling."""

from __future__ import annotations

from typing import Any

from adapter.checks import AT_ONCE, Answer, Failed, NotTested, at_once
from adapter.checks.people import reference
from adapter.protocols.fidelizacion.check import documents, expect
from adapter.protocols.fidelizacion.check.people import Member
from adapter.protocols.fidelizacion.check.play import Play, line, one_line, sale
from adapter.protocols.fidelizacion.check.purses import earned
from adapter.protocols.fidelizacion.check.transport import same_sale
from adapter.protocols.fidelizacion.check.values import read_alike

_TOTAL = 24_000


def code_of(answer: Answer) -> str:
    """The confirmation code of a success."""
    code = expect.success(answer).get("confirmationCode")
    if not isinstance(code, str) or not code:
        expect.fail(answer, f"confirmationCode is {code!r}")
    return code


def counted(play: Play, member: Member | dict[str, str], visits: int, spent: int) -> Answer:
    """What the member is shown as, if so many sales and so much money are counted."""
    answer = play.details(member.by_phone if isinstance(member, Member) else member)
    expect.success(answer)
    expect.fields(answer, documents.member(answer), {"visit": visits, "totalSpent": spent})
    return answer


# What is read.


def fewest_fields(play: Play) -> None:
    """Only what the vendor's own calls never leave out; either time will do."""
    bare = {"transactionId": reference(), "totalAmount": 2400}
    for time in ("dateTime", "openTime"):
        told = {**bare, "transactionId": reference(), time: "2025-09-02T10:15:00Z"}
        code_of(play.submit(told))
    code_of(play.submit({**told, "transactionId": reference(), "items": []}))


def longest_id(play: Play) -> None:
    id = reference().ljust(128, "x")
    told = play.submit(sale(transactionId=id))
    code_of(told)
    expect.fields(told, documents.payload(told), {"transactionId": id})


def tender_aliases(play: Play) -> None:
    tenders = [{"type": "CASH", "amount": 2000}, {"type": "Gift card №1", "amount": 1}]
    named = sale(meansOfPayment=tenders)
    other = [{"type": "CASH", "amount": 1}]
    alias = {name: value for name, value in named.items() if name != "meansOfPayment"}
    read_alike(play, named, {**alias, "payments": tenders}, {**named, "payments": other})


def item_aliases(play: Play) -> None:
    """`subtotal` and `total`; what has no net amount has the gross one."""
    plain = line(grossAmount=None, netAmount=None)
    amounts: tuple[dict[str, int], ...] = (
        {"grossAmount": 3000, "netAmount": 2500},
        {"subtotal": 3000, "total": 2500},
    )
    read_alike(play, *(sale(items=[{**plain, **given}]) for given in amounts))
    same = ({"grossAmount": 2400, "netAmount": 2400}, {"grossAmount": 2400}, {"subtotal": 2400})
    read_alike(play, *(sale(items=[{**plain, **given}]) for given in same))


def related_sale(play: Play) -> None:
    earlier = reference()
    told = sale(relatedTransactionId=earlier)
    alias = {name: value for name, value in told.items() if name != "relatedTransactionId"}
    read_alike(play, told, {**alias, "relatedTransaction": earlier})


def free_texts(play: Play) -> None:
    """Kinds of orders, actions of lines, kinds of tenders: open lists."""
    for order in ("dineIn", "delivery", "drive-in"):
        code_of(play.submit(sale(orderType=order)))
    code_of(play.submit(sale(items=[line(action="exchange", quantity=0.25)])))
    tenders = [{"type": kind, "amount": 1} for kind in ("CARD", "points", "Vale 5 €")]
    code_of(play.submit(sale(meansOfPayment=tenders)))


def line_ids_differ(play: Play) -> None:
    expect.refused(play.submit(sale(items=[line(), line()])), "1001")
    code_of(play.submit(sale(items=[line(), line(lineId="2")])))


def negative_total_of_a_return(play: Play) -> None:
    back = [line(action="return", grossAmount=-2400, netAmount=-2400)]
    code_of(play.submit(sale(totalAmount=-2400, items=back, meansOfPayment=[])))


def tenders_debit_nothing(play: Play) -> None:
    """Tenders named POINTS and CREDIT are a report: only a payment takes something."""
    member = play.new_member()
    before = documents.balances(play.details(member.by_phone))
    tenders = [{"type": "POINTS", "amount": 1200}, {"type": "CREDIT", "amount": 1200}]
    told = play.submit(sale(meansOfPayment=tenders), member.by_phone)
    expect.success(told)
    after = documents.balances(told)
    if before is None or after is None:
        raise NotTested("the host shows no balances")
    lost = [name for name in before if after[name] < before[name]]
    if lost:
        expect.fail(told, f"the tender took {', '.join(lost)}")


# What is told.


def of_a_member(play: Play) -> None:
    member, told = play.new_member(), sale()
    answer = play.submit(told, member.by_phone)
    code_of(answer)


def numbers_of_a_sale(play: Play) -> None:
    """With a member also what was earned and what they hold."""
    member, told = play.new_member(), sale()
    answer = play.submit(told, member.by_phone)
    data = expect.success(answer)
    expect.fields(answer, data, {"transactionId": told["transactionId"]})
    if not documents.is_whole(data.get("earnedPoints")):
        expect.fail(answer, f"earnedPoints is {data.get('earnedPoints')!r}")
    expect.balances(answer)


def of_nobody(play: Play) -> None:
    told = sale()
    answer = play.submit(told)
    code_of(answer)
    data = documents.payload(answer)
    expect.fields(answer, data, {"transactionId": told["transactionId"]})
    if "earnedPoints" in data or "newBalance" in data:
        expect.fail(answer, "numbers of a member, and there is none")


def counters(play: Play) -> None:
    member = play.new_member()
    codes = [code_of(play.submit(sale(totalAmount=n), member.by_phone)) for n in (2400, 1000)]
    counted(play, member, 2, 3400)
    expect.success(play.cancel_sale(codes[0]))
    counted(play, member, 1, 1000)


def arrives_late(play: Play) -> None:
    code_of(play.submit(sale(openTime=None, dateTime="2024-02-29T23:59:59Z")))


def of_a_stranger(play: Play) -> None:
    """Refused and not stored: the same id is still free."""
    told, person = sale(), play.person()
    member = {"phoneNumber": person.phone}
    expect.refused(play.submit(told, member), "203", path="body.member.phoneNumber")
    code_of(play.submit(told))


def refused_then_accepted(play: Play) -> None:
    """Refusals are not kept: once the person is registered the same call succeeds."""
    told, person = sale(), play.person()
    member = {"phoneNumber": person.phone}
    expect.refused(play.submit(told, member), "203")
    expect.success(play.register(person.profile()))
    code_of(play.submit(told, member))


# What it earns.


def earns(play: Play, *sales: dict[str, Any]) -> list[int]:
    """What each sale earns a new member. Raises: NotTested if the first earns nothing."""
    points = []
    for told in sales:
        member = play.new_member().by_phone
        points.append(earned(play, member, play.submit(told, member)))
    return points


def worth(net: int, *tenders: tuple[str, int], **changes: Any) -> dict[str, Any]:
    """A sale worth this much, paid like this."""
    paid = [{"type": kind, "amount": amount} for kind, amount in tenders or [("CASH", net)]]
    return sale(totalAmount=net, items=one_line(net), meansOfPayment=paid, **changes)


def base_without_loyalty(play: Play) -> str:
    """What was paid with points or credit earns nothing, whatever its letters' case."""
    paid = worth(_TOTAL, ("Points", 4000), ("CREDIT", 2000), ("CASH", _TOTAL - 6000))
    return _expect_equal(*earns(play, worth(_TOTAL - 6000), paid))


def base_without_items(play: Play) -> str:
    bare = sale(totalAmount=_TOTAL + 500, totalGeneralDiscount=500, items=[], meansOfPayment=[])
    return _expect_equal(*earns(play, worth(_TOTAL), bare))


def base_of_net_amounts(play: Play) -> str:
    items = [
        line(grossAmount=_TOTAL, netAmount=_TOTAL),
        line(lineId="2", action="return", grossAmount=4000, netAmount=4000, quantity=1),
    ]
    returned = sale(totalAmount=_TOTAL, items=items, meansOfPayment=[])
    return _expect_equal(*earns(play, worth(_TOTAL - 4000), returned))


def _expect_equal(wanted: int, found: int) -> str:
    if wanted != found:
        raise Failed(f"the sale earns {found} points, one of the same base earns {wanted}")
    return f"{found} points"


def returned_goods(play: Play) -> str:
    """A sale of returned goods takes its points back, and never more than there are."""
    member = play.new_member().by_phone
    before = documents.balances(play.details(member)) or {}
    points = earned(play, member, play.submit(worth(_TOTAL), member))
    back = sale(totalAmount=-_TOTAL, items=one_line(-_TOTAL, action="return"), meansOfPayment=[])
    answer = play.submit(back, member)
    expect.success(answer)
    expect.balances(answer, **before)
    more = play.submit({**back, "transactionId": reference()}, member)
    expect.success(more)
    if (documents.balances(more) or {}).get("points", 0) < 0:
        expect.fail(more, "the balance went below zero")
    return f"{points} points"


# Cancelling.


def cancelled(play: Play) -> None:
    """In both forms; the answer repeats the code."""
    forms = (
        lambda code: {"action": "cancel", "confirmationCode": code},
        lambda code: {"transaction": {"action": "cancel", "confirmationCode": code}},
    )
    for form in forms:
        code = code_of(play.submit(sale()))
        same_sale(play.call("transaction", form(code)), {"confirmationCode": code})


def cancelled_with_its_member(play: Play) -> None:
    member, other = play.new_member(), play.boris
    told = sale()
    code = code_of(play.submit(told, member.by_phone))
    expect.refused(play.cancel_sale(code, member=other.by_phone), "4006101")
    answer = play.cancel_sale(code, member=member.by_email)
    same_sale(answer, {"confirmationCode": code})
    wanted = {"transactionId": told["transactionId"]}
    expect.fields(answer, documents.payload(answer), wanted)


def cancelled_twice(play: Play) -> None:
    member = play.new_member()
    play.submit(sale(), member.by_phone)
    code = code_of(play.submit(sale(), member.by_phone))
    for _ in range(2):
        same_sale(play.cancel_sale(code), {"confirmationCode": code})
        counted(play, member, 1, 2400)


def points_taken_back(play: Play) -> str:
    member = play.new_member().by_phone
    before = documents.balances(play.details(member)) or {}
    told = play.submit(worth(_TOTAL), member)
    points = earned(play, member, told)
    answer = play.cancel_sale(code_of(told))
    expect.success(answer)
    expect.balances(answer, **before)
    return f"{points} points"


def unknown_sale(play: Play) -> None:
    expect.refused(play.cancel_sale(reference()), "4006101")


def submit_by_name(play: Play) -> None:
    code_of(play.submit(sale(), action="submit"))


# Repeats.


def repeated(play: Play) -> None:
    """The stored answer again, the same numbers, and nothing counted twice."""
    member, told = play.new_member(), sale()
    first = expect.success(play.submit(told, member.by_phone))
    play.submit(sale(), member.by_phone)
    again = play.submit(told, member.by_phone)
    expect.success(again)
    expect.fields(again, documents.payload(again), first)
    counted(play, member, 2, 4800)


def repeated_otherwise(play: Play) -> None:
    """By another identifier, from another terminal, in another order: the same sale."""
    member, told = play.new_member(), sale()
    first = expect.success(play.submit(told, member.by_phone))
    headers: dict[str, str | None] = {"x-pos-id": "CHECK-POS-2", "x-source-type": "Kiosk"}
    same_sale(play.submit(told, member.by_email, headers=headers), first)
    same_sale(play.submit(dict(reversed(told.items())), member.by_key), first)
    counted(play, member, 1, 2400)


def other_content(play: Play) -> str:
    """Another total, member, time, line, tender, asset or deal under one id."""
    told, member = sale(), play.boris.by_phone
    code_of(play.submit(told))
    deal = {"type": "MANUAL", "amount": 1}
    others = (
        {"transaction": {**told, "totalAmount": 2401}},
        {"transaction": {**told, "dateTime": "2025-09-02T10:21:01Z"}},
        {"transaction": {**told, "items": [line(netAmount=2399)]}},
        {"transaction": {**told, "meansOfPayment": [{"type": "CARD", "amount": 2400}]}},
        {"transaction": told, "member": member},
        {"transaction": told, "appliedDeals": [deal]},
    )
    for body in others:
        expect.refused(play.call("transaction", body), "4006102")
    return f"{len(others)} differences"


def after_cancelling(play: Play) -> None:
    told = sale()
    expect.success(play.cancel_sale(code_of(play.submit(told))))
    expect.refused(play.submit(told), "4006103")


def of_another_branch(play: Play) -> None:
    """Receipt numbers repeat between branches: another sale."""
    told, headers = sale(), play.elsewhere()
    first, other = code_of(play.submit(told)), code_of(play.submit(told, headers=headers))
    if first == other:
        raise Failed("the sale of another branch was taken for a repeat")


def repeated_at_once(play: Play) -> str:
    member, told = play.new_member(), sale()
    answers = at_once([lambda: play.submit(told, member.by_phone)] * AT_ONCE)
    codes = {code_of(answer) for answer in answers}
    if len(codes) != 1:
        raise Failed(f"{len(codes)} sales came of equal ones", answers[-1].transcript)
    counted(play, member, 1, 2400)
    return f"{len(answers)} at once"
