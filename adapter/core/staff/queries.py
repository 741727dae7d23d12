"""How those who work with the console are read."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.sql.elements import ColumnElement

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
    # Not as the database sorts, which skips the punctuation in some places.
    return sorted(work.session.scalars(select(StaffUser)), key=lambda user: user.login)


def by_id(work: Work, user_id: uuid.UUID) -> StaffUser:
    """One of them, disabled or not.

    Raises:
        NotFound: There is nobody with this id.
    """
    user = work.session.get(StaffUser, user_id)
    if user is None:
        raise NotFound("there is nobody with this id")
    return user


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
            *_alive(work),
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
    found = select(StaffSession).where(StaffSession.user_id == user_id, *_alive(work))
    last_first = found.order_by(StaffSession.seen_at.desc(), StaffSession.id.desc())
    return work.session.scalars(last_first).all()


def places(work: Work) -> dict[uuid.UUID, int]:
    """In how many places everybody is signed in who is signed in anywhere, by their ids."""
    found = select(StaffSession.user_id, func.count()).where(*_alive(work))
    return dict(work.session.execute(found.group_by(StaffSession.user_id)).all())


def _alive(work: Work) -> tuple[ColumnElement[bool], ...]:
    return StaffSession.expires_at > work.now, StaffSession.seen_at > work.now - IDLE
