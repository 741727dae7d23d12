"""Members: enrolled, changed, shown, and proven to be who they say (5.1 to 5.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response

from adapter.core import benefits, cards, ledger, members, payments, sales
from adapter.core.errors import EmailTaken, LoyaltyError, PhoneTaken, UnknownMember
from adapter.core.members import Member, Profile
from adapter.protocols.fidelizacion import schemas
from adapter.protocols.fidelizacion.auth import agreement, choice_of_header
from adapter.protocols.fidelizacion.errors import WrongCode, blame
from adapter.protocols.fidelizacion.mapping import assets, baskets, people
from adapter.protocols.fidelizacion.routes import call
from adapter.protocols.fidelizacion.who import code_holder, identified, send_code, shown_code
from adapter.protocols.fidelizacion.wire import body, reply
from adapter.web.credentials import caller, place
from adapter.web.work import Work, reading, unit_of_work


@call("/v1/member/register")
def register() -> Response:
    """5.1: enrol somebody, who may be named in every other call at once."""
    strict = agreement().strict_registration
    given, where = schemas.of_registration(body(), strict=strict)
    blame(profile=where)
    program = caller().program
    newcomer = people.profile(given, program)
    with unit_of_work() as work:
        _refuse_known(work, newcomer)
        member = members.register(work, program.id, newcomer, place=place())
        members.welcome(work, program, member, place=place())
        members.give_consents(work, member, people.new_consents(given), place=place())
        _give_external_id(work, member, given)
        sent = {"memberId": people.member_id(member), "member": people.data_as_sent(member)}
    return reply(sent)


@call("/v1/member/update")
def update() -> Response:
    """5.2: what changed of somebody; only what is sent is changed, and nothing is cleared."""
    given = schemas.of_update(body())
    changes = given["changes"]
    blame(profile="body.newMemberData")
    with unit_of_work() as work:
        member = identified(work, given["member"], lock=True)
        members.update(work, member, people.profile(changes, caller().program), place=place())
        members.give_consents(work, member, people.consents(changes), place=place())
        _give_external_id(work, member, changes)
        sent = {"memberId": people.member_id(member), "member": people.data_as_sent(member)}
    return reply(sent, message="Member updated successfully")


@call("/v1/member/details")
def details() -> Response:
    """5.3: who it is, what they have, and what a basket would get; looking changes nothing."""
    selection = choice_of_header("x-return-assets", tuple(assets.SELECTIONS))
    with_preview = choice_of_header("x-return-benefits", ("false", "true")) == "true"
    given = schemas.of_details(body())
    told = given["member"]
    # A code is used up by looking, the one thing that is (8.2).
    with unit_of_work() if "short_code" in told else reading() as work:
        member = _named_or_proven(work, told)
        if member is not None:
            return reply(_details_as_sent(work, member, given, selection, with_preview))
    # Not within: a wrong try stays counted.
    raise _not_proven(told)


@call("/v1/member/shortCode")
def short_code() -> Response:
    """5.4: have a code sent to the member, show it at the till, or check it and use it up."""
    document = body()
    given = schemas.of_short_code(document)
    blame(code=schemas.place_of_code(document))
    with unit_of_work() as work:
        member = identified(work, given["member"]) if "member" in given else None
        sent = CODE_ACTIONS[given["action"]](work, member, given)
    if sent is None:
        # Not within: a wrong try stays counted.
        raise WrongCode("nobody's live code")
    return reply(sent)


def _send_code(work: Work, member: Member, given: dict[str, Any]) -> dict[str, Any]:
    send_code(work, member, given["member"])
    return {}


def _show_code(work: Work, member: Member, _given: dict[str, Any]) -> dict[str, Any]:
    text, expires_at = shown_code(work, member)
    return {"shortCode": text, "expiresAt": people.instant(expires_at)}


def _verify_code(work: Work, member: Member | None, given: dict[str, Any]) -> dict[str, Any] | None:
    holder = code_holder(work, given["short_code"], member)
    if holder is None:
        return None
    return {"verified": True, "member": {"membershipKey": people.membership_key(holder)}}


CODE_ACTIONS: dict[str, Callable[..., dict[str, Any] | None]] = {
    "send": _send_code,
    "get": _show_code,
    "verify": _verify_code,
}


def _refuse_known(work: Work, newcomer: Profile) -> None:
    """Refuse who is a member already: by the phone, else by the e-mail (5.1)."""
    if newcomer.email:
        members.lock_email(work, caller().program_id, newcomer.email)
    found = members.matching(work, caller().program_id, newcomer)
    if members.by_phone(found, newcomer.phone):
        raise PhoneTaken("the phone is another member's")
    if members.by_email(found, newcomer.email):
        raise EmailTaken("the e-mail is another member's")


def _give_external_id(work: Work, member: Member, given: dict[str, Any]) -> None:
    if "external_id" in given:
        cards.give_external_id(work, member, given["external_id"], place=place())


def _named_or_proven(work: Work, told: dict[str, str]) -> Member | None:
    """Who is looked at; nobody where a code was given and is not theirs, or nobody's (8.2)."""
    if "short_code" not in told:
        return identified(work, told, whole=True)
    named = identified(work, told) if len(told) > 1 else None
    return code_holder(work, told["short_code"], named)


def _not_proven(told: dict[str, str]) -> LoyaltyError:
    where = "body.member.shortCode"
    blame(identifier=where, code=where)
    return WrongCode("not this member's code") if len(told) > 1 else UnknownMember("nobody's code")


def _details_as_sent(
    work: Work, member: Member, given: dict[str, Any], selection: str, with_preview: bool
) -> dict[str, Any]:
    program = caller().program
    held = benefits.of_member(work, member.id)
    preview = None
    if with_preview and "transaction" in given:
        used = list(baskets.used_assets(given))
        sale = baskets.sale(given)
        preview = sales.preview(work, program, member, sale, held=held, used=used, place=place())
    balances = payments.balances(ledger.holdings(work, member.id), program)
    shown = assets.assets_as_sent(held, member, selection=selection, now=work.now, preview=preview)
    sent = {"member": people.profile_as_sent(member, balances, shown)}
    return sent | assets.preview_as_sent(preview) if with_preview else sent
