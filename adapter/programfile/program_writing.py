"""Writing a program of the file: its settings, its lists, and what waits to become a card."""

from __future__ import annotations

from adapter.core import benefits, cards, members, partners, programs
from adapter.core.cards import CardFacts
from adapter.core.errors import UnknownMember
from adapter.core.members import IdentityKind
from adapter.core.origins import Place
from adapter.db import Work
from adapter.programfile import credentials
from adapter.programfile.checking import Read, holder_of, known_cards
from adapter.programfile.given import CHANNEL, GivenCode
from adapter.programfile.heads import Head
from adapter.programfile.report import Report

PLACE = Place(channel=CHANNEL)
BY = "program file"
_ATTRIBUTES = ("name", "currency", "country", "timezone", "settings", "card_numbers")


def put_program(work: Work, head: Head) -> None:
    """Have the program agree with the file; its terms are those of the row from now on."""
    given = head.given
    attributes = {name: given[name] for name in _ATTRIBUTES if name in given}
    program = programs.put(work, code=head.code, by=BY, **attributes)
    head.terms = program.terms()
    _put_outlets(work, head)
    for tier in given["tiers"]:
        programs.put_tier(work, program.id, **tier)
    for rule in given["earn_rules"]:
        programs.put_rule(work, program.id, by=BY, **rule)
    for deal in given["deals"]:
        programs.put_deal(work, program.id, **deal)
    for offer in given["offers"]:
        facts = {key: offer[key] for key in ("title", "text", "image")}
        facts |= {"starts_at": offer["starts_on"], "ends_at": offer["ends_on"]}
        programs.put_offer(work, program.id, code=offer["code"], **facts)
    for user in given["special_users"]:
        members.put_special_user(work, program.id, phone=user["phone"], params=user["params"])
    work.session.flush()


def _put_outlets(work: Work, head: Head) -> None:
    known = {outlet.code: outlet.name for outlet, _ in partners.outlets(work, head.terms.id)}
    for given in head.given["outlets"]:
        partners.put_outlet(
            work,
            head.terms.id,
            code=given["code"],
            name=given.get("name", known.get(given["code"], "")),
            terminals=list(dict.fromkeys(given["terminals"])),
        )


def put_credentials(work: Work, head: Head, pepper: bytes, report: Report) -> None:
    """Have the program's credentials agree with the file."""
    credentials.put_all(work, head.terms, head.credentials, pepper=pepper, report=report)


def put_pool(work: Work, head: Head, read: Read) -> int:
    """How many numbers now wait to become a card; those known already are left as they are."""
    known = known_cards(work, head, [given for _, given in read])
    facts = [
        CardFacts(given.number, given.barcode_type, given.barcode_number, given.state)
        for _, given in read
        if known.get(given.number) is None
    ]
    return cards.add_many(work, head.terms.id, facts, PLACE)


def put_codes(work: Work, head: Head, read: Read) -> list[tuple[Head, str, GivenCode]]:
    """The promo codes that are left to be put when all members are there."""
    later = []
    for part, given in read:
        if holder_of(given) is None:
            put_code(work, head, given)
        else:
            later.append((head, part.path, given))
    return later


def put_code(work: Work, head: Head, given: GivenCode) -> None:
    """Have a promo code agree with the file.

    Raises:
        UnknownMember: The member it is meant for is gone.
    """
    member_id = None
    holder = holder_of(given)
    if holder is not None:
        name = (IdentityKind(holder.kind), holder.value)
        member_id = members.owners(work, head.terms.id, [name]).get(name)
        if member_id is None:
            raise UnknownMember("the member this code is meant for is gone")
    benefits.put_code(
        work,
        head.terms.id,
        code=given.code,
        points_minor=given.points_minor,
        uses=given.uses,
        expires_at=given.expires_at,
        member_id=member_id,
        used=given.used,
    )
