"""Forgetting a person, and all that anybody ever said of them."""

from __future__ import annotations

from adapter.core import cards, events, members
from adapter.core.members import Member
from adapter.db import Work


def erase(work: Work, member: Member) -> int:
    """Forget the person, and those who turned out to be the same one; how many cards name nobody
    any more.
    """
    retired = 0
    for one in (member, *members.merged_into(work, member.id)):
        members.erase(work, one)
        events.forget(work, one.id)
        held = cards.of_member(work, one.id)
        cards.retire_all(work, held)
        retired += len(held)
    return retired
