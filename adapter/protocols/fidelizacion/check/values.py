"""Section 3: numbers, dates, blanks and contacts, in each form that must be read alike.

Whether two forms are one is seen by sending a sale twice: only the same content is a replay.
"""

from __future__ import annotations

from typing import Any

from adapter.checks import Answer
from adapter.protocols.fidelizacion.check import documents, expect
from adapter.protocols.fidelizacion.check.play import Play, line, sale
from adapter.protocols.fidelizacion.check.transport import same_sale


def read_alike(play: Play, *sales: dict[str, Any], member: Any = None) -> None:
    """Nothing if all of them, sent under one id, are the same sale."""
    first, *others = sales
    id = first["transactionId"]
    told = expect.success(play.submit(first, member))
    for other in others:
        same_sale(play.submit({**other, "transactionId": id}, member), told)


def whole_numbers(play: Play) -> None:
    read_alike(play, sale(), sale(totalAmount=2400.0, items=[line(netAmount=2400.0)]))


def date_forms(play: Play) -> None:
    """In UTC, with a fraction, with an offset."""
    for when in ("2025-09-02T10:15:00Z", "2025-09-02T10:15:00.250Z", "2025-09-02T12:15:00+02:00"):
        expect.success(play.submit(sale(dateTime=when)))


def same_instant(play: Play) -> None:
    """No zone means UTC."""
    forms = (
        "2025-09-02T10:15:00Z",
        "2025-09-02T10:15:00.000Z",
        "2025-09-02T12:15:00+02:00",
        "2025-09-02T10:15:00",
    )
    read_alike(play, *(sale(dateTime=form) for form in forms))


def nulls_are_absent(play: Play) -> None:
    bare = sale(employee=None, orderType=None, tags=None, openTime=None)
    nulls = {"employee": None, "orderType": None, "tags": None, "openTime": None}
    read_alike(play, bare, {**bare, **nulls})
    person = play.person()
    data = {**person.profile(), "externalId": None}
    expect.success(play.register(data))


def unknown_fields(play: Play) -> None:
    """At every level, and none of them changes what the sale is."""
    odd: dict[str, Any] = {"colour": "red", "": "", "deep": {"a": [None, {"b": ""}]}}
    plain = sale()
    member = play.anna.by_phone
    told = expect.success(play.submit(plain, member))
    tenders = [{**tender, **odd} for tender in plain["meansOfPayment"]]
    items = [{**item, **odd} for item in plain["items"]]
    again = {**plain, **odd, "items": items, "meansOfPayment": tenders}
    same_sale(play.submit(again, {**member, **odd}, **odd), told)
    expect.success(play.register({**play.person().profile(), **odd}))
    expect.success(play.event(member, **odd))


def phones_in_any_form(play: Play) -> None:
    """Blanks and punctuation are dropped, when stored and when matched."""
    person = play.person()
    digits = person.phone
    written = f"+{digits[:2]} ({digits[2:5]}) {digits[5:8]}-{digits[8:10]}.{digits[10:]}"
    answer = play.register(person.profile(phoneNumber=written))
    expect.success(answer)
    expect.same(answer, "phoneNumber", documents.member(answer).get("phoneNumber"), digits)
    expect.success(play.details({"phoneNumber": digits}))
    found = play.details({"phoneNumber": written})
    expect.success(found)
    expect.same(found, "email", documents.member(found).get("email"), person.email)


def shortest_and_longest_phone(play: Play) -> None:
    """Whether or not somebody has it, the number is a number."""
    prefix = play.options.phone_prefix
    for digits in (6, 15):
        _found_or_not(play.details({"phoneNumber": prefix.ljust(digits, "0")[:digits]}))


def _found_or_not(answer: Answer) -> None:
    if not documents.is_success(answer):
        expect.refused(answer, "203")


def leading_zeros_stay(play: Play) -> None:
    person = play.person()
    expect.success(play.register(person.profile(phoneNumber=f"0{person.phone}")))
    expect.refused(play.details({"phoneNumber": person.phone}), "203")
    expect.success(play.details({"phoneNumber": f"0{person.phone}"}))


def emails_in_any_case(play: Play) -> None:
    """Compared without case and blanks around, kept as sent."""
    person = play.person()
    sent = person.email.replace("check", "Check")
    answer = play.register(person.profile(email=f" {sent} "))
    expect.success(answer)
    expect.same(answer, "email", documents.member(answer).get("email"), sent)
    found = play.details({"email": person.email.upper()})
    expect.success(found)
    expect.same(found, "email", documents.member(found).get("email"), sent)
