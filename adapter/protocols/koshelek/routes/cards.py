"""Cards and their holders: methods 1–8, 12 and 13, in the order of the vendor's list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import Response, request
from marshmallow import ValidationError
from werkzeug.exceptions import MethodNotAllowed

from adapter.core import cards, ledger, members, partners, programs, transactions
from adapter.core.cards import Card
from adapter.core.errors import InvalidPhone
from adapter.core.ledger import Balance, Purse
from adapter.core.members import Member, SpecialUser
from adapter.core.transactions import Transaction, TransactionItem
from adapter.protocols.koshelek import mapping, schemas
from adapter.protocols.koshelek.auth import agreement, require_version
from adapter.protocols.koshelek.errors import NotAgreed, NothingToSearchBy
from adapter.protocols.koshelek.routes import PLACE, blueprint
from adapter.protocols.koshelek.search import choose
from adapter.protocols.koshelek.wire import bare, body, empty, query, reply
from adapter.web import enquiry
from adapter.web.credentials import caller, found_nobody
from adapter.web.work import Work, reading, unit_of_work

MOST_PURCHASES = 1000  # G7: the period narrows it
# The verbs of a path whose GET reserves.
RESERVING = ("GET", "PUT", "POST")


@blueprint.get("/v1/card")
def find_card() -> Response:
    """5.1: find the card of a person by phone, e-mail or birth date, one at most."""
    wanted = _wanted(query(schemas.Search()))
    with reading() as work:
        found = members.matching(work, caller().program_id, wanted)
        held = cards.of_members(work, [member.id for member in found]) if found else []
        chosen = choose(found, held, wanted, blocked_cards=agreement().blocked_cards)
        if chosen is None:
            if not found:
                enquiry.ask_first(members.names_of(wanted))
            found_nobody()
            return empty()
        return reply({"card": mapping.card_as_sent(*chosen)})


@blueprint.get("/v1/card/<card:number>")
def show_card(number: str) -> Response:
    """5.2: the card with its balance and the lots it is made of."""
    program = caller().program
    with reading() as work:
        card, member = cards.with_holder(work, program.id, number)
        sent = mapping.card_as_sent(card, member)
        sent["bonus"] = mapping.bonus_as_sent(_balance(work, member), program)
    return reply({"card": sent})


@blueprint.route("/v1/card/<card:number>", methods=["POST", "PUT"])
def update_profile(number: str) -> Response:
    """5.3: what the user changed of their profile in the app."""
    given = body(schemas.Profile())
    program = caller().program
    with unit_of_work() as work:
        member = cards.held_by(work, program.id, number, lock=True)
        members.update(work, member, mapping.holder(given, program, work.now), place=PLACE)
    return empty()


@blueprint.put("/v1/card/<number>/communication")
def set_communication(number: str) -> Response:
    """5.4: the channels the user allows and denies; those not named keep their state."""
    said = body(schemas.Communication())
    with unit_of_work() as work:
        member = cards.held_by(work, caller().program_id, number, lock=True)
        members.give_consents(work, member, said, place=PLACE)
    return empty()


@blueprint.get("/v1/card/<number>/purchases")
def list_purchases(number: str) -> Response:
    """5.5: what the holder bought in a period, one element an item, the newest first."""
    period = query(schemas.Period())
    program = caller().program
    with reading() as work:
        today = programs.local_day(work.now, program.timezone)
        since, until = period["since"], period.get("until", today)
        if since > until:
            raise ValidationError("is after the last day", "startDate")
        _, member = cards.with_holder(work, program.id, number)
        bought = _purchases(work, member, since, until) if member else []
        names = {outlet.code: outlet.name for outlet, _ in partners.outlets(work, program.id)}
        sent = [
            mapping.purchase_as_sent(
                sale,
                item,
                outlet=names.get(sale.outlet_code) or sale.outlet_code,
                program=program,
            )
            for sale, item in bought
        ]
    return reply(sent)


@blueprint.route("/v1/card/anonymous", methods=["GET", "PUT"])
def reserve_number() -> Response:
    """5.6: set a number aside for a card to come; the form of the answer is a setting (G1)."""
    if request.method == "HEAD":  # G34: what only looks must not reserve
        raise MethodNotAllowed(valid_methods=RESERVING)
    program = caller().program
    life = timedelta(minutes=program.settings.reservation_minutes)
    with unit_of_work() as work:
        card = cards.reserve(work, program, life=life, place=PLACE)
        return _reservation_as_sent(card)


@blueprint.route("/v1/card/anonymous/<number>", methods=["POST", "PUT"])
def issue_on_number(number: str) -> Response:
    """5.7: make a reserved number, or one of the pool, this person's card."""
    given = body(schemas.NewHolder())
    program = caller().program
    with unit_of_work() as work:
        cards.issue_on(
            work,
            program,
            mapping.holder(given, program, work.now),
            number=number,
            place=PLACE,
            despite_blocked=agreement().blocked_cards == "hide",
        )
    return empty()


@blueprint.post("/v1/card/anonymous")
def issue_card() -> Response:
    """5.8: a card on a number of our choice (1.2.0), or the one this person holds (G3)."""
    require_version("1.2.0", others=("GET", "PUT"))
    given = body(schemas.NewHolder())
    program = caller().program
    with unit_of_work() as work:
        card = cards.issue(
            work,
            program,
            mapping.holder(given, program, work.now),
            place=PLACE,
            despite_blocked=agreement().blocked_cards == "hide",
        )
        sent = mapping.card_as_sent(card, cards.holder(work, card))
    return reply({"card": sent})


@blueprint.get("/v1/card/getAllUsers")
def list_special_users() -> Response:
    """5.10: the phones with special conditions."""
    return reply(mapping.special_users_as_sent(_special_users()))


@blueprint.get("/v1/card/getAllUsersExtended")
def list_special_users_extended() -> Response:
    """5.10: the phones with special conditions, and what is known of each."""
    return reply(mapping.special_users_extended_as_sent(_special_users()))


def _reservation_as_sent(card: Card) -> Response:
    form = agreement().reservation_form
    if form == "object":
        return reply({"card": mapping.card_as_sent(card, None)})
    return bare(card.number) if form == "bare" else reply(card.number)


def _wanted(given: dict[str, Any]) -> members.Profile:
    """What to search by; a phone that cannot be one is ignored (5.1 rule 2, G18)."""
    wanted = dict(given)
    try:
        wanted["phone"] = mapping.phone(given.get("phone") or "", caller().program)
    except InvalidPhone:
        wanted["phone"] = None
    if not any(wanted.values()):
        raise NothingToSearchBy("no usable parameter")
    return members.Profile(**wanted)


def _balance(work: Work, member: Member | None) -> Balance:
    program = caller().program
    if member is None:
        return Balance.nothing(program.points)
    return ledger.balance(work, Purse(program.id, member.id, program.points))


def _purchases(
    work: Work, member: Member, since: date, until: date
) -> Sequence[tuple[Transaction, TransactionItem]]:
    timezone = caller().program.timezone
    return transactions.purchases(
        work,
        member.id,
        since=programs.start_of(since, timezone),
        before=programs.end_of(until, timezone),
        limit=MOST_PURCHASES,
    )


def _special_users() -> Sequence[SpecialUser]:
    if not agreement().special_users:
        raise NotAgreed("the list of special users is off")
    with reading() as work:
        return members.special_users(work, caller().program_id)
