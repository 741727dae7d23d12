"""Whom an operator means: a phone in any notation, an e-mail, a card, a barcode, an id."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

from adapter.core import cards, members, phones, programs
from adapter.core.errors import InvalidPhone, SeveralMatches, UnknownMember
from adapter.core.members import IdentityKind, Member
from adapter.core.programs import Program
from adapter.db import Work

_PHONE = re.compile(r"[+0-9][0-9 ().\-\u00a0]{4,30}")


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
    for card in cards.bearing(work, program.id, text):
        holder = card.member_id and work.session.get(Member, card.member_id)
        if holder:
            yield holder
    for kind in IdentityKind:
        values = _phones(text, program) if kind is IdentityKind.PHONE else [text]
        for value in values:
            folded = members.value_of(kind, value)
            yield from members.by_identity(work, program.id, kind, folded)
    if (identified := _by_id(work, text)) and identified.program_id == program.id:
        yield identified


def _phones(text: str, program: Program) -> set[str]:
    """What a number written by a person of the program's country may be in the core form."""
    if not _PHONE.fullmatch(text):
        return set()
    try:
        return {phones.core_form(text), phones.in_country(text, program.country)}
    except InvalidPhone:
        return set()


def _by_id(work: Work, text: str) -> Member | None:
    try:
        return work.session.get(Member, UUID(text))
    except ValueError:
        return None
