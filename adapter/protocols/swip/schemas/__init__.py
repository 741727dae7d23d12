"""The shapes of what tills send."""

from adapter.protocols.swip.schemas import orders
from adapter.protocols.swip.schemas.customers import Lookup, Signup

__all__ = ["Lookup", "Signup", "orders"]
