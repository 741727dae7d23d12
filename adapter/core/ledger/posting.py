"""The one place that writes the ledger: an entry, its legs, and what it did to each lot."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from adapter.core.amounts import LARGEST_MINOR
from adapter.core.errors import InvalidAmount, ReferenceReused
from adapter.core.ledger.digests import posting_digest
from adapter.core.ledger.models import (
    MEMBER_ROLES,
    PROGRAM_ROLES,
    REFERENCE,
    Account,
    Details,
    Entry,
    Lot,
    LotMovement,
    Posting,
    Purse,
    Role,
)
from adapter.core.origins import Origin, fingerprint
from adapter.db import Work
from adapter.db.base import new_id
from adapter.db.statements import insert_unless_there


@dataclass(frozen=True, slots=True)
class Move:
    """A change of one lot: of what remains, and of what is set aside."""

    lot: Lot
    remaining: int = 0
    reserved: int = 0


Accounts = dict[Role, Account]


def program_account_id(program_id: uuid.UUID, unit: str, role: Role) -> uuid.UUID:
    """The id of a program's own account, reckoned so that nobody has to look it up."""
    return uuid.uuid5(program_id, f"{unit}/{role}")


def open_program_accounts(work: Work, program_id: uuid.UUID, unit: str) -> None:
    """Have the program's own accounts of a unit exist."""
    for role in PROGRAM_ROLES:
        values = {
            "id": program_account_id(program_id, unit, role),
            "program_id": program_id,
            "owner_id": program_id,
            "unit": unit,
            "role": role,
            "may_go_negative": True,
        }
        insert_unless_there(work.session, Account, values, unique=["owner_id", "unit", "role"])


def lock(work: Work, purse: Purse, *needed: Role) -> Accounts:
    """The accounts of a purse, locked until the unit of work ends; those needed are opened."""
    accounts = _locked(work, purse)
    missing = [role for role in needed if role not in accounts]
    if missing:
        for role in missing:
            open_account(work, purse, role)
        accounts = _locked(work, purse)
    return allow_debt(purse, accounts)


def allow_debt(purse: Purse, accounts: Accounts) -> Accounts:
    """These accounts, of which the spendable one may owe where the purse may."""
    spendable = accounts.get(Role.SPENDABLE)
    if spendable and purse.may_go_negative:
        # Never the other way round: who is in debt may stay there until it is paid.
        spendable.may_go_negative = True
    return accounts


def _locked(work: Work, purse: Purse) -> Accounts:
    # In id order, so that two units of work on the same accounts never wait in a circle.
    rows = work.session.scalars(
        select(Account)
        .where(
            Account.owner_id == purse.owner_id,
            Account.unit == purse.unit.code,
            Account.role.in_(MEMBER_ROLES),
        )
        .order_by(Account.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {Role(account.role): account for account in rows}


def open_account(work: Work, purse: Purse, role: Role) -> Account | None:
    """The account just opened, and locked thereby; nothing where there is one."""
    values = {
        "id": new_id(),
        "program_id": purse.program_id,
        "member_id": purse.member_id,
        "owner_id": purse.owner_id,
        "unit": purse.unit.code,
        "role": role,
        "may_go_negative": purse.may_go_negative and role is Role.SPENDABLE,
        "balance_minor": 0,
        "version": 0,
        "digest": b"",
    }
    unique = ["owner_id", "unit", "role"]
    return insert_unless_there(work.session, Account, values, unique=unique)


def with_content(details: Details, purse: Purse, *content: object) -> Details:
    """The details, whose origin also tells this effect from another of the same reference."""
    if details.origin is None:
        return details
    told = [details.origin.fingerprint, purse.owner_id, purse.unit.code, *content]
    return replace(details, origin=replace(details.origin, fingerprint=fingerprint(told)))


def entry_of(work: Work, program_id: uuid.UUID, origin: Origin) -> Entry | None:
    """The entry this origin made before, if any.

    Raises:
        ReferenceReused: The same origin came then with other contents.
    """
    entry = by_origin(work, program_id, origin)
    if entry is not None and entry.origin_fingerprint != origin.fingerprint:
        raise ReferenceReused("this reference was used with other contents")
    return entry


def by_origin(work: Work, program_id: uuid.UUID, origin: Origin) -> Entry | None:
    """The entry of this origin, whatever was said with it."""
    return work.session.scalar(
        select(Entry).where(
            Entry.program_id == program_id,
            Entry.origin_source == origin.source,
            Entry.origin_operation == origin.operation,
            Entry.origin_reference == origin.reference,
        )
    )


def write(
    work: Work,
    purse: Purse,
    details: Details,
    *,
    legs: Sequence[tuple[Account | Role, int]],
    moves: Sequence[Move],
    reverses: Entry | None = None,
    reverses_part_of: Entry | None = None,
) -> Entry:
    """The entry just written, with its legs posted and the balances, lots and digests moved on.

    A leg names a locked account of the purse, or the role of one of the program's own.
    """
    entry = entry_for(work, purse, details)
    if reverses is not None:
        entry.reverses_id = reverses.id
    if reverses_part_of is not None:
        entry.reverses_part_of_id = reverses_part_of.id
    work.session.add(entry)
    try:
        # The entry first: two calls of one origin meet at its index before anything else moves.
        work.session.flush()
    except IntegrityError as error:
        raise ReferenceReused("this reference is being used by another call") from error
    assert sum(amount for _, amount in legs) == 0, "an entry balances"  # noqa: S101  # nosec B101
    opened = next((move.lot for move in moves if move.lot not in work.session), None)
    for line, (side, amount) in enumerate(legs):
        work.session.add(posting_for(purse, entry, opened, line, side, amount))
    _move_lots(work, purse, entry, moves)
    work.session.flush()
    return entry


def entry_for(work: Work, purse: Purse, details: Details) -> Entry:
    """An entry of these details, not written yet."""
    origin = details.origin
    return Entry(
        id=new_id(),
        program_id=purse.program_id,
        member_id=purse.member_id,
        kind=details.kind,
        unit=purse.unit.code,
        # The longest reference of a till, and a word before it, would be too long.
        reason=details.reason[:REFERENCE],
        origin_source=origin and origin.source,
        origin_operation=origin and origin.operation,
        origin_reference=origin and origin.reference,
        origin_fingerprint=origin and origin.fingerprint,
        channel=details.place.channel,
        outlet_code=details.place.outlet_code,
        terminal=details.place.terminal,
        actor=details.place.actor,
        occurred_at=details.occurred_at or work.now,
        recorded_at=work.now,
        reverses_id=None,
        reverses_part_of_id=None,
        explanation=details.explanation,
    )


def posting_for(
    purse: Purse, entry: Entry, opened: Lot | None, line: int, side: Account | Role, amount: int
) -> Posting:
    """A leg of an entry, not written yet; the account is moved on by it."""
    posting = Posting(
        entry_id=entry.id,
        line=line,
        member_id=purse.member_id,
        amount_minor=amount,
        version=None,
        balance_after_minor=None,
    )
    if isinstance(side, Role):
        posting.account_id = program_account_id(purse.program_id, purse.unit.code, side)
        posting.digest = posting_digest(b"", entry, posting, opened)
        return posting
    posting.account_id = side.id
    posting.version = side.version = (side.version or 0) + 1
    posting.balance_after_minor = side.balance_minor = (side.balance_minor or 0) + amount
    if side.balance_minor > LARGEST_MINOR:
        raise InvalidAmount("a balance cannot be that large")
    posting.digest = side.digest = posting_digest(side.digest or b"", entry, posting, opened)
    return posting


def _move_lots(work: Work, purse: Purse, entry: Entry, moves: Iterable[Move]) -> None:
    totals: dict[uuid.UUID, LotMovement] = {}
    for move in moves:
        lot = move.lot
        if lot not in work.session:  # a fresh one, of this very entry
            lot.entry_id = entry.id
            work.session.add(lot)
        lot.remaining_minor += move.remaining
        lot.reserved_minor += move.reserved
        movement = totals.get(lot.id)
        if movement is None:
            movement = totals[lot.id] = LotMovement(
                entry_id=entry.id,
                lot_id=lot.id,
                member_id=purse.member_id,
                remaining_minor=0,
                reserved_minor=0,
            )
        movement.remaining_minor += move.remaining
        movement.reserved_minor += move.reserved
    work.session.add_all(totals.values())
