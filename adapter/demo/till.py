"""A purchase at a till, told to the core directly."""

from __future__ import annotations

from decimal import Decimal

from adapter.core import cards, ledger, programs, transactions
from adapter.core.amounts import Amount
from adapter.core.ledger import Details, EntryKind, Purse, Role, Terms
from adapter.core.origins import Origin, Place
from adapter.core.programs import ProgramTerms
from adapter.core.transactions import Item
from adapter.db import Database, Work

REFERENCE = "R-TODAY-1"
PLACE = Place(channel="demo", outlet_code="BR001", terminal="BR001-1", actor="кассир 7")


def sale(database: Database, terms: ProgramTerms, number: str) -> None:
    """One bag of coffee: points are earned on the sale, and a hundred are spent on it."""

    def unit(work: Work) -> None:
        holder = cards.held_by(work, terms.id, number, lock=True)
        purse = Purse(terms.id, holder.id, terms.points)
        earned, spent = Amount.parse("64.95", terms.points), Amount.parse("100", terms.points)
        bag = Item("Кофе зерновой 1 кг", Decimal(1), 129900, points_minor=earned.minor)
        transactions.record(
            work,
            terms.id,
            reference=REFERENCE,
            occurred_at=work.now,
            items=[bag],
            place=PLACE,
            member_id=holder.id,
        )
        days = terms.settings.points_expire_after_days
        ledger.transfer(
            work,
            purse,
            earned,
            _details(EntryKind.ACCRUAL, "Покупка на Садовой"),
            source=Role.ISSUED,
            target=Role.SPENDABLE,
            terms=Terms(expires_at=programs.expiry_of_points(work.now, days, terms.timezone)),
        )
        ledger.transfer(
            work,
            purse,
            spent,
            _details(EntryKind.REDEMPTION, "Оплата баллами"),
            source=Role.SPENDABLE,
            target=Role.REDEEMED,
        )

    database.run(unit)


def _details(kind: EntryKind, reason: str) -> Details:
    origin = Origin(PLACE.channel, kind, REFERENCE)
    return Details(kind=kind, reason=reason, origin=origin, place=PLACE)
