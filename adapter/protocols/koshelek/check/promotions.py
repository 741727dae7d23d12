"""Sections 5.9 and 5.10: promo codes, receipts, and the lists of special users."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from adapter.checks import Answer, Failed, NotTested
from adapter.checks.wire import first, judge
from adapter.protocols.koshelek.check import documents, expect
from adapter.protocols.koshelek.check.play import UNKNOWN, Play

_ALL = "/v1/card/getAllUsers"
_EXTENDED = "/v1/card/getAllUsersExtended"


def _redeem(play: Play, code: str, **user: str) -> Answer:
    play.need("code")
    return play.client.send("POST", "/v1/promo/code", json={"code": code, **user})


def _scan(play: Play, text: str, **user: str) -> Answer:
    play.need("receipt")
    # Receipts are off by default (G4): a host may not know the path, but must say so decently.
    allowed = frozenset() if play.options.receipt else UNKNOWN
    body = {"qrCode": text, **user}
    return play.client.send("POST", "/v1/promo/qrCode", json=body, allowed=allowed)


def unknown_code(play: Play) -> None:
    play.need("code")
    anna = play.anna
    expect.refusal(_redeem(play, "NO-SUCH-CODE-0000", phone=anna.phone, cardNumber=anna.number))
    expect.refusal(_redeem(play, "", phone=anna.phone))


def good_code(play: Play) -> str:
    code = play.options.promo_code
    if not code:
        raise NotTested("needs a promo code that may be used up")
    holder = play.new_holder()
    user = {"phone": holder.phone, "cardNumber": holder.number}
    expect.empty(_redeem(play, code, **user))
    expect.refusal(_redeem(play, code, **user))
    return "accepted once, refused as used"


def unreadable_receipt(play: Play) -> str:
    play.need("receipt")
    answer = _scan(play, "this is no receipt", phone=play.anna.phone)
    if answer.status == 200:
        expect.fail(answer, "no receipt, and no refusal")
    return f"status {answer.status}"


def good_receipt(play: Play) -> str:
    receipt = play.options.receipt
    if not receipt:
        raise NotTested("needs the QR text of a receipt that may be used up")
    holder, other = play.new_holder(), play.boris
    expect.empty(_scan(play, receipt, phone=holder.phone, cardNumber=holder.number))
    expect.empty(_scan(play, receipt, phone=holder.phone, cardNumber=holder.number))
    expect.refusal(_scan(play, receipt, phone=other.phone, cardNumber=other.number))
    return "accepted, repeated, refused to another person"


def all_users(play: Play) -> str:
    return _listed(play, _ALL, documents.phone_list_faults)


def all_users_extended(play: Play) -> str:
    return _listed(play, _EXTENDED, documents.people_list_faults)


def _listed(play: Play, where: str, faults: Callable[[Answer], Iterator[str]]) -> str:
    answer = _ask(play, where)
    if answer.status != 200:
        return f"not agreed: answered {answer.status}"
    judge([answer], first(faults))
    return f"agreed, {len(documents.phones(answer))} people"


def _ask(play: Play, where: str) -> Answer:
    # A partner with whom the lists were not agreed may never have heard of the path.
    return play.client.send("GET", where, allowed=UNKNOWN, purpose="list")


def lists_in_order(play: Play) -> str:
    agreed = [answer for answer in (_ask(play, _ALL), _ask(play, _EXTENDED)) if answer.body]
    for answer in agreed:
        if answer.status != 200:
            expect.refusal(answer)
            continue
        phones = documents.phones(answer)
        if phones != sorted(set(phones)):
            expect.fail(answer, "not sorted, or not unique")
    return "sorted, unique, or refused with 422"


def staff_card(play: Play) -> str:
    """Scenario H: the two lists speak of the same people."""
    plain, extended = _ask(play, _ALL), _ask(play, _EXTENDED)
    if plain.status != 200 or extended.status != 200:
        raise NotTested("the lists are not agreed with this partner")
    if set(documents.phones(plain)) != set(documents.phones(extended)):
        raise Failed("the two lists name different people", extended.transcript)
    expect.status(extended, 200)
    return f"{len(documents.phones(plain))} people"
