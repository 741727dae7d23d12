"""What a deal or a benefit takes off a basket, on values alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from adapter.core.programs import terms as read
from adapter.core.programs.basket import Basket, Line, Occasion
from adapter.core.programs.conditions import Cause, Conditions
from adapter.core.programs.rounding import Rounding, rounded

# To the smallest part of money; a half goes to the member.
ROUNDING = Rounding.HALF_UP


@dataclass(frozen=True, slots=True)
class Discount:
    """What it takes off, never below zero."""

    amount_minor: int


@dataclass(frozen=True, slots=True)
class Missing:
    """It does not apply, and this is why."""

    cause: Cause


@dataclass(frozen=True, slots=True)
class DiscountTerms:
    """What a deal or a benefit says about its discount; a gift that is only shown has none."""

    conditions: Conditions
    percent: Fraction | None = None
    amount_minor: int | None = None
    free_item: bool = False
    max_discount_minor: int | None = None

    @classmethod
    def of(cls, terms: Mapping[str, Any]) -> DiscountTerms:
        """The discount that these terms describe; other keys are left to others.

        Raises:
            ValueError: A value of theirs makes no sense, or there are two discounts.
        """
        found = cls(
            Conditions.of(terms),
            percent=read.number(terms, "percent"),
            amount_minor=read.whole(terms, "amount_minor"),
            free_item=read.flag(terms, "free_item"),
            max_discount_minor=read.whole(terms, "max_discount_minor"),
        )
        if sum((found.percent is not None, found.amount_minor is not None, found.free_item)) > 1:
            raise ValueError("more than one of percent, amount_minor and free_item")
        if found.percent is not None and not 0 < found.percent <= 100:
            raise ValueError("percent: not above 0 and up to 100")
        if found.amount_minor == 0:
            raise ValueError("amount_minor: nothing is taken off")
        return found

    @property
    def reduces(self) -> bool:
        """Whether there is a discount at all."""
        return self.percent is not None or self.amount_minor is not None or self.free_item


def reduce(terms: DiscountTerms, basket: Basket, occasion: Occasion) -> Discount | Missing:
    """What these terms take off this basket, or what keeps them from applying."""
    if cause := terms.conditions.missing(basket, occasion):
        return Missing(cause)
    if not terms.reduces:
        return Discount(0)
    lines = [line for line in terms.conditions.lines(basket) if line.net_minor > 0]
    # A basket without lines has a price, but nothing in it could be given away.
    if not lines or (terms.free_item and not basket.lines):
        return Missing("items")
    amount = min(_amount(terms, lines), max(basket.worth_minor, 0))
    if terms.max_discount_minor is not None:
        amount = min(amount, terms.max_discount_minor)
    return Discount(amount)


def total(discounts: Iterable[Discount], basket: Basket) -> int:
    """What these take off together: never more than the basket is worth."""
    together = sum(discount.amount_minor for discount in discounts)
    return min(together, max(basket.worth_minor, 0))


def _amount(terms: DiscountTerms, lines: Sequence[Line]) -> int:
    if terms.free_item:
        return min(map(_price_of_one, lines))
    worth = sum(line.net_minor for line in lines)
    if terms.percent is not None:
        return rounded(terms.percent * worth / 100, ROUNDING)
    return min(terms.amount_minor or 0, worth)


def _price_of_one(line: Line) -> int:
    # Half a pound of tea is not two pounds' worth: below one there is only the whole line.
    if line.quantity < 1:
        return line.net_minor
    return rounded(line.net_minor / Fraction(line.quantity), ROUNDING)
