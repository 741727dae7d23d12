"""Who is calling: credentials, kept as digests, rotated and revoked; outlets; kept messages."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from adapter.core import partners
from adapter.core.errors import Conflict, NotFound, Unauthenticated
from adapter.core.partners import Caller, Credential, Message
from adapter.core.programs import ProgramTerms
from adapter.db import Work
from tests.factories import PEPPER, later, make_credential, make_program

DAY = timedelta(days=1)


@pytest.fixture
def program(work: Work) -> ProgramTerms:
    """A program."""
    return make_program(work)


def digest(secret: str) -> bytes:
    """What is kept of a secret."""
    return partners.digest(PEPPER, "test", secret)


def call(work: Work, secret: str = "open:sesame", protocol: str = "test") -> Caller:
    """A platform that shows a secret."""
    return partners.authenticate(work, protocol=protocol, digest=digest(secret))


def rotate(work: Work, credential: Credential, secret: str) -> Credential:
    """A new secret, with a day for the old one."""
    return partners.rotate_credential(work, credential.id, digest=digest(secret), overlap=DAY)


def test_a_secret_opens_its_program(work: Work, program: ProgramTerms) -> None:
    credential = make_credential(work, program, api_version="1.3.0")

    caller = call(work)

    assert (caller.credential_id, caller.program) == (credential.id, program)
    assert (caller.program_id, caller.name) == (program.id, "wallet")
    assert caller.settings == {"api_version": "1.3.0"}


@pytest.mark.parametrize("secret, protocol", [("open:sesamE", "test"), ("open:sesame", "other")])
def test_another_secret_or_protocol_opens_nothing(
    work: Work, program: ProgramTerms, secret: str, protocol: str
) -> None:
    make_credential(work, program)

    with pytest.raises(Unauthenticated):
        call(work, secret, protocol)


@pytest.mark.parametrize("secret", ["", "пароль", "a" * 5000])
def test_a_secret_may_have_any_form(work: Work, program: ProgramTerms, secret: str) -> None:
    make_credential(work, program, secret=secret)

    assert call(work, secret).program_id == program.id


def test_a_secret_is_not_to_be_found_in_the_database(work: Work, program: ProgramTerms) -> None:
    make_credential(work, program)

    row = work.session.execute(select(*Credential.__table__.columns)).one()

    assert "open:sesame" not in str(row._mapping)


def test_another_pepper_makes_another_digest() -> None:
    assert partners.digest(b"one", "test", "x") != partners.digest(b"other", "test", "x")
    assert partners.digest(b"one", "test", "x") != partners.digest(b"one", "other", "x")


def test_a_secret_in_use_is_not_given_twice(work: Work, program: ProgramTerms) -> None:
    make_credential(work, program)

    with pytest.raises(Conflict):
        make_credential(work, make_program(work))


def test_a_revoked_credential_opens_nothing(work: Work, program: ProgramTerms) -> None:
    credential = make_credential(work, program)

    partners.revoke_credential(work, credential.id)

    with pytest.raises(Unauthenticated):
        call(work)
    with pytest.raises(NotFound):
        partners.revoke_credential(work, credential.id)
    with pytest.raises(NotFound):
        rotate(work, credential, "new")


def test_what_never_was_is_not_revoked(work: Work) -> None:
    with pytest.raises(NotFound):
        partners.revoke_credential(work, uuid.uuid4())


def test_both_secrets_open_until_the_overlap_ends(work: Work, program: ProgramTerms) -> None:
    old = make_credential(work, program, api_version="1.3.0")

    new = rotate(work, old, "new")

    assert call(work).credential_id == old.id
    assert call(work, "new").credential_id == new.id
    assert call(work, "new").settings == {"api_version": "1.3.0"}
    after = later(work, days=1)
    with pytest.raises(Unauthenticated):
        call(after)
    assert call(after, "new").credential_id == new.id


def test_rotating_never_lengthens_the_life_of_an_old_secret(
    work: Work, program: ProgramTerms
) -> None:
    old = make_credential(work, program)
    rotate(work, old, "second")
    after = later(work, hours=23)

    rotate(after, old, "third")

    with pytest.raises(Unauthenticated):
        call(later(work, days=1))


def test_rotating_does_not_revive_a_secret_whose_time_is_over(
    work: Work, program: ProgramTerms
) -> None:
    old = make_credential(work, program)
    rotate(work, old, "second")
    after = later(work, days=2)

    with pytest.raises(NotFound):
        rotate(after, old, "third")

    with pytest.raises(Unauthenticated):
        call(after)


def test_credentials_are_listed_the_oldest_first(work: Work, program: ProgramTerms) -> None:
    old = make_credential(work, program)
    new = rotate(later(work, hours=1), old, "new")

    assert partners.credentials(work, program.id) == partners.credentials(work) == [old, new]


def test_another_installations_key_is_noticed(work: Work) -> None:
    assert partners.check_key(work, partners.mark(PEPPER))
    assert partners.check_key(work, partners.mark(PEPPER))
    assert not partners.check_key(work, partners.mark(b"another"))


def test_another_key_ends_what_opened_and_is_known_from_then_on(
    work: Work, program: ProgramTerms
) -> None:
    partners.check_key(work, partners.mark(PEPPER))
    revoked = make_credential(work, program, secret="lost")
    partners.revoke_credential(work, revoked.id)
    old = make_credential(work, program)
    new = rotate(work, old, "new")
    after = later(work, hours=1)

    ended = partners.change_key(after, partners.mark(b"another"))

    assert ended == [old, new]
    assert (revoked.expires_at, old.status) == (None, "active")
    for secret in ("open:sesame", "new"):
        with pytest.raises(Unauthenticated):
            call(after, secret)
    assert partners.check_key(work, partners.mark(b"another"))
    assert not partners.check_key(work, partners.mark(PEPPER))
    assert partners.change_key(later(work, hours=2), partners.mark(b"a third")) == []
    assert old.expires_at == after.now


def test_the_key_in_use_ends_nothing(work: Work, program: ProgramTerms) -> None:
    make_credential(work, program)
    partners.check_key(work, partners.mark(PEPPER))

    with pytest.raises(Conflict):
        partners.change_key(work, partners.mark(PEPPER))

    assert call(work).program_id == program.id


def test_an_outlet_is_put_once_with_its_tills(work: Work, program: ProgramTerms) -> None:
    partners.put_outlet(work, program.id, code="BR001", name="Garden", terminals=["POS001"])
    partners.put_outlet(
        work, program.id, code="BR001", name="Garden street", terminals=["POS002", "POS001"]
    )

    ((outlet, terminals),) = partners.outlets(work, program.id)

    assert (outlet.name, outlet.is_declared) == ("Garden street", True)
    assert [terminal.code for terminal in terminals] == ["POS001", "POS002"]


def test_what_a_platform_sent_is_kept_for_its_time(work: Work, program: ProgramTerms) -> None:
    make_credential(work, program)
    old = partners.keep_message(work, call(work), kind="push", body="{old}")
    after = later(work, days=30, microseconds=1)
    new = partners.keep_message(after, call(work), kind="push", body="{new}")
    assert partners.messages(work, program.id) == [new, old]

    gone = partners.drop_old_messages(after)

    assert gone == 1
    assert work.session.scalars(select(Message.body)).all() == ["{new}"]
