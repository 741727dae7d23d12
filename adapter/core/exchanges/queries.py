"""How exchanges are found again."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from adapter.core.amounts import Amount
from adapter.core.exchanges.models import (
    Exchange,
    ExchangeCount,
    Outcome,
    TerminalUse,
    first_id_at,
)
from adapter.core.ledger import Account, Entry, Posting
from adapter.core.partners import Caller, Credential
from adapter.core.programs import Program
from adapter.db import Work

LIMIT = 50
_REQUEST_ID = 32


@dataclass(frozen=True, slots=True)
class Filters:
    """What is looked for; a part left out lets everything through.

    `status` is a status or its class, 200 or 2; `since` is within the period, `until` is not.
    """

    protocol: str = ""
    status: int | None = None
    outcome: Outcome | None = None
    refusal: str = ""  # the class of the refusal, or the vendor's code, large or small
    outlet: str = ""
    terminal: str = ""
    credential_id: uuid.UUID | None = None
    member_id: uuid.UUID | None = None
    request_id: str = ""
    since: datetime | None = None
    until: datetime | None = None


NOTHING = Filters()


def recent(
    work: Work,
    program_id: uuid.UUID | None,
    filters: Filters = NOTHING,
    *,
    and_of_none: bool = False,
    after: uuid.UUID | None = None,
    limit: int = LIMIT,
    oldest_first: bool = False,
) -> Sequence[Exchange]:
    """A page of the exchanges of a program, or of all, the latest first; `after` is the last id of
    the page before. Those of nobody who was recognised are among them with `and_of_none`.
    """
    # Of "this program or none" no engine makes a walk along the index that ends with the page.
    mine = true() if program_id is None else Exchange.program_id == program_id
    whose: list[ColumnElement[bool]] = [mine]
    if and_of_none:
        whose.append(Exchange.program_id.is_(None))
    conditions = _conditions(filters)
    if after is not None:
        conditions.append(Exchange.id > after if oldest_first else Exchange.id < after)
    # The index begins with the program, which PostgreSQL does not take for settled by IS NULL.
    keys = [Exchange.id] if program_id is None else [Exchange.program_id, Exchange.id]
    order = [key.asc() if oldest_first else key.desc() for key in keys]
    page = select(Exchange).where(*conditions).order_by(*order).limit(limit)
    found = [one for part in whose for one in work.session.scalars(page.where(part))]
    return sorted(found, key=lambda one: one.id, reverse=not oldest_first)[:limit]


def of_member(
    work: Work, member_id: uuid.UUID, *, after: uuid.UUID | None = None, limit: int = LIMIT
) -> Sequence[Exchange]:
    """A page of the exchanges that were about a member, the latest first."""
    return recent(work, None, Filters(member_id=member_id), after=after, limit=limit)


def by_id(
    work: Work,
    program_id: uuid.UUID | None,
    exchange_id: uuid.UUID,
    *,
    and_of_none: bool = False,
) -> Exchange | None:
    """The exchange with this id: where a program is named, of this one alone, or with
    `and_of_none` of none.
    """
    found = work.session.get(Exchange, exchange_id)
    if found is None or program_id is None or found.program_id == program_id:
        return found
    return found if and_of_none and found.program_id is None else None


def caller_of(work: Work, exchange: Exchange) -> Caller | None:
    """Who asked, as they are now; nobody where they were refused before anybody knew them."""
    row = work.session.execute(
        select(Credential, Program)
        .join(Program, Program.id == Credential.program_id)
        .where(Credential.id == exchange.credential_id)
    ).one_or_none()
    if row is None:
        return None
    credential, program = row
    return Caller(
        credential_id=credential.id,
        protocol=credential.protocol,
        name=credential.name,
        settings=dict(credential.settings),
        program=program.terms(),
    )


def terminals_by_credential(work: Work, credential_id: uuid.UUID) -> Sequence[TerminalUse]:
    """The terminals that used a credential, each with the last time, the latest first."""
    found = select(TerminalUse).where(TerminalUse.credential_id == credential_id)
    order = (TerminalUse.last_at.desc(), TerminalUse.outlet, TerminalUse.terminal)
    return work.session.scalars(found.order_by(*order)).all()


def counted(
    work: Work, program_id: uuid.UUID, *, since: date, until: date | None = None
) -> Sequence[ExchangeCount]:
    """How many exchanges of each protocol ended how, by day, in days of the program."""
    found = select(ExchangeCount).where(
        ExchangeCount.program_id == program_id, ExchangeCount.day >= since
    )
    if until is not None:
        found = found.where(ExchangeCount.day <= until)
    order = (ExchangeCount.day, ExchangeCount.protocol, ExchangeCount.outcome)
    return work.session.scalars(found.order_by(*order)).all()


def errors_by_protocol(
    work: Work, program_id: uuid.UUID, *, since: date, until: date | None = None
) -> dict[str, dict[Outcome, int]]:
    """How many exchanges of each protocol ended how, between two days of the program."""
    found: dict[str, dict[Outcome, int]] = {}
    for row in counted(work, program_id, since=since, until=until):
        ends = found.setdefault(row.protocol, dict.fromkeys(Outcome, 0))
        ends[Outcome(row.outcome)] += row.calls
    return found


@dataclass(frozen=True, slots=True)
class Leg:
    """One posting of an entry on an account of a member's."""

    role: str
    amount: Amount
    before: Amount
    after: Amount


@dataclass(frozen=True, slots=True)
class Effect:
    """What one entry did."""

    entry: Entry
    legs: tuple[Leg, ...]


def effects(work: Work, entry_ids: Sequence[uuid.UUID]) -> list[Effect]:
    """What these entries did to the accounts of their member, in their order."""
    if not entry_ids:
        return []
    entries = {
        entry.id: entry
        for entry in work.session.scalars(select(Entry).where(Entry.id.in_(entry_ids)))
    }
    whose = {entry.program_id for entry in entries.values()}
    units = {one: work.session.get_one(Program, one).terms() for one in whose}
    rows = work.session.execute(
        select(Posting, Account)
        .join(Account, Account.id == Posting.account_id)
        .where(Posting.entry_id.in_(entry_ids), Posting.balance_after_minor.is_not(None))
        .order_by(Posting.entry_id, Posting.line)
    )
    legs: dict[uuid.UUID, list[Leg]] = {one: [] for one in entry_ids}
    for posting, account in rows:
        unit = units[account.program_id].unit(account.unit)
        moved = Amount(posting.amount_minor, unit)
        after = Amount(posting.balance_after_minor or 0, unit)
        legs[posting.entry_id].append(Leg(account.role, moved, after - moved, after))
    return [Effect(entries[one], tuple(legs[one])) for one in entry_ids if one in entries]


def _conditions(wanted: Filters) -> list[ColumnElement[bool]]:
    named = (
        (Exchange.protocol, wanted.protocol),
        (Exchange.outlet, wanted.outlet),
        (Exchange.terminal, wanted.terminal),
        (Exchange.credential_id, wanted.credential_id),
        (Exchange.member_id, wanted.member_id),
    )
    conditions: list[ColumnElement[bool]] = [
        cast(InstrumentedAttribute[Any], column) == value for column, value in named if value
    ]
    if wanted.status is not None:
        first, last = _statuses(wanted.status)
        conditions.append(Exchange.status.between(first, last))
    if wanted.outcome is not None:
        conditions.append(_ended(wanted.outcome))
    if wanted.refusal:
        refusal = wanted.refusal.lower()
        said = func.lower(Exchange.refusal), func.lower(Exchange.code)
        conditions.append(or_(*(one == refusal for one in said)))
    if wanted.request_id:
        conditions.append(_has_request_id(wanted.request_id))
    if wanted.since is not None:
        conditions.append(Exchange.id >= first_id_at(wanted.since))
        conditions.append(Exchange.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(Exchange.id < first_id_at(wanted.until))
    return conditions


def _statuses(status: int) -> tuple[int, int]:
    return (status * 100, status * 100 + 99) if status < 10 else (status, status)


def _ended(outcome: Outcome) -> ColumnElement[bool]:
    failed, named = Exchange.status >= 500, Exchange.refusal.is_not(None)
    if outcome is Outcome.FAILED:
        return failed
    refused = or_(named, Exchange.status >= 400)
    return ~failed & (refused if outcome is Outcome.REFUSED else ~refused)


def _has_request_id(text: str) -> ColumnElement[bool]:
    """The id of a row, or what a platform chose instead."""
    given = Exchange.given_request_id == text
    try:
        own = uuid.UUID(text) if len(text) >= _REQUEST_ID else None
    except ValueError:
        own = None
    if own is None:
        return given
    return or_(given, and_(Exchange.id == own, Exchange.given_request_id.is_(None)))
