"""`adapter credentials`: what platforms identify by; secrets are shown once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any
from uuid import UUID

import click
from marshmallow import ValidationError
from rich.text import Text

from adapter.cli.answering import record
from adapter.cli.endings import Commands
from adapter.cli.opening import configuration, opened, require_key
from adapter.cli.output import (
    as_json,
    moment,
    print_facts,
    print_json,
    print_table,
    say,
    spelt,
    stacked,
)
from adapter.cli.rekey import rekey
from adapter.config import Config
from adapter.core import partners, programs
from adapter.core.errors import NotFound, SeveralMatches
from adapter.core.partners import Credential, CredentialStatus
from adapter.db import Work
from adapter.programfile.agreed import NotAgreed, agreed, written
from adapter.programfile.credentials import name_of, secret_of
from adapter.protocols import PROTOCOLS
from adapter.web.protocol import CredentialForm, Protocol

BY_NAME = {protocol.name: protocol for protocol in PROTOCOLS}


def _typed(_context: Any, _option: Any, given: str | None) -> str | None:
    """A secret, read from standard input where it is not to be seen in `ps`."""
    return given if given != "-" else sys.stdin.readline().rstrip("\r\n")


agreed_secret = click.option(
    "--secret",
    callback=_typed,
    help="A secret agreed elsewhere; - reads it from standard input.  [default: a generated one]",
)
in_program = click.option("--program", "code", metavar="CODE", help="The program's code.")


@click.group(cls=Commands)
def credentials() -> None:
    """What platforms identify by."""


@credentials.command()
@click.argument("protocol", type=click.Choice(list(BY_NAME)))
@click.option("--program", "code", metavar="CODE", required=True, help="The program it opens.")
@click.option("--name", default="", help="The part everybody may see: a login, a merchant.")
@agreed_secret
@click.option(
    "--set",
    "settings",
    metavar="NAME=VALUE",
    multiple=True,
    help="What was agreed with the platform, such as api_version=1.2.0.",
)
@as_json
def create(
    protocol: str,
    code: str,
    name: str,
    secret: str | None,
    settings: tuple[str, ...],
    as_json: bool,
) -> None:
    """Let a platform call, and show its secret once."""
    spoken = BY_NAME[protocol]
    wanted = _agreed(spoken, settings)
    name = _checked(name_of, spoken, name, "--name") or ""
    secret = _checked(secret_of, spoken, secret, "--secret") or partners.generate()
    config = configuration()
    with opened(config) as database:
        require_key(config, database)

        def unit(work: Work) -> Credential:
            made = partners.create_credential(
                work,
                programs.by_code(work, code).id,
                protocol=protocol,
                name=name,
                digest=_digest(config, spoken, name, secret),
                settings=wanted,
            )
            facts = {"protocol": protocol, "name": name, "settings": wanted}
            _record(work, made, "credential.create", after=facts)
            return made

        _show_once(database.run(unit), spoken, secret, as_json=as_json)


@credentials.command("list")
@in_program
@as_json
def list_all(code: str | None, as_json: bool) -> None:
    """List what platforms identify by; never a secret."""
    with opened(configuration()) as database, database.reading() as work:
        codes = {program.id: program.code for program in programs.all_programs(work)}
        wanted = programs.by_code(work, code).id if code else None
        found = [
            {
                "id": str(one.id),
                "program": codes.get(one.program_id, ""),
                "protocol": one.protocol,
                "name": one.name,
                "status": _status(one, work),
                "created_at": moment(one.created_at, UTC),
                "until": moment(one.expires_at, UTC),
                "settings": one.settings,
            }
            for one in partners.credentials(work, wanted)
        ]
    if as_json:
        print_json(found)
        return
    columns = ("id", "program", "protocol", "name", "status", "settings")
    rows = [[*(one[name] for name in columns[:4]), _status_shown(one), _said(one)] for one in found]
    print_table(columns, rows, whole=["id"])


@credentials.command()
@click.argument("credential")
@in_program
@click.option(
    "--overlap",
    type=click.FloatRange(0, 24 * 366),
    default=24,
    show_default=True,
    metavar="HOURS",
    help="How long the old secret opens as well.",
)
@agreed_secret
@as_json
def rotate(
    credential: str, code: str | None, overlap: float, secret: str | None, as_json: bool
) -> None:
    """Give CREDENTIAL (its id, or its name) a new secret, and show it once."""
    config = configuration()
    shown = secret or partners.generate()
    with opened(config) as database:
        require_key(config, database)

        def unit(work: Work) -> Credential:
            old = _find(work, credential, code)
            _checked(secret_of, BY_NAME[old.protocol], shown, "--secret")
            made = partners.rotate_credential(
                work,
                old.id,
                digest=_digest(config, BY_NAME[old.protocol], old.name, shown),
                overlap=timedelta(hours=overlap),
            )
            before = {"credential": old.id}
            after = {"credential": made.id, "until": old.expires_at}
            _record(work, old, "credential.rotate", before=before, after=after)
            return made

        new = database.run(unit)
        _show_once(new, BY_NAME[new.protocol], shown, as_json=as_json)
        if not as_json:
            say(f"The old secret opens for {overlap:g} more hours.")


@credentials.command()
@click.argument("credential")
@in_program
@click.option("--yes", is_flag=True, help="Do not ask.")
def revoke(credential: str, code: str | None, yes: bool) -> None:
    """Let CREDENTIAL (its id, or its name) open nothing within seconds."""
    with opened(configuration()) as database:
        with database.reading() as work:
            found = _find(work, credential, code)
            words = f"the {found.protocol} credential {found.name} ({found.id})"
        if not yes:
            click.confirm(f"Revoke {words}?", abort=True)
        database.run(lambda work: _revoke(work, found.id))
    say(f"Revoked: {words}. Every process refuses it within seconds.")


credentials.add_command(rekey)


def _revoke(work: Work, credential_id: UUID) -> None:
    revoked = partners.revoke_credential(work, credential_id)
    states = {"state": CredentialStatus.ACTIVE}, {"state": CredentialStatus.REVOKED}
    _record(work, revoked, "credential.revoke", before=states[0], after=states[1])


def _record(work: Work, credential: Credential, action: str, **states: Any) -> None:
    record(work, action, "credential", credential.id, credential.program_id, **states)


def _find(work: Work, text: str, code: str | None) -> Credential:
    wanted = programs.by_code(work, code).id if code else None
    known = partners.credentials(work, wanted)
    by_id = [one for one in known if str(one.id) == text]
    live = [one for one in known if one.name == text and _status(one, work) == "active"]
    found = by_id or live
    if not found:
        raise NotFound("no credential has this id, and no active one has this name")
    if len(found) > 1:
        ids = ", ".join(str(one.id) for one in found)
        raise SeveralMatches(f"several credentials have this name; name one by its id: {ids}")
    return found[0]


def _status(credential: Credential, work: Work) -> str:
    ended = credential.expires_at is not None and credential.expires_at <= work.now
    live = credential.status == CredentialStatus.ACTIVE
    return "expired" if live and ended else credential.status


def _agreed(protocol: Protocol, settings: tuple[str, ...]) -> dict[str, Any]:
    try:
        return agreed(protocol, settings)
    except NotAgreed as error:
        raise click.BadParameter(str(error), param_hint="--set") from error


def _checked(
    read: Callable[[CredentialForm, Any], str | None],
    protocol: Protocol,
    given: str | None,
    option: str,
) -> str | None:
    """A name or a secret as a program file would have it."""
    try:
        return read(protocol.credential, given or None)
    except ValidationError as error:
        words = " ".join(map(str, error.messages))
        raise click.BadParameter(words, param_hint=option) from error


def _digest(config: Config, protocol: Protocol, name: str, secret: str) -> bytes:
    presented = protocol.credential.presented(name, secret)
    return partners.digest(config.secret_key, protocol.name, presented)


def _show_once(credential: Credential, protocol: Protocol, secret: str, *, as_json: bool) -> None:
    form = protocol.credential
    facts: dict[str, Any] = {"id": str(credential.id), "protocol": protocol.name}
    if form.name:
        facts[form.name] = credential.name
    facts[form.secret] = secret
    if as_json:
        print_json(facts)
        return
    print_facts(facts.items())
    say("The secret is shown this once; only its digest is kept.", style="yellow")


def _status_shown(one: dict[str, Any]) -> Text:
    return stacked(one["status"], one["until"] and f"until {one['until']}")


def _said(one: dict[str, Any]) -> Text:
    """What was agreed, a line for each, as `--set` takes it."""
    return Text("\n".join(map(spelt, written(one["settings"]))))
