"""What changes a member."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from adapter.core.errors import EmailTaken, IdentityTaken, NotFound, PhoneTaken
from adapter.core.members.models import (
    Consent,
    ConsentKind,
    Counters,
    EmailLock,
    Identity,
    IdentityKind,
    Member,
    MemberStatus,
    Profile,
    SpecialUser,
    value_of,
)
from adapter.core.members.names import name_keys
from adapter.core.members.queries import by_email, by_identity, by_phone, matching
from adapter.core.members.telling import tell, tell_status, tell_updated
from adapter.core.origins import Place
from adapter.core.outbox import EventType
from adapter.db import Work
from adapter.db.base import new_id
from adapter.db.statements import add_up, insert_those_missing

NOWHERE = Place()
EMAIL_SLOTS = 1024
Identities = Iterable[tuple[IdentityKind, str]]


def register(
    work: Work,
    program_id: uuid.UUID,
    profile: Profile,
    *,
    place: Place = NOWHERE,
    status: MemberStatus = MemberStatus.ACTIVE,
    identities: Identities = (),
) -> Member:
    """A new member with a membership key of their own, unless one is among `identities`.

    Raises:
        PhoneTaken: The phone is another member's.
        IdentityTaken: One of the identities is another member's.
    """
    given = list(identities)
    if all(kind is not IdentityKind.MEMBERSHIP_KEY for kind, _ in given):
        given.append((IdentityKind.MEMBERSHIP_KEY, str(uuid.uuid4())))
    member = Member(
        id=new_id(),
        program_id=program_id,
        status=status,
        channel=place.channel,
        created_at=work.now,
        updated_at=work.now,
        identities=[],
        consents=[],
        **name_keys(profile.first_name, profile.last_name, profile.patronymic),
        **profile.personal(),
    )
    work.session.add(member)
    work.session.flush()
    if profile.phone:
        given.insert(0, (IdentityKind.PHONE, profile.phone))
    if profile.email:
        given.append((IdentityKind.EMAIL, profile.email))
    if not _add_identities(work, member, given, place, phone_shown=profile.phone_shown):
        # Whoever lost the race for a phone leaves no member without one behind.
        _forget(work, member)
        raise (PhoneTaken if _is_taken(work, program_id, profile.phone) else IdentityTaken)(
            "an identity is taken"
        )
    tell(work, member, EventType.MEMBER_REGISTERED)
    return member


def enrol(work: Work, program_id: uuid.UUID, profile: Profile, *, place: Place) -> Member:
    """The member this profile speaks of, brought up to date and locked; registered if new.

    The phone decides. Someone known by e-mail alone is the same person if they have no phone yet.

    Raises:
        PhoneTaken: The phone is another member's.
        EmailTaken: The e-mail belongs to a member with another phone.
    """
    found = matching(work, program_id, profile, lock=True)
    member = by_phone(found, profile.phone) or _known_by_email_alone(found, profile.email)
    if member is None:
        if profile.email and by_email(found, profile.email):
            raise EmailTaken("the e-mail is another member's")
        try:
            return register(work, program_id, profile, place=place)
        except PhoneTaken:
            # Another call registered the same phone a moment ago: it is this person.
            found = matching(work, program_id, profile, lock=True)
            member = by_phone(found, profile.phone)
            if member is None:
                raise
    return update(work, member, profile, place=place)


def _known_by_email_alone(found: Sequence[Member], email: str | None) -> Member | None:
    known = [m for m in by_email(found, email) if m.identity(IdentityKind.PHONE) is None]
    return known[0] if len(known) == 1 else None


def update(
    work: Work, member: Member, profile: Profile, *, place: Place, own_email: bool = True
) -> Member:
    """The member with the given parts changed, all or none of them.

    With `own_email` an e-mail that another member has is refused; without, families may share one.

    Raises:
        PhoneTaken: The phone is another member's.
        EmailTaken: The e-mail is another member's.
    """
    if own_email and profile.email and not _has(member, IdentityKind.EMAIL, profile.email):
        lock_email(work, member.program_id, profile.email)
        others = matching(work, member.program_id, Profile(email=profile.email))
        if any(other.id != member.id for other in others):
            raise EmailTaken("the e-mail is another member's")
    if profile.phone and not _has_phone(member, profile.phone, profile.phone_shown):
        shown = profile.phone_shown
        replace_identity(work, member, IdentityKind.PHONE, profile.phone, place=place, shown=shown)
    if profile.email and not _has(member, IdentityKind.EMAIL, profile.email):
        replace_identity(work, member, IdentityKind.EMAIL, profile.email, place=place)
    changed = {
        name: value for name, value in profile.personal().items() if getattr(member, name) != value
    }
    for name, value in changed.items():
        setattr(member, name, value)
    if changed:
        rename(member)
        member.updated_at = work.now
        tell_updated(work, member)
    work.session.flush()
    return member


def rename(member: Member) -> None:
    """Have a member found by the names they have now."""
    found_by = name_keys(member.first_name, member.last_name, member.patronymic)
    member.family_key, member.given_key = found_by["family_key"], found_by["given_key"]


def lock_email(work: Work, program_id: uuid.UUID, email: str) -> None:
    """Let whoever else wants this e-mail for a member wait until this unit of work ends.

    To be called before asking whether another member has it.
    """
    slot = zlib.crc32(value_of(IdentityKind.EMAIL, email).encode()) % EMAIL_SLOTS
    add_up(work.session, EmailLock, {"program_id": program_id, "slot": slot}, times=1)


def _has(member: Member, kind: IdentityKind, given: str) -> bool:
    # As shown, not as compared: a new spelling of the same address is a change worth keeping.
    return any(identity.shown == given.strip() for identity in member.identities_of(kind))


def _has_phone(member: Member, phone: str, shown: str | None) -> bool:
    # A platform that writes phones in the core form does not change how another one wrote it.
    return any(
        identity.value == phone and shown in (None, identity.shown)
        for identity in member.identities_of(IdentityKind.PHONE)
    )


def set_status(work: Work, member: Member, status: MemberStatus) -> None:
    """Have the member take part from now on, or not."""
    if member.status != status:
        before, member.status, member.updated_at = member.status, status, work.now
        tell_status(work, member, before)
        work.session.flush()


def set_tier_and_segments(
    work: Work, member: Member, *, tier: str | None, segments: Sequence[str] | None
) -> None:
    """Bring in line a member's tier and segments; what is not said stays."""
    told = (tier or member.tier, member.segments if segments is None else list(segments))
    if told != (member.tier, member.segments):
        (member.tier, member.segments), member.updated_at = told, work.now
        tell_updated(work, member)
        work.session.flush()


def replace_identity(
    work: Work,
    member: Member,
    kind: IdentityKind,
    given: str,
    *,
    place: Place,
    shown: str | None = None,
) -> None:
    """Have the member known by this one identity of its kind, and by no other.

    Raises:
        PhoneTaken, IdentityTaken: It is another member's.
    """
    wanted, kept = value_of(kind, given), False
    for old in list(member.identities_of(kind)):
        if old.value == wanted:
            old.shown, kept = (shown or given).strip(), True
        else:
            member.identities.remove(old)
            work.session.delete(old)
    work.session.flush()
    if not kept:
        add_identity(work, member, kind, given, place=place, shown=shown)
    member.updated_at = work.now
    tell_updated(work, member)


def add_identity(
    work: Work,
    member: Member,
    kind: IdentityKind,
    given: str,
    *,
    place: Place = NOWHERE,
    shown: str | None = None,
) -> Identity:
    """A further identity of a member.

    Raises:
        PhoneTaken, IdentityTaken: It is another member's.
    """
    if not _add_identities(work, member, [(kind, given)], place, phone_shown=shown):
        raise (PhoneTaken if kind is IdentityKind.PHONE else IdentityTaken)(f"{kind} is taken")
    tell_updated(work, member)
    return member.identities[-1]


def _add_identities(
    work: Work,
    member: Member,
    given: Sequence[tuple[IdentityKind, str]],
    place: Place,
    *,
    phone_shown: str | None = None,
) -> bool:
    """Whether all of these are the member's now, in one statement; some are another's if not."""
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "program_id": member.program_id,
            "member_id": member.id,
            "kind": kind,
            "value": value_of(kind, text),
            "shown": ((kind is IdentityKind.PHONE and phone_shown) or text).strip(),
            "channel": place.channel,
            "created_at": work.now,
        }
        for kind, text in given
    ]
    added = insert_those_missing(work.session, Identity, rows)
    member.identities.extend(added)
    return len(added) == len(rows)


def _is_taken(work: Work, program_id: uuid.UUID, phone: str | None) -> bool:
    return phone is not None and bool(by_identity(work, program_id, IdentityKind.PHONE, phone))


def _forget(work: Work, member: Member) -> None:
    for identity in list(member.identities):
        member.identities.remove(identity)
        work.session.delete(identity)
    work.session.flush()
    work.session.delete(member)
    work.session.flush()


def give_consents(
    work: Work, member: Member, said: Mapping[ConsentKind, bool], *, place: Place
) -> None:
    """Record what a member allows and denies; a channel not named keeps its state and its date."""
    known = {consent.kind: consent for consent in member.consents}
    for kind, is_granted in said.items():
        consent = known.get(kind)
        if consent is not None and consent.is_granted == is_granted:
            continue
        if consent is None:
            consent = Consent(member_id=member.id, kind=kind)
            member.consents.append(consent)
        consent.is_granted = is_granted
        consent.changed_at = work.now
        consent.channel = place.channel
        consent.outlet_code = place.outlet_code
        consent.terminal = place.terminal
        consent.actor = place.actor
        tell(work, member, EventType.CONSENT_CHANGED)
    work.session.flush()


def count(work: Work, member_id: uuid.UUID, *, visits: int, spent_minor: int) -> None:
    """Add to how often a member bought, and for how much; less where a sale is undone."""
    amounts = {"visits": visits, "spent_minor": spent_minor}
    work.batch.add_up(Counters, {"member_id": member_id}, amounts)


def put_special_user(
    work: Work, program_id: uuid.UUID, *, phone: str, params: dict[str, str]
) -> SpecialUser:
    """The phone on the program's list, with what is known of it."""
    user = work.session.scalar(
        select(SpecialUser).where(SpecialUser.program_id == program_id, SpecialUser.phone == phone)
    )
    if user is None:
        user = SpecialUser(program_id=program_id, phone=phone)
        work.session.add(user)
    user.params = params
    work.session.flush()
    return user


def drop_identity(work: Work, member: Member, kind: IdentityKind, given: str) -> None:
    """Have the member known by this identity no more: it names nobody from now on.

    Raises:
        NotFound: It is not theirs.
    """
    found = [one for one in member.identities_of(kind) if one.value == value_of(kind, given)]
    if not found:
        raise NotFound(f"the member has no such {kind}")
    for identity in found:
        member.identities.remove(identity)
        work.session.delete(identity)
    member.updated_at = work.now
    tell_updated(work, member)
    work.session.flush()
