"""Codes on their way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from adapter.core import codes
from adapter.core.codes import rules
from adapter.core.members import IdentityKind, Member
from adapter.core.outbox import OutboxMessage
from adapter.core.programs import ProgramTerms
from adapter.db import Database
from tests.factories import PLACE, make_member, make_program

KEY = b"of-the-tests-and-of-nobody-else-!"


@dataclass(frozen=True)
class Sent:
    """A code that was sent, and what it reads."""

    program: ProgramTerms
    member: Member
    message: OutboxMessage
    text: str

    def message_in(self, database: Database) -> OutboxMessage:
        """Its message as it stands now."""
        with database.reading() as work:
            return work.session.get_one(OutboxMessage, self.message.id)


def send_code(
    database: Database,
    *,
    kind: IdentityKind = IdentityKind.PHONE,
    program: ProgramTerms | None = None,
    **settings: Any,
) -> Sent:
    """A code on its way to a new member: of a new program with these settings, or of this one."""
    with database.unit_of_work() as work:
        program = program or make_program(work, **{"short_code_length": 8} | settings)
        member = make_member(work, program, email="Anna@Example.com")
        code = codes.send(work, KEY, program, member, kind=kind, place=PLACE)
        found = select(OutboxMessage).where(OutboxMessage.subject_id == code.id)
        message = work.session.scalars(found).one()
    return Sent(program, member, message, rules.text_of(KEY, code.id, code.digits))
