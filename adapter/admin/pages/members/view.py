"""A member's page: who it is, what they hold and allowed, what happened last."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.typing import ResponseReturnValue

from adapter.admin.access import needs, program
from adapter.admin.console import console
from adapter.admin.pages.members.doing import find, tell
from adapter.admin.pages.members.pictures import barcode
from adapter.admin.pages.members.search import name_of
from adapter.admin.pages.members.timeline import line_of
from adapter.admin.render import shown
from adapter.admin.words import CONSENTS, IDENTITIES
from adapter.core import approvals, benefits, cards, exchanges, members, programs, support
from adapter.core.cards import CardState
from adapter.core.members import Member
from adapter.core.staff import Permission
from adapter.db import Work
from adapter.web.work import database, reading

LINES = 20
EXCHANGES = 10


@console.get("/p/<code>/members/<uuid:member_id>")
@needs(Permission.VIEW)
def members_show(member_id: UUID) -> ResponseReturnValue:
    """A member, with contacts that nobody can copy."""
    return _shown(member_id, reveal=False)


@console.post("/p/<code>/members/<uuid:member_id>/reveal")
@needs(Permission.VIEW, Permission.REVEAL)
def members_reveal(member_id: UUID) -> ResponseReturnValue:
    """The same with contacts in full, once; that somebody looked is kept."""

    def look(work: Work) -> None:
        member = find(work, member_id)
        kinds = sorted({one.kind for one in member.identities if one.kind in members.CONTACTS})
        tell(work, "member.reveal", member.id, after={"fields": kinds})

    database().run(look)
    return _shown(member_id, reveal=True)


def _shown(member_id: UUID, *, reveal: bool) -> str:
    with reading() as work:
        member = find(work, member_id)
        return shown("members/show.html", **_facts(work, member, reveal=reveal))


def _facts(work: Work, member: Member, *, reveal: bool) -> dict[str, Any]:
    terms = program()
    held = cards.of_member(work, member.id)
    return {
        "member": member,
        "name": name_of(member),
        "reveal": reveal,
        "identities": [
            (IDENTITIES[one.kind], members.contact(one, reveal=reveal), one.channel)
            for one in member.identities
        ],
        "is_masked": any(one.kind in members.CONTACTS for one in member.identities),
        "consents": [(CONSENTS[one.kind], one) for one in member.consents],
        "cards": [(card, _picture(card), cards.successor(work, card)) for card in held],
        "standings": support.standings(work, terms, member),
        "benefits": [(one, str(one.standing(work.now))) for one in _benefits(work, member)],
        "waiting": [
            (one, approvals.adjustment_of(one, terms))
            for one in approvals.waiting_of(work, member.id)
        ],
        "lines": [line_of(one, terms) for one in _history(work, member)],
        "exchanges": exchanges.of_member(work, member.id, limit=EXCHANGES),
        "survivor": support.survivor_of(work, member),
        "merged": members.merged_into(work, member.id),
        "last_day": lambda instant: programs.last_day(instant, terms.timezone),
        "is_open": member.erased_at is None and member.merged_into_id is None,
        "CardState": CardState,
    }


def _benefits(work: Work, member: Member) -> Any:
    return benefits.of_member(work, member.id)


def _history(work: Work, member: Member) -> list[support.Movement]:
    return support.history(work, member.id, limit=LINES)


def _picture(card: cards.Card) -> Any:
    if card.state == CardState.LAPSED:
        return None
    return barcode(card.barcode_type, card.barcode_number)
