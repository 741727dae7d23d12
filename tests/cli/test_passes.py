"""Passes of a member's wallets: added, listed, and revoked."""

from __future__ import annotations

import json

import pytest

from adapter.core.members import IdentityKind
from tests import factories
from tests.protocols.state import rows

WHO = ("--reason", "a new phone", "--actor", "ira")


def _passes(facts, member_id):
    return [one["pass"] for one in facts("passes", "list", member_id)["passes"]]


def test_passes_are_added_listed_and_revoked(run, facts, anna):
    for value in ("GW-2", " AW 1 "):
        added = run("passes", "add", anna.card.number, value, *WHO)
        assert (added.exit_code, str(anna.member.id) in added.stdout) == (0, True)
    both = _passes(facts, anna.member.id)

    revoked = run("passes", "revoke", "AW 1", *WHO)

    assert both == ["GW-2", "AW 1"]
    assert (revoked.exit_code, "names nobody any more" in revoked.stdout) == (0, True)
    assert _passes(facts, anna.member.id) == ["GW-2"]
    assert facts("members", "show", "GW-2")["member"]["id"] == str(anna.member.id)
    assert run("members", "show", "AW 1").exit_code == 1
    assert "GW-2" in run("passes", "list", "GW-2").stdout


def test_a_pass_added_twice_is_there_once_and_revoked_twice_is_a_finding(run, facts, anna):
    add, revoke = ("passes", "add", anna.member.id, "P-1", *WHO), ("passes", "revoke", "P-1", *WHO)

    assert [run(*add).exit_code, run(*add).exit_code] == [0, 0]
    assert _passes(facts, anna.member.id) == ["P-1"]
    assert [run(*revoke).exit_code, run(*revoke).exit_code] == [0, 1]
    assert run(*revoke).stderr == "adapter: no member has this pass\n"


def test_who_did_it_and_why_is_in_the_log_and_the_pass_is_not(run, anna):
    result = run("passes", "add", anna.member.id, "P-1", *WHO)

    logged = json.loads(result.stderr)
    assert (logged["event"], logged["reason"], logged["actor"], logged["member"]) == (
        "pass added",
        "a new phone",
        "ira",
        str(anna.member.id),
    )
    assert "P-1" not in result.stderr


def test_anothers_pass_is_refused_and_nothing_changes(run, database, anna):
    with database.unit_of_work() as work:
        boris = factories.make_member(
            work, anna.program, identities=[(IdentityKind.PASS, "P-1")]
        ).id
    before = rows(database)

    result = run("passes", "add", anna.member.id, "P-1", *WHO)

    assert (result.exit_code, result.stderr) == (
        1,
        f"adapter: this pass is another member's: {boris}\n",
    )
    assert rows(database) == before


def test_a_pass_of_two_programs_wants_the_program(run, facts, database, anna):
    with database.unit_of_work() as work:
        other = factories.make_program(work)
        factories.make_member(work, other, identities=[(IdentityKind.PASS, "P-1")])
    added = facts("passes", "add", anna.member.id, "P-1", *WHO)

    several = run("passes", "revoke", "P-1", *WHO)
    named = facts("passes", "revoke", "P-1", "--program", other.code, *WHO)

    assert (several.exit_code, other.code in several.stderr) == (1, True)
    assert (added["program"], named["program"]) == (anna.program.code, other.code)
    assert _passes(facts, anna.member.id) == ["P-1"]


@pytest.mark.parametrize("text", (" ", "x" * 256))
def test_what_cannot_be_a_pass_is_wrong_usage(run, anna, text):
    assert run("passes", "add", anna.member.id, text, *WHO).exit_code == 2


def test_the_erased_are_given_no_pass(run, anna):
    run("members", "erase", anna.member.id, "--reason", "by request", "--yes")

    result = run("passes", "add", anna.member.id, "P-1", *WHO)

    assert (result.exit_code, result.stderr) == (1, "adapter: this member was erased\n")
