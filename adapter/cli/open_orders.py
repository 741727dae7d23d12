"""The orders of a member that a till has open, and what is set aside for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapter.cli.output import money
from adapter.core import orders, payments
from adapter.core.amounts import Amount
from adapter.core.members import Member
from adapter.core.orders import Order
from adapter.core.programs import ProgramTerms
from adapter.db import Work


def open_orders(work: Work, member: Member, terms: ProgramTerms) -> Iterator[dict[str, Any]]:
    """The open orders, the oldest first; of those whose time is over only such as hold points
    still.
    """
    held = {one.id for one in payments.held(work, [member.id])}
    for order in orders.open_of(work, member.id):
        is_lapsed = order.has_lapsed(work.now)
        if not is_lapsed or order.reservation_id in held:
            yield _facts(order, terms) | {"state": "lapsed" if is_lapsed else "open"}


def _facts(order: Order, terms: ProgramTerms) -> dict[str, Any]:
    return {
        "id": str(order.id),
        "opened_at": order.opened_at,
        "deadline": order.deadline,
        "reference": order.reference,
        "parent_reference": order.parent_reference,
        "channel": order.source,
        "outlet": order.outlet_code,
        "terminal": order.terminal,
        "actor": order.actor,
        "total_minor": order.total_minor,
        "total": money(order.total_minor, terms.currency),
        "discount_minor": order.discount_minor or 0,
        "discount": money(order.discount_minor or 0, terms.currency),
        "set_aside": str(Amount(order.reserved_minor, terms.points)),
    }
