"""Which customer a call is about (§4.1), steps 6 to 8 of D7."""

from __future__ import annotations

from adapter.core import members
from adapter.core.members import Member, MemberStatus, Spender
from adapter.protocols.swip import mapping
from adapter.protocols.swip.errors import BadRequestFields, CustomerBlocked, UnknownCustomer
from adapter.protocols.swip.wire import parameters
from adapter.web.credentials import caller
from adapter.web.work import Glance, Work, about, glance


def customer() -> Spender:
    """The one whom the parameters of this request name; errors as `identified`."""
    return identified(glance(), parameters(*mapping.customers.KINDS))


def identified(look: Work | Glance, given: dict[str, object]) -> Spender:
    """The one customer whom these parameters name, who takes part.

    Raises:
        BadRequestFields: They are wrong, or name two customers (D10).
        UnknownCustomer: One of them names nobody.
        CustomerBlocked: The customer takes no part.
    """
    named = mapping.customers.identifiers(given)
    known = members.spenders(look, caller().program, named)
    for identity in named:
        if identity not in known:
            raise UnknownCustomer(identity[1], sought=[identity])
    if len({found.member_id for found in known.values()}) > 1:
        said = "belongs to another customer than the other one"
        raise BadRequestFields(
            "'phone' and 'pass' belong to different customers", dict.fromkeys(given, said)
        )
    found = known[named[0]]
    told = {kind.value: text for kind, text in named}
    full_name = " ".join(part for part in (found.first_name, found.last_name) if part)
    told |= {"first_name+last_name": full_name} if full_name else {}
    about(found.member_id, **told)
    if found.status != MemberStatus.ACTIVE:
        raise CustomerBlocked(named[0][1])
    return found


def member(work: Work, spender: Spender) -> Member:
    """The customer as a member, for what is more than a look."""
    return members.by_id(work, caller().program_id, spender.member_id)
