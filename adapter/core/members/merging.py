"""Two rows that are one person: what is personal of the one goes to the other."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.orm import selectinload

from adapter.core.errors import MemberInactive, UnknownMember
from adapter.core.members.models import (
    Consent,
    Identity,
    IdentityKind,
    Member,
    MemberStatus,
    Profile,
)
from adapter.core.members.operations import rename
from adapter.core.members.telling import tell, tell_updated
from adapter.core.outbox import EventType
from adapter.core.partners import Message
from adapter.db import Work

_PERSONAL = [name for name in Profile.__slots__ if hasattr(Member, name)]


def lock_both(
    work: Work, program_id: uuid.UUID, survivor_id: uuid.UUID, other_id: uuid.UUID
) -> tuple[Member, Member]:
    """The two, locked in the order of their ids until the unit of work ends.

    Raises:
        UnknownMember: One is not of this program, or both are the same.
        MemberInactive: One was erased, or was merged into somebody else.
    """
    rows = work.session.scalars(
        select(Member)
        .options(selectinload(Member.identities), selectinload(Member.consents))
        .where(Member.program_id == program_id, Member.id.in_([survivor_id, other_id]))
        .order_by(Member.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    found = {member.id: member for member in rows}
    if len(found) != 2:
        raise UnknownMember("two members of the program are wanted")
    survivor, other = found[survivor_id], found[other_id]
    if survivor.erased_at or other.erased_at:
        raise MemberInactive("one of them was erased")
    if survivor.merged_into_id or other.merged_into_id not in (None, survivor_id):
        raise MemberInactive("one of them was merged into another member")
    return survivor, other


def absorb(work: Work, survivor: Member, other: Member) -> None:
    """Have the survivor be known by all that the other was, and the other by nothing.

    What the survivor's profile lacks is filled from the other's, which then says nothing any more;
    of two consents of a kind the later holds, and of two given at once the refusal. Who of the two
    was blocked blocks the survivor. Repeated, it moves what has come to the other since.
    """
    _pass_on_identities(work, survivor, other)
    _pass_on_consents(work, survivor, other)
    for name in _PERSONAL:
        if getattr(survivor, name) is None:
            setattr(survivor, name, getattr(other, name))
        setattr(other, name, None)
    rename(survivor)
    rename(other)
    survivor.tier = survivor.tier or other.tier
    survivor.segments = list(dict.fromkeys([*survivor.segments, *other.segments]))
    tell_updated(work, survivor)
    if other.status == MemberStatus.BLOCKED != survivor.status:
        survivor.status = MemberStatus.BLOCKED
        tell(work, survivor, EventType.MEMBER_BLOCKED)
    if other.merged_into_id is None:
        tell(work, other, EventType.MEMBER_MERGED)
    other.status, other.merged_into_id = MemberStatus.INACTIVE, survivor.id
    # Whoever had been merged into the other is the survivor too, at one step.
    before = update(Member).where(Member.merged_into_id == other.id)
    work.session.execute(before.values(merged_into_id=survivor.id))
    survivor.updated_at = other.updated_at = work.now
    work.session.execute(
        update(Message).where(Message.member_id == other.id).values(member_id=survivor.id)
    )
    work.session.flush()


def _pass_on_identities(work: Work, survivor: Member, other: Member) -> None:
    shared = [one.value for one in survivor.identities_of(IdentityKind.EMAIL)]
    theirs = Identity.member_id == other.id
    is_known = (Identity.kind == IdentityKind.EMAIL) & Identity.value.in_(shared)
    work.session.execute(delete(Identity).where(theirs, is_known))
    # They stand behind those the survivor had before.
    work.session.execute(
        update(Identity).where(theirs).values(member_id=survivor.id, created_at=work.now)
    )
    for member in (survivor, other):
        work.session.expire(member, ["identities"])


def _pass_on_consents(work: Work, survivor: Member, other: Member) -> None:
    said = {consent.kind: consent for consent in survivor.consents}
    for consent in list(other.consents):
        mine = said.get(consent.kind)
        if mine is None:
            mine = Consent(member_id=survivor.id, kind=consent.kind)
            survivor.consents.append(mine)
        elif not _is_stronger(consent, mine):
            continue
        mine.is_granted, mine.changed_at = consent.is_granted, consent.changed_at
        mine.channel, mine.outlet_code = consent.channel, consent.outlet_code
        mine.terminal, mine.actor = consent.terminal, consent.actor
        tell(work, survivor, EventType.CONSENT_CHANGED)
    work.session.flush()


def _is_stronger(consent: Consent, than: Consent) -> bool:
    if consent.changed_at == than.changed_at:
        return than.is_granted and not consent.is_granted
    return consent.changed_at > than.changed_at


def merged_into(work: Work, member_id: uuid.UUID) -> Sequence[Member]:
    """Those who turned out to be this member."""
    found = select(Member).where(Member.merged_into_id == member_id).order_by(Member.id)
    return work.session.scalars(found).all()


def was_merged(work: Work, member_id: uuid.UUID, *, into: uuid.UUID) -> bool:
    """Whether a member turned out to be another."""
    found = select(Member.id).where(Member.id == member_id, Member.merged_into_id == into)
    return work.session.scalar(found) is not None
