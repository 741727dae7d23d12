"""What would go wrong in production: one look at a time, each with its fix."""

from __future__ import annotations

import hmac
import json
import shutil
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import make_url, text

from adapter.cli import listeners, running
from adapter.cli.advice import Advice
from adapter.cli.opening import (
    ADVICE,
    OTHER_KEY,
    Schema,
    connect,
    schema_of,
    shown,
    sqlite_file,
)
from adapter.config import Config
from adapter.core import cards, ledger, outbox, partners, programs
from adapter.core.outbox import Backlog
from adapter.core.partners import CredentialStatus
from adapter.core.programs import NumberRange, Program, Settings
from adapter.crm import CrmTerms
from adapter.db import Database
from adapter.db.errors import is_unavailable
from adapter.delivery import CONSOLE

# Read by gunicorn.conf.py, and so no settings of the application.
SERVER_VARIABLES = {"ADAPTER_BIND", "ADAPTER_THREADS"}
CLOCKS_APART = timedelta(seconds=2)
# Numbers are drawn at random: with fewer left than one of four, draws begin to find none.
LEAST_NUMBERS, LEAST_SHARE = 1000, 4
LEAST_FREE = 512 * 1024 * 1024
# A worker delivers within a second; a message that has been due for so long has none.
LONGEST_DUE = timedelta(minutes=2)
# Where SQLite's locks and its shared memory cannot be relied upon.
NETWORK_FILESYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "glusterfs"}


def examine(config: Config) -> list[Advice]:
    """Everything that was looked at, in the order of a first installation."""
    found = [*_files(config), *_variables(config), *_key(config)]
    database = connect(config)
    try:
        found += _database(config, database)
    finally:
        database.dispose()
    return found


def _files(config: Config) -> Iterator[Advice]:
    for path in (config.file, config.key_file if not config.given_key else None):
        if path is None or not path.exists():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            what = f"{path} holds secrets and others may read it (mode {mode:o})"
            yield Advice("finding", what, f"chmod 600 {path}")
        else:
            yield Advice("well", f"{path} is for its owner alone")


def _variables(config: Config) -> Iterator[Advice]:
    for name in config.unknown:
        if name not in SERVER_VARIABLES:
            what = f"{name} is set and is no setting"
            yield Advice("finding", what, "adapter config show lists the names there are")


def _key(config: Config) -> Iterator[Advice]:
    if config.given_key:
        yield Advice("well", "a secret key is configured")
        return
    place = f"kept in {config.key_file}" if config.key_file else "gone with the process"
    what = f"no secret key is configured; a generated one is {place}, unknown to other machines"
    yield Advice(
        "finding", what, "adapter init writes one, or move the generated one to secret_key"
    )


def _database(config: Config, database: Database) -> Iterator[Advice]:
    try:
        state = schema_of(database)
    except Exception as error:
        if not is_unavailable(error):
            raise
        reason = (str(getattr(error, "orig", None) or error).strip().splitlines() or [""])[0]
        yield Advice("finding", f"the database cannot be reached: {reason}", "see database_url")
        return
    looks = _looks_at_sqlite if database.dialect == "sqlite" else _looks_at_postgresql
    yield from looks(config, database, state)
    if state is not Schema.CURRENT:
        yield Advice("finding", *ADVICE[state].split(": ", 1))
        return
    yield Advice("well", f"the tables of {shown(database)} are current")
    ours = (_mark, _clock, _programs, _numbers, _delivery)
    for look in (*ours, listeners.looks, _crms, running.looks):
        yield from look(config, database)


def _looks_at_sqlite(config: Config, database: Database, state: Schema) -> Iterator[Advice]:
    yield Advice("note", "SQLite serves one machine", "for more, set database_url to PostgreSQL")
    if config.sqlite_synchronous == "NORMAL":
        what = "sqlite_synchronous is NORMAL: a power cut may undo what was answered with 200"
        yield Advice("finding", what, "set sqlite_synchronous to FULL")
    path = sqlite_file(make_url(config.database_url))
    if path is None:
        yield Advice("finding", "the database is in memory", "name a file in database_url")
        return
    folder = path.resolve().parent
    if not folder.is_dir():
        yield Advice("finding", f"the folder {folder} does not exist", f"mkdir -p {folder}")
        return
    if (kind := _filesystem(folder)) in NETWORK_FILESYSTEMS:
        what = f"{folder} is on a network ({kind}), where SQLite's locks do not hold"
        yield Advice("finding", what, "use a local disk, or PostgreSQL")
    if (free := shutil.disk_usage(folder).free) < LEAST_FREE:
        what = f"{folder} has only {free // 1024**2} MiB left"
        yield Advice("finding", what, "make room: a full disk refuses every write")


def _filesystem(folder: Path) -> str:
    """The kind of the filesystem a folder is on, where the system tells."""
    try:
        mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    except OSError:
        return ""
    above = [m for m in mounts if folder.is_relative_to(m[1].replace("\\040", " "))]
    return max(above, key=lambda mount: len(mount[1]))[2] if above else ""


def _looks_at_postgresql(config: Config, database: Database, state: Schema) -> Iterator[Advice]:
    with database.engine.connect() as connection:
        values = {
            name: str(connection.scalar(text(f"SELECT current_setting('{name}')")))
            for name in ("synchronous_commit", "fsync", "full_page_writes", "max_connections")
        }
        theirs = connection.scalar(text("SELECT clock_timestamp()"))
    for name in ("synchronous_commit", "fsync", "full_page_writes"):
        if values[name] == "off":
            what = f"{name} is off: a crash may undo what was answered with 200"
            yield Advice("finding", what, f"set {name} = on in postgresql.conf")
    if config.pool_size * 2 > int(values["max_connections"]):
        what = f"two processes of {config.pool_size} connections are more than the server's"
        what += f" {values['max_connections']}"
        yield Advice("finding", what, "lower pool_size, or raise max_connections")
    apart = abs(theirs - datetime.now(UTC)) if theirs else timedelta()
    if apart > CLOCKS_APART:
        what = f"this machine's clock and the database's are {apart.total_seconds():.0f} s apart"
        yield Advice("finding", what, "let NTP set both clocks")


def _mark(config: Config, database: Database) -> Iterator[Advice]:
    with database.reading() as work:
        kept = partners.key_mark(work)
    if kept is None:
        return
    # Asking a generated key for its mark would make it; only one that is there can be wrong.
    known = config.given_key or (config.key_file is not None and config.key_file.exists())
    if not known or not hmac.compare_digest(kept, partners.mark(config.secret_key)):
        yield Advice("finding", *OTHER_KEY.split(": ", 1))
    else:
        yield Advice("well", "the credentials were made with this secret key")


def _clock(config: Config, database: Database) -> Iterator[Advice]:
    with database.reading() as work:
        last = ledger.last_recorded(work)
        ahead = last is not None and last > work.now + CLOCKS_APART
    if ahead:
        what = f"the ledger's last entry is of {last:%Y-%m-%d %H:%M:%S} UTC, later than now"
        yield Advice("finding", what, "this machine's clock was set back: let NTP set it")
    else:
        yield Advice("well", "the clock agrees with the ledger")


def _programs(config: Config, database: Database) -> Iterator[Advice]:
    with database.reading() as work:
        everything = programs.all_programs(work)
        zones: list[tuple[str, Callable[[], object]]] = [(p.code, p.terms) for p in everything]
        live = {
            credential.program_id
            for credential in partners.credentials(work)
            if credential.status == CredentialStatus.ACTIVE
            and (credential.expires_at is None or credential.expires_at > work.now)
        }
        mute = [program.code for program in everything if program.id not in live]
    if not everything:
        yield Advice("finding", "there is no program", "adapter load FILE")
    for code, terms in zones:
        try:
            terms()
        except (KeyError, ValueError):
            what = f"the time zone of program {code} is not known to this machine"
            yield Advice("finding", what, "pip install tzdata, or correct the program file")
    for code in mute:
        what = f"program {code} has no active credential: no platform can call"
        yield Advice("finding", what, f"adapter credentials create PROTOCOL --program {code}")
    if everything and not mute:
        yield Advice("well", f"each of {len(everything)} programs has an active credential")


def _numbers(config: Config, database: Database) -> Iterator[Advice]:
    with database.reading() as work:
        for program in programs.all_programs(work):
            numbers = NumberRange(**program.card_numbers)
            size = cards.numbers.size(numbers)
            left = size - cards.used(work, program.id, numbers)
            if left < max(LEAST_NUMBERS, size // LEAST_SHARE):
                what = f"of program {program.code}'s {size} card numbers {left} are left"
                fix = "give it another prefix or a greater length in card_numbers, before they end"
                yield Advice("finding", what, fix)


def _delivery(config: Config, database: Database) -> Iterator[Advice]:
    with database.reading() as work:
        left = outbox.backlogs(work)
        late = [b for b in left.values() if b.due_since and b.due_since < work.now - LONGEST_DUE]
        for program in programs.all_programs(work):
            yield from _messages_of(program, left.get(program.id, Backlog()))
    if late:
        what = f"messages have been due for more than {LONGEST_DUE.seconds // 60} minutes"
        yield Advice("finding", what, "keep adapter worker running")


def _messages_of(program: Program, left: Backlog) -> Iterator[Advice]:
    address = Settings.of(program.settings).message_webhook
    fix = "set message_webhook in its settings and load the program file"
    if not address:
        what = f"program {program.code} has no message_webhook: one-time codes cannot be delivered"
        waiting = f", and {left.waiting} messages wait" if left.waiting else ""
        yield Advice("finding" if left.waiting else "note", what + waiting, fix)
    elif address == CONSOLE:
        what = f"program {program.code} has its messages printed, one-time codes among them"
        yield Advice("finding", what, f"{fix}; {CONSOLE} is for demos")
    elif not _is_private(address):
        what = f"the messages of program {program.code} travel in the clear"
        yield Advice("finding", what, "give message_webhook an address that begins with https://")
    if left.dead:
        what = f"{left.dead} messages of program {program.code} were given up in the last 30 days"
        yield Advice("note", what, "the log of adapter worker tells why")


def _crms(config: Config, database: Database) -> Iterator[Advice]:
    secrets = json.loads(config.crm_secrets or "{}")
    with database.reading() as work:
        everything = programs.all_programs(work)
    for program in everything:
        terms = CrmTerms.of(Settings.of(program.settings).crm)
        if terms is None:
            continue
        if terms.header and program.code not in secrets:
            what = f"the CRM of program {program.code} wants a secret in {terms.header}"
            yield Advice("finding", what, f"name {program.code} in ADAPTER_CRM_SECRETS")
        if not _is_private(terms.url):
            what = f"the people of program {program.code} are asked for in the clear"
            yield Advice("finding", what, "give its crm a url that begins with https://")
        else:
            what = f"the CRM of program {program.code} is asked for strangers"
            yield Advice("well", f"{what}: adapter crm try shows whether it answers")


def _is_private(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" or parts.hostname in ("localhost", "127.0.0.1", "::1")
