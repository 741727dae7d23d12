"""Points that a cancelled sale or a return should have taken back, and that had been spent."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from adapter.core import ledger
from adapter.core.amounts import Amount
from adapter.core.errors import AlreadyReversed
from adapter.core.ledger import Details, EntryKind, Purse, Role
from adapter.core.origins import Origin, Place
from adapter.core.transactions import Transaction
from adapter.db import Work

TAKING_LATE = "shortfall"
GIVING_BACK = "shortfall given back"


def settle_shortfalls(
    work: Work,
    purse: Purse,
    owing: Iterable[Transaction],
    *,
    back: int,
    since: datetime,
    reference: str,
    place: Place,
) -> None:
    """Take what these sales still have to take back out of points that are back and were away
    `since` then: spent, or set aside. `reference` names how they came back.

    So it does not matter in which order a sale and the payment made with its points are cancelled.
    What is earned later is not touched, nor is a payment made with that.
    """
    for transaction in owing:
        if (transaction.cancelled_at or transaction.recorded_at) < since:
            continue
        held = ledger.lock_holdings(work, purse)
        minor = min(transaction.shortfall_minor, back, held.available(purse.unit).minor)
        if minor <= 0:
            return
        back -= minor
        details = Details(
            kind=EntryKind.RETURN,
            reason=_reason(transaction),
            origin=origin_of(transaction, reference),
            place=place,
        )
        ledger.take(work, held, purse, Amount(minor, purse.unit), details, target=Role.RETURNED)
        transaction.shortfall_minor -= minor
        work.session.flush()


def _reason(transaction: Transaction) -> str:
    if transaction.confirmation_code is None and transaction.related_reference:
        return f"Purchase {transaction.related_reference} refunded"  # the reference is one of ours
    return f"Purchase {transaction.reference} cancelled"


def give_back_late(work: Work, purse: Purse, transaction: Transaction, *, place: Place) -> None:
    """Undo what was taken late for a sale: it is cancelled, and had nothing to take."""
    told = origin_of(transaction, "")
    for late in ledger.by_origins(work, purse, told, since=transaction.recorded_at):
        details = Details(
            kind=EntryKind.REVERSAL,
            reason=f"{late.reason}, given back",
            origin=replace(told, operation=GIVING_BACK, reference=late.origin_reference or ""),
            place=place,
        )
        with suppress(AlreadyReversed):  # by hand
            ledger.reverse(work, purse, late, details)


def origin_of(transaction: Transaction, reference: str) -> Origin:
    """What names the entry that took late what a sale should have taken."""
    code = transaction.confirmation_code or transaction.reference
    return Origin(transaction.source, TAKING_LATE, f"{code}/{reference}")
