"""How amounts, days and instants are written in the language of a request."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import cast

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from flask import g

from adapter.admin import i18n
from adapter.admin.words import channel_words, reason_words
from adapter.core.amounts import Amount, Unit
from adapter.core.programs import ProgramTerms, local_time, money_decimals
from adapter.core.support import Say, told_in


class _Say(Say):
    """What the core says, in the language of this request."""

    def __call__(self, text: str) -> str:
        """A sentence, or a part of one."""
        return i18n.gettext(text)

    def counted(self, one: str, many: str, number: int) -> str:
        """A sentence about so many."""
        return i18n.ngettext(one, many, number)

    def reason(self, reason: str) -> str:
        """Why something moved."""
        return reason_words(reason)

    def channel(self, channel: str) -> str:
        """Through what something came."""
        return channel_words(channel)

    def moment(self, instant: datetime, zone: tzinfo) -> str:
        """An instant to the minute."""
        return shown_moment(instant)

    def day(self, day: date) -> str:
        """A day of the calendar."""
        return shown_day(day)

    def number(self, number: Decimal) -> str:
        """A number, exactly."""
        # Rounding to very many decimals is beyond the arithmetic that does it.
        return str(
            format_decimal(
                number, format="#,##0.#", locale=i18n.locale(), decimal_quantization=False
            )
        )

    def money(self, minor: int, currency: str) -> str:
        """Money, in whole units of its currency."""
        decimals = money_decimals(currency)
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        whole = Decimal(minor).scaleb(-decimals)
        return f"{format_decimal(whole, format=pattern, locale=i18n.locale())} {currency}"


SAY = _Say()


def zone() -> tzinfo:
    """By which clocks times are shown: those of the program, if the page is of one."""
    return _program().timezone if g.get("console_program") else UTC


def shown_moment(instant: datetime | None, *, seconds: bool = False) -> str:
    """An instant as it is written in this language, by the program's clocks."""
    if instant is None:
        return ""
    local = local_time(instant, zone())
    time = format_datetime(local, format="HH:mm:ss" if seconds else "HH:mm")
    return f"{shown_day(local.date())}, {time}"


def shown_day(day: date | None) -> str:
    """A day of the calendar."""
    return str(format_date(day, format="medium", locale=i18n.locale())) if day else ""


def shown_amount(amount: Amount | None, *, signed: bool = False, named: bool = False) -> str:
    """An amount: of points the number, and if it is to be `named` the word that goes with so many;
    of money the currency too.
    """
    if amount is None:
        return ""
    said = SAY.amount(amount, _program().currency, named=named)
    return f"+{said}" if signed and amount.minor > 0 else said


def shown_money(minor: int, *, signed: bool = False) -> str:
    """Money of the program's currency."""
    return f"{'+' if signed and minor > 0 else ''}{SAY.money(minor, _program().currency)}"


def shown_number(number: Decimal | int | None, *, decimals: int = 0) -> str:
    """A number as it is written in this language."""
    if number is None:
        return ""
    pattern = "#,##0" + ("." + "#" * decimals if decimals else "")
    return str(format_decimal(number, format=pattern, locale=i18n.locale()))


def plain_amount(amount: Amount) -> str:
    """An amount for a file: a bare number, of money in whole units of the currency."""
    return str(Amount(amount.minor, told_in(amount.unit, _program().currency)))


def read_amount(text: str, unit: Unit) -> Amount:
    """What was typed of a unit; of money in whole units of the currency.

    Raises:
        InvalidAmount: It is no number of it.
    """
    return Amount(Amount.parse(text, told_in(unit, _program().currency)).minor, unit)


def _program() -> ProgramTerms:
    return cast(ProgramTerms, g.console_program)
