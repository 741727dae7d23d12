"""What tests are about, made with defaults that are valid: say only what matters."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterable
from copy import copy
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from adapter import audit
from adapter.core import (
    benefits,
    cards,
    ledger,
    members,
    partners,
    payments,
    programs,
    sales,
    transactions,
)
from adapter.core.amounts import CREDIT, POINTS, Amount
from adapter.core.benefits import Benefit, Grant, PromoCode
from adapter.core.cards import Card, CardState
from adapter.core.ledger import Details, Entry, EntryKind, Purse, Role, Terms
from adapter.core.members import IdentityKind, Member, MemberStatus, Profile
from adapter.core.origins import Origin, Place
from adapter.core.partners import Credential
from adapter.core.payments import Reservation
from adapter.core.programs import EarnRule, ProgramTerms
from adapter.core.sales import Outcome
from adapter.core.transactions import Item, Sale, Transaction
from adapter.db import Work

PLACE = Place(channel="test", outlet_code="BR001", terminal="POS001")
PEPPER = b"p" * 32
_numbers = itertools.count(1)


def later(work: Work, so_much: timedelta = timedelta(), **by: float) -> Work:
    """The same unit of work at a later instant: `later(work, days=3)`."""
    after = copy(work)
    after.now = work.now + so_much + timedelta(**by)
    return after


def points(text: str | int) -> Amount:
    """So many points."""
    return Amount.parse(text, POINTS)


def make_program(
    work: Work, *, card_numbers: dict[str, Any] | None = None, **settings: Any
) -> ProgramTerms:
    """A new program with these settings."""
    program = programs.put(
        work, code=f"P{next(_numbers)}", settings=settings, card_numbers=card_numbers or {}
    )
    return program.terms()


def phone() -> str:
    """A phone that nobody has yet."""
    return f"7900{next(_numbers):07}"


def make_member(
    work: Work,
    program: ProgramTerms,
    *,
    status: MemberStatus = MemberStatus.ACTIVE,
    identities: Iterable[tuple[IdentityKind, str]] = (),
    **profile: Any,
) -> Member:
    """A new member, who has a phone of their own unless told otherwise."""
    profile = {"phone": phone()} | profile
    return members.register(
        work, program.id, Profile(**profile), place=PLACE, status=status, identities=identities
    )


def purse_of(program: ProgramTerms, member: Member, **changes: Any) -> Purse:
    """The points of a member."""
    return replace(Purse(program.id, member.id, program.points), **changes)


def make_purse(work: Work, **changes: Any) -> Purse:
    """The points of a new member of a new program."""
    program = make_program(work)
    return purse_of(program, make_member(work, program), **changes)


def origin(reference: str, content: str = "", operation: str = "sale") -> Origin:
    """An origin of the tests' own till."""
    return Origin("test", operation, reference, content)


def give_points(
    work: Work,
    purse: Purse,
    amount: str | int = 100,
    *,
    reason: str = "Purchase",
    origin: Origin | None = None,
    occurred_at: datetime | None = None,
    active_from: datetime | None = None,
    expires_at: datetime | None = None,
) -> Entry:
    """Points earned: pending if they become active later."""
    is_pending = active_from is not None and active_from > work.now
    return ledger.transfer(
        work,
        purse,
        Amount.parse(amount, purse.unit),
        Details(EntryKind.ACCRUAL, reason, origin, PLACE, occurred_at),
        source=Role.ISSUED,
        target=Role.PENDING if is_pending else Role.SPENDABLE,
        terms=Terms(active_from, expires_at),
    )


def spend_points(
    work: Work, purse: Purse, amount: str | int = 100, *, origin: Origin | None = None
) -> Entry:
    """Points spent at once."""
    return ledger.transfer(
        work,
        purse,
        Amount.parse(amount, purse.unit),
        Details(EntryKind.REDEMPTION, "Payment", origin, PLACE),
        source=Role.SPENDABLE,
        target=Role.REDEEMED,
    )


def reverse(
    work: Work,
    purse: Purse,
    entry: Entry,
    *,
    origin: Origin | None = None,
    down_to_zero: bool = False,
) -> Entry:
    """An entry undone."""
    details = Details(EntryKind.REVERSAL, "Return", origin, PLACE)
    return ledger.reverse(work, purse, entry, details, down_to_zero=down_to_zero)


def reserve_points(
    work: Work,
    purse: Purse,
    amount: str | int = 100,
    *,
    deadline: datetime | None = None,
    origin: Origin | None = None,
) -> Reservation:
    """Points set aside."""
    details = Details(EntryKind.RESERVATION, "Payment", origin, PLACE)
    wanted = Amount.parse(amount, purse.unit)
    return payments.reserve(work, purse, wanted, details, deadline=deadline)


def capture(work: Work, reservation: Reservation, *, origin: Origin | None = None) -> Reservation:
    """A reservation whose points are spent."""
    details = Details(EntryKind.CAPTURE, "Payment", origin, PLACE)
    return payments.capture(work, reservation.id, details)


def release(work: Work, reservation: Reservation, *, origin: Origin | None = None) -> Reservation:
    """A reservation whose points are free again."""
    details = Details(EntryKind.RELEASE, "Payment", origin, PLACE)
    return payments.release(work, reservation.id, details)


def make_card(
    work: Work,
    program: ProgramTerms,
    member: Member | None = None,
    *,
    number: str | None = None,
    state: CardState | None = None,
    **changes: Any,
) -> Card:
    """A card: of this member and active, or a free number of the pool."""
    return cards.add(
        work,
        program.id,
        number=number or f"55{next(_numbers):08}",
        state=state or (CardState.ACTIVE if member else CardState.RESERVED),
        member_id=member and member.id,
        place=PLACE,
        **changes,
    )


def make_code(
    work: Work,
    program: ProgramTerms,
    *,
    code: str = "SPRING25",
    amount: str | int = 50,
    uses: int | None = None,
    expires_at: datetime | None = None,
    member_id: uuid.UUID | None = None,
) -> PromoCode:
    """A promo code, for everybody and for ever."""
    return benefits.put_code(
        work,
        program.id,
        code=code,
        points_minor=Amount.parse(amount, program.points).minor,
        uses=uses,
        expires_at=expires_at,
        member_id=member_id,
    )


def make_transaction(
    work: Work,
    program: ProgramTerms,
    member: Member | None,
    *,
    reference: str | None = None,
    occurred_at: datetime | None = None,
    items: Iterable[Item] = (Item("Coffee", Decimal(1), 25000),),
    place: Place = PLACE,
) -> Transaction:
    """A sale of one coffee."""
    sale = Sale(reference or f"R-{next(_numbers)}", occurred_at or work.now, tuple(items))
    member_id = member and member.id
    said = transactions.digest_of(sale, member_id)
    transactions.record(work, program.id, sale, place=place, member_id=member_id)
    return transactions.repeated(work, program.id, sale.reference, said=said, place=place)


def make_rule(
    work: Work,
    program: ProgramTerms,
    *,
    code: str = "base",
    kind: str = "spending",
    **terms: Any,
) -> EarnRule:
    """An earn rule: a point for each major unit of money, unless told otherwise."""
    terms = ({"points_per_unit": "1"} if kind == "spending" else {}) | terms
    rule = programs.put_rule(work, program.id, code=code, kind=kind, terms=terms)
    work.session.flush()
    return rule


def make_benefit(
    work: Work, program: ProgramTerms, member: Member, *, key: str | None = None, **changes: Any
) -> Benefit:
    """A benefit of a member, to be used once."""
    key = key or f"as_{next(_numbers)}"
    return benefits.grant(work, program.id, Grant(member.id, key, **{"name": "Tea"} | changes))


def line(code: str = "TEA", net_minor: int = 1000, **changes: Any) -> Item:
    """One line of a sale, with a reference of its own."""
    told = {"name": code.title(), "quantity": Decimal(1), "reference": f"line-{next(_numbers)}"}
    return Item(code=code, net_minor=net_minor, **told | changes)


def bought(
    work: Work, *items: Item, reference: str | None = None, at: datetime | None = None, **more: Any
) -> Sale:
    """What a till reports: these items, or a tea for ten."""
    reference = reference or f"R-{next(_numbers)}"
    return Sale(reference, at or work.now, items or (line(),), **more)


def submit(
    work: Work, program: ProgramTerms, member: Member | None, sale: Sale, **more: Any
) -> Outcome:
    """A sale told at the tests' own till."""
    return sales.submit(work, program, member, sale, **{"place": PLACE} | more)


def cancel_sale(work: Work, program: ProgramTerms, outcome: Outcome, **more: Any) -> Outcome:
    """A sale undone at the tests' own till."""
    code = outcome.transaction.confirmation_code or ""
    return sales.cancel(work, program, code, **{"place": PLACE} | more)


def give_credit(work: Work, program: ProgramTerms, member: Member, minor: int) -> Entry:
    """So much money, to pay with."""
    return give_points(work, purse_of(program, member, unit=CREDIT), minor)


def balances(work: Work, program: ProgramTerms, member: Member) -> dict[str, int]:
    """What a member has available of points and of credit, in their smallest parts."""
    return payments.balances(ledger.holdings(work, member.id), program)


def counted(work: Work, member: Member) -> tuple[int, int]:
    """How often a member bought, and for how much."""
    work.session.flush()
    found = work.session.get(members.Counters, member.id, populate_existing=True)
    return (found.visits, found.spent_minor) if found else (0, 0)


def make_credential(
    work: Work, program: ProgramTerms, *, secret: str = "open:sesame", **settings: Any
) -> Credential:
    """What a platform of the protocol `test` identifies by."""
    return partners.create_credential(
        work,
        program.id,
        protocol="test",
        name="wallet",
        digest=partners.digest(PEPPER, "test", secret),
        settings=settings,
    )


def findings(work: Work) -> list[str]:
    """Whatever does not agree in the ledger or with what stands on it; nothing, in sound books."""
    work.session.flush()
    work.session.expire_all()
    return [str(finding) for finding in audit.findings(work)]
