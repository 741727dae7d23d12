"""`adapter members`: one person's cards, points and history; and forgetting them."""

from __future__ import annotations

import click
import structlog

from adapter.cli import lookup
from adapter.cli.answering import record
from adapter.cli.endings import Commands
from adapter.cli.member_facts import facts_of
from adapter.cli.member_screen import print_member
from adapter.cli.opening import configuration, opened
from adapter.cli.output import as_json, print_json, say
from adapter.core import cards, support
from adapter.core.errors import UnknownMember
from adapter.core.members import CONTACTS, Member
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
@click.option("--reveal", is_flag=True, help="Show phones and e-mails whole; the audit says so.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@as_json
def show(member: str, code: str | None, reveal: bool, limit: int, as_json: bool) -> None:
    """Print a member's profile, cards, benefits, balances, the payments that stand, and the last
    movements with their balance.
    """
    with opened(configuration()) as database, database.reading() as work:
        program, found = lookup.member(work, member, code)
        terms = program.terms()
        document = facts_of(work, terms, found, reveal=reveal, limit=limit)
        if reveal:
            kinds = sorted({one.kind for one in found.identities if one.kind in CONTACTS})
            database.run(
                lambda work: record(
                    work, "member.reveal", "member", found.id, terms.id, after={"fields": kinds}
                )
            )
    if as_json:
        print_json(document)
    else:
        print_member(document, terms)


@members.command()
@click.argument("member")
@in_program
@click.option("--reason", required=True, help="Why; for the audit, so nobody's name.")
@click.option("--actor", default="", help="Who asks for it; for the audit.")
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
            before = {"status": person.status}
            retired = support.erase(work, person)
            record(
                work,
                "member.erase",
                "member",
                person.id,
                person.program_id,
                actor=actor,
                reason=reason,
                before=before,
                after={"status": "erased", "cards": retired},
            )

        database.run(unit)
    logs.configure(config.log_level)
    log.info("member erased", member=str(found.id), reason=reason, actor=actor)
    say(f"Erased: {words}.")
