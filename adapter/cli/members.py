"""`adapter members`: one person's cards, points and history; and forgetting them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import click
import structlog
from rich.text import Text

from adapter.cli import lookup, masking
from adapter.cli.endings import Commands
from adapter.cli.opening import configuration, opened
from adapter.cli.output import as_json, moment, print_facts, print_json, print_table, say
from adapter.core import cards, ledger, programs
from adapter.core import members as people
from adapter.core.amounts import Amount
from adapter.core.errors import UnknownMember
from adapter.core.ledger import Purse, StatementLine
from adapter.core.members import Member
from adapter.core.programs import ProgramTerms
from adapter.db import Work
from adapter.web import logs

in_program = click.option("--program", "code", metavar="CODE", help="The program's code.")
log = structlog.get_logger()


@click.group(cls=Commands)
def members() -> None:
    """People enrolled in a program. MEMBER is a phone in any notation, an e-mail, the number or
    barcode of a card, an external id, a membership key, a pass, or the member's id.
    """


@members.command()
@click.argument("member")
@in_program
@click.option("--reveal", is_flag=True, help="Show phones and e-mails whole.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@as_json
def show(member: str, code: str | None, reveal: bool, limit: int, as_json: bool) -> None:
    """Print a member's profile, cards, balances, and the last movements with their balance."""
    with opened(configuration()) as database, database.reading() as work:
        program, found = lookup.member(work, member, code)
        terms = program.terms()
        document = {
            "member": _profile(found, terms.code, reveal=reveal),
            "cards": [_card(card) for card in cards.of_member(work, found.id)],
            "balances": list(_balances(work, found, terms)),
            "timeline": [
                _line(line, terms) for line in ledger.statement(work, found.id, limit=limit)
            ],
        }
    if as_json:
        print_json(document)
    else:
        _print(document, terms.timezone)


@members.command()
@click.argument("member")
@in_program
@click.option("--reason", required=True, help="Why; for the log, so nobody's name.")
@click.option("--actor", default="", help="Who asks for it; for the log.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(member: str, code: str | None, reason: str, actor: str, yes: bool) -> None:
    """Forget a person: name, contacts, card numbers. The ledger stays whole."""
    config = configuration()
    with opened(config) as database:
        with database.reading() as work:
            program, found = lookup.member(work, member, code)
            if found.erased_at is not None:
                raise UnknownMember("this member was erased before")
            held = len(cards.of_member(work, found.id))
        words = f"member {found.id} of {program.code} and {held} card(s)"
        if not yes:
            click.confirm(f"Erase {words}? This cannot be undone.", abort=True)

        def unit(work: Work) -> None:
            person = work.session.get_one(Member, found.id, with_for_update=True)
            people.erase(work, person)
            cards.retire_all(work, cards.of_member(work, person.id))

        database.run(unit)
    logs.configure(config.log_level)
    log.info("member erased", member=str(found.id), reason=reason, actor=actor)
    say(f"Erased: {words}.")


def _profile(member: Member, program: str, *, reveal: bool) -> dict[str, Any]:
    names = (member.last_name, member.first_name, member.patronymic)
    return {
        "id": str(member.id),
        "program": program,
        "status": member.status if member.erased_at is None else "erased",
        "name": " ".join(name for name in names if name),
        "birth_date": member.birth_date and member.birth_date.isoformat(),
        "gender": member.gender,
        "country": member.country,
        "locality": member.locality,
        "identities": [
            {"kind": one.kind, "value": masking.contact(one, reveal=reveal)}
            for one in member.identities
        ],
        "consents": {one.kind: one.is_granted for one in member.consents},
        "channel": member.channel,
        "created_at": member.created_at,
    }


def _card(card: cards.Card) -> dict[str, Any]:
    return {
        "number": card.number,
        "state": card.state,
        "barcode": {"type": card.barcode_type, "number": card.barcode_number},
        "channel": card.channel,
        "issued_at": card.issued_at,
    }


def _balances(work: Work, member: Member, terms: ProgramTerms) -> Iterator[dict[str, Any]]:
    for code, card_id in ledger.units_of(work, member.id):
        purse = Purse(terms.id, member.id, terms.unit(code), card_id=card_id)
        held = ledger.balance(work, purse)
        yield {
            "unit": code,
            "card_id": card_id and str(card_id),
            "total": str(held.total),
            "available": str(held.available),
            "pending": str(held.pending),
            "reserved": str(held.reserved),
            "lots": [
                {
                    "reason": portion.reason,
                    "amount": str(portion.amount),
                    "valid_until": portion.expires_at
                    and programs.last_day(portion.expires_at, terms.timezone).isoformat(),
                }
                for portion in held.portions
            ],
        }


def _line(line: StatementLine, terms: ProgramTerms) -> dict[str, Any]:
    entry, unit = line.entry, terms.unit(line.unit)
    return {
        "at": line.occurred_at,
        "entry": str(entry.id),
        "kind": entry.kind,
        "reason": entry.reason,
        "account": str(line.role),
        "unit": line.unit,
        "amount": str(Amount(line.amount_minor, unit)),
        "balance": str(Amount(line.balance_after_minor, unit)),
        "channel": entry.channel,
        "outlet": entry.outlet_code,
        "terminal": entry.terminal,
        "actor": entry.actor,
    }


def _print(document: dict[str, Any], zone: ZoneInfo) -> None:
    profile = document["member"]
    facts = [(name.replace("_", " "), profile[name]) for name in ("name", "id", "program")]
    facts += [(one["kind"].replace("_", " "), one["value"]) for one in profile["identities"]]
    facts += [(n.replace("_", " "), profile[n]) for n in ("birth_date", "gender", "locality")]
    said = ((kind, "yes" if given else "no") for kind, given in profile["consents"].items())
    facts.append(("consents", ", ".join(f"{kind}: {word}" for kind, word in said)))
    since = f"{profile['status']}, since {moment(profile['created_at'], zone)}"
    facts.append(("status", f"{since} {profile['channel'] and 'through ' + profile['channel']}"))
    print_facts(facts)
    _print_cards(document["cards"], zone)
    for held in document["balances"]:
        _print_balance(held)
    _print_timeline(document["timeline"], zone)


def _print_cards(held: list[dict[str, Any]], zone: ZoneInfo) -> None:
    rows = [
        (
            card["number"],
            card["state"],
            f"{card['barcode']['type']} {card['barcode']['number']}",
            moment(card["issued_at"], zone),
        )
        for card in held
    ]
    say()
    print_table(("card", "state", "barcode", "issued"), rows)


def _print_balance(held: dict[str, Any]) -> None:
    of = " of a card" if held["card_id"] else ""
    parts = ", ".join(f"{held[name]} {name}" for name in ("available", "pending", "reserved"))
    say()
    say(f"{held['unit']}{of}: {held['total']} in all ({parts})", style="bold")
    for lot in held["lots"]:
        until = f"until {lot['valid_until']}" if lot["valid_until"] else "for ever"
        say(f"  {lot['amount']:>10}  {until:<17}  {lot['reason']}")


def _print_timeline(lines: list[dict[str, Any]], zone: ZoneInfo) -> None:
    rows = []
    for line in lines:
        where = [line[name] for name in ("channel", "outlet", "terminal", "actor") if line[name]]
        what = Text(f"{line['kind']}: {line['reason']}" if line["reason"] else line["kind"])
        for more in (" · ".join(where), line["entry"]):
            if more:
                what.append(f"\n{more}", style="dim")
        account = (
            line["account"] if line["unit"] == "points" else f"{line['account']} {line['unit']}"
        )
        rows.append((moment(line["at"], zone), account, line["amount"], line["balance"], what))
    say()
    print_table(("when", "account", "moved", "then", "what"), rows, right=["moved", "then"])
