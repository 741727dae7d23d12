"""A member's cards: blocked, let work again, replaced, given."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from adapter.admin.access import needs, program
from adapter.admin.console import console
from adapter.admin.forms import no_control_characters
from adapter.admin.i18n import _, _l
from adapter.admin.pages.members.doing import Deed, KeyedForm, do, find, form_page, place, tell
from adapter.core import cards
from adapter.core.cards import Card, CardState
from adapter.core.errors import UnknownCard
from adapter.core.members import Member
from adapter.core.staff import Permission
from adapter.db import Work
from adapter.web.request_log import request_id
from adapter.web.work import reading


def _deed(name: str, card_id: UUID) -> Deed:
    title, about, label, kind = {
        "block": (
            _l("Block the card"),
            _l("No till takes it any more. The member keeps the points."),
            _l("Block"),
            "danger",
        ),
        "unblock": (
            _l("Let the card work again"),
            _l("Tills take it again."),
            _l("Unblock"),
            "primary",
        ),
        "reissue": (
            _l("Replace the card"),
            _l("The member gets a card on a new number, and this one is blocked."),
            _l("Replace"),
            "primary",
        ),
    }[name]
    endpoint = f"admin.members_card_{name}_do"
    return Deed(title, about, label, endpoint, kind, {"card_id": card_id})


def _card(work: Work, member_id: UUID, card_id: UUID) -> Card:
    card = cards.by_id(work, program().id, card_id)
    if card.member_id != member_id or card.state == CardState.LAPSED:
        raise UnknownCard("this is no card of the member that is in use")
    return card


def _page(name: str, member_id: UUID, card_id: UUID) -> ResponseReturnValue:
    with reading() as work:
        find(work, member_id)
        _card(work, member_id, card_id)
    return form_page(member_id, KeyedForm(), _deed(name, card_id))


def _done(
    name: str, member_id: UUID, card_id: UUID, unit: Callable[[Work, Member, KeyedForm], str]
) -> ResponseReturnValue:
    with reading() as work:
        find(work, member_id)
        _card(work, member_id, card_id)
    form = KeyedForm()
    return do(member_id, form, _deed(name, card_id), lambda work, member: unit(work, member, form))


@console.get("/p/<code>/members/<uuid:member_id>/cards/<uuid:card_id>/block")
@needs(Permission.VIEW, Permission.BLOCK)
def members_card_block(member_id: UUID, card_id: UUID) -> ResponseReturnValue:
    """The form for blocking a card."""
    return _page("block", member_id, card_id)


@console.post("/p/<code>/members/<uuid:member_id>/cards/<uuid:card_id>/block")
@needs(Permission.VIEW, Permission.BLOCK)
def members_card_block_do(member_id: UUID, card_id: UUID) -> ResponseReturnValue:
    """Block a card."""

    def unit(work: Work, member: Member, form: KeyedForm) -> str:
        _set(work, _card(work, member.id, card_id), form, "card.block", cards.block)
        return _("The card is blocked.")

    return _done("block", member_id, card_id, unit)


@console.get("/p/<code>/members/<uuid:member_id>/cards/<uuid:card_id>/unblock")
@needs(Permission.VIEW, Permission.BLOCK)
def members_card_unblock(member_id: UUID, card_id: UUID) -> ResponseReturnValue:
    """The form for letting a card work again."""
    return _page("unblock", member_id, card_id)


@console.post("/p/<code>/members/<uuid:member_id>/cards/<uuid:card_id>/unblock")
@needs(Permission.VIEW, Permission.BLOCK)
def members_card_unblock_do(member_id: UUID, card_id: UUID) -> ResponseReturnValue:
    """Let a card work again."""

    def unit(work: Work, member: Member, form: KeyedForm) -> str:
        _set(work, _card(work, member.id, card_id), form, "card.unblock", cards.unblock)
        return _("The card works again.")

    return _done("unblock", member_id, card_id, unit)


def _set(work: Work, card: Card, form: KeyedForm, action: str, change: Callable[..., Card]) -> None:
    before = card.state
    after = change(work, program().id, number=card.number).state
    if before != after:
        tell(
            work,
            action,
            card.id,
            kind="card",
            reason=form.reason.data,
            before={"state": before},
            after={"state": after, "member": card.member_id},
        )


@console.get("/p/<code>/members/<uuid:member_id>/cards/<uuid:card_id>/reissue")
@needs(Permission.VIEW, Permission.CARDS)
def members_card_reissue(member_id: UUID, card_id: UUID) -> ResponseReturnValue:
    """The form for replacing a card."""
    return _page("reissue", member_id, card_id)


@console.post("/p/<code>/members/<uuid:member_id>/cards/<uuid:card_id>/reissue")
@needs(Permission.VIEW, Permission.CARDS)
def members_card_reissue_do(member_id: UUID, card_id: UUID) -> ResponseReturnValue:
    """Replace a card by one on a new number."""

    def unit(work: Work, member: Member, form: KeyedForm) -> str:
        cards.reissue(
            work,
            program(),
            member,
            card_id,
            place=place(),
            reason=form.reason.data,
            request_id=request_id(),
        )
        return _("The member has a card on a new number; the old one is blocked.")

    return _done("reissue", member_id, card_id, unit)


LINK = Deed(
    _l("Give the member a card"),
    _l("A card that is there and that nobody holds: one of the pool, or a reserved number."),
    _l("Link"),
    "admin.members_link_do",
)


class LinkForm(KeyedForm):
    """The card's number."""

    number = StringField(
        _l("Card number"),
        validators=[DataRequired(), Length(max=50), no_control_characters],
        render_kw={"autocomplete": "off"},
    )


@console.get("/p/<code>/members/<uuid:member_id>/link")
@needs(Permission.VIEW, Permission.CARDS)
def members_link(member_id: UUID) -> ResponseReturnValue:
    """The form for giving a member a card that waits for somebody."""
    return form_page(member_id, LinkForm(), LINK)


@console.post("/p/<code>/members/<uuid:member_id>/link")
@needs(Permission.VIEW, Permission.CARDS)
def members_link_do(member_id: UUID) -> ResponseReturnValue:
    """Give a member a card that waits for somebody."""
    form = LinkForm()

    def unit(work: Work, member: Member) -> str:
        held = {card.id for card in cards.of_member(work, member.id)}
        card = cards.link(work, program(), member, number=form.number.data, place=place())
        if card.id not in held:
            tell(
                work,
                "card.link",
                card.id,
                kind="card",
                reason=form.reason.data,
                before={"state": CardState.RESERVED},
                after={"state": card.state, "member": member.id},
            )
        return _("The card is the member's.")

    return do(member_id, form, LINK, unit, blame="number")
