"""What changes a partner's outlets and credentials, and the one question asked of the latter."""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, or_, select

from adapter.core.errors import Conflict, NotFound, Unauthenticated
from adapter.core.partners.models import (
    Caller,
    Credential,
    CredentialStatus,
    KeyMark,
    Message,
    Outlet,
    Terminal,
)
from adapter.core.programs import Program
from adapter.db import Work
from adapter.db.statements import insert_unless_there

MESSAGE_DAYS = 30  # how long what a platform sent is kept as it came


def authenticate(work: Work, *, protocol: str, digest: bytes) -> Caller:
    """Who shows a secret with this digest; one query.

    Raises:
        Unauthenticated: Nobody, or nobody any more.
    """
    row = work.session.execute(
        select(Credential, Program)
        .join(Program, Program.id == Credential.program_id)
        .where(
            Credential.digest == digest,
            Credential.protocol == protocol,
            Credential.status == CredentialStatus.ACTIVE,
            or_(Credential.expires_at.is_(None), Credential.expires_at > work.now),
        )
    ).one_or_none()
    if row is None or not hmac.compare_digest(row[0].digest, digest):
        raise Unauthenticated("no valid credential")
    credential, program = row
    return Caller(
        credential_id=credential.id,
        protocol=credential.protocol,
        name=credential.name,
        settings=dict(credential.settings),
        program=program.terms(),
    )


def create_credential(
    work: Work,
    program_id: uuid.UUID,
    *,
    protocol: str,
    name: str,
    digest: bytes,
    settings: dict[str, Any] | None = None,
) -> Credential:
    """A new way for a platform to identify itself.

    Raises:
        Conflict: The same secret is in use already.
    """
    taken = work.session.scalar(select(Credential).where(Credential.digest == digest))
    if taken is not None:
        raise Conflict("this secret is in use already")
    credential = Credential(
        program_id=program_id,
        protocol=protocol,
        name=name,
        digest=digest,
        status=CredentialStatus.ACTIVE,
        settings=settings or {},
        created_at=work.now,
    )
    work.session.add(credential)
    work.session.flush()
    return credential


def rotate_credential(
    work: Work, credential_id: uuid.UUID, *, digest: bytes, overlap: timedelta
) -> Credential:
    """The successor of a credential; the old secret still opens for the length of `overlap`, and
    no longer than it would have.

    Raises:
        NotFound: There is no such credential, it was revoked, or its time is over.
    """
    old = _live(work, credential_id)
    ends = work.now + overlap
    old.expires_at = min(ends, old.expires_at or ends)
    return create_credential(
        work,
        old.program_id,
        protocol=old.protocol,
        name=old.name,
        digest=digest,
        settings=dict(old.settings),
    )


def revoke_credential(work: Work, credential_id: uuid.UUID) -> Credential:
    """The credential, which opens nothing from now on.

    Raises:
        NotFound: There is no such credential, or it was revoked before.
    """
    credential = _live(work, credential_id)
    credential.status = CredentialStatus.REVOKED
    credential.revoked_at = work.now
    work.session.flush()
    return credential


def _live(work: Work, credential_id: uuid.UUID) -> Credential:
    credential = work.session.get(Credential, credential_id)
    if credential is None or credential.status != CredentialStatus.ACTIVE:
        raise NotFound("no active credential has this id")
    if credential.expires_at is not None and credential.expires_at <= work.now:
        raise NotFound("this credential's time is over")
    return credential


def check_key(work: Work, mark: bytes) -> bool:
    """Whether this installation's secret is the one the digests were made with.

    The first to ask leaves its mark.
    """
    insert_unless_there(work.session, KeyMark, {"id": 1, "mark": mark}, unique=["id"])
    kept = work.session.scalar(select(KeyMark.mark))
    return kept is not None and hmac.compare_digest(kept, mark)


def change_key(work: Work, mark: bytes) -> Sequence[Credential]:
    """The credentials that opened until now, by the digests of another key: all have ended, and
    this installation's key is the one with this mark.

    Their time is over, and none is revoked: nobody has anything against those who held them.

    Raises:
        Conflict: The key is the one that the digests were made with.
    """
    kept = work.session.get(KeyMark, 1, with_for_update=True)
    if kept is not None and hmac.compare_digest(kept.mark, mark):
        raise Conflict("the credentials were made with this secret key")
    ended = work.session.scalars(
        select(Credential)
        .where(
            Credential.status == CredentialStatus.ACTIVE,
            or_(Credential.expires_at.is_(None), Credential.expires_at > work.now),
        )
        .order_by(Credential.created_at, Credential.id)
    ).all()
    for credential in ended:
        credential.expires_at = work.now
    work.session.merge(KeyMark(id=1, mark=mark))
    work.session.flush()
    return ended


def put_outlet(
    work: Work, program_id: uuid.UUID, *, code: str, name: str, terminals: list[str]
) -> Outlet:
    """The declared outlet with this code, made or brought in line."""
    outlet = work.session.scalar(
        select(Outlet).where(Outlet.program_id == program_id, Outlet.code == code)
    )
    if outlet is None:
        outlet = Outlet(program_id=program_id, code=code)
        work.session.add(outlet)
    outlet.name, outlet.is_declared = name, True
    work.session.flush()
    known = {t.code: t for t in work.session.scalars(_terminals_of(outlet))}
    for terminal_code in terminals:
        terminal = known.get(terminal_code) or Terminal(outlet_id=outlet.id, code=terminal_code)
        terminal.is_declared = True
        work.session.add(terminal)
    work.session.flush()
    return outlet


def _terminals_of(outlet: Outlet) -> Any:
    return select(Terminal).where(Terminal.outlet_id == outlet.id).order_by(Terminal.code)


def keep_message(
    work: Work,
    caller: Caller,
    *,
    kind: str,
    body: str,
    reference: str | None = None,
    member_id: uuid.UUID | None = None,
) -> Message:
    """What a platform sent, kept as it came."""
    message = Message(
        program_id=caller.program_id,
        member_id=member_id,
        protocol=caller.protocol,
        kind=kind,
        reference=reference,
        body=body,
        received_at=work.now,
    )
    work.session.add(message)
    work.session.flush()
    return message


def drop_old_messages(work: Work) -> int:
    """How many kept messages were past their retention, and are gone now."""
    limit = work.now - timedelta(days=MESSAGE_DAYS)
    result = work.session.execute(delete(Message).where(Message.received_at < limit))
    return int(result.rowcount)  # type: ignore[attr-defined]
