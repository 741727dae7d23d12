"""`adapter crm`: whether the partner's CRM answers as the program file says it does."""

from __future__ import annotations

from typing import Any

import click

from adapter.cli.endings import Commands, Finding
from adapter.cli.opening import configuration, opened, require_key
from adapter.cli.output import as_json, print_facts, print_json, say
from adapter.core import cards, members, phones, programs
from adapter.core.errors import LoyaltyError
from adapter.core.members import IdentityKind
from adapter.core.programs import ProgramTerms
from adapter.crm import KINDS, CrmTerms, Tried, enrol, told_of
from adapter.db import Database, Work

OPTIONS = {kind: f"--{kind.replace('_', '-')}" for kind in KINDS}


@click.group(cls=Commands)
def crm() -> None:
    """The partner's CRM, which may know people that the program does not."""


def _names(command: Any) -> Any:
    for kind, option in reversed(OPTIONS.items()):
        command = click.option(option, f"by_{kind}", metavar="TEXT", help=f"Ask by {kind}.")(
            command
        )
    return command


@crm.command("try")
@click.option("--program", "code", required=True, metavar="CODE", help="The program's code.")
@_names
@as_json
def try_(code: str, as_json: bool, **given: str | None) -> None:
    """Ask the CRM for one person now, and show what would be enrolled; nothing is changed."""
    wanted = [(kind, text) for kind in KINDS if (text := given[f"by_{kind}"])]
    if len(wanted) != 1:
        raise click.UsageError("name one person: " + ", ".join(OPTIONS.values()))
    config = configuration()
    with opened(config) as database:
        require_key(config, database)
        with database.reading() as work:
            program = programs.by_code(work, code).terms()
        name = _stored(*wanted[0], program)
        enquiries = config.enquiries(database)
        try:
            tried = enquiries.try_out(program, name)
        finally:
            enquiries.close()
        if tried.refusal:
            faults = [f"{field}: {what}" for field, what in (tried.faults or {}).items()]
            raise Finding(f"the CRM was asked in vain: {tried.refusal}", *faults)
        facts = _facts(database, program, name, tried)
    if as_json:
        print_json(facts)
        return
    if tried.person is None:
        say("The CRM knows nobody of this name.")
    print_facts((key.replace("_", " "), value) for key, value in facts.items())
    say("Nothing was changed: this was a trial.")


def _stored(kind: str, text: str, program: ProgramTerms) -> tuple[str, str]:
    if kind == IdentityKind.PHONE:
        return kind, phones.read(text.strip(), program.country)
    return kind, text.strip() if kind == cards.BY_CARD else members.value_of(
        IdentityKind(kind), text
    )


class _OnlyTried(Exception):
    """Undoes what was done to see whether it can be."""


def _facts(
    database: Database, program: ProgramTerms, name: tuple[str, str], tried: Tried
) -> dict[str, Any]:
    if tried.person is None:
        return {"found": False}
    facts: dict[str, Any] = {"found": True, **told_of(tried.person)}
    terms = CrmTerms.of(program.settings.crm)
    person, outcome = tried.person, ""

    def unit(work: Work) -> None:
        nonlocal outcome
        member = enrol(
            work,
            program,
            person,
            asked_by=name[0],
            issue_card=terms is not None and terms.issue_card,
        )
        is_new = member.created_at == work.now
        outcome = "would be a new member" if is_new else "is a member already"
        raise _OnlyTried

    try:
        database.run(unit)
    except _OnlyTried:
        pass
    except LoyaltyError as error:
        outcome = f"would not be enrolled: {error}"
    return facts | {"outcome": outcome}
