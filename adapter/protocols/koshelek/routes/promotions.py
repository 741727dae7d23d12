"""Promotions and news: methods 9–11 and the push callback, each only where it was agreed."""

from __future__ import annotations

import re
from typing import Any, cast

import structlog
from flask import Flask, Response, request
from flask.blueprints import BlueprintSetupState

from adapter.core import benefits, cards, members, partners, programs
from adapter.core.errors import SeveralMatches, UnknownMember
from adapter.core.members import Member
from adapter.protocols.koshelek import mapping, schemas
from adapter.protocols.koshelek.auth import agreement, require_version
from adapter.protocols.koshelek.errors import NotAgreed
from adapter.protocols.koshelek.routes import PLACE, blueprint
from adapter.protocols.koshelek.settings import ProcessSettings
from adapter.protocols.koshelek.wire import body, empty, reply
from adapter.web import json
from adapter.web.credentials import caller
from adapter.web.protocol import settings_of
from adapter.web.work import Work, reading, unit_of_work

LONGEST_MESSAGE = 65536

log = structlog.get_logger()
_MESSAGE_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@blueprint.post("/v1/promo/qrCode")
def register_receipt() -> Response:
    """5.9: a receipt's QR code the user scanned (1.1.0); the same user may repeat it (G4)."""
    require_version("1.1.0")
    if not agreement().receipt_promo:
        raise NotAgreed("receipt promotions are off")
    _log_form("receipt")
    given = body(schemas.Receipt())
    program = caller().program
    with unit_of_work() as work:
        member = _participant(work, given)
        benefits.claim_receipt(work, program, member, text=given["text"], place=PLACE)
    return empty()


@blueprint.post("/v1/promo/code")
def redeem_code() -> Response:
    """5.9: a promo code the user typed (1.3.0); a code is taken once (G5)."""
    require_version("1.3.0")
    _log_form("code")
    given = body(schemas.Code())
    program = caller().program
    with unit_of_work() as work:
        member = _participant(work, given)
        benefits.redeem_code(work, program, member, code=given["text"], place=PLACE)
    return empty()


def list_offers(**_variables: str) -> Response:
    """Method 11: the partner's offers, on a path agreed with the vendor (G6)."""
    program = caller().program
    with reading() as work:
        live = programs.offers(work, program.id, live=True)
        return reply([mapping.offer_as_sent(offer, program) for offer in live])


def take_push_callback(**_variables: str) -> Response:
    """10.2: what became of a push message, kept as it came (G33)."""
    text = json.read_body(request).decode(errors="replace").replace("\0", "")
    try:
        sent = json.parse(text)
        reference = str(sent.get("messageId", ""))[:255] if isinstance(sent, dict) else ""
    except json.BadJson:
        reference = ""
    known = reference if _MESSAGE_ID.fullmatch(reference) else None  # the log is for ids alone
    log.info("push callback", reference=known, form=mapping.form_of(text[:1000]))
    with unit_of_work() as work:
        partners.keep_message(
            work,
            caller(),
            kind="push callback",
            reference=reference or None,
            body=text[:LONGEST_MESSAGE],
        )
    return reply({})


def add_chosen_routes(state: BlueprintSetupState) -> None:
    """Serve the two routes whose paths the vendor does not print, where they are set."""
    chosen = settings_of(ProcessSettings, cast(Flask, state.app))
    if chosen.offers_path:
        state.add_url_rule(chosen.offers_path, "list_offers", list_offers, methods=["GET"])
    if chosen.push_callback_path:
        state.add_url_rule(
            chosen.push_callback_path, "take_push_callback", take_push_callback, methods=["POST"]
        )


blueprint.record(add_chosen_routes)


def _participant(work: Work, given: dict[str, Any]) -> Member:
    """Who takes part in a promotion: by card, else by phone, else by e-mail (G4)."""
    program = caller().program
    if "number" in given:
        return cards.held_by(work, program.id, given["number"])
    phone = given.get("phone") or given.get("msisdn")
    wanted = members.Profile(
        phone=mapping.phone(phone, program) if phone else None, email=given.get("email")
    )
    found = members.matching(work, program.id, wanted)
    by_phone = members.by_phone(found, wanted.phone)
    by_email = [] if wanted.phone else members.by_email(found, wanted.email)
    if len(by_email) > 1:
        raise SeveralMatches("several members share this e-mail")
    if member := by_phone or next(iter(by_email), None):
        return member
    raise UnknownMember("nobody is known by this", sought=members.names_of(wanted))


def _log_form(promotion: str) -> None:
    # The vendor prints no body (G4): its form in the log is the only way to learn it.
    text = json.read_body(request).decode(errors="replace")
    log.info("promotion", promotion=promotion, form=mapping.form_of(text[:1000]))
