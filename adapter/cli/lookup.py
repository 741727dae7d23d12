"""Whom an operator means: a phone in any notation, an e-mail, a card, a barcode, an id."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from adapter.core import cards, members, programs, support
from adapter.core.errors import SeveralMatches, UnknownMember
from adapter.core.members import IdentityKind, Member
from adapter.core.programs import Program
from adapter.db import Work


def member(work: Work, text: str, code: str | None = None) -> tuple[Program, Member]:
    """The one member who is meant, and their program.

    Raises:
        UnknownMember: Nobody is.
        SeveralMatches: Several are; they are named by their ids.
    """
    wanted = [programs.by_code(work, code)] if code else programs.all_programs(work)
    found = {one.id: (program, one) for program in wanted for one in _in(work, program, text)}
    if not found:
        raise UnknownMember("no member has this phone, e-mail, card, barcode or id")
    if len(found) > 1:
        known = ", ".join(f"{one.id} of {program.code}" for program, one in found.values())
        raise SeveralMatches(f"several members match; name one by id: {known}")
    return next(iter(found.values()))


def _in(work: Work, program: Program, text: str) -> Iterator[Member]:
    text = text.strip()
    for number in support.numbers_meant(text):
        for card in cards.bearing(work, program.id, number):
            holder = card.member_id and work.session.get(Member, card.member_id)
            if holder:
                yield holder
    for kind in IdentityKind:
        is_phone = kind is IdentityKind.PHONE
        for value in support.phones_meant(text, program.country) if is_phone else {text}:
            folded = members.value_of(kind, value)
            yield from members.by_identity(work, program.id, kind, folded)
    if (identified := _by_id(work, text)) and identified.program_id == program.id:
        yield identified


def _by_id(work: Work, text: str) -> Member | None:
    try:
        return work.session.get(Member, UUID(text))
    except ValueError:
        return None
