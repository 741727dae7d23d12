"""A wrong credential is a wrong credential: whatever is wrong with it, and however nearly right."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path

import pytest

import adapter
from adapter.core import partners
from tests.protocols.callers import OF_THE_SHAPE
from tests.security.doors import (
    DOORS,
    FORMS,
    NAME,
    PHONE,
    SECRET,
    add_credential,
    add_member,
    add_program,
)
from tests.statements import recorded

EACH_DOOR = pytest.mark.parametrize("door", DOORS, ids=lambda door: door.protocol)
CODE = Path(adapter.__file__).parent
# Where anything that is secret, or is reckoned from a secret, is told from another.
COMPARING = (
    CODE / "core/partners/operations.py",
    CODE / "core/codes/operations.py",
    CODE / "web/credentials.py",
)
SECRETS = {"digest", "mark", "kept", "presented", "secret", "password", "token", "api_key"}


@pytest.fixture
def others(database, program):
    """Credentials that open nothing here: of another program, revoked, or past their time."""
    with database.unit_of_work() as work:
        other = add_program(work, "OTHER", secret="of-another-program")
        for door in DOORS:
            gone = add_credential(work, program, door.protocol, secret="revoked")
            partners.revoke_credential(work, gone.id)
            add_credential(
                work, program, door.protocol, secret="expired", lives=timedelta(seconds=-1)
            )
    return other


def wrong(door):
    """Names and secrets that are nobody's, from far off to nearly right."""
    nearly = [SECRET[:-1], SECRET + "x", SECRET.upper(), SECRET[::-1], "x" * len(SECRET), "x"]
    found = [(NAME, secret) for secret in (*nearly, "revoked", "expired")]
    if FORMS[door.protocol].joined:  # where the name is checked, and not the secret alone
        found += [(name, SECRET) for name in (NAME + "x", NAME.lower(), "x")]
    return found


@EACH_DOOR
def test_every_wrong_credential_costs_the_same_statement_and_is_told_the_same(
    door, make_app, database, others
):
    """Nothing tells a known name from an unknown one, or a revoked secret from one never given."""
    client = make_app(RATE_LIMITS="off").test_client()
    seen = set()

    for name, secret in wrong(door):
        with recorded(database) as sent:
            response = door.ask(client, name=name, secret=secret)
        body = {key: text for key, text in response.json.items() if key != "timestamp"}
        headers = {key: text for key, text in response.headers if key != "X-Request-ID"}
        statements = tuple(statement for statement, _ in sent)
        seen.add((response.status_code, str(body), str(headers), statements))

    ((status, _, _, statements),) = seen
    assert (status, len(statements)) == (401, 1)


@EACH_DOOR
def test_the_database_is_asked_by_digest_and_never_by_secret_or_name(
    door, make_app, database, program
):
    client = make_app().test_client()

    with recorded(database) as sent:
        assert door.ask(client).status_code == 200

    (asked,) = (one for one in sent if "credentials" in one[0] and "digest" in one[0])
    assert SECRET not in str(asked) and NAME not in str(asked)


@EACH_DOOR
def test_a_credential_ends_with_its_time(door, make_app, database, program, clock, seconds):
    with database.unit_of_work() as work:
        add_credential(work, program, door.protocol, secret="short", lives=timedelta(hours=1))
    client = make_app().test_client()
    before = door.ask(client, secret="short").status_code

    clock.advance(timedelta(hours=1, seconds=4))
    seconds[0] = 4.0

    assert (before, door.ask(client, secret="short").status_code) == (200, 401)


@EACH_DOOR
@OF_THE_SHAPE
def test_a_secret_opens_no_other_door(door, make_app, database, program):
    """The protocol is part of what is digested: a key of one is nothing in another."""
    with database.unit_of_work() as work:
        add_credential(work, program, door.protocol, secret="of-one-door-alone")
    client = make_app().test_client()

    statuses = {
        other.protocol: other.ask(client, secret="of-one-door-alone").status_code for other in DOORS
    }

    assert statuses == {other.protocol: 401 for other in DOORS} | {door.protocol: 200}


@EACH_DOOR
def test_another_program_never_sees_this_one(door, make_app, database, others):
    """The credential decides the program; no header, parameter or field of a call does."""
    client = make_app().test_client()
    hints = {"X-Program": "MAIN", "X-Tenant-ID": "MAIN", "Program": "MAIN"}

    response = door.ask(client, secret="of-another-program", headers=hints)

    assert response.status_code in (200, 400, 422)
    assert "Кенарь" not in response.text and "120" not in response.text


@EACH_DOOR
def test_programs_may_know_the_same_person_and_each_sees_its_own(
    door, make_app, database, program, others
):
    with database.unit_of_work() as work:
        add_member(work, others)
    client = make_app().test_client()

    for secret in (SECRET, "of-another-program"):
        assert door.ask(client, secret=secret, phone=PHONE).status_code == 200


def test_what_is_secret_is_compared_by_compare_digest_alone():
    """By construction, since a clock cannot show it: no `==` stands between two of them.

    What finds a row or a caller is an HMAC, whose bytes nobody steers who lacks the key.
    """
    compared = 0
    for path in COMPARING:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
                sides = {name_of(side) for side in (node.left, *node.comparators)}
                # A column is compared by the database.
                in_sql = ast.unparse(node.left).startswith(("Credential.", "ShortCode."))
                assert in_sql or not sides & SECRETS, (path.name, ast.unparse(node))
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "hmac.compare_digest":
                compared += 1
    assert compared >= len(COMPARING)


def name_of(node):
    """The last word of `a.b.word` or of `word`."""
    return getattr(node, "attr", getattr(node, "id", ""))
