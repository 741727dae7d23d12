"""How one-time codes are read."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from adapter.core.codes.models import ShortCode
from adapter.core.codes.rules import text_of
from adapter.core.members import IdentityKind, Member
from adapter.db import Work


@dataclass(frozen=True, slots=True)
class Sending:
    """A code on its way: what it reads and where it goes, which no log may show."""

    kind: IdentityKind
    to: str = field(repr=False)
    text: str = field(repr=False)
    expires_at: datetime


def sending(work: Work, key: bytes, code_id: uuid.UUID) -> Sending | None:
    """What to send of this code, and whereto; nothing once it is over or nobody is there."""
    code = work.session.get(ShortCode, code_id)
    if code is None or code.sent_by is None:
        return None
    if code.ended_at is not None or code.expires_at <= work.now:
        return None
    member = work.session.get(Member, code.member_id)
    kind = IdentityKind(code.sent_by)
    identity = member.identity(kind) if member is not None else None
    if identity is None:
        return None
    # A phone in the one form that carries its country, an e-mail with the case it was given in.
    to = identity.value if kind is IdentityKind.PHONE else identity.shown
    return Sending(kind, to, text_of(key, code.id, code.digits), code.expires_at)
