"""SWiP's words and ours: plain tables and pure functions."""

from adapter.protocols.swip.mapping import customers, orders

__all__ = ["customers", "orders"]
