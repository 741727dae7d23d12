"""Orders: kept open for a till; a member may be bound to one, and points set aside; closed once."""

from adapter.core.orders.holding import set_aside
from adapter.core.orders.models import Order, OrderState
from adapter.core.orders.operations import bind, close, start
from adapter.core.orders.queries import find, of_parent, open_of, verify
from adapter.core.orders.refunds import refund

__all__ = [
    "Order",
    "OrderState",
    "bind",
    "close",
    "find",
    "of_parent",
    "open_of",
    "refund",
    "set_aside",
    "start",
    "verify",
]
