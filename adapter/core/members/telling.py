"""What those who listen to a program are told of its members."""

from __future__ import annotations

from adapter.core import outbox
from adapter.core.members.models import Member, MemberStatus
from adapter.core.outbox import EventType
from adapter.db import Work


def tell(work: Work, member: Member, topic: EventType) -> None:
    """Have them be told of something that happened to a member."""
    outbox.tell(work, member.program_id, topic, subject_id=member.id, member_id=member.id)


def tell_updated(work: Work, member: Member) -> None:
    """Have them be told that a member is not as before, unless they are told of a new one."""
    if not outbox.is_told(work, EventType.MEMBER_REGISTERED, member.id):
        tell(work, member, EventType.MEMBER_UPDATED)


def tell_status(work: Work, member: Member, before: str) -> None:
    """Have them be told what became of a member who had another status before."""
    if member.status == MemberStatus.BLOCKED:
        tell(work, member, EventType.MEMBER_BLOCKED)
    elif before == MemberStatus.BLOCKED:
        tell(work, member, EventType.MEMBER_UNBLOCKED)
    else:
        tell_updated(work, member)
