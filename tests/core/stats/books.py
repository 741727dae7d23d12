"""The figures as a child would reckon them: every row looked at, nothing kept."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from adapter.core import programs
from adapter.core.cards import Card
from adapter.core.ledger import Account, Entry, Lot, LotMovement, Posting
from adapter.core.members import Member
from adapter.core.programs import ProgramTerms
from adapter.core.stats import ActiveDay, DailyFigure
from adapter.core.transactions import Transaction
from adapter.db import Database, Work

OF_MEMBERS = ("spendable", "pending", "reserved")
DOINGS = ("accrual", "bonus", "redemption", "return", "reservation", "capture")
Figures = dict[tuple[Any, ...], tuple[int, int]]


def reckoned(work: Work, program: ProgramTerms) -> Figures:
    """What every figure of a program should be, from its rows alone."""
    counts, amounts = Counter[Any](), Counter[Any]()

    def add(day: date, measure: str, channel: str = "", unit: str = "", amount: int = 0) -> None:
        counts[day, measure, channel, unit] += 1
        amounts[day, measure, channel, unit] += amount

    active: defaultdict[uuid.UUID, set[date]] = defaultdict(set)
    for entry in work.session.scalars(select(Entry).where(Entry.program_id == program.id)):
        at = min(entry.occurred_at, entry.recorded_at)
        if entry.kind == "expiry":
            lot = work.session.scalars(
                select(Lot).join(LotMovement).where(LotMovement.entry_id == entry.id)
            ).one()
            given = work.session.get_one(Entry, lot.entry_id)
            at = max(at, min(given.occurred_at, given.recorded_at))
        day = programs.local_day(at, program.timezone)
        legs = work.session.execute(
            select(Account.role, Posting.amount_minor)
            .join(Account, Account.id == Posting.account_id)
            .where(Posting.entry_id == entry.id)
        ).all()
        moved = sum(amount for role, amount in legs if role in OF_MEMBERS)
        if entry.kind in DOINGS:
            active[entry.member_id].add(day)
        if moved:
            (role,) = (role for role, _ in legs if role not in OF_MEMBERS)
            name = {"opening": "opening", "reversal": f"{role}_reversed"}.get(entry.kind, role)
            add(day, name, entry.channel, entry.unit, moved)
    for sale in work.session.scalars(
        select(Transaction).where(Transaction.program_id == program.id)
    ):
        day = programs.local_day(min(sale.occurred_at, sale.recorded_at), program.timezone)
        if sale.member_id:
            active[sale.member_id].add(day)
        name = "sales" if sale.total_minor >= 0 else "refunds"
        add(day, name, sale.source, amount=sale.total_minor)
        if sale.cancelled_at:
            gone = programs.local_day(sale.cancelled_at, program.timezone)
            add(gone, "sales_cancelled", sale.source, amount=-sale.total_minor)
    for card in work.session.scalars(select(Card).where(Card.program_id == program.id)):
        if card.issued_at:
            add(programs.local_day(card.issued_at, program.timezone), "cards", card.channel)
    for member in work.session.scalars(select(Member).where(Member.program_id == program.id)):
        add(programs.local_day(member.created_at, program.timezone), "members", member.channel)
    for days in active.values():
        within = {day + timedelta(ahead) for day in days for ahead in range(30)}
        for day in days:
            add(day, "active")
        for day in within:
            add(day, "active_30")
    return {key: (counts[key], amounts[key]) for key in counts}


def told(work: Work, program: ProgramTerms) -> Figures:
    """The figures as they are rolled up, without those that have come to nothing."""
    found = select(DailyFigure).where(DailyFigure.program_id == program.id)
    figures = {
        (one.day, one.measure, one.channel, one.unit): (one.count, one.amount_minor)
        for one in work.session.scalars(found)
    }
    return {key: value for key, value in figures.items() if any(value)}


def everything(database: Database) -> list[Any]:
    """All rolled-up rows, to be compared with themselves."""
    with database.reading() as work:
        figures = work.session.scalars(select(DailyFigure)).all()
        days = work.session.scalars(select(ActiveDay)).all()
        told = [
            (one.program_id, one.day, one.measure, one.channel, one.unit, one.count)
            for one in figures
        ]
        amounts = [(one.day, one.measure, one.channel, one.amount_minor) for one in figures]
        active = [(one.member_id, one.day) for one in days]
        return [*sorted(told), *sorted(amounts), *sorted(active)]
