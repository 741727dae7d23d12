"""Whatever is changed by a command is in the trail, in the same unit of work."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from adapter.core import trail
from adapter.core.ledger import Entry
from adapter.core.trail import Change, Sought
from tests import factories


@pytest.fixture
def changes(database):
    def read() -> list[Change]:
        with database.reading() as work:
            return list(trail.changes(work, Sought()))

    return read


@pytest.fixture
def gift(database, anna) -> str:
    with database.unit_of_work() as work:
        factories.make_benefit(work, anna.program, anna.member, key="as_1")
    return "as_1"


WHY = ("--reason", "a complaint", "--actor", "ira")
VERBS = {
    "points.adjust": ("points", "adjust", "{phone}", "--points", "-30", *WHY),
    "points.reverse": ("points", "reverse", "{entry}", *WHY),
    "benefit.grant": ("benefits", "grant", "{phone}", "--name", "Tea", *WHY),
    "benefit.deactivate": ("benefits", "deactivate", "{gift}", *WHY),
    "pass.add": ("passes", "add", "{phone}", "GW-5f1c09", *WHY),
    "card.block": ("cards", "block", "{card}", *WHY),
    "card.unblock": ("cards", "unblock", "{card}", *WHY),
    "member.erase": ("members", "erase", "{phone}", "--yes", *WHY),
}

BEFORE = {
    "points.adjust": {"available": "120"},
    "points.reverse": {"available": "120"},
    "benefit.deactivate": {"state": "active"},
    "pass.add": {"passes": 0},
    "card.block": {"state": "active"},
    "card.unblock": {"state": "active"},
    "member.erase": {"status": "active"},
}


@pytest.mark.parametrize("action", VERBS)
def test_a_change_by_hand_says_who_did_it_why_and_to_whom(
    run, database, anna, gift, changes, action
):
    with database.reading() as work:
        entry = work.session.scalars(select(Entry.id).order_by(Entry.id)).first()
    values = {"phone": "79005550142", "card": anna.card.number, "entry": entry, "gift": gift}
    before = len(changes())

    result = run(*(word.format(**values) for word in VERBS[action]))

    assert result.exit_code == 0, result.output
    (line, *others) = changes()
    assert len(others) == before
    assert (line.action, line.actor, line.reason) == (action, "cli:ira", "a complaint")
    assert line.program_id == anna.program.id
    subjects = {"member": anna.member.id, "card": anna.card.id}
    assert line.subject_id == subjects.get(line.subject_kind, line.subject_id)
    # Neither the person nor what they show at a till.
    told = f"{line.before}{line.after}"
    assert line.before == BEFORE.get(action)
    for personal in ("79005550142", "anna@example.com", "GW-5f1c09", "Анна", anna.card.number):
        assert personal not in told


TAKEN = {
    "member.reveal": (
        ("members", "show", "79005550142", "--reveal"),
        {"fields": ["email", "phone"]},
    ),
    "file.export": (("export", "members", "--program", "{program}"), {"kind": "members"}),
}


@pytest.mark.parametrize("action", TAKEN)
def test_whoever_sees_or_takes_contacts_is_in_it_and_what_they_saw_is_not(
    run, anna, changes, action
):
    words, told = TAKEN[action]
    run("members", "show", "79005550142")
    assert changes() == []

    shown = run(*(word.format(program=anna.program.code) for word in words))

    assert "79005550142" in shown.stdout
    (line,) = changes()
    assert (line.action, line.program_id, line.after) == (action, anna.program.id, told)
    assert line.subject_id == (anna.member.id if line.subject_kind == "member" else None)
    assert line.actor.startswith("cli:")


def test_what_was_refused_left_no_line(run, anna, changes):
    result = run("points", "adjust", "79005550142", "--points", "-1000000", *WHY)

    assert result.exit_code == 1
    assert changes() == []


def test_a_repeat_under_its_reference_changes_nothing_and_says_nothing(run, anna, changes, clock):
    adjust = ("points", "adjust", "79005550142", "--points", "5", "--reference", "T-1", *WHY)
    run(*adjust)
    run(*adjust)

    assert [one.action for one in changes()] == ["points.adjust"]
    assert changes()[0].after["amount"] == "5"


def test_a_card_is_blocked_by_whoever_is_at_the_machine(run, anna, changes, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "carl")

    run("cards", "block", anna.card.number)

    (line,) = changes()
    assert (line.actor, line.before, line.after) == (
        "cli:carl",
        {"state": "active"},
        {"state": "blocked"},
    )


def test_a_machine_user_without_a_name_is_nobody(run, anna, changes, monkeypatch):
    def nameless():
        raise KeyError("uid 1000")

    monkeypatch.setattr("getpass.getuser", nameless)

    run("cards", "block", anna.card.number)

    assert changes()[0].actor == "cli:nobody"


def test_a_credential_is_in_it_from_its_making_to_its_end(run, facts, anna, changes):
    made = facts(
        "credentials", "create", "koshelek", "--program", anna.program.code, "--name", "wallet"
    )
    run("credentials", "rotate", made["id"])
    run("credentials", "revoke", made["id"], "--yes")

    lines = changes()[::-1]
    assert [one.action for one in lines] == [
        "credential.create",
        "credential.rotate",
        "credential.revoke",
    ]
    assert {str(one.subject_id) for one in lines} == {made["id"]}
    assert lines[2].after == {"state": "revoked"}
    assert made["password"] not in json.dumps([one.after for one in lines])


def test_loading_a_file_is_in_it_and_trying_it_is_not(run, tmp_path, changes):
    file = tmp_path / "program.json"
    file.write_text(json.dumps({"programs": [{"code": "MAIN", "members": [{"phone": "79001"}]}]}))
    assert run("load", file, "--dry-run").exit_code == 0
    assert changes() == []

    assert run("load", file).exit_code == 0

    (line,) = changes()
    assert (line.action, line.subject_id) == ("program.load", line.program_id)
    assert line.after["file"]["members_added"] == 1
