"""Setting points aside, and letting them go one way or the other."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select

from adapter.core import ledger, transactions
from adapter.core.amounts import POINTS, Amount, Unit
from adapter.core.errors import AlreadyReversed, NotFound, ReservationClosed
from adapter.core.ledger import Details, Entry, EntryKind, Finding, Purse, Role
from adapter.core.origins import Origin, Place
from adapter.core.payments.models import Reservation, ReservationState
from adapter.core.payments.shortfalls import settle_shortfalls
from adapter.db import Work
from adapter.db.statements import constant


def reserve(
    work: Work, purse: Purse, amount: Amount, details: Details, *, deadline: datetime | None
) -> Reservation:
    """Points set aside; the same origin again gets the same reservation.

    Raises:
        InsufficientPoints: Less is available.
        ReferenceReused: The origin came before with other contents.
    """
    details = replace(details, kind=EntryKind.RESERVATION)
    entry = ledger.transfer(
        work, purse, amount, details, source=Role.SPENDABLE, target=Role.RESERVED
    )
    known = work.session.scalar(select(Reservation).where(Reservation.entry_id == entry.id))
    if known is not None:
        return known
    reservation = Reservation(
        program_id=purse.program_id,
        member_id=purse.member_id,
        card_id=purse.card_id,
        unit=purse.unit.code,
        amount_minor=amount.minor,
        state=ReservationState.HELD,
        deadline=deadline,
        entry_id=entry.id,
        created_at=work.now,
    )
    work.session.add(reservation)
    work.session.flush()
    return reservation


def capture(work: Work, reservation_id: uuid.UUID, details: Details) -> Reservation:
    """The reservation, whose points are spent now; the same origin again gets it again.

    Raises:
        ReservationClosed: It was captured, released or has run out.
    """
    return _close(work, reservation_id, details, ReservationState.CAPTURED)


def release(work: Work, reservation_id: uuid.UUID, details: Details) -> Reservation:
    """The reservation, whose points may be spent again; the same origin again gets it again.

    Raises:
        ReservationClosed: It was captured, released or has run out.
    """
    return _close(work, reservation_id, details, ReservationState.RELEASED)


def release_due(work: Work, reservation_id: uuid.UUID) -> bool:
    """Whether the reservation had run out and its points are back."""
    reservation = _locked(work, reservation_id)
    due = reservation.deadline is not None and reservation.deadline <= work.now
    if reservation.state != ReservationState.HELD or not due:
        return False
    details = Details(kind=EntryKind.RELEASE, reason="reservation ran out")
    _let_go(work, reservation, details, ReservationState.EXPIRED)
    return True


def _close(
    work: Work, reservation_id: uuid.UUID, details: Details, state: ReservationState
) -> Reservation:
    reservation = _locked(work, reservation_id)
    if reservation.state == state and _closed_by(work, reservation, details.origin):
        return reservation
    if reservation.state != ReservationState.HELD:
        raise ReservationClosed(f"the reservation is {reservation.state}")
    if reservation.deadline is not None and reservation.deadline <= work.now:
        raise ReservationClosed("the reservation has run out")
    return _let_go(work, reservation, details, state)


def _closed_by(work: Work, reservation: Reservation, origin: Origin | None) -> bool:
    if origin is None or reservation.closing_entry_id is None:
        return False
    entry = work.session.get(Entry, reservation.closing_entry_id)
    told = (origin.source, origin.operation, origin.reference)
    return entry is not None and told == (
        entry.origin_source,
        entry.origin_operation,
        entry.origin_reference,
    )


def _let_go(
    work: Work, reservation: Reservation, details: Details, state: ReservationState
) -> Reservation:
    captured = state is ReservationState.CAPTURED
    kind = EntryKind.CAPTURE if captured else EntryKind.RELEASE
    purse = Purse(
        program_id=reservation.program_id,
        member_id=reservation.member_id,
        unit=Unit(reservation.unit),
        card_id=reservation.card_id,
    )
    if not captured:
        # All accounts first, as whatever looks for shortfalls locks them.
        ledger.lock_holdings(work, purse)
    entry = ledger.transfer(
        work,
        purse,
        Amount(reservation.amount_minor, purse.unit),
        replace(details, kind=kind),
        source=Role.RESERVED,
        target=Role.REDEEMED if captured else Role.SPENDABLE,
        held_by=work.session.get(Entry, reservation.entry_id),
    )
    reservation.state = state
    reservation.closing_entry_id = entry.id
    reservation.closed_at = work.now
    work.session.flush()
    if not captured:
        _settle(work, reservation, purse, entry, minor=reservation.amount_minor)
    return reservation


def _settle(
    work: Work, reservation: Reservation, purse: Purse, entry: Entry, *, minor: int
) -> None:
    """Take what sales still have to take back out of what this entry gave back of a reservation."""
    if reservation.card_id is None and reservation.unit == POINTS.code:
        settle_shortfalls(
            work,
            purse,
            transactions.with_shortfall(work, purse.member_id),
            back=minor,
            since=reservation.created_at,
            reference=str(entry.id),
            place=Place(entry.channel, entry.outlet_code, entry.terminal, entry.actor),
        )


def settle_by_hand(work: Work, purse: Purse, undone: Entry, by: Entry, *, place: Place) -> None:
    """Take what sales still have to take back out of what one entry gave back when it undid another
    by hand.
    """
    back = ledger.change(work, by)
    if back <= 0 or purse.card_id is not None or purse.unit.code != POINTS.code:
        return
    held = select(Reservation.created_at).where(Reservation.closing_entry_id == undone.id)
    since = work.session.scalar(held) or undone.recorded_at
    owing = transactions.with_shortfall(work, purse.member_id)
    settle_shortfalls(work, purse, owing, back=back, since=since, reference=str(by.id), place=place)


def refund(
    work: Work,
    reservation_id: uuid.UUID,
    amount: Amount,
    details: Details,
    *,
    renewed_until: datetime | None = None,
) -> None:
    """Give back so much of what a captured reservation spent; nothing where its capture was undone
    by hand, and all of it is back already.

    Raises:
        InvalidAmount: More than is left of it.
        ReservationClosed: It was not captured.
    """
    reservation = _locked(work, reservation_id)
    entry = work.session.get(Entry, reservation.closing_entry_id or reservation.entry_id)
    if reservation.state != ReservationState.CAPTURED or entry is None:
        raise ReservationClosed(f"the reservation is {reservation.state}")
    purse = Purse(reservation.program_id, reservation.member_id, amount.unit, reservation.card_id)
    ledger.lock_holdings(work, purse)
    details = replace(details, kind=EntryKind.REVERSAL)
    with suppress(AlreadyReversed):
        back = ledger.reverse_part(work, purse, entry, amount, details, renewed_until=renewed_until)
        _settle(work, reservation, purse, back, minor=amount.minor)


def lock(work: Work, reservation_ids: Iterable[uuid.UUID]) -> None:
    """Have these reservations wait for nobody until the unit of work ends.

    For who closes several: all of them first, and the accounts after, so that nobody waits in a
    circle.
    """
    ids = sorted(reservation_ids)
    work.session.scalars(
        select(Reservation)
        .where(Reservation.id.in_(ids))
        .order_by(Reservation.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _locked(work: Work, reservation_id: uuid.UUID) -> Reservation:
    reservation = work.session.scalar(
        select(Reservation)
        .where(Reservation.id == reservation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if reservation is None:
        raise NotFound("no such reservation")
    return reservation


def due(work: Work, *, limit: int = 500) -> Sequence[uuid.UUID]:
    """Held reservations past their deadline, the oldest first."""
    found = (
        select(Reservation.id)
        .where(
            Reservation.state == constant(ReservationState.HELD), Reservation.deadline <= work.now
        )
        .order_by(Reservation.deadline)
        .limit(limit)
    )
    return work.session.scalars(found).all()


def held(work: Work, member_ids: Sequence[uuid.UUID]) -> Sequence[Reservation]:
    """What is set aside for these members."""
    found = select(Reservation).where(
        Reservation.member_id.in_(member_ids), Reservation.state == ReservationState.HELD
    )
    return work.session.scalars(found.order_by(Reservation.created_at)).all()


def verify(work: Work) -> Iterator[Finding]:
    """Reserved accounts that do not hold exactly what the open reservations say."""
    total = (
        select(func.coalesce(func.sum(Reservation.amount_minor), 0))
        .where(
            func.coalesce(Reservation.card_id, Reservation.member_id) == ledger.Account.owner_id,
            Reservation.unit == ledger.Account.unit,
            Reservation.state == ReservationState.HELD,
        )
        .scalar_subquery()
    )
    rows = work.session.execute(
        select(ledger.Account.id, ledger.Account.balance_minor, total).where(
            ledger.Account.role == Role.RESERVED, ledger.Account.balance_minor != total
        )
    )
    for account_id, balance, reserved in rows:
        yield Finding("reservations of account", account_id, str(balance), str(reserved))
