"""How partners are read."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy import select

from adapter.core.partners.models import (
    Credential,
    KeyMark,
    Message,
    Outlet,
    Terminal,
)
from adapter.db import Work


def credentials(work: Work, program_id: uuid.UUID | None = None) -> Sequence[Credential]:
    """The credentials of a program, or of all, the oldest first."""
    found = select(Credential).order_by(Credential.created_at, Credential.id)
    if program_id is not None:
        found = found.where(Credential.program_id == program_id)
    return work.session.scalars(found).all()


def with_digests(work: Work, digests: Iterable[bytes]) -> dict[bytes, Credential]:
    """The credentials, of any program, whose secrets have these digests."""
    found = select(Credential).where(Credential.digest.in_(list(digests)))
    return {credential.digest: credential for credential in work.session.scalars(found)}


def key_mark(work: Work) -> bytes | None:
    """The mark of the key that this database's digests were made with; none before the first."""
    return work.session.scalar(select(KeyMark.mark))


def outlets(work: Work, program_id: uuid.UUID) -> Sequence[tuple[Outlet, list[Terminal]]]:
    """A program's outlets by code, each with its terminals by code."""
    rows = work.session.execute(
        select(Outlet, Terminal)
        .outerjoin(Terminal, Terminal.outlet_id == Outlet.id)
        .where(Outlet.program_id == program_id)
        .order_by(Outlet.code, Terminal.code)
    )
    found: dict[uuid.UUID, tuple[Outlet, list[Terminal]]] = {}
    for outlet, terminal in rows:
        terminals = found.setdefault(outlet.id, (outlet, []))[1]
        if terminal is not None:
            terminals.append(terminal)
    return list(found.values())


def messages(work: Work, program_id: uuid.UUID, *, limit: int = 100) -> Sequence[Message]:
    """The last messages platforms sent, the newest first."""
    found = (
        select(Message)
        .where(Message.program_id == program_id)
        .order_by(Message.received_at.desc(), Message.id.desc())
        .limit(limit)
    )
    return work.session.scalars(found).all()
