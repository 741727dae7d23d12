"""Those who work with the console: made, changed, signed in and out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from adapter.core import staff, trail
from adapter.core.errors import Conflict, Invalid, NotFound, Unauthenticated
from adapter.core.staff import PERMISSIONS, Permission, Role, passwords
from tests.factories import later

HASH = "a hash of a password"


@pytest.fixture
def hire(work):
    def make(login="anna", role=Role.SUPPORT, **about):
        return staff.create(
            work, login=login, role=role, by="cli:tests", **{"password_hash": HASH} | about
        )

    return make


def is_in(work, token):
    try:
        return staff.signed_in(work, token).person.login
    except Unauthenticated:
        return None


def test_somebody_new_has_a_login_in_small_letters_that_is_theirs_alone(work, hire):
    made = hire(" Anna@Shop.example ")

    assert made.login == made.name == "anna@shop.example"
    assert staff.find(work, "ANNA@shop.example ") is made
    with pytest.raises(Conflict):
        hire("anna@shop.example")


@pytest.mark.parametrize("login", ("", "a", "анна", "anna lee", "-anna", "a" * 65, "anna\n"))
def test_what_cannot_be_a_login_is_refused(hire, login):
    if login == "anna\n":
        assert hire(login).login == "anna"  # blanks around it are nobody's
        return
    with pytest.raises(Invalid):
        hire(login)


def test_a_language_is_one_of_ours(work, hire):
    anna = hire(language="ru")

    assert staff.set_language(work, anna.id, language="").language == ""
    with pytest.raises(Invalid):
        staff.set_language(work, anna.id, language="de")


def test_a_session_ends_after_an_idle_hour(work, hire):
    token = staff.open_session(work, hire())

    assert is_in(later(work, minutes=59), token) == "anna"
    assert is_in(later(work, minutes=60), token) is None


def test_who_is_seen_stays_and_nobody_beyond_a_day(work, hire):
    token = staff.open_session(work, hire())
    session = staff.signed_in(work, token)
    assert not session.is_stale

    for half_hours in range(1, 24):
        now = later(work, minutes=30 * half_hours)
        assert staff.signed_in(now, token).is_stale
        staff.seen(now, session.session_id)

    assert is_in(later(work, hours=11, minutes=59), token) == "anna"
    staff.seen(later(work, hours=11, minutes=59), session.session_id)
    assert is_in(later(work, hours=12), token) is None


def test_of_a_token_only_the_digest_is_kept(work, hire):
    token = staff.open_session(work, hire())

    (kept,) = staff.sessions_of(work, staff.find(work, "anna").id)

    assert kept.digest == staff.digest_of(token)
    assert token.encode() not in kept.digest
    assert is_in(work, kept.digest.hex()) is None


@pytest.mark.parametrize(
    "change",
    (
        lambda work, user: staff.disable(work, user.id, by="x"),
        lambda work, user: staff.set_password(work, user.id, password_hash="other", by="x"),
        lambda work, user: staff.set_role(
            work, user.id, role=Role.AUDITOR, program_codes=None, by="x"
        ),
        lambda work, user: staff.sign_out_everywhere(work, user.id, by="x"),
    ),
    ids=("disabled", "password", "role", "signed out everywhere"),
)
def test_what_changes_somebody_ends_all_their_sessions_and_nobody_elses(work, hire, change):
    anna, boris = hire(), hire("boris")
    tokens = [staff.open_session(work, anna) for _ in range(2)]
    other = staff.open_session(work, boris)

    change(work, anna)

    assert [is_in(work, token) for token in tokens] == [None, None]
    assert is_in(work, other) == "boris"


def test_one_session_is_ended_by_its_owner_alone(work, hire):
    anna, boris = hire(), hire("boris")
    token = staff.open_session(work, anna)
    session = staff.signed_in(work, token).session_id

    with pytest.raises(NotFound):
        staff.sign_out(work, boris.id, session, by="user:boris")
    assert is_in(work, token) == "anna"
    staff.sign_out(work, anna.id, session, by="user:anna")

    assert is_in(work, token) is None


def test_signing_in_takes_the_password_that_was_looked_at(work, hire):
    anna = hire()

    token = staff.sign_in(work, anna.id, seen_hash=HASH, browser="Firefox, Linux")

    assert is_in(work, token) == "anna"
    staff.set_password(work, anna.id, password_hash="another", by="x")
    with pytest.raises(Unauthenticated):
        staff.sign_in(work, anna.id, seen_hash=HASH)


def test_nobody_signs_in_who_was_disabled_in_the_meantime(work, hire):
    anna = hire()
    staff.disable(work, anna.id, by="x")

    with pytest.raises(Unauthenticated):
        staff.sign_in(work, anna.id, seen_hash=HASH)
    staff.enable(work, anna.id, by="x")
    assert staff.sign_in(work, anna.id, seen_hash=HASH)


def test_a_hash_is_kept_anew_when_todays_parameters_differ(work, hire):
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("correct horse battery")
    anna = hire(password_hash=old)
    assert passwords.is_dated(old) and passwords.is_right(old, "correct horse battery")

    fresh = passwords.hash_of("correct horse battery")
    staff.sign_in(work, anna.id, seen_hash=old, fresh_hash=fresh)

    assert anna.password_hash == fresh and not passwords.is_dated(fresh)


def test_a_password_that_nobody_has_is_looked_at_all_the_same(monkeypatch):
    looked = []
    hasher = passwords._HASHER

    class Watched:
        def verify(self, kept, password):
            looked.append(kept)
            return hasher.verify(kept, password)

        def hash(self, password):
            return hasher.hash(password)

    monkeypatch.setattr(passwords, "_HASHER", Watched())

    assert not passwords.is_right(None, "anything at all")
    assert not passwords.is_right("no hash at all", "anything at all")
    assert looked[0].startswith("$argon2id$") and looked[1] == "no hash at all"


def test_sessions_that_are_over_are_dropped(work, hire):
    token = staff.open_session(work, hire())

    assert staff.drop_old_sessions(later(work, hours=11)) == 0
    assert is_in(work, token) == "anna"
    assert staff.drop_old_sessions(later(work, hours=12)) == 1


def test_everything_done_to_somebody_is_in_the_trail_without_their_password(work, hire):
    anna = hire()
    staff.set_role(work, anna.id, role=Role.MANAGER, program_codes=["B", "A", "A"], by="user:eva")
    staff.disable(work, anna.id, by="user:eva")

    role, disabled = [
        next(one for one in trail.of_subject(work, anna.id) if one.action == action)
        for action in ("user.role", "user.disable")
    ]

    assert (role.actor, role.subject_kind) == ("user:eva", "user")
    assert role.before == {"role": "support", "programs": None}
    assert role.after == {"role": "manager", "programs": ["A", "B"]}
    assert disabled.after == {"state": "disabled"}
    for change in trail.of_subject(work, anna.id):
        assert HASH not in f"{change.before}{change.after}{change.reason}"


def test_each_role_may_what_the_table_says():
    reading = {Permission.VIEW, Permission.TRAIL, Permission.REQUESTS, Permission.FIGURES}
    people = {Permission.PEOPLE, Permission.ACCESS}

    assert set(PERMISSIONS) == set(Role)
    # Whoever could make a second person as well could be the second person.
    doing = set(Permission) - people - reading - {Permission.DOWNLOAD}
    for allowed in PERMISSIONS.values():
        assert Permission.ACCESS not in allowed or not allowed & doing
    reading |= {Permission.PLATFORMS, Permission.DOWNLOAD, Permission.PEOPLE}
    assert PERMISSIONS[Role.AUDITOR] == reading
    assert PERMISSIONS[Role.SUPPORT] < PERMISSIONS[Role.MANAGER]
    assert not PERMISSIONS[Role.ENGINEER] & {
        Permission.REVEAL,
        Permission.ADJUST,
        Permission.ERASE,
        Permission.EXPORT,
        Permission.RULES,
    }
    assert set().union(*PERMISSIONS.values()) == set(Permission)


def test_who_sees_some_programs_sees_no_others(hire):
    all_of_them, one_of_them = hire().person(), hire("boris", program_codes=["MAIN"]).person()

    assert all_of_them.sees("MAIN") and all_of_them.sees("TO-COME")
    assert one_of_them.sees("MAIN") and not one_of_them.sees("main")
    assert one_of_them.may(Permission.ADJUST) and not one_of_them.may(Permission.ERASE)


def test_an_hour_is_the_idle_limit_whatever_was_noted_last(work, hire):
    token = staff.open_session(work, hire())
    session = staff.signed_in(work, token).session_id
    staff.seen(later(work, so_much=timedelta(minutes=40)), session)

    assert is_in(later(work, minutes=99), token) == "anna"
    assert is_in(later(work, minutes=100), token) is None
