"""What a desk does for a member: each with a reason, once, and in the trail; wrong, and nothing."""

from __future__ import annotations

import json
import uuid

import pytest

from adapter.core import cards, members
from adapter.core.cards import CardState
from adapter.core.members import ConsentKind, Member, MemberStatus
from tests.admin.members_desk import WHY, available, entries, errors_of, filled, sound, told
from tests.factories import (
    PLACE,
    make_card,
    make_member,
    points,
    purse_of,
    reserve_points,
)


@pytest.mark.parametrize(
    ("deed", "before", "after", "action"),
    [
        ("block", MemberStatus.ACTIVE, MemberStatus.BLOCKED, "member.block"),
        ("unblock", MemberStatus.BLOCKED, MemberStatus.ACTIVE, "member.unblock"),
    ],
)
def test_a_member_is_blocked_and_let_in_again(console, shop, database, deed, before, after, action):
    with database.unit_of_work() as work:
        members.set_status(work, work.session.get_one(Member, shop.anna.id), before)
    browser = console.sign_in("support")
    url = f"{shop.url}/members/{shop.anna.id}/{deed}"
    assert browser.get(url).status_code == 200

    for _ in range(2):
        assert browser.post(url, **filled()).status_code == 303

    with database.reading() as work:
        assert work.session.get_one(Member, shop.anna.id).status == after
    (line,) = told(database, action)
    assert (line.before, line.after) == ({"status": before}, {"status": after})


def test_a_card_is_blocked_and_works_again(console, shop, database):
    browser = console.sign_in("support")
    url = f"{shop.url}/members/{shop.anna.id}/cards/{shop.card.id}"

    for deed, state in (("block", CardState.BLOCKED), ("unblock", CardState.ACTIVE)):
        assert browser.get(f"{url}/{deed}").status_code == 200
        assert browser.post(f"{url}/{deed}", **filled()).status_code == 303
        assert browser.post(f"{url}/{deed}", **filled()).status_code == 303
        with database.reading() as work:
            assert cards.by_id(work, shop.program.id, shop.card.id).state == state
        assert len(told(database, f"card.{deed}")) == 1
    assert browser.post(f"{url}/block", reason="").status_code == 422


def test_a_card_is_replaced_once_however_often_the_form_is_sent(console, shop, database):
    browser, form = console.sign_in("support"), filled()
    url = f"{shop.url}/members/{shop.anna.id}/cards/{shop.card.id}/reissue"
    assert browser.get(url).status_code == 200

    first, again = browser.post(url, **form), browser.post(url, **form)

    assert first.status_code == 303
    assert again.status_code == 422
    with database.reading() as work:
        held = cards.of_member(work, shop.anna.id)
        assert [card.state for card in held] == [CardState.BLOCKED, CardState.ACTIVE]
    (line,) = told(database, "card.reissue")
    assert (line.actor, line.reason) == (f"user:{browser.user.login}", WHY)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "took its place"), ("ru", "заменила карта")]
)
def test_a_card_that_was_replaced_is_not_let_work_again(console, shop, database, language, words):
    browser = console.sign_in("support", language=language)
    url = f"{shop.url}/members/{shop.anna.id}"
    browser.post(f"{url}/cards/{shop.card.id}/reissue", **filled())
    with database.reading() as work:
        new = cards.of_member(work, shop.anna.id)[-1]

    for deed in ("unblock", "reissue"):
        refused = browser.post(f"{url}/cards/{shop.card.id}/{deed}", **filled())
        said = errors_of(refused.text, "reason")
        assert words in said
        assert new.number in said
        assert f"{shop.card.id}/{deed}" not in browser.get(url).text
    with database.reading() as work:
        assert cards.by_id(work, shop.program.id, shop.card.id).state == CardState.BLOCKED


def test_anothers_card_is_not_to_be_touched_through_this_member(console, shop, database):
    with database.reading() as work:
        (theirs,) = cards.of_member(work, shop.boris.id)
    browser = console.sign_in("support")

    for deed in ("block", "unblock", "reissue"):
        url = f"{shop.url}/members/{shop.anna.id}/cards/{theirs.id}/{deed}"
        assert browser.get(url).status_code == 404
        assert browser.post(url, **filled()).status_code == 404


def test_a_card_of_the_pool_is_given_to_a_member(console, shop, database):
    with database.unit_of_work() as work:
        free = make_card(work, shop.program)
    browser = console.sign_in("support")
    url = f"{shop.url}/members/{shop.anna.id}/link"

    for _ in range(2):
        assert browser.post(url, **filled(number=free.number)).status_code == 303

    with database.reading() as work:
        assert cards.by_id(work, shop.program.id, free.id).member_id == shop.anna.id
    assert len(told(database, "card.link")) == 1


@pytest.mark.parametrize("case", ["no such", "another's", "empty"])
def test_a_card_that_cannot_be_given_is_said_beside_the_number(console, shop, database, case):
    with database.reading() as work:
        (theirs,) = cards.of_member(work, shop.boris.id)
    number = {"no such": "999", "another's": theirs.number, "empty": ""}[case]
    browser = console.sign_in("support")

    done = browser.post(f"{shop.url}/members/{shop.anna.id}/link", **filled(number=number))

    assert done.status_code == 422
    assert errors_of(done.text, "number")
    assert told(database, "card.link") == []


def test_consents_are_noted_with_who_noted_them(console, shop, database):
    with database.unit_of_work() as work:
        anna = work.session.get_one(Member, shop.anna.id)
        members.give_consents(work, anna, {ConsentKind.EMAIL: True}, place=PLACE)
    browser = console.sign_in("support")
    url = f"{shop.url}/members/{shop.anna.id}/consents"
    assert 'selected value="yes"' in browser.get(url).text

    done = browser.post(url, **filled(consent_email="yes", consent_sms="no"))

    assert done.status_code == 303
    with database.reading() as work:
        anna = work.session.get_one(Member, shop.anna.id)
        said = {one.kind: (one.is_granted, one.channel) for one in anna.consents}
    assert said == {"email": (True, "test"), "sms": (False, "console")}
    (line,) = told(database, "member.consents")
    assert (line.before, line.after) == ({"sms": None}, {"sms": False})


def test_two_members_become_one_after_a_look_at_what_moves(console, shop, database):
    browser = console.sign_in("manager")
    start = f"{shop.url}/members/{shop.anna.id}/merge"
    found = browser.get(f"{start}?q=Быков").text
    assert f"{start}/{shop.boris.id}" in found
    preview = browser.get(f"{start}/{shop.boris.id}").text
    assert "100" in preview

    done = browser.post(f"{start}/{shop.boris.id}", **filled())
    again = browser.post(f"{start}/{shop.boris.id}", **filled())

    assert done.status_code == again.status_code == 303
    assert available(database, shop.program, shop.anna) == points(210)
    (line,) = told(database, "member.merge")
    assert line.before == {
        "survivor": {"status": "active", "available": {"points": "110"}},
        "duplicate": {"status": "active", "available": {"points": "100"}},
    }
    assert line.after["survivor"] == {"status": "active", "available": {"points": "210"}}
    assert line.after["duplicate"] == {"status": "merged", "available": {"points": "0"}}
    assert line.after["other"] == str(shop.boris.id)
    assert line.after["amounts"] == ["100 points"]
    assert sound(database)


def test_what_is_set_aside_is_said_before_and_refused(console, shop, database):
    with database.unit_of_work() as work:
        reserve_points(work, purse_of(shop.program, shop.boris), 5)
    browser = console.sign_in("manager")
    url = f"{shop.url}/members/{shop.anna.id}/merge/{shop.boris.id}"

    assert "are set aside" in browser.get(url).text
    done = browser.post(url, **filled())

    assert done.status_code == 422
    assert "set aside" in errors_of(done.text, "reason")
    assert told(database, "member.merge") == []


def test_a_persons_data_is_a_file_and_that_it_was_taken_is_kept(console, shop, database):
    browser = console.sign_in("support")
    url = f"{shop.url}/members/{shop.anna.id}/export"
    assert browser.get(url).status_code == 200

    done = browser.post(url, **filled())

    assert done.mimetype == "application/json"
    assert "attachment" in done.headers["Content-Disposition"]
    assert done.headers["Cache-Control"] == "no-store"
    (program,) = json.loads(done.text)["programs"]
    (member,) = program["members"]
    assert member["phone"].endswith("9005550142")
    assert member["cards"][0]["number"] == shop.card.number
    assert len(told(database, "member.export")) == 1
    assert browser.post(url, reason="").status_code == 422


@pytest.mark.parametrize(("language", "word"), [("en", "erase"), ("ru", "Стереть")])
def test_a_person_is_forgotten_when_somebody_means_it(console, shop, database, language, word):
    browser = console.sign_in("manager", language=language)
    url = f"{shop.url}/members/{shop.anna.id}/erase"
    assert browser.get(url).status_code == 200

    wrong = browser.post(url, **filled(word="yes"))
    assert wrong.status_code == 422
    assert errors_of(wrong.text, "word")
    with database.reading() as work:
        assert work.session.get_one(Member, shop.anna.id).erased_at is None
    done = browser.post(url, **filled(word=word))
    again = browser.post(url, **filled(word=word))

    assert done.status_code == again.status_code == 303
    with database.reading() as work:
        erased = work.session.get_one(Member, shop.anna.id)
        assert (erased.first_name, erased.family_key, erased.identities) == (None, None, [])
    (line,) = told(database, "member.erase")
    assert "Ёлкина" not in str(line.before) + str(line.after)
    assert sound(database)


MAY = {
    "adjust": {"support", "manager"},
    "block": {"support", "manager"},
    "unblock": {"support", "manager"},
    "consents": {"support", "manager"},
    "link": {"support", "manager"},
    "merge": {"manager"},
    "export": {"support", "manager"},
    "erase": {"manager"},
}


@pytest.mark.parametrize("role", ["support", "manager", "engineer", "auditor"])
def test_nobody_does_what_their_role_does_not_allow(console, shop, database, role):
    browser, before = console.sign_in(role), entries(database)
    page = browser.get(f"{shop.url}/members/{shop.anna.id}").text

    for deed, roles in MAY.items():
        url = f"{shop.url}/members/{shop.anna.id}/{deed}"
        allowed = role in roles
        assert browser.get(url).status_code == (200 if allowed else 403), deed
        if not allowed:
            target = f"{url}/{shop.boris.id}" if deed == "merge" else url
            sent = filled(amount="5", unit="points", number="1", word="erase")
            assert browser.post(target, **sent).status_code == 403, deed
        if deed != "unblock":
            assert (f"/{deed}" in page) is allowed, deed
    assert entries(database) == before


def test_without_the_token_nothing_is_done(console, shop, database):
    browser, before = console.sign_in("manager"), entries(database)

    done = browser.post(
        f"{shop.url}/members/{shop.anna.id}/adjust", data=filled(amount="5", unit="points")
    )

    assert done.status_code == 400
    assert entries(database) == before


def test_who_sees_one_program_only_sees_no_other(console, shop):
    browser = console.sign_in("manager", programs=[shop.neighbour.code])

    assert browser.get(f"{shop.url}/members").status_code == 404
    assert browser.get(f"{shop.url}/members/{shop.anna.id}").status_code == 404
    assert browser.get(f"{shop.url}/approvals").status_code == 404


def test_an_id_that_is_none_is_no_page(console, shop):
    browser = console.sign_in("manager")

    for path in (uuid.uuid4(), "x", f"{shop.anna.id}/cards/{uuid.uuid4()}/block"):
        assert browser.get(f"{shop.url}/members/{path}").status_code == 404
    assert browser.get(f"{shop.url}/entries/{uuid.uuid4()}").status_code == 404
    assert browser.get(f"{shop.url}/approvals/{uuid.uuid4()}").status_code == 404


def test_somebody_new_can_be_looked_at(console, shop, database):
    with database.unit_of_work() as work:
        nobody = make_member(work, shop.program, phone=None)
    browser = console.sign_in("auditor")

    page = browser.get(f"{shop.url}/members/{nobody.id}")

    assert page.status_code == 200
    assert "Nothing has moved yet." in page.text
