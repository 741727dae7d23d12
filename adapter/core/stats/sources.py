"""What is rolled up: rows in the order of time, a page at a time, found by an index each."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, Uuid, and_, literal, select, tuple_

from adapter.core.cards import Card
from adapter.core.ledger import Account, Entry, EntryKind, Lot, LotMovement, Posting
from adapter.core.members import Member
from adapter.core.stats.models import Measure
from adapter.core.stats.tally import Calendars, Key, Tally
from adapter.core.transactions import Transaction, TransactionState
from adapter.db import Work
from adapter.db.types import UtcDateTime

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_ID = uuid.UUID(int=0)
# What a member does; the others are done to their points, by time or by us.
_DOINGS = frozenset(
    {
        EntryKind.ACCRUAL,
        EntryKind.BONUS,
        EntryKind.REDEMPTION,
        EntryKind.RETURN,
        EntryKind.RESERVATION,
        EntryKind.CAPTURE,
    }
)


class Position(NamedTuple):
    """A place in the order of rows: an instant, and the id of a row of that instant."""

    at: datetime
    id: uuid.UUID

    @classmethod
    def before(cls, instant: datetime) -> Position:
        """The place in front of all that is of this instant or later."""
        return cls(instant, _NO_ID)


def first_id(instant: datetime) -> uuid.UUID:
    """What is smaller than every id made from this instant on, and larger than all before it: an id
    begins with the milliseconds since 1970.
    """
    milliseconds = max((instant - _EPOCH) // timedelta(milliseconds=1), 0)
    return uuid.UUID(int=milliseconds << 80)


def made_at(made: uuid.UUID) -> datetime:
    """The instant an id of ours was made."""
    try:
        return _EPOCH + timedelta(milliseconds=made.int >> 80)
    except OverflowError:  # not one of ours
        return datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Books:
    """What rows are read in the light of."""

    calendars: Calendars
    roles: dict[uuid.UUID, str]  # of the programs' own accounts


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of rows. By `column` they are ordered where their ids do not go with time."""

    name: str
    model: Any
    columns: Select[*tuple[Any, ...]]
    count: Callable[[Any, Books, Tally], None]
    column: Any = None
    complete: Callable[[Work, Sequence[Any]], Sequence[Any]] = lambda _work, rows: rows

    def page(
        self, work: Work, after: Position, before: datetime | None, limit: int
    ) -> Sequence[Any]:
        """The next rows behind a place and before an instant; an index finds them."""
        found = self._behind(after) if before is None else self._between(after, before)
        order = [self.model.id] if self.column is None else [self.column, self.model.id]
        rows = self.columns.where(found).order_by(*order).limit(limit)
        return self.complete(work, work.session.execute(rows).all())

    def place_of(self, row: Any) -> Position:
        """Where a row stands."""
        return Position(made_at(row.id) if self.column is None else row.at, row.id)

    def _behind(self, after: Position) -> ColumnElement[bool]:
        if self.column is None:
            since = after.id if after.id != _NO_ID else first_id(after.at)
            found: ColumnElement[bool] = self.model.id > since
            return found
        place = tuple_(literal(after.at, UtcDateTime()), literal(after.id, Uuid()))
        behind = tuple_(self.column, self.model.id) > place
        # Said again, since no engine sees that a pair behind another has no empty part; and the
        # index has only those that are not empty.
        return and_(self.column.is_not(None), self.column >= after.at, behind)

    def _between(self, after: Position, before: datetime) -> ColumnElement[bool]:
        if self.column is None:
            return and_(self._behind(after), self.model.id < first_id(before))
        return and_(self._behind(after), self.column < before)


def books_of(work: Work, calendars: Calendars, program_ids: Sequence[uuid.UUID]) -> Books:
    """The books of these programs: they own accounts whose role says what a leg means."""
    found = select(Account.id, Account.role).where(Account.owner_id.in_(list(program_ids)))
    return Books(calendars, {found_id: role for found_id, role in work.session.execute(found)})  # noqa: C416


class _Moved(NamedTuple):
    """An entry with its leg on an account of the program, where it has one."""

    id: uuid.UUID
    program_id: uuid.UUID
    member_id: uuid.UUID
    kind: str
    unit: str
    channel: str
    occurred_at: datetime
    recorded_at: datetime
    account_id: uuid.UUID | None = None
    amount_minor: int = 0


def _with_legs(work: Work, entries: Sequence[Any]) -> Sequence[_Moved]:
    """Entries with what they moved: the legs stand as close together as the entries do, so that
    they are read by their range and not one by one.
    """
    if not entries:
        return []
    legs = work.session.execute(
        select(Posting.entry_id, Posting.account_id, Posting.amount_minor).where(
            Posting.entry_id.between(entries[0].id, entries[-1].id), Posting.version.is_(None)
        )
    )
    by_entry = {entry_id: (account_id, minor) for entry_id, account_id, minor in legs}
    moved = [_Moved(*entry, *by_entry.get(entry.id, ())) for entry in entries]
    there_since = _there_since(work, [one.id for one in moved if one.kind == EntryKind.EXPIRY])
    return [
        one._replace(occurred_at=max(one.occurred_at, there_since.get(one.id, one.occurred_at)))
        for one in moved
    ]


def _there_since(work: Work, expiries: list[uuid.UUID]) -> dict[uuid.UUID, datetime]:
    """Since when what expired was there: of what was brought along from elsewhere when its day was
    already over, later than that day; and what is not there cannot expire.
    """
    if not expiries:
        return {}
    given = select(LotMovement.entry_id, Entry.occurred_at, Entry.recorded_at)
    given = given.join(Lot, Lot.id == LotMovement.lot_id).join(Entry, Entry.id == Lot.entry_id)
    found = work.session.execute(given.where(LotMovement.entry_id.in_(expiries)))
    return {entry_id: min(occurred_at, recorded_at) for entry_id, occurred_at, recorded_at in found}


def _count_entry(row: _Moved, books: Books, tally: Tally) -> None:
    day = books.calendars.day(row.program_id, row.occurred_at, row.recorded_at)
    if row.kind in _DOINGS:
        tally.active.add((row.program_id, row.member_id, day))
    role = books.roles.get(row.account_id) if row.account_id and row.amount_minor else None
    if role is not None:
        measure = Measure.of_entry(row.kind, role)
        tally.add(Key(row.program_id, day, measure, row.channel, row.unit), -row.amount_minor)


def _count_sale(row: Row[Any], books: Books, tally: Tally) -> None:
    day = books.calendars.day(row.program_id, row.occurred_at, row.recorded_at)
    if row.member_id is not None:
        tally.active.add((row.program_id, row.member_id, day))
    if row.state == TransactionState.CANCELLED and row.cancelled_at is None:
        return  # it came to us as one that does not stand
    measure = Measure.SALES if row.total_minor >= 0 else Measure.REFUNDS
    tally.add(Key(row.program_id, day, measure, row.source), row.total_minor)


def _count_cancel(row: Row[Any], books: Books, tally: Tally) -> None:
    day = books.calendars.day(row.program_id, row.at, row.at)
    key = Key(row.program_id, day, Measure.SALES_CANCELLED, row.source)
    tally.add(key, -row.total_minor)


def _count_card(row: Row[Any], books: Books, tally: Tally) -> None:
    day = books.calendars.day(row.program_id, row.at, row.at)
    tally.add(Key(row.program_id, day, Measure.CARDS, row.channel))


def _count_member(row: Row[Any], books: Books, tally: Tally) -> None:
    day = books.calendars.day(row.program_id, row.created_at, row.created_at)
    tally.add(Key(row.program_id, day, Measure.MEMBERS, row.channel))


SOURCES = (
    Source(
        "entries",
        Entry,
        select(
            Entry.id,
            Entry.program_id,
            Entry.member_id,
            Entry.kind,
            Entry.unit,
            Entry.channel,
            Entry.occurred_at,
            Entry.recorded_at,
        ),
        _count_entry,
        complete=_with_legs,
    ),
    Source(
        "sales",
        Transaction,
        select(
            Transaction.id,
            Transaction.program_id,
            Transaction.member_id,
            Transaction.source,
            Transaction.state,
            Transaction.total_minor,
            Transaction.occurred_at,
            Transaction.recorded_at,
            Transaction.cancelled_at,
        ),
        _count_sale,
    ),
    Source(
        "cancels",
        Transaction,
        select(
            Transaction.id,
            Transaction.program_id,
            Transaction.source,
            Transaction.total_minor,
            Transaction.cancelled_at.label("at"),
        ),
        _count_cancel,
        Transaction.cancelled_at,
    ),
    Source(
        "cards",
        Card,
        select(Card.id, Card.program_id, Card.channel, Card.issued_at.label("at")),
        _count_card,
        Card.issued_at,
    ),
    Source(
        "members",
        Member,
        select(Member.id, Member.program_id, Member.channel, Member.created_at),
        _count_member,
    ),
)
