"""Members with something to pay with: one who was named to us, or one who earned it just now."""

from __future__ import annotations

from dataclasses import dataclass

from adapter.checks import Answer, NotTested
from adapter.protocols.fidelizacion.check import documents, expect
from adapter.protocols.fidelizacion.check.play import Play, one_line, sale

POINTS, CREDIT = "points", "credit"
_KIND_OF_TYPE = {"POINTS": POINTS, "CREDIT": CREDIT}
# Why a member with a balance may still be unable to pay: it is the other balance that pays, the
# amount is not one this business allows, or it asks for codes.
_CANNOT_PAY = ("407", "4007005", "4007009", "4007010")
# What a check of payments may need: four payments, and as much again.
_PAYMENTS = 8


@dataclass(frozen=True)
class Purse:
    """A member who can pay, what they hold, and which of it pays here."""

    play: Play
    member: dict[str, str]
    held: dict[str, int]
    kind: str
    amount: int  # what may be paid at least four times

    def costs(self, amount: int) -> int:
        """What the payment takes from the balance: a part of a point is a whole one."""
        return -(-amount // self.play.options.point_value) if self.kind == POINTS else amount

    def after(self, *amounts: int) -> dict[str, int]:
        """Both balances once these were paid."""
        spent = sum(self.costs(amount) for amount in amounts)
        return {**self.held, self.kind: self.held[self.kind] - spent}

    def expect_now(self, *amounts: int) -> Answer:
        """What the member holds now. Raises: Failed unless exactly these were paid."""
        answer = self.play.details(self.member)
        expect.success(answer)
        expect.balances(answer, **self.after(*amounts))
        return answer


def purse(play: Play) -> Purse:
    """A member who can pay. Raises: NotTested if nobody can."""
    member = _known(play)
    if member is None:
        member = _earner(play)
    else:
        play.take_back_payments()
    held = documents.balances(play.details(member))
    if held is None:
        raise NotTested("the host shows no balances")
    kind = _paying_balance(play, member)
    found = Purse(play, member, held, kind, play.options.amount)
    if held[kind] < found.costs(found.amount) * _PAYMENTS:
        raise NotTested(f"the member holds too little: {held[kind]} {kind}")
    return found


def earned(play: Play, member: dict[str, str], answer: Answer) -> int:
    """What the sale earned. Raises: NotTested if nothing, as a host without rules would."""
    expect.success(answer)
    points = documents.payload(answer).get("earnedPoints")
    if not documents.is_whole(points) or points <= 0:
        raise NotTested("a sale earns nothing here")
    return int(points)


def _known(play: Play) -> dict[str, str] | None:
    phone = play.options.member_with_points
    return {"phoneNumber": phone} if phone else None


def _earner(play: Play) -> dict[str, str]:
    """A new member with one sale. Raises: NotTested if that gives no points."""
    total, member = play.options.sale_total, play.new_member().by_phone
    tenders = [{"type": "CASH", "amount": total}]
    told = play.submit(
        sale(totalAmount=total, items=one_line(total), meansOfPayment=tenders), member
    )
    if not documents.is_success(told) or not any((documents.balances(told) or {}).values()):
        raise NotTested("needs a member who can pay: a sale earns nothing here")
    return member


def _paying_balance(play: Play, member: dict[str, str]) -> str:
    """Which balance pays, found out by a payment that is taken back."""
    paid = play.pay(member, play.options.amount)
    if not documents.is_success(paid):
        expect.refused(paid, *_CANNOT_PAY)
        raise NotTested(f"no payment succeeds: {expect.said(paid)}")
    data = documents.payload(paid)
    back = play.cancel_payment(member, documents.text(data.get("confirmationCode")))
    before, after = documents.balances(back), documents.balances(paid)
    moved = [] if not before or not after else [k for k in before if before[k] != after[k]]
    kind = moved[0] if moved else _KIND_OF_TYPE.get(documents.text(data.get("type")))
    if kind is None:
        raise NotTested("it cannot be told which balance pays")
    return kind
