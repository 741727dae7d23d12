"""The customers of the tests, and what is known of them afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from adapter.core import members
from adapter.core.ledger import Purse
from adapter.core.members import IdentityKind, Member, MemberStatus
from adapter.db import Work
from tests.factories import give_points, make_member, purse_of
from tests.protocols.swip.plugin import Plugin

# The customer of the specification's examples.
PHONE, PASS, OTHER_PASS, POINTS = "79261112233", "GW-5f1c09", "AW-77", 1540
FIRST_NAME, LAST_NAME = "Мария", "Петрова"
NOBODY = "79990001122"
# People of whom no balance is told.
BLOCKED_PHONE, BLOCKED_PASS = "79260000001", "GW-blocked"
INACTIVE_PHONE = "79260000002"


def add_customer(
    plugin: Plugin,
    *,
    points: str | int = 0,
    passes: Sequence[str] = (),
    status: MemberStatus = MemberStatus.ACTIVE,
    **profile: Any,
) -> Member:
    """A customer of the plugin's merchant, with these points and wallet passes."""
    with plugin.database.unit_of_work() as work:
        identities = [(IdentityKind.PASS, one) for one in passes]
        member = make_member(work, plugin.program, status=status, identities=identities, **profile)
        if points:
            give_points(work, purse_of(plugin.program, member), points)
    return member


def add_maria(plugin: Plugin, *, points: str | int = POINTS, **changes: Any) -> Member:
    """Мария Петрова of the examples, with two passes."""
    told = {"phone": PHONE, "first_name": FIRST_NAME, "last_name": LAST_NAME}
    told |= {"passes": (PASS, OTHER_PASS)}
    return add_customer(plugin, points=points, **told | changes)


def add_people(plugin: Plugin) -> Member:
    """Мария, somebody who is blocked, and somebody who is not active."""
    maria = add_maria(plugin)
    add_customer(
        plugin, phone=BLOCKED_PHONE, passes=[BLOCKED_PASS], status=MemberStatus.BLOCKED, points=77
    )
    add_customer(plugin, phone=INACTIVE_PHONE, status=MemberStatus.INACTIVE, points=78)
    return maria


def give(plugin: Plugin, member: Member, amount: str | int, **terms: datetime | None) -> None:
    """So many points more, within these terms."""
    with plugin.database.unit_of_work() as work:
        give_points(work, purse_of(plugin.program, member), amount, **terms)


def purse(plugin: Plugin, member: Member, **changes: Any) -> Purse:
    """The points of a customer."""
    return purse_of(plugin.program, member, **changes)


def known_by_phone(work: Work, plugin: Plugin, phone: str = PHONE) -> Member:
    """The customer with this phone."""
    (member,) = members.by_identity(work, plugin.program.id, IdentityKind.PHONE, phone)
    return member
