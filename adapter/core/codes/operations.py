"""Making one-time codes, and taking them."""

from __future__ import annotations

import hmac
import uuid
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update

from adapter.core import outbox
from adapter.core.codes.models import CodeMiss, ShortCode
from adapter.core.codes.rules import (
    could_be_code,
    digest_of,
    misses_allowed,
    seconds_until,
    text_of,
)
from adapter.core.errors import Throttled, UnknownMember, Unreachable
from adapter.core.members import IdentityKind, Member
from adapter.core.origins import Place
from adapter.core.programs import ProgramTerms
from adapter.db import Work
from adapter.db.base import new_id
from adapter.db.statements import insert_unless_there

TOPIC = "short_code"
SENT_TO = (IdentityKind.PHONE, IdentityKind.EMAIL)
WRONG_TRIES = 5
SENDS, SENDS_WITHIN = 5, timedelta(minutes=10)
DRAWS = 50  # how often another code is drawn where one that reads so is alive
KEPT = timedelta(days=1)


def send(
    work: Work,
    key: bytes,
    program: ProgramTerms,
    member: Member,
    *,
    kind: IdentityKind,
    place: Place,
) -> ShortCode:
    """A new code of the member, on its way to their phone or e-mail; an older one is over.

    Raises:
        UnknownMember: The member was erased.
        Unreachable: The member has no identity of this kind that can be written to.
        Throttled: Too many were sent to this member lately, or no code is free.
    """
    _lock(work, program, member)
    if kind not in SENT_TO or member.identity(kind) is None:
        raise Unreachable(f"no {kind} to send to")
    sent = select(ShortCode.created_at).where(
        ShortCode.member_id == member.id,
        ShortCode.sent_by.is_not(None),
        ShortCode.created_at > work.now - SENDS_WITHIN,
    )
    last = sent.order_by(ShortCode.created_at.desc()).offset(SENDS - 1).limit(1)
    _allow(work, work.session.scalar(last), SENDS_WITHIN)
    code = _draw(work, key, program, member, sent_by=kind, place=place)
    outbox.put(work, program.id, topic=TOPIC, subject_id=code.id, member_id=member.id)
    return code


def show(
    work: Work, key: bytes, program: ProgramTerms, member: Member, *, place: Place
) -> tuple[str, datetime]:
    """What the member's live code reads and when it expires; one is made if there is none.

    Raises:
        UnknownMember: The member was erased.
        Throttled: No code is free.
    """
    _lock(work, program, member)
    code = work.session.scalar(
        select(ShortCode).where(ShortCode.member_id == member.id, *_is_live(work))
    )
    if code is None:
        code = _draw(work, key, program, member, sent_by=None, place=place)
    return text_of(key, code.id, code.digits), code.expires_at


def take(
    work: Work, key: bytes, program: ProgramTerms, text: str, *, member: Member | None, place: Place
) -> Member | None:
    """The member whose live code reads so, and it is used up; nobody where it is wrong.

    With `member` only that member's code will do. A wrong try is counted, so the caller commits
    before refusing.

    Raises:
        Throttled: Too many tries of this program that named no member were wrong lately.
    """
    digest = digest_of(key, program.id, text) if could_be_code(text) else b""
    if member is None:
        return _found(work, program, digest, place)
    code = _locked(work, ShortCode.program_id == program.id, ShortCode.member_id == member.id)
    if code is None or member.erased_at is not None:
        return None
    if not hmac.compare_digest(code.digest, digest):
        code.wrong_tries += 1
        if code.wrong_tries >= WRONG_TRIES:
            code.ended_at = work.now
        work.session.flush()
        return None
    return _used(work, code)


def end_all(work: Work) -> int:
    """How many codes were alive, of any program; none is from now on."""
    return _end(work, ShortCode.expires_at > work.now)


def drop_old(work: Work) -> int:
    """How many codes and wrong tries were past their retention, and are gone now."""
    limit, gone = work.now - KEPT, 0
    for old in (
        delete(ShortCode).where(ShortCode.expires_at < limit),
        delete(CodeMiss).where(CodeMiss.at < limit),
    ):
        gone += int(work.session.execute(old).rowcount)  # type: ignore[attr-defined]
    return gone


def _found(work: Work, program: ProgramTerms, digest: bytes, place: Place) -> Member | None:
    """Whose code has this digest; a miss is counted, and too many of them refuse everybody."""
    life = timedelta(seconds=program.settings.short_code_seconds)
    misses = select(CodeMiss.at).where(
        CodeMiss.program_id == program.id, CodeMiss.at > work.now - life
    )
    allowed = misses_allowed(program.settings.short_code_length)
    last = misses.order_by(CodeMiss.at.desc()).offset(allowed - 1).limit(1)
    _allow(work, work.session.scalar(last), life)
    code = _locked(work, ShortCode.program_id == program.id, ShortCode.digest == digest)
    owner = _used(work, code) if code is not None else None
    if owner is None:
        miss = CodeMiss(program_id=program.id, at=work.now, **asdict(place))
        work.session.add(miss)
        work.session.flush()
    return owner


def _used(work: Work, code: ShortCode) -> Member | None:
    code.ended_at = work.now
    work.session.flush()
    member = work.session.get(Member, code.member_id)
    return member if member is not None and member.erased_at is None else None


def _locked(work: Work, *which: ColumnElement[bool]) -> ShortCode | None:
    """The live code, of whose next users and guessers each waits for the one before."""
    return work.session.scalar(
        select(ShortCode)
        .where(*which, *_is_live(work))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _is_live(work: Work) -> tuple[ColumnElement[bool], ...]:
    return ShortCode.ended_at.is_(None), ShortCode.expires_at > work.now


def _lock(work: Work, program: ProgramTerms, member: Member) -> None:
    """Let whoever else makes a code for this member wait until this one is made."""
    found = work.session.scalar(
        select(Member.id)
        .where(Member.id == member.id, Member.program_id == program.id, Member.erased_at.is_(None))
        .with_for_update(key_share=True)
    )
    if found is None:
        raise UnknownMember("no such member")


def _allow(work: Work, reached_at: datetime | None, within: timedelta) -> None:
    # The last try but so many, if it is that recent: when it is old enough there is room again.
    if reached_at is not None:
        raise Throttled(retry_after=seconds_until(reached_at + within, work.now))


def _draw(
    work: Work,
    key: bytes,
    program: ProgramTerms,
    member: Member,
    *,
    sent_by: IdentityKind | None,
    place: Place,
) -> ShortCode:
    _end(work, ShortCode.member_id == member.id)
    digits = program.settings.short_code_length
    life = timedelta(seconds=program.settings.short_code_seconds)
    for _ in range(DRAWS):
        code_id = new_id()
        digest = digest_of(key, program.id, text_of(key, code_id, digits))
        values = {
            "id": code_id,
            "program_id": program.id,
            "member_id": member.id,
            "digest": digest,
            "digits": digits,
            "sent_by": sent_by,
            "wrong_tries": 0,
            "created_at": work.now,
            "expires_at": work.now + life,
            **asdict(place),
        }
        code = insert_unless_there(work.session, ShortCode, values)
        if code is None and _is_over(work, program.id, digest):
            code = insert_unless_there(work.session, ShortCode, values)
        if code is not None:
            return code
    # One of those alive will have ended by then.
    raise Throttled(retry_after=program.settings.short_code_seconds)


def _is_over(work: Work, program_id: uuid.UUID, digest: bytes) -> bool:
    """Whether the code that reads the same had only run out, and makes room now."""
    same = ShortCode.program_id == program_id, ShortCode.digest == digest
    return _end(work, *same, ShortCode.expires_at <= work.now) > 0


def _end(work: Work, *which: ColumnElement[bool]) -> int:
    result = work.session.execute(
        update(ShortCode)
        .where(*which, ShortCode.ended_at.is_(None))
        .values(ended_at=work.now)
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]
