"""Somebody the CRM knows becomes a member; nobody else's names are touched."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from adapter.core import cards, members, trail
from adapter.core.cards import CardState
from adapter.core.members import ConsentKind, IdentityKind, Member
from adapter.delivery import secret_of, shown
from tests import factories
from tests.crm.conftest import KEY
from tests.crm.register import ANNA, PHONE, said


def everybody(house):
    with house.database.reading() as work:
        return work.session.scalars(select(Member).order_by(Member.id)).all()


def known_by(work, house, kind, value):
    return list(members.by_identity(work, house.program.id, IdentityKind(kind), value))


def test_whom_the_crm_knows_is_enrolled_with_all_it_tells(house, register):
    register.knows(ANNA)

    assert house.enrol(PHONE)

    with house.database.reading() as work:
        (member,) = known_by(work, house, "phone", PHONE)
        assert (member.first_name, member.last_name) == ("Анна", "Ёлкина")
        assert (member.birth_date, member.gender) == (date(1990, 1, 31), "f")
        assert member.channel == "crm"
        assert member.identity(IdentityKind.PHONE).shown == "+7 900 555-01-42"
        assert member.identity(IdentityKind.EMAIL).value == "anna@example.com"
        said_of = {consent.kind: consent.is_granted for consent in member.consents}
        assert said_of == {ConsentKind.SMS: True, ConsentKind.EMAIL: False}
        (change,) = trail.changes(work, trail.Sought(program_id=house.program.id), limit=9)
        assert (change.actor, change.action, change.subject_id) == (
            "crm",
            "member.enrol",
            member.id,
        )
    assert house.told == ["found"]


def test_the_question_names_the_person_and_is_signed_as_webhooks_are(house, register):
    house.enrol(PHONE)

    (asked,) = register.asked
    assert asked.document == {"program": house.program.code, "kind": "phone", "value": PHONE}
    assert asked.is_signed_with(shown(secret_of(KEY, house.program.id)))


def test_a_secret_of_the_partners_own_comes_from_the_settings_of_the_process(make_house, register):
    house = make_house(header="Authorization", secret="Bearer of-the-crm")

    house.enrol(PHONE)

    assert register.asked[0].headers["authorization"] == "Bearer of-the-crm"


def test_a_get_says_whom_it_asks_for_in_the_address(make_house, register):
    house = make_house(url=f"{register.url}/{{kind}}?q={{value}}", method="GET", ask_by=["email"])

    house.enrol("anna+shop@example.com", "email")

    assert register.asked[0].path == "/loyalty/email?q=anna%2Bshop%40example.com"


def test_what_is_told_is_looked_for_where_the_program_says(make_house, register):
    house = make_house(
        fields={
            "phone": "data.0.phones.1",
            "first_name": "data.0.name",
            "consents.sms": "data.0.ok",
        }
    )
    register.knows({"data": [{"phones": [1, 79005550142], "name": "Anna", "ok": True}]})

    assert house.enrol(PHONE)

    (member,) = everybody(house)
    assert member.first_name == "Anna"


def test_a_card_of_the_partners_becomes_the_new_members_card(make_house, register):
    house = make_house(ask_by=["card"])
    register.knows(ANNA | {"card_number": "2337658900"})

    assert house.enrol("2337658900", "card")

    with house.database.reading() as work:
        card, member = cards.with_holder(work, house.program.id, "2337658900")
        assert (card.state, member.first_name) == (CardState.ACTIVE, "Анна")


def test_who_comes_without_a_card_is_given_one_where_the_program_says_so(make_house, register):
    house = make_house(issue_card=True)
    register.knows(ANNA)

    house.enrol(PHONE)

    (member,) = everybody(house)
    with house.database.reading() as work:
        (card,) = cards.of_member(work, member.id)
        assert card.state == CardState.ACTIVE


def test_a_number_of_the_pool_becomes_the_card_it_is(make_house, register):
    house = make_house(ask_by=["card"])
    with house.database.unit_of_work() as work:
        factories.make_card(work, house.program, number="7700009001")
    register.knows(ANNA | {"card_number": "7700009001"})

    assert house.enrol("7700009001", "card")

    with house.database.reading() as work:
        _, member = cards.with_holder(work, house.program.id, "7700009001")
        assert member.first_name == "Анна"


def test_who_is_a_member_under_another_name_is_known_by_this_one_too(make_house, register):
    house = make_house(ask_by=["card"])
    with house.database.unit_of_work() as work:
        member = factories.make_member(work, house.program, phone=PHONE, first_name="Аня")
    register.knows(ANNA | {"card_number": "2337658900"})

    assert house.enrol("2337658900", "card")

    (same,) = everybody(house)
    assert (same.id, same.first_name) == (member.id, "Аня")
    with house.database.reading() as work:
        assert cards.held_by(work, house.program.id, "2337658900").id == member.id


def test_the_card_of_a_blocked_reservation_or_of_somebody_else_is_not_taken(make_house, register):
    house = make_house(ask_by=["phone", "card"])
    with house.database.unit_of_work() as work:
        other = factories.make_member(work, house.program)
        factories.make_card(work, house.program, other, number="2337658900")
    register.knows({"phone": PHONE, "card_number": "2337658900", "external_id": "X-1"})
    with house.database.unit_of_work() as work:
        factories.make_member(work, house.program, identities=[(IdentityKind.EXTERNAL_ID, "X-1")])

    assert not house.enrol(PHONE)

    with house.database.reading() as work:
        assert known_by(work, house, "phone", PHONE) == []
        assert cards.held_by(work, house.program.id, "2337658900").id == other.id
    assert house.told[-1] == "not enrolled"


def test_who_became_a_member_meanwhile_is_found_and_not_changed(house, register):
    def answer(handler):
        with house.database.unit_of_work() as work:
            factories.make_member(work, house.program, phone=PHONE, first_name="Аня")
        said(200, ANNA)(handler)

    register.answer = answer

    assert house.enrol(PHONE)

    (member,) = everybody(house)
    assert member.first_name == "Аня"


@pytest.mark.parametrize("kind", ["email", "pass", "card"])
def test_nobody_is_asked_by_names_the_program_does_not_ask_by(house, register, kind):
    assert not house.enquiries.may_ask(house.program, [(kind, "x")])
    assert not house.enrol("x", kind)

    assert register.asked == []
