"""`adapter points`: correct a balance, undo an entry, say in words what an entry did."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import click

from adapter.cli import lookup
from adapter.cli.answering import record
from adapter.cli.endings import Commands
from adapter.cli.opening import configuration, opened
from adapter.cli.output import as_json, print_json, say
from adapter.core import ledger, programs, support
from adapter.core.amounts import Amount
from adapter.core.ledger import Entry, Explanation
from adapter.core.origins import Place
from adapter.core.programs import Program, ProgramTerms
from adapter.core.support import Adjustment
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
        given = Adjustment(
            Amount.parse(amount, terms.unit(unit)),
            reason,
            reference=reference,
            expires_at=_expiry(work, terms, expires_on),
            expiry_said=str(expires_on),
        )
        place = Place(channel=CHANNEL, actor=actor)
        before = support.spendable(work, terms, found.id, given.amount.unit)
        entry = support.adjust(work, terms, found.id, given, place=place)
        if entry.recorded_at == work.now:  # repeated under its reference, it changes nothing
            after = support.spendable(work, terms, found.id, given.amount.unit)
            told = {"entry": entry.id, "amount": str(given.amount), "unit": unit}
            record(
                work,
                "points.adjust",
                "member",
                found.id,
                terms.id,
                actor=actor,
                reason=reason,
                before={"available": str(before)},
                after={"available": str(after)} | told,
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
        undone = ledger.explain(work, entry).entry
        terms = _program(work, undone).terms()
        unit = terms.unit(undone.unit)
        before = support.spendable(work, terms, undone.member_id, unit)
        place = Place(channel=CHANNEL, actor=actor)
        done = support.reverse(
            work, terms, entry, reason=reason, place=place, down_to_zero=down_to_zero
        )
        record(
            work,
            "points.reverse",
            "member",
            done.member_id,
            terms.id,
            actor=actor,
            reason=reason,
            before={"available": str(before)},
            after={
                "available": str(support.spendable(work, terms, done.member_id, unit)),
                "amount": str(Amount(ledger.change(work, done), unit)),
                "unit": done.unit,
                "entry": done.id,
                "reverses": entry,
            },
        )
        return ledger.explain(work, done.id)

    _run(unit_of_work, as_json=as_json)


@points.command()
@click.argument("entry", type=click.UUID)
@as_json
def explain(entry: UUID, as_json: bool) -> None:
    """Say in words what an entry did, by which rules, and to which lots."""
    with opened(configuration()) as database, database.reading() as work:
        _print(work, ledger.explain(work, entry), as_json=as_json)


def _run(unit_of_work: Any, *, as_json: bool) -> None:
    with opened(configuration()) as database:
        done = database.run(unit_of_work)
        with database.reading() as work:
            _print(work, done, as_json=as_json)


def _print(work: Work, told: Explanation, *, as_json: bool) -> None:
    terms = _program(work, told.entry).terms()
    words = support.sentences(told, terms)
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


def _expiry(work: Work, terms: ProgramTerms, expires_on: date | str | None) -> datetime | None:
    if isinstance(expires_on, date):
        end = programs.end_of(expires_on, terms.timezone)
        if end <= work.now:
            raise click.UsageError(f"{expires_on} is over: points would be gone at once")
        return end
    return None if expires_on == NEVER else terms.expiry_of_points(work.now)


def _program(work: Work, entry: Entry) -> Program:
    return work.session.get_one(Program, entry.program_id)
