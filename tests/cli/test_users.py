"""Those who may sign in to the console, as an operator makes and ends them."""

from __future__ import annotations

import json

import pytest

from adapter.core import staff, trail
from adapter.core.errors import Unauthenticated
from adapter.core.staff import Role
from tests import factories

PASSWORD = "correct horse battery"


@pytest.fixture
def login(run):
    result = run("users", "create", "Anna", "--role", "manager", "--password-stdin", stdin=PASSWORD)
    assert result.exit_code == 0, result.output
    return "anna"


@pytest.fixture
def session(database, login):
    with database.unit_of_work() as work:
        return staff.open_session(work, staff.by_login(work, login))


def changes(database):
    with database.reading() as work:
        return [(one.actor, one.action) for one in trail.changes(work, trail.Sought())]


def is_signed_in(database, token):
    with database.reading() as work:
        try:
            staff.signed_in(work, token)
        except Unauthenticated:
            return False
    return True


def test_the_first_user_is_made_with_a_password_from_standard_input(database, login):
    with database.reading() as work:
        made = staff.by_login(work, "anna")

    assert (made.role, made.program_codes, made.name) == (Role.MANAGER, None, "anna")
    assert made.password_hash.startswith("$argon2id$")
    assert staff.passwords.is_right(made.password_hash, PASSWORD)
    assert [action for _, action in changes(database)] == ["user.create"]
    assert changes(database)[0][0].startswith("cli:")


def test_a_password_that_is_generated_is_shown_once_and_is_right(run, database):
    shown = run("users", "create", "boris", "--role", "support", "--generate", "--json")

    made = json.loads(shown.stdout)
    with database.reading() as work:
        kept = staff.by_login(work, "boris").password_hash
    assert staff.passwords.is_right(kept, made["password"])
    assert made["password"] not in run("users", "list", "--json").stdout


def test_a_password_is_asked_for_twice_and_never_echoed(run):
    result = run("users", "create", "boris", "--role", "support", stdin=f"{PASSWORD}\n{PASSWORD}\n")

    assert result.exit_code == 0, result.output
    assert PASSWORD not in result.output


@pytest.mark.parametrize(
    ("arguments", "stdin", "words"),
    (
        (("anna2",), "short", "at least 12 characters"),
        (("anna2",), "aaaaaaaaaaaaaaaa", "different characters"),
        (("anna-of-the-shop",), "anna-of-the-shop", "more than the login"),
        (("Anna Lee",), PASSWORD, "a login has"),
        (("anna2", "--program", "NOWHERE"), PASSWORD, "no program has this code"),
        (("anna2", "--generate"), PASSWORD, "exclude each other"),
        (("anna",), PASSWORD, "there already"),
    ),
)
def test_what_will_not_do_is_said_and_nobody_is_made(run, database, login, arguments, stdin, words):
    result = run(
        "users", "create", *arguments, "--role", "support", "--password-stdin", stdin=stdin
    )

    assert result.exit_code in (1, 2)
    assert words in result.output
    with database.reading() as work:
        assert [one.login for one in staff.users(work)] == ["anna"]


def test_whoever_decides_on_people_sees_all_programs(run, facts, database, login, anna):
    of_one = ("--role", "administrator", "--program", anna.program.code)
    made = run("users", "create", "olga", *of_one, "--generate")
    raised = run("users", "role", "anna", *of_one)
    olga = facts("users", "create", "olga", "--role", "administrator", "--generate")

    assert (made.exit_code, raised.exit_code) == (1, 1)
    assert "sees all programs" in made.output and "sees all programs" in raised.output
    assert (olga["role"], olga["programs"]) == ("administrator", None)
    with database.reading() as work:
        assert staff.by_login(work, "anna").role == Role.MANAGER


@pytest.mark.parametrize(
    "arguments",
    (
        ("disable", "anna"),
        ("sign-out", "anna"),
        ("role", "anna", "--role", "auditor"),
        ("password", "anna", "--generate"),
    ),
)
def test_what_changes_somebody_ends_their_sessions_and_is_in_the_trail(
    run, database, session, arguments
):
    assert is_signed_in(database, session)

    assert run("users", *arguments).exit_code == 0

    assert not is_signed_in(database, session)
    assert len(changes(database)) == 2


def test_a_role_may_be_for_some_programs_alone(run, database, login, facts):
    with database.unit_of_work() as work:
        program = factories.make_program(work)

    run("users", "role", "anna", "--role", "support", "--program", program.code)

    with database.reading() as work:
        person = staff.by_login(work, "anna").person()
    assert person.program_codes == (program.code,)
    assert person.sees(program.code) and not person.sees("OTHER")
    assert [one["programs"] for one in facts("users", "list")] == [[program.code]]


def test_somebody_disabled_is_enabled_again(run, database, login):
    run("users", "disable", "anna")
    run("users", "disable", "anna")
    run("users", "enable", "anna")

    with database.reading() as work:
        assert staff.by_login(work, "anna").disabled_at is None
    actions = [action for _, action in changes(database)]
    assert actions == ["user.enable", "user.disable", "user.create"]


def test_nobody_is_said_to_be_nobody(run, login):
    result = run("users", "disable", "boris")

    assert result.exit_code == 1
    assert "nobody has this login" in result.output
