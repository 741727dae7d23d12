"""Recomputing the ledger from its postings, and naming whatever differs."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Bundle, aliased

from adapter.core.ledger.digests import posting_digest
from adapter.core.ledger.models import (
    MEMBER_ROLES,
    Account,
    Entry,
    Lot,
    LotMovement,
    Posting,
    Role,
)
from adapter.db import Work
from adapter.db.statements import constant

PAGE = 5000

# What is looked at of each row, and no mapped objects: there are millions of them, once each.
_POSTING = Bundle[Any](
    "posting",
    Posting.account_id,
    Posting.member_id,
    Posting.amount_minor,
    Posting.version,
    Posting.balance_after_minor,
    Posting.digest,
)
_ENTRY = Bundle[Any](
    "entry",
    Entry.id,
    Entry.program_id,
    Entry.member_id,
    Entry.kind,
    Entry.unit,
    Entry.occurred_at,
    Entry.recorded_at,
    Entry.reverses_id,
    Entry.reverses_part_of_id,
)
_LOT = Bundle[Any](
    "lot", Lot.id, Lot.member_id, Lot.unit, Lot.amount_minor, Lot.active_from, Lot.expires_at
)
_ACCOUNT = Bundle[Any](
    "account", Account.id, Account.role, Account.balance_minor, Account.version, Account.digest
)
# A posting, its entry, and the lot that the entry opened.
_Leg = tuple[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not agree: where, what it should be, and what stands there."""

    what: str
    where: uuid.UUID
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.what} {self.where}: {self.expected} expected, {self.found} found"


def verify(work: Work) -> Iterator[Finding]:
    """Every disagreement between postings, balances, digests and lots; none in a sound ledger."""
    yield from _entries_balance(work)
    yield from _postings_have_accounts(work)
    yield from _chains_hold(work)
    yield from _idle_accounts_hold_nothing(work)
    yield from _lots_follow_their_movements(work)
    yield from _lots_make_up_balances(work)
    yield from _nothing_is_undone_twice(work)


def _entries_balance(work: Work) -> Iterator[Finding]:
    total = func.coalesce(func.sum(Posting.amount_minor), 0)
    rows = work.session.execute(
        select(Entry.id, total, func.count(Posting.entry_id))
        .outerjoin(Posting, Posting.entry_id == Entry.id)
        .group_by(Entry.id)
        .having((total != 0) | (func.count(Posting.entry_id) < 2))
    )
    for entry_id, amount, legs in rows:
        yield Finding("entry", entry_id, "legs that sum to 0", f"{legs} legs that sum to {amount}")


def _postings_have_accounts(work: Work) -> Iterator[Finding]:
    rows = work.session.execute(
        select(Posting.entry_id, Posting.account_id)
        .outerjoin(Account, Account.id == Posting.account_id)
        .where(Account.id.is_(None))
    )
    for entry_id, account_id in rows:
        yield Finding("posting of entry", entry_id, "an account", f"none with id {account_id}")


def _chains_hold(work: Work) -> Iterator[Finding]:
    rows = work.session.execute(
        select(_POSTING, _ENTRY, _LOT, _ACCOUNT)
        .select_from(Posting)
        .join(Entry, Entry.id == Posting.entry_id)
        .join(Account, Account.id == Posting.account_id)
        .outerjoin(Lot, Lot.entry_id == Entry.id)  # an entry opens one lot at most
        .order_by(Posting.account_id, Posting.version)
        .execution_options(yield_per=PAGE)
    )
    for _, group in groupby(rows, key=lambda row: row[-1].id):
        first = next(group)
        account = first[-1]
        postings = (
            (posting, entry, lot if lot.id else None)
            for posting, entry, lot, _ in chain([first], group)
        )
        if account.role in MEMBER_ROLES:
            yield from _member_chain(account, postings)
        else:
            yield from _program_legs(account, postings)


def _member_chain(account: Any, postings: Iterator[_Leg]) -> Iterator[Finding]:
    balance, digest, version = 0, b"", 0
    for posting, entry, lot in postings:
        version += 1
        balance += posting.amount_minor
        if posting.version != version:
            yield Finding("version of account", account.id, str(version), str(posting.version))
        if posting.balance_after_minor != balance:
            yield Finding(
                "balance after entry", entry.id, str(balance), str(posting.balance_after_minor)
            )
        if posting.digest != posting_digest(digest, entry, posting, lot):
            yield Finding("digest of entry", entry.id, "its content's digest", "another")
        digest = posting.digest
    if account.balance_minor != balance:
        yield Finding("balance of account", account.id, str(balance), str(account.balance_minor))
    if account.version != version or account.digest != digest:
        yield Finding("head of account", account.id, f"version {version}", f"{account.version}")


def _program_legs(account: Any, postings: Iterator[_Leg]) -> Iterator[Finding]:
    if account.balance_minor is not None or account.version is not None:
        yield Finding("program account", account.id, "no balance of its own", "one")
    for posting, entry, lot in postings:
        if posting.digest != posting_digest(b"", entry, posting, lot):
            yield Finding("digest of entry", entry.id, "its content's digest", "another")


def _idle_accounts_hold_nothing(work: Work) -> Iterator[Finding]:
    rows = work.session.execute(
        select(Account.id, Account.balance_minor)
        .outerjoin(Posting, Posting.account_id == Account.id)
        .where(
            Account.role.in_(MEMBER_ROLES),
            Posting.entry_id.is_(None),
            (Account.balance_minor != 0) | (Account.version != 0),
        )
    )
    for account_id, balance in rows:
        yield Finding("balance of account", account_id, "0", str(balance))


def _lots_follow_their_movements(work: Work) -> Iterator[Finding]:
    remaining = func.coalesce(func.sum(LotMovement.remaining_minor), 0)
    reserved = func.coalesce(func.sum(LotMovement.reserved_minor), 0)
    rows = work.session.execute(
        select(Lot.id, Lot.remaining_minor, Lot.reserved_minor, remaining, reserved)
        .outerjoin(LotMovement, LotMovement.lot_id == Lot.id)
        .group_by(Lot.id, Lot.remaining_minor, Lot.reserved_minor)
        .having((Lot.remaining_minor != remaining) | (Lot.reserved_minor != reserved))
    )
    for lot_id, has_remaining, has_reserved, moved, held in rows:
        expected = f"{moved} remaining, {held} reserved"
        yield Finding("lot", lot_id, expected, f"{has_remaining} and {has_reserved}")


def _lots_make_up_balances(work: Work) -> Iterator[Finding]:
    """Free lots are what is spendable or pending, none where it is a debt; held ones reserved."""
    free = func.coalesce(func.sum(Lot.remaining_minor - Lot.reserved_minor), 0)
    rows = work.session.execute(
        select(Account.id, Account.balance_minor, free)
        .outerjoin(Lot, Lot.account_id == Account.id)
        .where(Account.role.in_((Role.SPENDABLE, Role.PENDING)))
        .group_by(Account.id, Account.balance_minor)
        .having(free != case((Account.balance_minor > 0, Account.balance_minor), else_=0))
    )
    for account_id, balance, lots in rows:
        yield Finding("lots of account", account_id, str(balance), str(lots))
    yield from _held_lots_make_up_reserved(work)


def _held_lots_make_up_reserved(work: Work) -> Iterator[Finding]:
    other = aliased(Account)
    held = (
        select(func.coalesce(func.sum(Lot.reserved_minor), 0))
        .join(other, other.id == Lot.account_id)
        .where(
            other.owner_id == Account.owner_id,
            other.unit == Account.unit,
            Lot.remaining_minor > constant(0),
        )
        .scalar_subquery()
    )
    rows = work.session.execute(
        select(Account.id, Account.balance_minor, held).where(
            Account.role == Role.RESERVED, Account.balance_minor != held
        )
    )
    for account_id, balance, lots in rows:
        yield Finding("held lots of account", account_id, str(balance), str(lots))


def _nothing_is_undone_twice(work: Work) -> Iterator[Finding]:
    """Entries that were undone in parts, and of more than they moved; the last may be the rest."""
    undoing, of = aliased(Entry), aliased(Posting)
    undone_id = func.coalesce(undoing.reverses_part_of_id, undoing.reverses_id)
    undone = (
        select(undone_id.label("entry_id"), func.sum(Posting.amount_minor).label("by"))
        .join(Posting, Posting.entry_id == undoing.id)
        .join(Account, Account.id == Posting.account_id)
        .where(undone_id.is_not(None), Account.role.in_(MEMBER_ROLES))
        .group_by(undone_id)
        .having(func.count(undoing.reverses_part_of_id) > 0)
        .subquery()
    )
    rows = work.session.execute(
        select(undone.c.entry_id, undone.c.by, func.sum(of.amount_minor))
        .join(of, of.entry_id == undone.c.entry_id)
        .join(Account, Account.id == of.account_id)
        .where(Account.role.in_(MEMBER_ROLES))
        .group_by(undone.c.entry_id, undone.c.by)
    )
    for entry_id, by, moved in rows:
        if not min(0, -moved) <= by <= max(0, -moved):
            yield Finding("parts undone of entry", entry_id, f"no more than {-moved}", str(by))
