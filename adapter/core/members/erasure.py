"""Forgetting a person."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete

from adapter.core.members.models import IdentityKind, Member, MemberStatus, Profile, SpecialUser
from adapter.core.members.telling import tell
from adapter.core.outbox import EventType
from adapter.core.partners import Message
from adapter.db import Work

SHORTEST_CONTACT = 6


def erase(work: Work, member: Member) -> None:
    """Forget the person: nothing personal stays, and the ledger does not notice.

    Cards are another area's; whoever erases a person has them retired in the same unit of work.
    """
    shown = {identity.shown for identity in member.identities}
    # A short external id stands in other people's messages too; contacts are never that short.
    values = {
        text
        for text in shown | {identity.value for identity in member.identities}
        if len(text) >= SHORTEST_CONTACT
    }
    phones = [i.value for i in member.identities_of(IdentityKind.PHONE)]
    _forget_messages(work, member, values)
    work.session.execute(
        delete(SpecialUser).where(
            SpecialUser.program_id == member.program_id, SpecialUser.phone.in_(phones)
        )
    )
    for identity in list(member.identities):
        member.identities.remove(identity)
        work.session.delete(identity)
    for name in Profile().__slots__:
        if hasattr(Member, name):
            setattr(member, name, None)
    member.family_key = member.given_key = None
    member.tier, member.segments = None, []
    member.status = MemberStatus.INACTIVE
    member.erased_at = member.updated_at = work.now
    tell(work, member, EventType.MEMBER_ERASED)
    work.session.flush()


def _forget_messages(work: Work, member: Member, values: Iterable[str]) -> None:
    work.session.execute(delete(Message).where(Message.member_id == member.id))
    for value in values:
        mentions = Message.body.contains(value, autoescape=True)
        work.session.execute(
            delete(Message).where(Message.program_id == member.program_id, mentions)
        )
