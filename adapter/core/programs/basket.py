"""What is bought, and the circumstances: the values that earn rules and discounts look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a basket; `reference` is how the till calls it, unique within the basket."""

    reference: str
    code: str
    quantity: Decimal
    net_minor: int  # the whole line after its discounts; negative where goods came back
    department: str = ""
    name: str = ""
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Basket:
    """What is bought or brought back at once."""

    lines: tuple[Line, ...]
    total_minor: int  # what it is worth where it has no lines
    loyalty_minor: int = 0  # the part paid with points or credit, which earns nothing
    tags: frozenset[str] = frozenset()

    @property
    def parts(self) -> tuple[Line, ...]:
        """Its lines; where it has none, one without a code that is worth the whole."""
        return self.lines or (nameless(self.total_minor),)

    @property
    def worth_minor(self) -> int:
        """What it costs, however it is paid."""
        return sum(line.net_minor for line in self.parts)

    @property
    def base_minor(self) -> int:
        """What is left of its worth to earn points: all that loyalty did not pay."""
        return self.worth_minor - self.loyalty_minor


@dataclass(frozen=True, slots=True)
class Occasion:
    """Who, where and when: what conditions ask for besides the basket."""

    at: datetime  # local time of the program, aware
    outlet_code: str = ""
    tier: str | None = None
    segments: frozenset[str] = frozenset()


def nameless(net_minor: int) -> Line:
    """Money that no line names: only a rule for everything looks at it."""
    return Line(reference="", code="", quantity=Decimal(1), net_minor=net_minor)
