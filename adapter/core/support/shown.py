"""Amounts, moments and money as people read them, and how another language says them."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from decimal import Decimal

from adapter.core.amounts import CREDIT, POINTS, Amount, Unit
from adapter.core.programs import local_time, money_decimals

POINT = ("{number} point", "{number} points")


class Say:
    """How sentences are said: as they are written here, which is in English, with days as ISO has
    them. What stands in braces is filled in afterwards.
    """

    def __call__(self, text: str) -> str:
        """A sentence, or a part of one."""
        return text

    def counted(self, one: str, many: str, number: int) -> str:
        """A sentence about a thing, or about so many."""
        return one if number == 1 else many

    def reason(self, reason: str) -> str:
        """Why something moved, as the ledger keeps it."""
        return reason

    def channel(self, channel: str) -> str:
        """Through what something came."""
        return channel

    def moment(self, instant: datetime, zone: tzinfo) -> str:
        """An instant to the minute."""
        return moment(instant, zone)

    def day(self, day: date) -> str:
        """A day of the calendar."""
        return day.isoformat()

    def number(self, number: Decimal) -> str:
        """A number, exactly."""
        return format(number, "f")

    def money(self, minor: int, currency: str) -> str:
        """Money, in whole units of its currency."""
        return money(minor, currency)

    def points(self, number: Decimal) -> str:
        """So many points: `1 point`, `2.5 points`."""
        return self.counted(*POINT, counted(number)).format(number=self.number(number))

    def amount(self, amount: Amount, currency: str, *, named: bool = False) -> str:
        """An amount; of what, is said if it is to be named. Money always says so."""
        if amount.unit.code == CREDIT.code:
            return self.money(amount.minor, currency)
        number = Decimal(str(amount))
        if named and amount.unit.code == POINTS.code:
            return self.points(number)
        return f"{self.number(number)} {amount.unit.code}" if named else self.number(number)


PLAIN = Say()


def counted(number: Decimal) -> int:
    """By which whole number a number is counted: parts of a thing as two of them are."""
    return abs(int(number)) if number == number.to_integral_value() else 2


def told_in(unit: Unit, currency: str) -> Unit:
    """A unit as people count in it: money in whole units of its currency."""
    return Unit(unit.code, money_decimals(currency)) if unit.code == CREDIT.code else unit


def moment(instant: datetime | None, zone: tzinfo) -> str:
    """An instant to the minute, by the clocks of a zone."""
    return f"{local_time(instant, zone):%Y-%m-%d %H:%M}" if instant else ""


def money(minor: int, currency: str) -> str:
    """An amount of money as people write it: `18.60 RUB`."""
    decimals = money_decimals(currency)
    return f"{Decimal(minor).scaleb(-decimals):.{decimals}f} {currency}"
