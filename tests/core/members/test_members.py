"""Who a person is: registering, recognising, changing, and what they allow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import func, select

from adapter.core import members
from adapter.core.errors import EmailTaken, IdentityTaken, PhoneTaken
from adapter.core.members import ConsentKind, IdentityKind, Member, Profile
from adapter.core.origins import Place
from adapter.core.programs import ProgramTerms
from adapter.db import Database, Work
from tests.factories import PLACE, findings, give_points, later, make_member, make_program, purse_of

PHONE, OTHER_PHONE = "79216668899", "79216668800"


@pytest.fixture
def program(work: Work) -> ProgramTerms:
    """A program."""
    return make_program(work)


def enrol(work: Work, program: ProgramTerms, **profile: object) -> Member:
    """The member a profile speaks of."""
    return members.enrol(work, program.id, Profile(**profile), place=PLACE)


def how_many(work: Work) -> int:
    """How many members there are."""
    return work.session.scalar(select(func.count()).select_from(Member)) or 0


def values(member: Member, kind: IdentityKind) -> list[str]:
    """What a member is known by."""
    return [identity.value for identity in member.identities_of(kind)]


# registering


def test_a_new_member_is_found_by_all_they_are_known_by(work: Work, program: ProgramTerms) -> None:
    member = make_member(
        work,
        program,
        phone=PHONE,
        email="Anna@Example.com",
        first_name="Анна",
        birth_date=date(1990, 1, 1),
        identities=[(IdentityKind.EXTERNAL_ID, "BARCODE-1"), (IdentityKind.PASS, "PASS-1")],
    )

    for kind, value in (
        (IdentityKind.PHONE, PHONE),
        (IdentityKind.EMAIL, "anna@example.com"),
        (IdentityKind.EXTERNAL_ID, "BARCODE-1"),
        (IdentityKind.PASS, "PASS-1"),
    ):
        assert members.by_identity(work, program.id, kind, value) == [member]
    assert (member.first_name, member.birth_date) == ("Анна", date(1990, 1, 1))
    assert (member.channel, member.created_at) == ("test", work.now)


def test_an_email_is_shown_as_it_was_given(work: Work, program: ProgramTerms) -> None:
    member = make_member(work, program, email=" Anna@Example.com ")

    identity = member.identity(IdentityKind.EMAIL)

    assert identity is not None and identity.shown == "Anna@Example.com"


def test_a_member_gets_a_membership_key_unless_they_bring_one(
    work: Work, program: ProgramTerms
) -> None:
    key = "0FE31B8B-5ad5-48af-81e9-4adc7d596042"

    one = make_member(work, program)
    other = make_member(work, program, identities=[(IdentityKind.MEMBERSHIP_KEY, key)])

    assert len(values(one, IdentityKind.MEMBERSHIP_KEY)) == 1
    assert values(other, IdentityKind.MEMBERSHIP_KEY) == [key.lower()]


def test_a_phone_is_one_members(work: Work, program: ProgramTerms) -> None:
    make_member(work, program, phone=PHONE)

    with pytest.raises(PhoneTaken):
        make_member(work, program, phone=PHONE)

    assert how_many(work) == 1


@pytest.mark.parametrize(
    "kind", [IdentityKind.EXTERNAL_ID, IdentityKind.MEMBERSHIP_KEY, IdentityKind.PASS]
)
def test_what_names_a_member_names_one(
    work: Work, program: ProgramTerms, kind: IdentityKind
) -> None:
    make_member(work, program, identities=[(kind, "a-1")])

    with pytest.raises(IdentityTaken):
        make_member(work, program, identities=[(kind, "a-1")])


def test_families_share_an_email(work: Work, program: ProgramTerms) -> None:
    anna = make_member(work, program, email="home@example.com")
    boris = make_member(work, program, email="Home@example.com")

    found = members.by_identity(work, program.id, IdentityKind.EMAIL, "home@example.com")

    assert {member.id for member in found} == {anna.id, boris.id}


def test_a_phone_may_live_in_several_programs(work: Work, program: ProgramTerms) -> None:
    one = make_member(work, program, phone=PHONE)
    other = make_member(work, make_program(work), phone=PHONE)

    found = members.matching(work, program.id, Profile(phone=PHONE))

    assert found == [one]
    assert other.id != one.id


def test_a_member_may_have_no_phone(work: Work, program: ProgramTerms) -> None:
    member = make_member(work, program, phone=None)

    assert values(member, IdentityKind.PHONE) == []


# recognising


def test_somebody_new_is_registered(work: Work, program: ProgramTerms) -> None:
    member = enrol(work, program, phone=PHONE, email="anna@example.com", first_name="Анна")

    assert (member.first_name, values(member, IdentityKind.PHONE)) == ("Анна", [PHONE])


def test_the_phone_decides(work: Work, program: ProgramTerms) -> None:
    known = make_member(work, program, phone=PHONE, first_name="Анна", last_name="Ким")

    member = enrol(work, program, phone=PHONE, first_name="Анна-Мария")

    assert member.id == known.id
    assert (member.first_name, member.last_name) == ("Анна-Мария", "Ким")


def test_who_was_known_by_email_alone_is_the_same_person(work: Work, program: ProgramTerms) -> None:
    known = make_member(work, program, phone=None, email="anna@example.com")

    member = enrol(work, program, phone=PHONE, email="ANNA@example.com")

    assert member.id == known.id
    assert values(member, IdentityKind.PHONE) == [PHONE]


def test_the_email_of_somebody_with_another_phone_is_taken(
    work: Work, program: ProgramTerms
) -> None:
    make_member(work, program, phone=PHONE, email="anna@example.com")

    with pytest.raises(EmailTaken):
        enrol(work, program, phone=OTHER_PHONE, email="anna@example.com")


def test_a_known_phone_does_not_take_anothers_email(work: Work, program: ProgramTerms) -> None:
    make_member(work, program, phone=PHONE, email="anna@example.com")
    make_member(work, program, phone=OTHER_PHONE)

    with pytest.raises(EmailTaken):
        enrol(work, program, phone=OTHER_PHONE, email="anna@example.com")


def test_a_shared_email_stays_with_each_of_the_family(work: Work, program: ProgramTerms) -> None:
    make_member(work, program, phone=PHONE, email="home@example.com")
    boris = make_member(work, program, phone=OTHER_PHONE, email="home@example.com")

    member = enrol(work, program, phone=OTHER_PHONE, email="home@example.com")

    assert member.id == boris.id


def test_of_several_known_by_one_email_alone_nobody_is_taken_for_the_person(
    work: Work, program: ProgramTerms
) -> None:
    for _ in range(2):
        make_member(work, program, phone=None, email="home@example.com")

    with pytest.raises(EmailTaken):
        enrol(work, program, phone=PHONE, email="home@example.com")


def test_nobody_is_found_by_nothing(work: Work, program: ProgramTerms) -> None:
    make_member(work, program, phone=None)

    assert members.matching(work, program.id, Profile()) == []
    assert members.by_phone([], None) is None
    assert members.by_email([], None) == []


# changing


def test_what_is_left_out_stays_as_it_was(work: Work, program: ProgramTerms) -> None:
    member = make_member(work, program, phone=PHONE, first_name="Анна", gender="f")
    after = later(work, hours=1)

    members.update(after, member, Profile(last_name="Ким"), place=PLACE)

    assert (member.first_name, member.last_name, member.gender) == ("Анна", "Ким", "f")
    assert values(member, IdentityKind.PHONE) == [PHONE]
    assert member.updated_at == after.now


def test_the_same_again_is_no_change(work: Work, program: ProgramTerms) -> None:
    member = make_member(work, program, phone=PHONE, first_name="Анна")

    members.update(
        later(work, hours=1), member, Profile(phone=PHONE, first_name="Анна"), place=PLACE
    )

    assert member.updated_at == work.now


def test_a_new_phone_replaces_the_old_one(work: Work, program: ProgramTerms) -> None:
    member = make_member(work, program, phone=PHONE)

    members.update(work, member, Profile(phone=OTHER_PHONE), place=PLACE)

    assert values(member, IdentityKind.PHONE) == [OTHER_PHONE]
    assert members.matching(work, program.id, Profile(phone=PHONE)) == []
    assert members.matching(work, program.id, Profile(phone=OTHER_PHONE)) == [member]


def test_anothers_phone_is_not_taken_over_and_nothing_changes(database: Database) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
        make_member(work, program, phone=PHONE)
        other = make_member(work, program, phone=OTHER_PHONE, first_name="Борис")

    with pytest.raises(PhoneTaken), database.unit_of_work() as work:
        other = work.session.get_one(Member, other.id)
        members.update(work, other, Profile(phone=PHONE, first_name="Анна"), place=PLACE)

    with database.reading() as work:
        other = work.session.get_one(Member, other.id)
        assert values(other, IdentityKind.PHONE) == [OTHER_PHONE]
        assert other.first_name == "Борис"


def test_anothers_email_is_refused_or_shared_as_the_platform_wishes(
    work: Work, program: ProgramTerms
) -> None:
    make_member(work, program, email="home@example.com")
    member = make_member(work, program)
    wanted = Profile(email="Home@example.com")

    with pytest.raises(EmailTaken):
        members.update(work, member, wanted, place=PLACE)
    members.update(work, member, wanted, place=PLACE, own_email=False)

    assert values(member, IdentityKind.EMAIL) == ["home@example.com"]


def test_a_new_spelling_of_the_same_email_is_kept(work: Work, program: ProgramTerms) -> None:
    member = make_member(work, program, email="anna@example.com")

    members.update(work, member, Profile(email="Anna@Example.com"), place=PLACE)

    (identity,) = member.identities_of(IdentityKind.EMAIL)
    assert (identity.value, identity.shown) == ("anna@example.com", "Anna@Example.com")


@pytest.mark.parametrize("kept", [PHONE, OTHER_PHONE])
def test_a_replaced_identity_is_the_only_one_of_its_kind(
    work: Work, program: ProgramTerms, kept: str
) -> None:
    member = make_member(work, program, phone=PHONE)
    members.add_identity(work, member, IdentityKind.PHONE, OTHER_PHONE)

    members.replace_identity(work, member, IdentityKind.PHONE, kept, place=PLACE)

    assert values(member, IdentityKind.PHONE) == [kept]
    work.session.flush()
    work.session.expire_all()
    assert values(member, IdentityKind.PHONE) == [kept]


# consents


def test_a_consent_knows_when_and_through_whom(work: Work, program: ProgramTerms) -> None:
    member = make_member(work, program)

    members.give_consents(
        work, member, {ConsentKind.SMS: True, ConsentKind.CALL: False}, place=PLACE
    )

    told = {c.kind: c for c in member.consents}
    assert {kind: c.is_granted for kind, c in told.items()} == {"sms": True, "call": False}
    assert {(c.changed_at, c.channel, c.outlet_code) for c in told.values()} == {
        (work.now, "test", "BR001")
    }


def test_a_channel_not_named_keeps_its_state_and_its_date(
    work: Work, program: ProgramTerms
) -> None:
    member = make_member(work, program)
    members.give_consents(
        work, member, {ConsentKind.SMS: True, ConsentKind.CALL: True}, place=PLACE
    )
    after, elsewhere = later(work, days=1), Place(channel="other")

    members.give_consents(
        after, member, {ConsentKind.SMS: False, ConsentKind.CALL: True}, place=elsewhere
    )

    told = {c.kind: (c.is_granted, c.changed_at, c.channel) for c in member.consents}
    assert told == {"sms": (False, after.now, "other"), "call": (True, work.now, "test")}


# lists


def test_all_members_come_page_by_page(work: Work, program: ProgramTerms) -> None:
    there = {make_member(work, program).id for _ in range(5)}
    make_member(work, make_program(work))

    pages = [[member.id for member in page] for page in members.pages(work, program.id, size=2)]

    assert [len(page) for page in pages] == [2, 2, 1]
    assert {member_id for page in pages for member_id in page} == there


def test_a_special_user_is_put_once(work: Work, program: ProgramTerms) -> None:
    for number in ("0815", "0816"):
        members.put_special_user(work, program.id, phone=PHONE, params={"tabNumber": number})
    members.put_special_user(work, program.id, phone=OTHER_PHONE, params={})

    found = members.special_users(work, program.id)

    assert [(user.phone, user.params) for user in found] == [
        (OTHER_PHONE, {}),
        (PHONE, {"tabNumber": "0816"}),
    ]


def test_a_member_is_credited_while_another_call_changes_their_profile(
    make_database: Callable[..., Database], engine_name: str
) -> None:
    # Every posting looks at the member's row; that must not wait for whoever holds it.
    database = make_database(serving=True)
    with database.unit_of_work() as work:
        program = make_program(work)
        purse = purse_of(program, make_member(work, program, phone=PHONE))

    with database.unit_of_work() as work:
        enrol(work, program, phone=PHONE, first_name="Анна")
        if engine_name == "postgresql":  # SQLite has one writer at a time, by its nature
            with database.unit_of_work() as another:
                give_points(another, purse, 10)

    with database.reading() as work:
        assert findings(work) == []
