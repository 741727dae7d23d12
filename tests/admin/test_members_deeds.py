"""What a desk does for a member: each with a reason, once, and in the trail; wrong, and nothing."""

from __future__ import annotations

import json
import uuid

import pytest
from sqlalchemy import func, select

from adapter.core import approvals, cards, ledger, members, programs, support
from adapter.core.amounts import CREDIT
from adapter.core.cards import CardState
from adapter.core.ledger import Entry
from adapter.core.members import ConsentKind, Member, MemberStatus
from tests.admin.members_desk import WHY, available, errors_of, filled, sound, told
from tests.factories import (
    PLACE,
    give_points,
    make_card,
    make_member,
    points,
    purse_of,
    reserve_points,
    spend_points,
)


def entries(database) -> int:
    with database.reading() as work:
        return work.session.scalar(select(func.count()).select_from(Entry))


def limited(database, shop, limit: str = "50") -> None:
    """The program in which a person alone may correct so many points."""
    with database.unit_of_work() as work:
        programs.put(work, code=shop.program.code, settings={"adjust_limit_points": limit})


@pytest.mark.parametrize(("amount", "after"), [("5.5", "115.5"), ("-10", "100"), ("−1,5", "108.5")])
def test_a_balance_is_corrected_and_the_trail_says_so(console, shop, database, amount, after):
    browser = console.sign_in("support")

    done = browser.post(
        f"{shop.url}/members/{shop.anna.id}/adjust", **filled(amount=amount, unit="points")
    )

    assert "Done" in browser.follow(done).text
    assert available(database, shop.program, shop.anna) == points(after)
    (line,) = told(database, "points.adjust")
    assert (line.actor, line.reason) == (f"user:{browser.user.login}", WHY)
    assert (line.before["available"], line.after["available"]) == ("110", after)
    with database.reading() as work:
        entry = support.history(work, shop.anna.id)[0].entry
        assert (entry.reason, entry.channel) == (WHY, "console")
        assert entry.actor == f"user:{browser.user.login}"
    assert sound(database)


def test_a_form_sent_twice_has_one_effect(console, shop, database):
    browser = console.sign_in("support")
    form, url = filled(amount="5", unit="points"), f"{shop.url}/members/{shop.anna.id}/adjust"

    first, second = browser.post(url, **form), browser.post(url, **form)

    assert first.status_code == second.status_code == 303
    assert available(database, shop.program, shop.anna) == points(115)
    assert len(told(database, "points.adjust")) == 1


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"amount": "many"}, "amount", "not an amount"),
        ({"amount": "0"}, "amount", "Nothing would move"),
        ({"amount": "1.234"}, "amount", "not an amount"),
        ({"amount": "1e99"}, "amount", "not an amount"),
        ({"amount": "-111"}, "amount", "not so many points"),
        ({"reason": ""}, "reason", "required"),
        ({"reason": "ab"}, "reason", ""),
        ({"expires_on": "2020-01-01"}, "expires_on", "over"),
        ({"expires_on": "soon"}, "expires_on", ""),
        ({"unit": "gold"}, "unit", ""),
        ({"form_key": "x"}, "", ""),
    ],
)
def test_a_wrong_correction_is_said_beside_the_field_and_changes_nothing(
    console, shop, database, fields, field, words
):
    browser, before = console.sign_in("support"), entries(database)
    typed = filled(amount="5", unit="points") | fields

    done = browser.post(f"{shop.url}/members/{shop.anna.id}/adjust", **typed)

    assert done.status_code == 422
    if field:
        assert words in errors_of(done.text, field)
        assert errors_of(done.text, field)
    assert f'value="{typed["amount"]}"' in done.text
    assert entries(database) == before
    assert told(database, "points.adjust") == []


def test_points_have_the_last_day_that_was_chosen(console, shop, database):
    browser = console.sign_in("support")

    browser.post(
        f"{shop.url}/members/{shop.anna.id}/adjust",
        **filled(amount="5", unit="points", expires_on="2026-12-31"),
    )

    with database.reading() as work:
        held = ledger.balance(work, purse_of(shop.program, shop.anna))
        day = programs.last_day(held.portions[0].expires_at, shop.program.timezone)
        assert (str(held.portions[0].amount), day.isoformat()) == ("5", "2026-12-31")


def test_credit_is_corrected_too(console, shop, database):
    browser = console.sign_in("support")

    browser.post(f"{shop.url}/members/{shop.anna.id}/adjust", **filled(amount="700", unit="credit"))

    with database.reading() as work:
        purse = purse_of(shop.program, shop.anna, unit=CREDIT)
        assert ledger.balance(work, purse).available.minor == 700


def test_above_the_limit_a_second_person_agrees(console, shop, database):
    limited(database, shop)
    anna, boris = console.sign_in("support"), console.sign_in("manager")
    form = filled(amount="51", unit="points")
    url = f"{shop.url}/members/{shop.anna.id}/adjust"

    asked = anna.post(url, **form)
    anna.post(url, **form)

    assert "waits for a second person" in anna.follow(asked).text
    assert available(database, shop.program, shop.anna) == points(110)
    assert len(told(database, "approval.request")) == 1
    with database.reading() as work:
        (request,) = approvals.requests(work, shop.program.id)
    page = f"{shop.url}/approvals/{request.id}"
    assert anna.post(f"{page}/approve", **filled()).status_code == 403
    listed = boris.get(f"{shop.url}/approvals?state=waiting").text
    assert f"/approvals/{request.id}" in listed
    assert WHY in boris.get(page).text
    done = boris.post(f"{page}/approve", **filled(reason="It is right"))
    assert "Agreed" in boris.follow(done).text
    assert available(database, shop.program, shop.anna) == points(161)
    (line,) = told(database, "approval.approve")
    assert line.actor == f"user:{boris.user.login}"
    assert line.after["amount"] == "51"
    assert boris.post(f"{page}/approve", **filled()).status_code == 303
    assert len(told(database, "approval.approve")) == 1
    late = console.sign_in("manager").post(f"{page}/approve", **filled())
    assert late.status_code == 422
    assert "decided before" in late.text
    assert available(database, shop.program, shop.anna) == points(161)
    assert sound(database)


def test_nobody_agrees_with_themselves_but_may_take_it_back(console, shop, database):
    limited(database, shop)
    browser = console.sign_in("manager")
    browser.post(f"{shop.url}/members/{shop.anna.id}/adjust", **filled(amount="51", unit="points"))
    with database.reading() as work:
        (request,) = approvals.requests(work, shop.program.id)
    page = f"{shop.url}/approvals/{request.id}"

    refused = browser.post(f"{page}/approve", **filled())

    assert refused.status_code == 422
    assert "Somebody else" in errors_of(refused.text, "reason")
    assert "/approve" not in browser.get(page).text.replace(f'action="{page}/approve"', "")
    assert browser.post(f"{page}/decline", **filled()).status_code == 303
    assert available(database, shop.program, shop.anna) == points(110)
    assert len(told(database, "approval.decline")) == 1


def test_another_programs_request_is_not_there(console, shop, database):
    limited(database, shop)
    console.sign_in("support").post(
        f"{shop.url}/members/{shop.anna.id}/adjust", **filled(amount="51", unit="points")
    )
    with database.reading() as work:
        (request,) = approvals.requests(work, shop.program.id)
    browser = console.sign_in("manager")
    elsewhere = f"/admin/p/{shop.neighbour.code}/approvals/{request.id}"

    assert browser.get(elsewhere).status_code == 404
    assert browser.post(f"{elsewhere}/approve", **filled()).status_code == 404


def test_an_entry_is_undone_once(console, shop, database):
    browser = console.sign_in("manager")
    with database.reading() as work:
        entry = support.history(work, shop.anna.id)[0].entry
    url, form = f"{shop.url}/entries/{entry.id}/reverse", filled()
    assert browser.get(url).status_code == 200

    first, again = browser.post(url, **form), browser.post(url, **form)
    other = browser.post(url, **filled())

    assert first.status_code == again.status_code == 303
    assert other.status_code == 422
    assert "reversed before" in errors_of(other.text, "reason")
    assert available(database, shop.program, shop.anna) == points(100)
    (line,) = told(database, "points.reverse")
    assert line.after["reverses"] == str(entry.id)
    assert sound(database)


def test_what_was_spent_is_taken_as_far_as_it_is_there(console, shop, database):
    with database.unit_of_work() as work:
        entry = give_points(work, purse_of(shop.program, shop.boris), 50)
        spend_points(work, purse_of(shop.program, shop.boris), 120)
    browser = console.sign_in("manager")
    url = f"{shop.url}/entries/{entry.id}/reverse"

    refused = browser.post(url, **filled())
    done = browser.post(url, **filled(down_to_zero="y"))

    assert refused.status_code == 422
    assert done.status_code == 303
    assert available(database, shop.program, shop.boris) == points(0)
    assert sound(database)


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
    assert len(told(database, "card.reissue")) == 1


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
