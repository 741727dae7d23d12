"""What a till says of a basket, in the words of its protocol (4.6 to 4.9)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from adapter.demo.goods import goods

Line = dict[str, Any]
Receipt = dict[str, Any]


def now() -> str:
    """This instant, as a till writes it (3.2)."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


def line(code: str, *, off: int = 0, is_return: bool = False) -> Line:
    """One thing off the shelf, with so much taken off its price."""
    told = goods(code)
    return {
        "code": code,
        "name": told.name,
        "departmentCode": told.department,
        "quantity": 1,
        "grossAmount": told.price,
        "netAmount": told.price - off,
        **({"action": "return"} if is_return else {}),
    }


def receipt(
    reference: str, lines: Sequence[Line], *, back_of: str | None = None, **tenders: int
) -> Receipt:
    """A receipt over these lines, paid as `tenders` say; `back_of` is the sale goods came from."""
    signed = [-line["grossAmount"] if "action" in line else line["grossAmount"] for line in lines]
    return {
        "transactionId": reference,
        "dateTime": now(),
        "totalAmount": sum(signed),
        **({"relatedTransactionId": back_of} if back_of else {}),
        "items": [{"lineId": str(number), **line} for number, line in enumerate(lines, 1)],
        "meansOfPayment": [
            {"type": kind.upper(), "amount": amount} for kind, amount in tenders.items()
        ],
    }


def payment(member: dict[str, str], sale: Receipt, amount: int) -> dict[str, Any]:
    """The wish to pay a part of a sale with points; which part is what is left to the till."""
    head = {key: sale[key] for key in ("transactionId", "dateTime", "totalAmount")}
    return {
        "member": member,
        "payment": {"action": "pay", "amount": amount},
        "transaction": head,
    }
