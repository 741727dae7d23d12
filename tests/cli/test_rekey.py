"""`adapter credentials rekey`, and the steps of docs/operate.md that put another key in place."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from sqlalchemy import select

from adapter.core import codes, partners, runs, staff, trail
from adapter.core.errors import Unauthenticated
from adapter.core.staff import Role, StaffUser
from adapter.db.database import utc_now
from adapter.protocols import PROTOCOLS
from tests import factories
from tests.cli.conftest import SECRET_KEY
from tests.delivery.sending import send_code
from tests.protocols.state import rows

PAGE = (Path(__file__).parents[2] / "docs" / "operate.md").read_text(encoding="utf-8")
NEW = "another-key-of-the-same-installation"
CHANGED = ("changes", "credentials", "key_marks", "short_codes", "staff_sessions")
FILE = {
    "code": "MAIN",
    "settings": {"message_webhook": "https://sms.example/hook"},
    "credentials": [
        {"protocol": "koshelek", "login": "wallet", "password": "agreed long ago"},
        {"protocol": "fidelizacion", "settings": {"branches": ["BR001"]}},
    ],
    "members": [{"phone": "79005550177", "balances": {"points": "9"}}],
}


@pytest.fixture(autouse=True)
def now(clock):
    """The real time, by which the command line goes."""
    clock.now = utc_now()


@pytest.fixture
def rekey(run):
    """A function that runs the command with the new key."""
    return lambda *more: run("credentials", "rekey", *more, SECRET_KEY=NEW)


@pytest.fixture
def shop(run, facts, database):
    """A program with two platforms, a code on its way, and somebody signed in; its secrets."""
    Path("program.json").write_text(json.dumps({"programs": [FILE]}))
    (made,) = facts("load", "program.json")["secrets"]
    send_code(database)
    with database.unit_of_work() as work:
        anna = staff.create(work, login="anna", password_hash="hash", role=Role.MANAGER, by="x")
        staff.open_session(work, anna)
    return {"koshelek": "wallet:agreed long ago", "fidelizacion": made["secret"]}


def opens(database, protocol, presented, key=NEW):
    digest = partners.digest(key.encode(), protocol, presented)
    with database.reading() as work:
        try:
            return bool(partners.authenticate(work, protocol=protocol, digest=digest))
        except Unauthenticated:
            return False


def test_the_steps_of_the_page_put_another_key_in_place(run, database, clock, shop):
    section = PAGE.partition("### Another secret key")[2].partition("\n#")[0]
    (block,) = re.findall(r"```sh\n(.*?)```", section, flags=re.S)
    steps = [shlex.split(line, comments=True) for line in block.splitlines()]
    commands = [words[1:] for words in steps if words[0] == "adapter"]
    started = [commands.pop(), commands.pop()]  # these go on until they are stopped
    before = rows(database, without=CHANGED)

    done = [run(*words, SECRET_KEY=NEW) for words in commands]
    clock.now = utc_now()

    assert started == [["worker"], ["serve"]] and len(commands) > 3
    assert [one.exit_code for one in done] == [0] * len(commands), [one.output for one in done]
    assert opens(database, "koshelek", shop["koshelek"])
    assert not opens(database, "koshelek", shop["koshelek"], SECRET_KEY)
    # Of whom the file has no secret a new one was made, and the old one is of no use.
    assert not opens(database, "fidelizacion", shop["fidelizacion"])
    (made,) = (words for one in done for words in re.findall(r"fidelizacion +(\S{43})", one.stdout))
    assert opens(database, "fidelizacion", made)
    assert rows(database, without=CHANGED) == before


def test_codes_and_sessions_end_and_one_line_says_so(run, facts, database, shop, rekey):
    done = rekey("--yes")

    assert done.exit_code == 0
    for said in ("adapter load FILE", "adapter worker secret --program MAIN", "server and worker"):
        assert said in done.stdout
    with database.reading() as work:
        anna = work.session.scalars(select(StaffUser)).one()
        assert (anna.password_hash, list(staff.sessions_of(work, anna.id))) == ("hash", [])
        assert all(code.ended_at for code in work.session.scalars(select(codes.ShortCode)))
        (line,) = trail.changes(work, trail.Sought(action="key.change"))
    assert line.before == {"credentials": 2, "codes": 1, "sessions": 1}
    assert line.after == {"credentials": 0, "codes": 0, "sessions": 0}
    # A code that is still on its way would read otherwise by this key: it is not sent.
    assert facts("worker", "--once", SECRET_KEY=NEW)["dropped"] == 1
    assert "secret key is not the one" in run("worker", "--once").stderr


@pytest.mark.parametrize("more", (["--dry-run"], ["--dry-run", "--json"], ["--new-secrets"]))
def test_it_says_what_it_would_end_and_changes_nothing_unasked(database, shop, rekey, more):
    before = rows(database)

    done = rekey(*more)

    words = "2 credential(s), 1 one-time code(s) and 1 session(s)"
    if "--json" in more:
        told = json.loads(done.stdout)
        assert (told["credentials"], told["codes"], told["sessions"]) == (2, 1, 1)
        assert (told["dry_run"], told["secrets"]) == (True, [])
    else:
        assert words in done.output
    assert done.exit_code == (0 if "--dry-run" in more else 1)
    assert rows(database) == before


def test_every_credential_can_be_given_a_new_secret_in_the_same_go(facts, database, clock, shop):
    facts("credentials", "rotate", "wallet")  # the old one is on its way out, and needs none
    facts("credentials", "create", "swip", "--program", "MAIN", "--name", "ABCD")

    told = facts("credentials", "rekey", "--new-secrets", "--yes", SECRET_KEY=NEW)
    clock.now = utc_now()

    assert told["credentials"] == 4
    made = {one["protocol"]: one["secret"] for one in told["secrets"]}
    assert sorted(made) == sorted(one["protocol"] for one in told["secrets"])
    for protocol in PROTOCOLS:
        presented = protocol.credential.presented("wallet", made[protocol.name])
        assert opens(database, protocol.name, presented)
    listed = facts("credentials", "list", SECRET_KEY=NEW)
    assert [one["status"] for one in listed] == ["expired"] * 4 + ["active"] * 3
    (till,) = (one for one in listed[4:] if one["protocol"] == "fidelizacion")
    assert till["settings"] == {"branches": ["BR001"]}


def test_the_key_in_use_is_no_other_one(run, database, shop):
    before = rows(database)

    done = run("credentials", "rekey", "--yes")

    assert done.exit_code == 1
    assert "the settings have the key that is in use: set ADAPTER_SECRET_KEY" in done.stderr
    assert rows(database) == before


def test_a_worker_that_was_heard_of_lately_is_to_be_stopped_first(database, clock, shop, rekey):
    with database.unit_of_work() as work:
        runs.beat(work, kind=runs.WORKER, name="till-room:7")

    refused, tried = rekey("--yes"), rekey("--dry-run")

    assert (refused.exit_code, tried.exit_code) == (3, 0)
    assert "till-room:7" in refused.stderr and "till-room:7" in tried.stdout
    assert opens(database, "koshelek", shop["koshelek"], SECRET_KEY)
    with database.unit_of_work() as work:
        runs.beat(factories.later(work, minutes=-2), kind=runs.WORKER, name="till-room:7")
    assert rekey("--yes").exit_code == 0


def test_revoked_secrets_are_not_known_as_such_any_more_and_it_says_so(run, shop, rekey):
    run("credentials", "revoke", "wallet", "--yes")

    assert "1 credential(s) were revoked before" in rekey("--yes").stdout


def test_a_key_that_was_made_by_itself_is_moved_away_to_have_another(run_alone):
    where = {"DATABASE_URL": "sqlite:///shop.db"}
    Path("program.json").write_text(json.dumps({"programs": [FILE]}))
    run_alone("load", "program.json", **where)

    refused = run_alone("credentials", "rekey", "--yes", **where)
    assert refused.exit_code == 1 and "shop.db.secret" in refused.stderr
    Path("shop.db.secret").rename("old.secret")

    assert run_alone("credentials", "rekey", "--yes", **where).exit_code == 0
    assert run_alone("load", "program.json", **where).exit_code == 0
