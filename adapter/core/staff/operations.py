"""What changes those who work with the console; `by` is whoever does it, for the trail."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update

from adapter.core import trail
from adapter.core.errors import Conflict, Invalid, NotFound, Unauthenticated
from adapter.core.staff.models import StaffSession, StaffUser
from adapter.core.staff.queries import find
from adapter.core.staff.rules import (
    IDLE,
    LANGUAGES,
    LONGEST,
    Role,
    digest_of,
    login_of,
    new_token,
)
from adapter.db import Work


def create(
    work: Work,
    *,
    login: str,
    password_hash: str,
    role: Role,
    by: str,
    name: str = "",
    program_codes: Iterable[str] | None = None,
    language: str = "",
) -> StaffUser:
    """Somebody new, who may sign in from now on.

    Raises:
        Conflict: The login is somebody's already.
        Invalid: It cannot be a login, there is no such language, or an administrator is to see
            some programs alone.
    """
    login = login_of(login)
    codes = _codes(role, program_codes)
    if work.session.scalar(select(StaffUser.id).where(StaffUser.login == login)) is not None:
        raise Conflict("this login is somebody's already")
    user = StaffUser(
        login=login,
        name=name or login,
        role=role,
        language=_language(language),
        program_codes=codes,
        password_hash=password_hash,
        password_changed_at=work.now,
        created_at=work.now,
    )
    work.session.add(user)
    work.session.flush()
    _record(work, user, by, "user.create", after={"role": role, "programs": codes})
    return user


def set_password(work: Work, user_id: uuid.UUID, *, password_hash: str, by: str) -> StaffUser:
    """The same person with another password, signed out everywhere.

    Raises:
        NotFound: There is nobody with this id.
    """
    user = _locked(work, user_id)
    before = {"password_changed_at": user.password_changed_at}
    user.password_hash, user.password_changed_at = password_hash, work.now
    after = {"password_changed_at": user.password_changed_at}
    _end_all(work, user)
    _record(work, user, by, "user.password", before, after)
    return user


def set_role(
    work: Work,
    user_id: uuid.UUID,
    *,
    role: Role,
    program_codes: Iterable[str] | None,
    by: str,
) -> StaffUser:
    """The same person with another role or other programs, signed out everywhere.

    Raises:
        NotFound: There is nobody with this id.
        Invalid: An administrator is to see some programs alone.
    """
    codes = _codes(role, program_codes)
    user = _locked(work, user_id)
    before = {"role": user.role, "programs": user.program_codes}
    user.role, user.program_codes = role, codes
    after = {"role": user.role, "programs": user.program_codes}
    _end_all(work, user)
    _record(work, user, by, "user.role", before=before, after=after)
    return user


def set_language(work: Work, user_id: uuid.UUID, *, language: str) -> StaffUser:
    """The same person, who reads another language.

    Raises:
        NotFound: There is nobody with this id.
        Invalid: There is no such language.
    """
    user = _locked(work, user_id)
    user.language = _language(language)
    work.session.flush()
    return user


def disable(work: Work, user_id: uuid.UUID, *, by: str) -> StaffUser:
    """The same person, who cannot sign in any more and is signed out everywhere.

    Raises:
        NotFound: There is nobody with this id.
    """
    user = _locked(work, user_id)
    if user.disabled_at is None:
        user.disabled_at = work.now
        _record(work, user, by, "user.disable", {"state": "active"}, {"state": "disabled"})
    _end_all(work, user)
    return user


def enable(work: Work, user_id: uuid.UUID, *, by: str) -> StaffUser:
    """The same person, who may sign in again.

    Raises:
        NotFound: There is nobody with this id.
    """
    user = _locked(work, user_id)
    if user.disabled_at is not None:
        user.disabled_at = None
        _record(work, user, by, "user.enable", {"state": "disabled"}, {"state": "active"})
    work.session.flush()
    return user


def sign_in(
    work: Work,
    user_id: uuid.UUID,
    *,
    seen_hash: str,
    fresh_hash: str | None = None,
    browser: str = "",
) -> str:
    """The token of a new session, for somebody who knew the password behind `seen_hash`.

    With `fresh_hash` the same password is kept by the parameters of today.

    Raises:
        Unauthenticated: They were disabled, or their password was changed, in the meantime.
    """
    user = work.session.get(StaffUser, user_id, with_for_update=True, populate_existing=True)
    if user is None or user.disabled_at is not None or user.password_hash != seen_hash:
        raise Unauthenticated("no such login, or another password")
    if fresh_hash is not None:
        user.password_hash = fresh_hash
    token = open_session(work, user, browser=browser)
    _record(work, user, f"user:{user.login}", "user.sign_in")
    return token


def open_session(work: Work, user: StaffUser, *, browser: str = "") -> str:
    """The token of a new session, which is nowhere kept."""
    token = new_token()
    work.session.add(
        StaffSession(
            user_id=user.id,
            digest=digest_of(token),
            browser=browser[:64],
            created_at=work.now,
            seen_at=work.now,
            expires_at=work.now + LONGEST,
        )
    )
    work.session.flush()
    return token


def seen(work: Work, session_id: uuid.UUID) -> None:
    """Note that somebody is still there."""
    found = update(StaffSession).where(StaffSession.id == session_id)
    work.session.execute(found.values(seen_at=work.now))


def note_refusal(work: Work, login: str) -> None:
    """Have the trail say that somebody was refused who tried to sign in as one of them; nothing
    where nobody has the login, for what was typed may be anything, a password among others.
    """
    user = find(work, login)
    if user is not None:
        _record(work, user, "console", "user.refuse")


def sign_out(work: Work, user_id: uuid.UUID, session_id: uuid.UUID, *, by: str) -> None:
    """End one session of somebody.

    Raises:
        NotFound: They have no such session.
    """
    user = _locked(work, user_id)
    mine = (StaffSession.id == session_id, StaffSession.user_id == user_id)
    ended: Any = work.session.execute(delete(StaffSession).where(*mine))
    if not ended.rowcount:
        raise NotFound("no such session")
    _record(work, user, by, "user.sign_out", {"session": session_id}, {})


def sign_out_everywhere(work: Work, user_id: uuid.UUID, *, by: str) -> int:
    """How many sessions of somebody there were; they have none from now on.

    Raises:
        NotFound: There is nobody with this id.
    """
    user = _locked(work, user_id)
    ended = _end_all(work, user)
    _record(work, user, by, "user.sign_out", {"sessions": ended}, {"sessions": 0})
    return ended


def sign_everybody_out(work: Work) -> int:
    """How many sessions lived; nobody has one from now on."""
    alive = delete(StaffSession).where(
        StaffSession.expires_at > work.now, StaffSession.seen_at > work.now - IDLE
    )
    result: Any = work.session.execute(alive)
    return int(result.rowcount)


def drop_old_sessions(work: Work) -> int:
    """How many sessions were over, and are gone now."""
    idle = work.now - IDLE - timedelta(days=1)
    over = (StaffSession.expires_at <= work.now) | (StaffSession.seen_at <= idle)
    result: Any = work.session.execute(delete(StaffSession).where(over))
    return int(result.rowcount)


def _locked(work: Work, user_id: uuid.UUID) -> StaffUser:
    user = work.session.get(StaffUser, user_id, with_for_update=True, populate_existing=True)
    if user is None:
        raise NotFound("there is nobody with this id")
    return user


def _end_all(work: Work, user: StaffUser) -> int:
    work.session.flush()
    of_theirs = delete(StaffSession).where(StaffSession.user_id == user.id)
    result: Any = work.session.execute(of_theirs)
    return int(result.rowcount)


def _codes(role: Role, program_codes: Iterable[str] | None) -> list[str] | None:
    if program_codes is None:
        return None
    if role is Role.ADMINISTRATOR:
        raise Invalid("an administrator sees all programs")
    return sorted(set(program_codes))


def _language(text: str) -> str:
    if text and text not in LANGUAGES:
        raise Invalid(f"a language is one of {', '.join(LANGUAGES)}")
    return text


def _record(
    work: Work,
    user: StaffUser,
    by: str,
    action: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    work.session.flush()
    trail.record(
        work,
        actor=by,
        action=action,
        subject_kind="user",
        subject_id=user.id,
        program_id=None,
        before=before,
        after=after,
    )
