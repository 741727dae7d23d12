"""What a file says of those who come later: how they are welcomed, and by which passes members are
known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from adapter.core import ledger, members, programs
from adapter.core.ledger import Purse
from adapter.core.members import IdentityKind, Profile
from adapter.core.origins import Place
from adapter.db import Database
from tests.programfile.documents import (
    exported,
    faults_of,
    findings,
    load_document,
    member,
    program,
    rows,
    the_member,
)

WHERE = "$.programs[0].settings.welcome_points"


def test_who_joins_is_welcomed_and_who_is_in_the_file_is_not(database: Database) -> None:
    settings = {"points_decimals": 0, "welcome_points": "25"}
    known = {"phone": "79216668899", "balances": {"points": "3"}}
    load_document(database, program(settings=settings, members=[known]))
    with database.unit_of_work() as work:
        terms = programs.by_code(work, "MAIN").terms()
        newcomer = members.register(work, terms.id, Profile(phone="79216668800"))
        members.welcome(work, terms, newcomer, place=Place(channel="swip"))

    load_document(database, program(settings=settings, members=[known]))

    main = exported(database)["programs"][0]
    assert main["settings"] == settings
    assert main["members"][0]["balances"] == {"points": "3"}
    with database.reading() as work:
        held = ledger.balance(work, Purse(terms.id, newcomer.id, terms.points))
    assert str(held.available) == "25"
    assert findings(database) == []


@pytest.mark.parametrize(
    "given, fault",
    [
        ("-1", "may not be below zero"),
        (25, "must be a number written as text"),
        ("0.001", "points have at most 2 decimals"),
    ],
)
def test_a_welcome_nobody_can_be_given_is_a_fault(
    sqlite_database: Database, given: Any, fault: str
) -> None:
    (found,) = faults_of(sqlite_database, program(settings={"welcome_points": given}))

    assert found.startswith(f"{WHERE}: {fault}")


def test_a_member_has_several_passes_and_a_file_adds_to_them(
    make_database: Callable[..., Database],
) -> None:
    one, other = make_database(), make_database()
    load_document(one, member(passes=["GW-5f1c09", " AW 1 "]))
    load_document(one, member(passes=["gw-5f1c09", "GW-5f1c09"]))
    before = rows(one)

    load_document(one, member(passes=["AW 1"]))
    load_document(other, exported(one))

    assert rows(one) == before
    assert sorted(the_member(one)["passes"]) == ["AW 1", "GW-5f1c09", "gw-5f1c09"]
    assert exported(other) == exported(one)


def test_a_revoked_pass_is_not_exported_and_an_older_file_brings_it_back(
    database: Database,
) -> None:
    load_document(database, member(passes=["P-1", "P-2"]))
    with database.unit_of_work() as work:
        main = programs.by_code(work, "MAIN")
        (owner,) = members.by_identity(work, main.id, IdentityKind.PASS, "P-1")
        members.drop_identity(work, owner, IdentityKind.PASS, "P-1")

    revoked = the_member(database)["passes"]
    load_document(database, member(passes=["P-1", "P-2"]))

    assert revoked == ["P-2"]
    assert the_member(database)["passes"] == ["P-1", "P-2"]
