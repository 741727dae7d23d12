"""How those who work with the console are read."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from adapter.core.errors import NotFound, Unauthenticated
from adapter.core.staff.models import Person, StaffSession, StaffUser
from adapter.core.staff.rules import IDLE, SEEN_EVERY, digest_of
from adapter.db import Work


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody with a session that lives, and whether it is time to note that they were seen."""

    session_id: uuid.UUID
    person: Person
    is_stale: bool


def users(work: Work) -> Sequence[StaffUser]:
    """Everybody, by login."""
    return work.session.scalars(select(StaffUser).order_by(StaffUser.login)).all()


def by_login(work: Work, login: str) -> StaffUser:
    """One of them, disabled or not.

    Raises:
        NotFound: Nobody has this login.
    """
    user = find(work, login)
    if user is None:
        raise NotFound("nobody has this login")
    return user


def find(work: Work, login: str) -> StaffUser | None:
    """One of them, disabled or not, or nobody."""
    return work.session.scalar(select(StaffUser).where(StaffUser.login == login.strip().lower()))


def signed_in(work: Work, token: str) -> SignedIn:
    """Whose session has this token.

    Raises:
        Unauthenticated: Nobody's, or it is over, or they were disabled.
    """
    row = work.session.execute(
        select(StaffSession, StaffUser)
        .join(StaffUser, StaffUser.id == StaffSession.user_id)
        .where(
            StaffSession.digest == digest_of(token),
            StaffSession.expires_at > work.now,
            StaffSession.seen_at > work.now - IDLE,
            StaffUser.disabled_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        raise Unauthenticated("no session has this token, or it is over")
    session, user = row
    is_stale = session.seen_at <= work.now - SEEN_EVERY
    return SignedIn(session.id, user.person(), is_stale)


def sessions_of(work: Work, user_id: uuid.UUID) -> Sequence[StaffSession]:
    """The sessions of one of them that live, the one seen last first."""
    found = (
        select(StaffSession)
        .where(
            StaffSession.user_id == user_id,
            StaffSession.expires_at > work.now,
            StaffSession.seen_at > work.now - IDLE,
        )
        .order_by(StaffSession.seen_at.desc(), StaffSession.id.desc())
    )
    return work.session.scalars(found).all()
