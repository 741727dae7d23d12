"""Sections 3.1, 4.9, 5.5 and 7.2: paying with points or credit, and getting it back."""

from __future__ import annotations

from typing import Any

from adapter.checks import AT_ONCE, Answer, Failed, NotTested, at_once
from adapter.checks.people import reference
from adapter.protocols.fidelizacion.check import documents, expect
from adapter.protocols.fidelizacion.check.play import Play, sale
from adapter.protocols.fidelizacion.check.purses import CREDIT, POINTS, Purse, purse
from adapter.protocols.fidelizacion.check.selling import code_of, worth

_BALANCES = {POINTS: "pointsBalance", CREDIT: "creditBalance"}


def _paid(answer: Answer, of: Purse, *amounts: int) -> str:
    """The code of the payment, if it leaves what these payments leave."""
    code = code_of(answer)
    expect.balances(answer, **of.after(*amounts))
    return code


def pays(play: Play) -> str:
    """The debit is the amount at the business's rate; the answer has both balances."""
    mine = purse(play)
    _paid(play.pay(mine.member, mine.amount), mine, mine.amount)
    mine.expect_now(mine.amount)
    return f"with {mine.kind}"


def kind_and_amount(play: Play) -> None:
    mine = purse(play)
    paid = play.pay(mine.member, mine.amount)
    code, type = code_of(paid), mine.kind.upper()
    expect.fields(paid, documents.payload(paid), {"type": type, "amount": mine.amount})
    back = play.cancel_payment(mine.member, code)
    expect.success(back)
    expect.fields(back, documents.payload(back), {"type": type, "amount": -mine.amount})


def beside_a_sale(play: Play) -> None:
    mine = purse(play)
    told = sale(meansOfPayment=None, payments=[{"type": "POINTS", "amount": mine.amount}])
    told["totalAmount"] = mine.amount * 10
    _paid(play.pay(mine.member, mine.amount, transaction=told), mine, mine.amount)


def more_than_held(play: Play) -> str:
    """Refused whole, and nothing is taken."""
    member = play.new_member().by_phone
    held = _held(play, member)
    answer = play.pay(member, _beyond(play, held))
    expect.refused(answer, "407")
    after = play.details(member)
    expect.success(after)
    expect.balances(after, **held)
    return documents.message(answer).partition(" ")[0]


def _held(play: Play, member: dict[str, str]) -> dict[str, int]:
    return documents.balances(play.details(member)) or {POINTS: 0, CREDIT: 0}


def _beyond(play: Play, held: dict[str, int]) -> int:
    """More than is held of anything: a newcomer may have been given points as a welcome."""
    return max(play.options.amount, (max(held.values()) + 1) * play.options.point_value)


def names_the_balance(play: Play) -> str:
    mine = purse(play)
    answer = play.pay(mine.member, (mine.held[mine.kind] + 1) * play.options.point_value)
    expect.refused(answer, "407")
    named = documents.message(answer).partition(" ")[0]
    expect.same(answer, "the balance named", named, _BALANCES[mine.kind])
    mine.expect_now()
    return named


def more_than_the_sale(play: Play) -> None:
    mine = purse(play)
    told = worth(mine.amount - 1)
    expect.refused(play.pay(mine.member, mine.amount, transaction=told), "4007009")
    mine.expect_now()


def smallest_payment(play: Play) -> str:
    """Taken, or under the business's minimum."""
    mine = purse(play)
    answer = play.pay(mine.member, 1)
    if documents.is_success(answer):
        _paid(answer, mine, 1)
        return "taken"
    expect.refused(answer, "4007010")
    mine.expect_now()
    return "below the business's minimum"


def type_does_not_choose(play: Play) -> None:
    mine = purse(play)
    for number, type in enumerate(("POINTS", "CREDIT", "gift"), 1):
        paid = play.pay(mine.member, mine.amount, payment={"type": type})
        _paid(paid, mine, *[mine.amount] * number)


def assets_beside_a_payment(play: Play) -> None:
    mine = purse(play)
    _paid(play.pay(mine.member, mine.amount, usedAssets=[{"key": reference()}]), mine, mine.amount)


def code_not_asked_for(play: Play) -> None:
    if play.options.payment_codes == "on":
        raise NotTested("the business asks for codes")
    mine = purse(play)
    paid = play.pay(mine.member, mine.amount, payment={"verificationCode": "0000"})
    _paid(paid, mine, mine.amount)


def code_asked_for(play: Play) -> None:
    """Nothing is taken until the right code comes."""
    if play.options.payment_codes == "off":
        raise NotTested("the business asks for no codes")
    mine = purse(play)
    asked = {"action": "pay", "amount": mine.amount}
    body = {"member": mine.member, "payment": asked}
    expect.refused(play.call("payment", body), "4007005")
    wrong = {"member": mine.member, "payment": {**asked, "verificationCode": "no"}}
    expect.refused(play.call("payment", wrong), "4007004")
    mine.expect_now()
    _paid(play.pay(mine.member, mine.amount), mine, mine.amount)


# Getting it back.


def cancels(play: Play) -> None:
    mine = purse(play)
    code = code_of(play.pay(mine.member, mine.amount))
    back = play.cancel_payment(mine.member, code)
    expect.same(back, "confirmationCode", code_of(back), code)
    expect.balances(back, **mine.held)
    mine.expect_now()


def cancels_with_the_amount(play: Play) -> None:
    mine = purse(play)
    code = code_of(play.pay(mine.member, mine.amount))
    for wrong in (-(mine.amount - 1), -(mine.amount + 1)):
        expect.refused(play.cancel_payment(mine.member, code, amount=wrong), "4007102")
    mine.expect_now(mine.amount)
    expect.success(play.cancel_payment(mine.member, code, amount=-mine.amount))
    mine.expect_now()


def cancels_elsewhere(play: Play) -> None:
    mine, headers = purse(play), play.elsewhere()
    code = code_of(play.pay(mine.member, mine.amount))
    expect.success(play.cancel_payment(mine.member, code, headers=headers))
    mine.expect_now()


def unknown_payment(play: Play) -> None:
    expect.refused(play.cancel_payment(play.anna.by_phone, reference()), "4007101")


def payment_of_another(play: Play) -> None:
    mine = purse(play)
    code = code_of(play.pay(mine.member, mine.amount))
    expect.refused(play.cancel_payment(play.anna.by_phone, code), "4007101")
    mine.expect_now(mine.amount)


def code_of_a_sale(play: Play) -> None:
    """The codes of sales and of payments are two sets."""
    code = code_of(play.submit(sale(), play.anna.by_phone))
    expect.refused(play.cancel_payment(play.anna.by_phone, code), "4007101")


def code_of_a_payment(play: Play) -> None:
    mine = purse(play)
    code = code_of(play.pay(mine.member, mine.amount))
    expect.refused(play.cancel_sale(code), "4006101")
    mine.expect_now(mine.amount)


def other_business(play: Play) -> None:
    key = play.options.other_api_key
    if not key:
        raise NotTested("needs a key of another business")
    headers: dict[str, str | None] = {"x-api-key": key}
    code = code_of(play.submit(sale()))
    body = {"action": "cancel", "confirmationCode": code}
    expect.refused(play.call("transaction", body, headers=headers), "4006101")


# Payments and sales.


def cancelled_sale_keeps_payment(play: Play) -> None:
    """Cancelling a sale touches no payment, and the other way about."""
    mine = purse(play)
    told = worth(mine.amount * 10)
    paid = code_of(play.pay(mine.member, mine.amount, transaction=told))
    code = code_of(play.submit(told, mine.member))
    expect.success(play.cancel_sale(code))
    mine.expect_now(mine.amount)
    expect.success(play.cancel_payment(mine.member, paid))
    mine.expect_now()


def payment_is_no_base(play: Play) -> str:
    """Without loyalty tenders, what was paid under the same id earns nothing."""
    mine = purse(play)
    rest, total = mine.amount * 50, mine.amount * 51
    plain = documents.payload(play.submit(worth(rest), play.new_member().by_phone))
    wanted = plain.get("earnedPoints")
    if not wanted:
        raise NotTested("a sale earns nothing here")
    told = worth(total)
    code_of(play.pay(mine.member, mine.amount, transaction=told))
    answer = play.submit(told, mine.member)
    expect.success(answer)
    expect.fields(answer, documents.payload(answer), {"earnedPoints": wanted})
    return f"{wanted} points"


# Repeats.


def repeated(play: Play) -> None:
    """The answer again, no second debit, the balance as of now."""
    mine, told = purse(play), worth(play.options.amount * 10)
    first = _paid(play.pay(mine.member, mine.amount, transaction=told), mine, mine.amount)
    again = play.pay(mine.member, mine.amount, transaction=told)
    expect.same(again, "confirmationCode", _paid(again, mine, mine.amount), first)
    mine.expect_now(mine.amount)


def other_amount(play: Play) -> None:
    mine, told = purse(play), worth(play.options.amount * 10)
    amounts = (mine.amount * 2, mine.amount)
    _paid(play.pay(mine.member, amounts[0], transaction=told), mine, amounts[0])
    _paid(play.pay(mine.member, amounts[1], transaction=told), mine, *amounts)


def after_cancelling(play: Play) -> None:
    mine, told = purse(play), worth(play.options.amount * 10)
    first = code_of(play.pay(mine.member, mine.amount, transaction=told))
    expect.success(play.cancel_payment(mine.member, first))
    again = _paid(play.pay(mine.member, mine.amount, transaction=told), mine, mine.amount)
    if again == first:
        raise Failed("a new payment has the code of the cancelled one")


def without_a_sale(play: Play) -> None:
    mine = purse(play)
    _paid(play.pay(mine.member, mine.amount), mine, mine.amount)
    _paid(play.pay(mine.member, mine.amount), mine, mine.amount, mine.amount)


def cancelled_twice(play: Play) -> None:
    mine = purse(play)
    code = code_of(play.pay(mine.member, mine.amount))
    for _ in range(2):
        back = play.cancel_payment(mine.member, code)
        expect.same(back, "confirmationCode", code_of(back), code)
        expect.balances(back, **mine.held)
    mine.expect_now()


def repeated_at_once(play: Play) -> str:
    mine, told = purse(play), worth(play.options.amount * 10)
    answers = at_once([_payer(play, mine, mine.amount, transaction=told)] * AT_ONCE)
    codes = {code_of(answer) for answer in answers}
    if len(codes) != 1:
        raise Failed(f"{len(codes)} payments came of equal ones", answers[-1].transcript)
    mine.expect_now(mine.amount)
    return f"{len(answers)} at once"


def never_overdrawn(play: Play) -> str:
    """Several payments at once, of more than half each: one succeeds."""
    mine = purse(play)
    value = play.options.point_value if mine.kind == POINTS else 1
    amount = (mine.held[mine.kind] // 2 + 1) * value
    answers = at_once([_payer(play, mine, amount)] * AT_ONCE)
    if any(documents.code(answer) == "4007009" for answer in answers):
        raise NotTested("a payment of half the balance is over the business's limit")
    paid = [answer for answer in answers if documents.is_success(answer)]
    if len(paid) != 1:
        raise Failed(f"{len(paid)} payments of half the balance succeeded", answers[-1].transcript)
    for answer in answers:
        if answer is not paid[0]:
            expect.refused(answer, "407")
    mine.expect_now(amount)
    return f"{len(answers)} at once"


def _payer(play: Play, mine: Purse, amount: int, **more: Any) -> Any:
    if play.options.payment_codes == "on":
        raise NotTested("each payment needs a code of its own")
    return lambda: play.pay(mine.member, amount, **more)


def refused_then_paid(play: Play) -> None:
    """A refusal is not kept: with a balance the same call succeeds."""
    member = play.new_member().by_phone
    amount = _beyond(play, _held(play, member))
    told = worth(amount * 10)
    expect.refused(play.pay(member, amount, transaction=told), "407")
    expect.success(play.submit(worth(play.options.sale_total), member))
    again = play.pay(member, amount, transaction=told)
    if documents.code(again) == "407":
        raise NotTested("a sale earns nothing to pay with")
    code_of(again)


# Members who are not active.


def inactive_member(play: Play) -> None:
    phone = play.options.inactive_member
    if not phone:
        raise NotTested("needs a member who is not active")
    member = {"phoneNumber": phone}
    shown = play.details(member)
    expect.success(shown)
    expect.fields(shown, documents.member(shown), {"status": "inactive"})
    expect.refused(play.pay(member, play.options.amount), "4001101")
    told = play.submit(sale(), member)
    code = code_of(told)
    points = documents.payload(told).get("earnedPoints", 0)
    expect.same(told, "earnedPoints", points, 0)
    expect.success(play.cancel_sale(code))
