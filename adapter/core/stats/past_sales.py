"""What is known of past sales besides themselves: what they gave, and how they were paid."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from adapter.core import sales
from adapter.core.ledger import Entry
from adapter.core.members import Member, MemberStatus
from adapter.core.payments import Redemption, RedemptionState
from adapter.core.programs import ProgramTerms
from adapter.core.transactions import Transaction
from adapter.db import Work


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a sale besides itself."""

    then_minor: int
    loyalty_minor: int
    is_active: bool
    tier: str | None
    segments: frozenset[str]


def told(work: Work, program: ProgramTerms, page: Sequence[Transaction]) -> list[Facts]:
    """What is known of each of these sales, in a few queries for all of them."""
    entries = _entries(work, program, page)
    unexplained = [sale for sale in page if sale.confirmation_code not in entries]
    paid = _paid(work, program, unexplained)
    members = {
        row.id: row
        for row in work.session.execute(
            select(Member.id, Member.status, Member.tier, Member.segments).where(
                Member.id.in_({sale.member_id for sale in page})
            )
        )
    }
    found = []
    for sale in page:
        member, explanation = members[sale.member_id], entries.get(sale.confirmation_code or "")
        loyalty = explanation["loyalty_minor"] if explanation else paid.get(_key(sale), 0)
        found.append(
            Facts(
                then_minor=explanation["points_minor"] if explanation else sale.points_minor or 0,
                loyalty_minor=int(loyalty),
                is_active=explanation is not None or member.status == MemberStatus.ACTIVE,
                tier=member.tier,
                segments=frozenset(member.segments),
            )
        )
    return found


def _entries(
    work: Work, program: ProgramTerms, page: Sequence[Transaction]
) -> dict[str, dict[str, Any]]:
    """The arithmetic by which points were given then, by the sale's confirmation code."""
    codes = defaultdict(list)
    for sale in page:
        if sale.confirmation_code:
            codes[sale.source].append(sale.confirmation_code)
    found: dict[str, dict[str, Any]] = {}
    for source, of_source in codes.items():
        rows = work.session.execute(
            select(Entry.origin_reference, Entry.explanation).where(
                Entry.program_id == program.id,
                Entry.origin_source == source,
                Entry.origin_operation == sales.EARNING,
                Entry.origin_reference.in_(of_source),
            )
        )
        found |= {code or "": told for code, told in rows if told and "loyalty_minor" in told}
    return found


_Key = tuple[str, str, str, uuid.UUID | None]


def _key(sale: Transaction) -> _Key:
    return sale.source, sale.outlet_code, sale.reference, sale.member_id


def _paid(work: Work, program: ProgramTerms, some: Sequence[Transaction]) -> Counter[_Key]:
    """What was paid with loyalty's own means for sales that earned nothing."""
    references = defaultdict(list)
    for sale in some:
        references[sale.source, sale.outlet_code].append(sale.reference)
    paid: Counter[_Key] = Counter()
    for (source, outlet_code), of_outlet in references.items():
        rows = work.session.execute(
            select(Redemption.reference, Redemption.member_id, Redemption.amount_minor).where(
                Redemption.program_id == program.id,
                Redemption.source == source,
                Redemption.outlet_code == outlet_code,
                Redemption.reference.in_(of_outlet),
                Redemption.state == RedemptionState.PAID,
            )
        )
        for reference, member_id, amount_minor in rows:
            paid[source, outlet_code, reference or "", member_id] += amount_minor
    return paid
