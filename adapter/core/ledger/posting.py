"""The one place that writes the ledger: an entry, its legs, and what it did to each lot."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from adapter.core import outbox
from adapter.core.amounts import LARGEST_MINOR
from adapter.core.errors import InvalidAmount, ReferenceReused
from adapter.core.ledger.digests import posting_digest
from adapter.core.ledger.models import (
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
from adapter.core.ledger.rows import (
    ACCOUNT,
    ACCOUNTS,
    ENTRIES,
    ENTRY,
    Accounts,
    kept_holdings,
    of_members,
)
from adapter.core.origins import Origin, fingerprint
from adapter.core.outbox import EventType
from adapter.db import Lookup, Work
from adapter.db.base import new_id, object_of, values_of
from adapter.db.statements import insert_those_missing

# Where a unit of work keeps the entries it wrote.
WRITTEN = "entries written"


@dataclass(frozen=True, slots=True)
class Move:
    """A change of one lot: of what remains, and of what is set aside."""

    lot: Lot
    remaining: int = 0
    reserved: int = 0


@lru_cache(maxsize=4096)
def program_account_id(program_id: uuid.UUID, unit: str, role: Role) -> uuid.UUID:
    """The id of a program's own account, reckoned so that nobody has to look it up."""
    return uuid.uuid5(program_id, f"{unit}/{role}")


def open_program_accounts(work: Work, program_id: uuid.UUID, *units: str) -> None:
    """Have the program's own accounts of these units exist."""
    rows = [
        {
            "id": program_account_id(program_id, unit, role),
            "program_id": program_id,
            "owner_id": program_id,
            "unit": unit,
            "role": role,
            "may_go_negative": True,
        }
        for unit in units
        for role in PROGRAM_ROLES
    ]
    insert_those_missing(work.session, Account, rows, unique=["owner_id", "unit", "role"])


def lock(work: Work, purse: Purse, *needed: Role) -> Accounts:
    """The accounts of a purse, locked until the unit of work ends; those needed are opened."""
    known = kept_holdings(work, purse.owner_id)
    accounts = known.of_purse(purse) if known else accounts_of(work, purse, lock=True)
    for role in needed:
        if role not in accounts:
            # Another call may have opened it a moment ago, and it is there to be locked now.
            opened = open_account(work, purse, role)
            accounts[role] = opened or accounts_of(work, purse, lock=True)[role]
            if known:
                known.accounts[purse.unit.code, role] = accounts[role]
    return allow_debt(purse, accounts)


def allow_debt(purse: Purse, accounts: Accounts) -> Accounts:
    """These accounts, of which the spendable one may owe where the purse may."""
    spendable = accounts.get(Role.SPENDABLE)
    if spendable and purse.may_go_negative:
        # Never the other way round: who is in debt may stay there until it is paid.
        spendable.may_go_negative = True
    return accounts


def accounts_of(work: Work, purse: Purse, *, lock: bool = False) -> Accounts:
    """The accounts of a purse there are; locked until the unit of work ends, if wanted."""
    given = {"owner_id": purse.owner_id, "unit": purse.unit.code}
    found = [work.one(Account, row) for row in work.rows(_OF_PURSE, given, lock=lock)]
    return {Role(one.role): one for one in found}


_OF_PURSE = Lookup(
    select(*ACCOUNT)
    .where(
        ACCOUNTS.c.owner_id == bindparam("owner_id"),
        ACCOUNTS.c.unit == bindparam("unit"),
        of_members(ACCOUNTS.c.role),
    )
    # In id order, so that two units of work on the same accounts never wait in a circle.
    .order_by(ACCOUNTS.c.id),
    locking=[ACCOUNTS],
)


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
    if not work.insert_unless_there(Account, values, unique=["owner_id", "unit", "role"]):
        return None
    return work.new(Account, values)


def with_content(details: Details, purse: Purse, *content: object) -> Details:
    """The details, whose origin also tells this effect from another of the same reference."""
    if details.origin is None:
        return details
    told = [details.origin.fingerprint, purse.owner_id, purse.unit.code, *content]
    return replace(details, origin=replace(details.origin, fingerprint=fingerprint(told)))


def entry_of(work: Work, program_id: uuid.UUID, origin: Origin) -> Entry | None:
    """The entry this origin made before, if any; an attempt without locks is told by the index of
    origins in the end.

    Raises:
        ReferenceReused: The same origin came then with other contents.
    """
    entry = by_origin(work, program_id, origin) if work.takes_locks else None
    if entry is not None and entry.origin_fingerprint != origin.fingerprint:
        raise ReferenceReused("this reference was used with other contents")
    return entry


def by_origin(work: Work, program_id: uuid.UUID, origin: Origin) -> Entry | None:
    """The entry of this origin, whatever was said with it."""
    given = {
        "program_id": program_id,
        "source": origin.source,
        "operation": origin.operation,
        "reference": origin.reference,
    }
    return next((work.one(Entry, row) for row in work.rows(_BY_ORIGIN, given)), None)


_BY_ORIGIN = Lookup(
    select(*ENTRY).where(
        ENTRIES.c.program_id == bindparam("program_id"),
        ENTRIES.c.origin_source == bindparam("source"),
        ENTRIES.c.origin_operation == bindparam("operation"),
        ENTRIES.c.origin_reference == bindparam("reference"),
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
    assert sum(amount for _, amount in legs) == 0, "an entry balances"  # noqa: S101  # nosec B101
    work.kept[entry.id] = entry
    work.kept.setdefault(WRITTEN, []).append(entry)
    work.batch.insert(Entry, values_of(entry))
    opened = next((move.lot for move in moves if move.lot.id not in work.kept), None)
    for line, (side, amount) in enumerate(legs):
        posting = posting_for(purse, entry, opened, line, side, amount)
        work.batch.insert(Posting, values_of(posting))
        if isinstance(side, Account):
            _move_on(work, side)
    _move_lots(work, purse, entry, moves)
    try:
        work.flush()
    except IntegrityError as error:
        if details.origin is None:
            raise
        raise ReferenceReused("this reference is being used by another call") from error
    tell(work, entry)
    return entry


def tell(work: Work, entry: Entry) -> None:
    """Have those who listen be told of an entry; whoever writes one calls this."""
    outbox.tell(
        work,
        entry.program_id,
        EventType.POINTS_CHANGED,
        subject_id=entry.id,
        member_id=entry.member_id,
    )


def entry_for(work: Work, purse: Purse, details: Details) -> Entry:
    """An entry of these details, not written yet."""
    origin = details.origin
    return object_of(
        Entry,
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
    posting = object_of(
        Posting,
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


def _move_on(work: Work, side: Account) -> None:
    state = {
        "id": side.id,
        "may_go_negative": side.may_go_negative,
        "balance_minor": side.balance_minor,
        "version": side.version,
        "digest": side.digest,
    }
    work.batch.move_on(Account, state, seen=(side.version or 0) - 1)


def _move_lots(work: Work, purse: Purse, entry: Entry, moves: Iterable[Move]) -> None:
    known = kept_holdings(work, purse.owner_id)
    done: dict[uuid.UUID, list[Move]] = {}
    for move in moves:
        done.setdefault(move.lot.id, []).append(move)
    for of_lot in done.values():
        lot = of_lot[0].lot
        moved = {
            "remaining_minor": sum(move.remaining for move in of_lot),
            "reserved_minor": sum(move.reserved for move in of_lot),
        }
        lot.remaining_minor += moved["remaining_minor"]
        lot.reserved_minor += moved["reserved_minor"]
        if lot.id in work.kept:
            # Added, not set: a capture elsewhere changes lots without moving their account on.
            state = {"id": lot.id, "account_id": lot.account_id}
            work.batch.update(Lot, state, adding=moved)
        else:  # a fresh one, of this very entry
            lot.entry_id = entry.id
            work.kept[lot.id] = lot
            work.batch.insert(Lot, values_of(lot))
        if known and lot not in known.lots:
            known.lots.append(lot)
        told = {"entry_id": entry.id, "lot_id": lot.id, "member_id": purse.member_id}
        work.batch.insert(LotMovement, told | moved)
