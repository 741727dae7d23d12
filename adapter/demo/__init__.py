"""A retailer's program in a fresh database, and a platform that calls it, for everybody to see."""

from adapter.demo.show import Wanted, run

__all__ = ["Wanted", "run"]
