"""The letters that tell of events: worded when they leave, many at once."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapter.core import cards, ledger, members, transactions
from adapter.core.amounts import Amount
from adapter.core.cards import Card
from adapter.core.ledger import Entry, Leg, Role
from adapter.core.members import IdentityKind, Member
from adapter.core.outbox import EventType, OutboxEvent
from adapter.core.programs import Program, ProgramTerms
from adapter.core.transactions import Transaction
from adapter.db import Work
from adapter.delivery.letters import Letter, moment

# Of the form of what is told; a receiver may rely on it.
VERSION = 1

Data = dict[str, Any]
Composed = Letter | None | Exception


@dataclass(slots=True)
class _Facts:
    """What the events of a batch are about, read together."""

    program: ProgramTerms
    members: Mapping[uuid.UUID, Member] = field(default_factory=dict)
    cards: Mapping[uuid.UUID, Card] = field(default_factory=dict)
    entries: Mapping[uuid.UUID, tuple[Entry, list[Leg]]] = field(default_factory=dict)
    sales: Mapping[uuid.UUID, Transaction] = field(default_factory=dict)


def compose_events(
    work: Work, program_id: uuid.UUID, address: str, events: Sequence[OutboxEvent]
) -> dict[uuid.UUID, Composed]:
    """What each of these events of a program says now: nothing where there is nothing to say any
    more, and where it cannot be said what is in the way.
    """
    program = work.session.get_one(Program, program_id).terms()
    facts = _facts(work, program, events)
    composed: dict[uuid.UUID, Composed] = {}
    for event in events:
        try:
            composed[event.id] = _letter(facts, address, event)
        except Exception as error:  # a bug with one event must not keep the others
            composed[event.id] = error
    return composed


def is_known(topic: str) -> bool:
    """Whether this version has words for it."""
    return topic in WORDS


def _facts(work: Work, program: ProgramTerms, events: Collection[OutboxEvent]) -> _Facts:
    def subjects(family: str) -> set[uuid.UUID]:
        return {one.subject_id for one in events if one.topic.startswith(f"{family}.")}

    facts = _Facts(program)
    if people := {one.member_id for one in events if one.member_id}:
        facts.members = members.with_ids(work, people)
    if found := subjects("card"):
        facts.cards = cards.with_ids(work, found)
    if found := subjects("points"):
        facts.entries = ledger.entries_with_legs(work, found)
    if found := subjects("transaction"):
        facts.sales = transactions.with_ids(work, found)
    return facts


def _letter(facts: _Facts, address: str, event: OutboxEvent) -> Letter | None:
    member = facts.members.get(event.member_id) if event.member_id else None
    data = WORDS[event.topic](facts, event, member)
    if data is None:
        return None
    document = {
        "type": event.topic,
        "version": VERSION,
        "timestamp": moment(event.created_at),
        "data": {
            "program": facts.program.code,
            "sequence": event.original_position or event.position,
            "member": _who(member),
            **data,
        },
    }
    return Letter(
        id=str(event.original_id or event.id),
        address=address,
        body=json.dumps(document, ensure_ascii=False).encode(),
        line=f"{facts.program.code}: {event.topic} of {event.line_id}",
    )


def _who(member: Member | None) -> Data | None:
    """By which keys the partner's systems know them; none is left of who was erased."""
    if member is None:
        return None
    own = [one.shown for one in member.identities_of(IdentityKind.EXTERNAL_ID)]
    return {"id": str(member.id), "external_ids": own}


def _person(_: _Facts, event: OutboxEvent, member: Member | None) -> Data | None:
    if member is None or member.erased_at:
        return None

    def shown(kind: IdentityKind) -> list[str]:
        return [one.shown for one in member.identities_of(kind)]

    return {
        "status": member.status,
        "profile": {
            "phones": [one.value for one in member.identities_of(IdentityKind.PHONE)],
            "emails": shown(IdentityKind.EMAIL),
            "first_name": member.first_name,
            "last_name": member.last_name,
            "patronymic": member.patronymic,
            "birth_date": member.birth_date and member.birth_date.isoformat(),
            "gender": member.gender,
            "country": member.country,
            "locality": member.locality,
        },
        "tier": member.tier,
        "segments": member.segments,
        "consents": _consents(member),
        "registered_at": moment(member.created_at),
    }


def _status(_: _Facts, event: OutboxEvent, member: Member | None) -> Data | None:
    return None if member is None or member.erased_at else {}


def _merged(_: _Facts, event: OutboxEvent, member: Member | None) -> Data | None:
    if member is None or member.merged_into_id is None:
        return None
    return {"merged_into": str(member.merged_into_id)}


def _erased(_: _Facts, event: OutboxEvent, member: Member | None) -> Data | None:
    return {}


def _consent(_: _Facts, event: OutboxEvent, member: Member | None) -> Data | None:
    if member is None or member.erased_at:
        return None
    return {"consents": _consents(member)}


def _consents(member: Member) -> Data:
    return {
        str(consent.kind): {
            "granted": consent.is_granted,
            "changed_at": moment(consent.changed_at),
            "channel": consent.channel,
            "outlet": consent.outlet_code,
        }
        for consent in member.consents
    }


def _card(facts: _Facts, event: OutboxEvent, member: Member | None) -> Data | None:
    card = facts.cards.get(event.subject_id)
    if card is None or (member is not None and member.erased_at):
        return None
    return {
        "card": {
            "id": str(card.id),
            "number": card.number,
            "barcode": {"type": card.barcode_type, "number": card.barcode_number},
            "channel": card.channel,
            "issued_at": card.issued_at and moment(card.issued_at),
        }
    }


def _points(facts: _Facts, event: OutboxEvent, member: Member | None) -> Data | None:
    if event.subject_id not in facts.entries:
        return None
    entry, legs = facts.entries[event.subject_id]
    unit = facts.program.unit(entry.unit)

    def told(minor: int) -> str:
        return str(Amount(minor, unit))

    spendable = next((leg for leg in legs if leg.role is Role.SPENDABLE), None)
    is_erased = member is None or member.erased_at is not None
    return {
        "entry": {
            "id": str(entry.id),
            "kind": entry.kind,
            "unit": entry.unit,
            "amount": told(spendable.amount_minor if spendable else 0),
            "available": told(spendable.balance_after_minor) if spendable else None,
            "accounts": [
                {
                    "account": leg.role,
                    "card": leg.card_id and str(leg.card_id),
                    "amount": told(leg.amount_minor),
                    "balance": told(leg.balance_after_minor),
                }
                for leg in legs
            ],
            # Somebody may have written a name there.
            "reason": "" if is_erased else entry.reason,
            "reverses": _text(entry.reverses_id or entry.reverses_part_of_id),
            "channel": entry.channel,
            "outlet": entry.outlet_code,
            "terminal": entry.terminal,
            "occurred_at": moment(entry.occurred_at),
            "recorded_at": moment(entry.recorded_at),
        }
    }


def _sale(facts: _Facts, event: OutboxEvent, member: Member | None) -> Data | None:
    sale = facts.sales.get(event.subject_id)
    if sale is None:
        return None
    points = facts.program.points
    return {
        "transaction": {
            "id": str(sale.id),
            "reference": sale.reference,
            "related_reference": sale.related_reference,
            "channel": sale.source,
            "outlet": sale.outlet_code,
            "terminal": sale.terminal,
            "currency": facts.program.currency,
            "total_minor": sale.total_minor,
            "discount_minor": sale.discount_minor,
            "points": _points_of(sale.points_minor, points),
            "occurred_at": moment(sale.occurred_at),
            "recorded_at": moment(sale.recorded_at),
            "items": [
                {
                    "line": item.line,
                    "code": item.code,
                    "name": item.name,
                    "quantity": format(item.quantity, "f"),
                    "net_minor": item.net_minor,
                    "points": _points_of(item.points_minor, points),
                }
                for item in sale.items
            ],
        }
    }


def _points_of(minor: int | None, unit: Any) -> str | None:
    return None if minor is None else str(Amount(minor, unit))


def _text(found: uuid.UUID | None) -> str | None:
    return str(found) if found else None


Words = Callable[[_Facts, OutboxEvent, Member | None], Data | None]
WORDS: dict[str, Words] = {
    EventType.MEMBER_REGISTERED: _person,
    EventType.MEMBER_UPDATED: _person,
    EventType.MEMBER_BLOCKED: _status,
    EventType.MEMBER_UNBLOCKED: _status,
    EventType.MEMBER_MERGED: _merged,
    EventType.MEMBER_ERASED: _erased,
    EventType.CONSENT_CHANGED: _consent,
    EventType.CARD_ISSUED: _card,
    EventType.CARD_BLOCKED: _card,
    EventType.CARD_UNBLOCKED: _card,
    EventType.CARD_REPLACED: _card,
    EventType.CARD_LAPSED: _card,
    EventType.POINTS_CHANGED: _points,
    EventType.TRANSACTION_RECORDED: _sale,
    EventType.TRANSACTION_RETURNED: _sale,
    EventType.TRANSACTION_CANCELLED: _sale,
}
