"""What records an event, and what rules make of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, update

from adapter.core import benefits, ledger, programs, sales
from adapter.core.amounts import Amount
from adapter.core.benefits import Grant
from adapter.core.events.models import Event
from adapter.core.ledger import Details, EntryKind, Holdings, Purse, Terms
from adapter.core.members import Member, MemberStatus
from adapter.core.origins import Origin, Place
from adapter.core.programs import Basket, Conditions, EarnRule, Occasion, ProgramTerms
from adapter.db import Work
from adapter.db.base import new_id

AWARDING = "event"
NOTHING_BOUGHT = Basket(lines=(), total_minor=0)


def record(
    work: Work,
    program: ProgramTerms,
    member: Member | None,
    *,
    kind: str,
    occurred_at: datetime,
    place: Place,
    sub_kind: str | None = None,
    payload: str | None = None,
    tags: Sequence[str] = (),
) -> Event:
    """The event, kept as it was told, each time it is told; and what the program's rules give for
    it given to the member. `payload` is a JSON text.
    """
    event = Event(
        id=new_id(),
        program_id=program.id,
        member_id=member.id if member else None,
        kind=kind,
        sub_kind=sub_kind,
        payload=payload,
        tags=list(tags),
        source=place.channel,
        outlet_code=place.outlet_code,
        terminal=place.terminal,
        actor=place.actor,
        occurred_at=occurred_at,
        recorded_at=work.now,
    )
    work.session.add(event)
    work.session.flush()
    if member is not None and member.status == MemberStatus.ACTIVE:
        _award(work, program, member, event, place)
    return event


def _award(work: Work, program: ProgramTerms, member: Member, event: Event, place: Place) -> None:
    at = programs.judged_at(event.occurred_at, work.now)
    occasion = sales.occasion_of(program, member, at, place)
    rules = list(_applying(work, program, event, occasion))
    if not rules:
        return
    # Limits are counted by one call at a time.
    purse = program.purse_of(member.id, may_owe=True)
    held = ledger.lock_holdings(work, purse)
    day = programs.local_day(at, program.timezone)
    keys = {
        rule.code: (rule.code, programs.period_of(day, rule.terms.get("period", "ever")))
        for rule in rules
    }
    counted = sales.usages(work, member.id, set(keys.values()))
    for rule in rules:
        key = keys[rule.code]
        uses, limit = counted[key].uses if key in counted else 0, rule.terms.get("limit")
        if limit is not None and uses >= limit:
            continue
        minor = _points(rule, program)
        if minor:
            _give(work, program, held, purse, rule, event, minor, place)
        if "benefit" in rule.terms:
            _grant(work, program, member, rule.terms["benefit"])
        sales.add_usage(work, member.id, key, amount_minor=minor)


def _applying(
    work: Work, program: ProgramTerms, event: Event, occasion: Occasion
) -> Iterator[EarnRule]:
    for rule in programs.earn_rules(work, program.id):
        if rule.kind != "event" or rule.terms["event"] != event.kind:
            continue
        if rule.terms.get("sub_event") not in (None, event.sub_kind):
            continue
        conditions = Conditions.of(rule.terms)
        if conditions.missing_around(NOTHING_BOUGHT, occasion, any_total=True) is None:
            yield rule


def _points(rule: EarnRule, program: ProgramTerms) -> int:
    return Amount.parse(rule.terms.get("points", "0"), program.points).minor


def _give(
    work: Work,
    program: ProgramTerms,
    held: Holdings,
    purse: Purse,
    rule: EarnRule,
    event: Event,
    minor: int,
    place: Place,
) -> None:
    details = Details(
        kind=EntryKind.BONUS,
        reason=event.kind,
        origin=Origin(place.channel or "events", AWARDING, f"{event.id}/{rule.code}"),
        place=place,
        occurred_at=event.occurred_at,
        explanation={
            "points_minor": minor,
            "points_decimals": program.points.decimals,
            "event": event.kind,
            "rule": rule.code,
            "version": rule.version,
        },
    )
    terms = Terms(expires_at=program.expiry_of_points(work.now))
    ledger.give(work, held, purse, Amount(minor, program.points), details, terms=terms)


def _grant(work: Work, program: ProgramTerms, member: Member, given: dict[str, Any]) -> None:
    terms: dict[str, Any] = dict(given)
    told: dict[str, Any] = {}
    for name in ("name", "kind", "description", "image", "uses"):
        if name in terms:
            told[name] = terms.pop(name)
    if days := terms.pop("valid_days", None):
        last = programs.local_day(work.now + timedelta(days), program.timezone)
        told["valid_until"] = programs.end_of(last, program.timezone)
    key = f"as_{uuid.uuid4().hex}"
    benefits.grant(work, program.id, Grant(member.id, key, terms=terms, **told))


def forget(work: Work, member_id: uuid.UUID) -> None:
    """Drop what platforms told of a member's doings: it may say anything about them."""
    work.session.execute(delete(Event).where(Event.member_id == member_id))


def pass_on(work: Work, *, of: uuid.UUID, to: uuid.UUID) -> None:
    """Have what platforms told of one member's doings be another's."""
    work.session.execute(update(Event).where(Event.member_id == of).values(member_id=to))
