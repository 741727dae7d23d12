"""What a closed order is as a sale: worth what was paid for it, with money and with points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from adapter.core import programs
from adapter.core.orders.holding import worth
from adapter.core.orders.models import Order
from adapter.core.programs import ProgramTerms
from adapter.core.transactions import Item, Sale, Tender


def sale_of_closed(program: ProgramTerms, order: Order, paid_minor: int) -> Sale:
    """The sale an order became: its items come to what was paid, so that money earns and nothing
    else does, and none beyond what the order came to.
    """
    told = order.sale
    by_points = worth(program, order.reserved_minor)
    paid_minor = money_of(program, order, paid_minor)
    tenders = [Tender("money", paid_minor)]
    if by_points:
        tenders.append(Tender("points", by_points, is_loyalty=True))
    return replace(
        told,
        items=_worth_together(told.items, paid_minor + by_points),
        total_minor=paid_minor + by_points,
        tenders=tuple(tenders),
        opened_at=order.opened_at,
    )


def money_of(program: ProgramTerms, order: Order, paid_minor: int) -> int:
    """What of the money paid was for the order, which is worth no more than it came to."""
    return min(paid_minor, max(0, order.total_minor - worth(program, order.reserved_minor)))


def _worth_together(items: Sequence[Item], total_minor: int) -> tuple[Item, ...]:
    """These items, worth so much together: what a discount on the whole took off, each bears by
    its size. What no item can bear is a line of its own, which only rules for everything look at.
    """
    change = total_minor - sum(item.net_minor for item in items)
    if not change or not items:
        return tuple(items)
    sizes = [max(item.net_minor, 0) for item in items]
    if not any(sizes):
        rest = Item(name="", quantity=Decimal(1), net_minor=change)
        return (*items, rest)
    shares = programs.whole_shares([change * size for size in sizes], sum(sizes))
    return tuple(
        replace(item, net_minor=item.net_minor + share, gross_minor=_gross(item))
        for item, share in zip(items, shares, strict=True)
    )


def _gross(item: Item) -> int:
    return item.net_minor if item.gross_minor is None else item.gross_minor
