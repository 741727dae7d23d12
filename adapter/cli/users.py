"""`adapter users`: who may sign in to the console, and what they may do there."""

from __future__ import annotations

import sys
from datetime import UTC
from typing import Any

import click

from adapter.cli.answering import who
from adapter.cli.endings import Commands
from adapter.cli.opening import configuration, opened
from adapter.cli.output import as_json, moment, print_facts, print_json, print_table, say
from adapter.core import programs, staff
from adapter.core.staff import Role, StaffUser
from adapter.db import Work

LONGEST_LINE = 1024

role_option = click.option(
    "--role", type=click.Choice([role.value for role in Role]), required=True, help="What they do."
)
in_programs = click.option(
    "--program",
    "codes",
    metavar="CODE",
    multiple=True,
    help="A program they see; may be repeated.  [default: all of them, those to come as well]",
)
from_stdin = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input."
)
generated = click.option("--generate", is_flag=True, help="Make a password, and show it once.")


@click.group(cls=Commands)
def users() -> None:
    """People who sign in to the console at /admin. LOGIN is theirs, in small letters."""


@users.command()
@click.argument("login")
@role_option
@click.option("--name", default="", help="What they are called.  [default: the login]")
@in_programs
@click.option("--language", type=click.Choice(staff.LANGUAGES), help="  [default: their browser's]")
@from_stdin
@generated
@as_json
def create(
    login: str,
    role: str,
    name: str,
    codes: tuple[str, ...],
    language: str | None,
    password_stdin: bool,
    generate: bool,
    as_json: bool,
) -> None:
    """Let somebody sign in; their password is asked for, and never an argument."""
    login = staff.login_of(login)
    with opened(configuration(), create=True) as database:
        with database.reading() as work:
            _known(work, codes)
            if staff.find(work, login):
                raise click.UsageError(f"{login} is there already; see adapter users password")
        password = _password(login, password_stdin=password_stdin, generate=generate)
        password_hash = staff.passwords.hash_of(password)
        made = database.run(
            lambda work: staff.create(
                work,
                login=login,
                name=name,
                password_hash=password_hash,
                role=Role(role),
                program_codes=codes or None,
                language=language or "",
                by=who(),
            )
        )
    _print(made, password if generate else None, as_json=as_json)


@users.command("list")
@as_json
def list_all(as_json: bool) -> None:
    """List who may sign in, and where they are signed in now."""
    with opened(configuration()) as database, database.reading() as work:
        places = staff.places(work)
        found = [_facts(one) | {"sessions": places.get(one.id, 0)} for one in staff.users(work)]
    if as_json:
        print_json(found)
        return
    columns = ("login", "name", "role", "programs", "state", "sessions", "created_at")
    print_table(columns, [[_said(one[name]) for name in columns] for one in found])


@users.command()
@click.argument("login")
def disable(login: str) -> None:
    """Sign LOGIN out everywhere, and let them in no more."""
    with opened(configuration()) as database:
        database.run(lambda work: staff.disable(work, _id(work, login), by=who()))
    say(f"{login} is disabled and signed out everywhere.")


@users.command()
@click.argument("login")
def enable(login: str) -> None:
    """Let LOGIN in again, with the password they had."""
    with opened(configuration()) as database:
        database.run(lambda work: staff.enable(work, _id(work, login), by=who()))
    say(f"{login} may sign in.")


@users.command()
@click.argument("login")
@role_option
@in_programs
def role(login: str, role: str, codes: tuple[str, ...]) -> None:
    """Give LOGIN another role, and the programs named, or all; signs them out everywhere."""

    def unit(work: Work) -> StaffUser:
        _known(work, codes)
        wanted = codes or None
        found = _id(work, login)
        return staff.set_role(work, found, role=Role(role), program_codes=wanted, by=who())

    with opened(configuration()) as database:
        done = database.run(unit)
    say(f"{login}: {done.role}, {_said(_facts(done)['programs'])}; signed out everywhere.")


@users.command()
@click.argument("login")
@from_stdin
@generated
@as_json
def password(login: str, password_stdin: bool, generate: bool, as_json: bool) -> None:
    """Give LOGIN another password; signs them out everywhere."""
    with opened(configuration()) as database:
        with database.reading() as work:
            known = staff.by_login(work, login)
        chosen = _password(known.login, password_stdin=password_stdin, generate=generate)
        kept = staff.passwords.hash_of(chosen)
        done = database.run(
            lambda work: staff.set_password(work, known.id, password_hash=kept, by=who())
        )
    _print(done, chosen if generate else None, as_json=as_json)


@users.command("sign-out")
@click.argument("login")
def sign_out(login: str) -> None:
    """End every session of LOGIN."""
    with opened(configuration()) as database:
        ended = database.run(
            lambda work: staff.sign_out_everywhere(work, _id(work, login), by=who())
        )
    say(f"{login}: {ended} session(s) ended.")


def _id(work: Work, login: str) -> Any:
    return staff.by_login(work, login).id


def _known(work: Work, codes: tuple[str, ...]) -> None:
    for code in codes:
        programs.by_code(work, code)


def _password(login: str, *, password_stdin: bool, generate: bool) -> str:
    if password_stdin and generate:
        raise click.UsageError("--password-stdin and --generate exclude each other")
    if generate:
        return staff.passwords.generate()
    if password_stdin:
        chosen = sys.stdin.readline(LONGEST_LINE).rstrip("\r\n")
    else:
        chosen = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    try:
        staff.check_password(chosen, login=login)
    except staff.WeakPassword as error:
        raise click.UsageError(str(error)) from error
    return str(chosen)


def _facts(user: StaffUser) -> dict[str, Any]:
    return {
        "login": user.login,
        "name": user.name,
        "role": user.role,
        "programs": user.program_codes,
        "state": "disabled" if user.disabled_at else "active",
        "created_at": moment(user.created_at, UTC),
    }


def _said(value: Any) -> str:
    if value is None:
        return "all"
    return ", ".join(value) if isinstance(value, list) else str(value)


def _print(user: StaffUser, password: str | None, *, as_json: bool) -> None:
    facts = _facts(user)
    if password is not None:
        facts["password"] = password
    if as_json:
        print_json(facts)
        return
    print_facts((name, _said(value)) for name, value in facts.items())
    if password is not None:
        say("The password is shown this once; they should change it at My account.", style="yellow")
