"""The people of the tests, and what is known of them afterwards."""

from __future__ import annotations

import re
from typing import Any

from adapter.core import benefits, ledger, members, payments
from adapter.core.amounts import Amount
from adapter.core.benefits import Benefit, Grant
from adapter.core.ledger import Purse
from adapter.core.members import Member
from adapter.db import Work
from tests.factories import give_points
from tests.protocols.fidelizacion.till import Till, data_of

# The person of the vendor's examples (5.1).
INES = {
    "phoneNumber": "612005544",
    "email": "ines@example.org",
    "firstName": "Ines",
    "lastName": "Prat",
    "allowedSMS": True,
    "allowedEmail": False,
    "termsOfUse": True,
    "gdpr": True,
    "birthday": "1988-04-09",
}
BY_PHONE = {"phoneNumber": INES["phoneNumber"]}
BY_EMAIL = {"email": INES["email"]}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def register_ines(till: Till, **more: Any) -> str:
    """Her membership key, once she is a member."""
    return str(data_of(till.register(**INES | more))["member"]["membershipKey"])


def give(till: Till, minor: int, unit: str = "points", phone: str = "612005544") -> None:
    """So many smallest units more for the member with this phone."""
    with till.database.unit_of_work() as work:
        program = till.program
        member = _member(work, till, phone)
        known = program.unit(unit)
        amount = Amount(minor, known)
        give_points(work, Purse(program.id, member.id, known), str(amount))


def grant(till: Till, key: str, phone: str = "612005544", **told: Any) -> Benefit:
    """An asset of the member with this phone."""
    with till.database.unit_of_work() as work:
        member = _member(work, till, phone)
        return benefits.grant(work, till.program.id, Grant(member.id, key, **told))


def balance(till: Till, phone: str = "612005544") -> dict[str, int]:
    """What the member with this phone may spend, in smallest units."""
    with till.database.reading() as work:
        held = ledger.holdings(work, _member(work, till, phone).id)
        return payments.balances(held, till.program)


def status(till: Till, wanted: members.MemberStatus, phone: str = "612005544") -> None:
    """Have the member with this phone take part, or not."""
    with till.database.unit_of_work() as work:
        members.set_status(work, _member(work, till, phone), wanted)


def _member(work: Work, till: Till, phone: str) -> Member:
    # As the program's country writes it.
    (member,) = members.matching(work, till.program.id, members.Profile(phone=f"34{phone}"))
    return member
