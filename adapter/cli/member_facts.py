"""What is known of a member, as facts: for a screen, and for machines."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from adapter.cli.open_orders import open_orders
from adapter.cli.output import money
from adapter.cli.timeline import due, timeline
from adapter.core import benefits, cards, ledger, members, payments, programs, support
from adapter.core.amounts import Amount
from adapter.core.benefits import Benefit
from adapter.core.ledger import Balance, Purse
from adapter.core.members import Member
from adapter.core.payments import Redemption, RedemptionState
from adapter.core.programs import ProgramTerms
from adapter.db import Work


def facts_of(
    work: Work, terms: ProgramTerms, member: Member, *, reveal: bool, limit: int
) -> dict[str, Any]:
    """All that support is asked about: who it is, and what they hold, may use, paid and earned.

    Of payments and movements the last ones, `limit` of each.
    """
    booked = support.entered(work, member)
    purses = list(_purses(work, member, terms))
    return {
        "member": _profile(member, terms.code, reveal=reveal),
        "bought": _bought(member, terms),
        "cards": [_card(card) for card in cards.of_member(work, member.id)],
        "benefits": [
            benefit_facts(benefit, work.now) for benefit in benefits.of_member(work, member.id)
        ],
        "balances": [_balance(*purse, terms) for purse in purses],
        "orders": list(open_orders(work, member, terms)),
        "payments": [
            _payment(payment, terms)
            for payment in _uncancelled(payments.redemptions(work, member.id))[-limit:]
        ],
        "timeline": list(timeline(work, member, terms, limit=limit)),
        "due": list(due(booked, ((code, held) for code, _, held in purses), terms)),
    }


def _profile(member: Member, program: str, *, reveal: bool) -> dict[str, Any]:
    return {
        "id": str(member.id),
        "program": program,
        "status": member.status if member.erased_at is None else "erased",
        "tier": member.tier,
        "segments": member.segments,
        "name": members.full_name(member.last_name, member.first_name, member.patronymic),
        "birth_date": member.birth_date and member.birth_date.isoformat(),
        "gender": member.gender,
        "country": member.country,
        "locality": member.locality,
        "identities": [
            {"kind": one.kind, "value": members.contact(one, reveal=reveal)}
            for one in member.identities
        ],
        "consents": {one.kind: one.is_granted for one in member.consents},
        "channel": member.channel,
        "created_at": member.created_at,
    }


def _bought(member: Member, terms: ProgramTerms) -> dict[str, Any]:
    counters = member.counters
    visits, spent = (counters.visits, counters.spent_minor) if counters else (0, 0)
    return {"visits": visits, "spent_minor": spent, "spent": money(spent, terms.currency)}


def _card(card: cards.Card) -> dict[str, Any]:
    return {
        "number": card.number,
        "state": card.state,
        "barcode": {"type": card.barcode_type, "number": card.barcode_number},
        "channel": card.channel,
        "issued_at": card.issued_at,
    }


def benefit_facts(benefit: Benefit, now: datetime) -> dict[str, Any]:
    """A benefit, and what it is now: active, redeemed, expired, deactivated, or of the future."""
    return {
        "key": benefit.key,
        "code": benefit.code,
        "name": benefit.name,
        "kind": benefit.kind,
        "standing": str(benefit.standing(now)),
        "used": benefit.used,
        "uses": benefit.uses,
        "valid_from": benefit.valid_from,
        "valid_until": benefit.valid_until,
        "terms": benefit.terms,
    }


def _uncancelled(paid: Sequence[Redemption]) -> list[Redemption]:
    return [payment for payment in paid if payment.state == RedemptionState.PAID]


def _payment(payment: Redemption, terms: ProgramTerms) -> dict[str, Any]:
    return {
        "at": payment.created_at,
        "confirmation_code": payment.confirmation_code,
        "reference": payment.reference,
        "channel": payment.source,
        "outlet": payment.outlet_code,
        "amount_minor": payment.amount_minor,
        "amount": money(payment.amount_minor, terms.currency),
        "unit": payment.unit,
        "took": str(Amount(payment.debit_minor, terms.unit(payment.unit))),
    }


def _purses(
    work: Work, member: Member, terms: ProgramTerms
) -> Iterator[tuple[str, uuid.UUID | None, Balance]]:
    for code, card_id in ledger.units_of(work, member.id):
        purse = Purse(terms.id, member.id, terms.unit(code), card_id=card_id)
        yield code, card_id, ledger.balance(work, purse)


def _balance(
    code: str, card_id: uuid.UUID | None, held: Balance, terms: ProgramTerms
) -> dict[str, Any]:
    return {
        "unit": code,
        "card_id": card_id and str(card_id),
        "total": str(held.total),
        "available": str(held.available),
        "pending": str(held.pending),
        "reserved": str(held.reserved),
        "lots": [
            {
                "reason": portion.reason,
                "amount": str(portion.amount),
                "valid_until": portion.expires_at
                and programs.last_day(portion.expires_at, terms.timezone).isoformat(),
            }
            for portion in held.portions
        ],
    }
