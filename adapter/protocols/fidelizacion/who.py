"""Whom a call is about (4.1), and the codes by which members prove that it is them (8.2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from adapter.core import cards, codes
from adapter.core.members import Enrolled, IdentityKind, Member
from adapter.protocols.fidelizacion.errors import blame
from adapter.protocols.fidelizacion.mapping import people
from adapter.web.credentials import caller, pepper, place
from adapter.web.work import Work

Given = Mapping[str, str]


def identified(work: Work, given: Given, *, whole: bool = False, lock: bool = False) -> Member:
    """The one member these identifiers name; with all that is told of them, or locked.

    Raises:
        UnknownMember: They name nobody in this business.
        DifferentMembers: They name several.
    """
    return cards.identify(work, caller().program_id, _named(given), whole=whole, lock=lock)


def recognised(work: Work, given: Given, *, every_lot: bool = False) -> Enrolled:
    """The one member these identifiers name, and in an attempt without locks what they hold.

    Raises:
        UnknownMember: They name nobody in this business.
        DifferentMembers: They name several.
    """
    return cards.recognise(work, caller().program_id, _named(given), every_lot=every_lot)


def _named(given: Given) -> people.Identifiers:
    blame(identifier=people.place_of_identifier(given))
    return people.identifiers(given, caller().program)


def send_code(work: Work, member: Member, given: Given) -> None:
    """Send the member a fresh code to the address they were named by, or to one they have."""
    named = [kind for name, kind in people.ADDRESSES.items() if name in given]
    has = [kind for kind in people.ADDRESSES.values() if member.identity(kind)]
    kind = next(iter(named or has), IdentityKind.PHONE)
    codes.send(work, pepper(), caller().program, member, kind=kind, place=place())


def shown_code(work: Work, member: Member) -> tuple[str, datetime]:
    """What the member's live code reads, and until when."""
    return codes.show(work, pepper(), caller().program, member, place=place())


def code_holder(work: Work, code: str, member: Member | None = None) -> Member | None:
    """Whose live code this is, which is used up now; of this member alone, where one is given.

    A wrong try is counted: leave the unit of work before refusing it.
    """
    return codes.take(work, pepper(), caller().program, code, member=member, place=place())
