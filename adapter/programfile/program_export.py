"""A program as the file says it, without its long lists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from adapter.core import members, partners, programs
from adapter.core.cards import Card
from adapter.core.partners import Credential, CredentialStatus
from adapter.core.programs import Program, ProgramTerms
from adapter.db import Work
from adapter.programfile.condition_schemas import DISCOUNT_KEYS
from adapter.programfile.credentials import Forms
from adapter.programfile.rule_schemas import rule_keys
from adapter.programfile.shown import barcode, ordered, shown_phone


def head_of(work: Work, program: Program, forms: Forms) -> Iterator[tuple[str, Any]]:
    """The keys of a program and their values, in the order in which people read them."""
    for key in ("code", "name", "currency", "country", "timezone", "settings", "card_numbers"):
        yield key, getattr(program, key)
    lists = {
        "outlets": _outlets(work, program),
        "credentials": _credentials(work, program, forms),
        "tiers": [
            {"code": tier.code, "name": tier.name, "rank": tier.rank}
            for tier in programs.tiers(work, program.id)
        ],
        "earn_rules": [
            {"code": rule.code, "kind": rule.kind} | ordered(rule.terms, rule_keys(rule.kind))
            for rule in programs.earn_rules(work, program.id)
        ],
        "deals": [
            {"code": deal.code, "name": deal.name} | ordered(deal.terms, DISCOUNT_KEYS)
            for deal in programs.deals(work, program.id)
        ],
        "offers": _offers(work, program.terms()),
        "special_users": [
            {"phone": shown_phone(user.phone, program.country)}
            | ({"params": user.params} if user.params else {})
            for user in members.special_users(work, program.id)
        ],
    }
    for key, entries in lists.items():
        if entries:
            yield key, entries


def _outlets(work: Work, program: Program) -> list[dict[str, Any]]:
    """Those somebody declared; the others come back by themselves when they call."""
    return [
        {
            "code": outlet.code,
            "name": outlet.name,
            "terminals": [terminal.code for terminal in terminals if terminal.is_declared],
        }
        for outlet, terminals in partners.outlets(work, program.id)
        if outlet.is_declared
    ]


def _credentials(work: Work, program: Program, forms: Forms) -> list[dict[str, Any]]:
    """Those that are not on their way out."""
    lasting = [row for row in partners.credentials(work, program.id) if row.expires_at is None]
    lasting.sort(key=lambda row: (row.protocol, row.name, row.created_at, row.id))
    return [_credential(row, forms) for row in lasting]


def _credential(row: Credential, forms: Forms) -> dict[str, Any]:
    entry: dict[str, Any] = {"protocol": row.protocol}
    if row.name:
        entry[forms.name_key(row.protocol)] = row.name
    if row.status != CredentialStatus.ACTIVE:
        entry["status"] = row.status
    if row.settings:
        entry["settings"] = row.settings
    return entry


def _offers(work: Work, terms: ProgramTerms) -> list[dict[str, Any]]:
    def days(starts_at: datetime | None, ends_at: datetime | None) -> dict[str, str]:
        found = {}
        if starts_at is not None:
            found["starts_on"] = programs.local_day(starts_at, terms.timezone).isoformat()
        if ends_at is not None:
            found["ends_on"] = programs.last_day(ends_at, terms.timezone).isoformat()
        return found

    return [
        {"code": offer.code, "title": offer.title, "text": offer.text, "image": offer.image}
        | days(offer.starts_at, offer.ends_at)
        for offer in programs.offers(work, terms.id)
    ]


def pool_entry(card: Card) -> dict[str, Any]:
    """A number that waits to become a card."""
    return {"number": card.number} | barcode(card)
