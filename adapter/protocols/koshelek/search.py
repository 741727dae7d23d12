"""Which one card a search is answered with, if any (5.1, G17, G20–G22)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from adapter.core import members
from adapter.core.cards import Card, CardState
from adapter.core.errors import CardBlocked, SeveralMatches
from adapter.core.members import Member, MemberStatus, Profile

Holding = tuple[Card, Member]


def choose(
    found: Sequence[Member],
    cards: Iterable[Card],
    wanted: Profile,
    *,
    blocked_cards: str,
) -> Holding | None:
    """The card of the strongest criterion that gives one: the phone, then the e-mail.

    A birth date alone finds nobody, it only breaks ties (G21).

    Raises:
        CardBlocked: What matches is blocked, and the program forbids any card then (rule 4).
        SeveralMatches: Several people match, and nothing tells them apart (rule 3).
    """
    by_holder: dict[UUID | None, list[Card]] = {}
    for card in cards:
        by_holder.setdefault(card.member_id, []).append(card)
    by_phone = members.by_phone(found, wanted.phone)
    for criterion in ([by_phone] if by_phone else [], members.by_email(found, wanted.email)):
        holdings = [(card, m) for m in criterion for card in by_holder.get(m.id, ())]
        eligible = [one for one in holdings if _is_eligible(*one, blocked_cards)]
        if eligible:
            return _one(eligible, wanted.birth_date)
        if blocked_cards == "forbid" and any(_is_blocked(*one) for one in holdings):
            # Nor the card of somebody else, to whom a weaker criterion would lead.
            raise CardBlocked("what matches is blocked")
    return None


def _one(eligible: Sequence[Holding], birth_date: date | None) -> Holding:
    if len({member.id for _, member in eligible}) > 1:
        eligible = [one for one in eligible if birth_date and one[1].birth_date == birth_date]
        if len({member.id for _, member in eligible}) != 1:
            raise SeveralMatches("several members match")
    # Active before inactive; min() keeps the oldest of equals.
    return min(eligible, key=lambda one: one[0].state != CardState.ACTIVE)


def _is_eligible(card: Card, member: Member, blocked_cards: str) -> bool:
    if _is_blocked(card, member):
        return blocked_cards == "show"
    return card.state in (CardState.ACTIVE, CardState.INACTIVE)


def _is_blocked(card: Card, member: Member) -> bool:
    return card.state == CardState.BLOCKED or member.status == MemberStatus.BLOCKED
