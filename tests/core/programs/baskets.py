"""Makes baskets, occasions and rules for the tests of what purchases earn and save."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from adapter.core.amounts import POINTS
from adapter.core.programs.basket import Basket, Line, Occasion
from adapter.core.programs.earn_terms import EarnTerms
from adapter.core.programs.earning import Earnings, earn

MOSCOW = ZoneInfo("Europe/Moscow")
_references = count(1)


def line(code: str = "TEA", net_minor: int = 1000, **changes: Any) -> Line:
    """A line of one piece, with a reference of its own."""
    changes["quantity"] = Decimal(changes.get("quantity", 1))
    changes["tags"] = frozenset(changes.get("tags", ()))
    reference = changes.pop("reference", None) or f"line-{next(_references)}"
    return Line(reference=reference, code=code, net_minor=net_minor, **changes)


def basket(*lines: Line, total_minor: int = 0, loyalty_minor: int = 0, **changes: Any) -> Basket:
    """These lines, or a bare total."""
    return Basket(lines, total_minor, loyalty_minor, frozenset(changes.get("tags", ())))


def occasion(at: str = "2026-05-04 10:00", **changes: Any) -> Occasion:
    """A Monday morning in Moscow, unless said otherwise."""
    local = datetime.fromisoformat(at).replace(tzinfo=MOSCOW)
    changes["segments"] = frozenset(changes.get("segments", ()))
    return Occasion(at=local, **changes)


def spending(code: str = "base", rate: str = "0.1", **terms: Any) -> EarnTerms:
    """A rule of so many points per major unit, in its third version."""
    return EarnTerms.of(code, 3, "spending", {"points_per_unit": rate, **terms})


def multiplier(code: str, factor: str, **terms: Any) -> EarnTerms:
    """A rule of so many times the points, in its fifth version."""
    return EarnTerms.of(code, 5, "multiplier", {"factor": factor, **terms})


def earned(rules: list[EarnTerms], bought: Basket, **changes: Any) -> Earnings:
    """What these rules give for a basket, in a currency and with points of two decimals."""
    given: dict[str, Any] = {"points": POINTS, "money_decimals": 2, "given_today": {}}
    then = changes.pop("then", None) or occasion()
    return earn(rules, bought, then, **given | changes)


def returned(bought: Basket) -> Basket:
    """The same goods coming back, and what loyalty paid of them with them."""
    lines = tuple(
        line(one.code, -one.net_minor, department=one.department, tags=one.tags)
        for one in bought.lines
    )
    return Basket(lines, -bought.total_minor, -bought.loyalty_minor, bought.tags)
