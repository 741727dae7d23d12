"""Orders: what a till tells of one, and what it is told (§8.3, §8.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from adapter.core import members, programs
from adapter.core.amounts import Amount
from adapter.core.members import IdentityKind, Member
from adapter.core.orders import Order, OrderState
from adapter.core.programs import ProgramTerms
from adapter.core.transactions import Item, Sale
from adapter.protocols.swip.mapping.customers import points

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OPEN, LOYALTY_CALCULATION, CLOSED = "OPEN", "LOYALTY_CALCULATION", "CLOSED"

Given = Mapping[str, Any]


def sale(given: Given, *, merchant: str) -> Sale:
    """The sale an order is of. What only the till understands goes into `vendor_data`."""
    return Sale(
        reference=given["reference"],
        occurred_at=given["occurred_at"],
        total_minor=given["total_minor"],
        items=[_item(line) for line in given["purchases"]],
        vendor_data={
            "merchant": merchant,
            "number": given["number"],
            "cashier_id": given["cashier_id"],
            "session_code": given["session_code"],
            "lines": [
                {name: line[name] for name in ("parent_id", "unit", "price_minor")}
                for line in given["purchases"]
            ],
        },
    )


def _item(line: Given) -> Item:
    return Item(
        reference=line["id"] or "",
        code=line["product_id"] or "",
        name=line["name"],
        quantity=line["quantity"],
        net_minor=line["amount_minor"],
    )


def is_of(order: Order, merchant: str) -> bool:
    """Whether it is this merchant's: several may have one program, and orders of their own."""
    return bool(order.vendor_data["merchant"] == merchant)


def whole_points(number: int, program: ProgramTerms) -> Amount:
    """So many whole points."""
    return Amount(number * 10**program.points.decimals, program.points)


def order_as_sent(
    order: Order, program: ProgramTerms, *, now: datetime, available: Amount
) -> dict[str, Any]:
    """§8.4: the order with all of its keys; `available` is what its customer has."""
    has_lapsed = order.has_lapsed(now)
    told = order.vendor_data
    return {
        "merchantOrderId": order.reference,
        "merchantCashier": order.actor,
        "saleDate": (order.occurred_at - EPOCH) // timedelta(milliseconds=1),
        "total": money(order.total_minor, program),
        "totalOriginal": money(order.gross_minor, program),
        "purchases": _purchases_as_sent(order, program),
        "merchantOrderNumber": told["number"],
        "merchantCashierId": told["cashier_id"],
        "sessionCode": told["session_code"] or str(order.id),
        "parentRefId": order.parent_reference,
        "id": str(order.id),
        "status": _status(order, has_lapsed=has_lapsed),
        "customer": customer_as_sent(order.member) if order.member else None,
        "points": points(available),
        "discount": money(order.discount_minor or 0, program),
        "pointsApplied": 0 if has_lapsed else points(Amount(order.reserved_minor, program.points)),
        "amount": _paid(order, program, has_lapsed=has_lapsed),
        "refunded": money(order.refunded_minor, program),
    }


def bill_as_sent(
    parent_reference: str, orders: Sequence[dict[str, Any]], available: Amount
) -> dict[str, Any]:
    """§8.3: the open checks of a bill, and what their customer has available."""
    return {"parentRefId": parent_reference, "points": points(available), "orders": list(orders)}


def customer_as_sent(member: Member) -> dict[str, str]:
    """Who it is, in the words of §6.2."""
    phone = member.identity(IdentityKind.PHONE)
    return {
        "name": members.full_name(member.first_name, member.last_name),
        "phone": phone.value if phone else "",
    }


def money(minor: int, program: ProgramTerms) -> Decimal:
    """A sum in whole roubles with its kopecks: `410.00`."""
    return Decimal(minor).scaleb(-programs.money_decimals(program.currency))


def _status(order: Order, *, has_lapsed: bool) -> str:
    if has_lapsed or order.state == OrderState.CLOSED:
        return CLOSED
    return LOYALTY_CALCULATION if order.reserved_minor else OPEN


def _paid(order: Order, program: ProgramTerms, *, has_lapsed: bool) -> Decimal | None:
    """What was paid: nothing for an order that nobody closed in time (D27)."""
    if has_lapsed:
        return money(0, program)
    return None if order.paid_minor is None else money(order.paid_minor, program)


def _purchases_as_sent(order: Order, program: ProgramTerms) -> list[dict[str, Any]]:
    return [
        {
            "id": item.reference or None,
            "parentId": line["parent_id"],
            "productId": item.code or None,
            "name": item.name,
            "quantity": item.quantity,
            "unit": line["unit"],
            "price": money(line["price_minor"], program),
            "amount": money(item.net_minor, program),
        }
        for item, line in zip(order.sale.items, order.vendor_data["lines"], strict=True)
    ]
