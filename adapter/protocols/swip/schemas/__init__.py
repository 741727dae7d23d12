"""The shapes of what tills send."""

from adapter.protocols.swip.schemas import orders
from adapter.protocols.swip.schemas.customers import Signup

__all__ = ["Signup", "orders"]
