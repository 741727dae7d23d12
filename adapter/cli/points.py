"""`adapter points`: correct a balance, undo an entry, say in words what an entry did."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import click

from adapter.cli import lookup
from adapter.cli.endings import Commands
from adapter.cli.opening import configuration, opened
from adapter.cli.output import as_json, print_json, say
from adapter.cli.wording import sentences
from adapter.core import ledger, payments, programs
from adapter.core.amounts import Amount
from adapter.core.errors import Refused
from adapter.core.ledger import Details, Entry, EntryKind, Explanation, Purse, Role, Terms
from adapter.core.members import Member
from adapter.core.origins import Origin, Place, fingerprint
from adapter.core.programs import Program, ProgramTerms
from adapter.db import Work

CHANNEL = "cli"
in_program = click.option("--program", "code", metavar="CODE", help="The program's code.")
reason = click.option("--reason", required=True, help="Why; the member is shown it.")
actor = click.option("--actor", required=True, help="Who answers for it.")
NEVER = "never"


class Day(click.ParamType[date | str]):
    """A calendar day, or never."""

    name = "day"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> date | str:
        """The day."""
        if isinstance(value, date) or value == NEVER:
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is neither YYYY-MM-DD nor {NEVER}", param, ctx)


@click.group(cls=Commands)
def points() -> None:
    """Corrections of a balance; every one is an entry of its own. ENTRY is an entry's id."""


@points.command()
@click.argument("member")
@in_program
@click.option("--points", "amount", required=True, help="How many; taken away with a minus.")
@click.option("--unit", default="points", show_default=True, help="Of which unit.")
@reason
@actor
@click.option(
    "--expires-on",
    type=Day(),
    metavar="DAY",
    help="Their last day, YYYY-MM-DD or never.  [default: as the program says]",
)
@click.option("--reference", help="A number of yours: repeated, it moves nothing twice.")
@as_json
def adjust(
    member: str,
    code: str | None,
    amount: str,
    unit: str,
    reason: str,
    actor: str,
    expires_on: date | str | None,
    reference: str | None,
    as_json: bool,
) -> None:
    """Give points to a member, or take them."""

    def unit_of_work(work: Work) -> Explanation:
        program, found = lookup.member(work, member, code)
        terms = program.terms()
        given = Amount.parse(amount, terms.unit(unit))
        told = fingerprint([str(found.id), str(given), unit, reason, str(expires_on)])
        details = Details(
            kind=EntryKind.ADJUSTMENT,
            reason=reason,
            origin=Origin(CHANNEL, "adjust", reference, told) if reference else None,
            place=Place(channel=CHANNEL, actor=actor),
        )
        purse = _purse(terms, found.id, unit)
        if given.minor > 0:
            entry = ledger.transfer(
                work,
                purse,
                given,
                details,
                source=Role.ADJUSTED,
                target=Role.SPENDABLE,
                terms=_terms(work, terms, expires_on),
            )
        else:
            entry = ledger.transfer(
                work, purse, -given, details, source=Role.SPENDABLE, target=Role.ADJUSTED
            )
        return ledger.explain(work, entry.id)

    _run(unit_of_work, as_json=as_json)


@points.command()
@click.argument("entry", type=click.UUID)
@reason
@actor
@click.option(
    "--down-to-zero", is_flag=True, help="Take back what is still there, and no more than that."
)
@as_json
def reverse(entry: UUID, reason: str, actor: str, down_to_zero: bool, as_json: bool) -> None:
    """Undo an entry by another: what it took goes back into the same lots."""

    def unit_of_work(work: Work) -> Explanation:
        undone = ledger.explain(work, entry)
        if undone.is_within_purse:
            raise Refused("what only changed its place within a balance is released, not reversed")
        terms = _program(work, undone.entry).terms()
        place = Place(channel=CHANNEL, actor=actor)
        details = Details(kind=EntryKind.REVERSAL, reason=reason, place=place)
        purse = undone.purse(
            terms.unit(undone.entry.unit), may_go_negative=terms.settings.allow_negative
        )
        done = ledger.reverse(work, purse, undone.entry, details, down_to_zero=down_to_zero)
        payments.settle_by_hand(work, purse, undone.entry, done, place=place)
        _cancel_payment(work, terms, undone.entry, place)
        return ledger.explain(work, done.id)

    _run(unit_of_work, as_json=as_json)


@points.command()
@click.argument("entry", type=click.UUID)
@as_json
def explain(entry: UUID, as_json: bool) -> None:
    """Say in words what an entry did, by which rules, and to which lots."""
    with opened(configuration()) as database, database.reading() as work:
        _print(work, ledger.explain(work, entry), as_json=as_json)


def _cancel_payment(work: Work, terms: ProgramTerms, undone: Entry, place: Place) -> None:
    """Have a till's payment stand no more whose entry was undone: its points are back."""
    for paid in payments.redemptions(work, undone.member_id):
        made_it = undone.origin_reference == paid.confirmation_code
        if made_it and undone.kind == EntryKind.REDEMPTION:
            member = work.session.get_one(Member, undone.member_id)
            payments.cancel(work, terms, member, paid.confirmation_code, place=place)


def _run(unit_of_work: Any, *, as_json: bool) -> None:
    with opened(configuration()) as database:
        done = database.run(unit_of_work)
        with database.reading() as work:
            _print(work, done, as_json=as_json)


def _print(work: Work, told: Explanation, *, as_json: bool) -> None:
    terms = _program(work, told.entry).terms()
    words = sentences(told, terms)
    if as_json:
        print_json(
            {
                "entry": str(told.entry.id),
                "member": str(told.entry.member_id),
                "kind": told.entry.kind,
                "unit": told.entry.unit,
                "legs": [
                    {
                        "account": account.role,
                        "amount": str(Amount(leg.amount_minor, terms.unit(account.unit))),
                    }
                    for account, leg in told.legs
                ],
                "explanation": told.entry.explanation,
                "words": words,
            }
        )
        return
    for sentence in words:
        say(sentence)


def _purse(terms: ProgramTerms, member_id: UUID, unit: str) -> Purse:
    negative = terms.settings.allow_negative
    return Purse(terms.id, member_id, terms.unit(unit), may_go_negative=negative)


def _terms(work: Work, terms: ProgramTerms, expires_on: date | str | None) -> Terms:
    if isinstance(expires_on, date):
        return Terms(expires_at=programs.end_of(expires_on, terms.timezone))
    return Terms(expires_at=None if expires_on == NEVER else terms.expiry_of_points(work.now))


def _program(work: Work, entry: Entry) -> Program:
    return work.session.get_one(Program, entry.program_id)
