"""Many members at once: the rows of `register`, written by the batch."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from adapter.core.errors import IdentityTaken
from adapter.core.members.models import (
    Consent,
    ConsentKind,
    Counters,
    Identity,
    IdentityKind,
    Member,
    MemberStatus,
    Profile,
    value_of,
)
from adapter.core.members.names import name_keys
from adapter.core.members.telling import tell
from adapter.core.origins import Place
from adapter.core.outbox import EventType
from adapter.db import Work
from adapter.db.base import new_id, object_of
from adapter.db.statements import insert_many, insert_those_missing

# The columns a profile may leave out; rows of one statement name the same ones.
_PERSONAL = [name for name in Profile.__slots__ if hasattr(Member, name)]

IdentityOwners = dict[tuple[IdentityKind, str], uuid.UUID]


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody to be registered; a membership key that is left out is made."""

    profile: Profile
    status: MemberStatus = MemberStatus.ACTIVE
    identities: Sequence[tuple[IdentityKind, str]] = ()
    consents: Mapping[ConsentKind, bool] = field(default_factory=dict)
    tier: str | None = None
    segments: Sequence[str] = ()


def owners(
    work: Work, program_id: uuid.UUID, identities: Iterable[tuple[IdentityKind, str]]
) -> IdentityOwners:
    """Who has which of these identities, given in their stored form; a query a kind."""
    wanted: dict[IdentityKind, list[str]] = {}
    for kind, value in identities:
        wanted.setdefault(kind, []).append(value)
    found: IdentityOwners = {}
    for kind, values in wanted.items():
        rows = work.session.execute(
            select(Identity.value, Identity.member_id).where(
                Identity.program_id == program_id, Identity.kind == kind, Identity.value.in_(values)
            )
        )
        found |= {(kind, value): member_id for value, member_id in rows}
    return found


def with_ids(work: Work, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Member]:
    """Members by id, with their identities and consents, in three queries."""
    rows = work.session.scalars(
        select(Member)
        .options(selectinload(Member.identities), selectinload(Member.consents))
        .where(Member.id.in_(list(ids)))
    )
    return {member.id: member for member in rows}


def register_many(
    work: Work, program_id: uuid.UUID, newcomers: Iterable[Newcomer], *, place: Place
) -> list[uuid.UUID]:
    """The ids of new members, in order.

    Raises:
        IdentityTaken: A phone or another identity is somebody else's.
    """
    rows: tuple[list[Any], list[Any], list[Any]] = ([], [], [])
    for newcomer in newcomers:
        _add(work, program_id, newcomer, place, *rows)
    try:
        for model, values in zip((Member, Identity, Consent), rows, strict=True):
            insert_many(work.session, model, values)
    except IntegrityError as error:
        raise IdentityTaken("a phone or another identity is taken") from error
    _tell(work, rows[0], {row["member_id"] for row in rows[2]})
    return [row["id"] for row in rows[0]]


def _tell(work: Work, people: list[Any], who_consented: set[uuid.UUID]) -> None:
    for row in people:
        member = object_of(Member, **row)
        tell(work, member, EventType.MEMBER_REGISTERED)
        if member.id in who_consented:
            tell(work, member, EventType.CONSENT_CHANGED)


def count_many(work: Work, sales: Iterable[tuple[uuid.UUID, int]]) -> None:
    """Add sales, each of a member and worth so much, to how often they bought and for how much."""
    counted: dict[uuid.UUID, list[int]] = {}
    for member_id, spent_minor in sales:
        sums = counted.setdefault(member_id, [0, 0])
        sums[0] += int(spent_minor >= 0)  # who brings goods back does not come to buy
        sums[1] += spent_minor
    if not counted:
        return
    # In id order, so that two units of work on the same members never wait in a circle.
    rows = [
        {"of": member_id, "more": visits, "spent": spent}
        for member_id, (visits, spent) in sorted(counted.items())
    ]
    nothing = [{"member_id": row["of"], "visits": 0, "spent_minor": 0} for row in rows]
    insert_those_missing(work.session, Counters, nothing, unique=["member_id"])
    table = cast(Table, Counters.__table__)
    adding = table.update().where(table.c.member_id == bindparam("of"))
    work.session.execute(
        adding.values(
            visits=table.c.visits + bindparam("more"),
            spent_minor=table.c.spent_minor + bindparam("spent"),
        ),
        rows,
    )


def _add(
    work: Work,
    program_id: uuid.UUID,
    newcomer: Newcomer,
    place: Place,
    people: list[dict[str, Any]],
    identities: list[dict[str, Any]],
    consents: list[dict[str, Any]],
) -> None:
    member_id, told = new_id(), newcomer.profile
    people.append(
        {name: getattr(told, name) for name in _PERSONAL}
        | name_keys(told.first_name, told.last_name, told.patronymic)
        | {
            "id": member_id,
            "program_id": program_id,
            "status": newcomer.status,
            "tier": newcomer.tier,
            "segments": list(newcomer.segments),
            "channel": place.channel,
            "created_at": work.now,
            "updated_at": work.now,
            "erased_at": None,
            "merged_into_id": None,
        }
    )
    for kind, given in _identities(newcomer):
        identities.append(
            {
                "id": new_id(),
                "program_id": program_id,
                "member_id": member_id,
                "kind": kind,
                "value": value_of(kind, given),
                "shown": _shown(newcomer, kind, given),
                "channel": place.channel,
                "created_at": work.now,
            }
        )
    for consent, is_granted in newcomer.consents.items():
        consents.append(
            {
                "id": new_id(),
                "member_id": member_id,
                "kind": consent,
                "is_granted": is_granted,
                "changed_at": work.now,
                "channel": place.channel,
                "outlet_code": place.outlet_code,
                "terminal": place.terminal,
                "actor": place.actor,
            }
        )


def _shown(newcomer: Newcomer, kind: IdentityKind, given: str) -> str:
    phone_shown = newcomer.profile.phone_shown if kind is IdentityKind.PHONE else None
    return (phone_shown or given).strip()


def _identities(newcomer: Newcomer) -> list[tuple[IdentityKind, str]]:
    """In the order in which `register` adds them."""
    given = list(newcomer.identities)
    if all(kind is not IdentityKind.MEMBERSHIP_KEY for kind, _ in given):
        given.append((IdentityKind.MEMBERSHIP_KEY, str(uuid.uuid4())))
    if newcomer.profile.phone:
        given.insert(0, (IdentityKind.PHONE, newcomer.profile.phone))
    if newcomer.profile.email:
        given.append((IdentityKind.EMAIL, newcomer.profile.email))
    return given
