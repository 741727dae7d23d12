"""The objects of sections 4 and 5 as they should look; each function names what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from adapter.checks.exchange import NOTHING, Answer, Number
from adapter.checks.wire import objects

BARCODE_TYPES = ("EAN_8", "EAN_13", "CODE_128", "UPC_A", "QR_CODE")
_CHECKED_LENGTHS = {"EAN_8": 8, "EAN_13": 13, "UPC_A": 12}
_PLAIN = re.compile(r"-?(0|[1-9]\d*)(\.\d*[1-9])?", re.ASCII)
_WHOLE = re.compile(r"-?\d+", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def card(answer: Answer) -> dict[str, Any] | None:
    """The card in `{"card": {...}}`, if there is one."""
    found = _member(answer.document, "card")
    return found if isinstance(found, dict) else None


def card_number(answer: Answer) -> str | None:
    """The number of the card in the answer, if there is one."""
    number = (card(answer) or {}).get("cardNumber")
    if isinstance(number, Number):  # a wrong type is a fault of its own, not a missing card
        return number.text
    return number if isinstance(number, str) and number else None


def bonus(answer: Answer) -> dict[str, Any] | None:
    """The bonus of the card in the answer, if there is one."""
    found = (card(answer) or {}).get("bonus")
    return found if isinstance(found, dict) else None


def lots(answer: Answer) -> list[dict[str, Any]]:
    """The objects in `card.bonus.bonuses`."""
    return objects((bonus(answer) or {}).get("bonuses"))


def items(answer: Answer) -> list[dict[str, Any]]:
    """The objects in the array of purchases."""
    return objects(answer.document)


def reservation_form(answer: Answer) -> str | None:
    """The form (decision G1) in which a reserved number was sent, if it is one of the three."""
    if re.fullmatch(rb"[1-9][0-9]*", answer.body.strip()):
        return "bare"
    if isinstance(answer.document, str) and answer.document:
        return "string"
    return "object" if card_number(answer) else None


def reserved_number(answer: Answer) -> str | None:
    """The number in the answer to a reservation, in any form."""
    form = reservation_form(answer)
    if form == "bare":
        return answer.body.strip().decode("ascii")
    return answer.document if form == "string" else card_number(answer)


def card_faults(answer: Answer) -> Iterator[str]:
    """What is wrong with the card in the answer (4.1)."""
    if not isinstance(answer.document, dict):
        yield 'the document must be {"card": {...}}'
        return
    found = card(answer)
    if found is None:
        yield "'card' must be an object"
        return
    yield from _missing(found, ("cardNumber",), "card.")
    if found.get("cardState") not in ("active", "inactive"):
        yield f"card.cardState is {_shown(found.get('cardState'))}"
    barcode = found.get("barcode")
    yield from _missing(barcode, ("barcodeNumber",), "card.barcode.")
    if _member(barcode, "barcodeType") not in BARCODE_TYPES:
        yield f"card.barcode.barcodeType is {_shown(_member(barcode, 'barcodeType'))}"


def barcode_faults(answer: Answer) -> Iterator[str]:
    """A barcode that cannot be printed as what it says it is (G16)."""
    barcode = (card(answer) or {}).get("barcode")
    kind, number = _member(barcode, "barcodeType"), _member(barcode, "barcodeNumber")
    length = _CHECKED_LENGTHS.get(kind) if isinstance(kind, str) else None
    if length is None or not isinstance(number, str):
        return
    if len(number) != length or not re.fullmatch("[0-9]+", number):
        yield f"{kind} {number} must have {length} digits"
    elif _check_digit(number[:-1]) != number[-1]:
        yield f"{kind} {number} has a wrong check digit"


def bonus_faults(answer: Answer) -> Iterator[str]:
    """What is wrong with the bonus in the answer (4.2)."""
    found = bonus(answer)
    if found is None:
        yield "card.bonus must be an object"
        return
    total, available = decimal(found.get("total")), decimal(found.get("available"))
    if total is None or available is None:
        yield "card.bonus.total and .available must be numbers in strings"
    elif available > total:
        yield f"available {available} is more than total {total}"
    if not isinstance(found.get("bonuses"), list):
        yield "card.bonus.bonuses must be an array"
        return
    for lot in found["bonuses"]:
        yield from _missing(lot, ("description",), "bonuses[].", may_be_empty=True)
        if decimal(_member(lot, "amount")) is None:
            yield "bonuses[].amount must be a number in a string"
        until = _member(lot, "validUntil")
        if until is not NOTHING and not is_day(until):
            yield f"bonuses[].validUntil is {_shown(until)}"


def purchase_faults(answer: Answer) -> Iterator[str]:
    """What is wrong with the array of purchases (5.5), amounts apart."""
    if not isinstance(answer.document, list):
        yield "the document must be an array"
        return
    for item in answer.document:
        if not is_day(_member(item, "date")):
            yield f"date is {_shown(_member(item, 'date'))}"
        yield from _missing(item, ("item",))
        yield from _missing(item, ("location", "bonuses"), may_be_empty=True)
        if decimal(_member(item, "quantity")) is None:
            yield f"quantity is {_shown(_member(item, 'quantity'))}"


def amount_faults(answer: Answer) -> Iterator[str]:
    """Prices that are not a whole number of kopecks (5.5)."""
    for item in items(answer):
        amount = item.get("amount")
        if not isinstance(amount, str) or not _WHOLE.fullmatch(amount):
            yield f"amount is {_shown(amount)}, whole kopecks were expected"


def phone_list_faults(answer: Answer) -> Iterator[str]:
    """What is wrong with the answer of getAllUsers (5.10)."""
    if not isinstance(answer.document, list):
        yield "the document must be an array"
    elif not all(isinstance(phone, str) and phone for phone in answer.document):
        yield "each element must be a phone"


def people_list_faults(answer: Answer) -> Iterator[str]:
    """What is wrong with the answer of getAllUsersExtended (5.10)."""
    if not isinstance(answer.document, list):
        yield "the document must be an array"
        return
    for person in answer.document:
        yield from _missing(person, ("phone",), "[].")
        params = _member(person, "params")
        if not isinstance(params, list):
            yield "[].params must be an array"
            continue
        for param in params:
            yield from _missing(param, ("name",), "[].params[].")
            yield from _missing(param, ("value",), "[].params[].", may_be_empty=True)


def phones(answer: Answer) -> list[str]:
    """The phones in the answer of either list."""
    document = answer.document if isinstance(answer.document, list) else []
    found = [_member(entry, "phone") if isinstance(entry, dict) else entry for entry in document]
    return [phone for phone in found if isinstance(phone, str)]


def error_faults(answer: Answer) -> Iterator[str]:
    """What is wrong with the body of a refusal (2.4)."""
    document = answer.document
    if not isinstance(document, dict) or set(document) != {"code", "description"}:
        yield "the body must be an object with code and description, nothing else"
    elif not all(isinstance(value, str) for value in document.values()):
        yield "code and description must be strings"
    elif not document["code"]:
        yield "code is empty"


def error_code(answer: Answer) -> str | None:
    """The code of a refusal, if it has one."""
    code = _member(answer.document, "code")
    if isinstance(code, Number):  # wrongly typed, which is clause 2.5's to say
        return code.text
    return code if isinstance(code, str) else None


def numbers(answer: Answer) -> Iterator[str]:
    """Every string of the answer that stands for a number (section 8)."""
    found = bonus(answer) or {}
    values = [
        found.get("total"),
        found.get("available"),
        *(lot.get("amount") for lot in lots(answer)),
    ]
    for item in items(answer):
        values += [item.get("amount"), item.get("quantity"), item.get("bonuses") or "0"]
    yield from (value for value in values if isinstance(value, str))


def days(answer: Answer) -> Iterator[Any]:
    """Every value of the answer that stands for a day."""
    yield from (lot["validUntil"] for lot in lots(answer) if "validUntil" in lot)
    yield from (item["date"] for item in items(answer) if "date" in item)


def is_plain(number: str) -> bool:
    """Whether a number is written as section 8 recommends."""
    return bool(_PLAIN.fullmatch(number)) and number != "-0"


def is_day(value: Any) -> bool:
    """Whether the value is a day of the calendar, written YYYY-MM-DD."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def decimal(value: Any) -> Decimal | None:
    """The number in a string (or, wrongly typed, a JSON number), if it is a finite one."""
    text = value.text if isinstance(value, Number) else value
    if not isinstance(text, str):
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def shown_by(*purposes: str) -> Callable[[Answer], bool]:
    """Whether an answer is a success of one of these calls that shows something."""
    return lambda answer: bool(answer.purpose in purposes and answer.status == 200 and answer.body)


def _missing(
    value: Any, names: tuple[str, ...], place: str = "", *, may_be_empty: bool = False
) -> Iterator[str]:
    for name in names:
        found = _member(value, name)
        # Whether a leaf is a string is clause 2.5's to say.
        if isinstance(found, dict | list) or found in (NOTHING, None):
            yield f"{place}{name} is missing"
        elif found == "" and not may_be_empty:
            yield f"{place}{name} is empty"


def _member(value: Any, name: str) -> Any:
    return value.get(name, NOTHING) if isinstance(value, dict) else NOTHING


def _shown(value: Any) -> str:
    return "missing" if value in (NOTHING, None) else repr(str(value))


def _check_digit(digits: str) -> str:
    weighted = sum(int(digit) * (3 - 2 * (place % 2)) for place, digit in enumerate(digits[::-1]))
    return str(-weighted % 10)
