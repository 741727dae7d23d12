"""What changes a program."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import select

from adapter.core import ledger, outbox
from adapter.core.amounts import CREDIT, POINTS
from adapter.core.programs import versions
from adapter.core.programs.models import Deal, EarnRule, Offer, Program, Tier
from adapter.db import Work


def put(work: Work, *, code: str, by: str = "", note: str = "", **attributes: Any) -> Program:
    """The program with this code, made or brought in line; its own ledger accounts are open, and
    what it says is kept as a version if it says anything new.
    """
    program = work.session.scalar(select(Program).where(Program.code == code))
    if program is None:
        program = Program(code=code, created_at=work.now, **DEFAULTS | attributes)
        work.session.add(program)
        work.session.flush()
        ledger.open_program_accounts(work, program.id, POINTS.code, CREDIT.code)
        versions.keep_program(work, program, by=by, note=note)
    elif any(getattr(program, name) != value for name, value in attributes.items()):
        versions.keep_program_as_found(work, program)
        for name, value in attributes.items():
            setattr(program, name, value)
        work.session.flush()
        versions.keep_program(work, program, by=by, note=note)
    outbox.forget_subscriptions(work)
    return program


# What a program is where nothing is said.
DEFAULTS: dict[str, Any] = {
    "name": "",
    "currency": "RUB",
    "country": "RU",
    "timezone": "Europe/Moscow",
    "settings": {},
    "card_numbers": {},
}


def put_rule(
    work: Work,
    program_id: uuid.UUID,
    *,
    code: str,
    kind: str,
    terms: Any,
    by: str = "",
    note: str = "",
) -> EarnRule:
    """The earn rule with this code, made or brought in line; a change makes it a new version."""
    found = select(EarnRule).where(EarnRule.program_id == program_id, EarnRule.code == code)
    rule = work.session.scalar(found)
    if rule is None:
        rule = EarnRule(program_id=program_id, code=code, kind=kind, version=1, terms=terms)
        work.session.add(rule)
        versions.keep_rule(work, rule, by=by, note=note)
    elif (rule.kind, rule.terms) != (kind, terms):
        versions.keep_rule_as_found(work, rule)
        rule.kind, rule.terms = kind, terms
        rule.version += 1
        versions.keep_rule(work, rule, by=by, note=note)
    return rule


def put_deal(work: Work, program_id: uuid.UUID, *, code: str, name: str, terms: Any) -> Deal:
    """The deal with this code, made or brought in line."""
    found = select(Deal).where(Deal.program_id == program_id, Deal.code == code)
    deal = work.session.scalar(found)
    if deal is None:
        deal = Deal(program_id=program_id, code=code, name=name, terms=terms)
        work.session.add(deal)
    deal.name, deal.terms = name, terms
    return deal


def put_tier(work: Work, program_id: uuid.UUID, *, code: str, name: str, rank: int) -> Tier:
    """The tier with this code, made or brought in line."""
    found = select(Tier).where(Tier.program_id == program_id, Tier.code == code)
    tier = work.session.scalar(found)
    if tier is None:
        tier = Tier(program_id=program_id, code=code, name=name, rank=rank)
        work.session.add(tier)
    tier.name, tier.rank = name, rank
    return tier


def put_offer(work: Work, program_id: uuid.UUID, *, code: str, **attributes: Any) -> Offer:
    """The offer with this code, made or brought in line."""
    found = select(Offer).where(Offer.program_id == program_id, Offer.code == code)
    offer = work.session.scalar(found)
    if offer is None:
        offer = Offer(program_id=program_id, code=code, **attributes)
        work.session.add(offer)
    for name, value in attributes.items():
        setattr(offer, name, value)
    return offer
