"""`adapter passes`: the wallet passes by which tills know a member."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
import structlog
from marshmallow import ValidationError

from adapter.cli import lookup
from adapter.cli.answering import record
from adapter.cli.endings import Commands
from adapter.cli.opening import configuration, opened
from adapter.cli.output import as_json, moment, print_json, print_table, say
from adapter.core import members, programs
from adapter.core.errors import IdentityTaken, NotFound, SeveralMatches, UnknownMember
from adapter.core.members import IdentityKind, Member
from adapter.core.origins import Place
from adapter.core.programs import Program
from adapter.db import Work
from adapter.programfile import fields as read
from adapter.web import logs

CHANNEL = "cli"
in_program = click.option("--program", "code", metavar="CODE", help="The program's code.")
reason = click.option("--reason", required=True, help="Why; for the log, so nobody's name.")
actor = click.option("--actor", required=True, help="Who answers for it; for the log.")
log = structlog.get_logger()


class PassId(click.ParamType[str]):
    """The id of a pass: any text, without the blanks around it."""

    name = "pass"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The id as it is kept."""
        try:
            return members.value_of(IdentityKind.PASS, read.known_as()(value))
        except ValidationError as error:
            self.fail(" ".join(map(str, error.messages)), param, ctx)


@click.group(cls=Commands)
def passes() -> None:
    """Wallet passes, by their ids. MEMBER is whatever `adapter members show` finds them by."""


@passes.command("list")
@click.argument("member")
@in_program
@as_json
def list_all(member: str, code: str | None, as_json: bool) -> None:
    """List a member's passes."""
    with opened(configuration()) as database, database.reading() as work:
        program, found = lookup.member(work, member, code)
        terms = program.terms()
        known: list[dict[str, Any]] = [
            {"pass": one.value, "channel": one.channel, "added_at": one.created_at}
            for one in found.identities_of(IdentityKind.PASS)
        ]
    if as_json:
        print_json({"program": terms.code, "member": str(found.id), "passes": known})
        return
    rows = [(one["pass"], moment(one["added_at"], terms.timezone), one["channel"]) for one in known]
    print_table(("pass", "since", "through"), rows)


@passes.command()
@click.argument("member")
@click.argument("pass_id", metavar="PASS", type=PassId())
@in_program
@reason
@actor
@as_json
def add(
    member: str, pass_id: str, code: str | None, reason: str, actor: str, as_json: bool
) -> None:
    """Add a PASS to a MEMBER; added twice, it is there once."""

    def unit(work: Work) -> dict[str, str]:
        program, found = lookup.member(work, member, code)
        if found.erased_at is not None:
            raise UnknownMember("this member was erased")
        for owner in members.by_identity(work, program.id, IdentityKind.PASS, pass_id):
            if owner.id != found.id:
                raise IdentityTaken(f"this pass is another member's: {owner.id}")
            return _facts(program, found, pass_id)
        place = Place(channel=CHANNEL, actor=actor)
        before = _count(found)
        members.add_identity(work, found, IdentityKind.PASS, pass_id, place=place)
        states = {"before": before, "after": _count(found)}
        record(
            work, "pass.add", "member", found.id, program.id, actor=actor, reason=reason, **states
        )
        return _facts(program, found, pass_id)

    done = _run(unit, "pass added", reason=reason, actor=actor)
    _print(done, "The pass {pass} is of member {member} of {program}.", as_json=as_json)


@passes.command()
@click.argument("pass_id", metavar="PASS", type=PassId())
@in_program
@reason
@actor
@as_json
def revoke(pass_id: str, code: str | None, reason: str, actor: str, as_json: bool) -> None:
    """Let PASS name nobody: whoever shows it is unknown. Its owner keeps everything else."""

    def unit(work: Work) -> dict[str, str]:
        program, owner = _owner(work, pass_id, code)
        before = _count(owner)
        members.drop_identity(work, owner, IdentityKind.PASS, pass_id)
        states = {"before": before, "after": _count(owner)}
        record(
            work,
            "pass.revoke",
            "member",
            owner.id,
            program.id,
            actor=actor,
            reason=reason,
            **states,
        )
        return _facts(program, owner, pass_id)

    done = _run(unit, "pass revoked", reason=reason, actor=actor)
    words = "The pass {pass} names nobody any more; it was of member {member} of {program}."
    _print(done, words, as_json=as_json)


def _count(member: Member) -> dict[str, int]:
    """How many there are: a pass itself is personal, and not for the trail."""
    return {"passes": len(list(member.identities_of(IdentityKind.PASS)))}


def _owner(work: Work, pass_id: str, code: str | None) -> tuple[Program, Member]:
    wanted = [programs.by_code(work, code)] if code else programs.all_programs(work)
    found = [
        (program, owner)
        for program in wanted
        for owner in members.by_identity(work, program.id, IdentityKind.PASS, pass_id)
    ]
    if len(found) > 1:
        known = ", ".join(program.code for program, _ in found)
        raise SeveralMatches(f"several programs have a member with this pass: {known}")
    if not found:
        raise NotFound("no member has this pass")
    return found[0]


def _facts(program: Program, member: Member, pass_id: str) -> dict[str, str]:
    return {"program": program.code, "member": str(member.id), "pass": pass_id}


def _run(
    unit: Callable[[Work], dict[str, str]], what: str, *, reason: str, actor: str
) -> dict[str, str]:
    config = configuration()
    with opened(config) as database:
        done = database.run(unit)
    logs.configure(config.log_level)
    # The pass itself is personal, and not for the log.
    log.info(what, member=done["member"], reason=reason, actor=actor)
    return done


def _print(done: dict[str, str], words: str, *, as_json: bool) -> None:
    if as_json:
        print_json(done)
    else:
        say(words.format_map(done))
