"""`adapter credentials rekey`: another secret key, and the end of what the old one made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import click

from adapter.cli.answering import record
from adapter.cli.endings import CouldNotRun
from adapter.cli.opening import configuration, opened
from adapter.cli.output import as_json, print_facts, print_json, print_table, say
from adapter.config import Config
from adapter.core import codes, partners, programs, runs, staff
from adapter.core.errors import Conflict
from adapter.core.partners import Credential, CredentialStatus
from adapter.core.programs import Program, Settings
from adapter.db import Database, Work
from adapter.db.rehearsal import rehearsal_of
from adapter.protocols import PROTOCOLS

FORMS = {protocol.name: protocol.credential for protocol in PROTOCOLS}


@dataclass(slots=True)
class Ended:
    """How much of what was made with the old key was still good, and what takes its place."""

    credentials: int
    codes: int
    sessions: int
    secrets: list[dict[str, str]] = field(default_factory=list)


@click.command()
@click.option(
    "--new-secrets", is_flag=True, help="Make every credential a new secret, and show it once."
)
@click.option("--dry-run", is_flag=True, help="Only say what would end: nothing is changed.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
def rekey(new_secrets: bool, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Make the secret key in the settings the database's, which has another until now.

    Only digests of secrets are kept, and no other key can make them: so all credentials end, all
    one-time codes, and all sessions of the console. Nothing else is lost. A program file with the
    same secrets, loaded afterwards, has them open again. Stop every server and worker before.
    """
    config = configuration()
    with opened(config) as database:
        working = _workers(database)
        with rehearsal_of(database) as tried:
            found = _changed(config, tried, new_secrets=False)
        if not dry_run:
            if working:
                raise CouldNotRun(
                    f"workers go on with the old key: {', '.join(working)}",
                    "stop them and every server; who was killed is given up after a minute",
                )
            if not yes:
                click.confirm(f"This ends {_words(found)}. Go on?", abort=True, err=True)
            found = _changed(config, database, new_secrets=new_secrets)
        with database.reading() as work:
            advice = list(_advice(work, found))
    facts = {"credentials": found.credentials, "codes": found.codes, "sessions": found.sessions}
    if as_json:
        print_json({"dry_run": dry_run, **facts, "secrets": found.secrets, "workers": working})
    elif dry_run:
        say(f"It would end {_words(found)}. Nothing was changed.")
        for name in working:
            say(f"note: the worker {name} is to be stopped before", style="yellow")
    else:
        _print(facts, found.secrets, advice)


def _changed(config: Config, database: Database, *, new_secrets: bool) -> Ended:
    def unit(work: Work) -> Ended:
        # Whoever was given a new secret lately has it already: the old one is on its way out.
        lasting = [one for one in partners.credentials(work) if _lasts(one)] if new_secrets else []
        ended = partners.change_key(work, partners.mark(config.secret_key))
        done = Ended(len(ended), codes.end_all(work), staff.sign_everybody_out(work))
        before = {"credentials": done.credentials, "codes": done.codes, "sessions": done.sessions}
        after = {"credentials": len(lasting), "codes": 0, "sessions": 0}
        record(work, "key.change", "key", None, None, before=before, after=after)
        done.secrets = [_renewed(config, work, one) for one in lasting]
        return done

    try:
        return database.run(unit)
    except Conflict as error:
        where = "set ADAPTER_SECRET_KEY to a new one"
        if not config.given_key and config.key_file:
            where += f", or move {config.key_file} away to have one made"
        raise Conflict(f"the settings have the key that is in use: {where}") from error


def _lasts(credential: Credential) -> bool:
    is_active = credential.status == CredentialStatus.ACTIVE and credential.expires_at is None
    return is_active and credential.protocol in FORMS


def _renewed(config: Config, work: Work, old: Credential) -> dict[str, str]:
    """What the platform is told that had this one: all as before, and another secret."""
    form, secret = FORMS[old.protocol], partners.generate()
    made = partners.create_credential(
        work,
        old.program_id,
        protocol=old.protocol,
        name=old.name,
        digest=partners.digest(config.secret_key, old.protocol, form.presented(old.name, secret)),
        settings=dict(old.settings),
    )
    facts = {"protocol": made.protocol, "name": made.name, "settings": made.settings}
    record(work, "credential.create", "credential", made.id, made.program_id, after=facts)
    program = work.session.get_one(Program, made.program_id)
    return {
        "id": str(made.id),
        "program": program.code,
        "protocol": made.protocol,
        "name": made.name,
        "secret": secret,
    }


def _workers(database: Database) -> Sequence[str]:
    """The processes with the old key that were heard of lately; servers say nothing of the kind."""
    with database.reading() as work:
        beats = runs.heartbeats(work, kind=runs.WORKER)
        return [beat.name for beat in beats if runs.is_alive(work, beat)]


def _advice(work: Work, done: Ended) -> Iterator[str]:
    """What is to be done by hand from now on."""
    if done.credentials and not done.secrets:
        yield (
            "No platform can call until it has a credential again: adapter load FILE, with the"
            " secrets they have or without, or adapter credentials create."
        )
    revoked = sum(one.status == CredentialStatus.REVOKED for one in partners.credentials(work))
    if revoked:
        yield (
            f"{revoked} credential(s) were revoked before. Their secrets cannot be told from new"
            " ones any more: see that none of them is in the file."
        )
    for program in programs.all_programs(work):
        terms = Settings.of(program.settings)
        if terms.message_webhook or terms.event_webhook or terms.crm:
            yield (
                f"Whoever is called for {program.code} checks signatures with another secret:"
                f" adapter worker secret --program {program.code}"
            )
    yield "Then start every server and worker with this key. The console's passwords are as before."


def _words(found: Ended) -> str:
    return (
        f"{found.credentials} credential(s), {found.codes} one-time code(s) and"
        f" {found.sessions} session(s) of the console"
    )


def _print(facts: dict[str, Any], secrets: list[dict[str, str]], advice: Sequence[str]) -> None:
    say("The secret key is another now. Ended with the old one:")
    print_facts(facts.items())
    if secrets:
        say()
        columns = ("program", "protocol", "name", "secret")
        print_table(columns, [[one[name] for name in columns] for one in secrets])
        say("The secrets are shown this once; only their digests are kept.", style="yellow")
    say()
    for line in advice:
        say(f"- {line}")
