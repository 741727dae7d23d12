"""Customers: what they may spend, who they are, and how they become one (§5 to §7)."""

from __future__ import annotations

from flask import Response

from adapter.core import cards, members, programs
from adapter.core.errors import PhoneTaken
from adapter.core.members import IdentityKind, Profile, Spender
from adapter.protocols.swip import mapping, schemas
from adapter.protocols.swip.errors import CustomerExists
from adapter.protocols.swip.routes import call
from adapter.protocols.swip.who import customer
from adapter.protocols.swip.wire import body, reply
from adapter.web.credentials import caller, place
from adapter.web.work import Work, glance, unit_of_work

LOOKUPS = ("GET", "POST")  # the vendor's heading says one, its example the other (D3)


@call("/customer-loyalty-stats", LOOKUPS, versions=(3,), object_name="CustomerLoyaltyStatsRequest")
def show_points() -> Response:
    """§5: how many points a customer can use now."""
    return reply({"points": mapping.customers.points(customer().available)})


@call("/customer-profile", LOOKUPS, versions=(2, 3), object_name="CustomerProfileRequest")
def show_profile() -> Response:
    """§6: who the customer is; nothing is created, whatever the vendor's heading says (D19)."""
    return reply(mapping.customers.profile_as_sent(customer()))


@call("/customer-signups", ("POST",), versions=(3,), object_name="CustomerSignupRequest")
def sign_up() -> Response:
    """§7: a new customer with a card of this merchant's, all or nothing."""
    program = caller().program
    today = programs.local_day(glance().now, program.timezone)
    newcomer = Profile(**schemas.Signup(today=today).load(body()))
    with unit_of_work() as work:
        try:
            member = members.register(work, program.id, newcomer, place=place())
        except PhoneTaken:
            raise CustomerExists(newcomer.phone or "") from None
        members.welcome(work, program, member, place=place())
        card = cards.issue_to(work, program, member, place=place())
        sent = mapping.customers.signup_as_sent(_the_one(work, newcomer), card)
    return reply(sent)


def _the_one(work: Work, newcomer: Profile) -> Spender:
    identity = (IdentityKind.PHONE, newcomer.phone or "")
    return members.spenders(work, caller().program, [identity])[identity]
