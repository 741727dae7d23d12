"""How members are read."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, and_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from adapter.core.errors import MemberInactive, UnknownMember
from adapter.core.members.models import (
    Consent,
    Enrolled,
    Identity,
    IdentityKind,
    Member,
    MemberStatus,
    Profile,
    SpecialUser,
    value_of,
)
from adapter.db import Work


def matching(
    work: Work, program_id: uuid.UUID, profile: Profile, *, lock: bool = False
) -> Sequence[Member]:
    """The members who have this phone or this e-mail, in one query with their identities."""
    wanted = []
    if profile.phone:
        wanted.append(and_(Identity.kind == IdentityKind.PHONE, Identity.value == profile.phone))
    if profile.email:
        email = value_of(IdentityKind.EMAIL, profile.email)
        wanted.append(and_(Identity.kind == IdentityKind.EMAIL, Identity.value == email))
    if not wanted:
        return []
    ids = select(Identity.member_id).where(Identity.program_id == program_id, or_(*wanted))
    query = (
        select(Member)
        .options(joinedload(Member.identities))
        .where(Member.id.in_(ids))
        .order_by(Member.id)
    )
    return work.session.scalars(query).unique().all() if not lock else _locked(work, ids)


def _locked(work: Work, ids: object) -> Sequence[Member]:
    # The rows locked are the members' alone: an outer join's other side cannot be.
    query = (
        select(Member)
        .options(selectinload(Member.identities))
        .where(Member.id.in_(ids))  # type: ignore[arg-type]
        .order_by(Member.id)
        .with_for_update(key_share=True)  # a posting that refers to the member does not wait
        .execution_options(populate_existing=True)
    )
    return work.session.scalars(query).all()


def by_phone(found: Sequence[Member], phone: str | None) -> Member | None:
    """The one among these members who has the phone."""
    has = (m for m in found if any(i.value == phone for i in m.identities_of(IdentityKind.PHONE)))
    return next(has, None) if phone else None


def by_email(found: Sequence[Member], email: str | None) -> list[Member]:
    """Those among these members who have the e-mail."""
    if not email:
        return []
    wanted = value_of(IdentityKind.EMAIL, email)
    return [m for m in found if any(i.value == wanted for i in m.identities_of(IdentityKind.EMAIL))]


def by_identity(
    work: Work, program_id: uuid.UUID, kind: IdentityKind, value: str
) -> Sequence[Member]:
    """The members with this identity, given in its stored form."""
    found = (
        select(Member)
        .join(Identity, Identity.member_id == Member.id)
        .where(Identity.program_id == program_id, Identity.kind == kind, Identity.value == value)
        .order_by(Member.id)
    )
    return work.session.scalars(found).all()


def refuse_inactive(member: Enrolled) -> None:
    """See to it that a member takes part.

    Raises:
        MemberInactive: They do not.
    """
    if member.status != MemberStatus.ACTIVE:
        raise MemberInactive("the member is not active")


def by_id(work: Work, program_id: uuid.UUID, member_id: uuid.UUID) -> Member:
    """The program's member with this id.

    Raises:
        UnknownMember: There is none.
    """
    found = select(Member).where(Member.program_id == program_id, Member.id == member_id)
    member = work.session.scalar(found)
    if member is None:
        raise UnknownMember("no member of the program has this id")
    return member


def special_users(work: Work, program_id: uuid.UUID) -> Sequence[SpecialUser]:
    """The program's list of phones with special conditions, by phone."""
    found = select(SpecialUser).where(SpecialUser.program_id == program_id)
    return work.session.scalars(found.order_by(SpecialUser.phone)).all()


def pages(work: Work, program_id: uuid.UUID, *, size: int = 500) -> Iterator[Sequence[Member]]:
    """All members of a program with identities and consents, a bounded page at a time."""
    last: uuid.UUID | None = None
    while True:
        query = (
            select(Member)
            .options(selectinload(Member.identities), selectinload(Member.consents))
            .where(Member.program_id == program_id, Member.erased_at.is_(None))
            .order_by(Member.id)
            .limit(size)
        )
        page = work.session.scalars(query if last is None else query.where(Member.id > last)).all()
        if not page:
            return
        last = page[-1].id
        yield page
        work.session.expunge_all()


class Listed(NamedTuple):
    """A member as a list has them: rows, not objects, which take several times as long to make."""

    member: Row[Any]
    identities: list[Any]
    consents: list[Any]


def listed(work: Work, program_id: uuid.UUID, *, size: int) -> Iterator[Sequence[Listed]]:
    """All members of a program as `pages` has them, to be looked at alone."""
    last: uuid.UUID | None = None
    while True:
        query = _MEMBERS.where(Member.program_id == program_id).limit(size)
        rows = work.session.execute(query if last is None else query.where(Member.id > last)).all()
        if not rows:
            return
        last = rows[-1].id
        page = {row.id: Listed(row, [], []) for row in rows}
        ids = list(page)
        for identity in work.session.execute(_IDENTITIES.where(Identity.member_id.in_(ids))):
            page[identity.member_id].identities.append(identity)
        for consent in work.session.execute(_CONSENTS.where(Consent.member_id.in_(ids))):
            page[consent.member_id].consents.append(consent)
        yield list(page.values())


_MEMBERS = select(*Member.__table__.c).where(Member.erased_at.is_(None)).order_by(Member.id)
_IDENTITIES = select(Identity.member_id, Identity.kind, Identity.value, Identity.shown).order_by(
    Identity.kind, Identity.created_at, Identity.value
)
_CONSENTS = select(Consent.member_id, Consent.kind, Consent.is_granted).order_by(Consent.kind)
